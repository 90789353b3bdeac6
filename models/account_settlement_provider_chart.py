from collections import defaultdict

from babel.dates import format_date
from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools.misc import get_lang

from .week_chart import draw_weeks, get_first_monday, get_monday


class AccountSettlementProvider(models.Model):
    """The small chart of a card, and what share of the payments the provider's fees are."""

    _inherit = "account.settlement.provider"

    settlement_graph = fields.Text(
        compute="_compute_settlement_graph", help="Net of the settlements of each week, for Odoo's dashboard chart."
    )
    fee_month = fields.Char(compute="_compute_fee_percent", help="The month of the latest settlement.")
    fee_percent = fields.Float(
        string="Fees in Percent",
        compute="_compute_fee_percent",
        digits=(16, 2),
        help="Fees deducted in the settlements of the month, in percent of the payments in them.",
    )
    fee_month_before = fields.Char(compute="_compute_fee_percent")
    fee_percent_before = fields.Float(
        string="Fees in Percent the Month Before", compute="_compute_fee_percent", digits=(16, 2)
    )

    def _compute_settlement_graph(self):
        """Show the weeks up to that of the latest settlement, as bars for Odoo's dashboard chart."""
        latest = self._get_latest_dates()
        sums = self._sum_by_week(latest)
        for provider in self:
            key = self.env._("Settled in the week, %s", provider.currency_id.name)
            net = {week: provider.currency_id.round(amount) for week, amount in sums[provider].items()}
            provider.settlement_graph = provider in latest and draw_weeks(self, latest[provider], net, key)

    def _get_latest_dates(self):
        """Return ``{provider: date of the latest settlement}``."""
        groups = self.env["account.settlement"]._read_group(
            [("provider_id", "in", self.ids), ("date", "!=", False)], ["provider_id"], ["date:max"]
        )
        return dict(groups)

    def _sum_by_week(self, latest):
        """Return ``{provider: {monday: net}}`` of the weeks that the charts show."""
        sums = defaultdict(lambda: defaultdict(float))
        if latest:
            first = get_first_monday(latest.values())
            for provider, date, net in self.env["account.settlement"]._read_group(
                [("provider_id", "in", self.ids), ("date", ">=", first)],
                ["provider_id", "date:day"],
                ["amount_net:sum"],
            ):
                sums[provider][get_monday(date)] += net
        return sums

    def _compute_fee_percent(self):
        latest = {provider: date.replace(day=1) for provider, date in self._get_latest_dates().items()}
        shares = self._get_fee_shares(latest)
        locale = get_lang(self.env).code
        for provider in self:
            month = latest.get(provider)
            before = month and month - relativedelta(months=1)
            provider.fee_month = month and format_date(month, "LLLL", locale=locale)
            provider.fee_month_before = before and format_date(before, "LLLL", locale=locale)
            provider.fee_percent = shares.get((provider, month), 0.0)
            provider.fee_percent_before = shares.get((provider, before), 0.0)

    def _get_fee_shares(self, latest):
        """Return ``{(provider, first of the month): fees in percent of payments}``."""
        if not latest:
            return {}
        groups = self.env["account.settlement"]._read_group(
            [("provider_id", "in", self.ids), ("date", ">=", min(latest.values()) - relativedelta(months=1))],
            ["provider_id", "date:month"],
            ["amount_fee:sum", "amount_payments:sum"],
        )
        return {(provider, month): 100 * fee / payments for provider, month, fee, payments in groups if payments}
