from odoo import fields, models


class SettlementReverse(models.TransientModel):
    """Undo whole settlements by reversal, and book them again."""

    _name = "settlement.reverse"
    _description = "Undo Settlements"

    settlement_ids = fields.Many2many("account.settlement", required=True)
    reason = fields.Char(required=True)
    date = fields.Date(
        string="Reversal Date",
        required=True,
        default=fields.Date.context_today,
        help="Moved to the first open day if its period is locked.",
    )
    book_again = fields.Boolean(default=True, help="Match and book again at once, with what is known today.")

    def action_confirm(self):
        self.ensure_one()
        self.settlement_ids._reverse(self.reason, self.date)
        if self.book_again:
            self.settlement_ids._process()
        return {"type": "ir.actions.act_window_close"}
