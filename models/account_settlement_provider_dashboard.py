from odoo import models
from odoo.tools import format_date, format_datetime, formatLang


class AccountSettlementProvider(models.Model):
    """What a provider shows on Odoo's accounting dashboard."""

    _inherit = "account.settlement.provider"

    def _prepare_dashboard_data(self):
        """Return what Odoo's accounting dashboard shows of this provider, as text in the reader's style."""
        self.ensure_one()
        currency = self.company_id.sudo().currency_id

        def to_text(amount):
            return formatLang(self.env, amount, currency_obj=currency)

        return {
            "id": self.id,
            "name": self.display_name,
            "is_active": self.state == "active",
            "error_count": self.error_count + self.refused_count + self.altered_count + bool(self.fetch_error),
            "unknown_count": self.unknown_count,
            "unknown": to_text(self.unknown_amount),
            "unknown_side": self.unknown_side,
            "late_count": self.late_count,
            "transit_count": self.transit_count,
            "transit": to_text(self.transit_amount),
            "transit_since": self.transit_since and format_date(self.env, self.transit_since),
            "fetched": self.fetch_last_at and format_datetime(self.env, self.fetch_last_at, dt_format="short"),
            "settled": self.last_settlement_date and format_date(self.env, self.last_settlement_date),
        }
