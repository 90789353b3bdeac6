"""Which open document a person probably wants: exactly the amount, and one thing more. No database."""

import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.matching.suggestions import Document, order, propose

from ..samples.plain import DAY, line

FAR = DAY - datetime.timedelta(days=90)


def document(number, residual=300, date=FAR, **values):
    """An open invoice of Ola, dated long ago; a credit note where ``residual`` is negative."""
    values = {"currency": "NOK", "partner_id": 8, "partner_name": "Ola Nordmann", **values}
    return Document(number, Decimal(residual), date=date, **values)


def proposed(lines, *documents, partners=None):
    """``{transaction: document}``"""
    return {line_id: fit.document.id for line_id, fit in propose(lines, documents, partners).items()}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"references": ("W-1042",)}, ["fits_amount", "fits_reference"]),
        ({"references": ("X-W-1042",)}, ["fits_amount", "fits_reference"]),
        ({"references": ("1042",)}, ["fits_amount", "fits_reference"]),
        ({"partner_id": 7, "partner_name": "Kari Nordmann"}, ["fits_amount", "fits_customer"]),
        ({"partner_name": "Per Hansen"}, ["fits_amount", "fits_customer"]),
        ({"date": DAY}, ["fits_amount", "fits_same_day"]),
        ({"date": DAY + datetime.timedelta(days=1)}, ["fits_amount", "fits_next_day"]),
        ({"date": DAY - datetime.timedelta(days=14)}, ["fits_amount", "fits_date"]),
    ],
)
def test_the_amount_and_one_thing_more(values, told):
    payment = line(300, "w-1042", text="Takk, hilsen per hansen")
    fit = propose([payment], [document(1, **values)], {1: 7})[1]
    assert [message.code for message in fit.explain()] == told


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"date": DAY - datetime.timedelta(days=15)},
        {"residual": "299.99", "references": ("W-1042",), "date": DAY},
        {"residual": -300, "references": ("W-1042",)},
        {"currency": "SEK", "references": ("W-1042",)},
        {"references": ("W-10421", "042", "AW-1042")},
        {"date": None},
    ],
)
def test_no_proposal(values):
    assert proposed([line(300, "W-1042")], document(1, **values)) == {}


def test_a_refund_and_its_credit_note():
    assert proposed([line(-100, "W-1")], document(1, 100, DAY), document(2, -100, DAY)) == {1: 2}


def test_what_the_customer_was_charged_in_another_currency():
    payment = line(1160, "W-1", amount_original="100", currency_original="EUR")
    assert proposed([payment], document(1, 100, DAY, currency="EUR")) == {1: 1}


def test_the_better_of_two_and_none_of_equals():
    by_reference, by_date, also = document(1, references=("W-1042",)), document(2, date=DAY), document(3, date=DAY)
    payment = line(300, "W-1042")
    assert proposed([payment], by_date, by_reference, also) == {1: 1}
    assert proposed([payment], by_date, also) == {}


def test_one_document_for_two_payments():
    """It goes to the one it fits better; of two that are alike, to none."""
    first, second, third = line(300, "W-1042"), line(300, "W-7777", id=2), line(300, "W-8888", id=3)
    invoice = document(1, references=("W-1042",), date=DAY)
    assert proposed([second, first], invoice) == {1: 1}
    assert proposed([second, third], invoice) == {}


def test_the_best_stands_first():
    exact, near, named = document(1, date=DAY), document(2, 299, DAY), document(3, 5, references=("W-1042",))
    fits = order(line(300, "W-1042"), [near, named, exact])
    assert [fit.document.id for fit in fits] == [1, 3, 2]
