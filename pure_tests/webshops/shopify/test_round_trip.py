"""Shopify: what the shop on this machine tells is what was put into it."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    Tender,
    TenderKind,
)
from odoo.addons.settlement_bridge.webshops.shopify import parse

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order
from .documents import SETTINGS, as_told, with_lines


def parsed(server, client, order):
    """The order as it reads after the shop told of it."""
    server.put(order)
    return parse(client.order(order.external_id).content, SETTINGS)


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


def exchanged_order():
    """The coffee came back, and tea of the same price was sent for it: no money moved."""
    order = sent_order()
    coffee = replace(order.lines[1], discount=Decimal(0))
    tea = line("79", "Te 100 g", "116.10", 15, sku="TE-100")
    refund = Refund("10537", "10512", Decimal("116.10"), RETURNED, (coffee,), offset=Decimal("116.10"))
    return with_lines(sent_order, *order.lines, tea, captures=order.captures, refunds=(refund,), changed_at=RETURNED)


STORIES = {
    "begun": lambda: new_order(accepted_at=None, references=()),
    "reserved": new_order,
    "sent": sent_order,
    "sent in part": partly_sent_order,
    "captured in part, rest voided": voided_order,
    "refunded": refunded_order,
    "refunded in other ways": order_with_refunds,
    "exchanged": exchanged_order,
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
