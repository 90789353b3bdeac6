from odoo import api, fields, models
from odoo.exceptions import UserError

#: What no amount reaches: beyond it, numbers are not exact to the øre, or no numbers at all.
LARGEST = 10**12


class SettlementLineAssignPart(models.TransientModel):
    """One part of a transaction that a person divides."""

    _name = "settlement.line.assign.part"
    _description = "Part of a Transaction"
    _inherit = ["settlement.assign.target"]
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
    amount = fields.Monetary(help="Without sign; all parts together are what is open.")

    @api.constrains("amount")
    def _check_amount(self):
        for part in self:
            if not abs(part.amount) < LARGEST:
                raise UserError(self.env._("%s is not an amount that can be booked.", part.amount))

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
        target = self._get_chosen_target(self.target_type)
        if not target:
            raise UserError(self.env._("Choose the document, the customer or the account of each part."))
        return target
