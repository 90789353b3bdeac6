from odoo import fields, models


class SettlementGoLiveSum(models.TransientModel):
    """What would be booked on one account on one day."""

    _name = "settlement.go.live.sum"
    _description = "Would Be Booked"
    _order = "date, id"

    page_id = fields.Many2one("settlement.go.live", required=True, ondelete="cascade", index=True)
    date = fields.Date(required=True)
    account_id = fields.Many2one("account.account", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="page_id.currency_id")
    debit = fields.Monetary()
    credit = fields.Monetary()
