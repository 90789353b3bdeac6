from odoo import models

from ..booking.fees import book_fees
from ..matching.lookups import collect_lookups
from ..matching.trials import simulate
from .account_settlement_match import PLAIN_FIELDS


class AccountSettlementProvider(models.Model):
    """Trying rules on a provider's transactions, without writing anything."""

    _inherit = "account.settlement.provider"

    def _try_rules(self, rules, lines, anew=False):
        """Return what today's rules and other rules would do with transactions.

        :param rules: :class:`~..matching.rules.Rule`, in the order they would be tried.
        :param lines: ``account.settlement.line`` of this provider.
        :param bool anew: as if all of them were undone and booked again; else what is open is matched again and what
            is new is booked, as the scheduled actions do.
        :return: list of ``(line, now, then)``: a :class:`~..matching.outcomes.Decision` by today's rules and one by
            ``rules``, each None where the transaction stays where it is.
        """
        self.ensure_one()
        lines = lines.filtered(lambda line: line.status != "excluded")
        lines.fetch(PLAIN_FIELDS)
        batches, tried = lines._get_batches_anew() if anew else lines._get_waiting_batches()
        plain = [line for batch in batches for line in batch.lines]
        if not plain:
            return []
        today = self.env["account.settlement.rule"]._get_rules(self)
        lookups = collect_lookups(plain, [*today, *rules], batches[0].settings.prefixes)
        ledger = self._gather_ledger(lookups, without=lines if anew else None)
        outcomes = [simulate(batches, each, ledger) for each in (today, rules)]
        self._check_stated_vat(lines, outcomes)
        return list(zip(tried, *outcomes, strict=True))

    def _check_stated_vat(self, lines, outcomes):
        """Remove taxes that differ from the VAT the document states, as booking does."""
        stated = set(lines.filtered("fee_vat").ids)
        split_tax = lines[:1].settlement_id._get_tax_split()
        for decisions in outcomes:
            with_vat = [decision for decision in decisions if decision and decision.line.id in stated]
            book_fees(with_vat, self._get_fee_types(), split_tax)
