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


class SettlementLineAssignPart(models.TransientModel):
    """One part of a transaction that a person divides."""

    _name = "settlement.line.assign.part"
    _description = "Part of a Transaction"
    _order = "id"

    assign_id = fields.Many2one(
        "settlement.line.assign", string="Dialog", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="assign_id.company_id")
    currency_id = fields.Many2one(related="assign_id.currency_id")
    target_type = fields.Selection(
        [("invoice", "Invoice or credit note"), ("customer", "Customer"), ("account", "Account")],
        string="Match With",
        required=True,
        default="account",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), "
        "('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt')), ('amount_residual', '!=', 0)]",
    )
    partner_id = fields.Many2one("res.partner", string="Customer")
    account_id = fields.Many2one(
        "account.account", domain="[('account_type', '!=', 'off_balance')]", check_company=True
    )
    tax_id = fields.Many2one(
        "account.tax",
        string="VAT",
        compute="_compute_tax_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('type_tax_use', 'in', ('sale', 'purchase')), "
        "('amount_type', 'in', ('percent', 'division'))]",
        help="Included in the amount. Empty: the amount is booked without VAT.",
    )
    amount = fields.Monetary(help="Without sign; all parts together are what is open.")

    @api.constrains("assign_id")
    def _check_own_dialog(self):
        """Nobody adds a part to somebody else's dialog. Odoo checks with all rights, so the caller's are asked for."""
        self.sudo(False).assign_id.check_access("write")

    @api.depends("account_id", "target_type")
    def _compute_tax_id(self):
        for part in self:
            account = part.account_id if part.target_type == "account" else part.account_id.browse()
            part.tax_id = part.assign_id.line_ids[:1]._get_proposed_tax(account)

    def _get_target(self):
        """Return what the part is matched with.

        :raises UserError: when nothing is chosen.
        """
        target = {"invoice": self.move_id, "customer": self.partner_id, "account": self.account_id}[self.target_type]
        if not target:
            raise UserError(self.env._("Choose the document, the customer or the account of each part."))
        return target
