"""Shopify: statuses, what was paid and what was given back."""

import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.records import LineKind

from ...samples.webshop_orders import SENT, UTC
from .documents import example_refund, money, read_example, states, total, transaction, vat

# --- statuses and money


def test_reserved_is_not_captured():
    order = states([transaction(11, "AUTHORIZATION", "553.30")], displayFinancialStatus="AUTHORIZED")
    assert order.accepted_at
    assert order.captures == ()
    assert not order.is_capture_final


def test_a_pending_payment_is_no_order_yet():
    order = states([transaction(11, "SALE", "553.30", status="PENDING")], displayFinancialStatus="PENDING")
    assert order.accepted_at is None
    assert order.captures == ()


def test_goods_sent_on_account_are_an_order():
    sent = {"id": "gid://shopify/Fulfillment/1", "createdAt": "2026-03-03T08:20:44Z", "status": "SUCCESS"}
    order = states([], displayFinancialStatus="PENDING", fulfillments=[sent])
    assert order.accepted_at == SENT


def test_an_order_paid_elsewhere_is_an_order():
    order = states([], displayFinancialStatus="PAID")
    assert order.accepted_at == datetime.datetime(2026, 3, 2, 13, 5, 10, tzinfo=UTC)


def test_captured_in_part_may_go_on():
    order = states([transaction(11, "AUTHORIZATION", "553.30"), transaction(12, "CAPTURE", "300.00", parent=11)])
    assert order.captured == 300
    assert not order.is_capture_final


def test_captured_in_part_and_the_rest_voided_is_final():
    order = states(
        [
            transaction(11, "AUTHORIZATION", "553.30"),
            transaction(12, "CAPTURE", "300.00", parent=11),
            transaction(13, "VOID", "253.30", parent=11),
        ]
    )
    assert order.is_capture_final


def test_what_was_reserved_too_much_is_voided_and_nothing_is_short():
    order = states(
        [
            transaction(11, "AUTHORIZATION", "600.00"),
            transaction(12, "CAPTURE", "553.30", parent=11),
            transaction(13, "VOID", "46.70", parent=11),
        ]
    )
    assert not order.is_capture_final


def test_an_order_that_was_raised_after_it_was_paid_is_still_owed_for():
    order = read_example(totalPriceSet=money("600.00"))
    assert order.captured < order.total
    assert not order.is_capture_final


def test_a_void_of_one_reservation_leaves_the_other_open():
    order = states(
        [
            transaction(10, "AUTHORIZATION", "100.00"),
            transaction(11, "AUTHORIZATION", "553.30"),
            transaction(13, "VOID", "100.00", parent=10),
        ]
    )
    assert not order.is_capture_final


@pytest.mark.parametrize("status", ["VOIDED", "EXPIRED"])
def test_a_reservation_that_is_gone(status):
    reserved = [transaction(11, "AUTHORIZATION", "553.30")]
    order = states(reserved, displayFinancialStatus=status, displayFulfillmentStatus="UNFULFILLED")
    assert order.is_capture_final
    assert order.captures == ()


def test_a_cancelled_order_with_an_open_reservation_may_still_be_captured():
    cancelled = "2026-03-04T10:00:00Z"
    assert not states([transaction(11, "AUTHORIZATION", "553.30")], cancelledAt=cancelled).is_capture_final
    assert states([], cancelledAt=cancelled).is_capture_final


def test_several_captures_and_failed_ones():
    order = states(
        [
            transaction(11, "AUTHORIZATION", "553.30"),
            transaction(12, "CAPTURE", "300.00", parent=11),
            transaction(13, "CAPTURE", "253.30", parent=11, status="FAILURE"),
            transaction(14, "CAPTURE", "253.30", parent=11),
        ]
    )
    assert [capture.external_id for capture in order.captures] == ["12", "14"]
    assert order.captured == order.total


@pytest.mark.parametrize("status", [None, "SOMETHING_NEW"])
def test_unknown_statuses_are_read(status):
    order = read_example(displayFinancialStatus=status, displayFulfillmentStatus=status)
    assert order.captured == Decimal("553.30")
    assert order.completed_at is None


@pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
def test_a_parcel_that_was_not_sent_is_not_counted(status):
    parcel = {"id": "gid://shopify/Fulfillment/1", "createdAt": "2026-03-03T08:20:44Z", "status": status}
    assert read_example(fulfillments=[parcel]).shipments == ()


def test_a_test_order():
    assert read_example(test=True).is_test
    assert read_example(transactions=[transaction(1, "SALE", "553.30", test=True)]).is_test
    assert not read_example().is_test
    assert not read_example(transactions=[transaction(1, "SALE", "1.00", test=True, status="FAILURE")]).is_test


# --- refunds


def test_a_refund_of_an_amount_without_lines():
    back = example_refund(
        note=None,
        refundLineItems={"nodes": []},
        orderAdjustments={"nodes": [{"reason": "REFUND_DISCREPANCY", "amountSet": money("-50.00")}]},
        transactions={"nodes": [transaction(13, "REFUND", "50.00")]},
    )
    (refund,) = read_example(refunds=[back]).refunds
    assert (refund.amount, refund.lines, refund.reason) == (50, (), "")
    back["orderAdjustments"]["nodes"][0]["reason"] = "DAMAGE"
    assert read_example(refunds=[back]).refunds[0].reason == "DAMAGE"


def test_a_refund_of_the_shipping():
    freight = {
        "id": "gid://shopify/ShippingLine/3",
        "title": "Posten",
        "discountedPriceSet": money("79.00"),
        "taxLines": vat("15.80", 0.25),
    }
    back = example_refund(
        refundLineItems={"nodes": []},
        refundShippingLines={
            "nodes": [
                {
                    "shippingLine": {"id": "gid://shopify/ShippingLine/3"},
                    "subtotalAmountSet": money("79.00"),
                    "taxAmountSet": money("15.80"),
                }
            ]
        },
        transactions={"nodes": [transaction(13, "REFUND", "79.00")]},
    )
    (refund,) = read_example(shippingLines={"nodes": [freight]}, refunds=[back]).refunds
    assert [(line.external_id, line.kind, line.amount, line.tax) for line in refund.lines] == [
        ("3", LineKind.SHIPPING, Decimal("79.00"), Decimal("15.80"))
    ]


def test_a_refunded_price_without_vat_in_a_shop_with_vat_is_told_by_the_ordered_line():
    back = example_refund()
    back["refundLineItems"]["nodes"][0]["subtotalSet"] = money("143.28")
    (refund,) = read_example(refunds=[back]).refunds
    assert refund.lines[0].amount == Decimal("179.10")


def test_a_restocking_fee_makes_the_refund_less_than_its_lines():
    back = example_refund(transactions={"nodes": [transaction(13, "REFUND", "150.00")]})
    (refund,) = read_example(refunds=[back]).refunds
    assert (refund.amount, total(refund.lines)) == (150, Decimal("179.10"))


def test_a_refund_of_a_line_the_order_does_not_have():
    back = example_refund()
    back["refundLineItems"]["nodes"][0]["lineItem"] = None
    (refund,) = read_example(refunds=[back]).refunds
    assert [(line.external_id, line.amount, line.rate) for line in refund.lines] == [("", Decimal("179.10"), None)]


def test_a_refund_that_has_not_paid_anything_back_is_none():
    for status in ("PENDING", "FAILURE", "ERROR"):
        back = example_refund(transactions={"nodes": [transaction(13, "REFUND", "179.10", status=status)]})
        assert read_example(refunds=[back]).refunds == ()
