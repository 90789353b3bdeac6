"""When the next payout is expected: said only where the earlier ones leave no doubt."""

from datetime import date

import pytest

from odoo.addons.settlement_bridge.providers.rhythm import next_payout

WEEKLY = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)]
WEEKDAYS = [date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 24)]


@pytest.mark.parametrize(
    ("dates", "today", "expected"),
    [
        (WEEKLY, date(2026, 3, 25), date(2026, 3, 30)),
        (WEEKLY, date(2026, 3, 30), date(2026, 3, 30)),
        # From Thursday to Tuesday: nothing is paid at the weekend.
        (WEEKDAYS, date(2026, 3, 24), date(2026, 3, 25)),
        ([*WEEKDAYS, date(2026, 3, 25), date(2026, 3, 26), date(2026, 3, 27)], date(2026, 3, 28), date(2026, 3, 30)),
        # Two payouts on one day are one day of payouts, and an older rhythm does not count.
        ([date(2026, 1, 14), *WEEKLY, WEEKLY[-1]], date(2026, 3, 25), date(2026, 3, 30)),
    ],
)
def test_a_rhythm_that_has_held_four_times_is_continued(dates, today, expected):
    assert next_payout(list(reversed(dates)), today) == expected


@pytest.mark.parametrize(
    ("dates", "today"),
    [
        ([], date(2026, 3, 25)),
        (WEEKLY[1:], date(2026, 3, 25)),
        # One a day late.
        ([*WEEKLY[:-1], date(2026, 3, 24)], date(2026, 3, 25)),
        # It should have come the day before.
        (WEEKLY, date(2026, 3, 31)),
        # Every third day, which is neither.
        ([date(2026, 3, 1), date(2026, 3, 4), date(2026, 3, 7), date(2026, 3, 10)], date(2026, 3, 11)),
    ],
)
def test_where_it_cannot_be_known_nothing_is_said(dates, today):
    assert next_payout(dates, today) is None
