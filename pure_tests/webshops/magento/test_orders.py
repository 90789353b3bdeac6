"""Magento: what its documents mean."""

import copy
import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    ShopSettings,
    TaxTotal,
    Tender,
    TenderKind,
)

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, UTC
from .documents import parse

ORDER = {
    "entity_id": 842,
    "increment_id": "000000842",
    "state": "complete",
    "status": "complete",
    "store_id": 1,
    "created_at": "2026-03-02 13:05:11",
    "updated_at": "2026-03-03 08:20:44",
    "order_currency_code": "NOK",
    "base_currency_code": "NOK",
    "base_to_order_rate": 1,
    "subtotal": 430.57,
    "subtotal_incl_tax": 527.0,
    "discount_amount": -52.7,
    "discount_tax_compensation_amount": 9.65,
    "shipping_amount": 63.2,
    "shipping_tax_amount": 15.8,
    "shipping_incl_tax": 79.0,
    "tax_amount": 102.58,
    "grand_total": 553.3,
    "total_paid": 553.3,
    "total_due": 0,
    "total_invoiced": 553.3,
    "customer_email": "kari@example.com",
    "customer_is_guest": 1,
    "items": [
        {
            "item_id": 1501,
            "product_type": "simple",
            "sku": "SOKK-1",
            "qty_ordered": 2,
            "qty_invoiced": 2,
            "price": 159.2,
            "price_incl_tax": 199.0,
            "row_total": 318.4,
            "row_total_incl_tax": 398.0,
            "discount_amount": 39.8,
            "tax_percent": 25,
            "tax_amount": 71.64,
            "discount_tax_compensation_amount": 7.96,
        },
        {
            "item_id": 1502,
            "product_type": "simple",
            "sku": "KAFFE-250",
            "qty_ordered": 1,
            "qty_invoiced": 1,
            "price": 112.17,
            "price_incl_tax": 129.0,
            "row_total": 112.17,
            "row_total_incl_tax": 129.0,
            "discount_amount": 12.9,
            "tax_percent": 15,
            "tax_amount": 15.14,
            "discount_tax_compensation_amount": 1.69,
        },
    ],
    "payment": {
        "method": "vipps",
        "last_trans_id": "000000842-capture",
        "amount_authorized": 553.3,
        "amount_paid": 553.3,
        "additional_information": ["Vipps"],
    },
    "extension_attributes": {
        "applied_taxes": [
            {"code": "NO-25", "percent": 25, "amount": 87.44},
            {"code": "NO-15", "percent": 15, "amount": 15.14},
        ]
    },
}

INVOICE = {
    "entity_id": 830,
    "order_id": 842,
    "state": 2,
    "grand_total": 553.3,
    "transaction_id": "000000842-capture",
    "created_at": "2026-03-03 08:20:40",
    "updated_at": "2026-03-03 08:20:40",
}

SHIPMENT = {
    "entity_id": 811,
    "order_id": 842,
    "created_at": "2026-03-03 08:20:44",
    "items": [{"order_item_id": 1501, "qty": 2}, {"order_item_id": 1502, "qty": 1}],
}

CREDITMEMO = {
    "entity_id": 97,
    "increment_id": "000000097",
    "order_id": 842,
    "invoice_id": 830,
    "state": 2,
    "created_at": "2026-03-09 09:02:00",
    "order_currency_code": "NOK",
    "subtotal": 159.2,
    "subtotal_incl_tax": 199.0,
    "discount_amount": -19.9,
    "discount_tax_compensation_amount": 3.98,
    "shipping_amount": 0,
    "shipping_tax_amount": 0,
    "tax_amount": 35.82,
    "adjustment_positive": 0,
    "adjustment_negative": 0,
    "adjustment": 0,
    "grand_total": 179.1,
    "transaction_id": "000000842-capture-refund",
    "items": [
        {
            "order_item_id": 1501,
            "sku": "SOKK-1",
            "qty": 1,
            "price": 159.2,
            "price_incl_tax": 199.0,
            "row_total": 159.2,
            "row_total_incl_tax": 199.0,
            "discount_amount": 19.9,
            "tax_amount": 35.82,
            "discount_tax_compensation_amount": 3.98,
        }
    ],
}


def document(invoices=(INVOICE,), creditmemos=(), shipments=(SHIPMENT,), transactions=(), without=(), **changes):
    order = {**copy.deepcopy(ORDER), **changes}
    for name in without:
        del order[name]
    return {
        "order": order,
        "invoices": list(invoices),
        "creditmemos": list(creditmemos),
        "shipments": list(shipments),
        "transactions": list(transactions),
    }


def read(**changes):
    return parse(document(**changes))


def item(**changes):
    """A row of 125.00 at 25 %."""
    return {
        "item_id": 1,
        "sku": "VARE",
        "qty_ordered": 1,
        "row_total": 100.0,
        "tax_amount": 25.0,
        "tax_percent": 25,
        "discount_amount": 0,
        "discount_tax_compensation_amount": 0,
        **changes,
    }


def amounts(lines):
    return [(found.external_id, str(found.amount), str(found.tax)) for found in lines]


def test_the_order_comes_to_the_paid_total_and_its_vat():
    order = read()
    assert amounts(order.lines) == [
        ("1501", "358.20", "71.64"),
        ("1502", "116.10", "15.14"),
        ("shipping", "79.00", "15.80"),
    ]
    assert sum(found.amount for found in order.lines) == order.total == Decimal("553.30")
    assert sum(found.tax for found in order.lines) == Decimal("102.58")
    assert [found.rate for found in order.lines] == [25, 15, 25]
    assert [found.tax_class for found in order.lines] == ["NO-25", "NO-15", "NO-25"]
    assert order.lines[0].discount == Decimal("39.80")
    assert order.lines[0].quantity == 2
    assert order.taxes == (TaxTotal(Decimal(15), Decimal("15.14")), TaxTotal(Decimal(25), Decimal("87.44")))


def test_the_credit_memo_gives_back_one_pair_of_socks():
    [refund] = read(creditmemos=[CREDITMEMO]).refunds
    assert (refund.external_id, refund.number, refund.order_id) == ("97", "000000097", "842")
    assert refund.amount == Decimal("179.10")
    assert amounts(refund.lines) == [("1501", "179.10", "35.82")]
    assert refund.lines[0].rate == 25
    assert refund.time == RETURNED
    assert [reference.value for reference in refund.references] == ["000000842-capture-refund", "000000842"]


def test_the_credit_memo_changes_the_order():
    assert read().changed_at == SENT
    assert read(creditmemos=[CREDITMEMO]).changed_at == RETURNED


def test_times_are_utc():
    assert read().created_at == ORDERED
    assert (
        parse(document(), ShopSettings(time_zone=datetime.timezone(datetime.timedelta(hours=5)))).created_at == ORDERED
    )


@pytest.mark.parametrize(
    ("state", "is_accepted", "is_completed", "is_cancelled"),
    [
        ("new", False, False, False),
        ("pending_payment", False, False, False),
        ("payment_review", False, False, False),
        ("processing", True, False, False),
        ("complete", True, True, False),
        ("closed", True, True, False),
        ("canceled", True, False, True),
        ("a_module_made_this", False, False, False),
    ],
)
def test_each_state_before_money_is_taken(state, is_accepted, is_completed, is_cancelled):
    order = read(state=state, status="mitt_navn", invoices=[], shipments=[])
    assert bool(order.accepted_at) is is_accepted
    assert bool(order.completed_at) is is_completed
    assert bool(order.cancelled_at) is is_cancelled
    assert order.status == "mitt_navn"
    assert order.captures == ()


def test_an_order_cancelled_before_it_was_paid_was_never_accepted():
    order = read(state="canceled", invoices=[], shipments=[], payment={"method": "checkmo"})
    assert order.accepted_at is None
    assert order.cancelled_at == SENT


def test_the_cancellation_has_the_time_of_the_history():
    histories = [
        {"status": "processing", "created_at": "2026-03-02 14:00:00"},
        {"status": "canceled", "created_at": "2026-03-02 15:00:00"},
        {"status": "canceled", "created_at": "2026-03-02 16:00:00", "comment": "ringte"},
    ]
    order = read(state="canceled", status="canceled", invoices=[], shipments=[], status_histories=histories)
    assert order.cancelled_at == datetime.datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_an_order_on_hold_is_what_it_was_before():
    assert read(state="holded", hold_before_state="processing", invoices=[]).accepted_at == ORDERED
    assert read(state="holded", hold_before_state="new", invoices=[]).accepted_at is None


def test_an_order_is_accepted_when_it_was_reserved():
    reserved = {"txn_id": "x", "txn_type": "authorization", "created_at": "2026-03-02 13:06:00"}
    order = read(state="processing", invoices=[], shipments=[], transactions=[reserved])
    assert order.accepted_at == datetime.datetime(2026, 3, 2, 13, 6, tzinfo=UTC)
    assert order.captures == ()


def test_an_invoice_is_money_only_when_it_is_paid():
    opened, cancelled = {**INVOICE, "state": 1}, {**INVOICE, "entity_id": 831, "state": 3}
    order = read(invoices=[opened, cancelled])
    assert order.captures == ()
    assert not order.is_capture_final
    assert read().captures == (Capture("830", Decimal("553.30"), datetime.datetime(2026, 3, 3, 8, 20, 40, tzinfo=UTC)),)
    assert not read().is_capture_final


def test_an_invoice_captured_later_has_the_time_of_its_capture():
    captured = {"txn_id": "000000842-capture", "txn_type": "capture", "created_at": "2026-03-04 10:00:00"}
    [capture] = read(transactions=[captured]).captures
    assert capture.time == datetime.datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(("cancelled", "total", "is_final"), [(0, "553.30", False), (1, "437.20", False)])
def test_part_of_the_order_is_captured_and_the_rest_cancelled(cancelled, total, is_final):
    """What was cancelled is not in the order any more, so nothing of it is short."""
    items = copy.deepcopy(ORDER["items"])
    items[1] |= {"qty_invoiced": 0, "qty_canceled": cancelled}
    order = read(state="processing", items=items, invoices=[{**INVOICE, "grand_total": 437.2}])
    assert order.captured == Decimal("437.20")
    assert (order.total, order.is_capture_final) == (Decimal(total), is_final)


def test_a_row_cancelled_of_an_order_that_is_paid_in_full():
    items = [*copy.deepcopy(ORDER["items"]), item(qty_ordered=1, qty_canceled=1, row_total=0, tax_amount=0)]
    assert not read(items=items).is_capture_final


def test_an_order_raised_after_it_was_captured():
    items = [*copy.deepcopy(ORDER["items"]), item(qty_ordered=1, qty_invoiced=0)]
    assert not read(items=items, grand_total=678.3, state="complete").is_capture_final
    assert not read(shipping_amount=163.2, grand_total=653.3, state="complete").is_capture_final


def test_an_open_invoice_may_still_be_captured():
    items = copy.deepcopy(ORDER["items"])
    items[1] |= {"qty_invoiced": 0, "qty_canceled": 1}
    order = read(items=items, invoices=[{**INVOICE, "grand_total": 100}, {**INVOICE, "entity_id": 831, "state": 1}])
    assert not order.is_capture_final


def test_goods_sent_in_two_parcels():
    first = {**SHIPMENT, "entity_id": 1, "created_at": "2026-03-03 08:00:00"}
    second = {**SHIPMENT, "entity_id": 2, "created_at": "2026-03-05 08:00:00"}
    first["items"] = [{"order_item_id": 1501, "qty": 1}]
    second["items"] = [{"order_item_id": 1501, "qty": 1}, {"order_item_id": 1502, "qty": 1}]
    sent = read(shipments=[second, first]).shipments
    assert [(parcel.external_id, parcel.quantities) for parcel in sent] == [("1", (("1501", Decimal(1)),)), ("2", ())]


def test_downloads_are_not_sent_but_go_with_the_last_parcel():
    items = [*copy.deepcopy(ORDER["items"]), item(item_id=1503, product_type="downloadable", is_virtual=1)]
    [parcel] = read(items=items).shipments
    assert parcel.quantities == ()


def test_an_order_of_downloads_is_complete_without_a_parcel():
    items = [item(product_type="downloadable", is_virtual=1)]
    order = read(items=items, shipping_amount=0, shipping_tax_amount=0, is_virtual=1, shipments=[], grand_total=125)
    assert order.shipments == ()
    assert order.completed_at == order.captures[0].time
    assert [found.kind for found in order.lines] == [LineKind.PRODUCT]


def test_the_price_of_a_configurable_product_is_the_parents():
    items = [
        item(item_id=1, product_type="configurable", name="Genser, rød"),
        item(item_id=2, parent_item_id=1, row_total=0, tax_amount=0, tax_percent=0),
    ]
    sent = {**SHIPMENT, "items": [{"order_item_id": 2, "qty": 1}]}
    order = read(items=items, shipments=[sent])
    assert amounts(order.lines)[0] == ("1", "125.00", "25.00")
    assert len(order.lines) == 2
    assert order.shipments[0].quantities == ()


def test_the_price_of_a_bundle_with_dynamic_price_is_its_parts():
    items = [
        item(item_id=1, product_type="bundle", row_total=200.0, tax_amount=40.0, qty_ordered=2),
        item(item_id=2, parent_item_id=1, qty_ordered=2),
        item(item_id=3, parent_item_id=1, qty_ordered=2, tax_amount=15.0, tax_percent=15),
    ]
    sent = {**SHIPMENT, "items": [{"order_item_id": 1, "qty": 1}]}
    order = read(items=items, shipments=[sent])
    assert amounts(order.lines)[:2] == [("2", "125.00", "25.00"), ("3", "115.00", "15.00")]
    assert len(order.lines) == 3
    assert order.shipments[0].quantities == (("2", 1), ("3", 1))


def test_the_price_of_a_bundle_with_fixed_price_is_the_parents():
    items = [
        item(item_id=1, product_type="bundle", qty_ordered=4),
        item(item_id=2, parent_item_id=1, row_total=0, tax_amount=0, qty_ordered=4),
        item(item_id=3, parent_item_id=1, row_total=0, tax_amount=0, qty_ordered=8),
    ]
    sent = {**SHIPMENT, "items": [{"order_item_id": 2, "qty": 1}, {"order_item_id": 3, "qty": 2}]}
    order = read(items=items, shipments=[sent])
    assert [found.external_id for found in order.lines] == ["1", "shipping"]
    assert order.shipments[0].quantities == (("1", 1),)


def test_a_free_product_stays_and_an_empty_row_does_not():
    free = item(item_id=1, row_total=0, tax_amount=0)
    empty = item(item_id=2, row_total=0, tax_amount=0, qty_ordered=0)
    assert amounts(read(items=[free, empty]).lines)[0] == ("1", "0.00", "0.00")
    assert len(read(items=[free, empty]).lines) == 2


def test_shipping_at_a_discount():
    order = read(shipping_discount_amount=40.0, shipping_discount_tax_compensation_amount=8.0, shipping_tax_amount=7.8)
    assert amounts(order.lines)[2] == ("shipping", "39.00", "7.80")
    assert order.lines[2].discount == 40
    assert order.lines[2].rate == 25


def test_free_shipping_has_no_line():
    assert len(read(shipping_amount=0, shipping_tax_amount=0).lines) == 2


def test_the_rate_of_shipping_comes_from_the_shops_tax_table():
    taxes = [{"type": "shipping", "applied_taxes": [{"code": "Frakt", "percent": 25, "amount": 15.8}]}]
    shipping = read(extension_attributes={"item_applied_taxes": taxes}).lines[2]
    assert (shipping.rate, shipping.tax_class) == (25, "Frakt")


def test_the_title_of_a_tax_is_told_where_it_says_more_than_its_code():
    swedish = {"code": "Rate 7", "title": "IOSS Sverige", "percent": 25, "amount": 15.8}
    taxes = [{"type": "shipping", "applied_taxes": [swedish]}]
    assert read(extension_attributes={"item_applied_taxes": taxes}).lines[2].tax_class == "Rate 7, IOSS Sverige"


def test_a_rate_nobody_tells_is_left_to_a_person():
    assert read(shipping_amount=70.54, shipping_tax_amount=8.46).lines[2].rate is None
    assert read(items=[item(tax_percent=None)]).lines[0].rate is None


def test_zero_vat_is_a_rate():
    [found, _shipping] = read(items=[item(tax_percent=0, tax_amount=0)]).lines
    assert (found.rate, found.tax, found.tax_class) == (0, 0, "")


def test_a_fixed_product_tax_comes_on_top_with_its_own_vat():
    weee = {"type": "weee", "associated_item_id": 1, "applied_taxes": [{"code": "NO-25", "percent": 25, "amount": 2.5}]}
    order = read(items=[item(weee_tax_applied_row_amount=10)], extension_attributes={"item_applied_taxes": [weee]})
    assert amounts(order.lines)[0] == ("1", "137.50", "27.50")


def test_several_taxes_on_one_row_are_its_rate_and_no_total_per_rate():
    both = [{"code": "GST", "percent": 5, "amount": 15.0}, {"code": "QST", "percent": 10, "amount": 15.0}]
    extension = {
        "applied_taxes": both,
        "item_applied_taxes": [{"type": "product", "item_id": 1, "applied_taxes": both}],
    }
    order = read(items=[item(tax_percent=15, tax_amount=15)], tax_amount=15.0, extension_attributes=extension)
    assert (order.lines[0].rate, order.lines[0].tax_class) == (15, "GST + QST")
    assert order.taxes == ()


def test_gift_wrapping_is_a_fee():
    wrapping = {"gw_price": "40.00", "gw_tax_amount": "10.00"}
    order = read(extension_attributes={**ORDER["extension_attributes"], **wrapping})
    assert (order.lines[3].kind, order.lines[3].amount, order.lines[3].rate) == (LineKind.FEE, 50, 25)


def test_a_gift_card_sold_is_a_debt():
    items = [item(product_type="giftcard", row_total=500, tax_amount=0, tax_percent=0)]
    assert (read(items=items).lines[0].kind, read(items=items).lines[0].amount) == (LineKind.GIFT_CARD, 500)


def test_gift_card_store_credit_and_points_are_payments_not_discounts():
    used = {
        "gift_cards": [{"code": "GAVE-1", "amount": 200.0}],
        "gift_cards_amount": 200.0,
        "customer_balance_amount": 50.0,
        "reward_currency_amount": 3.3,
    }
    order = read(grand_total=300.0, extension_attributes={**ORDER["extension_attributes"], **used})
    assert order.total == Decimal("553.30")
    assert order.tenders == (
        Tender(TenderKind.GIFT_CARD, Decimal("200.00"), "GAVE-1"),
        Tender(TenderKind.STORE_CREDIT, Decimal("50.00")),
        Tender(TenderKind.STORE_CREDIT, Decimal("3.30"), "reward points"),
    )


def test_gift_cards_without_a_list_are_one_sum():
    order = read(grand_total=353.3, gift_cards_amount=200.0)
    assert order.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("200.00")),)
    assert order.total == Decimal("553.30")


def test_an_order_that_does_not_add_up_is_handed_over_as_it_is():
    order = read(grand_total=593.3)
    assert order.total == Decimal("593.30")
    assert sum(found.amount for found in order.lines) == Decimal("553.30")


def test_the_currency_of_the_order_not_of_the_shop():
    order = read(order_currency_code="JPY", grand_total=553, base_grand_total=40.2)
    assert (order.currency, str(order.total)) == ("JPY", "553")


def test_a_credit_memo_of_an_amount_alone():
    memo = {**CREDITMEMO, "items": [], "adjustment_positive": 100.0, "grand_total": 100.0, "discount_amount": 0}
    [refund] = read(creditmemos=[memo]).refunds
    assert (refund.amount, refund.lines) == (100, ())


def test_a_fee_kept_lowers_the_amount_alone():
    memo = {**CREDITMEMO, "adjustment_negative": 50.0, "grand_total": 129.1}
    [refund] = read(creditmemos=[memo]).refunds
    assert refund.amount == Decimal("129.10")
    assert amounts(refund.lines) == [("1501", "179.10", "35.82")]


def test_shipping_given_back_at_its_discount():
    memo = {
        **CREDITMEMO,
        "shipping_amount": 63.2,
        "shipping_tax_amount": 7.8,
        "shipping_discount_tax_compensation_amount": 8.0,
        "discount_amount": -59.9,
        "grand_total": 218.1,
    }
    [refund] = read(creditmemos=[memo]).refunds
    assert amounts(refund.lines)[1] == ("shipping", "39.00", "7.80")
    assert (refund.lines[1].kind, refund.lines[1].rate) == (LineKind.SHIPPING, 25)


def test_a_gift_card_gets_its_part_back():
    memo = {**CREDITMEMO, "grand_total": 79.1, "extension_attributes": {"gift_cards_amount": 100.0}}
    [refund] = read(creditmemos=[memo]).refunds
    assert refund.amount == Decimal("179.10")
    assert refund.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("100.00")),)


def test_rows_without_price_or_quantity_are_not_given_back():
    child = {"order_item_id": 9, "qty": 1, "row_total": 0}
    none = {"order_item_id": 1502, "qty": 0, "row_total": 0}
    [refund] = read(creditmemos=[{**CREDITMEMO, "items": [*CREDITMEMO["items"], child, none]}]).refunds
    assert [found.external_id for found in refund.lines] == ["1501"]


@pytest.mark.parametrize(("state", "count"), [(1, 0), (2, 1), (3, 0)])
def test_a_credit_memo_counts_when_it_is_refunded(state, count):
    assert len(read(creditmemos=[{**CREDITMEMO, "state": state}]).refunds) == count


def test_the_reason_is_the_first_comment():
    memo = {**CREDITMEMO, "comments": [{"comment": ""}, {"comment": "Feil størrelse"}]}
    assert read(creditmemos=[memo]).refunds[0].reason == "Feil størrelse"


def test_every_key_a_provider_may_send():
    information = [
        {"key": "merchant_reference1", "value": "web-842"},
        {"key": "klarna_order_id", "value": "abc-1"},
        {"key": "card_type", "value": "VI"},
    ]
    order = read(
        ext_order_id="ERP-1",
        quote_id=7,
        extension_attributes={**ORDER["extension_attributes"], "payment_additional_info": information},
        transactions=[
            {"txn_id": "abc-1-authorization", "txn_type": "authorization", "created_at": "2026-03-02 13:05:11"}
        ],
    )
    kinds = ReferenceKind
    assert order.references == (
        Reference(kinds.SHOP_ID, "842"),
        Reference(kinds.SHOP_NUMBER, "000000842"),
        Reference(kinds.PROVIDER_REFERENCE, "ERP-1"),
        Reference(kinds.PROVIDER_REFERENCE, "web-842"),
        Reference(kinds.PROVIDER_ID, "abc-1"),
        Reference(kinds.PROVIDER_ID, "000000842-capture"),
        Reference(kinds.PROVIDER_ID, "000000842"),
        Reference(kinds.PROVIDER_ID, "abc-1-authorization"),
    )


def test_the_key_of_a_refund_is_the_credit_memos_own():
    refunded = {"txn_id": "re-1", "txn_type": "refund", "created_at": "2026-03-09 09:02:00"}
    payment = {"method": "vipps", "last_trans_id": "re-1"}
    order = read(payment=payment, transactions=[refunded], creditmemos=[{**CREDITMEMO, "transaction_id": "re-1"}])
    assert "re-1" not in [reference.value for reference in order.references]
    assert order.refunds[0].references == (Reference(ReferenceKind.PROVIDER_ID, "re-1"),)


def test_an_edited_order_keeps_the_keys_of_the_one_it_replaces():
    order = read(
        entity_id=850,
        increment_id="000000842-2",
        original_increment_id="000000842",
        relation_parent_id="849",
        relation_parent_real_id="000000842-1",
    )
    values = {(str(reference.kind), reference.value) for reference in order.references}
    assert {("shop_number", name) for name in ("000000842", "000000842-1", "000000842-2")} <= values
    assert {("shop_id", "850"), ("shop_id", "849")} <= values


def test_who_buys_and_where_it_goes():
    address = {
        "firstname": "Kari",
        "lastname": "Eksempel",
        "company": "Eksempel AS",
        "street": ["Storgata 1", "Oppgang B", "3. etasje"],
        "postcode": "0155",
        "city": "Oslo",
        "country_id": "NO",
        "telephone": "+4790000000",
        "vat_id": "NO999999999MVA",
    }
    assignment = {"shipping": {"address": address, "method": "flatrate_flatrate"}}
    order = read(customer_id=12, billing_address=address, extension_attributes={"shipping_assignments": [assignment]})
    assert (order.buyer.external_id, order.buyer.name, order.buyer.vat) == ("12", "Kari Eksempel", "NO999999999MVA")
    assert (order.billing.street, order.billing.street2) == ("Storgata 1", "Oppgang B, 3. etasje")
    assert order.shipping == order.billing
    assert order.delivery_method == "flatrate_flatrate"


@pytest.mark.parametrize("name", ["entity_id", "increment_id", "order_currency_code", "grand_total", "created_at"])
def test_a_field_that_is_missing_is_named(name):
    with pytest.raises(DocumentError, match=name):
        read(without=[name])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grand_total": "gratis"}, "grand_total is 'gratis'"),
        ({"created_at": "i går"}, "created_at is 'i går'"),
        ({"items": [item(tax_amount=True)]}, "tax_amount is True"),
        ({"items": [item(item_id=None)]}, "item_id"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(changes, said):
    with pytest.raises(DocumentError, match=said):
        read(**changes)
