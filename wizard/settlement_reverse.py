import datetime

from odoo import fields, models
from odoo.exceptions import UserError


class SettlementReverse(models.TransientModel):
    """Undo whole settlements by reversal, and book them again.

    A voucher is reversed on its own day, on which it is booked again: else it would be in the books twice in between.
    """

    _name = "settlement.reverse"
    _description = "Undo Settlements"
    _inherit = ["settlement.dialog"]

    settlement_ids = fields.Many2many("account.settlement", required=True)
    reason = fields.Char(required=True)
    date = fields.Date(
        string="Reversal Date",
        help="Empty: each voucher is reversed on its own day. Moved to the first open day if the period is locked.",
    )
    book_again = fields.Boolean(default=True, help="Match and book again at once, with what is known today.")

    def action_confirm(self):
        self.ensure_one()
        if self.book_again and self.date:
            raise UserError(
                self.env._(
                    "What is booked again is reversed on its own day. Leave the reversal date empty, or do not book "
                    "again."
                )
            )
        self.settlement_ids._reverse(self.reason, self.date or datetime.date.min)
        if self.book_again:
            self.settlement_ids._process()
        return {"type": "ir.actions.act_window_close"}
