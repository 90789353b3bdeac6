"""A shop has made several orders of one: they share a reference, and one payment is of all of them."""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.matching.ledger import ItemType
from odoo.addons.settlement_bridge.matching.outcomes import Status

from ..samples.plain import Books, line, said


@pytest.fixture
def books():
    """Order XKBKNABJK became two: 500 and 300, both invoiced."""
    books = Books()
    books.first = books.case("S00048", "XKBKNABJK", webshop_id=1)
    books.second = books.case("S00049", "XKBKNABJK", webshop_id=1)
    books.invoices = [books.item(books.first, 500), books.item(books.second, 300)]
    return books


def test_one_payment_closes_both_invoices(books):
    decision = books.decide_one(line(800, "XKBKNABJK"))
    assert decision.status is Status.MATCHED
    assert [(part.item, part.amount) for part in decision.allocations] == [
        (books.invoices[0], Decimal(500)),
        (books.invoices[1], Decimal(300)),
    ]
    assert [item.residual for item in books.invoices] == [0, 0]
    assert "2 orders of one customer" in said(decision) and "S00048, S00049" in said(decision)


def test_a_payment_of_one_of_them_is_that_ones(books):
    decision = books.decide_one(line(300, "XKBKNABJK"))
    assert [part.item for part in decision.allocations] == [books.invoices[1]]


@pytest.mark.parametrize("amount", [799, 801, 200])
def test_another_sum_is_no_guess(books, amount):
    decision = books.decide_one(line(amount, "XKBKNABJK"))
    assert decision.status is Status.UNKNOWN
    assert "2 documents have the reference" in said(decision)


def test_two_customers_are_not_paid_together(books):
    books.second.partner_id = 8
    assert books.decide_one(line(800, "XKBKNABJK")).status is Status.UNKNOWN


def test_two_shops_are_not_paid_together(books):
    books.second.webshop_id = 2
    assert books.decide_one(line(800, "XKBKNABJK")).status is Status.UNKNOWN


def test_all_of_them_have_something_open(books):
    books.case("S00050", "XKBKNABJK", webshop_id=1)
    assert books.decide_one(line(800, "XKBKNABJK")).status is Status.UNKNOWN


def test_nothing_else_is_open_there(books):
    books.item(books.first, -100, ItemType.CREDIT_NOTE)
    assert books.decide_one(line(700, "XKBKNABJK")).status is Status.UNKNOWN


def test_what_one_payment_took_the_next_does_not_find(books):
    first, second = books.decide(line(800, "XKBKNABJK"), line(800, "XKBKNABJK", id=2))
    assert (first.status, second.status) == (Status.MATCHED, Status.UNKNOWN)
