from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..closing.checks import DAYS_ON_THE_WAY
from ..providers.rhythm import next_payout

#: How many payouts are looked at for their rhythm: there may be several on a day.
LATEST_PAYOUTS = 20

#: Where an open item of the clearing account belongs.
IN_TRANSIT, NOT_PAID_OUT, OTHER = "in_transit", "not_paid_out", "other"


class AccountSettlementProvider(models.Model):
    """What of the clearing account is on its way to the bank, what is not paid out yet, and what is neither."""

    _inherit = "account.settlement.provider"

    clearing_balance = fields.Monetary(
        compute="_compute_money", currency_field="company_currency_id", help="Posted; debit is positive."
    )
    unknown_balance = fields.Monetary(
        compute="_compute_money", currency_field="company_currency_id", help="Posted; debit is positive."
    )
    unknown_rest = fields.Monetary(
        compute="_compute_money",
        currency_field="company_currency_id",
        help="What is on the unknown account beside unknown transactions: other entries, or another agreement's.",
    )
    transit_amount = fields.Monetary(
        string="On Its Way",
        compute="_compute_money",
        currency_field="company_currency_id",
        help="Payouts that are booked and that the bank has not received.",
    )
    transit_count = fields.Integer(compute="_compute_money")
    transit_since = fields.Date(compute="_compute_money", help="The date of the oldest payout on its way.")
    late_payout_amount = fields.Monetary(
        compute="_compute_money",
        currency_field="company_currency_id",
        help="Of the payouts on their way, those that the bank should have received.",
    )
    late_payout_count = fields.Integer(compute="_compute_money")
    unpaid_amount = fields.Monetary(
        string="Not Paid Out Yet", compute="_compute_money", currency_field="company_currency_id"
    )
    clearing_rest = fields.Monetary(
        string="Other on the Clearing Account",
        compute="_compute_money",
        currency_field="company_currency_id",
        help="Entries that belong to no payout, or another agreement's on the same account.",
    )
    stray_count = fields.Integer(
        compute="_compute_money", help="Open items on the clearing account that belong to no payout."
    )
    next_payout_date = fields.Date(
        string="Next Payout",
        compute="_compute_money",
        help="As the provider says, or as the earlier payouts have come. Empty where it cannot be known.",
    )
    last_payout_date = fields.Date(string="Last Payout", compute="_compute_money")
    last_payout_amount = fields.Monetary(compute="_compute_money", currency_field="currency_id")

    def _compute_money(self):
        """Read the two accounts from the ledger, in a number of queries that does not depend on the providers."""
        balances = self._get_balances()
        places = self._get_clearing_places()
        unknown = self._get_open_summary()
        payouts = self._get_latest_payouts()
        today = fields.Date.context_today(self)
        for provider in self:
            company = provider.company_id
            currency = company.sudo().currency_id
            own = places[provider.id]
            strays = places[provider.clearing_account_id.id, company.id]
            provider.clearing_balance = balances.get((provider.clearing_account_id, company), 0.0)
            provider.unknown_balance = balances.get((provider.unknown_account_id, company), 0.0)
            transit = own[IN_TRANSIT]
            provider.transit_amount, provider.transit_count, provider.transit_since, announced = transit[:4]
            provider.late_payout_count, provider.late_payout_amount = transit[4:]
            provider.unpaid_amount = own[NOT_PAID_OUT][0]
            provider.clearing_rest = currency.round(
                provider.clearing_balance - provider.transit_amount - provider.unpaid_amount
            )
            provider.stray_count = strays[OTHER][1]
            # Signed as the transactions: what was paid in is credit in the ledger.
            _count, amount, _since = unknown.get((provider.id, "unknown"), (0, 0.0, None))
            provider.unknown_rest = currency.round(provider.unknown_balance + amount)
            dates = payouts[provider.id]
            expected = next_payout([day for day, _amount in dates], today)
            provider.next_payout_date = announced or expected
            provider.last_payout_date, provider.last_payout_amount = dates[0] if dates else (False, 0.0)

    def _get_balances(self):
        """Return ``{(account, company): posted balance}`` of these providers' clearing and unknown accounts."""
        domain = [
            ("account_id", "in", (self.clearing_account_id | self.unknown_account_id).ids),
            ("parent_state", "=", "posted"),
            ("company_id", "in", self.company_id.ids),
        ]
        groups = self.env["account.move.line"]._read_group(domain, ["account_id", "company_id"], ["balance:sum"])
        return {(account, company): balance for account, company, balance in groups}

    def _get_clearing_places(self):
        """Return what is open on the clearing accounts, by where it belongs.

        :return: ``{key: {place: (amount, count, oldest date, next payout date, late ones, their amount)}}``;
            the key is the provider's id,
            for what belongs to no settlement ``(account id, company id)``.
        """
        places = defaultdict(lambda: defaultdict(lambda: (0.0, 0, False, False, 0, 0.0)))
        self.env["account.move.line"].flush_model()
        self.env["account.settlement"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.account_id, item.company_id, settlement.provider_id,
                       CASE WHEN settlement.id IS NULL THEN %(other)s
                            WHEN settlement.is_open IS TRUE OR settlement.payout_failed IS TRUE
                                 OR COALESCE(settlement.payout_amount, 0) = 0 THEN %(not_paid_out)s
                            ELSE %(in_transit)s
                       END AS place,
                       sum(item.amount_residual),
                       count(DISTINCT settlement.id)
                           + count(*) FILTER (WHERE settlement.id IS NULL AND item.settlement_payout_id IS NULL
                                                AND item.settlement_opening_id IS NULL),
                       min(COALESCE(settlement.payout_date, settlement.date, item.date)),
                       min(settlement.payout_date) FILTER (WHERE settlement.payout_date >= %(today)s),
                       count(DISTINCT settlement.id)
                           FILTER (WHERE COALESCE(settlement.payout_date, settlement.date) < %(late)s),
                       COALESCE(
                           sum(item.amount_residual)
                               FILTER (WHERE COALESCE(settlement.payout_date, settlement.date) < %(late)s),
                           0
                       )
                  FROM account_move_line item
             LEFT JOIN account_settlement settlement ON settlement.id = item.settlement_clearing_id
                 WHERE item.account_id = ANY(%(account_ids)s)
                   AND item.company_id = ANY(%(company_ids)s)
                   AND item.parent_state = 'posted'
                   AND item.reconciled IS NOT TRUE
                   AND (item.amount_residual != 0 OR item.amount_residual_currency != 0)
              GROUP BY 1, 2, 3, 4
                """,
                account_ids=self.clearing_account_id.ids,
                company_ids=self.company_id.ids,
                today=fields.Date.context_today(self),
                late=self._get_late_limit(),
                in_transit=IN_TRANSIT,
                not_paid_out=NOT_PAID_OUT,
                other=OTHER,
            )
        )
        for account_id, company_id, provider_id, place, *found in rows:
            places[provider_id or (account_id, company_id)][place] = tuple(found)
        return places

    def _get_late_limit(self):
        """Return the first day whose payouts may still be on their way; those of earlier days are late."""
        return fields.Date.context_today(self) - relativedelta(days=DAYS_ON_THE_WAY)

    def action_open_late_payouts(self):
        """Open the payouts that the bank should have received."""
        limit = self._get_late_limit()
        sent = Domain("payout_date", "<", limit) | (Domain("payout_date", "=", False) & Domain("date", "<", limit))
        return self._open_in_transit(sent)

    def _get_latest_payouts(self):
        """Return ``{provider id: [(date, amount)]}`` of the latest payouts that did not fail, the latest first."""
        latest = defaultdict(list)
        self.env["account.settlement"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT provider.id, payout.day, payout.payout_amount
                  FROM account_settlement_provider provider
            CROSS JOIN LATERAL (
                           SELECT COALESCE(payout_date, date) AS day, payout_amount
                             FROM account_settlement
                            WHERE provider_id = provider.id
                              AND external_id IS NOT NULL
                              AND state != 'error'
                              AND payout_amount > 0
                              AND is_open IS NOT TRUE
                              AND payout_failed IS NOT TRUE
                              AND COALESCE(payout_date, date) <= %(today)s
                         ORDER BY day DESC, id DESC
                            LIMIT %(limit)s
                       ) AS payout
                 WHERE provider.id = ANY(%(ids)s)
              ORDER BY provider.id, payout.day DESC
                """,
                ids=self.ids,
                today=fields.Date.context_today(self),
                limit=LATEST_PAYOUTS,
            )
        )
        for provider_id, *payout in rows:
            latest[provider_id].append(tuple(payout))
        return latest
