"""WooCommerce: what was paid and given back, as its payment plugins write it."""

import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, ReferenceKind

from ...samples.webshop_orders import SENT, UTC, line
from .documents import ID, ORDER, REFUND, fee, meta, read

FREIGHT_BACK = {
    "id": 83,
    "method_title": "Posten",
    "method_id": "flat_rate",
    "total": "-63.20",
    "total_tax": "-15.80",
    "taxes": [{"id": 3, "total": "-15.80"}],
    "meta_data": [{"id": 901, "key": "_refunded_item_id", "value": "73"}],
}


def paid_with(method, transaction="", status="completed", total="553.30", **values):
    """The reference's order paid with another plugin."""
    changes = {"payment_method": method, "transaction_id": transaction, "meta_data": meta(**values), "total": total}
    if status in ("processing", "on-hold"):
        changes.update(date_completed=None, date_completed_gmt=None)
    return read(status=status, **changes)


def provider_references(order):
    kinds = (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
    return [(each.kind, each.value) for each in order.references if each.kind in kinds]


# --- refunds


def test_an_amount_without_lines():
    (refund,) = read([{**REFUND, "amount": "50.00", "line_items": [], "tax_lines": []}]).refunds
    assert (refund.amount, refund.lines, refund.taxes) == (Decimal("50.00"), (), ())


def test_a_refund_of_the_freight():
    (refund,) = read([{**REFUND, "amount": "79.00", "line_items": [], "shipping_lines": [FREIGHT_BACK]}]).refunds
    assert refund.lines == (line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING, tax_class="NO-MVA 25"),)


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
    one = Decimal(1)
    assert order.captures == (
        Capture("9001", Decimal("258.10"), quantities=(("71", one), ("73", one))),
        Capture("9002", Decimal("179.10"), quantities=(("71", one),)),
    )
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
