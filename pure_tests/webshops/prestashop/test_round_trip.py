"""PrestaShop: what is put into the shop comes back."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, ReferenceKind, Refund

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order
from .documents import LATER, fetch, parse


def told(order):
    """What PrestaShop tells of an order: one set of ids, no sums of VAT, no reasons; one kind of provider's key."""
    places = {found.external_id: "shipping" for found in order.lines if found.kind is LineKind.SHIPPING}

    def lines(found):
        return tuple(
            replace(each, external_id=places.get(each.external_id, each.external_id), tax_class="") for each in found
        )

    kinds = (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
    return replace(
        order,
        lines=lines(order.lines),
        taxes=(),
        refunds=tuple(replace(refund, lines=lines(refund.lines), number="", reason="") for refund in order.refunds),
        captures=tuple((capture.amount, capture.time) for capture in order.captures),
        shipments=tuple(shipment.time for shipment in order.shipments),
        references=tuple(reference.value for reference in order.references if reference.kind in kinds),
        delivery_method=order.delivery_method or "Posten",
    )


EXAMPLES = {
    "begun": new_order(accepted_at=None, status="Venter", references=()),
    "reserved": new_order(),
    "reserved later than ordered": new_order(accepted_at=ORDERED + datetime.timedelta(minutes=3), changed_at=SENT),
    "sent": sent_order(),
    "refunded": refunded_order(),
    "cancelled": new_order(status="Kansellert", cancelled_at=SENT, changed_at=SENT, is_capture_final=True),
    "in euro": new_order(currency="EUR"),
    "captured in part": new_order(captures=(Capture("1", Decimal("437.20"), SENT),), changed_at=SENT),
    "a discount on one row alone": new_order(
        lines=(replace(new_order().lines[0], discount=Decimal(0)), *new_order().lines[1:2], new_order().lines[2])
    ),
    "registered": new_order(buyer=replace(new_order().buyer, external_id="77", vat="NO999999999MVA")),
    "a company": new_order(
        buyer=replace(new_order().buyer, company="Eksempel AS"),
        billing=replace(new_order().billing, company="Eksempel AS", street2="Oppgang B"),
    ),
    "free of VAT": new_order(
        lines=(line("71", "Bok", "300.00", 0, sku="BOK"), *new_order().lines[2:]), total=Decimal("379.00")
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
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_put_into_the_shop_comes_back(server, client, name):
    given = EXAMPLES[name]
    server.put(given)
    [found] = fetch(client)
    expected = told(given)
    if name == "a discount on one row alone":
        # it is in the price of the row, of which the shop tells no more
        expected = replace(expected, lines=tuple(replace(each, discount=Decimal(0)) for each in expected.lines))
    assert told(found) == expected


def test_an_order_through_its_life(server, client):
    for given in (EXAMPLES["begun"], EXAMPLES["reserved"], EXAMPLES["sent"], EXAMPLES["refunded"]):
        server.put(given)
        assert told(parse(client.order("10512").content)) == told(given)


def test_lines_edited_after_the_goods_were_sent(server, client):
    server.put(sent_order())
    lines = tuple(replace(each, discount=Decimal(0)) for each in sent_order().lines[1:])
    edited = replace(sent_order(), lines=lines, total=Decimal("195.10"), changed_at=LATER)
    server.put(edited)
    assert [found.amount for found in fetch(client)[0].lines] == [Decimal("116.10"), Decimal("79.00")]
