from odoo import fields, models

from ..matching.fees import book_fees
from ..matching.lookups import collect_lookups
from ..matching.trials import Batch, simulate
from .account_settlement_match import PLAIN_FIELDS


class AccountSettlementProvider(models.Model):
    """Trying rules over a provider's transactions, without writing anything."""

    _inherit = "account.settlement.provider"

    def _try_rules(self, rules, lines, anew=False):
        """Return what today's rules and other rules would do with transactions.

        :param rules: :class:`~..matching.rules.Rule`, in the order they would be tried.
        :param lines: ``account.settlement.line`` of this provider.
        :param bool anew: as if all of them were undone and booked again; else what waits is looked at again and what
            is new is booked, as the scheduled actions do.
        :return: list of ``(line, now, then)``; the outcomes are :class:`~..matching.decisions.Decision`, or None for
            what stays where it stands.
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
        """Take off the taxes that do not agree with what documents state, as when they are booked."""
        stated = set(lines.filtered("fee_vat").ids)
        split_tax = lines[:1].settlement_id._get_tax_split()
        for decisions in outcomes:
            with_vat = [decision for decision in decisions if decision and decision.line.id in stated]
            book_fees(with_vat, self._get_fee_types(), split_tax)


class AccountSettlementLine(models.Model):
    """Transactions in the batches in which they are decided on."""

    _inherit = "account.settlement.line"

    def _get_batches_anew(self):
        """Return the batches in which these transactions would be booked, and the transactions in the same order."""
        batches, tried = [], self.browse()
        for settlement, lines in self._group_by_settlement():
            for date, dated in sorted(lines.grouped("date").items()):
                settings = settlement._get_match_settings(date)
                batches.append(Batch(tuple(line._to_plain() for line in dated), settings))
                tried += dated
        return batches, tried

    def _get_waiting_batches(self):
        """Return the batches in which what waits would be looked at again and what is new would be booked."""
        batches, tried = [], self.browse()
        today = fields.Date.context_today(self)
        for settlement, lines in self.filtered_domain(self._get_awaiting_domain())._group_by_settlement():
            if sources := lines._get_open_sources():
                plain = tuple(line._get_plain_open(item) for line, item in sources)
                roles = tuple(item.settlement_role for _line, item in sources)
                batches.append(Batch(plain, settlement._get_match_settings(today), roles))
                tried = tried.concat(*(line for line, _item in sources))
        new = self.filtered(lambda line: line.status == "new")
        new_batches, new_tried = new._get_batches_anew()
        return batches + new_batches, tried + new_tried

    def _group_by_settlement(self):
        """Return ``(settlement, its transactions)``, both in the order in which they are booked."""
        ordered = self.sorted(lambda line: (line.date, line.row, line.id))
        return sorted(
            ordered.grouped("settlement_id").items(),
            key=lambda entry: (entry[0].date or fields.Date.today(), entry[0].id),
        )
