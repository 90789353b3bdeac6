"""What would be booked, compared with what was booked by hand in the same period, day by day.

Both sides are sums by day and account in company currency, :class:`~decimal.Decimal`, debit positive. An account that
the books by hand use for the same purpose is named as ours before it comes here, so that only real differences show.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from enum import StrEnum

from ..common.values import ZERO


class Cause(StrEnum):
    """Why a day's sums on an account differ."""

    SAME = "same"
    #: Over the whole period the account's sums are equal: only the days differ.
    OTHER_DAY = "other_day"
    #: Nothing was booked by hand on the account that day.
    ONLY_HERE = "only_here"
    #: Only the books by hand have it: the provider's documents say nothing of it.
    ONLY_BY_HAND = "only_by_hand"
    #: Transactions could not be matched: what is unknown here, a person has placed there.
    UNKNOWN = "unknown"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Row:
    """One day on one account.

    :ivar account: what the sums are by; anything that can be a key. :ivar ours: what would be booked.
    :ivar by_hand: what was booked.
    """

    date: Date
    account: Hashable
    ours: Decimal
    by_hand: Decimal
    cause: Cause

    @property
    def difference(self) -> Decimal:
        """What would be booked less what was."""
        return self.ours - self.by_hand


def compare(
    ours: Mapping[tuple[Date, Hashable], Decimal],
    by_hand: Mapping[tuple[Date, Hashable], Decimal],
    unknown: Hashable = None,
) -> list[Row]:
    """Return a row for each day and account on which either side has something, by day.

    :param ours: ``{(day, account): sum}`` of what would be booked. :param by_hand: the same of what was booked.
    :param unknown: the account for what could not be matched.
    """
    totals = _sum_by_account(ours), _sum_by_account(by_hand)
    rows = []
    for date, account in dict.fromkeys([*ours, *by_hand]):
        sums = ours.get((date, account), ZERO), by_hand.get((date, account), ZERO)
        if any(sums):
            is_equal_in_all = totals[0][account] == totals[1][account]
            rows.append(Row(date, account, *sums, _find_cause(*sums, is_equal_in_all, account == unknown)))
    return sorted(rows, key=lambda row: row.date)


def _sum_by_account(sums):
    totals = defaultdict(lambda: ZERO)
    for (_date, account), amount in sums.items():
        totals[account] += amount
    return totals


def _find_cause(ours, by_hand, is_equal_in_all, is_unknown):
    if ours == by_hand:
        return Cause.SAME
    if is_equal_in_all:
        return Cause.OTHER_DAY
    if is_unknown and ours:
        return Cause.UNKNOWN
    if not by_hand:
        return Cause.ONLY_HERE
    return Cause.AMOUNT if ours else Cause.ONLY_BY_HAND
