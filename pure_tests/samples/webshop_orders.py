"""Orders for the tests of the platforms: the reference basket and what happens to it."""

import datetime
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    OrderLine,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    TaxTotal,
)

UTC = datetime.timezone.utc
ORDERED = datetime.datetime(2026, 3, 2, 13, 5, 11, tzinfo=UTC)
SENT = datetime.datetime(2026, 3, 3, 8, 20, 44, tzinfo=UTC)
RETURNED = datetime.datetime(2026, 3, 9, 9, 2, 0, tzinfo=UTC)


def line(external_id, name, amount, rate, kind=LineKind.PRODUCT, **values):
    """An order line of ``amount`` with VAT at ``rate`` percent, its VAT rounded half up."""
    amount, rate = Decimal(amount), Decimal(rate)
    tax = (amount * rate / (100 + rate)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    values = {name: Decimal(value) if name in ("quantity", "discount") else value for name, value in values.items()}
    return OrderLine(external_id=external_id, kind=kind, name=name, amount=amount, tax=tax, rate=rate, **values)


def tax_totals(lines):
    """The VAT of lines per rate, as a shop sums it up."""
    rates = sorted({line.rate for line in lines if line.rate is not None})
    return tuple(TaxTotal(rate, sum((line.tax for line in lines if line.rate == rate), Decimal(0))) for rate in rates)


def new_order(**values):
    """Two pairs of socks, coffee and shipping, 10 % off the goods: 553.30, of which VAT 102.58. Reserved, not sent."""
    lines = (
        line("71", "Ullsokker", "358.20", 25, sku="SOKK-1", quantity=2, discount="39.80"),
        line("72", "Kaffe 250 g", "116.10", 15, sku="KAFFE-250", quantity=1, discount="12.90"),
        line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING),
    )
    order = Order(
        external_id="10512",
        number="10512",
        created_at=ORDERED,
        changed_at=ORDERED,
        currency="NOK",
        total=Decimal("553.30"),
        lines=lines,
        status="processing",
        buyer=Buyer(name="Kari Eksempel", email="kari@example.com", phone="+4790000000"),
        billing=Address("Kari Eksempel", "", "Storgata 1", "", "0155", "Oslo", "NO"),
        shipping=Address("Kari Eksempel", "", "Storgata 1", "", "0155", "Oslo", "NO"),
        payment_method="vipps",
        payment_name="Vipps",
        references=(Reference(ReferenceKind.PROVIDER_REFERENCE, "woo-mybutikk-10512"),),
        accepted_at=ORDERED,
        captures=(),
    )
    values.setdefault("taxes", tax_totals(values.get("lines", lines)))
    return replace(order, **values)


def sent_order(**values):
    """The same, captured and sent the next morning."""
    order = new_order(**values)
    changes = {
        "status": "completed",
        "changed_at": SENT,
        "captures": (Capture("capture-10512", order.total - order.tendered, SENT),),
        "shipments": (Shipment("shipment-10512", SENT),),
        "completed_at": SENT,
    }
    return replace(order, **{name: value for name, value in changes.items() if name not in values})


def refunded_order(**values):
    """The same, and one pair of socks came back: 179.10 was refunded a week later."""
    order = sent_order(**values)
    back = replace(
        order.lines[0], amount=Decimal("179.10"), tax=Decimal("35.82"), quantity=Decimal(1), discount=Decimal(0)
    )
    refund = Refund("10533", order.external_id, Decimal("179.10"), RETURNED, (back,), reason="Retur 1 par")
    return replace(order, refunds=(refund,), changed_at=RETURNED)
