from odoo import fields, models

from ..golive.comparison import Cause


class SettlementGoLiveDifference(models.TransientModel):
    """One day on one account: what would be booked, and what was booked by hand."""

    _name = "settlement.go.live.difference"
    _description = "Shadow Month Beside the Books"
    _order = "date, id"

    page_id = fields.Many2one("settlement.go.live", required=True, ondelete="cascade", index=True)
    date = fields.Date(required=True)
    account_id = fields.Many2one("account.account", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="page_id.currency_id")
    ours = fields.Monetary(string="Would Be Booked")
    by_hand = fields.Monetary(string="Booked by Hand")
    difference = fields.Monetary()
    cause = fields.Selection(
        [
            (Cause.SAME.value, "The same"),
            (Cause.OTHER_DAY.value, "On another day; equal in the period"),
            (Cause.ONLY_HERE.value, "Nothing by hand"),
            (Cause.ONLY_BY_HAND.value, "By hand only"),
            (Cause.UNKNOWN.value, "Unknown: no match was found"),
            (Cause.AMOUNT.value, "The amounts differ"),
        ],
        required=True,
    )

    def action_open_items(self):
        """Open what was booked by hand on this account that day."""
        self.ensure_one()
        page = self.page_id
        account = self.account_id
        if account == page.provider_id.clearing_account_id:
            account |= page.hand_clearing_ids
        if account == page.provider_id.fee_account_id:
            account |= page.hand_fee_ids
        items = page._get_hand_moves().line_ids.filtered(
            lambda item: item.date == self.date and item.account_id in account
        )
        return page._open_items(fields.Domain("id", "in", items.ids))
