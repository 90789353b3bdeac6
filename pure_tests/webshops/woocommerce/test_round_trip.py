"""WooCommerce: the shop's own document of an order reads as that order."""

from dataclasses import fields, replace
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
    TaxTotal,
    Tender,
    TenderKind,
)
from odoo.addons.settlement_bridge.webshops.woocommerce import parse

from ...samples.webshop_orders import RETURNED, SENT, line, new_order, refunded_order, sent_order
from ...servers.woocommerce import WooCommerceServer
from .documents import ID, MINUTE, SETTINGS, cancelled

#: In which order WooCommerce has its lines.
KINDS = (LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.SHIPPING, LineKind.FEE, LineKind.DISCOUNT)


def expressible(order):
    """The order as WooCommerce can tell of it: capture and shipment have no identities, and goods come before freight.

    The shop's own keys are among the references.
    """
    references = (
        Reference(ReferenceKind.SHOP_ID, order.external_id),
        Reference(ReferenceKind.SHOP_NUMBER, order.number),
        *order.references,
    )
    last = order.captures[-1].time if order.captures else None
    return replace(
        order,
        lines=tuple(map(named, sorted(order.lines, key=lambda each: KINDS.index(each.kind)))),
        references=references,
        captures=(Capture("captured", order.captured, last),) if order.captures else order.captures,
        shipments=tuple(replace(shipment, external_id="completed") for shipment in order.shipments),
        refunds=tuple(
            replace(each, lines=tuple(map(named, each.lines)), taxes=refund_taxes(each)) for each in order.refunds
        ),
    )


def named(each):
    """A line with what the shop calls its tax, beside the tax class."""
    return replace(each, tax_class=", ".join(filter(None, (each.tax_class, f"NO-MVA {each.rate:f}"))))


def refund_taxes(refund):
    totals = {}
    for each in refund.lines:
        totals[each.rate] = totals.get(each.rate, Decimal(0)) + each.tax
    return refund.taxes or tuple(TaxTotal(rate, totals[rate]) for rate in sorted(totals))


def with_lines(*added, **values):
    lines = (*new_order().lines, *added)
    return new_order(lines=lines, total=sum(each.amount for each in lines), **values)


def voided():
    captures = (Capture("capture-1", Decimal("200.00"), SENT),)
    return new_order(captures=captures, is_capture_final=True, changed_at=SENT)


def refunded(*lines_back, amount, **values):
    order = sent_order()
    refund = Refund("10533", "10512", Decimal(amount), RETURNED, tuple(lines_back), reason="Kulanse", **values)
    return replace(order, refunds=(refund,), changed_at=RETURNED)


STATES = {
    "reserved": new_order,
    "captured and sent": sent_order,
    "one pair back": refunded_order,
    "begun": lambda: new_order(status="pending", accepted_at=None),
    "cancelled": cancelled,
    "captured before it is sent": lambda: new_order(captures=sent_order().captures),
    "captured in part": lambda: new_order(captures=(Capture("c", Decimal("200.00"), SENT),), changed_at=SENT),
    "captured in part, the rest voided": voided,
    "edited after it was sent": lambda: replace(
        sent_order(), lines=new_order().lines[:2], total=Decimal("474.30"), taxes=(), changed_at=RETURNED
    ),
    "cancelled after it was sent": lambda: replace(
        sent_order(), status="cancelled", cancelled_at=RETURNED, changed_at=RETURNED
    ),
    "a fee": lambda: with_lines(line("74", "Fakturagebyr", "49.00", 25, kind=LineKind.FEE)),
    "a discount line": lambda: with_lines(line("74", "Vennerabatt", "-50.00", 25, kind=LineKind.DISCOUNT)),
    "a gift card sold": lambda: with_lines(line("74", "Gavekort", "500.00", 0, kind=LineKind.GIFT_CARD)),
    "a bundle": lambda: with_lines(line("74/25", "Kurv", "125.00", 25), line("74/15", "Kurv", "115.00", 15)),
    "a gift card used": lambda: sent_order(tenders=(Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "GAVE-1"),)),
    "an amount back": lambda: refunded(amount="50.00"),
    "freight back": lambda: refunded(new_order().lines[2], amount="79.00"),
    "other amount than the lines": lambda: refunded(new_order().lines[2], amount="60.00"),
    "another currency": lambda: sent_order(currency="SEK"),
    "a registered company": lambda: new_order(
        buyer=Buyer("44", "Ola Eksempel", "Eksempel AS", "ola@example.com", "+4791111111", "999999999MVA"),
        billing=Address("Ola Eksempel", "Eksempel AS", "Storgata 1", "2. etg", "0155", "Oslo", "NO"),
        number="W-10512",
        delivery_method="flat_rate",
    ),
    "a tax class": lambda: with_lines(line("74", "Bok", "200.00", 0, tax_class="boker")),
    "another plugin": lambda: sent_order(
        payment_method="klarna_payments",
        references=(Reference(ReferenceKind.PROVIDER_ID, "klarna-1"),),
        is_test=True,
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_the_shops_document_reads_as_the_order(state):
    shop = WooCommerceServer()
    order = STATES[state]()
    shop.put(order)
    found, wanted = parse(shop.document(order.external_id), SETTINGS), expressible(order)
    if state == "edited after it was sent":  # the shop always tells its sums of VAT
        wanted = replace(wanted, taxes=found.taxes)
    if state == "another plugin":  # which names the capture
        capture = order.captures[0]
        wanted = replace(
            wanted,
            captures=order.captures,
            references=(*wanted.references, Reference(ID, capture.external_id)),
        )
    for field in fields(found):
        assert getattr(found, field.name) == getattr(wanted, field.name), field.name


def test_a_refund_can_be_withdrawn():
    shop = WooCommerceServer()
    shop.put(refunded_order())
    shop.put(replace(sent_order(), changed_at=RETURNED + MINUTE))
    order = parse(shop.document("10512"), SETTINGS)
    assert order.refunds == () and order.changed_at == RETURNED + MINUTE
