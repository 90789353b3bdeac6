"""Magento: what is put into the shop comes back."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    Tender,
    TenderKind,
)

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order
from .documents import fetch, parse


def told(order):
    """What Magento tells of an order: ids of its own where we gave texts, and codes for its taxes."""
    names = {found.external_id: "shipping" for found in order.lines if found.kind is LineKind.SHIPPING}

    def lines(found):
        return tuple(replace(each, external_id=names.get(each.external_id, each.external_id)) for each in found)

    return replace(
        order,
        lines=lines(order.lines),
        refunds=tuple(replace(refund, lines=lines(refund.lines), number="") for refund in order.refunds),
        captures=tuple((capture.amount, capture.time) for capture in order.captures),
        shipments=tuple((shipment.time, shipment.quantities) for shipment in order.shipments),
        references=frozenset(order.references),
    )


def told_back(order, given):
    def untaxed(found):
        return tuple(replace(each, tax_class="") for each in found)

    found = told(order)
    assert {
        Reference(ReferenceKind.SHOP_ID, "10512"),
        Reference(ReferenceKind.SHOP_NUMBER, "10512"),
    } <= found.references
    return replace(
        found,
        lines=untaxed(found.lines),
        refunds=tuple(replace(refund, lines=untaxed(refund.lines)) for refund in found.refunds),
        references=found.references & frozenset(given.references),
    )


GIFT_CARD = line("74", "Gavekort", "500.00", 0, kind=LineKind.GIFT_CARD, sku="GAVE")

EXAMPLES = {
    "begun": new_order(accepted_at=None, status="pending"),
    "reserved": new_order(),
    "reserved later than ordered": new_order(accepted_at=ORDERED + datetime.timedelta(minutes=3)),
    "sent": sent_order(),
    "refunded": refunded_order(),
    "cancelled": new_order(status="canceled", cancelled_at=SENT, changed_at=SENT, is_capture_final=True),
    "in euro": new_order(currency="EUR"),
    "captured in part": new_order(captures=(Capture("1", Decimal("437.20"), SENT),), changed_at=SENT),
    "captured in part, the rest voided": new_order(
        captures=(Capture("1", Decimal("400.00"), SENT),), is_capture_final=True, changed_at=SENT
    ),
    "sent in part": new_order(shipments=(Shipment("1", SENT, (("71", Decimal(1)),)),), changed_at=SENT),
    "paid with a gift card": sent_order(tenders=(Tender(TenderKind.GIFT_CARD, Decimal("200.00"), "GAVE-1"),)),
    "paid with store credit": sent_order(tenders=(Tender(TenderKind.STORE_CREDIT, Decimal("53.30")),)),
    "a gift card sold": new_order(
        lines=(GIFT_CARD, *new_order().lines), total=Decimal("1053.30"), taxes=new_order().taxes
    ),
    "registered": new_order(buyer=replace(new_order().buyer, external_id="77", vat="NO999999999MVA")),
    "a company": new_order(
        buyer=replace(new_order().buyer, company="Eksempel AS"),
        billing=replace(new_order().billing, company="Eksempel AS", street2="Oppgang B"),
    ),
    "refunded without lines": replace(
        sent_order(), refunds=(Refund("10534", "10512", Decimal("50.00"), RETURNED),), changed_at=RETURNED
    ),
    "a fee kept of what came back": replace(
        refunded_order(), refunds=(replace(refunded_order().refunds[0], amount=Decimal("129.10")),)
    ),
    "shipping given back": replace(
        sent_order(),
        refunds=(Refund("10535", "10512", Decimal("79.00"), RETURNED, (sent_order().lines[2],)),),
        changed_at=RETURNED,
    ),
    "delivered to the door": new_order(delivery_method="bring_servicepakke"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_put_into_the_shop_comes_back(server, client, name):
    given = EXAMPLES[name]
    server.put(given)
    [found] = fetch(client)
    assert told_back(found, given) == told(given)


def test_an_order_through_its_life(server, client):
    for given in (EXAMPLES["begun"], EXAMPLES["reserved"], EXAMPLES["sent"], EXAMPLES["refunded"]):
        server.put(given)
        assert told_back(parse(client.order("10512").content), given) == told(given)
