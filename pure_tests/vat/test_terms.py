"""The terms of the VAT return."""

import datetime

import pytest

from odoo.addons.settlement_bridge.vat.terms import Term


@pytest.mark.parametrize(
    ("day", "months", "number", "first", "last"),
    [
        ("2026-03-01", 2, 2, "2026-03-01", "2026-04-30"),
        ("2026-12-31", 2, 6, "2026-11-01", "2026-12-31"),
        ("2024-02-29", 1, 2, "2024-02-01", "2024-02-29"),
        ("2026-07-15", 12, 1, "2026-01-01", "2026-12-31"),
    ],
)
def test_days_of_a_term(day, months, number, first, last):
    term = Term.containing(datetime.date.fromisoformat(day), months)
    assert (term.number, term.first.isoformat(), term.last.isoformat()) == (number, first, last)


def test_terms_follow_each_other_over_the_year():
    term = Term(2026, 6)
    assert term.next() == Term(2027, 1)
    assert Term(2027, 1).previous() == term
    assert Term(2026, 1, 12).previous() == Term(2025, 1, 12)
    assert Term(2026, 1, 1).previous() == Term(2025, 12, 1)


def test_what_is_reported_next_is_the_term_that_has_ended():
    assert Term.ended_before(datetime.date(2026, 4, 30)) == Term(2026, 1)
    assert Term.ended_before(datetime.date(2026, 5, 1)) == Term(2026, 2)
