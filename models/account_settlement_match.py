from odoo import models

from ..matching.engine import decide
from ..matching.lookups import collect_lookups
from ..matching.settings import Settings
from .account_settlement_line_row import MATCHED_FIELDS
from .money import to_decimal

#: The fields that :meth:`AccountSettlementLine._to_plain` reads.
PLAIN_FIELDS = (
    *MATCHED_FIELDS.values(),
    "fee_owed",
    "is_kept",
    "is_undone",
    "placed_data",
    "taken_back_item_ids",
    "taken_back_line_ids",
)


class AccountSettlement(models.Model):
    """The match stage: what exists in the ledger is gathered in a constant number of queries, then decided on."""

    _inherit = "account.settlement"

    def _match(self, lines):
        """Return a :class:`~..matching.outcomes.Decision` for each of ``lines``, without writing anything."""
        self.ensure_one()
        settings = self._get_match_settings(lines[:1].date)
        lines.fetch(PLAIN_FIELDS)  # in one query; left to itself, the ORM reads a thousand at a time
        decided = {line.id: line._decide_taken_back() for line in lines if line._is_decided_by_person()}
        plain = [line._to_plain() for line in lines if line.id not in decided]
        rules = self.env["account.settlement.rule"]._get_rules(self.provider_id)
        ledger = self.provider_id._gather_ledger(collect_lookups(plain, rules, settings.prefixes))
        decided.update((decision.line.id, decision) for decision in decide(plain, rules, ledger, settings))
        return [decided[line.id] for line in lines]

    def _get_match_settings(self, date):
        """Return the provider's :class:`~..matching.settings.Settings`, with the rates of ``date``."""
        provider = self.provider_id
        return Settings(
            limit=to_decimal(provider.rounding_limit, self.company_id.currency_id),
            to_company=self._get_conversion(date),
            prefixes=tuple((provider.reference_prefixes or "").replace(" ", "").split(",")),
            prepayment_account_id=provider.prepayment_account_id.id or None,
            reserve_account_id=provider.reserve_account_id.id or None,
        )

    def _get_conversion(self, date):
        """Return ``(amount, currency name) -> Decimal`` in company currency at the rate of ``date``."""
        company = self.company_id
        company_currency = company.currency_id
        currencies = {}

        def to_company(amount, currency_name):
            if currency_name == company_currency.name:
                return amount
            if currency_name not in currencies:
                currency = (
                    self.env["res.currency"]
                    .with_context(active_test=False)
                    .search([("name", "=", currency_name)], limit=1)
                )
                currencies[currency_name] = currency._get_conversion_rate(currency, company_currency, company, date)
            return to_decimal(company_currency.round(float(amount) * currencies[currency_name]), company_currency)

        return to_company
