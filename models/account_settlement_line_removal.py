from odoo import api, fields, models
from odoo.tools import format_date

from .account_settlement_line import NOT_MATCHED_FOR_GOOD


class AccountSettlementLine(models.Model):
    """Removing a transaction's row: amounts, dates, ids and where it was booked are kept."""

    _inherit = "account.settlement.line"

    content_removed_on = fields.Date(
        string="Row Removed On",
        readonly=True,
        copy=False,
        help="The original row and its texts were removed on this day.",
    )

    @api.depends("content_removed_on")
    def _compute_raw_text(self):
        result = super()._compute_raw_text()
        for line in self.filtered("content_removed_on"):
            line.raw_text = self.env._(
                "The original row was removed on %s.", format_date(self.env, line.content_removed_on)
            )
        return result

    def _remove_content(self):
        """Empty the row as it came and the texts people wrote; what it was and where it is booked are kept."""
        self.sudo().filtered(lambda line: not line.content_removed_on).write(
            {"raw": False, "provider_text": False, "content_removed_on": fields.Date.today()}
        )

    def _is_settled(self):
        """Whether nothing is left to do about this transaction, and its period is locked."""
        self.ensure_one()
        if self.status in NOT_MATCHED_FOR_GOOD or self.is_exclusion_proposed or self.open_as:
            return False
        return (self.booking_date or self.date) <= self.company_id._get_closed_to()
