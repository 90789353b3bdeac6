"""Which invoices stand when money was given up, or was not taken yet for what is added. No database."""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.webshops.records import Shipment, Tender

from ..samples.webshop_orders import SENT, line, new_order, sent_order
from .books import GIFT_CARD, LATER, Books, capture, changed, parcel, told

# --- Voided


@pytest.mark.parametrize("invoice_on", InvoiceOn)
def test_captured_in_part_and_the_rest_voided(invoice_on):
    """The shop had only the socks: the buyer owes no more than was captured."""
    books = Books(invoice_on)
    order = sent_order(captures=(capture(1, "437.20"),), is_capture_final=True, shipments=(parcel(1, socks=2),))
    plan = books.tell(order)
    assert told(plan) == [("sale", "invoice", "437.20")]
    assert plan.is_finished
    assert books.per_rate() == {Decimal(25): Decimal("437.20")}
    assert "voided" in str(plan.documents[0].reason)


def test_voided_after_the_only_parcel_nothing_more_is_awaited(books):
    order = new_order(captures=(capture(1, "437.20"),), shipments=(parcel(1, socks=2),))
    assert not books.tell(order).is_finished
    plan = books.tell(changed(order, is_capture_final=True))
    assert not plan.documents
    assert plan.is_finished


def test_less_was_captured_than_was_sent_and_the_rest_voided(books):
    """The price of the socks was lowered at the provider: the coffee that was never sent is not invoiced."""
    order = new_order(captures=(capture(1, "400"),), shipments=(parcel(1, socks=2),), is_capture_final=True)
    assert told(books.tell(order)) == [("sale", "invoice", "400.00")]
    assert books.per_rate() == {Decimal(25): Decimal("400.00")}


@pytest.mark.parametrize("invoice_on", InvoiceOn)
def test_voided_whole_is_not_invoiced(invoice_on):
    plan = Books(invoice_on).tell(sent_order(captures=(), is_capture_final=True))
    assert not plan.documents
    assert plan.is_finished


def test_voided_whole_is_not_invoiced_for_the_gift_card_either(books):
    order = new_order(captures=(), is_capture_final=True, tenders=(Tender(GIFT_CARD, Decimal("100")),))
    plan = books.tell(order)
    assert (plan.documents, plan.tenders, plan.is_finished) == ((), (), True)


A, COFFEE_300 = line("71", "Genser", "500", 25), line("72", "Kaffe", "300", 15)


def half_sent(paid_by_card, **values):
    """800.00, of which only the 500.00 at 25 % was sent; a gift card paid some, the rest is reserved."""
    lines, of_card = (A, COFFEE_300), Tender(GIFT_CARD, Decimal(paid_by_card))
    only_a = (Shipment("1", SENT, (("71", Decimal(1)),)),)
    return new_order(lines=lines, total=Decimal(800), tenders=(of_card,), shipments=only_a, **values)


@pytest.mark.parametrize("is_told_before", [True, False])
@pytest.mark.parametrize("invoice_on", [InvoiceOn.SHIPPED, InvoiceOn.CAPTURED])
def test_goods_sent_and_paid_by_gift_card_stand_when_the_rest_is_voided(invoice_on, is_told_before):
    """The 500.00 that was sent is paid by the card of 600.00: only what was reserved for the rest is given up."""
    books = Books(invoice_on)
    if is_told_before:
        books.tell(half_sent("600"))
    plan = books.tell(changed(half_sent("600"), is_capture_final=True))
    assert plan.is_finished
    assert [(document.is_credit_note, str(document.total)) for document in books.documents] == [(False, "500")]
    assert (books.per_rate(), books.per_rate("tax")) == ({Decimal(25): Decimal("500")}, {Decimal(25): Decimal("100")})
    assert books.tenders == {GIFT_CARD: Decimal("500")}


def test_gift_card_that_paid_some_of_the_goods_sent_is_what_is_sold_of_them(books):
    books.tell(half_sent("100"))
    plan = books.tell(changed(half_sent("100"), is_capture_final=True))
    assert told(plan) == [("change", "credit note", "400")]
    assert (books.per_rate(), dict(books.tenders)) == ({Decimal(25): Decimal("100")}, {GIFT_CARD: Decimal("100")})
    assert "payment of order 10512 was voided" in str(plan.documents[0].reason)


def test_voided_after_the_invoice_is_credited(books):
    order = sent_order(captures=())
    books.tell(order)
    plan = books.tell(changed(order, is_capture_final=True))
    assert told(plan) == [("change", "credit note", "553.30")]
    assert "payment of order 10512 was voided" in str(plan.documents[0].reason)


# --- Added, and not paid yet


@pytest.mark.parametrize("is_voided", [False, True])
def test_goods_added_and_not_paid_leave_the_invoice_as_it_is(is_voided):
    """A jumper of 300.00 at 25 % is captured and invoiced; coffee of 200.00 at 15 % is added and paid later."""
    books = Books(InvoiceOn.CAPTURED)
    jumper, coffee = line("71", "Genser", "300", 25), line("72", "Kaffe", "200", 15)
    captures = (capture(1, "300"),)
    books.tell(new_order(lines=(jumper,), total=Decimal(300), captures=captures))
    added = changed(new_order(captures=captures, is_capture_final=is_voided), lines=(jumper, coffee))
    assert not books.tell(added).documents
    assert books.per_rate("tax") == {Decimal(25): Decimal("60")}
    in_part = changed(added, captures=(*captures, capture(2, "50", LATER)), is_capture_final=False)
    assert told(books.tell(in_part)) == [("change", "invoice", "50")]
    plan = books.tell(changed(added, captures=(*captures, capture(2, "200", LATER)), is_capture_final=False))
    assert told(plan) == [("change", "invoice", "150")]
    assert books.per_rate() == {Decimal(25): Decimal("300"), Decimal(15): Decimal("200")}


def test_goods_added_while_others_are_taken_out_get_the_money_of_these():
    """300.00 was captured for a jumper; it is left out, and coffee of 200.00 and a cup of 150.00 come instead."""
    books = Books(InvoiceOn.CAPTURED)
    captures = (capture(1, "300"),)
    books.tell(new_order(lines=(line("71", "Genser", "300", 25),), total=Decimal(300), captures=captures))
    lines = (line("72", "Kaffe", "200", 15), line("73", "Kopp", "150", 25))
    books.tell(changed(new_order(captures=captures), lines=lines))
    assert books.per_rate() == {Decimal(15): Decimal("171.43"), Decimal(25): Decimal("128.57")}
