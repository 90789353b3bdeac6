from odoo import fields, models


class SettlementGoLiveLine(models.TransientModel):
    """Where a transaction would be booked, and why."""

    _name = "settlement.go.live.line"
    _description = "Transaction That Would Be Booked"
    _order = "id"

    page_id = fields.Many2one("settlement.go.live", required=True, ondelete="cascade", index=True)
    line_id = fields.Many2one("account.settlement.line", string="Transaction", required=True, ondelete="cascade")
    date = fields.Date(related="line_id.date")
    kind = fields.Selection(related="line_id.kind")
    order_reference = fields.Char(related="line_id.order_reference")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(related="line_id.amount")
    status = fields.Selection(
        [
            ("unknown", "Unknown"),
            ("on_account", "On Customer"),
            ("matched", "Matched"),
            ("new", "Proposed for Exclusion"),
        ],
        string="Would Be",
    )
    invoice_id = fields.Many2one("account.move", ondelete="cascade")
    why = fields.Text()

    def action_open_transaction(self):
        self.ensure_one()
        return self.line_id.get_formview_action()
