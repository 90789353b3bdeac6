"""24Nettbutikk: what its orders say."""

import datetime
import json
import zoneinfo
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.nettbutikk24 import parse
from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    Tender,
    TenderKind,
)

from ...invoicing.books import Books, refunded, tax
from ...samples.webshop_orders import RETURNED, SENT, sent_order

SETTINGS = ShopSettings(time_zone=zoneinfo.ZoneInfo("Europe/Oslo"))

#: The order and the credit order of the reference, their assumed names without question marks.
COMPOSED = """
{"order_no": 5021, "modified_on": "2026-03-03 09:20:44", "status": 2, "payment_method": "vipps", "currency": "NOK",
 "total": 553.30, "lines": [
  {"line_no": 1, "sku": "SOKK-1", "quantity": 2, "price_incl_vat": 179.10, "vat": 25},
  {"line_no": 2, "sku": "KAFFE-250", "quantity": 1, "price_incl_vat": 116.10, "vat": 15},
  {"line_no": 3, "sku": "FRAKT", "quantity": 1, "price_incl_vat": 79.00, "vat": 25}]}
"""

CREDIT = """
{"order_no": 5044, "credit_of": 5021, "modified_on": "2026-03-09 10:02:00", "total": -179.10, "lines": [
  {"line_no": 1, "sku": "SOKK-1", "quantity": -1, "price_incl_vat": 179.10, "vat": 25}]}
"""


def composed(**values):
    return {**json.loads(COMPOSED), **values}


def credit(**values):
    return {**json.loads(CREDIT), **values}


def credited(quantity=-1, price="179.10", number=4, **values):
    """The composed order with a line that was credited."""
    order = composed(**values)
    order["lines"].append(
        {"line_no": number, "sku": "SOKK-1", "quantity": quantity, "price_incl_vat": price, "vat": 25}
    )
    return order


def read(order):
    return parse(json.dumps({"order": order}).encode(), SETTINGS)


@pytest.mark.parametrize(("count", "total"), [(2, "43.50"), (5, "62.44")])
def test_a_shop_that_rounds_the_sum_only(count, total):
    """35.71 and 3.13 without VAT at 12 %, or five of 9.99 at 25 %: the buyer paid the sum, rounded once."""
    prices = [("39.9952", 12), ("3.5056", 12)] if count == 2 else [("12.4875", 25)] * 5
    lines = [
        {"line_no": number, "sku": "A", "quantity": 1, "price_incl_vat": price, "vat": rate}
        for number, (price, rate) in enumerate(prices, 1)
    ]
    order = read(composed(lines=lines, total=total))
    assert sum(line.amount for line in order.lines) == order.total == Decimal(total)
    order = read(composed(lines=lines, total="43.40"))
    assert sum(line.amount for line in order.lines) != order.total, "no rounding makes this difference"


def refused(order):
    with pytest.raises(DocumentError) as caught:
        read(order)
    return str(caught.value)


# --- orders


def test_the_composed_order_is_553_30_with_vat_of_102_58():
    order = parse(f'{{"order": {COMPOSED}}}'.encode(), SETTINGS)
    assert order.total == sum(line.amount for line in order.lines) == Decimal("553.30")
    assert sum(line.tax for line in order.lines) == Decimal("102.58")
    assert [(line.external_id, line.kind, line.amount, line.rate) for line in order.lines] == [
        ("1", LineKind.PRODUCT, Decimal("358.20"), 25),
        ("2", LineKind.PRODUCT, Decimal("116.10"), 15),
        ("3", LineKind.SHIPPING, Decimal("79.00"), 25),
    ]
    assert order.changed_at == order.created_at == SENT
    assert order.references == (
        Reference(ReferenceKind.SHOP_ID, "5021"),
        Reference(ReferenceKind.SHOP_NUMBER, "5021"),
    )


def test_a_status_number_nobody_knows_lets_the_order_wait():
    order = read(composed())
    (problem,) = order.problems
    assert str(problem).startswith("Order 5021 has the status 2, whose meaning is not known here")
    assert order.captures is None
    assert order.completed_at is None


def test_a_status_number_does_not_matter_once_it_is_told_when_the_order_was_sent():
    order = read(composed(completed_on="2026-03-03 08:00:00"))
    assert order.problems == ()
    assert order.captured == Decimal("553.30")


def test_sent_is_captured_and_shipped():
    order = read(composed(status="Sendt", completed_on="2026-03-03 08:00:00", modified_on="2026-03-05 10:00:00"))
    moment = datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    assert order.completed_at == moment
    assert order.captures == (Capture("completed", Decimal("553.30"), moment),)
    assert order.shipments == (Shipment("completed", moment),)
    assert not order.is_capture_final
    assert order.accepted_at == order.created_at


def test_sent_without_a_time_is_sent_when_it_changed():
    assert read(composed(status="sendt")).completed_at == SENT


def test_cancelled_before_it_was_sent_voids_the_reservation():
    order = read(composed(status="Kansellert", transaction_id="5021"))
    assert (order.cancelled_at, order.captures, order.is_capture_final) == (SENT, (), True)
    assert order.completed_at is None


def test_cancelled_after_it_was_sent_stays_captured():
    order = read(composed(status="Kansellert", completed_on="2026-03-03 08:00:00"))
    assert order.captured == Decimal("553.30")
    assert order.cancelled_at == SENT


@pytest.mark.parametrize(
    ("status", "transaction", "is_accepted"),
    [
        ("Ny", "", False),
        ("Ny", "5021-vipps", True),
        ("Under behandling", "", True),
        ("Venter på varer", "", True),
        ("", "", False),
        (None, None, False),
    ],
)
def test_reserved_is_not_captured(status, transaction, is_accepted):
    order = read(composed(status=status, transaction_id=transaction))
    assert bool(order.accepted_at) is is_accepted
    assert (order.captures, order.is_capture_final, order.problems) == ((), False, ())


def test_a_negative_price_is_a_discount():
    order = composed()
    order["lines"].append({"line_no": 4, "sku": "RABATT", "quantity": 1, "price_incl_vat": -50, "vat": 25})
    last = read(order).lines[-1]
    assert (last.kind, last.amount, last.tax) == (LineKind.DISCOUNT, Decimal("-50.00"), Decimal("-10.00"))


def test_a_gift_card_used_is_a_means_of_payment():
    order = read(composed(status="Sendt", gift_cards=[{"code": "G-1", "amount": 100}, {"code": "G-2", "amount": 0}]))
    assert order.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "G-1"),)
    assert order.total == Decimal("553.30")
    assert order.captured == Decimal("453.30")


def test_a_gift_card_that_paid_everything_leaves_nothing_to_capture():
    order = read(composed(status="Sendt", gift_cards=[{"amount": "553.30"}]))
    assert order.captures == ()
    assert order.completed_at == SENT


def test_the_shops_total_is_told_even_when_the_lines_do_not_add_up():
    assert read(composed(total=500)).total == Decimal("500.00")


def test_without_a_total_the_lines_are_it():
    assert read(composed(total=None)).total == Decimal("553.30")


def test_lines_of_nothing_are_left_out():
    order = composed()
    order["lines"][1]["quantity"] = 0
    assert [line.external_id for line in read(order).lines] == ["1", "3"]


def test_a_third_of_hundred_kroner_is_hundred_again():
    order = composed()
    order["lines"][0].update(quantity=3, price_incl_vat=33.333333)
    assert read(order).lines[0].amount == Decimal("100.00")


# --- what is credited


def test_a_credit_order_is_a_refund_of_the_original():
    refund = parse(f'{{"order": {CREDIT}}}'.encode(), SETTINGS)
    assert isinstance(refund, Refund)
    assert (refund.external_id, refund.order_id, refund.amount) == ("5044", "5021", Decimal("179.10"))
    assert refund.time == RETURNED
    (back,) = refund.lines
    assert (back.external_id, back.amount, back.tax, back.quantity) == ("", Decimal("179.10"), Decimal("35.82"), 1)


def test_the_minus_may_stand_with_the_price():
    order = credit()
    order["lines"][0].update(quantity=1, price_incl_vat=-179.10)
    assert read(order) == read(credit())


@pytest.mark.parametrize("sku", ["RETURGEBYR", "FRAKT"])
def test_a_fee_for_the_return_is_taken_off(sku):
    """One pair of socks back, 50.00 held back, as an article or as freight: 129.10 credited, 25.82 of it VAT."""
    order = credit(total=-129.10)
    order["lines"].append({"line_no": 2, "sku": sku, "quantity": 1, "price_incl_vat": 50, "vat": 25})
    books = Books()
    books.tell(sent_order())
    books.tell(refunded(sent_order(), read(order)))
    [_sale, note] = books.documents
    assert (note.key, note.total, tax(note)) == ("refund:5044", Decimal("129.10"), Decimal("25.82"))


def test_a_credit_order_that_does_not_name_its_original_says_what_to_do():
    said = refused(credit(credit_of=None))
    assert "The credit order 5044 does not say which order it credits" in said
    assert "by hand" in said


def test_a_credit_order_is_the_sum_of_its_lines_when_no_total_is_told():
    assert read(credit(total=None)).amount == Decimal("179.10")


@pytest.mark.parametrize("total", ["553.30", "374.20"])
def test_a_credited_line_is_a_refund_within_its_order(total):
    """The total may be told before or after what was credited."""
    order = read(credited(status="Sendt", total=total, modified_on="2026-03-09 10:02:00"))
    assert order.total == Decimal("553.30")
    assert [line.external_id for line in order.lines] == ["1", "2", "3"]
    assert order.captured == Decimal("553.30")
    (refund,) = order.refunds
    assert (refund.external_id, refund.order_id, refund.amount) == ("5021/4", "5021", Decimal("179.10"))
    assert refund.time == RETURNED
    assert (refund.lines[0].quantity, refund.lines[0].tax) == (1, Decimal("35.82"))


def test_each_credited_line_is_a_refund_that_stays_when_another_comes():
    order = credited()
    first = read(order).refunds
    order["lines"].append({**order["lines"][-1], "line_no": 5, "sku": "KAFFE-250", "price_incl_vat": 116.1, "vat": 15})
    both = read(order).refunds
    assert both[0] == first[0]
    assert (both[1].external_id, both[1].amount) == ("5021/5", Decimal("116.10"))


def test_an_order_credited_whole_is_still_an_order():
    order = composed()
    for number, sold in enumerate(list(order["lines"]), 4):
        order["lines"].append({**sold, "line_no": number, "quantity": -sold["quantity"]})
    order = read({**order, "total": 0})
    assert order.total == sum(refund.amount for refund in order.refunds) == Decimal("553.30")


# --- documents that cannot be read


@pytest.mark.parametrize("field", ["order_no", "modified_on", "lines"])
def test_a_missing_field_is_named(field):
    assert f"The field {field} is missing" in refused(composed(**{field: None}))


@pytest.mark.parametrize("field", ["line_no", "quantity", "price_incl_vat", "vat"])
def test_a_missing_field_of_a_line_is_named(field):
    order = composed()
    del order["lines"][1][field]
    assert f"The field {field} is missing" in refused(order)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"modified_on": "i går"}, "modified_on is 'i går', but a date and time"),
        ({"total": "mye"}, "total is 'mye', but a number"),
        ({"lines": "sokker"}, "lines is not a list of objects"),
        ({"lines": [5]}, "lines is not a list of objects"),
        ({"gift_cards": ["G-1"]}, "gift_cards is not a list of objects"),
        ({"gift_cards": 5}, "gift_cards is not a list of objects"),
    ],
)
def test_what_cannot_be_read_is_named(values, sentence):
    assert sentence in refused(composed(**values))


def test_an_order_that_is_no_object_is_named():
    assert "order is not a JSON object" in refused(5)
