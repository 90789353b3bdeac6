"""A shop of one's own that sends its orders to the inbox, as ``static/description/inbox.md`` asks for."""

import datetime
import hashlib
import hmac
import json
from dataclasses import replace

from odoo.addons.settlement_bridge.webshops.records import ReferenceKind, ShopSettings

from .shop import ShopServer


class InboxServer(ShopServer):
    """The shop. It has nothing to be asked for; it only sends.

    :param sends_refunds_apart: send each refund as a document of its own, after an order document without refunds.
    """

    platform = "inbox"
    webhook_secret = "a secret of the inbox"

    def __init__(self, sends_refunds_apart: bool = False):
        super().__init__()
        self.sends_refunds_apart = sends_refunds_apart
        self._orders: dict = {}
        self._deliveries = 0

    @property
    def settings(self):
        return ShopSettings()

    def put(self, order):
        self._orders[order.external_id] = order

    def delete(self, external_id, at):
        self._orders[external_id] = replace(self._orders[external_id], is_deleted=True, changed_at=at)

    def webhooks(self, external_id):
        return [self._delivery(document) for document in self.documents(external_id)]

    def answer(self, method, path, query, headers, body):
        return 404, {}, {"error": "This shop only sends."}

    def documents(self, external_id: str) -> list:
        """Return the documents about the order as it reads now."""
        order = self._orders[external_id]
        if not self.sends_refunds_apart:
            return [order_document(order)]
        refunds = [{"type": "refund", **_refund(refund), "currency": order.currency} for refund in order.refunds]
        return [order_document(replace(order, refunds=())), *refunds]

    def _delivery(self, document):
        self._deliveries += 1
        body = json.dumps(document, ensure_ascii=False).encode()
        return signed(body, self.webhook_secret, f"delivery-{self._deliveries}"), body


def signed(body: bytes, secret: str, delivery_id: str = "delivery-1", at: datetime.datetime | None = None) -> dict:
    """Return the headers of a delivery, names in lower case, signed at a time (now)."""
    at = at or datetime.datetime.now(datetime.timezone.utc)
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-settlement-timestamp": timestamp,
        "x-settlement-signature": signature,
        "x-settlement-delivery": delivery_id,
    }


def order_document(order) -> dict:
    """Return the order as the shop writes it."""
    document = {
        "type": "order",
        "id": order.external_id,
        "number": order.number,
        "created_at": _time(order.created_at),
        "changed_at": _time(order.changed_at),
        "currency": order.currency,
        "total": str(order.total),
        "lines": [{"id": line.external_id, **_line(line), "gift_cards": list(line.gift_cards)} for line in order.lines],
        "status": order.status,
        "taxes": _taxes(order.taxes),
        "shop_credit": _shop_credit(order.tenders),
        "buyer": {
            "id": order.buyer.external_id,
            "name": order.buyer.name,
            "company": order.buyer.company,
            "email": order.buyer.email,
            "phone": order.buyer.phone,
            "vat_number": order.buyer.vat,
        },
        "billing_address": vars(order.billing),
        "shipping_address": vars(order.shipping),
        "payment_method": order.payment_method,
        "payment_name": order.payment_name,
        "delivery_method": order.delivery_method,
        **_references(order.references),
        "accepted_at": _time(order.accepted_at),
        "rest_voided": order.is_capture_final,
        "shipments": [
            {
                "id": shipment.external_id,
                "shipped_at": _time(shipment.time),
                "lines": _quantities(shipment),
            }
            for shipment in order.shipments
        ],
        "completed_at": _time(order.completed_at),
        "cancelled_at": _time(order.cancelled_at),
        "refunds": [_refund(refund) for refund in order.refunds],
        "deleted": order.is_deleted,
        "test": order.is_test,
    }
    if order.captures is not None:
        document["captures"] = [
            {
                "id": capture.external_id,
                "amount": str(capture.amount),
                "captured_at": _time(capture.time),
                "lines": _quantities(capture),
            }
            for capture in order.captures
        ]
    return document


def _quantities(record):
    return [{"line_id": line_id, "quantity": str(quantity)} for line_id, quantity in record.quantities]


def _refund(refund):
    return {
        "id": refund.external_id,
        "order_id": refund.order_id,
        "number": refund.number,
        "amount": str(refund.amount),
        "offset": str(refund.offset),
        "released": str(refund.released),
        "refunded_at": _time(refund.time),
        "reason": refund.reason,
        "lines": [{"line_id": line.external_id, **_line(line)} for line in refund.lines],
        "taxes": _taxes(refund.taxes),
        "shop_credit": _shop_credit(refund.tenders),
        **_references(refund.references),
    }


def _line(line):
    return {
        "kind": str(line.kind),
        "name": line.name,
        "sku": line.sku,
        "quantity": str(line.quantity),
        "amount": str(line.amount),
        "tax": str(line.tax),
        "tax_rate": None if line.rate is None else str(line.rate),
        "tax_class": line.tax_class,
        "discount": str(line.discount),
    }


def _taxes(taxes):
    return [{"tax_rate": str(total.rate), "tax": str(total.tax)} for total in taxes]


def _shop_credit(tenders):
    return [
        {"kind": str(tender.kind), "amount": str(tender.amount), "reference": tender.reference} for tender in tenders
    ]


def _references(references):
    """The shop's own id and number are not repeated: they stand in the document already."""
    return {
        name: [reference.value for reference in references if reference.kind is kind]
        for name, kind in (
            ("provider_references", ReferenceKind.PROVIDER_REFERENCE),
            ("provider_ids", ReferenceKind.PROVIDER_ID),
        )
    }


def _time(moment):
    return None if moment is None else moment.isoformat()
