"""A month as it would be booked, beside the same month as somebody booked it by hand."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.golive.comparison import Cause, compare


def day(number):
    return date(2026, 3, number)


def causes(ours, by_hand, **more):
    def sums(entries):
        return {(day(number), account): Decimal(amount) for number, account, amount in entries}

    rows = compare(sums(ours), sums(by_hand), **more)
    return [(row.date.day, row.account, str(row.difference), row.cause) for row in rows]


CASES = {
    "the same": (
        [(2, "fee", "4.00")],
        [(2, "fee", "4.00")],
        [(2, "fee", "0.00", Cause.SAME)],
    ),
    "fees booked once a month by hand, daily here": (
        [(2, "fee", "4.00"), (3, "fee", "6.00")],
        [(31, "fee", "10.00")],
        [
            (2, "fee", "4.00", Cause.OTHER_DAY),
            (3, "fee", "6.00", Cause.OTHER_DAY),
            (31, "fee", "-10.00", Cause.OTHER_DAY),
        ],
    ),
    "a day forgotten by hand": (
        [(2, "fee", "4.00"), (3, "fee", "6.00")],
        [(2, "fee", "4.00")],
        [(2, "fee", "0.00", Cause.SAME), (3, "fee", "6.00", Cause.ONLY_HERE)],
    ),
    "a voucher that the provider's documents know nothing of": (
        [(2, "owed", "96.00")],
        [(2, "owed", "96.00"), (5, "owed", "50.00")],
        [(2, "owed", "0.00", Cause.SAME), (5, "owed", "-50.00", Cause.ONLY_BY_HAND)],
    ),
    "a typing error": (
        [(2, "owed", "96.00")],
        [(2, "owed", "69.00")],
        [(2, "owed", "27.00", Cause.AMOUNT)],
    ),
    "unknown here, placed on the customer by hand": (
        [(2, "unknown", "-100.00")],
        [(2, "customer", "-100.00")],
        [(2, "unknown", "-100.00", Cause.UNKNOWN), (2, "customer", "100.00", Cause.ONLY_BY_HAND)],
    ),
    "what sums to nothing is no row": ([(2, "owed", "0.00")], [], []),
}


@pytest.mark.parametrize(("ours", "by_hand", "expected"), CASES.values(), ids=CASES)
def test_each_difference_has_its_cause(ours, by_hand, expected):
    assert causes(ours, by_hand, unknown="unknown") == expected


def test_the_differences_are_the_difference_of_the_sums():
    ours = {(day(2), "fee"): Decimal("4.00"), (day(9), "owed"): Decimal("96.00")}
    by_hand = {(day(3), "fee"): Decimal("3.50"), (day(9), "owed"): Decimal("90.00")}
    assert sum(row.difference for row in compare(ours, by_hand)) == sum(ours.values()) - sum(by_hand.values())
