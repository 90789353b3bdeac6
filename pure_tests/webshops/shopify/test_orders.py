"""Shopify: what its orders say."""

import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    TaxTotal,
    Tender,
    TenderKind,
)

from ...samples.webshop_orders import SENT, UTC
from .documents import example, example_refund, item, money, read_example, states, total, transaction, vat


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


# --- the reference's example


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


# --- VAT


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


# --- kinds of lines and of payment


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
    assert (duties.kind, duties.amount, duties.rate) == (LineKind.FEE, Decimal("40.00"), 0)
    assert duties.tax_class == "Duties", "by which the table of taxes knows them"
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
    with pytest.raises(DocumentError, match="NOK, but the order is in EUR"):
        read_example(presentmentCurrencyCode="EUR")


def test_parts_that_do_not_add_up_are_left_as_the_shop_says():
    order = read_example(totalPriceSet=money("560.00"))
    assert order.total == Decimal("560.00")
    assert total(order.lines) == Decimal("553.30")


# --- edits


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


# --- documents that cannot be read


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
    assert "100 or more transactions" in str(problem)
    assert not states(attempts[1:]).problems
