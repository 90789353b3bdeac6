from odoo import fields, models


class SettlementAssignTarget(models.AbstractModel):
    """What a person matches a transaction or a part of one with: a document, a customer, or an account with its tax."""

    _name = "settlement.assign.target"
    _description = "What a Transaction Is Matched With"
    _inherit = ["settlement.dialog"]

    company_id = fields.Many2one("res.company")
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

    def _compute_tax_id(self):
        raise NotImplementedError

    def _get_chosen_target(self, kind):
        """Return the record that is chosen for a kind of target; None where that kind has none.

        :param str kind: ``invoice``, ``customer`` or ``account``.
        """
        self.ensure_one()
        return {"invoice": self.move_id, "customer": self.partner_id, "account": self.account_id}.get(kind)
