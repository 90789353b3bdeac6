"""WooCommerce: what its orders say."""

import datetime
import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Shipment,
    TaxTotal,
    Tender,
    TenderKind,
)
from odoo.addons.settlement_bridge.webshops.woocommerce import parse

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, UTC, line
from .documents import MINUTE, ORDER, REFUND, SETTINGS, fee, meta, read, tax_of

# --- the example of the reference


def test_the_example_is_553_30_of_which_vat_102_58():
    order = read()
    assert order.total == Decimal("553.30")
    assert sum(each.amount for each in order.lines) == Decimal("553.30")
    assert sum(each.tax for each in order.lines) == Decimal("102.58")
    assert order.taxes == (TaxTotal(Decimal(15), Decimal("15.14")), TaxTotal(Decimal(25), Decimal("87.44")))
    socks, coffee, freight = order.lines
    high = {"tax_class": "NO-MVA 25"}
    assert socks == line("71", "Ullsokker", "358.20", 25, sku="SOKK-1", quantity=2, discount="39.80", **high)
    assert (coffee.amount, coffee.rate, coffee.discount) == (Decimal("116.10"), 15, Decimal("12.90"))
    assert coffee.tax_class == "naeringsmidler, NO-MVA 15"
    assert freight == line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING, **high)


@pytest.mark.parametrize(
    ("tax_line", "name"),
    [
        ({"rate_code": "SE-MOMS 25-1", "label": "Moms"}, "SE-MOMS 25"),
        ({"rate_code": "SE-1", "label": "IOSS"}, "SE, IOSS"),
        ({"rate_code": "", "label": "IOSS"}, "IOSS"),
        ({}, ""),
    ],
)
def test_what_the_shop_calls_the_tax_tells_whose_vat_it_is(tax_line, name):
    """25 % is Norwegian, Swedish and Danish VAT alike; freight has no tax class, but it has the tax's name."""
    tax_line = {"rate_id": 3, "rate_percent": 25, "tax_total": "71.64", "shipping_tax_total": "15.80", **tax_line}
    socks, _coffee, freight = read(tax_lines=[tax_line, ORDER["tax_lines"][1]]).lines
    assert (socks.rate, socks.tax_class) == (25, name)
    assert (freight.rate, freight.tax_class) == (25, name)


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
        ({"meta_data": {"0": "x"}}, "meta_data"),
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


def test_a_list_from_which_a_plugin_took_something_is_an_object():
    """PHP writes a list with gaps so."""
    whole = read()
    gaps = {str(2 * number): entry for number, entry in enumerate(ORDER["meta_data"])}
    items = {"1": ORDER["line_items"][0], "3": ORDER["line_items"][1]}
    assert read(meta_data=gaps, line_items=items) == whole
