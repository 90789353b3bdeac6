from odoo import fields, models


class SettlementAccept(models.TransientModel):
    """Accept a payout that differs from its transactions."""

    _name = "settlement.accept"
    _description = "Accept a Difference"
    _inherit = ["settlement.dialog"]

    settlement_id = fields.Many2one("account.settlement", required=True, readonly=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    difference = fields.Monetary(compute="_compute_difference")
    unknown_account_id = fields.Many2one(related="settlement_id.provider_id.unknown_account_id")
    reason = fields.Char(required=True)

    def _compute_difference(self):
        for dialog in self:
            dialog.difference = dialog.settlement_id._get_payout_difference()

    def action_confirm(self):
        """Book the settlement, with the difference on the unknown account."""
        self.ensure_one()
        self.settlement_id._accept_difference(self.reason)
        return {"type": "ir.actions.act_window_close"}
