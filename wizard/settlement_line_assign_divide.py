from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SettlementLineAssign(models.TransientModel):
    """Dividing one transaction among several targets."""

    _inherit = "settlement.line.assign"

    part_ids = fields.One2many("settlement.line.assign.part", "assign_id", string="Parts")
    amount_left = fields.Monetary(compute="_compute_amount_left", string="Left to Divide")

    @api.depends("part_ids.amount", "amount_open")
    def _compute_amount_left(self):
        for wizard in self:
            wizard.amount_left = abs(wizard.amount_open) - sum(wizard.part_ids.mapped("amount"))

    @api.onchange("action")
    def _onchange_action_divide(self):
        """Propose the first document that is found and the remainder, or one part of everything."""
        if self.action != "divide" or self.part_ids:
            return
        amount_open = abs(self.amount_open)
        is_refund = self.amount_open < 0
        documents = self.candidate_ids.filtered(lambda move: (move.move_type == "out_refund") == is_refund)
        document = documents.filtered(lambda move: move.currency_id == self.currency_id)[:1]
        first = min(document.amount_residual, amount_open) if document else 0
        parts = [{"target_type": "invoice", "move_id": document._origin.id, "amount": first}] if document else []
        if self.currency_id.compare_amounts(first, amount_open):
            parts.append({"target_type": "account", "amount": self.currency_id.round(amount_open - first)})
        self.part_ids = [Command.create(part) for part in parts]

    def _divide(self):
        if len(self.line_ids) != 1:
            raise UserError(self.env._("One transaction at a time can be divided. Choose one."))
        if not self.part_ids:
            raise UserError(self.env._("Enter the parts: what each is matched with, and its amount."))
        shares = [(part._get_target(), part.amount, part.tax_id) for part in self.part_ids]
        self.line_ids._divide(shares, self.reason, self._get_chosen_date())
