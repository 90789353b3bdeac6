"""Mystore: what the server tells is what we read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.mystore import parse
from odoo.addons.settlement_bridge.webshops.records import Address, Buyer, LineKind, Reference, ReferenceKind

from ...samples.webshop_orders import SENT, line, new_order, refunded_order, sent_order
from ..fetching import fetched


def as_read(order):
    """The order as far as Mystore can tell of it, in its own words."""
    sums = {LineKind.SHIPPING, LineKind.FEE, LineKind.DISCOUNT, LineKind.ROUNDING}
    lines = tuple(
        replace(
            line,
            external_id=f"order-totals/{line.external_id}" if line.kind in sums else line.external_id,
            discount=Decimal(0),
        )
        for line in order.lines
    )
    own = (Reference(ReferenceKind.SHOP_ID, order.external_id), Reference(ReferenceKind.SHOP_NUMBER, order.external_id))
    status = "Kansellert" if order.cancelled_at else "Sendt" if order.completed_at else "Under behandling"
    return replace(
        order,
        lines=lines,
        status=status if order.accepted_at or order.cancelled_at else "Ikke behandlet",
        taxes=(),
        references=own + (order.references if order.accepted_at else ()),
        captures=tuple(replace(each, external_id="completed") for each in order.captures),
        shipments=tuple(replace(each, external_id="completed") for each in order.shipments),
        refunds=(),
    )


@pytest.mark.parametrize(
    "order",
    [
        new_order(),
        new_order(accepted_at=None),
        sent_order(),
        refunded_order(),
        new_order(cancelled_at=SENT, is_capture_final=True, changed_at=SENT),
        sent_order(currency="SEK"),
        sent_order(shipping=Address("Ola Eksempel", "", "Lillegata 2", "", "5003", "Bergen", "NO")),
        sent_order(buyer=Buyer("918", "Kari Eksempel", "Eksempel AS", "kari@example.com", "+4790000000")),
        new_order(
            lines=(
                line("71", "Ullsokker", "100.00", 25, quantity=3),
                line("72", "Bok", "200.00", 0),
                line("73", "Gebyr", "39.00", 25, kind=LineKind.FEE),
                line("74", "Rabatt", "-20.00", 25, kind=LineKind.DISCOUNT),
                line("75", "Øreavrunding", "0.20", 0, kind=LineKind.ROUNDING),
            ),
            total=Decimal("319.20"),
        ),
    ],
)
def test_what_the_shop_tells_is_what_we_read(server, client, order):
    server.put(order)
    raw = client.order(order.external_id)
    assert (raw.external_id, raw.changed_at) == (order.external_id, order.changed_at)
    assert parse(raw.content, server.settings) == as_read(order)
    assert raw in fetched(client)


def test_a_refund_comes_as_an_order_of_its_own(server, client):
    order = refunded_order()
    server.put(order)
    (refund,) = order.refunds
    raw = next(raw for raw in fetched(client) if raw.external_id == refund.external_id)
    back = tuple(replace(line, external_id="") for line in refund.lines)
    assert parse(raw.content, server.settings) == replace(refund, lines=back, number="10533", reason="", currency="NOK")


def test_a_refund_of_the_shipping(server, client):
    order = refunded_order()
    shipping = order.lines[2]
    server.put(replace(order, refunds=(replace(order.refunds[0], amount=shipping.amount, lines=(shipping,)),)))
    refund = parse(client.order("10533").content, server.settings)
    assert (refund.amount, refund.lines) == (Decimal("79.00"), (replace(shipping, external_id=""),))


def test_an_edited_order_tells_what_is_sold_now(server, client):
    server.put(new_order())
    less = new_order().lines[1:]
    edited = new_order(lines=less, total=Decimal("195.10"), changed_at=SENT)
    server.put(edited)
    assert parse(client.order("10512").content, server.settings) == as_read(edited)
