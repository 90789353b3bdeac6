"""Magento: the rest of an order is cancelled, row by row, after some of it was invoiced and sent."""

import copy
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn

from ...invoicing.books import GIFT_CARD, Books, told
from .documents import parse

EVERY_EVENT = pytest.mark.parametrize("invoice_on", InvoiceOn)


def row(item_id, net, vat, rate, **values):
    return {
        "item_id": item_id,
        "sku": f"VARE-{item_id}",
        "qty_ordered": 1,
        "qty_invoiced": 0,
        "qty_canceled": 0,
        "row_total": net,
        "tax_amount": vat,
        "tax_percent": rate,
        **values,
    }


#: A 500.00 at 25 %, coffee 300.00 at 15 %.
GOODS = [row(1, 400, 100, 25, qty_invoiced=1), row(2, 260.87, 39.13, 15)]
INVOICE = {
    "entity_id": 830,
    "state": 2,
    "grand_total": 500,
    "created_at": "2026-03-03 08:20:40",
    "items": [{"order_item_id": 1, "qty": 1}],
}
SHIPMENT = {"entity_id": 811, "created_at": "2026-03-03 08:20:44", "items": [{"order_item_id": 1, "qty": 1}]}


def order(items=GOODS, invoices=(INVOICE,), shipments=(SHIPMENT,), **values):
    record = {
        "entity_id": 842,
        "increment_id": "000000842",
        "state": "processing",
        "created_at": "2026-03-02 13:05:11",
        "updated_at": "2026-03-03 08:20:44",
        "order_currency_code": "NOK",
        "grand_total": 800,
        "tax_amount": 139.13,
        "items": copy.deepcopy(list(items)),
        "payment": {"method": "vipps"},
        "extension_attributes": {
            "applied_taxes": [
                {"code": "NO-25", "percent": 25, "amount": 100},
                {"code": "NO-15", "percent": 15, "amount": 39.13},
            ]
        },
        **values,
    }
    return parse({"order": record, "invoices": list(invoices), "shipments": list(shipments)})


def rest_cancelled(**values):
    coffee = {**GOODS[1], "qty_canceled": 1}
    return order(items=[GOODS[0], coffee], state="complete", updated_at="2026-03-05 08:00:00", **values)


@EVERY_EVENT
def test_what_was_sent_stays_invoiced_when_the_rest_is_cancelled(invoice_on):
    books = Books(invoice_on)
    books.tell(order())
    books.tell(rest_cancelled())
    assert [(document.is_credit_note, str(document.total)) for document in books.documents] == [(False, "500.00")]
    assert books.per_rate() == {Decimal(25): Decimal("500.00")}
    assert books.per_rate("tax") == {Decimal(25): Decimal("100.00")}


@EVERY_EVENT
def test_cancelled_goods_are_not_invoiced_by_a_shop_that_was_not_asked_meanwhile(invoice_on):
    books = Books(invoice_on)
    plan = books.tell(rest_cancelled())
    assert told(plan) == [("sale", "invoice", "500.00")]
    assert plan.is_finished
    assert books.per_rate("tax") == {Decimal(25): Decimal("100.00")}


def test_each_invoice_of_the_shop_is_of_its_own_rows():
    books = Books(InvoiceOn.CAPTURED)
    coffee = {**INVOICE, "entity_id": 831, "grand_total": 300, "created_at": "2026-03-04 09:00:00"}
    coffee["items"] = [{"order_item_id": 2, "qty": 1}]
    books.tell(order(shipments=()))
    assert books.per_rate() == {Decimal(25): Decimal("500.00")}
    books.tell(order(shipments=(), invoices=(INVOICE, coffee)))
    assert books.per_rate() == {Decimal(25): Decimal("500.00"), Decimal(15): Decimal("300.00")}
    assert [str(document.total) for document in books.documents] == ["500.00", "300.00"]


def test_one_of_three_pieces_cancelled_comes_to_what_the_shop_captured():
    """100.00 for three: the shop invoices two of them for 66.66."""
    three = row(1, 80, 20, 25, qty_ordered=3, qty_invoiced=2, qty_canceled=1)
    invoice = {**INVOICE, "grand_total": 66.66, "items": [{"order_item_id": 1, "qty": 2}]}
    found = order(items=[three], invoices=[invoice], grand_total=100, tax_amount=20, extension_attributes={})
    assert [(line.quantity, str(line.amount), str(line.tax)) for line in found.lines] == [(2, "66.66", "13.33")]
    assert found.total == found.captured


def test_shipping_that_no_invoice_has_is_cancelled_with_the_rest():
    found = rest_cancelled(
        grand_total=879, tax_amount=154.93, shipping_amount=63.2, shipping_tax_amount=15.8, shipping_canceled=63.2
    )
    assert [line.external_id for line in found.lines] == ["1"]
    assert found.total == Decimal("500.00")


def test_a_row_cancelled_while_the_rest_is_awaited_leaves_the_order():
    coffee = {**GOODS[1], "qty_canceled": 1}
    found = order(items=[{**GOODS[0], "qty_invoiced": 0}, coffee], invoices=(), shipments=())
    assert found.total == Decimal("500.00")
    assert not found.is_capture_final


@pytest.mark.parametrize(("paid", "total"), [("450", "500.00"), ("550", "800.00")])
def test_where_the_money_does_not_fit_the_rows_the_buyer_owes_what_was_paid(paid, total):
    """A module captured another sum than that of the rows: for what, is not reported."""
    found = rest_cancelled(invoices=({**INVOICE, "grand_total": paid},))
    assert found.total == Decimal(total)
    assert found.is_capture_final
    books = Books()
    books.tell(found)
    assert books.left() == Decimal(paid)


BY_GIFT_CARD = {"gift_cards_amount": 600, "grand_total": 200}


@pytest.mark.parametrize("invoice_on", [InvoiceOn.SHIPPED, InvoiceOn.CAPTURED])
@pytest.mark.parametrize("of_invoice", [{"gift_cards_amount": 500}, {}], ids=["told by the invoice", "not told"])
def test_goods_sent_and_paid_by_gift_card_stay_sold_when_the_rest_is_cancelled(invoice_on, of_invoice):
    """A card of 600.00 pays the 500.00 that was sent; the coffee is cancelled, and 100.00 of the card is not used."""
    invoices = [{**INVOICE, "grand_total": 0, **of_invoice}]
    books = Books(invoice_on)
    books.tell(order(invoices=invoices, **BY_GIFT_CARD))
    plan = books.tell(rest_cancelled(invoices=invoices, **BY_GIFT_CARD))
    assert plan.is_finished
    assert books.per_rate() == {Decimal(25): Decimal("500.00")}
    assert books.per_rate("tax") == {Decimal(25): Decimal("100.00")}
    assert books.tenders == {GIFT_CARD: Decimal("500.00")}


@pytest.mark.parametrize(("of_invoice", "card"), [({"gift_cards_amount": 100}, 100), ({}, 100), ({}, 600)])
def test_captured_beside_a_gift_card_and_the_rest_cancelled(of_invoice, card):
    """The card paid 100.00 and 400.00 was captured of the 500.00 that was sent."""
    books = Books()
    by_both = {"invoices": [{**INVOICE, "grand_total": 400, **of_invoice}]}
    by_both.update(gift_cards_amount=card, grand_total=800 - card)
    books.tell(order(**by_both))
    assert books.tell(rest_cancelled(**by_both)).is_finished
    assert [str(document.total) for document in books.documents] == ["500.00"]
    assert books.tenders == {GIFT_CARD: Decimal("100.00")}
