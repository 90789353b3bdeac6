"""When a provider pays out next, where its earlier payouts tell it."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta

#: How many payouts have to follow one rhythm before it is trusted.
ENOUGH = 4

_WEEK = timedelta(days=7)


def next_payout(dates: Sequence[date], today: date) -> date | None:
    """Return the day on which the next payout is expected; None where it cannot be known.

    Two rhythms are known: every weekday, and every so many weeks on the same day. One payout off the rhythm, or one
    that should have come already, and nothing is said: a guess would be read as a promise.

    :param dates: of the latest payouts, in any order; several on one day count once.
    """
    latest = sorted(set(dates))[-ENOUGH:]
    if len(latest) < ENOUGH:
        return None
    steps = {later - earlier for earlier, later in itertools.pairwise(latest)}
    if len(steps) == 1 and not next(iter(steps)) % _WEEK:
        expected = latest[-1] + steps.pop()
    elif all(_next_weekday(earlier) == later for earlier, later in itertools.pairwise(latest)):
        expected = _next_weekday(latest[-1])
    else:
        return None
    return expected if expected >= today else None


def _next_weekday(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day
