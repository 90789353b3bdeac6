"""A shop at Mystore: JSON:API, webhooks, credit orders. Unconfirmed names are those of ``mystore.FIELDS``."""

import base64
import hashlib
import hmac
import json
import time
import urllib.parse
import zoneinfo
from decimal import Decimal

from odoo.addons.settlement_bridge.webshops.mystore.names import FIELDS, TOTAL_LINES
from odoo.addons.settlement_bridge.webshops.records import LineKind, ReferenceKind, ShopSettings

from .shop import Feature, ShopServer, clock_time, credited_lines

ZONE = zoneinfo.ZoneInfo("Europe/Oslo")
CODES = {kind: code for code, kind in TOTAL_LINES.items()}
#: id to name and tag, as a shop has them to begin with
STATUSES = {
    "1": ("Ikke behandlet", "Standard"),
    "2": ("Under behandling", None),
    "3": ("Sendt", "Fullført"),
    "4": ("Kansellert", "Kansellert"),
    "5": ("Returnert", None),
}
NEW, HANDLED, SENT, CANCELLED, RETURNED = STATUSES


class MystoreServer(ShopServer):
    """The shop.

    :ivar calls_per_minute: more are answered with 429.
    """

    platform = "mystore"
    webhook_secret = "a secret of mystore"
    token = "a-token-of-mystore"
    store = "ullbutikken"
    _at_once = "The whole order is captured when it gets the status Sendt; before that it is edited down."
    cannot = {
        Feature.EXCHANGE: "An exchange is a credit order and an order of its own.",
        Feature.RELEASED: _at_once,
        Feature.PART_SHIPMENT: "An order is sent, or it is not.",
        Feature.CAPTURE: _at_once,
        Feature.PART_CAPTURE: _at_once,
        Feature.VOID: _at_once,
        Feature.EDIT_AFTER: "Only an order that is not sent can be edited; afterwards it is credited.",
        Feature.GIFT_CARD_SOLD: "No confirmed field tells a gift card from other products.",
        Feature.GIFT_CARD_REDEEMED: "No confirmed field tells of gift cards used.",
        Feature.STORE_CREDIT: "No confirmed field tells of it.",
        Feature.TIP: "There are none.",
        Feature.REFUND_WITHOUT_LINES: "A credit order is made of lines.",
        Feature.REFUND_MIXED: "A credit order amounts to the sum of its lines.",
        Feature.REFUND_TO_GIFT_CARD: "No confirmed field tells of it.",
        Feature.REFUND_WITHDRAWN: "A credit order that was made stays.",
        Feature.DELETION: "Nothing tells of a deleted order; it is only missing when it is asked for.",
        Feature.VAT_NUMBER: "No confirmed field tells it.",
        Feature.TEST_ORDER: "No confirmed field tells it.",
        Feature.TAX_CLASS: "No confirmed field of a line tells it.",
        Feature.DELIVERY_METHOD: "No confirmed field tells it.",
        Feature.PROVIDER_ID: "An order has one transaction id, which is the reference sent to the provider.",
    }

    def __init__(self):
        super().__init__()
        self.calls_per_minute = 120
        self._orders: dict = {}
        self._calls: list = []

    @property
    def settings(self):
        return ShopSettings(url=self.base_url, token=self.token, store=self.store, time_zone=ZONE)

    def put(self, order):
        self._orders[order.external_id] = order

    def delete(self, external_id, at):
        del self._orders[external_id]

    def webhooks(self, external_id):
        order = self._orders[external_id]
        ids = [external_id, *(refund.external_id for refund in order.refunds)]
        topic = "orders/create" if order.changed_at == order.created_at else "orders/update"
        return [self._webhook(topic, self._documents()[each][0]) for each in ids]

    def _webhook(self, topic, record):
        body = json.dumps({"data": record}).encode()
        digest = hmac.new(self.webhook_secret.encode(), body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "x-no-mystore-topic": topic,
            "x-no-mystore-host": self.store,
            "x-no-mystore-hmac-sha256": base64.b64encode(digest).decode(),
        }
        return headers, body

    # --- the API

    def answer(self, method, path, query, headers, body):
        if headers.get("authorization") != f"Bearer {self.token}":
            return _error(401, "Unauthenticated")
        now = time.monotonic()
        self._calls = [*(call for call in self._calls if call > now - 60), now]
        if len(self._calls) > self.calls_per_minute:
            return _error(429, "Too Many Requests")
        start = f"/shops/{self.store}/orders"
        if method != "GET" or not path.startswith(start):
            return _error(404, "Not Found")
        if "application/vnd.api+json" not in headers.get("accept", ""):
            return _error(406, "Not Acceptable")
        if path == start:
            return self._list(query)
        found = self._documents().get(path.removeprefix(f"{start}/"))
        if not found:
            return _error(404, "Not Found")
        record, included = found
        return 200, {}, {"data": record, "included": _included([included], query)}

    def _list(self, query):
        names = {"page[number]", "page[size]", "sort", "include"}
        names |= {f"filter[updated_at][{name}]" for name in ("path", "value", "operator")}
        if set(query) - names or query.get("sort", "updated_at") != "updated_at":
            return _error(400, "Unknown parameter")
        found = sorted(self._documents().values(), key=lambda each: (_updated_at(each), int(each[0]["id"])))
        if "filter[updated_at][value]" in query:
            if (query["filter[updated_at][path]"], query["filter[updated_at][operator]"]) != ("updated_at", "gte"):
                return _error(400, "Unknown filter")
            found = [each for each in found if _updated_at(each) >= query["filter[updated_at][value]"]]
        size, number = int(query.get("page[size]", 50)), int(query.get("page[number]", 1))
        if not 1 <= size <= 100 or number < 1:
            return _error(400, "Unknown page")
        page = found[(number - 1) * size : number * size]
        links = {}
        if len(found) > number * size:
            following = urllib.parse.urlencode({**query, "page[number]": number + 1})
            links["next"] = f"{self.base_url}/shops/{self.store}/orders?{following}"
        included = _included([included for _record, included in page], query)
        return 200, {}, {"data": [record for record, _included in page], "included": included, "links": links}

    # --- the orders in the shop's own words

    def _documents(self) -> dict:
        """Return the records of orders and credit orders by id, each with the resources it refers to."""
        documents = {}
        for order in self._orders.values():
            documents[order.external_id] = _order(order)
            for refund in order.refunds:
                documents[refund.external_id] = _credit_order(order, refund)
        return documents


def _order(order):
    status = SENT if order.completed_at else HANDLED if order.accepted_at else NEW
    status = CANCELLED if order.cancelled_at else status
    history = [(NEW, order.created_at), (SENT, order.completed_at), (CANCELLED, order.cancelled_at)]
    sent = [reference.value for reference in order.references if reference.kind is ReferenceKind.PROVIDER_REFERENCE]
    attributes = {
        "created_at": clock_time(order.created_at, ZONE),
        "updated_at": clock_time(order.changed_at, ZONE),
        **_common(order),
        FIELDS.transaction: sent[0] if sent and order.accepted_at else None,
    }
    lines = [(line.external_id, line, line.amount, line.quantity) for line in order.lines]
    return _record(order.external_id, attributes, lines, order.total, status, history, order.buyer.external_id, None)


def _credit_order(order, refund):
    attributes = {
        "created_at": clock_time(refund.time, ZONE),
        "updated_at": clock_time(refund.time, ZONE),
        **_common(order),
    }
    lines = [
        (f"{refund.external_id}{index}", line, -line.amount, -line.quantity)
        for index, line in enumerate(credited_lines(refund), 1)
    ]
    history = [(HANDLED, refund.time)]
    return _record(
        refund.external_id,
        attributes,
        lines,
        -refund.amount,
        HANDLED,
        history,
        order.buyer.external_id,
        order.external_id,
    )


def _record(order_id, attributes, lines, total, status, history, customer, original):
    products, totals = [], []
    for line_id, line, amount, quantity in lines:
        if line.kind is LineKind.PRODUCT:
            price = (amount / quantity).quantize(Decimal("0.000001"))
            values = {FIELDS.quantity: float(quantity), FIELDS.price: str(price), FIELDS.sku: line.sku}
            products.append(_resource("order-products", line_id, {**values, **_named(line)}))
        else:
            # KeyError: a kind of line that Mystore does not have
            values = {FIELDS.code: CODES[line.kind], FIELDS.value: str(amount)}
            totals.append(_resource("order-totals", line_id, {**values, **_named(line)}))
    totals.append(_resource("order-totals", f"9{order_id}", {FIELDS.code: "total", FIELDS.value: str(total)}))
    entries = [
        _resource("order-status-history", f"{order_id}{number}", {"created_at": clock_time(moment, ZONE)}, status=told)
        for number, (told, moment) in enumerate(history)
        if moment
    ]
    statuses = [
        _resource("order-status", each, {FIELDS.status_name: name, FIELDS.status_tag: tag})
        for each, (name, tag) in STATUSES.items()
    ]
    relationships = {
        "customer": {"data": {"type": "customers", "id": customer} if customer else None},
        "order-status": {"data": {"type": "order-status", "id": status}},
        FIELDS.products: _references(products),
        FIELDS.totals: _references(totals),
        FIELDS.history: _references(entries),
        FIELDS.original_order: {"data": {"type": "orders", "id": original} if original else None},
    }
    record = {"type": "orders", "id": order_id, "attributes": attributes, "relationships": relationships}
    return record, [*products, *totals, *entries, *statuses]


def _common(order):
    address = {
        FIELDS.address.format(group=group, part=part): value
        for group, address in (("customer", order.billing), ("billing", order.billing), ("shipping", order.shipping))
        for part, value in vars(address).items()
    }
    customer = {
        FIELDS.address.format(group="customer", part="name"): order.buyer.name,
        FIELDS.address.format(group="customer", part="company"): order.buyer.company,
        FIELDS.email: order.buyer.email,
        FIELDS.phone: order.buyer.phone,
    }
    return {"currency": order.currency, FIELDS.payment_method: order.payment_method, **address, **customer}


def _named(line):
    return {FIELDS.name: line.name, FIELDS.rate: None if line.rate is None else float(line.rate)}


def _resource(kind, resource_id, attributes, status=None):
    resource = {"type": kind, "id": resource_id, "attributes": attributes}
    if status:
        resource["relationships"] = {"order-status": {"data": {"type": "order-status", "id": status}}}
    return resource


def _references(resources):
    return {"data": [{"type": resource["type"], "id": resource["id"]} for resource in resources]}


def _included(lists, query):
    """Return the resources that were asked for, each once."""
    wanted = {name.rpartition(".")[2] for name in query.get("include", "").split(",")}
    found = {(each["type"], each["id"]): each for included in lists for each in included if each["type"] in wanted}
    return list(found.values())


def _updated_at(document):
    return document[0]["attributes"]["updated_at"]


def _error(status, title):
    return status, {"Content-Type": "application/vnd.api+json"}, {"errors": [{"status": str(status), "title": title}]}
