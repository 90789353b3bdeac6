"""24Nettbutikk: what the server tells is what we read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops.nettbutikk24 import Nettbutikk24Client, parse
from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    LineKind,
    Reference,
    ReferenceKind,
    Tender,
    TenderKind,
)

from ...samples.webshop_orders import RETURNED, SENT, line, new_order, refunded_order, sent_order
from ...servers.nettbutikk24 import Nettbutikk24Server
from ..fetching import fetched


def as_read(order):
    """The order as far as 24Nettbutikk can tell of it, in its own words."""
    lines = tuple(
        replace(line, discount=Decimal(0), sku="FRAKT" if line.kind is LineKind.SHIPPING else line.sku)
        for line in order.lines
    )
    own = (Reference(ReferenceKind.SHOP_ID, order.external_id), Reference(ReferenceKind.SHOP_NUMBER, order.external_id))
    status = "Kansellert" if order.cancelled_at else "Sendt" if order.completed_at else "Under behandling"
    return replace(
        order,
        lines=lines,
        status=status if order.accepted_at or order.cancelled_at else "Ny",
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
        new_order(references=()),
        sent_order(),
        refunded_order(),
        new_order(cancelled_at=SENT, is_capture_final=True, changed_at=SENT),
        sent_order(currency="SEK"),
        sent_order(tenders=(Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "G-1"),)),
        sent_order(shipping=Address("Ola Eksempel", "", "Lillegata 2", "", "5003", "Bergen", "NO")),
        sent_order(
            buyer=Buyer(name="Kari Eksempel", company="Eksempel AS", email="kari@example.com"),
            billing=Address("Kari Eksempel", "Eksempel AS", "Storgata 1", "", "0155", "Oslo", "NO"),
        ),
        new_order(
            lines=(
                line("71", "Ullsokker", "100.00", 25, quantity=3),
                line("72", "Bok", "200.00", 0),
                line("74", "Rabatt", "-20.00", 25, kind=LineKind.DISCOUNT),
            ),
            total=Decimal("280.00"),
        ),
    ],
)
def test_what_the_shop_tells_is_what_we_read(server, client, order):
    server.put(order)
    raw = client.order(order.external_id)
    assert (raw.external_id, raw.changed_at) == (order.external_id, order.changed_at)
    assert parse(raw.content, server.settings) == as_read(order)
    assert raw in fetched(client)


def as_credited(line):
    """An order's line as it comes back in a credit order: which one it was, is not told."""
    sku = "FRAKT" if line.kind is LineKind.SHIPPING else line.sku
    return replace(line, external_id="", discount=Decimal(0), sku=sku)


def test_a_refund_comes_as_an_order_of_its_own(server, client):
    order = refunded_order()
    server.put(order)
    (refund,) = order.refunds
    raw = next(raw for raw in fetched(client) if raw.external_id == refund.external_id)
    back = tuple(as_credited(line) for line in refund.lines)
    assert parse(raw.content, server.settings) == replace(refund, lines=back, number="10533", reason="", currency="NOK")


def test_a_refund_of_the_shipping(server, client):
    order = refunded_order()
    shipping = order.lines[2]
    server.put(replace(order, refunds=(replace(order.refunds[0], amount=shipping.amount, lines=(shipping,)),)))
    refund = parse(client.order("10533").content, server.settings)
    assert (refund.amount, refund.lines) == (Decimal("79.00"), (as_credited(shipping),))


def test_a_refund_may_come_as_negative_lines():
    order = refunded_order()
    with Nettbutikk24Server(credits_lines=True) as server:
        server.put(order)
        client = Nettbutikk24Client(server.settings)
        (raw,) = fetched(client)
    read_order = parse(raw.content, server.settings)
    assert replace(read_order, refunds=()) == as_read(order)
    (refund,) = read_order.refunds
    assert (refund.external_id, refund.amount, refund.time) == ("10512/105331", Decimal("179.10"), RETURNED)


def test_an_order_that_is_deleted_is_credited_whole(server, client):
    server.put(sent_order())
    server.delete("10512", RETURNED)
    raws = fetched(client, RETURNED)
    (refund,) = [parse(raw.content, server.settings) for raw in raws]
    assert (refund.external_id, refund.order_id, refund.amount) == ("10513", "10512", Decimal("553.30"))
    assert len(refund.lines) == 3
    assert client.order("10512") is not None


def test_an_edited_order_tells_what_is_sold_now(server, client):
    server.put(new_order())
    edited = new_order(lines=new_order().lines[1:], total=Decimal("195.10"), changed_at=SENT)
    server.put(edited)
    assert parse(client.order("10512").content, server.settings) == as_read(edited)
