"""The first month as it would be booked, summed up by day and account."""

from datetime import date
from decimal import Decimal

from odoo.addons.settlement_bridge.booking.planned import PlannedLine, Voucher
from odoo.addons.settlement_bridge.golive.days import PlannedDay, Sums, sum_up
from odoo.addons.settlement_bridge.matching.roles import Role

OWED, FEE, CUSTOMER = 1522, 7772, 1500


def voucher(number, *entries):
    lines = [
        PlannedLine(Role.CLEARING, account, Decimal(amount), Decimal(amount), "NOK", "") for account, amount in entries
    ]
    return Voucher(date(2026, 3, number), lines)


def test_debit_and_credit_of_each_day_and_account():
    days = [
        PlannedDay(date(2026, 3, 3), 7, (), (voucher(3, (OWED, "48.00"), (FEE, "2.00"), (CUSTOMER, "-50.00")),)),
        PlannedDay(
            date(2026, 3, 2),
            7,
            (),
            (
                voucher(2, (OWED, "96.00"), (FEE, "4.00"), (CUSTOMER, "-100.00")),
                voucher(2, (OWED, "-30.00"), (CUSTOMER, "30.00")),
            ),
        ),
    ]
    sums = sum_up(days)
    assert list(sums) == [
        (date(2026, 3, 2), OWED),
        (date(2026, 3, 2), FEE),
        (date(2026, 3, 2), CUSTOMER),
        (date(2026, 3, 3), OWED),
        (date(2026, 3, 3), FEE),
        (date(2026, 3, 3), CUSTOMER),
    ]
    assert sums[date(2026, 3, 2), OWED] == Sums(Decimal("96.00"), Decimal("30.00"))
    assert sums[date(2026, 3, 2), CUSTOMER].balance == Decimal("-70.00")
    assert sum(each.balance for each in sums.values()) == 0


def test_a_day_that_cannot_be_booked_has_no_sums():
    assert sum_up([PlannedDay(date(2026, 3, 2), 7, (), (), "The period is closed.")]) == {}
