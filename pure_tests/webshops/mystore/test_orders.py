"""Mystore: what its orders say."""

import datetime
import json
import zoneinfo
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.mystore import parse
from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
)

from ...invoicing.books import Books, refunded, tax
from ...samples.webshop_orders import ORDERED, RETURNED, SENT, sent_order

SETTINGS = ShopSettings(time_zone=zoneinfo.ZoneInfo("Europe/Oslo"))

#: The order of the reference, its assumed names without their question marks.
COMPOSED = json.loads("""
{
  "data": {
    "type": "orders", "id": "20871",
    "attributes": {
      "created_at": "2026-03-02 14:05:11", "updated_at": "2026-03-03 09:20:44", "currency": "NOK",
      "customer_address_name": "Kari Eksempel", "payment_method": "vipps", "transaction_id": "20871-vipps"
    },
    "relationships": {
      "customer": {"data": {"type": "customers", "id": "918"}},
      "order-status": {"data": {"type": "order-status", "id": "3"}},
      "order-products": {"data": [
        {"type": "order-products", "id": "50110"}, {"type": "order-products", "id": "50111"}
      ]},
      "order-totals": {"data": [{"type": "order-totals", "id": "90001"}]}
    }
  },
  "included": [
    {"type": "order-products", "id": "50110",
     "attributes": {"sku": "SOKK-1", "quantity": 2, "price_inc_vat": "179.10", "vat_rate": 25}},
    {"type": "order-products", "id": "50111",
     "attributes": {"sku": "KAFFE-250", "quantity": 1, "price_inc_vat": "116.10", "vat_rate": 15}},
    {"type": "order-totals", "id": "90001", "attributes": {"code": "shipping", "value_inc_vat": "79.00"}}
  ]
}
""")


def composed():
    """A copy that a test may change: the order, and what came with it by type and id."""
    document = json.loads(json.dumps(COMPOSED))
    return document, {f"{each['type']}/{each['id']}": each for each in document["included"]}


def with_status(name, history=(), **tag):
    """The composed order in a status; ``history`` is (name, time) of earlier ones."""
    document, _included = composed()
    names = list(dict.fromkeys([*(each for each, _time in history), name]))
    for number, each in enumerate(names):
        attributes = {"name": each, **(tag if each == name else {})}
        document["included"].append({"type": "order-status", "id": f"s{number}", "attributes": attributes})
    relationships = document["data"]["relationships"]
    relationships["order-status"]["data"]["id"] = f"s{names.index(name)}"
    relationships["order-status-history"] = {"data": []}
    for number, (each, time) in enumerate(history):
        entry = {"type": "order-status-history", "id": f"h{number}"}
        relationships["order-status-history"]["data"].append(dict(entry))
        status = {"data": {"type": "order-status", "id": f"s{names.index(each)}"}}
        document["included"].append(
            {**entry, "attributes": {"created_at": time}, "relationships": {"order-status": status}}
        )
    return read(document)


def credit_order(original="20871", **attributes):
    """One pair of socks is credited."""
    document, included = composed()
    document["data"]["id"] = "20899"
    document["data"]["attributes"].update(
        created_at="2026-03-09 10:02:00", updated_at="2026-03-10 08:00:00", **attributes
    )
    included["order-products/50110"]["attributes"]["quantity"] = -1
    relationships = document["data"]["relationships"]
    del relationships["order-products"]["data"][1]
    del relationships["order-totals"]
    if original:
        relationships["original-order"] = {"data": {"type": "orders", "id": original}}
    return document


def read(document):
    return parse(json.dumps(document).encode(), SETTINGS)


def refused(document):
    with pytest.raises(DocumentError) as caught:
        read(document)
    return str(caught.value)


# --- orders


def test_the_composed_order_is_553_30_with_vat_of_102_58():
    order = read(COMPOSED)
    assert order.total == sum(line.amount for line in order.lines) == Decimal("553.30")
    assert sum(line.tax for line in order.lines) == Decimal("102.58")
    assert [(line.external_id, line.kind, line.amount, line.rate) for line in order.lines] == [
        ("50110", LineKind.PRODUCT, Decimal("358.20"), 25),
        ("50111", LineKind.PRODUCT, Decimal("116.10"), 15),
        ("order-totals/90001", LineKind.SHIPPING, Decimal("79.00"), 25),
    ]
    assert order.buyer.external_id == "918"
    assert order.billing.name == "Kari Eksempel"
    assert order.created_at == ORDERED
    assert order.changed_at == SENT
    assert order.references == (
        Reference(ReferenceKind.SHOP_ID, "20871"),
        Reference(ReferenceKind.SHOP_NUMBER, "20871"),
        Reference(ReferenceKind.PROVIDER_REFERENCE, "20871-vipps"),
    )


def test_reserved_is_not_captured():
    order = with_status("Ikke behandlet", tag="Standard")
    assert (order.accepted_at, order.captures, order.is_capture_final) == (ORDERED, (), False)


def test_an_order_without_a_transaction_is_only_begun():
    document, _included = composed()
    document["data"]["attributes"]["transaction_id"] = None
    assert read(document).accepted_at is None


def test_sent_is_captured_and_shipped_at_the_time_it_was_set():
    order = with_status("Sendt", [("Ikke behandlet", "2026-03-02 14:05:11"), ("Sendt", "2026-03-03 08:00:00")])
    moment = datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    assert order.completed_at == moment
    assert order.captures == (Capture("completed", Decimal("553.30"), moment),)
    assert order.shipments == (Shipment("completed", moment),)
    assert not order.is_capture_final


def test_sent_without_a_history_is_sent_when_it_changed():
    assert with_status("Sendt").completed_at == SENT


@pytest.mark.parametrize("name", ["Pakket og klart", "Sendt"])
def test_the_tag_means_more_than_the_name(name):
    """A shop may rename "Sendt", and use the name for something else."""
    assert with_status(name, tag="Fullført").completed_at == SENT
    assert with_status(name, tag=None).completed_at is None
    assert with_status(name, tag="Kansellert").cancelled_at == SENT


def test_returned_goods_were_sent_before():
    history = [("Sendt", "2026-03-03 09:00:00"), ("Returnert", "2026-03-08 09:00:00")]
    order = with_status("Returnert", history)
    assert order.completed_at == datetime.datetime(2026, 3, 3, 8, 0, tzinfo=datetime.timezone.utc)
    assert order.captured == Decimal("553.30")
    assert order.cancelled_at is None


def test_an_order_given_away_is_sent_but_nothing_is_captured():
    document, included = composed()
    for each in included.values():
        each["attributes"].update(price_inc_vat=0, value_inc_vat=0)
    document["included"].append({"type": "order-status", "id": "3", "attributes": {"name": "Sendt"}})
    order = read(document)
    assert (order.total, order.captures, order.completed_at) == (0, (), SENT)
    assert len(order.lines) == 2


def test_cancelled_before_it_was_sent_voids_the_reservation():
    order = with_status("Kansellert", [("Kansellert", "2026-03-03 08:00:00")])
    assert order.cancelled_at == datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    assert (order.captures, order.is_capture_final, order.completed_at) == ((), True, None)


def test_cancelled_after_it_was_sent_stays_captured():
    order = with_status("Kansellert", [("Sendt", "2026-03-03 08:00:00"), ("Kansellert", "2026-03-03 08:30:00")])
    assert order.captured == Decimal("553.30")
    assert not order.is_capture_final
    assert order.cancelled_at
    assert order.completed_at


@pytest.mark.parametrize("name", ["Venter på varer", ""])
def test_a_status_of_the_shops_own_is_work_in_progress(name):
    order = with_status(name)
    assert (order.accepted_at, order.captures, order.completed_at) == (ORDERED, (), None)


def test_a_status_that_did_not_come_along_is_shown_by_its_number():
    order = read(COMPOSED)
    assert (order.status, order.completed_at, order.cancelled_at) == ("3", None, None)


@pytest.mark.parametrize(
    ("code", "value", "kind"),
    [
        ("shipping", "79.00", LineKind.SHIPPING),
        ("payment_fee", "39.00", LineKind.FEE),
        ("discount", "-50.00", LineKind.DISCOUNT),
        ("rounding", "-0.30", LineKind.ROUNDING),
    ],
)
def test_totals_that_are_lines(code, value, kind):
    document, included = composed()
    included["order-totals/90001"]["attributes"].update(code=code, value_inc_vat=value, vat_rate=25, name="Navn")
    last = read(document).lines[-1]
    assert (last.kind, last.amount, last.name) == (kind, Decimal(value), "Navn")
    assert last.tax == (Decimal(value) / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_totals_that_only_sum_up_are_no_lines():
    document, _included = composed()
    for number, code in enumerate(["subtotal", "tax", "total"]):
        attributes = {"code": code, "value_inc_vat": "553.30"}
        document["included"].append({"type": "order-totals", "id": f"t{number}", "attributes": attributes})
        document["data"]["relationships"]["order-totals"]["data"].append({"type": "order-totals", "id": f"t{number}"})
    order = read(document)
    assert (order.total, len(order.lines), order.problems) == (Decimal("553.30"), 3, ())


def test_the_shops_total_is_told_even_when_the_lines_do_not_add_up():
    document, included = composed()
    included["order-totals/90001"]["attributes"].update(code="total", value_inc_vat="500.00")
    assert read(document).total == Decimal("500.00")


def test_a_total_nobody_knows_lets_the_order_wait():
    document, included = composed()
    included["order-totals/90001"]["attributes"].update(code="gavekort", value_inc_vat="-100.00")
    (problem,) = read(document).problems
    assert str(problem).startswith('The shop lists -100.00 as "gavekort" on order 20871')
    included["order-totals/90001"]["attributes"].update(value_inc_vat="0.00")
    assert read(document).problems == ()


@pytest.mark.parametrize(("rates", "rate"), [((15, 15), 15), ((0, 0), 0), ((15, 25), 25)])
def test_freight_without_a_rate_follows_the_goods(rates, rate):
    document, included = composed()
    for product, each in zip(("order-products/50110", "order-products/50111"), rates, strict=True):
        included[product]["attributes"]["vat_rate"] = each
    assert read(document).lines[-1].rate == rate


def test_a_third_of_hundred_kroner_is_hundred_again():
    document, included = composed()
    included["order-products/50110"]["attributes"].update(quantity=3, price_inc_vat="33.333333")
    assert read(document).lines[0].amount == Decimal("100.00")


def test_lines_of_nothing_are_left_out():
    document, included = composed()
    included["order-products/50111"]["attributes"].update(quantity=0)
    included["order-totals/90001"]["attributes"].update(value_inc_vat="0.00")
    assert [line.external_id for line in read(document).lines] == ["50110"]


def test_times_may_have_an_offset():
    document, _included = composed()
    document["data"]["attributes"]["created_at"] = "2026-03-02T13:05:11Z"
    assert read(document).created_at == ORDERED


# --- credit orders


def test_a_credit_order_is_a_refund_of_the_original():
    refund = read(credit_order())
    assert isinstance(refund, Refund)
    assert (refund.external_id, refund.order_id, refund.amount) == ("20899", "20871", Decimal("179.10"))
    assert refund.time == RETURNED
    (back,) = refund.lines
    assert (back.amount, back.tax, back.quantity, back.sku) == (Decimal("179.10"), Decimal("35.82"), 1, "SOKK-1")


def test_a_credit_order_with_freight_and_a_fee_held_back():
    document = credit_order()
    for number, (code, value) in enumerate([("shipping", "-79.00"), ("payment_fee", "50.00")]):
        attributes = {"code": code, "value_inc_vat": value, "vat_rate": 25}
        document["included"].append({"type": "order-totals", "id": f"t{number}", "attributes": attributes})
    document["data"]["relationships"]["order-totals"] = {
        "data": [{"type": "order-totals", "id": "t0"}, {"type": "order-totals", "id": "t1"}]
    }
    refund = read(document)
    assert refund.amount == Decimal("208.10")
    assert [(line.kind, line.amount) for line in refund.lines] == [
        (LineKind.PRODUCT, Decimal("179.10")),
        (LineKind.SHIPPING, Decimal("79.00")),
        (LineKind.FEE, Decimal("-50.00")),
    ]


def test_a_fee_for_the_return_held_back_as_a_product_is_taken_off():
    """One pair of socks back, 50.00 held back: 129.10 credited, 25.82 of it VAT."""
    document = credit_order()
    attributes = {"sku": "RETURGEBYR", "quantity": 1, "price_inc_vat": "50.00", "vat_rate": 25}
    document["included"].append({"type": "order-products", "id": "50112", "attributes": attributes})
    document["data"]["relationships"]["order-products"]["data"].append({"type": "order-products", "id": "50112"})
    books = Books()
    books.tell(sent_order())
    books.tell(refunded(sent_order(), read(document)))
    [_sale, note] = books.documents
    assert (note.key, note.total, tax(note)) == ("refund:20899", Decimal("129.10"), Decimal("25.82"))


def test_a_credit_order_that_does_not_name_its_original_says_what_to_do():
    said = refused(credit_order(original=None))
    assert "The credit order 20899 does not say which order it credits" in said
    assert "by hand" in said


def test_a_cancelled_credit_order_is_not_a_refund():
    document = credit_order()
    document["included"].append({"type": "order-status", "id": "3", "attributes": {"tag": "Kansellert"}})
    assert "The credit order 20899, of order 20871, was cancelled" in refused(document)


def test_a_credit_order_with_a_total_nobody_knows_is_refused():
    document = credit_order()
    document["data"]["relationships"]["order-totals"] = {"data": [{"type": "order-totals", "id": "90001"}]}
    document["included"][2]["attributes"] = {"code": "gavekort", "value_inc_vat": "-10"}
    assert '"gavekort" on order 20899' in refused(document)


# --- documents that cannot be read


@pytest.mark.parametrize("field", ["created_at", "updated_at", "currency"])
def test_a_missing_attribute_is_named(field):
    document, _included = composed()
    del document["data"]["attributes"][field]
    assert f"The field {field} is missing" in refused(document)


@pytest.mark.parametrize("field", ["quantity", "price_inc_vat", "vat_rate"])
def test_a_missing_or_unreadable_attribute_of_a_product_is_named(field):
    document, included = composed()
    included["order-products/50110"]["attributes"][field] = "mye"
    assert f"{field} is 'mye'" in refused(document)
    del included["order-products/50110"]["attributes"][field]
    assert f"The field {field} is missing" in refused(document)


def test_products_that_did_not_come_along_are_missed():
    document, _included = composed()
    del document["included"][1]
    assert "refers to order-products 50111, which was not sent with it" in refused(document)
    del document["data"]["relationships"]["order-products"]
    assert "The field order-products is missing" in refused(document)


@pytest.mark.parametrize("change", [{"data": []}, {"data": {}}, {"included": 5}, {"included": ["x"]}])
def test_odd_documents_are_refused_not_crashed_on(change):
    assert refused({**COMPOSED, **change})


def test_a_shop_that_rounds_the_sum_only():
    """35.71 and 3.13 without VAT at 12 %: the buyer paid 43.50."""
    document, included = composed()
    for number, price in (("50110", "39.9952"), ("50111", "3.5056")):
        included[f"order-products/{number}"]["attributes"] |= {"price_inc_vat": price, "quantity": 1, "vat_rate": 12}
    included["order-totals/90001"]["attributes"] = {"code": "total", "value_inc_vat": "43.50"}
    order = parse(json.dumps(document).encode(), SETTINGS)
    assert [str(line.amount) for line in order.lines] == ["39.99", "3.51"]
    assert sum(line.tax for line in order.lines) == Decimal("4.66")
