"""A WooCommerce shop: REST API ``wc/v3`` and webhooks, as their documentation and source have them."""

import base64
import datetime
import hashlib
import hmac
import json
import re
import zoneinfo
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.webshops.records import LineKind, ReferenceKind, ShopSettings

from .shop import Feature, ShopServer

KEY = "ck_0123456789abcdef"
SECRET = "cs_fedcba9876543210"
UTC = datetime.timezone.utc
ZERO = Decimal(0)

#: The shop's table of VAT: percent to ``rate_id``. Any other gets an id of its own.
RATE_IDS = {Decimal(25): 3, Decimal(15): 4, Decimal(12): 5, Decimal(0): 6}

#: What the plugins write, by the beginning of ``payment_method``: keys of references, of ids, and of a full capture.
PLUGINS = {
    "klarna_payments": ((), ("_wc_klarna_order_id",), "_wc_klarna_capture_id"),
    "kco": ((), ("_wc_klarna_order_id",), "_wc_klarna_capture_id"),
    "dibs_easy": ((), ("_dibs_payment_id",), "_dibs_charge_id"),
    "qliro_one": (("_qliro_one_merchant_reference",), ("_qliro_one_order_id",), "_qliro_order_captured"),
    "svea_checkout": ((), ("_svea_co_order_id",), "_svea_co_deliver_date"),
    "stripe": ((), ("_stripe_intent_id",), "_stripe_charge_captured"),
    "ppcp-gateway": ((), ("_ppcp_paypal_order_id",), "_ppcp_paypal_captured"),
}

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft")
ORDER_BY = ("date", "id", "include", "title", "slug", "modified")

#: How shops round: "Number of decimals" 0, and prices without VAT with "Round tax at subtotal level".
WHOLE_KRONER, ROUNDED_AT_SUBTOTAL = "whole kroner", "at subtotal"


class WooCommerceServer(ShopServer):
    """A WooCommerce shop in Oslo.

    :ivar knows_refunds: it has ``/refunds`` (9.0 and later). :ivar sorts_by_change: it takes ``orderby=modified``.
    :ivar sorts_as_asked: a plugin does not make it give the newest first, whatever it is asked for.
    :ivar refunds_date_orders: a refund changes the order's own date (7.6 and later).
    :ivar is_emptied: what is deleted is gone, instead of being in the trash.
    :ivar roundings: how the shop rounded an order, by its number, where it was not line by line to the øre.
    """

    platform = "woocommerce"
    webhook_secret = "webhook-secret-1"
    name = "Eksempelbutikken"
    time_zone = zoneinfo.ZoneInfo("Europe/Oslo")
    cannot = {
        Feature.EXCHANGE: "An exchange is a refund and an order of its own; a refund is of money.",
        Feature.PART_SHIPMENT: "An order is completed or it is not; parts sent are known to shipping plugins alone.",
        Feature.STORE_CREDIT: "Store credit is a plugin's, and looks like a coupon or a negative fee.",
        Feature.TIP: "A tip is a fee of a plugin, which nothing tells from other fees.",
        Feature.REFUND_TO_GIFT_CARD: "A refund does not tell where its money went.",
        Feature.TEST_ORDER: "Only the plugins of Klarna, Kustom and PayPal mark an order as a test.",
        Feature.PROVIDER_ID: "Vipps' plugin keeps the reference alone; the other plugins keep the provider's ids.",
    }

    def __init__(self):
        super().__init__()
        self.knows_refunds = True
        self.sorts_by_change = True
        self.sorts_as_asked = True
        self.refunds_date_orders = True
        self.is_emptied = False
        self.roundings: dict = {}
        self.orders: dict = {}
        self._given: dict = {}
        self._deliveries = 0

    @property
    def settings(self):
        return ShopSettings(url=self.base_url, key=KEY, secret=SECRET, time_zone=self.time_zone)

    # --- what happens in the shop

    def put(self, order) -> None:
        before = self._given.get(order.external_id)
        record, refunds = self._order(order), [self._refund(refund, order) for refund in order.refunds]
        is_only_refunded = before and replace(order, refunds=before.refunds, changed_at=before.changed_at) == before
        if is_only_refunded and not self.refunds_date_orders:
            old = self.orders[order.external_id]["order"]
            record.update({name: old[name] for name in ("date_modified", "date_modified_gmt")})
        self._given[order.external_id] = order
        self.orders[order.external_id] = {"order": record, "refunds": refunds, "is_new": before is None}

    def delete(self, external_id: str, at: datetime.datetime) -> None:
        if self.is_emptied:
            del self.orders[external_id]
            return
        record = self.orders[external_id]["order"]
        record.update({"status": "trash", **self._times("date_modified", at)})

    def webhooks(self, external_id: str) -> list:
        stored = self.orders.get(external_id)
        if stored is None or stored["order"]["status"] == "trash":
            return [self.webhook("order.deleted", {"id": int(external_id)})]
        return [self.webhook("order.created" if stored["is_new"] else "order.updated", stored["order"])]

    def webhook(self, topic: str, payload: dict) -> tuple:
        """Return one signed delivery."""
        self._deliveries += 1
        body = json.dumps(_with_decimals(payload, 2)).encode()
        signature = hmac.new(self.webhook_secret.encode(), body, hashlib.sha256).digest()
        resource, event = topic.split(".")
        headers = {
            "content-type": "application/json",
            "user-agent": "WooCommerce/10.3.0 Hookshot (WordPress/6.8)",
            "x-wc-webhook-source": f"{getattr(self, 'base_url', 'https://shop.example.com')}/",
            "x-wc-webhook-topic": topic,
            "x-wc-webhook-resource": resource,
            "x-wc-webhook-event": event,
            "x-wc-webhook-signature": base64.b64encode(signature).decode(),
            "x-wc-webhook-id": "7",
            "x-wc-webhook-delivery-id": f"delivery-{self._deliveries}",
        }
        return headers, body

    def document(self, external_id: str, decimals: int = 6) -> bytes:
        """Return what a client is to store of an order."""
        stored = self.orders[external_id]
        given = {"order": stored["order"], "refunds": [_without_parent(refund) for refund in stored["refunds"]]}
        given["order"] = {**stored["order"], "refunds": _short(stored["refunds"])}
        return json.dumps(_with_decimals(given, decimals)).encode()

    # --- as the shop writes it

    def _times(self, name: str, moment: datetime.datetime | None) -> dict:
        if moment is None:
            return {name: None, f"{name}_gmt": None}
        zones = {name: self.time_zone, f"{name}_gmt": UTC}
        return {key: moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S") for key, zone in zones.items()}

    def _order(self, order) -> dict:
        sent = [shipment for shipment in order.shipments if not shipment.quantities]
        completed_at = order.completed_at or max((shipment.time for shipment in sent), default=None)
        rounding = self.roundings.get(order.number, "")
        items = _items(order.lines, 1, rounding)
        shipping = [_shipping(item, order.delivery_method) for kind, item in items if kind is LineKind.SHIPPING]
        if not shipping and order.delivery_method:
            free = {"id": int(order.external_id) * 10 + 9, "name": "", "total": ZERO, "total_tax": ZERO, "taxes": []}
            shipping = [_shipping(free, order.delivery_method)]
        own = (LineKind.SHIPPING, LineKind.PRODUCT, LineKind.GIFT_CARD)
        tax_lines = _tax_lines(order.lines, order.taxes, 1, rounding, order.shipping.country)
        references = [each for each in order.references if each.kind in PROVIDERS]
        return {
            "id": int(order.external_id),
            "parent_id": 0,
            "number": order.number,
            "order_key": f"wc_order_{order.external_id}",
            "created_via": "checkout",
            "version": "10.3.0",
            "status": _status(order, completed_at),
            "currency": order.currency,
            "prices_include_tax": rounding != ROUNDED_AT_SUBTOTAL,
            **self._times("date_created", order.created_at),
            **self._times("date_modified", order.changed_at),
            **self._times("date_paid", order.accepted_at),
            **self._times("date_completed", completed_at),
            "total": order.total - order.tendered,
            "total_tax": sum((line["tax_total"] + line["shipping_tax_total"] for line in tax_lines), ZERO),
            "customer_id": int(order.buyer.external_id or 0),
            "billing": {**_address(order.billing), "email": order.buyer.email, "phone": order.buyer.phone},
            "shipping": _address(order.shipping),
            "payment_method": order.payment_method,
            "payment_method_title": order.payment_name,
            "transaction_id": references[0].value if references else "",
            "meta_data": _meta(self._payment(order, completed_at, references)),
            "line_items": [item for kind, item in items if kind in own[1:]],
            "shipping_lines": shipping,
            "fee_lines": [item for kind, item in items if kind not in own],
            "coupon_lines": [],
            "tax_lines": tax_lines,
            "gift_cards": [
                {"id": number, "code": tender.reference, "amount": float(tender.amount)}
                for number, tender in enumerate(order.tenders, 1)
            ],
        }

    def _payment(self, order, completed_at, references) -> dict:
        """What the payment plugin, and the one for VAT numbers, keep on the order."""
        meta = {"_billing_vat_number": order.buyer.vat} if order.buyer.vat else {}
        if order.payment_method.startswith("vipps"):
            return {**meta, **_vipps(order, references)}
        if order.payment_method not in PLUGINS:
            return meta
        reference_keys, id_keys, captured_key = PLUGINS[order.payment_method]
        for keys, kind in (
            (reference_keys, ReferenceKind.PROVIDER_REFERENCE),
            (id_keys, ReferenceKind.PROVIDER_ID),
        ):
            meta.update(zip(keys, (each.value for each in references if each.kind is kind), strict=False))
        if order.captures:
            last = order.captures[-1]
            words = {
                "_stripe_charge_captured": "yes",
                "_ppcp_paypal_captured": "true",
                "_svea_co_deliver_date": last.time and last.time.astimezone(self.time_zone).strftime("%F %T"),
            }
            meta[captured_key] = words.get(captured_key, last.external_id)
        elif captured_key in ("_stripe_charge_captured", "_ppcp_paypal_captured"):
            meta[captured_key] = "no" if captured_key.startswith("_stripe") else "false"
        if captured_key == "_wc_klarna_capture_id":
            meta["_wc_klarna_environment"] = "test" if order.is_test else "live"
        if captured_key == "_ppcp_paypal_captured":
            meta["_ppcp_paypal_intent"] = "AUTHORIZE"
            meta["_ppcp_paypal_payment_mode"] = "sandbox" if order.is_test else "live"
        return meta

    def _refund(self, refund, order) -> dict:
        rounding = self.roundings.get(order.number, "")
        items = _items(refund.lines, -1, rounding)
        return {
            "id": int(refund.external_id),
            "parent_id": int(order.external_id),
            **self._times("date_created", refund.time),
            "amount": refund.amount,
            "reason": refund.reason,
            "refunded_by": 1,
            "refunded_payment": True,
            "meta_data": [],
            "line_items": [item for kind, item in items if kind in (LineKind.PRODUCT, LineKind.GIFT_CARD)],
            "shipping_lines": [
                _shipping(item, order.delivery_method) for kind, item in items if kind is LineKind.SHIPPING
            ],
            "tax_lines": [
                {name: value for name, value in line.items() if name not in ("rate_percent", "label", "rate_code")}
                for line in _tax_lines(refund.lines, refund.taxes, -1, rounding, order.shipping.country)
            ],
            "fee_lines": [item for kind, item in items if kind in FEES],
        }

    # --- the API

    def answer(self, method, path, query, headers, body):
        if path.rstrip("/") == "/wp-json":
            return 200, {}, {"name": self.name.replace("&", "&amp;"), "namespaces": ["wp/v2", "wc/v3"]}
        endpoint = re.fullmatch(r"/wp-json/wc/v3/(orders|refunds)(?:/([^/]+))?(/refunds)?/?", path)
        is_known = endpoint and (endpoint[1] == "orders" or (self.knows_refunds and not endpoint[2]))
        if method != "GET" or not is_known or (endpoint[2] and not endpoint[2].isdigit()):
            return _error(404, "rest_no_route", "No route was found matching the URL and request method.")
        expected = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if not headers.get("authorization"):
            return _error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if headers["authorization"] != f"Basic {expected}":
            return _error(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.")
        wrong = self._wrong_parameter(query)
        if wrong:
            return _error(400, "rest_invalid_parameter", f"Invalid parameter(s): {wrong}")
        decimals = int(query.get("dp") or 2)
        if endpoint[2]:
            return self._one(endpoint, query, decimals)
        is_refunds = endpoint[1] == "refunds"
        records = self._found_refunds() if is_refunds else self._found_orders(query.get("status", "any"))
        return self._page(records, query, decimals)

    def _one(self, endpoint, query, decimals):
        stored = self.orders.get(endpoint[2])
        if stored is None:
            return _error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        if endpoint[3]:
            return self._page([_without_parent(refund) for refund in stored["refunds"]], query, decimals)
        return 200, {}, _with_decimals({**stored["order"], "refunds": _short(stored["refunds"])}, decimals)

    def _wrong_parameter(self, query) -> str:
        if not 1 <= int(query.get("per_page") or 10) <= 100:
            return "per_page"
        if query.get("order", "desc") not in ("asc", "desc"):
            return "order"
        known = ORDER_BY if self.sorts_by_change else ORDER_BY[:-1]
        if query.get("orderby", "date") not in known:
            return "orderby"
        if query.get("status", "any") not in (*STATUSES, "any", "trash"):
            return "status"
        return ""

    def _found_orders(self, status):
        """``any`` is any but trash."""
        return [
            {**stored["order"], "refunds": _short(stored["refunds"])}
            for stored in self.orders.values()
            if stored["order"]["status"] == status or (status == "any" and stored["order"]["status"] != "trash")
        ]

    def _found_refunds(self):
        return [
            refund
            for stored in self.orders.values()
            if stored["order"]["status"] != "trash"
            for refund in stored["refunds"]
        ]

    def _page(self, records, query, decimals):
        in_gmt = query.get("dates_are_gmt") == "true"
        for parameter, field in (("after", "date_created"), ("modified_after", "date_modified")):
            if parameter in query:
                column = f"{field}_gmt" if in_gmt else field
                moment = self._as_compared(query[parameter])
                records = [record for record in records if record[column] > moment]
        if query.get("include"):
            wanted = [int(number) for number in query["include"].split(",")]
            records = [record for record in records if record["id"] in wanted]
        field = {"id": "id", "modified": "date_modified", "date": "date_created"}[query.get("orderby", "date")]
        is_descending = query.get("order") != "asc"
        if not self.sorts_as_asked:
            field, is_descending = "id", True
        records = sorted(records, key=lambda record: (record[field], record["id"]), reverse=is_descending)
        size, page = int(query.get("per_page") or 10), int(query.get("page") or 1)
        totals = {"X-WP-Total": str(len(records)), "X-WP-TotalPages": str(-(-len(records) // size))}
        return 200, totals, _with_decimals(records[(page - 1) * size : page * size], decimals)

    def _as_compared(self, text: str) -> str:
        """As WordPress does: a time with an offset is turned into the shop's own, whatever it is compared with."""
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        if moment.tzinfo:
            moment = moment.astimezone(self.time_zone)
        return moment.strftime("%Y-%m-%dT%H:%M:%S")


PROVIDERS = (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
FEES = (LineKind.FEE, LineKind.DISCOUNT, LineKind.TIP, LineKind.ROUNDING)


def _error(status, code, message):
    return status, {}, {"code": code, "message": message, "data": {"status": status}}


def _status(order, completed_at) -> str:
    if order.cancelled_at:
        return "cancelled"
    if completed_at:
        return order.status if order.status in ("completed", "refunded") else "completed"
    if order.accepted_at:
        return order.status if order.status in ("processing", "on-hold", "refunded") else "processing"
    return order.status if order.status in ("pending", "on-hold", "failed", "checkout-draft") else "pending"


def _vipps(order, references) -> dict:
    """Sums in øre, as text; the status stays AUTHORIZED."""
    if not references or not order.accepted_at:
        return {"_vipps_orderid": references[0].value} if references else {}
    released = sum((refund.released for refund in order.refunds), ZERO)
    to_pay, captured = order.total - order.tendered - released, order.captured
    given_up = max(to_pay - captured, ZERO) if order.is_capture_final else ZERO
    amounts = {
        "_vipps_orderid": references[0].value,
        "_vipps_status": "AUTHORIZED",
        "_vipps_amount": (captured + given_up if order.is_capture_final else max(to_pay, captured)) + released,
        "_vipps_cancelled": given_up,
        "_vipps_noncapturable": released,
        "_vipps_refunded": sum((refund.amount for refund in order.refunds), ZERO) - released,
    }
    if order.captures is not None:
        amounts["_vipps_captured"] = captured
    times = {
        "_vipps_capture_timestamp": order.captures[-1].time if order.captures else None,
        "_vipps_cancel_timestamp": order.cancelled_at,
    }
    meta = {key: str(int(value * 100)) if isinstance(value, Decimal) else value for key, value in amounts.items()}
    return meta | {key: str(int(moment.timestamp())) for key, moment in times.items() if moment}


def _meta(values: dict) -> list:
    return [{"id": number, "key": key, "value": value} for number, (key, value) in enumerate(values.items(), 1)]


def _rate_id(rate) -> int:
    return RATE_IDS.get(rate, 100 + int(rate * 100))


def _net_and_vat(line, rounding: str) -> tuple:
    """Return a line's net, its VAT as the shop counts it, and its VAT as it shows it."""
    if rounding == WHOLE_KRONER:
        vat = (line.amount * line.rate / (100 + line.rate)).quantize(Decimal("0.000001"))
        return line.amount - vat, vat, vat.quantize(Decimal(1), "ROUND_HALF_UP")
    if rounding == ROUNDED_AT_SUBTOTAL:
        net = (line.amount * 100 / (100 + line.rate)).quantize(Decimal("0.01"))
        return net, net * line.rate / 100, net * line.rate / 100
    return line.amount - line.tax, line.tax, line.tax


def _items(lines, sign: int, rounding: str) -> list:
    """Return ``(kind, item)`` of lines; lines ``71/25`` and ``71/15`` are one item with two rates."""
    items: dict = {}
    for line in lines:
        item_id = line.external_id.split("/")[0]
        key = item_id or object()
        net, vat, shown = _net_and_vat(line, rounding)
        before, tax_before = line.amount + line.discount, vat
        if line.discount:
            tax_before = (before * line.rate / (100 + line.rate)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        _kind, item = items.setdefault(
            key,
            (
                line.kind,
                {
                    "id": int(item_id or 0) if sign > 0 else 8000 + len(items),
                    "name": line.name,
                    "tax_class": line.tax_class,
                    "total": ZERO,
                    "total_tax": ZERO,
                    "taxes": [],
                    "meta_data": [],
                },
            ),
        )
        item["total"] += sign * net
        item["total_tax"] += sign * shown
        item["taxes"].append({"id": _rate_id(line.rate), "total": sign * vat, "subtotal": sign * tax_before})
        if line.kind in (LineKind.PRODUCT, LineKind.GIFT_CARD):
            item.update({"quantity": int(sign * line.quantity), "sku": line.sku, "product_id": 55, "variation_id": 0})
            item["subtotal"] = item.get("subtotal", ZERO) + sign * (before - tax_before)
            item["subtotal_tax"] = item.get("subtotal_tax", ZERO) + sign * tax_before
            item["price"] = float(net / (line.quantity or 1))
        meta = {"_refunded_item_id": item_id} if sign < 0 and item_id else {}
        if line.kind is LineKind.GIFT_CARD and sign > 0:
            meta["wc_gc_giftcard_amount"] = str(line.amount)
        item["meta_data"] = _meta(meta)
    return list(items.values())


def _shipping(item: dict, method: str) -> dict:
    rest = {name: value for name, value in item.items() if name not in ("name", "tax_class")}
    return {**rest, "method_title": item["name"], "method_id": method, "instance_id": "1"}


def _tax_lines(lines, taxes, sign: int, rounding: str, country: str) -> list:
    """Return the table of rates with the shop's sums, goods and shipping apart."""
    sums = {each.rate: each.tax for each in taxes if rounding != WHOLE_KRONER}
    for line in () if sums else lines:
        sums[line.rate] = sums.get(line.rate, ZERO) + _net_and_vat(line, rounding)[2]
    country, label = ("SE", "Moms") if country == "SE" else ("NO", "MVA")
    found = []
    for number, (rate, tax) in enumerate(sums.items(), 1):
        of_shipping = [line for line in lines if line.kind is LineKind.SHIPPING and line.rate == rate]
        shipping = sum((_net_and_vat(line, rounding)[2] for line in of_shipping), ZERO)
        found.append(
            {
                "id": 9000 + number,
                "rate_code": f"{country}-{label.upper()} {rate:f}-1",
                "rate_id": _rate_id(rate),
                "label": label,
                "compound": False,
                "tax_total": sign * (tax - shipping),
                "shipping_tax_total": sign * shipping,
                "rate_percent": float(rate),
            }
        )
    return found


def _address(address) -> dict:
    first, _space, last = address.name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "company": address.company,
        "address_1": address.street,
        "address_2": address.street2,
        "postcode": address.postcode,
        "city": address.city,
        "state": "",
        "country": address.country,
    }


def _short(refunds: list) -> list:
    return [{"id": refund["id"], "reason": refund["reason"], "total": -refund["amount"]} for refund in refunds]


def _without_parent(refund: dict) -> dict:
    return {name: value for name, value in refund.items() if name != "parent_id"}


def _with_decimals(value, decimals: int):
    """Return a copy with amounts as text with so many decimals."""
    if isinstance(value, dict):
        return {name: _with_decimals(each, decimals) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_decimals(each, decimals) for each in value]
    return f"{value:.{decimals}f}" if isinstance(value, Decimal) else value
