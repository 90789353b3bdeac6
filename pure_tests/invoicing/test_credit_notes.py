"""Which credit notes a web order calls for: called off, given back, lowered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.parts import Part
from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, TaxTotal

from ..samples.webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order
from .books import (
    COFFEE,
    FREIGHT,
    LATER,
    SOCKS,
    Books,
    by_rate,
    capture,
    changed,
    parcel,
    refund,
    refunded,
    said,
    tax,
    told,
)

# --- Called off, deleted, test orders


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


# --- Refunds


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
    socks = replace(line("71", "Ullsokker", "179.10", 25), tax=Decimal("12.00"))
    told_so = said(books.tell(refunded(sent_order(), refund("10533", "179.10", [socks]))))
    assert "The VAT of the line Ullsokker is 12.00; at 25 % it should be 35.82" in told_so
    assert "refund 10533 of 179.10" in told_so and "Include Documents Made by Hand" in told_so


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


def test_refund_of_a_line_that_was_never_captured_is_no_money_back(books):
    """Qliro captured the socks alone and gave up the rest; the coffee was refunded while it was reserved."""
    socks = Capture("9001", SOCKS.amount, SENT, ((SOCKS.external_id, SOCKS.quantity),))
    coffee = refund("1", COFFEE.amount, [COFFEE], moment=ORDERED)
    order = sent_order(captures=(socks,), is_capture_final=True, refunds=(coffee,))
    books.tell(order)
    assert books.per_rate() == {Decimal(25): Decimal("358.20")}
    back = replace(SOCKS, amount=Decimal("179.10"), tax=Decimal("35.82"), quantity=Decimal(1))
    plan = books.tell(refunded(order, refund("2", "179.10", [back])))
    assert told(plan) == [("refund:2", "credit note", "179.10")]
    assert books.per_rate("tax") == {Decimal(25): Decimal("35.82")}


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


# --- An order that was lowered, and the money back for it


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


@pytest.mark.parametrize("captures", [(Capture("1", SOCKS.amount, SENT, is_assumed=True),), None])
def test_money_back_for_one_of_two_pairs_sent_apart_is_credited_once(books, captures):
    """Each pair of 179.10 has its invoice; one of them is taken out of the order, and its money paid back."""
    order = new_order(lines=(SOCKS,), total=SOCKS.amount, captures=captures)
    books.tell(changed(order, shipments=(parcel(1, socks=1),)))
    order = changed(order, shipments=(parcel(1, socks=1), parcel(2, socks=1)))
    books.tell(order)
    one = changed(order, lines=(line("71", "Ullsokker", "179.10", 25),))
    books.tell(one)
    books.tell(refunded(one, refund("1", "179.10")))
    assert (books.left(), books.per_rate("tax")) == (Decimal("179.10"), {Decimal(25): Decimal("35.82")})


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


# --- The shop keeper left the field of the VAT empty


def without_vat(amount, rate=25, external_id="71", name="Ullsokker"):
    return replace(line(external_id, name, amount, rate), tax=Decimal(0))


def test_refund_line_without_its_vat_is_an_amount_with_vat(books):
    """100.00 back of 358.20 at 25 %: 20.00 of it is VAT."""
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "100.00", [without_vat("100.00")])))
    assert [(str(each.total), str(tax(each))) for each in plan.documents] == [("100.00", "20.00")]
    assert [part.rate for part in plan.documents[0].parts] == [25]


def test_refund_line_without_vat_whose_vat_was_paid_back_too(books):
    """The line says 72, but 90 was paid back: it is 72 and 18."""
    books.tell(sent_order())
    plan = books.tell(refunded(sent_order(), refund("1", "90.00", [without_vat("72.00")])))
    (document,) = plan.documents
    assert [(part.rate, str(part.amount), str(part.tax)) for part in document.parts] == [(25, "90.00", "18.00")]


def test_refund_line_without_its_vat_beside_one_that_has_it(books):
    books.tell(sent_order())
    lines = [without_vat("100.00"), line("72", "Kaffe 250 g", "23.00", 15)]
    taxes = (TaxTotal(Decimal(25), Decimal(0)), TaxTotal(Decimal(15), Decimal("3.00")))
    plan = books.tell(refunded(sent_order(), refund("1", "123.00", lines, taxes=taxes)))
    assert by_rate(plan.documents[0].parts, "tax") == {25: Decimal("20.00"), 15: Decimal("3.00")}


def test_refund_line_without_vat_of_goods_without_vat_has_none(books):
    order = changed(sent_order(), lines=(line("71", "Bok", "349.00", 0),), captures=None)
    books.tell(order)
    plan = books.tell(refunded(order, refund("1", "100.00", [line("71", "Bok", "100.00", 0)])))
    assert tax(plan.documents[0]) == 0
