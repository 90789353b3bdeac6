"""WooCommerce: what its orders say, and its client against a shop on this machine."""

import datetime
import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.http import StatusError
from odoo.addons.settlement_bridge.common.messages import DocumentError, ProviderError
from odoo.addons.settlement_bridge.webshops import paging, woocommerce
from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    TaxTotal,
    Tender,
    TenderKind,
)
from odoo.addons.settlement_bridge.webshops.woocommerce import PLATFORM, WooCommerceClient, parse

from .local_server import Fault
from .webshop_orders import ORDERED, RETURNED, SENT, UTC, line, new_order, refunded_order, sent_order
from .webshop_servers.woocommerce import KEY, SECRET, WooCommerceServer

OSLO = WooCommerceServer.time_zone
SETTINGS = ShopSettings(time_zone=OSLO)
MINUTE = datetime.timedelta(minutes=1)

#: The order of the reference: 2 × 199.00 (25 %) and 129.00 (15 %), 10 % off, freight 79.00; captured by Vipps.
ORDER = {
    "id": 10512,
    "parent_id": 0,
    "number": "10512",
    "order_key": "wc_order_Ab12Cd34Ef56",
    "created_via": "checkout",
    "version": "10.3.0",
    "status": "completed",
    "currency": "NOK",
    "prices_include_tax": True,
    "date_created": "2026-03-02T14:05:11",
    "date_created_gmt": "2026-03-02T13:05:11",
    "date_modified": "2026-03-03T09:20:44",
    "date_modified_gmt": "2026-03-03T08:20:44",
    "date_paid": "2026-03-02T14:05:40",
    "date_paid_gmt": "2026-03-02T13:05:40",
    "date_completed": "2026-03-03T09:20:44",
    "date_completed_gmt": "2026-03-03T08:20:44",
    "discount_total": "43.06",
    "discount_tax": "9.64",
    "shipping_total": "63.20",
    "shipping_tax": "15.80",
    "cart_tax": "86.78",
    "total": "553.30",
    "total_tax": "102.58",
    "customer_id": 0,
    "billing": {
        "first_name": "Kari",
        "last_name": "Eksempel",
        "company": "",
        "address_1": "Storgata 1",
        "postcode": "0155",
        "city": "Oslo",
        "country": "NO",
        "email": "kari@example.com",
        "phone": "+4790000000",
    },
    "payment_method": "vipps",
    "payment_method_title": "Vipps",
    "transaction_id": "woo-mybutikk-10512",
    "meta_data": [
        {"id": 1, "key": "_vipps_orderid", "value": "woo-mybutikk-10512"},
        {"id": 2, "key": "_vipps_status", "value": "AUTHORIZED"},
        {"id": 3, "key": "_vipps_amount", "value": "55330"},
        {"id": 4, "key": "_vipps_captured", "value": "55330"},
        {"id": 5, "key": "_vipps_refunded", "value": "0"},
    ],
    "line_items": [
        {
            "id": 71,
            "name": "Ullsokker",
            "product_id": 55,
            "variation_id": 0,
            "quantity": 2,
            "tax_class": "",
            "sku": "SOKK-1",
            "subtotal": "318.40",
            "subtotal_tax": "79.60",
            "total": "286.56",
            "total_tax": "71.64",
            "taxes": [{"id": 3, "total": "71.64", "subtotal": "79.60"}, {"id": 4, "total": "", "subtotal": ""}],
        },
        {
            "id": 72,
            "name": "Kaffe 250 g",
            "product_id": 56,
            "variation_id": 0,
            "quantity": 1,
            "tax_class": "naeringsmidler",
            "sku": "KAFFE-250",
            "subtotal": "112.17",
            "subtotal_tax": "16.83",
            "total": "100.96",
            "total_tax": "15.14",
            "taxes": [{"id": 4, "total": "15.14", "subtotal": "16.83"}],
        },
    ],
    "shipping_lines": [
        {
            "id": 73,
            "method_title": "Posten",
            "method_id": "flat_rate",
            "total": "63.20",
            "total_tax": "15.80",
            "taxes": [{"id": 3, "total": "15.80"}],
        }
    ],
    "fee_lines": [],
    "coupon_lines": [{"id": 74, "code": "vaar10", "discount": "43.06", "discount_tax": "9.64"}],
    "tax_lines": [
        {
            "id": 75,
            "rate_code": "NO-MVA 25-1",
            "rate_id": 3,
            "label": "MVA",
            "compound": False,
            "tax_total": "71.64",
            "shipping_tax_total": "15.80",
            "rate_percent": 25,
        },
        {
            "id": 76,
            "rate_code": "NO-MVA 15-1",
            "rate_id": 4,
            "label": "MVA",
            "compound": False,
            "tax_total": "15.14",
            "shipping_tax_total": "0.00",
            "rate_percent": 15,
        },
    ],
    "refunds": [{"id": 10533, "reason": "Retur 1 par", "total": "-179.10"}],
}
#: One pair of socks came back.
REFUND = {
    "id": 10533,
    "parent_id": 10512,
    "date_created": "2026-03-09T10:02:00",
    "date_created_gmt": "2026-03-09T09:02:00",
    "amount": "179.10",
    "reason": "Retur 1 par",
    "refunded_by": 1,
    "refunded_payment": True,
    "meta_data": [],
    "line_items": [
        {
            "id": 81,
            "name": "Ullsokker",
            "product_id": 55,
            "quantity": -1,
            "subtotal": "-143.28",
            "subtotal_tax": "-35.82",
            "total": "-143.28",
            "total_tax": "-35.82",
            "taxes": [{"id": 3, "total": "-35.82"}],
            "meta_data": [{"id": 900, "key": "_refunded_item_id", "value": "71"}],
        }
    ],
    "shipping_lines": [],
    "fee_lines": [],
    "tax_lines": [{"id": 82, "rate_id": 3, "tax_total": "-35.82", "shipping_tax_total": "0.00"}],
}
FREIGHT_BACK = {
    "id": 83,
    "method_title": "Posten",
    "method_id": "flat_rate",
    "total": "-63.20",
    "total_tax": "-15.80",
    "taxes": [{"id": 3, "total": "-15.80"}],
    "meta_data": [{"id": 901, "key": "_refunded_item_id", "value": "73"}],
}


def read(given_back=(), **values):
    """The reference's order with these refunds and other values, read."""
    values.setdefault("refunds", [{"id": refund["id"]} for refund in given_back])
    return parse(json.dumps({"order": {**ORDER, **values}, "refunds": list(given_back)}).encode(), SETTINGS)


def meta(**values):
    return [{"id": number, "key": key, "value": value} for number, (key, value) in enumerate(values.items(), 1)]


def paid_with(method, transaction="", status="completed", total="553.30", **values):
    """The reference's order paid with another plugin."""
    changes = {"payment_method": method, "transaction_id": transaction, "meta_data": meta(**values), "total": total}
    if status in ("processing", "on-hold"):
        changes.update(date_completed=None, date_completed_gmt=None)
    return read(status=status, **changes)


def fee(total, tax, rate_id=3):
    return {
        "id": 77,
        "name": "Fakturagebyr",
        "tax_class": "",
        "total": total,
        "total_tax": tax,
        "taxes": [tax_of(rate_id, tax)],
    }


def tax_of(rate_id, tax):
    return {"id": rate_id, "total": tax, "subtotal": tax}


def provider_references(order):
    kinds = (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
    return [(each.kind, each.value) for each in order.references if each.kind in kinds]


# --- the example of the reference


def test_the_example_is_553_30_of_which_vat_102_58():
    order = read()
    assert order.total == Decimal("553.30")
    assert sum(each.amount for each in order.lines) == Decimal("553.30")
    assert sum(each.tax for each in order.lines) == Decimal("102.58")
    assert order.taxes == (TaxTotal(Decimal(15), Decimal("15.14")), TaxTotal(Decimal(25), Decimal("87.44")))
    socks, coffee, freight = order.lines
    assert socks == line("71", "Ullsokker", "358.20", 25, sku="SOKK-1", quantity=2, discount="39.80")
    assert (coffee.amount, coffee.rate, coffee.discount) == (Decimal("116.10"), 15, Decimal("12.90"))
    assert coffee.tax_class == "naeringsmidler"
    assert freight == line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING)


def test_a_coupon_is_not_taken_off_twice():
    assert not [each for each in read().lines if each.kind is LineKind.DISCOUNT]


def test_the_example_says_who_when_and_how():
    order = read()
    assert (order.external_id, order.number, order.currency, order.status) == ("10512", "10512", "NOK", "completed")
    assert order.created_at == ORDERED
    assert order.changed_at == order.completed_at == SENT
    assert order.accepted_at == datetime.datetime(2026, 3, 2, 13, 5, 40, tzinfo=UTC)
    assert order.shipments == (Shipment("completed", SENT),)
    assert order.cancelled_at is None and not order.is_test and not order.is_deleted and not order.problems
    assert order.buyer == Buyer(name="Kari Eksempel", email="kari@example.com", phone="+4790000000")
    assert order.billing == Address("Kari Eksempel", "", "Storgata 1", "", "0155", "Oslo", "NO")
    assert order.shipping == Address()
    assert (order.payment_method, order.payment_name, order.delivery_method) == ("vipps", "Vipps", "flat_rate")


def test_the_example_was_captured_in_full():
    order = read()
    assert order.captures == (Capture("captured", Decimal("553.30"), SENT),)
    assert not order.is_capture_final


def test_references_are_the_shops_and_the_providers_each_once():
    assert read(number="W-77").references == (
        Reference(ReferenceKind.SHOP_ID, "10512"),
        Reference(ReferenceKind.SHOP_NUMBER, "W-77"),
        Reference(ReferenceKind.PROVIDER_REFERENCE, "woo-mybutikk-10512"),
    )


def test_the_example_refund_is_179_10_for_one_pair_of_socks():
    (refund,) = read([REFUND]).refunds
    assert (refund.external_id, refund.order_id, refund.amount) == ("10533", "10512", Decimal("179.10"))
    assert (refund.time, refund.reason) == (RETURNED, "Retur 1 par")
    assert refund.taxes == (TaxTotal(Decimal(25), Decimal("35.82")),)
    (back,) = refund.lines
    assert (back.external_id, back.kind) == ("71", LineKind.PRODUCT)
    assert (back.amount, back.tax, back.rate, back.quantity) == (Decimal("179.10"), Decimal("35.82"), 25, 1)


def test_a_refund_dates_the_order_also_where_the_shop_does_not():
    assert read([REFUND]).changed_at == RETURNED


def test_with_six_decimals_it_reads_the_same():
    def six(value):
        if isinstance(value, dict):
            return {name: six(each) for name, each in value.items()}
        if isinstance(value, list):
            return [six(each) for each in value]
        return f"{value}0000" if isinstance(value, str) and value[-3:-2] == "." else value

    document = json.dumps({"order": six(ORDER), "refunds": [six(REFUND)]}).encode()
    assert b'"286.560000"' in document
    assert parse(document, SETTINGS) == read([REFUND])


# --- statuses


@pytest.mark.parametrize(
    ("status", "is_accepted", "is_finished", "is_cancelled"),
    [
        ("pending", False, False, False),
        ("checkout-draft", False, False, False),
        ("failed", False, False, False),
        ("processing", True, False, False),
        ("on-hold", True, False, False),
        ("completed", True, True, False),
        ("refunded", True, True, False),
        ("cancelled", True, True, True),
        ("awaiting", True, True, False),
        ("", True, True, False),
    ],
)
def test_every_status_of_an_order_no_plugin_tells_of(status, is_accepted, is_finished, is_cancelled):
    order = read(status=status, payment_method="bacs", meta_data=[])
    assert order.status == status
    assert (order.accepted_at is not None) == is_accepted
    assert (order.completed_at, bool(order.shipments)) == ((SENT, True) if is_finished else (None, False))
    assert (order.cancelled_at is not None) == is_cancelled
    assert (order.captures is None) == (not is_finished)


def test_reserved_is_not_captured():
    order = read(
        status="processing",
        date_completed=None,
        date_completed_gmt=None,
        meta_data=meta(_vipps_amount="55330", _vipps_captured="0"),
    )
    assert order.captures == () and not order.is_capture_final
    assert order.accepted_at and not order.shipments


def test_a_cash_order_completed_by_hand_is_taken_in_full():
    order = read(payment_method="cod", meta_data=[])
    assert order.captures == (Capture("captured", Decimal("553.30"), SENT),)
    assert not order.is_capture_final


def test_a_processing_order_without_a_date_of_payment_is_binding_from_the_start():
    order = read(status="processing", date_paid=None, date_paid_gmt=None, payment_method="cod", meta_data=[])
    assert order.accepted_at == ORDERED


def test_on_hold_without_payment_waits():
    order = read(status="on-hold", date_paid=None, date_paid_gmt=None, payment_method="bacs", meta_data=[])
    assert order.accepted_at is None and order.captures is None and not order.shipments


def test_put_on_hold_because_the_capture_failed_is_not_sent():
    order = read(status="on-hold", meta_data=meta(_vipps_amount="55330", _vipps_captured="0"))
    assert order.captures == () and not order.shipments and order.completed_at is None


def test_opened_again_after_the_capture_stays_sent():
    order = read(status="on-hold")
    assert order.captured == Decimal("553.30")
    assert order.shipments == (Shipment("completed", SENT),)


def test_cancelled_has_the_plugins_time_or_that_of_the_change():
    assert read(status="cancelled").cancelled_at == SENT
    moment = int((SENT - MINUTE).timestamp())
    order = read(status="cancelled", meta_data=meta(_vipps_cancel_timestamp=str(moment)))
    assert order.cancelled_at == SENT - MINUTE


def test_an_order_in_the_trash_is_deleted():
    assert read(status="trash").is_deleted


def test_a_currency_without_decimals():
    order = read(currency="JPY", total="553")
    assert (order.total, order.lines[0].amount) == (553, 358)


def test_completed_without_a_date_is_finished_when_it_was_paid():
    order = read(date_completed=None, date_completed_gmt=None)
    assert order.completed_at == order.accepted_at


def test_times_without_a_gmt_twin_are_the_shops_own():
    order = read(date_paid_gmt=None, date_modified_gmt=None)
    assert order.accepted_at == datetime.datetime(2026, 3, 2, 13, 5, 40, tzinfo=UTC)
    assert order.changed_at == SENT


# --- lines


def test_a_fee_and_a_negative_fee():
    order = read(fee_lines=[fee("39.20", "9.80"), {**fee("-40.00", "-10.00"), "id": 78}])
    invoice_fee, discount = order.lines[3:]
    assert (invoice_fee.kind, invoice_fee.amount, invoice_fee.tax) == (LineKind.FEE, Decimal("49.00"), Decimal("9.80"))
    assert (discount.kind, discount.amount, discount.tax) == (LineKind.DISCOUNT, Decimal("-50.00"), Decimal("-10.00"))


@pytest.mark.parametrize("key", ["pw_gift_card_number", "pw_gift_card_amount", "wc_gc_giftcard_amount"])
def test_a_gift_card_sold_is_no_product(key):
    card = {
        **ORDER["line_items"][0],
        "total": "500.00",
        "total_tax": "0.00",
        "subtotal": "500.00",
        "subtotal_tax": "0.00",
        "taxes": [],
        "quantity": 1,
        "meta_data": meta(**{key: "500"}),
    }
    (found,) = [each for each in read(line_items=[card]).lines if each.kind is LineKind.GIFT_CARD]
    assert (found.amount, found.tax, found.rate) == (Decimal("500.00"), 0, 0)


@pytest.mark.parametrize(
    "field",
    [
        {"gift_cards": [{"id": 5, "code": "GAVE-1", "amount": 100}]},
        {"pw_gift_cards_redeemed": [{"number": "GAVE-1", "amount": "100.00"}]},
    ],
)
def test_a_gift_card_used_is_a_payment_and_not_a_discount(field):
    order = read(total="453.30", meta_data=meta(_vipps_amount="45330", _vipps_captured="45330"), **field)
    assert order.total == Decimal("553.30") == sum(each.amount for each in order.lines)
    assert order.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "GAVE-1"),)
    assert order.captured == Decimal("453.30") and not order.is_capture_final


def test_paid_with_gift_cards_alone_leaves_nothing_to_capture():
    order = read(total="0.00", gift_cards=[{"id": 5, "code": "GAVE-1", "amount": 553.3}], payment_method="")
    assert order.total == Decimal("553.30")
    assert order.captures == () and not order.is_capture_final


def test_no_gift_cards_is_written_in_three_ways():
    assert read(gift_cards=None, pw_gift_cards_redeemed=[]).tenders == read().tenders == ()


def test_a_bundle_with_two_rates_becomes_two_lines():
    bundle = {
        **ORDER["line_items"][0],
        "quantity": 1,
        "subtotal": "220.00",
        "subtotal_tax": "44.00",
        "total": "200.00",
        "total_tax": "40.00",
        "taxes": [tax_of(3, "25.00"), tax_of(4, "15.00")],
    }
    first, second, _freight = read(line_items=[bundle]).lines
    assert (first.external_id, first.amount, first.tax, first.rate) == (
        "71/25",
        Decimal("125.00"),
        Decimal("25.00"),
        25,
    )
    assert (second.external_id, second.amount, second.tax, second.rate) == (
        "71/15",
        Decimal("115.00"),
        Decimal("15.00"),
        15,
    )
    assert first.discount + second.discount == Decimal("24.00")


def test_half_a_bundle_given_back_names_its_half():
    bundle = {**ORDER["line_items"][0], "total": "200.00", "total_tax": "40.00"}
    bundle["taxes"] = [tax_of(3, "25.00"), tax_of(4, "15.00")]
    back = {**REFUND["line_items"][0], "total": "-100.00", "total_tax": "-15.00", "taxes": [tax_of(4, "-15.00")]}
    (refund,) = read([{**REFUND, "amount": "115.00", "line_items": [back]}], line_items=[bundle]).refunds
    assert refund.lines[0].external_id == "71/15"


def test_two_taxes_on_the_same_amount_are_left_for_a_person():
    doubled = {**ORDER["line_items"][0], "total": "100.00", "total_tax": "40.00"}
    doubled["taxes"] = [tax_of(3, "25.00"), tax_of(4, "15.00")]
    first = read(line_items=[doubled]).lines[0]
    assert (first.amount, first.rate) == (Decimal("140.00"), None)


def test_parts_of_opposite_signs_are_left_for_a_person():
    exchanged = {**ORDER["line_items"][0], "total": "0.00", "total_tax": "10.00"}
    exchanged["taxes"] = [tax_of(3, "25.00"), tax_of(4, "-15.00")]
    first = read(line_items=[exchanged]).lines[0]
    assert (first.amount, first.rate) == (Decimal("10.00"), None)


def test_without_vat_the_class_tells_why():
    book = {**ORDER["line_items"][1], "total": "129.00", "total_tax": "0.00", "taxes": [], "tax_class": "boker"}
    first = read(line_items=[book]).lines[0]
    assert (first.rate, first.tax, first.tax_class) == (0, 0, "boker")


def test_vat_without_a_rate_is_left_for_a_person():
    odd = {**ORDER["line_items"][0], "taxes": []}
    assert read(line_items=[odd]).lines[0].rate is None


@pytest.mark.parametrize(
    ("label", "code", "rate"),
    [
        ("MVA", "NO-MVA 25-1", Decimal(25)),
        ("25 % MVA", "NO-03-X-1", Decimal(25)),
        ("Råfisk 11,11", "NO-RAFISK-1", Decimal("11.11")),
        ("MVA", "NO-MVA-1", None),
        ("MVA 15 eller 25", "NO-MVA-1", None),
        ("MVA 2026", "NO-MVA-1", None),
    ],
)
def test_older_shops_have_the_rate_in_its_name_alone(label, code, rate):
    first = {
        "id": 75,
        "rate_id": 3,
        "label": label,
        "rate_code": code,
        "tax_total": "71.64",
        "shipping_tax_total": "15.80",
    }
    order = read(tax_lines=[first, ORDER["tax_lines"][1]])
    assert order.lines[0].rate == rate
    assert order.lines[0].tax == Decimal("71.64")
    assert bool(order.taxes) == (rate is not None)


def test_free_shipping_and_lines_of_nothing_are_left_out():
    free = {
        **ORDER["shipping_lines"][0],
        "total": "0.00",
        "total_tax": "0.00",
        "taxes": [],
        "method_id": "free_shipping",
    }
    removed = {**ORDER["line_items"][1], "quantity": 0, "total": "0.00", "total_tax": "0.00"}
    order = read(shipping_lines=[free], line_items=[ORDER["line_items"][0], removed])
    assert [each.external_id for each in order.lines] == ["71"]
    assert order.delivery_method == "free_shipping"


def test_a_gift_of_the_shop_stays_as_a_line_of_nothing():
    free = {**ORDER["line_items"][1], "total": "0.00", "total_tax": "0.00", "taxes": [tax_of(4, "0")]}
    given = read(line_items=[free]).lines[0]
    assert (given.amount, given.rate, given.discount) == (0, 15, Decimal("129.00"))


def test_unrounded_lines_are_rounded_once_with_their_vat():
    odd = {**ORDER["line_items"][0], "total": "286.556000", "total_tax": "71.639000"}
    first = read(line_items=[odd]).lines[0]
    assert (first.amount, first.tax) == (Decimal("358.20"), Decimal("71.64"))


def test_parts_that_do_not_add_up_are_told_as_they_are():
    order = read(total="554.00")
    assert order.total - sum(each.amount for each in order.lines) == Decimal("0.70")


# --- refunds


def test_an_amount_without_lines():
    (refund,) = read([{**REFUND, "amount": "50.00", "line_items": [], "tax_lines": []}]).refunds
    assert (refund.amount, refund.lines, refund.taxes) == (Decimal("50.00"), (), ())


def test_a_refund_of_the_freight():
    (refund,) = read([{**REFUND, "amount": "79.00", "line_items": [], "shipping_lines": [FREIGHT_BACK]}]).refunds
    assert refund.lines == (line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING),)


def test_a_refund_of_a_fee_and_of_a_discount():
    back = [
        {**fee("-39.20", "-9.80"), "meta_data": meta(_refunded_item_id="77")},
        {**fee("40.00", "10.00"), "meta_data": meta(_refunded_item_id=78)},
    ]
    refund = {**REFUND, "amount": "-1.00", "line_items": [], "fee_lines": back}
    order = read([refund], fee_lines=[fee("39.20", "9.80"), {**fee("-40.00", "-10.00"), "id": 78}])
    found = order.refunds[0]
    assert [(each.external_id, each.kind, each.amount) for each in found.lines] == [
        ("77", LineKind.FEE, Decimal("49.00")),
        ("78", LineKind.DISCOUNT, Decimal("-50.00")),
    ]
    assert found.amount == Decimal("1.00")


def test_the_amount_wins_over_the_lines():
    (refund,) = read([{**REFUND, "amount": "150.00"}]).refunds
    assert (refund.amount, refund.lines[0].amount) == (Decimal("150.00"), Decimal("179.10"))


def test_money_back_on_a_line_without_goods():
    back = {**REFUND["line_items"][0], "quantity": 0}
    assert read([{**REFUND, "line_items": [back]}]).refunds[0].lines[0].quantity == 1


def test_lines_a_refund_does_not_touch_are_left_out():
    untouched = {**REFUND["line_items"][0], "id": 84, "quantity": 0, "total": "0.00", "total_tax": "0.00", "taxes": []}
    assert len(read([{**REFUND, "line_items": [untouched, *REFUND["line_items"]]}]).refunds[0].lines) == 1


def test_goods_given_back_without_their_vat_keep_their_rate():
    back = {**REFUND["line_items"][0], "total_tax": "0.00", "taxes": []}
    (found,) = read([{**REFUND, "line_items": [back]}]).refunds[0].lines
    assert (found.rate, str(found.tax)) == (25, "0.00")


def test_goods_put_back_on_the_shelf_without_money_are_no_refund():
    assert read([{**REFUND, "amount": "0.00", "line_items": []}]).refunds == ()


def test_two_refunds_are_told_oldest_first():
    later = {**REFUND, "id": 10540, "date_created_gmt": "2026-03-10T09:02:00"}
    assert [refund.external_id for refund in read([later, REFUND]).refunds] == ["10533", "10540"]


def test_a_refund_the_shop_lists_but_does_not_give_is_a_problem():
    order = read([], refunds=[{"id": 10533, "total": "-179.10"}])
    assert "10533" in str(order.problems[0])


# --- money, by plugin


def test_vipps_captured_in_part():
    order = read(meta_data=meta(_vipps_amount="55330", _vipps_captured="20000", _vipps_capture_timestamp="1772526044"))
    assert order.captures == (Capture("captured", Decimal("200.00"), SENT),)
    assert not order.is_capture_final


@pytest.mark.parametrize("name", ["_vipps_cancelled", "_vipps_noncapturable"])
def test_vipps_captured_in_part_and_the_rest_given_up(name):
    order = read(meta_data=meta(_vipps_amount="55330", _vipps_captured="20000", **{name: "35330"}))
    assert order.captured == Decimal("200.00") and order.is_capture_final


def test_vipps_reserved_and_given_up():
    order = read(status="cancelled", meta_data=meta(_vipps_amount=55330, _vipps_captured=0, _vipps_cancelled=55330))
    assert order.captures == () and order.is_capture_final


def test_vipps_captured_after_the_order_was_edited_down():
    order = read(total="474.30", meta_data=meta(_vipps_amount="55330", _vipps_captured="47430"))
    assert order.captured == Decimal("474.30") and not order.is_capture_final


def test_captured_in_full_leaves_nothing_that_was_voided():
    edited_down = meta(_vipps_amount="55330", _vipps_captured="47430", _vipps_cancelled="7900")
    order = read(total="474.30", meta_data=edited_down)
    assert order.captured == Decimal("474.30") and not order.is_capture_final
    order = paid_with("dibs_easy", _dibs_charge_id="charge-1", _dibs_canceled_amount_id="rest-1")
    assert order.captured == Decimal("553.30") and not order.is_capture_final


def test_vipps_before_the_buyer_has_answered():
    order = read(
        status="pending",
        date_paid=None,
        date_paid_gmt=None,
        date_completed=None,
        date_completed_gmt=None,
        meta_data=meta(_vipps_orderid="woo-mybutikk-10512-1"),
    )
    assert order.captures == () and order.accepted_at is None
    assert (ReferenceKind.PROVIDER_REFERENCE, "woo-mybutikk-10512-1") in provider_references(order)


ID = ReferenceKind.PROVIDER_ID


@pytest.mark.parametrize(
    ("method", "transaction", "values", "capture", "references"),
    [
        (
            "klarna_payments",
            "klarna-1",
            {"_wc_klarna_order_id": "klarna-1", "_wc_klarna_capture_id": "cap-1"},
            ("cap-1", SENT),
            ["klarna-1", "cap-1"],
        ),
        # captured by hand at Kustom: completing the order is all that tells
        ("kco", "kustom-1", {"_wc_klarna_order_id": "kustom-1"}, ("captured", SENT), ["kustom-1"]),
        (
            "nets_easy_card",
            "pay-1",
            {"_dibs_payment_id": "pay-1", "_dibs_charge_id": "charge-1"},
            ("charge-1", SENT),
            ["pay-1", "charge-1"],
        ),
        (
            "svea_checkout",
            "77001",
            {"_svea_co_order_id": "77001", "_svea_co_deliver_date": "2026-03-03 09:20:44"},
            ("77001", SENT),
            ["77001"],
        ),
        (
            "stripe_klarna",
            "py_1",
            {"_stripe_intent_id": "pi_1", "_stripe_charge_captured": "yes"},
            ("py_1", datetime.datetime(2026, 3, 2, 13, 5, 40, tzinfo=UTC)),
            ["py_1", "pi_1"],
        ),
        (
            "ppcp-gateway",
            "8AB",
            {"_ppcp_paypal_order_id": "5OP", "_ppcp_paypal_intent": "AUTHORIZE", "_ppcp_paypal_captured": "true"},
            ("8AB", SENT),
            ["8AB", "5OP"],
        ),
        (
            "qliro_one",
            "4001",
            {"_qliro_one_order_id": "4001", "_qliro_order_captured": "9001"},
            ("9001", SENT),
            ["4001", "9001"],
        ),
        (
            "vipps_recurring",
            "chr-1",
            {"_charge_id": "chr-1", "_vipps_recurring_captured": "1"},
            ("chr-1", SENT),
            ["chr-1"],
        ),
    ],
)
def test_each_plugin_captured(method, transaction, values, capture, references):
    order = paid_with(method, transaction, **values)
    assert order.captures == (Capture(capture[0], Decimal("553.30"), capture[1]),)
    assert not order.is_capture_final
    assert provider_references(order) == [(ID, value) for value in references]


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("klarna_payments", {"_wc_klarna_order_id": "klarna-1"}),
        ("kco", {"_wc_klarna_order_id": "kustom-1"}),
        ("dibs_easy", {"_dibs_payment_id": "pay-1", "_dibs_date_paid": "2026-03-02 13:05:40"}),
        ("svea_checkout", {"_svea_co_order_id": "77001"}),
        ("stripe", {"_stripe_charge_captured": "no"}),
        ("ppcp-gateway", {"_ppcp_paypal_intent": "AUTHORIZE"}),
        ("ppcp-gateway", {"_ppcp_paypal_intent": "AUTHORIZE", "_ppcp_paypal_captured": "false"}),
        ("qliro_one", {"_qliro_one_order_id": "4001"}),
    ],
)
def test_each_plugin_reserved(method, values):
    order = paid_with(method, status="processing", **values)
    assert order.captures == () and not order.is_capture_final


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("dibs_easy", {"dibs_payment_type": "A2A", "dibs_payment_method": "Swish"}),
        ("ppcp-gateway", {"_ppcp_paypal_intent": "CAPTURE"}),
    ],
)
def test_money_taken_when_the_buyer_paid(method, values):
    order = paid_with(method, "8AB", status="processing", **values)
    assert order.captured == Decimal("553.30") and not order.is_capture_final
    assert order.captures[0].time == order.accepted_at


def test_another_stripe_plugin_does_not_tell():
    assert paid_with("stripe_cc", "ch_1", status="processing").captures is None


@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("klarna_payments", "_wc_klarna_cancelled"),
        ("dibs_easy", "_dibs_canceled_amount_id"),
        ("qliro_one", "_qliro_order_canceled"),
        ("svea_checkout", "_svea_co_cancel_date"),
    ],
)
def test_each_plugin_gives_up_the_reservation(method, key):
    for status in ("processing", "completed"):
        order = paid_with(method, status=status, **{key: "2026-03-03 09:00:00"})
        assert order.captures == () and order.is_capture_final


def test_qliro_captures_line_by_line():
    socks = {**ORDER["line_items"][0], "meta_data": meta(_qliro_captured_data="9001:1,9002:1")}
    freight = {**ORDER["shipping_lines"][0], "meta_data": meta(_qliro_captured_data="9001:1")}
    order = read(
        status="processing",
        payment_method="qliro_one",
        transaction_id="4001",
        line_items=[socks, ORDER["line_items"][1]],
        shipping_lines=[freight],
    )
    assert order.captures == (Capture("9001", Decimal("258.10")), Capture("9002", Decimal("179.10")))
    assert not order.is_capture_final
    assert {(ID, "9001"), (ID, "9002")} <= set(provider_references(order))


def test_references_of_a_plugin_the_buyer_tried_first_are_kept():
    order = read(
        payment_method="klarna_payments", meta_data=[*ORDER["meta_data"], *meta(_wc_klarna_order_id="klarna-1")]
    )
    assert {value for _kind, value in provider_references(order)} == {"woo-mybutikk-10512", "klarna-1"}


def test_refund_ids_of_paypal_are_a_list():
    order = paid_with("ppcp-gateway", "8AB", _ppcp_refunds=["1RE", "2RE"])
    assert {(ID, "1RE"), (ID, "2RE")} <= set(provider_references(order))


@pytest.mark.parametrize(
    ("method", "values", "is_test"),
    [
        ("klarna_payments", {"_wc_klarna_environment": "test"}, True),
        ("kco", {"_wc_klarna_environment": "eu-test"}, True),
        ("kco", {"_wc_klarna_environment": "live"}, False),
        ("ppcp-gateway", {"_ppcp_paypal_payment_mode": "sandbox"}, True),
        ("ppcp-gateway", {"_ppcp_paypal_payment_mode": "live"}, False),
        # tried Klarna's test first, and then really paid with Vipps
        ("vipps", {"_wc_klarna_environment": "test"}, False),
    ],
)
def test_test_orders(method, values, is_test):
    assert paid_with(method, **values).is_test == is_test


# --- documents that cannot be read


@pytest.mark.parametrize("field", ["id", "total", "currency", "date_created_gmt"])
def test_a_field_that_is_missing_is_named(field):
    values = {field: None, "date_created": None} if field == "date_created_gmt" else {field: None}
    values["date_modified_gmt" if field == "date_created_gmt" else "x"] = ORDER["date_modified_gmt"]
    with pytest.raises(DocumentError, match=field):
        read(**values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"total": "mye"}, "mye"),
        ({"line_items": {"id": 1}}, "line_items"),
        ({"line_items": ["71"]}, "line_items"),
        ({"line_items": [{"id": 71, "quantity": 1}]}, "total"),
        ({"meta_data": meta(_vipps_captured="mye")}, "_vipps_captured"),
        ({"date_paid_gmt": "i går"}, "date_paid_gmt"),
        ({"gift_cards": [{"code": "GAVE-1"}]}, "amount"),
        ({"tax_lines": [{"rate_id": 3, "rate_percent": "mye"}]}, "rate_percent"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(values, said):
    with pytest.raises(DocumentError, match=said):
        read(**values)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b'{"order": {}}', b'{"order": {}, "refunds": [1]}'])
def test_a_document_of_something_else(content):
    with pytest.raises(DocumentError, match="Nothing of"):
        parse(content, SETTINGS)


# --- round trip: the shop's own document of an order reads as that order


#: In which order WooCommerce has its lines.
KINDS = (LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.SHIPPING, LineKind.FEE, LineKind.DISCOUNT)


def expressible(order):
    """The order as WooCommerce can tell of it: capture and shipment have no identities, and goods come before freight.

    The shop's own keys are among the references.
    """
    references = (
        Reference(ReferenceKind.SHOP_ID, order.external_id),
        Reference(ReferenceKind.SHOP_NUMBER, order.number),
        *order.references,
    )
    last = order.captures[-1].time if order.captures else None
    return replace(
        order,
        lines=tuple(sorted(order.lines, key=lambda each: KINDS.index(each.kind))),
        references=references,
        captures=(Capture("captured", order.captured, last),) if order.captures else order.captures,
        shipments=tuple(replace(shipment, external_id="completed") for shipment in order.shipments),
        refunds=tuple(replace(each, taxes=refund_taxes(each)) for each in order.refunds),
    )


def refund_taxes(refund):
    totals = {}
    for each in refund.lines:
        totals[each.rate] = totals.get(each.rate, Decimal(0)) + each.tax
    return refund.taxes or tuple(TaxTotal(rate, totals[rate]) for rate in sorted(totals))


def with_lines(*added, **values):
    lines = (*new_order().lines, *added)
    return new_order(lines=lines, total=sum(each.amount for each in lines), **values)


def voided():
    captures = (Capture("capture-1", Decimal("200.00"), SENT),)
    return new_order(captures=captures, is_capture_final=True, changed_at=SENT)


def cancelled():
    return new_order(status="cancelled", cancelled_at=SENT, changed_at=SENT, is_capture_final=True)


def refunded(*lines_back, amount, **values):
    order = sent_order()
    refund = Refund("10533", "10512", Decimal(amount), RETURNED, tuple(lines_back), reason="Kulanse", **values)
    return replace(order, refunds=(refund,), changed_at=RETURNED)


STATES = {
    "reserved": new_order,
    "captured and sent": sent_order,
    "one pair back": refunded_order,
    "begun": lambda: new_order(status="pending", accepted_at=None),
    "cancelled": cancelled,
    "captured before it is sent": lambda: new_order(captures=sent_order().captures),
    "captured in part": lambda: new_order(captures=(Capture("c", Decimal("200.00"), SENT),), changed_at=SENT),
    "captured in part, the rest voided": voided,
    "edited after it was sent": lambda: replace(
        sent_order(), lines=new_order().lines[:2], total=Decimal("474.30"), taxes=(), changed_at=RETURNED
    ),
    "cancelled after it was sent": lambda: replace(
        sent_order(), status="cancelled", cancelled_at=RETURNED, changed_at=RETURNED
    ),
    "a fee": lambda: with_lines(line("74", "Fakturagebyr", "49.00", 25, kind=LineKind.FEE)),
    "a discount line": lambda: with_lines(line("74", "Vennerabatt", "-50.00", 25, kind=LineKind.DISCOUNT)),
    "a gift card sold": lambda: with_lines(line("74", "Gavekort", "500.00", 0, kind=LineKind.GIFT_CARD)),
    "a bundle": lambda: with_lines(line("74/25", "Kurv", "125.00", 25), line("74/15", "Kurv", "115.00", 15)),
    "a gift card used": lambda: sent_order(tenders=(Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "GAVE-1"),)),
    "an amount back": lambda: refunded(amount="50.00"),
    "freight back": lambda: refunded(new_order().lines[2], amount="79.00"),
    "other amount than the lines": lambda: refunded(new_order().lines[2], amount="60.00"),
    "another currency": lambda: sent_order(currency="SEK"),
    "a registered company": lambda: new_order(
        buyer=Buyer("44", "Ola Eksempel", "Eksempel AS", "ola@example.com", "+4791111111", "999999999MVA"),
        billing=Address("Ola Eksempel", "Eksempel AS", "Storgata 1", "2. etg", "0155", "Oslo", "NO"),
        number="W-10512",
        delivery_method="flat_rate",
    ),
    "a tax class": lambda: with_lines(line("74", "Bok", "200.00", 0, tax_class="boker")),
    "another plugin": lambda: sent_order(
        payment_method="klarna_payments",
        references=(Reference(ReferenceKind.PROVIDER_ID, "klarna-1"),),
        is_test=True,
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_the_shops_document_reads_as_the_order(state):
    shop = WooCommerceServer()
    order = STATES[state]()
    shop.put(order)
    found, wanted = parse(shop.document(order.external_id), SETTINGS), expressible(order)
    if state == "edited after it was sent":  # the shop always tells its sums of VAT
        wanted = replace(wanted, taxes=found.taxes)
    if state == "another plugin":  # which names the capture
        capture = order.captures[0]
        wanted = replace(
            wanted,
            captures=order.captures,
            references=(*wanted.references, Reference(ID, capture.external_id)),
        )
    for field in fields(found):
        assert getattr(found, field.name) == getattr(wanted, field.name), field.name


def test_a_refund_can_be_withdrawn():
    shop = WooCommerceServer()
    shop.put(refunded_order())
    shop.put(replace(sent_order(), changed_at=RETURNED + MINUTE))
    order = parse(shop.document("10512"), SETTINGS)
    assert order.refunds == () and order.changed_at == RETURNED + MINUTE


# --- the client


@pytest.fixture
def shop():
    with WooCommerceServer() as running:
        yield running


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def client(shop, pauses):
    return WooCommerceClient(shop.settings, sleep=pauses.append, timeout=1)


def orders(count, start=ORDERED, step=MINUTE):
    """So many orders, each changed one step after the one before."""
    return [
        new_order(external_id=str(20000 + number), number=str(20000 + number), changed_at=start + number * step)
        for number in range(count)
    ]


def ids(pages):
    return [raw.external_id for page in pages for raw in page]


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert SECRET not in text and KEY not in text
    return caught.value


def test_the_shops_name(shop, client):
    shop.name = "Garn & Strikk"
    assert client.check() == "Garn & Strikk"


def test_a_shop_that_hides_its_index_is_called_by_its_address(shop, client):
    shop.faults.append(Fault("/wp-json/", 200, body=b"[]"))
    shop.faults.append(Fault("/wp-json/", 403, body=b"{}"))
    assert client.check() in shop.base_url


def test_wrong_keys(shop):
    client = WooCommerceClient(replace(shop.settings, secret="cs_wrong"))
    for call in (client.check, lambda: list(client.changes(ORDERED)), lambda: client.order("10512")):
        error = refused(call)
        assert error.is_permanent and "does not accept the keys" in str(error)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"key": ""}, "consumer key"),
        ({"secret": SECRET + "\n"}, "consumer secret"),
        ({"key": "ck:1"}, "consumer key"),
        ({"url": "http://shop.example.com"}, "https://"),
        ({"url": ""}, "https://"),
        ({"url": "shop.example.com"}, "https://"),
    ],
)
def test_settings_that_cannot_be_right(values, said):
    settings = replace(ShopSettings(url="https://shop.example.com", key=KEY, secret=SECRET), **values)
    error = refused(lambda: WooCommerceClient(settings))
    assert error.is_permanent and said in str(error)


def test_an_order_with_its_refunds(shop, client):
    shop.put(refunded_order())
    raw = client.order("10512")
    assert raw.changed_at == RETURNED
    assert parse(raw.content, shop.settings) == parse(shop.document("10512"), shop.settings)
    assert len(parse(raw.content, shop.settings).refunds) == 1


def test_an_order_without_refunds_takes_one_call(shop, client):
    shop.put(sent_order())
    assert client.order("10512").changed_at == SENT
    assert shop.paths() == ["/wp-json/wc/v3/orders/10512"]


def test_a_shop_that_shows_whole_kroner_is_asked_for_its_decimals(shop, client):
    shop.put(sent_order())
    client.order("10512")
    assert shop.requests[0][2]["dp"] == "6"


@pytest.mark.parametrize("is_emptied", [False, True])
def test_a_deleted_order_is_none(shop, client, is_emptied):
    shop.is_emptied = is_emptied
    shop.put(sent_order())
    shop.delete("10512", RETURNED)
    assert client.order("10512") is None
    assert list(client.changes(ORDERED)) == []


def test_a_wrong_address_is_not_a_deleted_order(shop):
    shop.put(sent_order())
    client = WooCommerceClient(replace(shop.settings, url=shop.base_url + "/butikk"))
    assert refused(lambda: client.order("10512")).status == 404


def test_changed_orders_come_oldest_first_page_by_page(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in reversed(orders(25)):
        shop.put(order)
    pages = list(client.changes(ORDERED))
    assert ids(pages) == [str(20000 + number) for number in range(25)]
    assert len(pages) > 2
    assert all(isinstance(page, tuple) for page in pages)


def test_only_what_changed_since(shop, client):
    for order in orders(5):
        shop.put(order)
    assert ids(client.changes(ORDERED + 3 * MINUTE)) == ["20003", "20004"]
    assert ids(client.changes(ORDERED + 5 * MINUTE)) == []


def test_since_in_another_zone_is_the_same_moment(shop, client):
    for order in orders(5):
        shop.put(order)
    assert ids(client.changes((ORDERED + 3 * MINUTE).astimezone(OSLO))) == ["20003", "20004"]


def test_many_orders_changed_in_the_same_second(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(35, step=datetime.timedelta(0)):
        shop.put(order)
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(35)]


def test_a_second_that_is_cut_by_the_end_of_a_page(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for number, order in enumerate(orders(25)):
        shop.put(replace(order, changed_at=ORDERED + number // 3 * MINUTE))
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(25)]


def test_orders_of_every_status_are_asked_for(shop, client):
    shop.put(new_order(status="pending", accepted_at=None))
    shop.put(replace(cancelled(), external_id="10513"))
    assert ids(client.changes(ORDERED)) == ["10512", "10513"]


def test_an_order_changed_while_we_read_pushes_none_out(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(25):
        shop.put(order)
    found = []
    for page in client.changes(ORDERED):
        found += [raw.external_id for raw in page]
        if len(found) == 10:
            shop.put(replace(orders(1)[0], changed_at=ORDERED + 100 * MINUTE))
    assert set(found) == {str(20000 + number) for number in range(25)}
    assert found[-1] == "20000"


def test_a_refund_that_did_not_date_the_order_is_found(shop, client):
    shop.refunds_date_orders = False
    shop.put(sent_order())
    shop.put(refunded_order())
    (page,) = client.changes(RETURNED - MINUTE)
    assert page[0].external_id == "10512" and page[0].changed_at == RETURNED
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_refunds_of_the_past_are_not_found_again(shop, client):
    shop.refunds_date_orders = False
    shop.put(sent_order())
    shop.put(refunded_order())
    assert list(client.changes(RETURNED + MINUTE)) == []


def test_orders_of_refunds_alone_are_asked_for_together(shop, client):
    shop.refunds_date_orders = False
    for number in range(5):
        values = {"external_id": f"3000{number}", "number": f"3000{number}"}
        shop.put(replace(sent_order(), **values))
        refund = replace(refunded_order().refunds[0], external_id=f"4000{number}", order_id=f"3000{number}")
        shop.put(replace(refunded_order(), refunds=(refund,), **values))
    assert len(ids(client.changes(RETURNED))) == 5
    assert len([query for *_asked, query, _headers, _body in shop.requests if "include" in query]) == 1


def test_a_refund_alone_has_its_turn_among_the_orders(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    shop.refunds_date_orders = False
    shop.put(sent_order())
    shop.put(refunded_order())
    for order in orders(20, start=RETURNED - 10.5 * MINUTE):
        shop.put(order)
    # both when the order itself is among the changed ones, and when it is not
    for since in (ORDERED, RETURNED - 11 * MINUTE):
        raws = [raw for page in client.changes(since) for raw in page]
        assert [raw.changed_at for raw in raws] == sorted(raw.changed_at for raw in raws)
        assert len(raws) == 21 and raws[11].external_id == "10512"


def test_a_refunded_order_that_is_among_the_changed_is_not_asked_for_twice(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(15):
        shop.put(order)
    shop.put(refunded_order())
    assert ids(client.changes(ORDERED))[-1] == "10512"
    assert not [query for *_asked, query, _headers, _body in shop.requests if "include" in query]


def test_a_shop_without_a_list_of_refunds(shop, client):
    shop.knows_refunds = False
    shop.put(refunded_order())
    (page,) = client.changes(RETURNED)
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_an_order_that_hides_its_refunds_is_asked_for_them(shop, client):
    shop.put(refunded_order())
    record = {**json.loads(shop.document("10512"))["order"], "refunds": []}
    shop.faults.append(Fault("/v3/orders", 200, body=json.dumps([record]).encode()))
    (page,) = client.changes(RETURNED)
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_a_shop_that_cannot_sort_by_change(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    shop.sorts_by_change = False
    given = orders(25)
    for number, order in enumerate(given):
        shop.put(replace(order, changed_at=given[-1 - number].changed_at))
    assert ids(client.changes(ORDERED)) == [str(20024 - number) for number in range(25)]


def test_a_shop_that_does_not_sort_as_asked(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    shop.sorts_as_asked = False
    for order in orders(25):
        shop.put(order)
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(25)]


def test_every_call_passes_the_caches(shop, client):
    list(client.changes(ORDERED))
    list(client.changes(ORDERED))
    marks = [query["_"] for *_asked, query, _headers, _body in shop.requests]
    assert len(set(marks)) == len(marks)
    assert all(headers["cache-control"] == "no-cache" for *_asked, headers, _body in shop.requests)


def test_a_server_that_repeats_a_page_is_found_out(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 2)
    for order in orders(2):
        shop.put(order)
    body = json.dumps([json.loads(shop.document(number))["order"] for number in ("20000", "20001")]).encode()
    shop.faults += [Fault("/v3/orders", 200, body=body) for _time in range(20)]
    assert "again and again" in str(refused(lambda: list(client.changes(ORDERED))))
    assert len(shop.requests) < 10


def test_a_list_that_repeats_is_found_out_where_it_is_read_by_number(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 1)
    shop.put(refunded_order())
    body = json.dumps(json.loads(shop.document("10512"))["refunds"]).encode()
    shop.faults += [Fault("/v3/refunds", 200, body=body) for _time in range(20)]
    assert "again and again" in str(refused(lambda: list(client.changes(ORDERED))))
    assert len(shop.requests) < 10


def test_a_server_that_never_ends(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 1)
    monkeypatch.setattr(paging, "MAX_PAGES", 5)
    for order in orders(20):
        shop.put(order)
    assert refused(lambda: list(client.changes(ORDERED)))


def test_an_order_deleted_while_its_refunds_are_asked_for(shop, client):
    shop.put(refunded_order())
    shop.faults.append(Fault("/10512/refunds", 404, body=b"{}"))
    assert list(client.changes(ORDERED)) == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_pause_is_taken_at_once(shop, client, pauses, status):
    shop.put(sent_order())
    shop.faults.append(Fault("orders", status, {"Retry-After": "2"}))
    assert client.order("10512")
    assert pauses == [2]


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_pause_is_left_to_the_next_fetch(shop, client, pauses, status):
    shop.faults.append(Fault("orders", status, {"Retry-After": "120"}))
    error = refused(lambda: client.order("10512"))
    assert isinstance(error, StatusError) and error.retry_after == 120 and not error.is_permanent
    assert pauses == []


def test_a_page_of_html_instead_of_json(shop, client):
    shop.faults += [Fault("orders", 200, {"Content-Type": "text/html"}, b"<html>Maintenance</html>")] * 3
    error = refused(lambda: client.order("10512"))
    assert "not complete JSON" in str(error) and not error.is_permanent


def test_a_cut_answer_is_asked_for_again(shop, client):
    shop.put(sent_order())
    shop.faults.append(Fault("orders", cut=True))
    assert client.order("10512")


@pytest.mark.parametrize("body", [b"{}", b'["x"]', b'[{"number": "1"}]', b'{"code": "x", "message": "y"}'])
def test_json_that_is_no_list_of_orders(shop, client, body):
    shop.faults += [Fault("/v3/orders", 200, body=body)]
    assert "not what its API gives" in str(refused(lambda: list(client.changes(ORDERED))))


def test_an_order_without_a_time_is_reported(shop, client):
    shop.faults += [Fault("/v3/orders", 200, body=b'[{"id": 5}]')]
    assert "without a time" in str(refused(lambda: list(client.changes(ORDERED))))


# --- webhooks


def test_a_webhook_names_the_order(shop):
    shop.put(new_order())
    ((headers, body),) = shop.webhooks("10512")
    assert PLATFORM.verify(headers, body, shop.webhook_secret)
    hint = PLATFORM.read_hint(headers, body)
    assert (hint.topic, hint.order_ids, hint.delivery_id) == ("order.created", ("10512",), "delivery-1")
    shop.put(sent_order())
    assert PLATFORM.read_hint(*shop.webhooks("10512")[0]).topic == "order.updated"


def test_a_webhook_of_a_deleted_order_names_it_alone(shop):
    shop.put(new_order())
    shop.delete("10512", SENT)
    ((headers, body),) = shop.webhooks("10512")
    assert json.loads(body) == {"id": 10512}
    assert PLATFORM.verify(headers, body, shop.webhook_secret)
    assert PLATFORM.read_hint(headers, body).order_ids == ("10512",)


def test_a_webhook_that_is_not_from_the_shop(shop):
    shop.put(new_order())
    ((headers, body),) = shop.webhooks("10512")
    unsigned = {name: value for name, value in headers.items() if name != "x-wc-webhook-signature"}
    assert not PLATFORM.verify(headers, body, "another-secret")
    assert not PLATFORM.verify(headers, body, "")
    assert not PLATFORM.verify(headers, body + b" ", shop.webhook_secret)
    assert not PLATFORM.verify(unsigned, body, shop.webhook_secret)
    assert not PLATFORM.verify({**headers, "x-wc-webhook-signature": "æ"}, body, shop.webhook_secret)


def test_a_secret_that_wordpress_decodes(shop):
    shop.webhook_secret = "a&b<c"
    shop.put(new_order())
    ((headers, body),) = shop.webhooks("10512")
    assert PLATFORM.verify(headers, body, "a&amp;b&lt;c")
    assert PLATFORM.verify(headers, body, "a&b<c")


def test_a_webhook_about_something_else_is_nothing_to_do(shop):
    assert PLATFORM.read_hint(*shop.webhook("product.updated", {"id": 55})) is None


@pytest.mark.parametrize("payload", [{}, {"id": None}, {"id": "../1"}, {"id": 0}, {"id": True}])
def test_a_webhook_that_names_no_order(shop, payload):
    with pytest.raises(DocumentError, match="names no order"):
        PLATFORM.read_hint(*shop.webhook("order.updated", payload))


def test_a_ping_is_known(shop):
    assert PLATFORM.is_ping({"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=7")
    shop.put(new_order())
    assert not PLATFORM.is_ping(*shop.webhooks("10512")[0])
    assert not PLATFORM.is_ping({}, b"")
    assert not PLATFORM.is_ping({}, b"webhook_id=7&order=1")
