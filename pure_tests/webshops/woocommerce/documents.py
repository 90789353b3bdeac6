"""What the tests of WooCommerce share: documents, and how they are read."""

import datetime
import json

from odoo.addons.settlement_bridge.webshops.records import ReferenceKind, ShopSettings
from odoo.addons.settlement_bridge.webshops.woocommerce import parse

from ...samples.webshop_orders import SENT, new_order
from ...servers.woocommerce import WooCommerceServer

OSLO = WooCommerceServer.time_zone
SETTINGS = ShopSettings(time_zone=OSLO)
MINUTE = datetime.timedelta(minutes=1)

#: The order of the reference: 2 × 199.00 (25 %) and 129.00 (15 %), 10 % off, freight 79.00; captured by Vipps.
ORDER = {
    "id": 10512,
    "parent_id": 0,
    "number": "10512",
    "order_key": "wc_order_Ab12Cd34Ef56",
    "created_via": "checkout",
    "version": "10.3.0",
    "status": "completed",
    "currency": "NOK",
    "prices_include_tax": True,
    "date_created": "2026-03-02T14:05:11",
    "date_created_gmt": "2026-03-02T13:05:11",
    "date_modified": "2026-03-03T09:20:44",
    "date_modified_gmt": "2026-03-03T08:20:44",
    "date_paid": "2026-03-02T14:05:40",
    "date_paid_gmt": "2026-03-02T13:05:40",
    "date_completed": "2026-03-03T09:20:44",
    "date_completed_gmt": "2026-03-03T08:20:44",
    "discount_total": "43.06",
    "discount_tax": "9.64",
    "shipping_total": "63.20",
    "shipping_tax": "15.80",
    "cart_tax": "86.78",
    "total": "553.30",
    "total_tax": "102.58",
    "customer_id": 0,
    "billing": {
        "first_name": "Kari",
        "last_name": "Eksempel",
        "company": "",
        "address_1": "Storgata 1",
        "postcode": "0155",
        "city": "Oslo",
        "country": "NO",
        "email": "kari@example.com",
        "phone": "+4790000000",
    },
    "payment_method": "vipps",
    "payment_method_title": "Vipps",
    "transaction_id": "woo-mybutikk-10512",
    "meta_data": [
        {"id": 1, "key": "_vipps_orderid", "value": "woo-mybutikk-10512"},
        {"id": 2, "key": "_vipps_status", "value": "AUTHORIZED"},
        {"id": 3, "key": "_vipps_amount", "value": "55330"},
        {"id": 4, "key": "_vipps_captured", "value": "55330"},
        {"id": 5, "key": "_vipps_refunded", "value": "0"},
    ],
    "line_items": [
        {
            "id": 71,
            "name": "Ullsokker",
            "product_id": 55,
            "variation_id": 0,
            "quantity": 2,
            "tax_class": "",
            "sku": "SOKK-1",
            "subtotal": "318.40",
            "subtotal_tax": "79.60",
            "total": "286.56",
            "total_tax": "71.64",
            "taxes": [{"id": 3, "total": "71.64", "subtotal": "79.60"}, {"id": 4, "total": "", "subtotal": ""}],
        },
        {
            "id": 72,
            "name": "Kaffe 250 g",
            "product_id": 56,
            "variation_id": 0,
            "quantity": 1,
            "tax_class": "naeringsmidler",
            "sku": "KAFFE-250",
            "subtotal": "112.17",
            "subtotal_tax": "16.83",
            "total": "100.96",
            "total_tax": "15.14",
            "taxes": [{"id": 4, "total": "15.14", "subtotal": "16.83"}],
        },
    ],
    "shipping_lines": [
        {
            "id": 73,
            "method_title": "Posten",
            "method_id": "flat_rate",
            "total": "63.20",
            "total_tax": "15.80",
            "taxes": [{"id": 3, "total": "15.80"}],
        }
    ],
    "fee_lines": [],
    "coupon_lines": [{"id": 74, "code": "vaar10", "discount": "43.06", "discount_tax": "9.64"}],
    "tax_lines": [
        {
            "id": 75,
            "rate_code": "NO-MVA 25-1",
            "rate_id": 3,
            "label": "MVA",
            "compound": False,
            "tax_total": "71.64",
            "shipping_tax_total": "15.80",
            "rate_percent": 25,
        },
        {
            "id": 76,
            "rate_code": "NO-MVA 15-1",
            "rate_id": 4,
            "label": "MVA",
            "compound": False,
            "tax_total": "15.14",
            "shipping_tax_total": "0.00",
            "rate_percent": 15,
        },
    ],
    "refunds": [{"id": 10533, "reason": "Retur 1 par", "total": "-179.10"}],
}

#: One pair of socks came back.
REFUND = {
    "id": 10533,
    "parent_id": 10512,
    "date_created": "2026-03-09T10:02:00",
    "date_created_gmt": "2026-03-09T09:02:00",
    "amount": "179.10",
    "reason": "Retur 1 par",
    "refunded_by": 1,
    "refunded_payment": True,
    "meta_data": [],
    "line_items": [
        {
            "id": 81,
            "name": "Ullsokker",
            "product_id": 55,
            "quantity": -1,
            "subtotal": "-143.28",
            "subtotal_tax": "-35.82",
            "total": "-143.28",
            "total_tax": "-35.82",
            "taxes": [{"id": 3, "total": "-35.82"}],
            "meta_data": [{"id": 900, "key": "_refunded_item_id", "value": "71"}],
        }
    ],
    "shipping_lines": [],
    "fee_lines": [],
    "tax_lines": [{"id": 82, "rate_id": 3, "tax_total": "-35.82", "shipping_tax_total": "0.00"}],
}


def read(given_back=(), **values):
    """The reference's order with these refunds and other values, read."""
    values.setdefault("refunds", [{"id": refund["id"]} for refund in given_back])
    return parse(json.dumps({"order": {**ORDER, **values}, "refunds": list(given_back)}).encode(), SETTINGS)


def meta(**values):
    return [{"id": number, "key": key, "value": value} for number, (key, value) in enumerate(values.items(), 1)]


def fee(total, tax, rate_id=3):
    return {
        "id": 77,
        "name": "Fakturagebyr",
        "tax_class": "",
        "total": total,
        "total_tax": tax,
        "taxes": [tax_of(rate_id, tax)],
    }


def tax_of(rate_id, tax):
    return {"id": rate_id, "total": tax, "subtotal": tax}


ID = ReferenceKind.PROVIDER_ID


def cancelled():
    return new_order(status="cancelled", cancelled_at=SENT, changed_at=SENT, is_capture_final=True)
