"""Shopify: goods were sent, and then the reservation of their money was voided or ran out."""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn

from ...invoicing.books import GIFT_CARD, Books
from .documents import transaction
from .test_exchanges import documents, goods, sale, sent
from .test_exchanges import told as order_told

#: A 500.00 at 25 % and coffee 300.00 at 15 %, of which a gift card paid 600.00.
GOODS = [goods(1, "500.00"), goods(2, "300.00", "0.15")]
CARD = sale(10, "600.00", gateway="gift_card")
REST = transaction(11, "AUTHORIZATION", "200.00")
VOID = transaction(12, "VOID", "200.00", "2026-03-10T08:20:45Z", 11)


def half_sent(*payments, **values):
    return order_told(GOODS, "800.00", list(payments), parcels=[sent(1)], status="PARTIALLY_FULFILLED", **values)


@pytest.mark.parametrize("invoice_on", [InvoiceOn.SHIPPED, InvoiceOn.CAPTURED])
def test_goods_paid_by_gift_card_stay_sold_when_the_rest_is_voided(invoice_on):
    books = Books(invoice_on)
    books.tell(half_sent(CARD, REST))
    plan = books.tell(half_sent(CARD, REST, VOID))
    assert documents(books) == [("invoice", ["1"], "500.00")]
    assert books.per_rate("tax") == {Decimal(25): Decimal("100.00")}
    assert (dict(books.tenders), plan.is_finished) == ({GIFT_CARD: Decimal("500.00")}, True)


@pytest.mark.parametrize("of_card", [[], [CARD]], ids=["reserved", "some by gift card"])
def test_goods_sent_stay_sold_when_the_reservation_runs_out(of_card):
    """Nothing was called off: the buyer has the goods, and owes what no gift card paid of them."""
    books = Books()
    rest = [transaction(11, "AUTHORIZATION", "200.00" if of_card else "800.00")]
    books.tell(half_sent(*of_card, *rest))
    books.tell(half_sent(*of_card, *rest, displayFinancialStatus="EXPIRED"))
    assert documents(books) == [("invoice", ["1"], "500.00")]
    assert books.left() - sum(books.tenders.values()) == (0 if of_card else Decimal("500.00"))


def test_everything_sent_stays_sold_when_the_reservation_runs_out():
    books = Books()
    reserved = [transaction(11, "AUTHORIZATION", "800.00")]
    parcels = [sent(1), sent(2)]
    books.tell(order_told(GOODS, "800.00", reserved, parcels=parcels))
    plan = books.tell(order_told(GOODS, "800.00", reserved, parcels=parcels, displayFinancialStatus="EXPIRED"))
    assert (plan.documents, plan.is_finished, books.left()) == ((), True, Decimal("800.00"))


def test_everything_sent_and_the_payment_voided_is_credited_and_says_so():
    books = Books()
    reserved = [transaction(11, "AUTHORIZATION", "800.00")]
    parcels = [sent(1), sent(2)]
    books.tell(order_told(GOODS, "800.00", reserved, parcels=parcels))
    plan = books.tell(order_told(GOODS, "800.00", reserved, parcels=parcels, displayFinancialStatus="VOIDED"))
    assert books.left() == 0
    assert [document.reason.code for document in plan.documents] == ["payment_voided"]


def test_goods_added_and_not_paid_leave_what_is_captured_and_invoiced():
    """1000.00 is captured; goods of 500.00 at 15 % are added, and paid a week later."""
    books = Books(InvoiceOn.CAPTURED)
    first, added = goods(1, "1000.00"), goods(2, "500.00", "0.15")
    books.tell(order_told([first], "1000.00", [sale(11, "1000.00")]))
    books.tell(order_told([first, added], "1500.00", [sale(11, "1000.00")]))
    assert documents(books) == [("invoice", ["1"], "1000.00")]
    books.tell(order_told([first, added], "1500.00", [sale(11, "1000.00"), sale(12, "500.00", day=10)]))
    assert documents(books) == [("invoice", ["1"], "1000.00"), ("invoice", ["2"], "500.00")]
