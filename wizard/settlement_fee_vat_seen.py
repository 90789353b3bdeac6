from odoo import fields, models


class SettlementFeeVatSeen(models.TransientModel):
    """Confirm that VAT that was booked as cost has been checked."""

    _name = "settlement.fee.vat.seen"
    _description = "VAT Reviewed"
    _inherit = ["settlement.dialog"]

    line_ids = fields.Many2many("account.settlement.line", string="Transactions", required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        self.ensure_one()
        self.line_ids._settle_fee_vat(self.reason)
        return {"type": "ir.actions.act_window_close"}
