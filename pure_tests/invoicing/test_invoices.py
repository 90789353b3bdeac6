"""Which invoices a web order calls for, as an accountant would write them. No database."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import Message
from odoo.addons.settlement_bridge.invoicing.dates import document_date
from odoo.addons.settlement_bridge.invoicing.parts import Part
from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, Shipment, TaxTotal, Tender, TenderKind

from ..samples.webshop_orders import ORDERED, RETURNED, SENT, line, new_order, sent_order, tax_totals
from .books import (
    COFFEE,
    FREIGHT,
    GIFT_CARD,
    LATER,
    SOCKS,
    STORE_CREDIT,
    Books,
    capture,
    changed,
    parcel,
    refund,
    refunded,
    said,
    tax,
    told,
    total,
)

# --- When the invoice is made


@pytest.mark.parametrize("invoice_on", InvoiceOn)
def test_reserved_order_is_not_invoiced(invoice_on):
    plan = Books(invoice_on).tell(new_order())
    assert not plan.documents
    assert not plan.is_finished


@pytest.mark.parametrize("invoice_on", InvoiceOn)
def test_sent_captured_and_completed_order_is_invoiced_whole(invoice_on):
    plan = Books(invoice_on).tell(sent_order())
    assert told(plan) == [("sale", "invoice", "553.30")]
    document = plan.documents[0]
    assert (document.time, tax(document), len(document.parts)) == (SENT, Decimal("102.58"), 3)
    assert plan.is_finished


def test_begun_order_is_no_sale(books):
    assert not books.tell(new_order(accepted_at=None)).is_finished
    assert books.tell(new_order(accepted_at=None, cancelled_at=SENT)).is_finished


def test_captured_before_it_is_sent(books):
    order = new_order(captures=(capture(1, "553.30"),))
    assert not books.tell(order).documents
    assert told(Books(InvoiceOn.CAPTURED).tell(order)) == [("sale", "invoice", "553.30")]


def test_sent_before_it_is_completed():
    order = sent_order(completed_at=None)
    assert not Books(InvoiceOn.COMPLETED).tell(order).documents
    assert told(Books(InvoiceOn.SHIPPED).tell(order)) == [("sale", "invoice", "553.30")]


def test_shop_that_does_not_tell_of_captures_is_invoiced_when_sent():
    plan = Books(InvoiceOn.CAPTURED).tell(sent_order(captures=None))
    assert told(plan) == [("sale", "invoice", "553.30")]
    books = Books(InvoiceOn.CAPTURED)
    order = new_order(captures=None, shipments=(parcel(1, socks=2),))
    assert told(books.tell(order)) == [("sale", "invoice", "437.20")]


def test_captured_sum_without_a_time_is_of_the_day_it_was_sent():
    """Not of the day it was reserved, which may be in another VAT term."""
    plan = Books(InvoiceOn.CAPTURED).tell(sent_order(captures=(capture(1, "553.30", None),)))
    assert plan.documents[0].time == SENT


def test_paid_with_a_gift_card_it_is_captured_when_ordered():
    order = new_order(captures=(), tenders=(Tender(GIFT_CARD, Decimal("553.30")),))
    plan = Books(InvoiceOn.CAPTURED).tell(order)
    assert [document.time for document in plan.documents] == [ORDERED]


# --- In parts


def test_each_parcel_has_its_invoice_and_the_first_the_shipping(books):
    order = new_order(captures=(capture(1, "553.30"),))
    one = changed(order, shipments=(parcel(1, socks=1),))
    assert told(books.tell(one)) == [("sale", "invoice", "258.10")]
    two = changed(order, shipments=(parcel(1, socks=1), parcel(2, LATER, socks=1, coffee=1)))
    plan = books.tell(two)
    assert told(plan) == [("sale", "invoice", "295.20")]
    assert plan.documents[0].time == LATER
    assert plan.is_finished
    assert books.per_rate("tax") == {Decimal(25): Decimal("87.44"), Decimal(15): Decimal("15.14")}


def test_parcels_that_cannot_be_divided_evenly_add_up(books):
    lines = (line("71", "Ullsokker", "100.00", 25, quantity=3),)
    order = new_order(lines=lines, total=Decimal("100.00"))
    for number in (1, 2, 3):
        books.tell(changed(order, shipments=tuple(parcel(one, socks=1) for one in range(number))))
    assert [str(document.total) for document in books.documents] == ["33.33", "33.34", "33.33"]
    assert books.per_rate("tax") == {Decimal(25): Decimal("20.00")}


def test_discount_goes_with_the_goods(books):
    lines = (*sent_order().lines, line("74", "Rabatt", "-47.43", 25, kind=LineKind.DISCOUNT))
    order = new_order(lines=lines, total=total(lines))
    books.tell(changed(order, shipments=(parcel(1, socks=2),)))
    # 358.20 of 474.30 is sent
    assert books.left() == Decimal("358.20") + Decimal("79.00") - Decimal("35.82")


def test_discount_larger_than_the_goods_makes_no_negative_invoice(books):
    """Points paid for some of the shipping too: it goes with the first parcel, the points with the goods."""
    lines = (SOCKS, COFFEE, line("74", "Poeng brukt", "-500.00", 25, kind=LineKind.FEE), FREIGHT)
    order = new_order(lines=lines, total=total(lines))
    assert told(books.tell(changed(order, shipments=(parcel(1, coffee=1),)))) == [("sale", "invoice", "72.71")]
    plan = books.tell(changed(order, shipments=(parcel(1, coffee=1), parcel(2, socks=2))))
    assert told(plan) == [("change", "credit note", "19.41")]


def test_capture_that_is_just_a_parcel_is_that_parcel():
    books = Books(InvoiceOn.CAPTURED)
    order = new_order(captures=(capture(1, "437.20"),), shipments=(parcel(1, socks=2),))
    plan = books.tell(order)
    assert [(part.line_id, part.amount) for part in plan.documents[0].parts] == [
        ("71", Decimal("358.20")),
        ("73", Decimal("79.00")),
    ]
    assert not plan.is_finished


def test_capture_beyond_the_parcel_credits_nothing_of_it():
    """The second sum does not fit a parcel: what the first was invoiced for stays invoiced."""
    books = Books(InvoiceOn.CAPTURED)
    order = new_order(captures=(capture(1, "437.20"),), shipments=(parcel(1, socks=2),))
    books.tell(order)
    order = changed(order, captures=(*order.captures, capture(2, "50")))
    plan = books.tell(order)
    assert told(plan) == [("sale", "invoice", "50.00")]
    assert {part.line_id for part in plan.documents[0].parts} == {"72"}


@pytest.mark.parametrize("invoice_on", [InvoiceOn.SHIPPED, InvoiceOn.CAPTURED])
def test_captured_line_by_line_and_the_rest_voided_is_just_these_lines(invoice_on):
    """Qliro captured the coffee and gave the socks up: nothing of the socks is sold."""
    books = Books(invoice_on)
    coffee = Capture("9001", COFFEE.amount, SENT, ((COFFEE.external_id, COFFEE.quantity),))
    plan = books.tell(new_order(captures=(coffee,), is_capture_final=True, shipments=(parcel(1, coffee=1),)))
    assert told(plan) == [("sale", "invoice", "116.10")]
    assert books.per_rate("tax") == {Decimal(15): Decimal("15.14")}


def test_captured_in_parts_each_is_a_share_of_all_rates():
    books = Books(InvoiceOn.CAPTURED)
    order = new_order(captures=(capture(1, "200"),))
    assert told(books.tell(order)) == [("sale", "invoice", "200.00")]
    assert books.per_rate() == {Decimal(25): Decimal("158.03"), Decimal(15): Decimal("41.97")}
    order = changed(order, captures=(*order.captures, capture(2, "353.30", LATER)))
    plan = books.tell(order)
    assert told(plan) == [("sale", "invoice", "353.30")]
    assert plan.documents[0].time == LATER
    assert books.per_rate("tax") == {Decimal(25): Decimal("87.44"), Decimal(15): Decimal("15.14")}


def test_an_oere_is_never_credited_because_more_was_captured():
    """Dividing a larger sum anew may give a line an øre less than before."""
    lines = tuple(
        line(str(number), f"Vare {number}", amount, 25) for number, amount in enumerate(("0.06", "0.06", "0.02"))
    )
    books = Books(InvoiceOn.CAPTURED)
    order = new_order(lines=lines, total=total(lines))
    for number in range(1, 15):
        books.tell(changed(order, captures=tuple(capture(one, "0.01") for one in range(number))))
    assert [document.is_credit_note for document in books.documents] == [False] * 14


# --- Changed in the shop


def test_change_before_the_invoice_leaves_one_invoice(books):
    books.tell(new_order())
    lines = (SOCKS, FREIGHT)
    plan = books.tell(sent_order(lines=lines, total=total(lines)))
    assert told(plan) == [("sale", "invoice", "437.20")]


def test_line_added_afterwards_is_invoiced(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, lines=(*order.lines, line("74", "Kopp", "149.90", 25))))
    assert told(plan) == [("change", "invoice", "149.90")]
    assert plan.documents[0].time == RETURNED
    assert "10512 was changed" in str(plan.documents[0].reason)


def test_line_added_after_parcels_is_a_change_of_the_day_it_was_added(books):
    """Not another part of what was sent, a week before."""
    order = sent_order(shipments=(parcel(1, socks=2, coffee=1),))
    books.tell(order)
    plan = books.tell(changed(order, lines=(*order.lines, line("74", "Kopp", "149.90", 25))))
    assert [(document.key, document.time) for document in plan.documents] == [("change", RETURNED)]


def test_line_added_and_captured_by_itself_is_a_change():
    books = Books(InvoiceOn.CAPTURED)
    order = sent_order()
    books.tell(order)
    added = (*order.lines, line("74", "Kopp", "149.90", 25))
    plan = books.tell(changed(order, lines=added, captures=(*order.captures, capture(2, "149.90", LATER))))
    assert told(plan) == [("change", "invoice", "149.90")]


def test_rest_completed_without_a_parcel_is_a_sale(books):
    order = new_order(captures=(capture(1, "553.30"),), shipments=(parcel(1, socks=2),))
    books.tell(order)
    plan = books.tell(changed(order, completed_at=LATER))
    assert told(plan) == [("sale", "invoice", "116.10")]


def test_line_taken_out_afterwards_is_credited(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, lines=(SOCKS, FREIGHT)))
    assert told(plan) == [("change", "credit note", "116.10")]
    assert plan.documents[0].parts == (Part("72", Decimal(15), Decimal(1), Decimal("116.10"), Decimal("15.14")),)


def test_discount_goes_with_the_line_that_is_taken_out(books):
    """The parcel sent is taken out of the order: what it was sold for is credited, and no discount stands alone."""
    off = line("off", "Rabatt", "-10.00", 0, kind=LineKind.DISCOUNT)
    big, small = line("0", "Sofa", "480.00", 0), line("1", "Pute", "20.00", 0)
    order = new_order(lines=(big, small, off), total=Decimal("490.00"), taxes=tax_totals((big, small, off)))
    order = changed(order, shipments=(Shipment("a", SENT, (("0", Decimal(1)),)),))
    books.tell(order)
    assert books.left() == Decimal("470.40")
    plan = books.tell(changed(order, lines=(small, off), total=Decimal("10.00"), taxes=tax_totals((small, off))))
    assert told(plan) == [("change", "credit note", "470.40")]
    assert books.left() == 0


def test_fewer_pieces_are_credited_by_the_piece(books):
    order = sent_order()
    books.tell(order)
    fewer = line("71", "Ullsokker", "179.10", 25, quantity=1)
    plan = books.tell(changed(order, lines=(fewer, COFFEE, FREIGHT)))
    assert plan.documents[0].parts == (Part("71", Decimal(25), Decimal(1), Decimal("179.10"), Decimal("35.82")),)


def test_price_lowered_afterwards_is_credited_without_pieces(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, lines=(line("71", "Ullsokker", "300.00", 25, quantity=2), COFFEE, FREIGHT)))
    assert plan.documents[0].parts == (Part("71", Decimal(25), Decimal(1), Decimal("58.20"), Decimal("11.64")),)


def test_one_line_raised_and_another_lowered(books):
    order = sent_order()
    books.tell(order)
    lines = (line("71", "Ullsokker", "300.00", 25, quantity=2), line("72", "Kaffe", "129.00", 15), FREIGHT)
    assert told(books.tell(changed(order, lines=lines))) == [
        ("change", "credit note", "58.20"),
        ("change", "invoice", "12.90"),
    ]


def test_wrong_vat_rate_is_credited_and_invoiced_anew(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, lines=(SOCKS, line("72", "Kaffe 250 g", "116.10", 25), FREIGHT)))
    assert told(plan) == [("change", "credit note", "116.10"), ("change", "invoice", "116.10")]
    assert books.per_rate() == {Decimal(25): Decimal("553.30")}


def test_wrong_vat_rate_corrected_after_a_refund(books):
    """The refund credited a rate that the order does not hold any more: it is credited at the rate it holds now."""
    order = sent_order()
    books.tell(order)
    order = refunded(order, refund("1", "116.10", [COFFEE]))
    books.tell(order)
    coffee = line("72", "Kaffe 250 g", "116.10", 25)
    books.tell(changed(order, LATER, lines=(SOCKS, coffee, FREIGHT)))
    assert books.per_rate() == {Decimal(25): Decimal("437.20")}
    assert books.per_rate("tax") == {Decimal(25): Decimal("87.44")}


def test_an_added_line_that_moves_an_oere_of_vat_credits_nothing(books):
    """The shop rounds VAT once an order; the øre is then found on another line, and goes along with what is added."""
    order = sent_order(taxes=(TaxTotal(Decimal(25), Decimal("87.44")), TaxTotal(Decimal(15), Decimal("15.14"))))
    books.tell(order)
    lines = (*order.lines, line("74", "Kopp", "149.90", 25))
    taxes = (TaxTotal(Decimal(25), Decimal("117.43")), TaxTotal(Decimal(15), Decimal("15.14")))
    plan = books.tell(changed(order, lines=lines, taxes=taxes))
    assert told(plan) == [("change", "invoice", "149.90")]
    assert tax(plan.documents[0]) == Decimal("29.99")


def test_an_oere_of_vat_alone_is_credited_and_invoiced_anew(books):
    order = sent_order()
    books.tell(order)
    taxes = (TaxTotal(Decimal(25), Decimal("87.45")), TaxTotal(Decimal(15), Decimal("15.14")))
    plan = books.tell(changed(order, taxes=taxes))
    assert told(plan) == [("change", "credit note", "358.20"), ("change", "invoice", "358.20")]
    assert books.per_rate("tax")[Decimal(25)] == Decimal("87.45")


@pytest.mark.parametrize(("before", "after"), [("0", "-50"), ("-50", "-80")])
def test_discount_given_afterwards_is_credited(books, before, after):
    """Never an invoice of less than nothing."""
    order = sent_order()
    of = [(*order.lines, line("74", "Rabatt", amount, 25, kind=LineKind.DISCOUNT)) for amount in (before, after)]
    books.tell(changed(order, lines=of[0]))
    plan = books.tell(changed(order, lines=of[1]))
    assert [document.is_credit_note for document in plan.documents] == [True]
    assert plan.documents[0].total == Decimal(before) - Decimal(after)


def test_discount_taken_back_afterwards_is_invoiced(books):
    order = sent_order()
    books.tell(changed(order, lines=(*order.lines, line("74", "Rabatt", "-50.00", 25, kind=LineKind.DISCOUNT))))
    assert told(books.tell(order)) == [("change", "invoice", "50.00")]


def test_discount_with_its_vat_rate_corrected(books):
    order = sent_order()
    books.tell(changed(order, lines=(*order.lines, line("74", "Rabatt", "-50.00", 25, kind=LineKind.DISCOUNT))))
    plan = books.tell(changed(order, lines=(*order.lines, line("74", "Rabatt", "-50.00", 15, kind=LineKind.DISCOUNT))))
    assert told(plan) == [("change", "credit note", "50.00"), ("change", "invoice", "50.00")]
    assert books.per_rate() == {Decimal(25): Decimal("437.20"), Decimal(15): Decimal("66.10")}


def test_everything_taken_out_after_the_invoice_is_credited(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, lines=()))
    assert told(plan) == [("change", "credit note", "553.30")]


# --- Gift cards and store credit


def paid_with(amount, kind=GIFT_CARD, **values):
    amount = Decimal(amount)
    return sent_order(tenders=(Tender(kind, amount),), captures=(capture(1, Decimal("553.30") - amount),), **values)


def tenders(plan):
    return [(tender.kind, str(tender.amount)) for tender in plan.tenders]


@pytest.mark.parametrize("kind", TenderKind)
@pytest.mark.parametrize("amount", ["100.00", "553.30"])
def test_gift_card_pays_and_takes_nothing_off_the_invoice(books, kind, amount):
    order = paid_with(amount, kind)
    plan = books.tell(changed(order, captures=order.captures if order.captured else ()))
    assert told(plan) == [("sale", "invoice", "553.30")]
    assert tenders(plan) == [(kind, amount)]
    assert plan.tenders[0].time == SENT


def test_gift_card_pays_nothing_before_there_is_an_invoice(books):
    assert not books.tell(new_order(tenders=(Tender(GIFT_CARD, Decimal(100)),))).tenders


def test_gift_card_pays_no_more_than_is_invoiced_so_far(books):
    order = new_order(tenders=(Tender(GIFT_CARD, Decimal("300.00")),), shipments=(parcel(1, socks=1),))
    assert tenders(books.tell(order)) == [(GIFT_CARD, "258.10")]
    plan = books.tell(changed(order, shipments=(*order.shipments, parcel(2, socks=1))))
    assert tenders(plan) == [(GIFT_CARD, "41.90")]


def test_given_back_to_the_gift_card(books):
    order = paid_with("200.00")
    books.tell(order)
    socks = line("71", "Ullsokker", "179.10", 25)
    back = refund("1", "179.10", [socks], tenders=(Tender(GIFT_CARD, Decimal("100.00")),))
    plan = books.tell(refunded(order, back))
    assert told(plan) == [("refund:1", "credit note", "179.10")]
    assert tenders(plan) == [(GIFT_CARD, "-100.00")]
    assert tenders(books.tell(order)) == [(GIFT_CARD, "100.00")]


def test_paid_by_card_and_given_back_as_store_credit(books):
    books.tell(sent_order())
    back = refund("1", "553.30", tenders=(Tender(STORE_CREDIT, Decimal("553.30")),))
    assert tenders(books.tell(refunded(sent_order(), back))) == [(STORE_CREDIT, "-553.30")]


def test_gift_card_is_given_back_when_the_order_is_called_off(books):
    order = paid_with("100.00")
    books.tell(order)
    assert tenders(books.tell(changed(order, cancelled_at=RETURNED))) == [(GIFT_CARD, "-100.00")]


def test_gift_card_and_store_credit_together(books):
    order = sent_order(tenders=(Tender(GIFT_CARD, Decimal("100.00")), Tender(STORE_CREDIT, Decimal("75.00"))))
    assert tenders(books.tell(order)) == [(GIFT_CARD, "100.00"), (STORE_CREDIT, "75.00")]


def test_gift_card_worth_more_than_the_order_waits_for_a_person(books):
    plan = books.tell(sent_order(tenders=(Tender(GIFT_CARD, Decimal("600.00")),)))
    assert "paid 600.00 of an order of 553.30" in said(plan)


# --- What does not add up


def test_lines_that_do_not_add_up_tell_both_sums(books):
    plan = books.tell(sent_order(total=Decimal("553.31")))
    assert "add up to 553.30, but the shop's total is 553.31. The difference is 0.01" in said(plan)


@pytest.mark.parametrize("rate", [25, None])
def test_order_free_of_charge_is_finished_and_nobody_is_asked(books, rate):
    lines = (replace(line("71", "Gave", "0.00", 25), rate=rate and Decimal(rate)),)
    for order in (sent_order(lines=lines, total=Decimal(0)), new_order(lines=lines, total=Decimal(0))):
        plan = books.tell(order)
        assert (plan.documents, plan.problems, plan.is_finished, plan.nothing_because) == ((), (), True, None)


def test_order_free_of_charge_whose_lines_are_not_waits(books):
    assert "add up to 553.30" in said(books.tell(sent_order(total=Decimal(0))))


def test_order_free_of_charge_that_is_raised_is_invoiced(books):
    lines = (line("71", "Gave", "0.00", 25),)
    books.tell(sent_order(lines=lines, total=Decimal(0)))
    assert told(books.tell(changed(sent_order(), lines=(SOCKS,)))) == [("sale", "invoice", "358.20")]


def test_paid_with_a_gift_card_alone_is_a_sale_and_not_free_of_charge(books):
    plan = books.tell(sent_order(captures=(), tenders=(Tender(GIFT_CARD, Decimal("553.30")),)))
    assert told(plan) == [("sale", "invoice", "553.30")]
    assert tenders(plan) == [(GIFT_CARD, "553.30")]


def test_free_sample_without_a_rate_keeps_nothing_back(books):
    sample = replace(line("74", "Gratis prøve", "0.00", 0), rate=None)
    plan = books.tell(changed(sent_order(), lines=(*sent_order().lines, sample), taxes=()))
    assert told(plan) == [("sale", "invoice", "553.30")]


def test_free_gift_among_other_lines_is_not_on_the_invoice(books):
    order = sent_order()
    plan = books.tell(changed(order, lines=(*order.lines, line("74", "Gave", "0.00", 25))))
    assert {part.line_id for part in plan.documents[0].parts} == {"71", "72", "73"}


def test_negative_goods_wait_for_a_person(books):
    lines = (SOCKS, line("72", "Kaffe", "-10.00", 15))
    assert "The line Kaffe is negative: -10.00" in said(books.tell(sent_order(lines=lines, total=total(lines))))


@pytest.mark.parametrize("kind", [LineKind.DISCOUNT, LineKind.FEE, LineKind.ROUNDING])
def test_what_takes_something_off_may_be_negative(books, kind):
    lines = (SOCKS, line("72", "Avslag", "-10.00", 25, kind=kind))
    assert told(books.tell(sent_order(lines=lines, total=total(lines)))) == [("sale", "invoice", "348.20")]


def test_unknown_rate_waits_for_a_person(books):
    lines = (replace(SOCKS, rate=None),)
    plan = books.tell(sent_order(lines=lines, total=SOCKS.amount, taxes=()))
    assert "does not give the VAT rate of the line Ullsokker (358.20)" in said(plan)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (replace(COFFEE, tax=Decimal("23.22")), "Kaffe 250 g is 23.22; at 15 % it should be 15.14"),
        (replace(COFFEE, rate=Decimal(0), tax=Decimal("0.01")), "Kaffe 250 g is 0.01; at 0 % it should be 0.00"),
        (replace(COFFEE, amount=Decimal(0), tax=Decimal("0.01")), "Kaffe 250 g is 0.01; at 15 % it should be 0.00"),
    ],
)
def test_vat_that_does_not_fit_its_rate_waits_for_a_person(books, wrong, sentence):
    lines = (SOCKS, wrong, FREIGHT)
    assert sentence in said(books.tell(sent_order(lines=lines, total=total(lines), taxes=())))


def test_vat_rounded_by_the_piece_is_accepted(books):
    """Seven pieces with each its VAT rounded up hold a few øre more than the line by itself."""
    lines = (replace(line("71", "Kopp", "69.79", 25, quantity=7), tax=Decimal("14.00")),)
    order = sent_order(lines=lines, total=total(lines))
    assert tax(books.tell(order).documents[0]) == Decimal("14.00")


@pytest.mark.parametrize("shops_own", ["87.42", "87.43", "87.45", "87.47"])
def test_vat_rounded_once_an_order_is_followed_to_the_oere(books, shops_own):
    taxes = (TaxTotal(Decimal(25), Decimal(shops_own)), TaxTotal(Decimal(15), Decimal("15.14")))
    books.tell(sent_order(taxes=taxes))
    assert books.per_rate("tax")[Decimal(25)] == Decimal(shops_own)
    assert books.left() == Decimal("553.30")


@pytest.mark.parametrize(
    "taxes",
    [
        (TaxTotal(Decimal(25), Decimal("87.48")), TaxTotal(Decimal(15), Decimal("15.14"))),
        (TaxTotal(Decimal(25), Decimal("87.44")),),
        (TaxTotal(Decimal(25), Decimal("87.44")), TaxTotal(Decimal(15), Decimal(0))),
        (*tax_totals((SOCKS, COFFEE, FREIGHT)), TaxTotal(Decimal(12), Decimal("0.01"))),
        (*tax_totals((SOCKS, COFFEE, FREIGHT)), TaxTotal(Decimal(0), Decimal("0.01"))),
    ],
    ids=["four øre", "a rate left out", "a rate of nothing", "a rate without lines", "VAT of 0 %"],
)
def test_vat_per_rate_too_far_from_the_shops_waits_for_a_person(books, taxes):
    assert "but the shop's VAT is" in said(books.tell(sent_order(taxes=taxes)))


def test_what_could_not_be_read_is_told(books):
    problem = Message("The refund cannot be read.")
    assert books.tell(sent_order(problems=(problem,))).problems == (problem,)


# --- Dates


@pytest.mark.parametrize(
    ("event", "today", "term", "filed", "date"),
    [
        ("2026-03-02", "2026-03-02", 2, None, "2026-03-02"),
        ("2026-03-02", "2026-04-28", 2, None, "2026-03-02"),
        # the term before is open until it is filed
        ("2026-02-27", "2026-03-09", 2, None, "2026-02-27"),
        ("2026-02-27", "2026-03-09", 2, "2026-02-28", "2026-03-09"),
        ("2026-03-01", "2026-03-09", 2, "2026-02-28", "2026-03-01"),
        ("2025-12-31", "2026-03-09", 2, None, "2026-03-09"),
        # over the turn of the year
        ("2025-12-30", "2026-01-02", 2, None, "2025-12-30"),
        ("2025-10-30", "2026-01-02", 2, None, "2026-01-02"),
        ("2025-01-01", "2026-12-31", 12, None, "2025-01-01"),
        ("2024-12-31", "2026-01-01", 12, None, "2026-01-01"),
        ("2026-02-27", "2026-03-09", 1, None, "2026-02-27"),
        ("2026-01-31", "2026-03-09", 1, None, "2026-03-09"),
        ("2025-12-31", "2026-01-01", 1, "2025-12-31", "2026-01-01"),
        # a clock that is fast
        ("2026-03-10", "2026-03-09", 2, None, "2026-03-09"),
        ("2027-01-01", "2026-03-09", 2, "2026-02-28", "2026-03-09"),
    ],
)
def test_document_has_the_day_of_the_event_while_its_vat_is_open(event, today, term, filed, date):
    event, today, date = map(datetime.date.fromisoformat, (event, today, date))
    assert document_date(event, today, term, filed and datetime.date.fromisoformat(filed)) == date


@pytest.mark.parametrize("rates", [(25, 15), (15, 25)])
def test_an_order_of_nothing_whose_vat_is_something_is_invoiced(rates):
    """125.00 at 25 % and a discount of 125.00 at 15 %: nothing to pay, but 25.00 of VAT less 16.30."""
    goods, off = rates
    lines = (line("71", "Ullsokker", "125.00", goods), line("74", "Rabatt", "-125.00", off, kind=LineKind.DISCOUNT))
    books = Books()
    plan = books.tell(sent_order(lines=lines, total=Decimal(0), taxes=tax_totals(lines), captures=()))
    assert told(plan) == [("sale", "invoice", "0.00")]
    assert plan.is_finished
    assert books.per_rate() == {Decimal(goods): Decimal("125.00"), Decimal(off): Decimal("-125.00")}
