from odoo import models

from ..common.messages import SettlementError
from ..golive.days import PlannedDay
from ..matching.lookups import collect_lookups
from ..matching.trials import Batch, simulate
from .account_settlement_match import PLAIN_FIELDS


class AccountSettlementProvider(models.Model):
    """What would be booked for a provider if it were active, without writing anything."""

    _inherit = "account.settlement.provider"

    def _preview(self, date_from, date_to, without_items=None):
        """Plan the vouchers of what is stored and not booked, as the scheduled action would, and write none.

        The days are matched one after the other: what one has closed is not open for the next.

        :param date_from: the first ledger date. :param date_to: the last.
        :param without_items: ``account.move.line`` booked by hand that are taken as not booked.
        :return: a :class:`~..golive.days.PlannedDay` for each settlement and day, in the order of booking.
        """
        self = self._as_user()
        self.ensure_one()
        days = self._get_days_to_book(date_from, date_to)
        lines = self.env["account.settlement.line"].union(*(lines for _settlement, _date, lines in days))
        lines.fetch(PLAIN_FIELDS)
        batches = [
            Batch(tuple(line._to_plain() for line in lines), settlement._get_match_settings(date))
            for settlement, date, lines in days
        ]
        plain = [line for batch in batches for line in batch.lines]
        if not plain:
            return []
        rules = self.env["account.settlement.rule"]._get_rules(self)
        lookups = collect_lookups(plain, rules, batches[0].settings.prefixes)
        ledger = self._gather_ledger(lookups, without_items=without_items)
        decisions = iter(simulate(batches, rules, ledger))
        return [
            self._plan_day(settlement, date, [next(decisions) for _line in lines]) for settlement, date, lines in days
        ]

    def _plan_day(self, settlement, date, decided):
        """Return a day as it would be booked; where it cannot be, with the reason."""
        settlement = settlement.with_company(settlement.company_id)
        try:
            _booking_date, vouchers, _decisions, _fees = settlement._plan(date, decided)
        except SettlementError as error:
            return PlannedDay(
                date, settlement.id, tuple(decided), error=self.env["settlement.message"]._render(error.message)
            )
        return PlannedDay(date, settlement.id, tuple(decided), tuple(voucher for voucher in vouchers if voucher.lines))

    def _get_days_to_book(self, date_from, date_to):
        """Return ``(settlement, ledger date, lines)`` of what would be booked, in the order of booking."""
        waiting = self.env["account.settlement"].search(
            [("provider_id", "=", self.id), ("date_to", ">=", date_from), ("date_from", "<=", date_to)],
            order="date, id",
        )
        return [
            (settlement, date, lines)
            for settlement in waiting
            for date, lines in settlement._get_provable_lines()
            if date_from <= date <= date_to
        ]
