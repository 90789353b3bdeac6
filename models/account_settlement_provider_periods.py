from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain

from .times import get_norwegian_today


class AccountSettlementProvider(models.Model):
    """Which of a provider's days and months are not finished: documents that are missing, months nobody has signed."""

    _inherit = "account.settlement.provider"

    documents_until = fields.Date(
        compute="_compute_documents_until",
        help="The last day of which the provider's documents tell, where later ones should be there.",
    )
    unsigned_count = fields.Integer(
        string="Months to Sign",
        compute="_compute_unsigned",
        help="Months before the last one that nobody has signed, and signed ones whose books have changed since.",
    )
    unsigned_since = fields.Date(compute="_compute_unsigned", help="The first of the oldest such month.")

    def _compute_documents_until(self):
        # Providers close a day in Norway, and tell of it the morning after.
        last_day = get_norwegian_today(self) - timedelta(days=2)
        told = dict(
            self.env["account.settlement"]._read_group(
                [("provider_id", "in", self.ids), ("by_position", "=", True)], ["provider_id"], ["complete_to:max"]
            )
        )
        for provider in self:
            until = provider.state == "active" and told.get(provider)
            provider.documents_until = until and until < last_day and until

    def _get_unsigned_domain(self):
        today = get_norwegian_today(self)
        last_month = today.replace(day=1) - relativedelta(months=1)
        is_due = Domain("month", "<", last_month) | Domain("state", "=", "changed")
        return Domain("state", "!=", "signed") & is_due

    def _compute_unsigned(self):
        groups = self.env["account.settlement.closing"]._read_group(
            Domain("provider_id", "in", self.ids) & self._get_unsigned_domain(),
            ["provider_id"],
            ["__count", "month:min"],
        )
        found = {provider: tuple(told) for provider, *told in groups}
        for provider in self:
            provider.unsigned_count, provider.unsigned_since = found.get(provider, (0, False))

    def action_open_unsigned(self):
        """Open the months that are to be signed."""
        return self._open_action("settlement_bridge.action_account_settlement_closing", self._get_unsigned_domain())
