"""What the tests of Shopify share: documents, and how they are read."""

import json
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.webshops.records import LineKind, ReferenceKind, ShopSettings
from odoo.addons.settlement_bridge.webshops.shopify import parse

from ...samples.webshop_orders import tax_totals

SETTINGS = ShopSettings()


def money(amount, currency="NOK"):
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def vat(amount, rate, title="MVA"):
    return [{"title": title, "rate": rate, "priceSet": money(amount)}]


def item(number, price, quantity=1, discount="0.00", taxes=(), **values):
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": f"Vare {number}",
        "sku": f"VARE-{number}",
        "quantity": quantity,
        "currentQuantity": quantity,
        "isGiftCard": False,
        "originalUnitPriceSet": money(price),
        "discountAllocations": [{"allocatedAmountSet": money(discount)}],
        "taxLines": list(taxes),
        **values,
    }


def transaction(number, kind, amount, time="2026-03-02T13:05:09Z", parent=None, **values):
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "Vipps MobilePay",
        "paymentId": "rAbCdEf123456.1",
        "processedAt": time,
        "amountSet": money(amount),
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{parent}"} if parent else None,
        **values,
    }


def example_refund(**values):
    return {
        "id": "gid://shopify/Refund/501",
        "createdAt": "2026-03-09T09:02:00Z",
        "note": "Retur 1 par",
        "totalRefundedSet": money("179.10"),
        "refundLineItems": {
            "nodes": [
                {
                    "lineItem": {"id": "gid://shopify/LineItem/1"},
                    "quantity": 1,
                    "restockType": "RETURN",
                    "subtotalSet": money("179.10"),
                    "totalTaxSet": money("35.82"),
                }
            ]
        },
        "refundShippingLines": {"nodes": []},
        "orderAdjustments": {"nodes": []},
        "transactions": {"nodes": [transaction(13, "REFUND", "179.10", "2026-03-09T09:02:01Z", 12)]},
        **values,
    }


def example(**values):
    """The composed example of the reference, amounts in shop money alone."""
    return {
        "id": "gid://shopify/Order/6100000000001",
        "name": "#1042",
        "createdAt": "2026-03-02T13:05:11Z",
        "processedAt": "2026-03-02T13:05:10Z",
        "updatedAt": "2026-03-03T08:20:44Z",
        "cancelledAt": None,
        "test": False,
        "taxesIncluded": True,
        "currencyCode": "NOK",
        "presentmentCurrencyCode": "NOK",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "paymentGatewayNames": ["Vipps MobilePay"],
        "totalPriceSet": money("553.30"),
        "totalTaxSet": money("102.58"),
        "lineItems": {
            "nodes": [
                item(1, "199.00", 2, "39.80", vat("71.64", 0.25), title="Ullsokker", sku="SOKK-1"),
                item(2, "129.00", 1, "12.90", vat("15.14", 0.15), title="Kaffe 250 g", sku="KAFFE-250"),
            ]
        },
        "shippingLines": {
            "nodes": [{"title": "Posten", "discountedPriceSet": money("79.00"), "taxLines": vat("15.80", 0.25)}]
        },
        "transactions": [
            transaction(11, "AUTHORIZATION", "553.30"),
            transaction(12, "CAPTURE", "553.30", "2026-03-03T08:20:44Z", 11),
        ],
        **values,
    }


def read(node):
    return parse(json.dumps({"order": node}).encode(), SETTINGS)


def read_example(**values):
    return read(example(**values))


def total(lines):
    return sum(line.amount for line in lines)


def states(transactions, **values):
    return read_example(transactions=transactions, **values)


def as_told(order):
    """The order as Shopify can tell of it: with its own numbers, and parcels always with what is in them."""
    shipments, sent = [], {}
    goods = [line for line in order.lines if line.kind in (LineKind.PRODUCT, LineKind.GIFT_CARD)]
    for shipment in order.shipments:
        quantities = dict(shipment.quantities) or {
            line.external_id: line.quantity - sent.get(line.external_id, 0) for line in goods
        }
        for identity, quantity in quantities.items():
            sent[identity] = sent.get(identity, 0) + quantity
        shipments.append((shipment.time, quantities))
    return {
        **{
            name: getattr(order, name)
            for name in vars(order)
            if name not in ("status", "lines", "captures", "shipments", "refunds", "references")
        },
        "lines": sorted(order.lines, key=lambda line: line.external_id),
        "captures": [(capture.amount, capture.time) for capture in order.captures],
        "shipments": shipments,
        "refunds": [replace(refund, references=()) for refund in order.refunds],
        "references": {
            reference
            for reference in order.references
            if reference.kind in (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
        },
    }


def with_lines(make, *lines, **values):
    amount = sum((line.amount for line in lines), Decimal(0))
    return make(lines=lines, total=amount, taxes=tax_totals([line for line in lines if line.rate]), **values)
