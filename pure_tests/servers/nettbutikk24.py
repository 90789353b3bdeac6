"""A shop at 24Nettbutikk. Unconfirmed names are those of ``nettbutikk24.FIELDS``."""

import base64
import datetime
import zoneinfo
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.webshops.nettbutikk24.names import FIELDS
from odoo.addons.settlement_bridge.webshops.records import (
    LineKind,
    ReferenceKind,
    Refund,
    ShopSettings,
    TenderKind,
)

from .shop import Feature, ShopServer, clock_time, credited_lines

ZONE = zoneinfo.ZoneInfo("Europe/Oslo")
NEW, HANDLED, SENT, CANCELLED = "Ny", "Under behandling", "Sendt", "Kansellert"


class Nettbutikk24Server(ShopServer):
    """The shop.

    :param credits_lines: tell of refunds as negative lines in the order, not as credit orders.
    """

    platform = "nettbutikk24"
    token = "a-token-of-24nettbutikk"
    _at_once = "The whole order is captured when it gets the status Sendt."
    _unknown = "No known field tells it."
    cannot = {
        Feature.EXCHANGE: "An exchange is a credit order and an order of its own.",
        Feature.RELEASED: _at_once,
        Feature.PART_SHIPMENT: "No known field tells which lines were sent.",
        Feature.CAPTURE: _at_once,
        Feature.PART_CAPTURE: _at_once,
        Feature.VOID: _at_once,
        Feature.EDIT_AFTER: "The lines of a sent order are credited, not edited.",
        Feature.GIFT_CARD_SOLD: "No known field tells a gift card from other products.",
        Feature.STORE_CREDIT: "There is none.",
        Feature.TIP: "There are none.",
        Feature.FEE: "No known field tells a fee from a product.",
        Feature.REFUND_WITHOUT_LINES: "What is credited is lines.",
        Feature.REFUND_MIXED: "A credit order amounts to the sum of its lines.",
        Feature.REFUND_TO_GIFT_CARD: _unknown,
        Feature.REFUND_WITHDRAWN: "A credit order that was made stays, to keep the numbers unbroken.",
        Feature.DELETION: "An order that is deleted stays; a credit order is made of it.",
        Feature.VAT_NUMBER: _unknown,
        Feature.REGISTERED_BUYER: _unknown,
        Feature.TEST_ORDER: _unknown,
        Feature.TAX_CLASS: _unknown,
        Feature.DELIVERY_METHOD: _unknown,
        Feature.PROVIDER_ID: _unknown,
    }

    def __init__(self, credits_lines: bool = False):
        super().__init__()
        self.credits_lines = credits_lines
        self._orders: dict = {}

    @property
    def settings(self):
        return ShopSettings(url=self.base_url, token=self.token, time_zone=ZONE)

    def put(self, order):
        self._orders[order.external_id] = order

    def delete(self, external_id, at):
        """As the shop does it: the order stays, and a credit order of everything is made."""
        order = self._orders[external_id]
        number = str(max(int(record[FIELDS.order_no]) for record in self._records()) + 1)
        everything = Refund(number, external_id, order.total, at, order.lines)
        self._orders[external_id] = replace(order, refunds=(*order.refunds, everything))

    # --- the API

    def answer(self, method, path, query, headers, body):
        user = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ") or b"").decode()
        if self.token not in (user.partition(":")[0], query.get("access_token")):
            return 401, {}, b""
        start = "/api/v1/orders"
        if method != "GET" or not path.startswith(start):
            return 404, {}, b""
        if path != start or ("limit" in query and "offset" not in query):
            # a limit without an offset is read as the number of an order
            number = query["limit"] if path == start else path.removeprefix(f"{start}/")
            found = [record for record in self._records() if str(record[FIELDS.order_no]) == number]
            return (200, {}, {"data": found}) if found else (404, {}, b"")
        if any(not query[name].isdecimal() for name in ("limit", "offset", "since", "until") if name in query):
            return 400, {}, b""
        limit, offset = int(query.get("limit", 100)), int(query.get("offset", 0))
        since, until = int(query.get("since", 0)), int(query.get("until", 10**12))
        found = [record for record in self._records() if since <= _timestamp(record) <= until]
        return 200, {}, {"data": found[offset : offset + limit]}

    # --- the orders in the shop's own words

    def _records(self) -> list:
        """Return the orders and credit orders by number: not by time of change."""
        records = []
        for order in self._orders.values():
            records.append(_order(order, self.credits_lines))
            if not self.credits_lines:
                records += [_credit_order(order, refund) for refund in order.refunds]
        return sorted(records, key=lambda record: record[FIELDS.order_no])


def _order(order, credits_lines):
    status = SENT if order.completed_at else HANDLED if order.accepted_at else NEW
    sent = [reference.value for reference in order.references if reference.kind is ReferenceKind.PROVIDER_REFERENCE]
    lines = [_line(line, line.external_id, 1) for line in order.lines]
    credited = Decimal(0)
    for refund in order.refunds if credits_lines else ():
        lines += [
            _line(line, f"{refund.external_id}{index}", -1) for index, line in enumerate(credited_lines(refund), 1)
        ]
        credited += refund.amount
    return {
        FIELDS.order_no: int(order.external_id),
        FIELDS.created_on: clock_time(order.created_at, ZONE),
        "modified_on": clock_time(order.changed_at, ZONE),
        FIELDS.completed_on: clock_time(order.completed_at, ZONE) if order.completed_at else None,
        FIELDS.status: CANCELLED if order.cancelled_at else status,
        FIELDS.transaction: sent[0] if sent and order.accepted_at else None,
        FIELDS.total: float(order.total - credited),
        FIELDS.lines: lines,
        FIELDS.gift_cards: [
            {FIELDS.gift_card_code: tender.reference, FIELDS.gift_card_amount: float(tender.amount)}
            for tender in order.tenders
            if tender.kind is TenderKind.GIFT_CARD
        ],
        **_common(order),
    }


def _credit_order(order, refund):
    return {
        FIELDS.order_no: int(refund.external_id),
        FIELDS.credit_of: int(order.external_id),
        FIELDS.created_on: clock_time(refund.time, ZONE),
        "modified_on": clock_time(refund.time, ZONE),
        FIELDS.status: HANDLED,
        FIELDS.total: -float(refund.amount),
        FIELDS.lines: [_line(line, index, -1) for index, line in enumerate(credited_lines(refund), 1)],
        **_common(order),
    }


def _line(line, number, sign):
    if line.kind not in (LineKind.PRODUCT, LineKind.SHIPPING, LineKind.DISCOUNT):
        raise ValueError(f"24Nettbutikk has no {line.kind}")
    return {
        FIELDS.line_no: int(number),
        FIELDS.sku: "FRAKT" if line.kind is LineKind.SHIPPING else line.sku,
        FIELDS.name: line.name,
        FIELDS.quantity: float(line.quantity * sign),
        FIELDS.price: float((line.amount / line.quantity).quantize(Decimal("0.000001"))),
        FIELDS.rate: float(line.rate),
    }


def _common(order):
    address = {
        FIELDS.address.format(group=group, part=part): value
        for group, address in (("billing", order.billing), ("shipping", order.shipping))
        for part, value in vars(address).items()
    }
    return {
        FIELDS.currency: order.currency,
        FIELDS.payment_method: order.payment_method,
        FIELDS.customer_name: order.buyer.name,
        FIELDS.email: order.buyer.email,
        FIELDS.phone: order.buyer.phone,
        **address,
    }


def _timestamp(record):
    moment = datetime.datetime.fromisoformat(record["modified_on"]).replace(tzinfo=ZONE)
    return int(moment.timestamp())
