"""An invoice less its credit note: the payment of the rest closes both; what a person has taken back."""

import pytest

from odoo.addons.settlement_bridge.matching.ledger import ItemType
from odoo.addons.settlement_bridge.matching.outcomes import Status

from ..samples.plain import Books, line, parts_of, said


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def credited(books):
    """An order invoiced with 100 and credited with 50, the credit note written by itself."""
    case = books.case()
    books.item(case, 100)
    books.item(case, -50, ItemType.CREDIT_NOTE)
    return case


def test_payment_of_the_rest_closes_invoice_and_credit_note(books, credited):
    decision = books.decide_one(line(50))
    assert parts_of(decision) == [("item", "-50"), ("item", "100")]
    assert (decision.status, decision.difference) == (Status.MATCHED, "")
    assert not books.ledger.open_items(credited.id, *ItemType)


@pytest.mark.parametrize("amount", [40, 60, 100])
def test_another_amount_pays_the_invoice(books, credited, amount):
    """Less or more than the rest is no proof that the credit note was taken off."""
    decision = books.decide_one(line(amount))
    assert parts_of(decision) == [("item", str(amount))]


def test_an_invoice_of_exactly_the_amount_comes_first(books, credited):
    exact = books.item(credited, 50)
    books.item(credited, -50, ItemType.CREDIT_NOTE)
    decision = books.decide_one(line(50))
    assert [part.item for part in decision.allocations] == [exact]


def test_a_refund_is_not_met_by_invoices(books):
    case = books.case()
    books.item(case, 50)
    books.item(case, -100, ItemType.CREDIT_NOTE)
    assert parts_of(books.decide_one(line(-50))) == [("item", "-50")]


def test_what_a_person_has_taken_back_is_not_matched_again(books):
    """Not with that document; another of the same order is free."""
    case = books.case()
    first, second = books.item(case, 100), books.item(case, 80)
    decision = books.decide_one(line(100, taken_back_ids=frozenset({first.id})))
    assert "taken it back" in said(decision)
    assert [(part.item, part.amount) for part in decision.allocations] == [(second, 80), (None, 20)]
    assert decision.status is Status.MATCHED and first.residual == 100
