"""Whether every day of a month is there, of a provider that tells day by day.

A day on which nothing happened leaves no trace. That none is missing is then known from the balances alone: each
settlement opens with the closing balance before. Where that balance is zero, days that were paid out whole may lack.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Days that a provider has told of.

    :ivar first: the first with a transaction. :ivar last: the last of which nothing more is expected.
    :ivar opening / closing: the provider's balance before and after, in its currency; None where it does not say.
    """

    first: datetime.date
    last: datetime.date
    opening: Decimal | None = None
    closing: Decimal | None = None


@dataclass(frozen=True)
class Days:
    """What is known of a month's days.

    :ivar complete_to: the last day up to which no gap shows; None where nothing is there.
    :ivar silent: how many days of the month nothing was told of. :ivar may_lack: nothing proves that they are quiet.
    """

    complete_to: datetime.date | None = None
    silent: int = 0
    may_lack: bool = False


#: Nothing is there.
NO_DAYS = Days()


def look_at_days(stretches, first: datetime.date, last: datetime.date, waiting: datetime.date | None = None) -> Days:
    """Return the :class:`Days` of a month.

    :param stretches: :class:`Stretch` that reach into the month, with the last one before and the first one after it.
    :param waiting: the first day of a document that waits for the days before it.
    """
    before, silent, may_lack = None, 0, False
    for stretch in sorted(stretches, key=lambda one: (one.first, one.last)):
        if before and stretch.first > before.last + _DAY:
            is_unread = waiting and before.last < waiting < stretch.first
            if is_unread or _differ(before.closing, stretch.opening):
                break
            gap = _count_days(max(before.last + _DAY, first), min(stretch.first - _DAY, last))
            silent += gap
            may_lack = may_lack or bool(gap and not before.closing)
        if not before or stretch.last >= before.last:
            before = stretch
    complete_to = before and before.last
    if complete_to and waiting and waiting <= complete_to:
        complete_to = waiting - _DAY
    return Days(complete_to, silent, may_lack)


def _differ(closing, opening):
    return None not in (closing, opening) and closing != opening


def _count_days(first, last):
    return max((last - first).days + 1, 0)
