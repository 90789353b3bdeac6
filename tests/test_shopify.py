"""Shopify: reading its orders, and fetching them from a shop on this machine."""

import datetime
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.http import StatusError
from odoo.addons.settlement_bridge.common.messages import DocumentError, ProviderError
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
from odoo.addons.settlement_bridge.webshops.shopify import PLATFORM, ShopifyClient, parse, read_hint, verify
from odoo.addons.settlement_bridge.webshops.shopify import client as shopify_client
from odoo.addons.settlement_bridge.webshops.shopify.client import API_VERSION
from odoo.addons.settlement_bridge.webshops.shopify.queries import ORDERS_PER_PAGE

from .local_server import Fault
from .webshop_orders import (
    ORDERED,
    RETURNED,
    SENT,
    UTC,
    line,
    new_order,
    refunded_order,
    sent_order,
    tax_totals,
)
from .webshop_servers import shopify as shop

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = ShopSettings()
SECRETS = (shop.ShopifyServer.client_secret, shop.ShopifyServer.access_token)


# ---------------------------------------------------------------- the reference's example


def money(amount, currency="NOK"):
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def vat(amount, rate, title="MVA"):
    return [{"title": title, "rate": rate, "priceSet": money(amount)}]


def item(number, price, quantity=1, discount="0.00", taxes=(), **values):
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": f"Vare {number}",
        "sku": f"VARE-{number}",
        "quantity": quantity,
        "currentQuantity": quantity,
        "isGiftCard": False,
        "originalUnitPriceSet": money(price),
        "discountAllocations": [{"allocatedAmountSet": money(discount)}],
        "taxLines": list(taxes),
        **values,
    }


def transaction(number, kind, amount, time="2026-03-02T13:05:09Z", parent=None, **values):
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "Vipps MobilePay",
        "paymentId": "rAbCdEf123456.1",
        "processedAt": time,
        "amountSet": money(amount),
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{parent}"} if parent else None,
        **values,
    }


def example_refund(**values):
    return {
        "id": "gid://shopify/Refund/501",
        "createdAt": "2026-03-09T09:02:00Z",
        "note": "Retur 1 par",
        "totalRefundedSet": money("179.10"),
        "refundLineItems": {
            "nodes": [
                {
                    "lineItem": {"id": "gid://shopify/LineItem/1"},
                    "quantity": 1,
                    "restockType": "RETURN",
                    "subtotalSet": money("179.10"),
                    "totalTaxSet": money("35.82"),
                }
            ]
        },
        "refundShippingLines": {"nodes": []},
        "orderAdjustments": {"nodes": []},
        "transactions": {"nodes": [transaction(13, "REFUND", "179.10", "2026-03-09T09:02:01Z", 12)]},
        **values,
    }


def example(**values):
    """The composed example of the reference, amounts in shop money alone."""
    return {
        "id": "gid://shopify/Order/6100000000001",
        "name": "#1042",
        "createdAt": "2026-03-02T13:05:11Z",
        "processedAt": "2026-03-02T13:05:10Z",
        "updatedAt": "2026-03-03T08:20:44Z",
        "cancelledAt": None,
        "test": False,
        "taxesIncluded": True,
        "currencyCode": "NOK",
        "presentmentCurrencyCode": "NOK",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "paymentGatewayNames": ["Vipps MobilePay"],
        "totalPriceSet": money("553.30"),
        "totalTaxSet": money("102.58"),
        "lineItems": {
            "nodes": [
                item(1, "199.00", 2, "39.80", vat("71.64", 0.25), title="Ullsokker", sku="SOKK-1"),
                item(2, "129.00", 1, "12.90", vat("15.14", 0.15), title="Kaffe 250 g", sku="KAFFE-250"),
            ]
        },
        "shippingLines": {
            "nodes": [{"title": "Posten", "discountedPriceSet": money("79.00"), "taxLines": vat("15.80", 0.25)}]
        },
        "transactions": [
            transaction(11, "AUTHORIZATION", "553.30"),
            transaction(12, "CAPTURE", "553.30", "2026-03-03T08:20:44Z", 11),
        ],
        **values,
    }


def read(node):
    return parse(json.dumps({"order": node}).encode(), SETTINGS)


def read_example(**values):
    return read(example(**values))


def total(lines):
    return sum(line.amount for line in lines)


def tax(lines):
    return sum(line.tax for line in lines)


def items(*nodes, price, **values):
    """An order of these line items alone, reserved."""
    return read_example(
        lineItems={"nodes": list(nodes)},
        shippingLines={"nodes": []},
        totalPriceSet=money(price),
        transactions=[transaction(11, "AUTHORIZATION", price)],
        **values,
    )


def test_the_example_is_553_30_of_which_vat_102_58():
    order = read_example()
    assert (order.total, total(order.lines), tax(order.lines)) == (
        Decimal("553.30"),
        Decimal("553.30"),
        Decimal("102.58"),
    )
    socks, coffee, freight = order.lines
    assert (socks.name, socks.amount, socks.tax, socks.rate) == ("Ullsokker", Decimal("358.20"), Decimal("71.64"), 25)
    assert (socks.quantity, socks.discount, socks.sku, socks.tax_class) == (2, Decimal("39.80"), "SOKK-1", "MVA")
    assert (coffee.amount, coffee.tax, coffee.rate) == (Decimal("116.10"), Decimal("15.14"), 15)
    assert (freight.kind, freight.amount, freight.tax) == (LineKind.SHIPPING, Decimal("79.00"), Decimal("15.80"))
    assert (order.external_id, order.number, order.currency) == ("6100000000001", "#1042", "NOK")
    assert order.payment_method == "Vipps MobilePay"
    assert order.status == "PAID / FULFILLED"


def test_the_example_is_reserved_at_once_and_captured_the_next_morning():
    order = read_example()
    assert order.accepted_at == datetime.datetime(2026, 3, 2, 13, 5, 9, tzinfo=UTC)
    assert order.captures == (Capture("12", Decimal("553.30"), SENT),)
    assert not order.is_capture_final


def test_the_examples_refund_is_179_10_for_one_pair_of_socks():
    order = read_example(refunds=[example_refund()])
    (refund,) = order.refunds
    (back,) = refund.lines
    assert (refund.external_id, refund.order_id, refund.amount) == ("501", "6100000000001", Decimal("179.10"))
    assert (back.external_id, back.amount, back.tax, back.rate, back.quantity) == (
        "1",
        Decimal("179.10"),
        Decimal("35.82"),
        25,
        1,
    )
    assert refund.reason == "Retur 1 par"
    assert refund.time == datetime.datetime(2026, 3, 9, 9, 2, 1, tzinfo=UTC)
    assert Reference(ReferenceKind.PROVIDER_REFERENCE, "rAbCdEf123456.1") in refund.references


def test_what_was_given_back_stays_in_the_order_and_is_not_counted_twice():
    lines = example()["lineItems"]["nodes"]
    lines[0]["currentQuantity"] = 1
    order = read_example(lineItems={"nodes": lines}, refunds=[example_refund()])
    assert total(order.lines) == order.total == Decimal("553.30")
    assert order.lines[0].quantity == 2


def test_keys_of_the_order_for_settlements():
    paid = transaction(
        12,
        "SALE",
        "553.30",
        gateway="shopify_payments",
        authorizationCode="ch_123",
        receiptJson='{"id": "pi_1", "transaction_id": 99, "merchant_id": "m1", "reference": true, "amount": "5.00"}',
    )
    failed = transaction(10, "SALE", "553.30", status="FAILURE", paymentId="rAbCdEf123456.0")
    suggested = transaction(14, "SUGGESTED_REFUND", "1.00", paymentId="nothing")
    order = read_example(transactions=[failed, paid, suggested])
    assert [(reference.kind.value, reference.value) for reference in order.references] == [
        ("shop_id", "6100000000001"),
        ("shop_number", "#1042"),
        ("shop_number", "1042"),
        ("provider_reference", "rAbCdEf123456.0"),
        ("provider_reference", "rAbCdEf123456.1"),
        ("provider_id", "ch_123"),
        ("provider_id", "12"),
        ("provider_id", "pi_1"),
        ("provider_id", "99"),
    ]


# ---------------------------------------------------------------- VAT


def test_prices_without_vat_get_it_added():
    order = items(
        item(1, "159.20", 2, "31.84", vat("71.64", 0.25)),
        price="358.20",
        taxesIncluded=False,
    )
    (socks,) = order.lines
    assert (socks.amount, socks.tax, socks.rate) == (Decimal("358.20"), Decimal("71.64"), 25)
    assert socks.discount == Decimal("39.80")
    assert order.total == Decimal("358.20")


def test_a_line_without_tax_lines_is_not_taxed():
    (book,) = items(item(1, "249.00"), price="249.00").lines
    assert (book.rate, book.tax, book.tax_class) == (0, 0, "")


def test_a_tax_of_nought_per_cent_keeps_its_name():
    (export,) = items(item(1, "249.00", taxes=vat("0.00", 0, "Eksport")), price="249.00").lines
    assert (export.rate, export.tax, export.tax_class) == (0, 0, "Eksport")


def test_an_exempt_buyer_is_charged_nothing_whatever_rate_is_named():
    (book,) = items(item(1, "249.00", taxes=vat("0.00", 0.25)), price="249.00").lines
    assert (book.rate, book.tax) == (0, 0)


def test_fish_at_11_11_per_cent():
    (fish,) = items(item(1, "100.00", taxes=vat("10.00", 0.1111)), price="100.00").lines
    assert fish.rate == Decimal("11.11")


def test_a_hamper_with_two_rates_is_two_lines():
    taxes = vat("20.00", 0.25) + vat("15.00", 0.15)
    order = items(item(71, "215.00", taxes=taxes), price="215.00")
    assert [(line.external_id, line.amount, line.tax, line.rate) for line in order.lines] == [
        ("71/25", Decimal("100.00"), Decimal("20.00"), 25),
        ("71/15", Decimal("115.00"), Decimal("15.00"), 15),
    ]


def test_a_returned_hamper_gives_both_rates_back():
    taxes = vat("20.00", 0.25) + vat("15.00", 0.15)
    back = example_refund(
        refundLineItems={
            "nodes": [
                {
                    "lineItem": {"id": "gid://shopify/LineItem/71"},
                    "quantity": 1,
                    "restockType": "RETURN",
                    "subtotalSet": money("215.00"),
                    "totalTaxSet": money("35.00"),
                }
            ]
        },
        transactions={"nodes": [transaction(13, "REFUND", "215.00")]},
    )
    (refund,) = items(item(71, "215.00", taxes=taxes), price="215.00", refunds=[back]).refunds
    assert [(line.external_id, line.amount, line.tax) for line in refund.lines] == [
        ("71/25", Decimal("100.00"), Decimal("20.00")),
        ("71/15", Decimal("115.00"), Decimal("15.00")),
    ]


def test_two_taxes_on_the_same_amount_are_one_line_with_both():
    taxes = vat("5.00", 0.05, "GST") + vat("7.00", 0.07, "PST")
    (line_read,) = items(item(1, "112.00", taxes=taxes), price="112.00").lines
    assert (line_read.rate, line_read.tax, line_read.tax_class) == (12, Decimal("12.00"), "GST + PST")


def test_the_shops_own_vat_per_rate():
    shown = vat("87.44", 0.25) + vat("15.14", 0.15)
    assert read_example(taxLines=shown).taxes == (
        TaxTotal(Decimal(15), Decimal("15.14")),
        TaxTotal(Decimal(25), Decimal("87.44")),
    )


def test_vat_per_rate_that_is_not_all_of_the_vat_is_not_used():
    assert read_example(taxLines=vat("71.64", 0.25) + vat("15.14", 0.15)).taxes == ()


# ---------------------------------------------------------------- kinds of lines and of payment


def test_a_gift_card_sold_is_no_sale_of_goods():
    order = items(item(1, "500.00", isGiftCard=True), price="500.00")
    assert [(line.kind, line.amount, line.rate) for line in order.lines] == [(LineKind.GIFT_CARD, Decimal("500.00"), 0)]


def test_a_gift_card_used_is_a_payment_and_not_a_discount():
    order = read_example(
        transactions=[
            transaction(10, "SALE", "100.00", gateway="gift_card", accountNumber="•••• 7K2F"),
            transaction(11, "AUTHORIZATION", "453.30"),
            transaction(12, "CAPTURE", "453.30", parent=11),
        ]
    )
    assert order.total == Decimal("553.30")
    assert order.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "•••• 7K2F"),)
    assert order.captured == Decimal("453.30")
    assert order.payment_method == "Vipps MobilePay"


def test_store_credit_alone():
    order = read_example(transactions=[transaction(10, "SALE", "553.30", gateway="shopify_store_credit")])
    assert order.tenders == (Tender(TenderKind.STORE_CREDIT, Decimal("553.30")),)
    assert order.captures == ()
    assert order.accepted_at


def test_a_refund_onto_a_gift_card_and_the_rest_to_the_provider():
    back = example_refund(
        transactions={
            "nodes": [
                transaction(13, "REFUND", "100.00", gateway="gift_card"),
                transaction(14, "REFUND", "79.10"),
            ]
        }
    )
    (refund,) = read_example(refunds=[back]).refunds
    assert refund.amount == Decimal("179.10")
    assert refund.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("100.00")),)


def test_a_tip_told_as_a_sum_alone():
    order = items(item(1, "100.00"), price="110.00", totalTipReceivedSet=money("10.00"))
    assert [(line.kind, line.amount) for line in order.lines] == [(LineKind.PRODUCT, 100), (LineKind.TIP, 10)]


def test_a_tip_listed_as_a_line_is_counted_once():
    tip = item(2, "10.00", title="Tip", sku=None)
    order = items(item(1, "100.00"), tip, price="110.00", totalTipReceivedSet=money("10.00"))
    assert [(line.external_id, line.kind, line.amount) for line in order.lines] == [
        ("1", LineKind.PRODUCT, 100),
        ("2", LineKind.TIP, 10),
    ]


def test_a_tip_given_back_is_a_tip():
    tip = item(2, "10.00", title="Tip", sku=None)
    back = example_refund(transactions={"nodes": [transaction(13, "REFUND", "10.00")]})
    back["refundLineItems"]["nodes"][0] |= {
        "lineItem": {"id": "gid://shopify/LineItem/2"},
        "subtotalSet": money("10.00"),
        "totalTaxSet": money("0.00"),
    }
    order = items(item(1, "100.00"), tip, price="110.00", totalTipReceivedSet=money("10.00"), refunds=[back])
    assert [(line.kind, line.amount) for line in order.refunds[0].lines] == [(LineKind.TIP, 10)]


@pytest.mark.parametrize("price", ["99.80", "100.00"])
def test_cash_rounding_whether_or_not_the_price_has_it(price):
    order = items(item(1, "99.80"), price=price, totalCashRoundingAdjustment={"paymentSet": money("0.20")})
    assert [(line.kind, line.amount) for line in order.lines] == [
        (LineKind.PRODUCT, Decimal("99.80")),
        (LineKind.ROUNDING, Decimal("0.20")),
    ]
    assert order.total == Decimal("100.00")


def test_cash_paid_with_a_large_note_and_change_given():
    order = items(item(1, "80.00"), price="80.00")
    assert order.captures == ()
    order = read_example(
        lineItems={"nodes": [item(1, "80.00")]},
        shippingLines={"nodes": []},
        totalPriceSet=money("80.00"),
        transactions=[transaction(1, "SALE", "100.00"), transaction(2, "CHANGE", "20.00")],
    )
    assert order.captured == Decimal("80.00")


def test_a_fee_and_duties():
    order = items(
        item(1, "100.00", taxes=vat("20.00", 0.25)),
        price="142.00",
        additionalFees=[
            {
                "id": "gid://shopify/AdditionalFee/9",
                "name": "Pant",
                "price": money("2.00"),
                "taxLines": vat("0.40", 0.25),
            }
        ],
        originalTotalDutiesSet=money("40.00"),
    )
    _goods, fee, duties = order.lines
    assert (fee.external_id, fee.kind, fee.name, fee.tax, fee.rate) == ("9", LineKind.FEE, "Pant", Decimal("0.40"), 25)
    assert (duties.kind, duties.amount, duties.rate) == (LineKind.FEE, Decimal("40.00"), None)
    assert total(order.lines) == order.total


def test_duties_that_are_in_the_prices_are_not_added():
    order = items(item(1, "100.00"), price="100.00", originalTotalDutiesSet=money("40.00"), dutiesIncluded=True)
    assert total(order.lines) == Decimal("100.00")


def test_free_shipping_makes_no_line():
    freight = {"id": "gid://shopify/ShippingLine/3", "title": "Posten", "discountedPriceSet": money("0.00")}
    order = read_example(shippingLines={"nodes": [freight]}, totalPriceSet=money("474.30"))
    assert [line.kind for line in order.lines] == [LineKind.PRODUCT, LineKind.PRODUCT]
    assert order.total == total(order.lines)


def test_an_order_in_euro_is_booked_in_euro():
    def both(euro):
        return {
            "presentmentMoney": {"amount": euro, "currencyCode": "EUR"},
            "shopMoney": {"amount": str(Decimal(euro) * 11), "currencyCode": "NOK"},
        }

    order = read_example(
        presentmentCurrencyCode="EUR",
        lineItems={"nodes": [item(1, "1", originalUnitPriceSet=both("20.00"), discountAllocations=[])]},
        shippingLines={"nodes": []},
        totalPriceSet=both("20.00"),
        totalTaxSet=both("0.00"),
        transactions=[transaction(1, "SALE", "1", amountSet=both("20.00"))],
    )
    assert (order.currency, order.total, total(order.lines), order.captured) == ("EUR", 20, 20, 20)


def test_amounts_of_two_currencies_are_refused():
    with pytest.raises(DocumentError, match="NOK, and the order in EUR"):
        read_example(presentmentCurrencyCode="EUR")


def test_parts_that_do_not_add_up_are_left_as_the_shop_says():
    order = read_example(totalPriceSet=money("560.00"))
    assert order.total == Decimal("560.00")
    assert total(order.lines) == Decimal("553.30")


# ---------------------------------------------------------------- edits


def edited(price, **values):
    """Three shirts at 100.00 less 10.00 in all; one was taken off before the money was taken."""
    shirts = item(1, "100.00", 3, "10.00", vat("58.00", 0.25), currentQuantity=2)
    return items(shirts, price=price, **values)


@pytest.mark.parametrize("price", ["193.33", "290.00"])
def test_a_shirt_taken_off_leaves_the_order_whether_or_not_the_price_counts_it(price):
    order = edited(price)
    (shirts,) = order.lines
    assert (shirts.quantity, shirts.amount, shirts.tax, shirts.discount) == (
        2,
        Decimal("193.33"),
        Decimal("38.67"),
        Decimal("6.67"),
    )
    assert order.total == Decimal("193.33")


def test_the_vat_per_rate_follows_the_edit():
    assert edited("290.00", taxLines=vat("58.00", 0.25), totalTaxSet=money("58.00")).taxes == (
        TaxTotal(Decimal(25), Decimal("38.67")),
    )


def test_one_taken_off_and_one_given_back():
    shirts = item(1, "100.00", 3, taxes=vat("60.00", 0.25), currentQuantity=1)
    given_back = example_refund(
        refundLineItems={
            "nodes": [
                {
                    "lineItem": {"id": "gid://shopify/LineItem/1"},
                    "quantity": 1,
                    "restockType": "RETURN",
                    "subtotalSet": money("100.00"),
                    "totalTaxSet": money("20.00"),
                }
            ]
        },
        transactions={"nodes": [transaction(13, "REFUND", "100.00")]},
    )
    order = items(shirts, price="300.00", refunds=[given_back])
    assert [(line.quantity, line.amount) for line in order.lines] == [(2, Decimal("200.00"))]
    assert [refund.amount for refund in order.refunds] == [Decimal("100.00")]
    assert order.total == Decimal("200.00")


@pytest.mark.parametrize(
    ("restock", "status", "quantity"),
    [
        ("CANCEL", None, 2),  # taken off before it was paid
        ("NO_RESTOCK", None, 2),
        ("RETURN", None, 3),  # sent back, and no money given: it stays sold
        ("CANCEL", "PENDING", 3),  # the money is on its way
        ("RETURN", "FAILURE", 3),
    ],
)
def test_units_that_are_gone_without_money(restock, status, quantity):
    paid = [transaction(13, "REFUND", "96.67", status=status)] if status else []
    gone = example_refund(
        refundLineItems={
            "nodes": [{"lineItem": {"id": "gid://shopify/LineItem/1"}, "quantity": 1, "restockType": restock}]
        },
        transactions={"nodes": paid},
    )
    order = edited("290.00", refunds=[gone])
    assert order.refunds == ()
    assert [line.quantity for line in order.lines] == [quantity]


def test_a_line_that_was_taken_off_whole_is_left_out():
    order = items(item(1, "100.00"), item(2, "50.00", currentQuantity=0), price="100.00")
    assert [line.external_id for line in order.lines] == ["1"]


def test_a_line_that_was_added_is_there():
    order = items(item(1, "100.00"), item(9, "50.00"), price="150.00")
    assert (order.total, total(order.lines)) == (150, 150)


def test_a_cancelled_order_that_nobody_paid_still_tells_what_was_ordered():
    gone = item(1, "100.00", 2, currentQuantity=0)
    order = items(gone, price="200.00", cancelledAt="2026-03-04T10:00:00Z")
    assert [(line.quantity, line.amount) for line in order.lines] == [(2, 200)]


# ---------------------------------------------------------------- statuses and money


def states(transactions, **values):
    return read_example(transactions=transactions, **values)


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
    order = states([transaction(11, "AUTHORIZATION", "553.30")], displayFinancialStatus=status)
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


# ---------------------------------------------------------------- refunds


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


# ---------------------------------------------------------------- documents that cannot be read


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"{}", "order is missing"),
        (b'{"order": "1042"}', "not a JSON object"),
    ],
)
def test_not_a_document(content, sentence):
    with pytest.raises(DocumentError, match=sentence):
        parse(content, SETTINGS)


@pytest.mark.parametrize("name", ["id", "name", "createdAt", "updatedAt", "totalPriceSet"])
def test_a_needed_field_that_is_missing_is_named(name):
    with pytest.raises(DocumentError, match=f"{name} is missing"):
        read_example(**{name: None})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"totalPriceSet": money("much")}, "totalPriceSet is 'much'"),
        ({"totalPriceSet": {"shopMoney": {}}}, "amount is missing"),
        ({"totalPriceSet": "553.30"}, "totalPriceSet is not a JSON object"),
        ({"createdAt": "yesterday"}, "createdAt is 'yesterday'"),
        ({"lineItems": {"nodes": [{"id": "gid://shopify/LineItem/1"}]}}, "quantity is missing"),
        ({"lineItems": {"nodes": ["socks"]}}, "lineItems is not a list"),
        ({"transactions": "none"}, "transactions is not a list"),
        ({"refunds": [example_refund(id=None)]}, "id is missing"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(values, sentence):
    with pytest.raises(DocumentError, match=sentence):
        read_example(**values)


def test_an_order_with_more_payments_than_can_be_read_waits_for_a_person():
    attempts = [transaction(number, "SALE", "1.00", status="FAILURE") for number in range(100)]
    (problem,) = states(attempts).problems
    assert "100 transactions" in str(problem)
    assert not states(attempts[1:]).problems


# ---------------------------------------------------------------- the shop on this machine


@pytest.fixture
def server():
    with shop.ShopifyServer() as running:
        yield running


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def client(server, pauses):
    return ShopifyClient(server.settings, sleep=pauses.append, timeout=1)


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(vars(caught.value))
    assert not any(secret in text for secret in SECRETS)
    return caught.value


def fetched(client, since=LONG_AGO):
    return [order for page in client.changes(since) for order in page]


def put(server, count, **values):
    for index in range(count):
        moment = ORDERED + datetime.timedelta(minutes=index)
        server.put(new_order(external_id=str(100 + index), number=f"#{index}", changed_at=moment, **values))


def asked(server):
    return [json.loads(body) for _method, path, _query, _headers, body in server.requests if "graphql" in path]


def parsed(server, client, order):
    """The order as it reads after the shop told of it."""
    server.put(order)
    return parse(client.order(order.external_id).content, SETTINGS)


def as_told(order):
    """The order as Shopify can tell of it: with its own numbers, and parcels always with what is in them."""
    shipments, sent = [], {}
    goods = [line for line in order.lines if line.kind in (LineKind.PRODUCT, LineKind.GIFT_CARD)]
    for shipment in order.shipments:
        quantities = dict(shipment.quantities) or {
            line.external_id: line.quantity - sent.get(line.external_id, 0) for line in goods
        }
        for identity, quantity in quantities.items():
            sent[identity] = sent.get(identity, 0) + quantity
        shipments.append((shipment.time, quantities))
    return {
        **{
            name: getattr(order, name)
            for name in vars(order)
            if name not in ("status", "lines", "captures", "shipments", "refunds", "references")
        },
        "lines": sorted(order.lines, key=lambda line: line.external_id),
        "captures": [(capture.amount, capture.time) for capture in order.captures],
        "shipments": shipments,
        "refunds": [replace(refund, references=()) for refund in order.refunds],
        "references": {
            reference
            for reference in order.references
            if reference.kind in (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
        },
    }


def with_lines(make, *lines, **values):
    amount = sum((line.amount for line in lines), Decimal(0))
    return make(lines=lines, total=amount, taxes=tax_totals([line for line in lines if line.rate]), **values)


def cancelled_order():
    cancelled = ORDERED + datetime.timedelta(hours=3)
    return new_order(cancelled_at=cancelled, changed_at=cancelled, is_capture_final=True)


def partly_sent_order():
    return new_order(
        changed_at=SENT,
        captures=(Capture("1", Decimal("179.10"), SENT),),
        shipments=(Shipment("1", SENT, (("71", Decimal(1)),)),),
    )


def voided_order():
    return replace(partly_sent_order(), is_capture_final=True)


def company_order():
    return new_order(
        buyer=Buyer("881", "Kari Eksempel", "Eksempel AS", "kari@example.com", "+4790000000", "NO999999999MVA"),
        billing=Address("Kari Eksempel", "Eksempel AS", "Storgata 1", "2. etasje", "0155", "Oslo", "NO"),
        delivery_method="posten-hjem",
        is_test=True,
        references=(
            Reference(ReferenceKind.PROVIDER_REFERENCE, "r1.1"),
            Reference(ReferenceKind.PROVIDER_REFERENCE, "r1.2"),
            Reference(ReferenceKind.PROVIDER_ID, "auth-1"),
        ),
    )


def order_of_all_kinds():
    return with_lines(
        sent_order,
        line("71/25", "Gavekurv", "100.00", 25, sku="KURV", tax_class="MVA 25"),
        line("71/15", "Gavekurv", "115.00", 15, sku="KURV", tax_class="MVA 15"),
        line("72", "Bok", "249.00", 0, sku="BOK", tax_class="Fritatt"),
        line("73", "Gavekort", "500.00", 0, kind=LineKind.GIFT_CARD),
        line("74", "Posten", "79.00", 25, kind=LineKind.SHIPPING, discount="20.00"),
        line("75", "Pant", "3.00", 25, kind=LineKind.FEE),
        line("76", "Tips", "10.00", 0, kind=LineKind.TIP),
        line("rounding", "Cash rounding", "-0.40", 0, kind=LineKind.ROUNDING),
        tenders=(
            Tender(TenderKind.GIFT_CARD, Decimal("200.00"), "•••• 7K2F"),
            Tender(TenderKind.STORE_CREDIT, Decimal("50.00")),
        ),
    )


def order_with_refunds():
    order = sent_order()
    freight = replace(order.lines[2], discount=Decimal(0))
    coffee = replace(order.lines[1], discount=Decimal(0))
    moment = RETURNED + datetime.timedelta(days=1)
    refunds = (
        Refund("10534", "10512", Decimal("79.00"), RETURNED, (freight,), reason="Sen levering"),
        Refund(
            "10535",
            "10512",
            Decimal("100.00"),
            moment,
            (coffee,),
            tenders=(Tender(TenderKind.GIFT_CARD, Decimal("40.00"), "•••• 1AAA"),),
            reason="Åpnet pose",
        ),
        Refund("10536", "10512", Decimal("25.00"), moment, reason="Plaster på såret"),
    )
    return replace(order, refunds=refunds, changed_at=moment)


STORIES = {
    "begun": lambda: new_order(accepted_at=None, references=()),
    "reserved": new_order,
    "sent": sent_order,
    "sent in part": partly_sent_order,
    "captured in part, rest voided": voided_order,
    "refunded": refunded_order,
    "refunded in other ways": order_with_refunds,
    "cancelled": cancelled_order,
    "company": company_order,
    "all kinds of lines": order_of_all_kinds,
    "euro": lambda: sent_order(currency="EUR"),
}


@pytest.mark.parametrize("taxes_included", [True, False])
@pytest.mark.parametrize("story", STORIES)
def test_what_the_shop_tells_is_what_was_put_into_it(server, client, story, taxes_included):
    server.taxes_included = taxes_included
    order = STORIES[story]()
    assert as_told(parsed(server, client, order)) == as_told(order)


@pytest.mark.parametrize("total_counts_removed", [True, False])
def test_one_order_through_its_life(server, client, total_counts_removed):
    """Reserved, a pair of socks taken off, captured and sent, the rest of the socks given back."""
    server.total_counts_removed = total_counts_removed
    reserved = new_order()
    one_pair = replace(
        reserved.lines[0],
        quantity=Decimal(1),
        amount=Decimal("179.10"),
        tax=Decimal("35.82"),
        discount=Decimal("19.90"),
    )
    lines = (one_pair, *reserved.lines[1:])
    edited_order = with_lines(new_order, *lines, changed_at=ORDERED + datetime.timedelta(hours=1))
    sent = with_lines(sent_order, *lines)
    refunded = with_lines(refunded_order, *lines)
    for order in (reserved, edited_order, sent, refunded):
        read_order = parsed(server, client, order)
        assert as_told(read_order) == as_told(order)
    (socks, *_rest) = server.orders["10512"]["lineItems"]
    assert (socks["quantity"], socks["currentQuantity"]) == (2, 0)


def test_a_line_taken_off_after_the_goods_were_sent(server, client):
    server.put(sent_order())
    less = with_lines(sent_order, *new_order().lines[:1], captures=sent_order().captures, changed_at=RETURNED)
    assert as_told(parsed(server, client, less)) == as_told(less)


# ---------------------------------------------------------------- the client


def test_the_shops_name_and_a_token_by_client_credentials(server, client):
    assert client.check() == "Min butikk"
    assert server.paths() == ["/admin/oauth/access_token", f"/admin/api/{API_VERSION}/graphql.json"]


def test_an_older_access_token_is_used_as_it_is(server):
    settings = ShopSettings(url=server.base_url, token=server.access_token)
    assert ShopifyClient(settings).check() == "Min butikk"
    assert server.requests[0][3]["x-shopify-access-token"] == server.access_token
    assert len(server.requests) == 1


def test_a_token_that_has_ended_is_replaced_once(server, client):
    client.check()
    server.tokens.clear()
    client.check()
    assert server.paths().count("/admin/oauth/access_token") == 2


def test_an_older_token_that_is_refused_is_not_replaced_by_the_webhooks_secret(server):
    settings = ShopSettings(url=server.base_url, token="shpat_wrong", secret=server.client_secret)
    error = refused(ShopifyClient(settings).check)
    assert isinstance(error, StatusError)
    assert error.status == 401
    assert error.is_permanent
    assert "/admin/oauth/access_token" not in server.paths()


def test_a_wrong_secret_is_refused_and_not_shown(server):
    settings = ShopSettings(url=server.base_url, key=server.client_id, secret="not-the-secret")
    error = refused(ShopifyClient(settings).check)
    assert error.is_permanent
    assert "not-the-secret" not in str(error)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": ""}, "https://your-shop.myshopify.com"),
        ({"url": "http://min-butikk.myshopify.com"}, "https://your-shop.myshopify.com"),
        ({"key": ""}, "not complete"),
        ({"secret": "shpss\n"}, "not complete"),
    ],
)
def test_settings_that_cannot_work_are_told_before_anything_is_asked(values, sentence):
    settings = ShopSettings(**{"url": "https://min-butikk.myshopify.com", "key": "a", "secret": "b", **values})
    error = refused(lambda: ShopifyClient(settings))
    assert sentence in str(error)
    assert error.is_permanent


def test_all_pages_oldest_change_first(server, client):
    put(server, 2 * ORDERS_PER_PAGE + 1)
    pages = list(client.changes(LONG_AGO))
    assert [len(page) for page in pages] == [ORDERS_PER_PAGE, ORDERS_PER_PAGE, 1]
    orders = [order for page in pages for order in page]
    assert [order.external_id for order in orders] == [str(100 + index) for index in range(len(orders))]


def test_an_old_order_that_was_changed_now_comes_last(server, client):
    put(server, 3)
    server.put(new_order(external_id="100", changed_at=SENT))
    assert [order.external_id for order in fetched(client)] == ["101", "102", "100"]


def test_only_what_was_changed_since(server, client):
    put(server, 5)
    since = (ORDERED + datetime.timedelta(minutes=3)).astimezone(datetime.timezone(datetime.timedelta(hours=1)))
    assert [order.external_id for order in fetched(client, since)] == ["103", "104"]


def test_nothing_changed(server, client):
    assert list(client.changes(LONG_AGO)) == []


def test_an_order_of_which_only_a_refund_is_new_is_fetched_again(server, client):
    server.put(sent_order())
    since = SENT + datetime.timedelta(seconds=1)
    assert fetched(client, since) == []
    server.put(refunded_order())
    (raw,) = fetched(client, since)
    assert [refund.amount for refund in parse(raw.content, SETTINGS).refunds] == [Decimal("179.10")]


def test_pages_cost_less_than_shopify_allows(server, client):
    put(server, 1)
    fetched(client)
    assert 0 < max(server.costs) < 900


def test_when_shopify_finds_a_page_too_costly_smaller_ones_are_asked_for(server, client, monkeypatch):
    put(server, 5)
    monkeypatch.setattr(shop, "MOST_POINTS", 450)
    assert len(fetched(client)) == 5
    assert [question["variables"]["first"] for question in asked(server)] == [4, 2, 2, 2]


def test_one_order_that_is_too_costly_is_an_error(server, client, monkeypatch):
    put(server, 1)
    monkeypatch.setattr(shop, "MOST_POINTS", 10)
    assert "too much at a time" in str(refused(lambda: fetched(client)))


def large_order():
    """120 lines, sent in three parcels, three captures, five refunds of some lines and the shipping each."""
    goods = [line(str(1000 + index), f"Vare {index}", "12.50", 25, quantity=2) for index in range(120)]
    freights = [line(str(2000 + index), "Posten", "79.00", 25, kind=LineKind.SHIPPING) for index in range(3)]
    amount = sum((line.amount for line in goods + freights), Decimal(0))
    captures = tuple(Capture(str(index), amount / 3, SENT + datetime.timedelta(hours=index)) for index in range(3))
    shipments = tuple(
        Shipment(
            str(index),
            SENT + datetime.timedelta(hours=index),
            tuple((line.external_id, line.quantity) for line in goods[index::3]),
        )
        for index in range(3)
    )
    refunds = tuple(
        Refund(
            str(3000 + index),
            "10512",
            Decimal("12.50") * 10,
            RETURNED + datetime.timedelta(hours=index),
            tuple(goods[10 * index : 10 * index + 10]),
            reason=f"Retur {index}",
        )
        for index in range(5)
    )
    return with_lines(
        sent_order,
        *goods,
        *freights,
        captures=captures,
        shipments=shipments,
        completed_at=shipments[-1].time,
        refunds=refunds,
    )


def test_nothing_of_a_large_order_is_lost(server, client):
    order = large_order()
    server.put(order)
    (raw,) = fetched(client)
    assert as_told(parse(raw.content, SETTINGS)) == as_told(order)
    assert as_told(parse(client.order("10512").content, SETTINGS)) == as_told(order)
    assert max(server.costs) < 900


def test_lines_whose_pages_never_end_are_found_out(server, client):
    server.put(large_order())
    server.repeats = "lines"
    assert "again and again" in str(refused(lambda: client.order("10512")))


def test_a_server_that_repeats_its_cursor_is_found_out(server, client):
    put(server, 3)
    server.repeats = "cursor"
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_a_server_that_repeats_its_page_with_new_cursors_is_found_out(server, client):
    put(server, 6)
    server.repeats = "page"
    assert "again and again" in str(refused(lambda: fetched(client)))
    assert len(asked(server)) == 2


def test_empty_pages_that_never_end_are_found_out(server, client):
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "next"}}
    server.faults = [Fault("graphql", 200, body=json.dumps({"data": {"orders": page}}).encode())]
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_orders_that_never_end_are_given_up(server, client, monkeypatch):
    put(server, 3 * ORDERS_PER_PAGE)
    monkeypatch.setattr(shopify_client, "MAX_PAGES", 2)
    assert "again and again" in str(refused(lambda: fetched(client)))
    assert len(asked(server)) == 2


def test_more_orders_than_shopify_pages_through_take_a_new_search(server, client, monkeypatch):
    put(server, 11)
    monkeypatch.setattr(shopify_client, "PAGES_PER_SEARCH", 1)
    assert {order.external_id for order in fetched(client)} == {str(100 + index) for index in range(11)}
    searches = [question["variables"]["search"] for question in asked(server)]
    assert len(set(searches)) == len(searches) > 2


def test_asked_too_much_we_wait_when_it_is_short(server, client, pauses):
    put(server, 1)
    server.available = 500
    assert len(fetched(client)) == 1
    (pause,) = pauses
    assert 0 < pause <= 5


def test_asked_far_too_much_we_come_back_later(server, client, pauses):
    put(server, 1)
    server.available = -1000
    error = refused(lambda: fetched(client))
    assert error.retry_after > 5
    assert not error.is_permanent
    assert pauses == []


def test_a_field_the_app_has_no_scope_for_names_the_scopes(server, client):
    put(server, 1)
    server.denied = {"customer"}
    error = refused(lambda: fetched(client))
    assert "customer" in str(error)
    assert "read_customers" in str(error)
    assert error.is_permanent


def test_a_version_that_does_not_know_a_field_is_told(server, client):
    put(server, 1)
    del server.orders["100"]["dutiesIncluded"]
    error = refused(lambda: fetched(client))
    assert "dutiesIncluded" in str(error)
    assert error.is_permanent


@pytest.mark.parametrize(("status", "waits"), [(429, 120), (503, 120)])
def test_a_server_that_asks_us_to_wait(server, client, status, waits):
    client.check()
    server.faults = [Fault("graphql", status, {"Retry-After": str(waits)})]
    error = refused(client.check)
    assert error.retry_after == waits
    assert not error.is_permanent


def test_html_instead_of_json(server, client):
    server.faults = [Fault("graphql", 200, body=b"<html>Vedlikehold</html>")] * 3
    assert "not complete JSON" in str(refused(client.check))


def test_an_answer_that_was_cut_off_is_asked_for_again(server, client):
    put(server, 3)
    server.faults = [Fault("graphql", cut=True)]
    assert len(fetched(client)) == 3


@pytest.mark.parametrize("body", [b"[]", b'{"data": null}', b'{"errors": "Unavailable Shop"}'])
def test_an_answer_that_is_none(server, client, body):
    server.faults = [Fault("graphql", 200, body=body)]
    assert "Shopify" in str(refused(client.check))


@pytest.mark.parametrize("nodes", ["null", "[1]", '[{"id": null}]'])
def test_a_list_of_orders_that_is_none(server, client, nodes):
    server.faults = [Fault("graphql", 200, body=b'{"data": {"orders": {"nodes": %s}}}' % nodes.encode())]
    assert "Nothing was stored" in str(refused(lambda: fetched(client)))


def test_a_token_answer_without_a_token(server, client):
    server.faults = [Fault("access_token", 200, body=b"{}")]
    assert "no access token" in str(refused(client.check))


def test_a_deleted_order_is_none(server, client):
    server.put(new_order())
    assert client.order("10512").changed_at == ORDERED
    server.delete("10512", SENT)
    assert client.order("10512") is None
    assert client.order("not a number") is None


def test_the_document_is_what_shopify_said(server, client):
    server.put(new_order())
    node = json.loads(client.order("10512").content)["order"]
    assert node["lineItems"]["nodes"][0]["taxLines"][0]["rate"] == 0.25
    assert node["totalPriceSet"] == {"presentmentMoney": {"amount": "553.30", "currencyCode": "NOK"}}


# ---------------------------------------------------------------- webhooks


def deliveries(server):
    server.put(refunded_order())
    return server.webhooks("10512")


def test_a_webhook_names_the_order(server):
    hints = [read_hint(headers, body) for headers, body in deliveries(server)]
    assert [(hint.topic, hint.order_ids) for hint in hints] == [
        ("orders/updated", ("10512",)),
        ("refunds/create", ("10512",)),
    ]
    assert [hint.delivery_id for hint in hints] == ["delivery-1", "delivery-2"]


def test_a_webhook_of_a_deleted_order(server):
    server.put(new_order())
    server.delete("10512", SENT)
    ((headers, body),) = server.webhooks("10512")
    assert verify(headers, body, server.webhook_secret)
    assert read_hint(headers, body).order_ids == ("10512",)


def test_only_shopify_can_sign(server):
    for headers, body in deliveries(server):
        assert verify(headers, body, server.webhook_secret)
        assert not verify(headers, body + b" ", server.webhook_secret)
        assert not verify(headers, body, "another secret")
        assert not verify(headers, body, "")
        assert not verify({**headers, "x-shopify-hmac-sha256": "bm90aGluZw=="}, body, server.webhook_secret)
        assert not verify({}, body, server.webhook_secret)


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("orders/edited", {"order_edit": {"id": 5, "order_id": 10512}}, ("10512",)),
        ("order_transactions/create", {"id": 7, "order_id": 10512}, ("10512",)),
        ("fulfillments/create", {"id": 7, "order_id": 10512}, ("10512",)),
        ("orders/delete", {"id": 10512}, ("10512",)),
    ],
)
def test_where_each_topic_has_the_order(topic, payload, expected):
    assert read_hint({"x-shopify-topic": topic}, json.dumps(payload).encode()).order_ids == expected


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("app/uninstalled", {"id": 1}),
        ("orders/updated", {"id": None}),
        ("orders/updated", {"id": "../admin"}),
        ("refunds/create", {"id": 1}),
        ("", {}),
    ],
)
def test_a_webhook_about_no_order(topic, payload):
    assert read_hint({"x-shopify-topic": topic}, json.dumps(payload).encode()) is None


def test_a_webhook_that_is_not_json():
    with pytest.raises(DocumentError):
        read_hint({"x-shopify-topic": "orders/updated"}, b"<html>")


def test_shopify_sends_no_pings():
    assert not PLATFORM.is_ping({}, b"")
    assert not PLATFORM.is_ping({"x-shopify-topic": "orders/updated"}, b"{}")
    assert not PLATFORM.sends_documents
