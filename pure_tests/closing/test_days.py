"""Whether every day of March is here."""

import datetime
from decimal import Decimal

from odoo.addons.settlement_bridge.closing.days import Days, Stretch, look_at_days

LAST = datetime.date(2026, 3, 31)


def march(number):
    return datetime.date(2026, 3, number)


def stretch(first, last=None, opening="0", closing="0"):
    return Stretch(first, last or first, Decimal(opening), Decimal(closing))


def look(*stretches, waiting=None):
    return look_at_days(stretches, march(1), LAST, waiting)


def test_nothing_is_here():
    assert look() == Days()


def test_each_day_was_told_of():
    assert look(stretch(march(1), march(10)), stretch(march(11), LAST)) == Days(LAST)
    # In any order, and with days that two settlements share.
    assert look(stretch(march(10), LAST), stretch(march(1), march(10))) == Days(LAST)


def test_waiting_document_shows_the_gap_before_it():
    """2 March is here and 1 April too, but what tells of 4 March waits for 3 March."""
    april = datetime.date(2026, 4, 1)
    assert look(stretch(march(1), march(2)), stretch(april), waiting=march(4)).complete_to == march(2)
    assert look(stretch(march(1), april), waiting=march(4)).complete_to == march(3)


def test_balances_that_do_not_meet_are_a_gap():
    days = look(stretch(march(1), march(2), closing="50"), stretch(march(5), LAST, opening="60"))
    assert days == Days(march(2))


def test_silent_days():
    """The balance stood at 50 over the weekend: no gap shows. At zero, a day paid out whole may lack."""
    meets = (stretch(march(1), march(6), closing="50"), stretch(march(9), LAST, opening="50"))
    assert look(*meets) == Days(LAST, 2)
    assert look(stretch(march(1), march(6)), stretch(march(9), LAST)) == Days(LAST, 2, may_lack=True)
    # Days of other months are not counted.
    before = stretch(datetime.date(2026, 2, 26), datetime.date(2026, 2, 27), closing="50")
    assert look(before, stretch(march(2), LAST, opening="50")) == Days(LAST, 1)
