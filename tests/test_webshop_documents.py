"""Which invoices and credit notes a web order calls for, as an accountant would write them. No database."""

import datetime
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.amounts import tax_within
from odoo.addons.settlement_bridge.common.currencies import rounded
from odoo.addons.settlement_bridge.common.messages import Message
from odoo.addons.settlement_bridge.invoicing.plan import Booked, InvoiceOn, Part, document_date, plan_documents
from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Refund,
    Shipment,
    TaxTotal,
    Tender,
    TenderKind,
)

from .webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order, tax_totals

GIFT_CARD, STORE_CREDIT = TenderKind.GIFT_CARD, TenderKind.STORE_CREDIT
LATER = RETURNED + datetime.timedelta(days=7)
SOCKS, COFFEE, FREIGHT = new_order().lines


class Books:
    """The ledger of one order: it takes in each plan, and tells what is booked as it can be read from Odoo."""

    def __init__(self, invoice_on=InvoiceOn.SHIPPED):
        self.invoice_on = invoice_on
        self.documents = []
        self.tenders = defaultdict(Decimal)

    def booked(self):
        sold, refunds = [], defaultdict(list)
        for document in self.documents:
            # an invoice line in Odoo has a positive quantity of two decimals
            quantities = [abs(round(part.quantity, 2)) or Decimal(1) for part in document.parts]
            parts = [replace(part, quantity=one) for part, one in zip(document.parts, quantities, strict=True)]
            what, _colon, refund_id = document.key.partition(":")
            if what == "withdrawn" or (document.is_credit_note and what != "refund"):
                parts = [part.negated() for part in parts]
            (refunds[refund_id] if refund_id else sold).extend(parts)
        standing = {name: tuple(parts) for name, parts in refunds.items() if total(parts)}
        return Booked(tuple(sold), standing, dict(self.tenders))

    def plan(self, order):
        return plan_documents(order, self.invoice_on, self.booked())

    def tell(self, order):
        """The order reads so now: return the plan, after it is booked and nothing more is called for."""
        plan = self.plan(order)
        if plan.problems:
            assert not plan.documents
            assert not plan.tenders
            return plan
        self.documents += plan.documents
        for tender in plan.tenders:
            self.tenders[tender.kind] += tender.amount
        again = self.plan(order)
        assert (again.documents, again.tenders, again.problems) == ((), (), ())
        assert again.is_finished == plan.is_finished
        return plan

    def parts(self):
        return self.booked().left

    def left(self):
        """Invoices less credit notes."""
        return total(self.parts())

    def per_rate(self, name="amount"):
        return by_rate(self.parts(), name)


def by_rate(parts, name="amount"):
    result = defaultdict(Decimal)
    for part in parts:
        result[part.rate] += getattr(part, name)
    return {rate: value for rate, value in result.items() if value}


def total(parts):
    return sum((part.amount for part in parts), Decimal(0))


def tax(document):
    return sum(part.tax for part in document.parts)


def told(plan):
    """Each document in short."""
    return [
        (document.key, "credit note" if document.is_credit_note else "invoice", str(document.total))
        for document in plan.documents
    ]


def said(plan):
    return " ".join(map(str, plan.problems))


def changed(order, moment=RETURNED, **values):
    """The order reads otherwise from ``moment`` on."""
    if "lines" in values:
        values.setdefault("total", total(values["lines"]))
        values.setdefault("taxes", tax_totals(values["lines"]))
    return replace(order, changed_at=moment, **values)


def refund(external_id, amount, lines=(), moment=RETURNED, **values):
    return Refund(external_id, "10512", Decimal(amount), moment, tuple(lines), **values)


def refunded(order, *refunds, **values):
    return changed(order, refunds=(*order.refunds, *refunds), **values)


def capture(number, amount, moment=SENT):
    return Capture(f"capture-{number}", Decimal(amount), moment)


def parcel(number, moment=SENT, **quantities):
    """A parcel: ``socks`` and ``coffee`` in it."""
    lines = {"socks": SOCKS, "coffee": COFFEE}
    sent = tuple((lines[name].external_id, Decimal(quantity)) for name, quantity in quantities.items())
    return Shipment(f"shipment-{number}", moment, sent)


@pytest.fixture
def books():
    return Books()


# --- When the invoice is made -----------------------------------------------------------------------------------------


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


# --- In parts ---------------------------------------------------------------------------------------------------------


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


# --- Voided -----------------------------------------------------------------------------------------------------------


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
    order = sent_order(captures=(), is_capture_final=True, tenders=(Tender(GIFT_CARD, Decimal("100")),))
    plan = books.tell(order)
    assert (plan.documents, plan.tenders, plan.is_finished) == ((), (), True)


def test_voided_after_the_invoice_is_credited(books):
    order = sent_order(captures=())
    books.tell(order)
    plan = books.tell(changed(order, is_capture_final=True))
    assert told(plan) == [("change", "credit note", "553.30")]


# --- Changed in the shop ----------------------------------------------------------------------------------------------


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


# --- Called off, deleted, test orders ---------------------------------------------------------------------------------


def test_called_off_before_it_is_invoiced(books):
    plan = books.tell(new_order(cancelled_at=SENT))
    assert not plan.documents
    assert plan.is_finished


def test_called_off_before_it_is_invoiced_needs_no_sums_that_add_up(books):
    assert not books.tell(new_order(cancelled_at=SENT, total=Decimal(0), lines=())).problems


def test_called_off_afterwards_is_credited_whole(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, LATER, cancelled_at=RETURNED))
    assert told(plan) == [("change", "credit note", "553.30")]
    assert (plan.documents[0].time, tax(plan.documents[0])) == (RETURNED, Decimal("102.58"))


def test_called_off_afterwards_with_the_lines_emptied_by_the_shop(books):
    order = sent_order()
    books.tell(order)
    plan = books.tell(changed(order, cancelled_at=RETURNED, total=Decimal(0), lines=(), taxes=()))
    assert told(plan) == [("change", "credit note", "553.30")]


def test_called_off_after_a_refund_credits_the_rest(books):
    order = refunded_order()
    books.tell(order)
    assert told(books.tell(changed(order, cancelled_at=LATER))) == [("change", "credit note", "374.20")]
    assert books.per_rate("tax") == {}


def test_called_off_after_everything_was_refunded_as_an_amount(books):
    """Nothing is left of any rate, though the lines themselves are not credited one by one."""
    order = sent_order()
    books.tell(order)
    order = refunded(order, refund("1", "300.00"))
    books.tell(order)
    order = refunded(order, refund("2", "253.30"))
    books.tell(order)
    assert not books.tell(changed(order, cancelled_at=LATER)).documents


def test_refund_of_what_was_called_off_credits_nothing_more(books):
    order = changed(sent_order(), cancelled_at=RETURNED)
    books.tell(sent_order())
    books.tell(order)
    plan = books.tell(refunded(order, refund("1", "553.30")))
    assert not plan.documents
    assert plan.is_finished


def test_called_off_and_refunded_at_once_is_credited_as_the_refund(books):
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "553.30"), cancelled_at=RETURNED))
    assert told(plan) == [("refund:1", "credit note", "553.30")]


def test_called_off_by_mistake_is_invoiced_again(books):
    order = sent_order()
    books.tell(order)
    books.tell(changed(order, cancelled_at=RETURNED))
    plan = books.tell(changed(order, LATER))
    assert [(document.is_credit_note, document.total) for document in plan.documents] == [(False, Decimal("553.30"))]


def test_deleted_before_it_is_invoiced(books):
    plan = books.tell(new_order(is_deleted=True))
    assert (plan.documents, plan.problems, plan.is_finished) == ((), (), True)


def test_deleted_after_it_is_invoiced_a_person_decides(books):
    books.tell(sent_order())
    plan = books.tell(sent_order(is_deleted=True))
    assert "Order 10512 was deleted" in said(plan)


def test_deleted_after_it_was_called_off_needs_nobody(books):
    books.tell(sent_order())
    plan = books.tell(sent_order(is_deleted=True, cancelled_at=RETURNED))
    assert told(plan) == [("change", "credit note", "553.30")]


def test_deleted_after_everything_was_refunded_needs_nobody(books):
    order = refunded(sent_order(), refund("1", "553.30"))
    books.tell(order)
    assert not books.tell(changed(order, is_deleted=True)).problems


@pytest.mark.parametrize("invoice_on", InvoiceOn)
def test_test_order_is_never_booked(invoice_on):
    plan = Books(invoice_on).tell(sent_order(is_test=True))
    assert (plan.documents, plan.is_finished) == ((), True)


# --- Refunds ----------------------------------------------------------------------------------------------------------


def test_refund_of_a_piece_credits_that_piece(books):
    plan = books.tell(refunded_order())
    assert told(plan) == [("sale", "invoice", "553.30"), ("refund:10533", "credit note", "179.10")]
    document = plan.documents[1]
    assert document.parts == (Part("71", Decimal(25), Decimal(1), Decimal("179.10"), Decimal("35.82")),)
    assert document.time == RETURNED
    assert str(document.reason) == "Order 10512 was refunded in the shop: Retur 1 par"


def test_refund_of_the_shipping(books):
    plan = books.tell(refunded(sent_order(), refund("1", "79.00", [FREIGHT])))
    assert plan.documents[1].parts == (Part("73", Decimal(25), Decimal(1), Decimal("79.00"), Decimal("15.80")),)


def test_refund_without_lines_is_divided_over_the_rates(books):
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "50.00")))
    assert plan.documents[0].parts == (
        Part("", Decimal(25), Decimal(1), Decimal("39.51"), Decimal("7.90")),
        Part("", Decimal(15), Decimal(1), Decimal("10.49"), Decimal("1.37")),
    )


def test_goods_that_came_back_worn_are_credited_at_their_own_rate(books):
    """Less is given back than they cost: the VAT of the coffee has nothing to do with it."""
    books.tell(sent_order())
    socks = line("71", "Ullsokker", "179.10", 25)
    plan = books.tell(refunded(sent_order(), refund("1", "150.00", [socks])))
    assert told(plan) == [("refund:1", "credit note", "150.00")]
    assert by_rate(plan.documents[0].parts) == {Decimal(25): Decimal("150.00")}
    assert tax(plan.documents[0]) == Decimal("30.00")


def test_more_than_the_lines_explain_is_divided_over_what_is_left(books):
    """The coffee is credited in full, so none of the goodwill is at its rate."""
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "136.10", [COFFEE])))
    assert by_rate(plan.documents[0].parts) == {Decimal(15): Decimal("116.10"), Decimal(25): Decimal("20.00")}


def test_line_given_back_after_goodwill_credits_no_more_vat_than_is_left(books):
    order = refunded(sent_order(), refund("1", "100.00"))
    books.tell(order)
    books.tell(refunded(order, refund("2", "116.10", [COFFEE])))
    assert books.left() == Decimal("337.20")
    assert books.per_rate() == {Decimal(25): Decimal("337.20")}
    assert books.per_rate("tax") == {Decimal(25): Decimal("67.44")}


def test_vat_of_a_refund_is_the_shops_own(books):
    books.tell(sent_order())
    socks = line("71", "Ullsokker", "179.10", 25)
    taxes = (TaxTotal(Decimal(25), Decimal("35.83")),)
    plan = books.tell(refunded(sent_order(), refund("1", "179.10", [socks], taxes=taxes)))
    assert tax(plan.documents[0]) == Decimal("35.83")


def test_vat_of_a_refund_that_does_not_fit_its_rate_waits_for_a_person(books):
    books.tell(sent_order())
    socks = replace(line("71", "Ullsokker", "179.10", 25), tax=Decimal(0))
    plan = books.tell(refunded(sent_order(), refund("1", "179.10", [socks])))
    assert "The VAT of the line Ullsokker is 0" in said(plan)


def test_refunded_line_of_unknown_rate_waits_for_a_person(books):
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "50.00", [replace(SOCKS, rate=None, amount=Decimal(50))])))
    assert "rate of the refunded line Ullsokker (50)" in said(plan)


def test_two_refunds_and_then_the_rest(books):
    order = refunded_order()
    order = refunded(order, refund("1", "50.00"))
    assert [key for key, _kind, _sum in told(books.tell(order))] == ["sale", "refund:1", "refund:10533"]
    plan = books.tell(refunded(order, refund("2", "324.20")))
    assert told(plan) == [("refund:2", "credit note", "324.20")]
    assert books.per_rate("tax") == {}


def test_the_last_refund_takes_exactly_the_vat_that_is_left(books):
    """Three thirds of 100.00 are rounded each by itself; VAT of 20.00 was invoiced, and 20.00 is credited."""
    lines = (line("71", "Ullsokker", "100.00", 25, quantity=3),)
    order = sent_order(lines=lines, total=Decimal("100.00"))
    books.tell(order)
    for number, amount in enumerate(("33.33", "33.33", "33.34")):
        order = refunded(order, refund(str(number), amount, [line("71", "Ullsokker", amount, 25)]))
        books.tell(order)
    assert [tax(document) for document in books.documents] == [
        Decimal("20.00"),
        Decimal("6.67"),
        Decimal("6.67"),
        Decimal("6.66"),
    ]


def test_last_refund_of_a_rate_takes_exactly_the_vat_that_is_left_of_it(books):
    """The shop rounds VAT once an order, so the coffee holds an øre more than its own 15 %."""
    taxes = (TaxTotal(Decimal(25), Decimal("87.44")), TaxTotal(Decimal(15), Decimal("15.15")))
    order = sent_order(taxes=taxes)
    books.tell(order)
    books.tell(refunded(order, refund("1", "116.10", [COFFEE])))
    assert books.per_rate("tax") == {Decimal(25): Decimal("87.44")}


def test_refund_before_the_invoice_is_credited_with_it(books):
    order = refunded(new_order(), refund("1", "50.00", moment=ORDERED))
    plan = books.tell(order)
    assert (plan.documents, plan.problems) == ((), ())
    assert told(books.tell(refunded(sent_order(), refund("1", "50.00", moment=ORDERED)))) == [
        ("sale", "invoice", "553.30"),
        ("refund:1", "credit note", "50.00"),
    ]


def test_refund_of_what_is_not_sent_yet_waits_until_it_is(books):
    """The coffee is given back before it is sent: nothing of the socks is credited for it."""
    order = refunded(new_order(captures=(capture(1, "553.30"),)), refund("1", "116.10", [COFFEE]))
    plan = books.tell(changed(order, shipments=(parcel(1, socks=2),)))
    assert told(plan) == [("sale", "invoice", "437.20")]
    plan = books.tell(changed(order, shipments=(parcel(1, socks=2),), completed_at=LATER))
    assert books.per_rate() == {Decimal(25): Decimal("437.20")}
    assert plan.is_finished


def test_refund_larger_than_the_invoice_is_a_problem(books):
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "600.00")))
    assert "refunded 600.00, but only 553.30 of the order" in said(plan)


def test_refund_after_everything_was_refunded_is_a_problem(books):
    order = refunded(sent_order(), refund("1", "553.30"))
    books.tell(order)
    plan = books.tell(refunded(order, refund("2", "50.00", moment=LATER)))
    assert "refunded 50.00, but only 0" in said(plan)


def test_refund_withdrawn_is_invoiced_again_and_may_come_back(books):
    order = refunded_order()
    books.tell(order)
    plan = books.tell(changed(order, LATER, refunds=()))
    assert told(plan) == [("withdrawn:10533", "invoice", "179.10")]
    assert "refund 10533 of order 10512 was deleted" in str(plan.documents[0].reason)
    assert told(books.tell(order)) == [("refund:10533", "credit note", "179.10")]
    assert books.left() == Decimal("374.20")


def test_refund_of_another_amount_than_before_is_made_anew(books):
    order = refunded(sent_order(), refund("1", "50.00"))
    books.tell(order)
    plan = books.tell(refunded(sent_order(), refund("1", "60.00")))
    assert told(plan) == [("withdrawn:1", "invoice", "50.00"), ("refund:1", "credit note", "60.00")]


# --- An order that was lowered, and the money back for it -------------------------------------------------------------


def lowered():
    return changed(sent_order(), lines=(SOCKS, FREIGHT))


@pytest.mark.parametrize("lines", [(), (COFFEE,)], ids=["amount", "the line taken out"])
@pytest.mark.parametrize("captures", [(capture(1, "553.30"),), None], ids=["captured", "captures not told"])
def test_money_back_for_a_line_taken_out_is_credited_once(books, captures, lines):
    books.tell(changed(sent_order(), captures=captures))
    books.tell(changed(lowered(), captures=captures))
    plan = books.tell(refunded(lowered(), refund("1", "116.10", lines), captures=captures))
    assert not plan.documents
    assert books.left() == Decimal("437.20")


def test_money_back_before_the_order_is_lowered_is_credited_once(books):
    books.tell(refunded(sent_order(), refund("1", "116.10")))
    plan = books.tell(refunded(lowered(), refund("1", "116.10")))
    assert told(plan) == [("change", "credit note", "116.10"), ("withdrawn:1", "invoice", "116.10")]
    assert books.per_rate() == {Decimal(25): Decimal("437.20")}


def test_money_back_beyond_what_was_taken_out_is_a_refund(books):
    books.tell(sent_order())
    plan = books.tell(refunded(lowered(), refund("1", "136.10")))
    assert told(plan) == [("change", "credit note", "116.10"), ("refund:1", "credit note", "20.00")]


def test_return_of_another_line_is_no_money_back_for_the_one_taken_out(books):
    books.tell(sent_order())
    plan = books.tell(refunded(lowered(), refund("1", "79.00", [FREIGHT])))
    assert told(plan) == [("change", "credit note", "116.10"), ("refund:1", "credit note", "79.00")]


def test_corrected_vat_rate_is_no_lowered_order(books):
    """Credited and invoiced anew: goodwill afterwards is a refund, also where the shop tells of no captures."""
    books.tell(sent_order(captures=None))
    order = changed(sent_order(captures=None), lines=(SOCKS, line("72", "Kaffe", "116.10", 25), FREIGHT))
    books.tell(order)
    assert told(books.tell(refunded(order, refund("1", "50.00")))) == [("refund:1", "credit note", "50.00")]


def test_discount_of_the_order_is_no_lowered_order(books):
    order = sent_order(captures=None)
    order = changed(order, lines=(*order.lines, line("74", "Rabatt", "-50.00", 25, kind=LineKind.DISCOUNT)))
    books.tell(order)
    assert told(books.tell(refunded(order, refund("1", "30.00")))) == [("refund:1", "credit note", "30.00")]


def test_order_lowered_below_what_was_refunded_of_it_is_a_problem(books):
    books.tell(refunded(sent_order(), refund("1", "358.20", [SOCKS])))
    lines = (line("71", "Ullsokker", "100.00", 25), FREIGHT)
    plan = books.tell(refunded(changed(sent_order(), lines=lines), refund("1", "358.20", [SOCKS])))
    assert "refunded 358.20, but only 179.00" in said(plan)


# --- Gift cards and store credit --------------------------------------------------------------------------------------


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


# --- What does not add up ---------------------------------------------------------------------------------------------


def test_lines_that_do_not_add_up_tell_both_sums(books):
    plan = books.tell(sent_order(total=Decimal("553.31")))
    assert "add up to 553.30, but the shop says 553.31. The difference is 0.01" in said(plan)


def test_zero_total_has_nothing_to_invoice(books):
    lines = (line("71", "Gave", "0.00", 25),)
    assert "amounts to nothing" in said(books.tell(sent_order(lines=lines, total=Decimal(0))))


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
    assert "does not tell the VAT rate of the line Ullsokker (358.20)" in said(plan)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (replace(COFFEE, tax=Decimal("23.22")), "Kaffe 250 g is 23.22; at 15 % it would be 15.14"),
        (replace(COFFEE, rate=Decimal(0), tax=Decimal("0.01")), "Kaffe 250 g is 0.01; at 0 % it would be 0.00"),
        (replace(COFFEE, amount=Decimal(0), tax=Decimal("0.01")), "Kaffe 250 g is 0.01; at 15 % it would be 0.00"),
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
    assert "but the shop says" in said(books.tell(sent_order(taxes=taxes)))


def test_what_could_not_be_read_is_told(books):
    problem = Message("The refund cannot be read.")
    assert books.tell(sent_order(problems=(problem,))).problems == (problem,)


# --- Dates ------------------------------------------------------------------------------------------------------------


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


# --- Whatever happens to an order -------------------------------------------------------------------------------------

RATES = [Decimal(rate) for rate in ("0", "12", "15", "25")]
QUANTITIES = [Decimal(quantity) for quantity in ("1", "1", "2", "3", "7", "0.5", "1.25", "0.333")]
PRICES = st.integers(1, 200000).map(lambda price: Decimal(price) / 100)


@st.composite
def order_lines(draw, external_id, kind=LineKind.PRODUCT):
    """A line as shops keep them: priced with VAT or without it, and rounded to the øre."""
    quantity = draw(st.sampled_from(QUANTITIES)) if kind is LineKind.PRODUCT else Decimal(1)
    price, rate = draw(PRICES), draw(st.sampled_from(RATES))
    amount = rounded(price * quantity * (100 - draw(st.sampled_from([0, 0, 10, 33]))) / 100, "NOK")
    if draw(st.booleans()):
        # the price is without VAT
        vat = rounded(amount * rate / 100, "NOK")
        amount += vat
    else:
        vat = tax_within(amount, rate, "NOK")
    return replace(line(external_id, f"Vare {external_id}", amount, rate, kind=kind, quantity=quantity), tax=vat)


def adding_up(order, lines, moment):
    """The order with these lines; where the shop rounds once an order, its VAT per rate is of the sum of each rate."""
    taxes = tax_totals(lines)
    if order.status == "rounds once":
        taxes = tuple(TaxTotal(rate, tax_within(amount, rate, "NOK")) for rate, amount in by_rate(lines).items())
    return changed(order, moment, lines=tuple(lines), taxes=taxes)


@st.composite
def orders(draw):
    lines = [draw(order_lines(str(number))) for number in range(draw(st.integers(1, 4)))]
    if draw(st.booleans()):
        lines.append(draw(order_lines("freight", LineKind.SHIPPING)))
    goods = total(lines)
    if draw(st.booleans()):
        off = rounded(goods * draw(st.integers(1, 40)) / 100, "NOK")
        lines.append(line("off", "Rabatt", -off, draw(st.sampled_from([one.rate for one in lines])), LineKind.DISCOUNT))
    order = new_order(status=draw(st.sampled_from(["rounds once", "rounds each line"])))
    order = adding_up(order, lines, ORDERED)
    gift_card = rounded(order.total * draw(st.sampled_from([0, 0, 30, 100])) / 100, "NOK")
    return replace(order, tenders=(Tender(GIFT_CARD, gift_card),) if gift_card else ())


class Course:
    """What may happen to an order; each changes how it reads."""

    def __init__(self, draw, order):
        self.draw = draw
        self.states = [order]
        self.number = 0

    @property
    def order(self):
        return self.states[-1]

    def happens(self):
        names = "parcel", "capture", "add", "lower", "remove", "correct_rate", "give_back", "pay_back", "withdraw"
        getattr(self, self.draw(st.sampled_from([*names, "call_off", "restore"])))()

    def reads(self, **values):
        self.number += 1
        moment = ORDERED + datetime.timedelta(hours=self.number)
        if "lines" in values:
            order = adding_up(self.order, values.pop("lines"), moment)
            # no shop has an order of less than nothing
            if order.total <= 0:
                return
            self.states.append(order)
        self.states.append(changed(self.order, moment, **values))

    def one_of(self, lines):
        lines = [one for one in lines if one.amount > 0]
        return self.draw(st.sampled_from(lines)) if lines else None

    def parcel(self):
        sent = defaultdict(Decimal)
        for shipment in self.order.shipments:
            for line_id, quantity in shipment.quantities:
                sent[line_id] += quantity
        left = [
            one for one in self.order.lines if one.kind is LineKind.PRODUCT and sent[one.external_id] < one.quantity
        ]
        if chosen := self.one_of(left):
            quantity = (chosen.quantity - sent[chosen.external_id]) / self.draw(st.sampled_from([1, 2]))
            shipment = Shipment(f"{self.number}", self.order.changed_at, ((chosen.external_id, quantity),))
            self.reads(shipments=(*self.order.shipments, shipment))

    def capture(self):
        rest = self.order.total - self.order.tendered - self.order.captured
        if rest > 0:
            amount = rounded(rest / self.draw(st.sampled_from([1, 2, 3])), "NOK")
            one = Capture(f"{self.number}", amount, self.order.changed_at)
            self.reads(captures=(*self.order.captures, one))

    def add(self):
        self.reads(lines=[*self.order.lines, self.draw(order_lines(f"added-{self.number}"))])

    def lower(self):
        if chosen := self.one_of(self.order.lines):
            amount = rounded(chosen.amount * self.draw(st.integers(1, 99)) / 100, "NOK")
            other = replace(chosen, amount=amount, tax=tax_within(amount, chosen.rate, "NOK"))
            self.reads(lines=[other if one is chosen else one for one in self.order.lines])

    def remove(self):
        if chosen := self.one_of(self.order.lines):
            self.reads(lines=[one for one in self.order.lines if one is not chosen])

    def correct_rate(self):
        if chosen := self.one_of(self.order.lines):
            rate = self.draw(st.sampled_from(RATES))
            other = replace(chosen, rate=rate, tax=tax_within(chosen.amount, rate, "NOK"))
            self.reads(lines=[other if one is chosen else one for one in self.order.lines])

    def paid_back(self):
        return sum((one.amount for one in self.order.refunds), Decimal(0))

    def refund(self, amount, lines=()):
        if 0 < amount <= max(self.order.captured + self.order.tendered, self.order.total) - self.paid_back():
            one = refund(f"refund-{self.number}", amount, lines, self.order.changed_at)
            self.reads(refunds=(*self.order.refunds, one))

    def give_back(self):
        if chosen := self.one_of(self.order.lines):
            amount = rounded(chosen.amount / self.draw(st.sampled_from([1, 1, 2, 3])), "NOK")
            back = replace(chosen, amount=amount, tax=tax_within(amount, chosen.rate, "NOK"))
            self.refund(rounded(amount * self.draw(st.sampled_from([50, 100, 100, 130])) / 100, "NOK"), [back])

    def pay_back(self):
        self.refund(rounded(self.order.total / self.draw(st.sampled_from([1, 2, 7])), "NOK"))

    def withdraw(self):
        if self.order.refunds:
            gone = self.draw(st.sampled_from(self.order.refunds))
            self.reads(refunds=tuple(one for one in self.order.refunds if one is not gone))

    def call_off(self):
        self.reads(cancelled_at=self.order.changed_at)

    def restore(self):
        if self.order.cancelled_at:
            self.reads(cancelled_at=None)

    def ends(self):
        """All is sent, and all is captured or the rest voided."""
        if self.draw(st.booleans()):
            rest = self.order.total - self.order.tendered - self.order.captured
            if rest > 0:
                self.reads(captures=(*self.order.captures, Capture("last", rest, self.order.changed_at)))
        else:
            self.reads(is_capture_final=self.order.captured + self.order.tendered < self.order.total)
        shipment = Shipment("last", self.order.changed_at)
        self.reads(shipments=(*self.order.shipments, shipment), completed_at=self.order.changed_at)


@st.composite
def lives(draw, length=8):
    """How one order reads, from when it was placed to when nothing more happens."""
    course = Course(draw, draw(orders()))
    for _step in range(draw(st.integers(0, length))):
        course.happens()
    course.ends()
    return course.states


def check_ledger(books, plan, order):
    """No document is empty or of less than nothing, and no more is credited than is invoiced, of any rate.

    Only where the shop itself has given back more than the order is now, that stands. Gift cards pay what they can of
    what is invoiced.
    """
    for document in plan.documents:
        assert document.parts
        assert document.total >= 0
        assert all(part.amount for part in document.parts)
    booked = books.booked()
    left, sold = by_rate(booked.left), by_rate(booked.sold)
    given_back = sum((refund.amount for refund in order.refunds), Decimal(0))
    assert books.left() >= min(0, order.total - given_back)
    if not plan.problems:
        assert sum(books.tenders.values()) == min(order.tendered, max(books.left(), 0))
    assert all(amount >= min(0, sold.get(rate, 0)) for rate, amount in left.items())


def absorbed(order):
    """What was paid back because the order was lowered: it is credited as a change, not as a refund."""
    known = {one.external_id for one in order.lines}
    unexplained = (
        max(Decimal(0), one.amount - total(back for back in one.lines if back.external_id in known))
        for one in order.refunds
    )
    return min(max(Decimal(0), order.captured + order.tendered - order.total), sum(unexplained))


@given(states=lives(), invoice_on=st.sampled_from(InvoiceOn), tells_captures=st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_state_is_booked_once_and_nothing_is_credited_twice(states, invoice_on, tells_captures):
    books = Books(invoice_on)
    for order in states:
        plan = books.tell(order if tells_captures else replace(order, captures=None))
        check_ledger(books, plan, order)


@given(states=lives(), invoice_on=st.sampled_from(InvoiceOn))
@settings(max_examples=400, deadline=None)
def test_in_the_end_the_books_say_what_the_shop_says(states, invoice_on):
    books = Books(invoice_on)
    for order in states:
        plan = books.tell(order)
    if plan.problems:
        return
    assert plan.is_finished
    if order.cancelled_at:
        assert (books.left(), books.per_rate(), books.per_rate("tax")) == (0, {}, {})
        return
    paid = order.captured + order.tendered if order.captured else 0
    voided = order.is_capture_final and paid < order.total
    due = paid if voided else order.total
    booked = books.booked()
    assert total(booked.sold) == due
    if due:
        refunds = sum((one.amount for one in order.refunds), Decimal(0))
        assert books.left() == due - refunds + absorbed(order)
    if not voided:
        assert by_rate(booked.sold) == by_rate(order.lines)
        assert by_rate(booked.sold, "tax") == {one.rate: one.tax for one in order.taxes if one.tax}


@given(states=lives(), invoice_on=st.sampled_from(InvoiceOn), data=st.data())
@settings(max_examples=400, deadline=None)
def test_states_that_were_never_seen_change_nothing_in_the_end(states, invoice_on, data):
    """A shop that was not asked for a week has the same books as one that was asked every hour."""
    every, some = Books(invoice_on), Books(invoice_on)
    seen = data.draw(st.lists(st.booleans(), min_size=len(states) - 1, max_size=len(states) - 1))
    for order, is_seen in zip(states, [*seen, True], strict=True):
        plan = every.tell(order)
        if is_seen:
            other = some.tell(order)
    assert bool(plan.problems) == bool(other.problems)
    if plan.problems:
        return
    one, two = every.booked(), some.booked()
    if not order.cancelled_at:
        per_line = [defaultdict(Decimal), defaultdict(Decimal)]
        for result, booked in zip(per_line, (one, two), strict=True):
            for part in booked.sold:
                result[part.line_id, part.rate] += part.amount
        assert {key: value for key, value in per_line[0].items() if value} == {
            key: value for key, value in per_line[1].items() if value
        }
        assert by_rate(one.sold, "tax") == by_rate(two.sold, "tax")
        assert {name: total(parts) for name, parts in one.refunds.items()} == {
            name: total(parts) for name, parts in two.refunds.items()
        }
    assert every.left() == some.left()
