"""A Magento shop: search criteria, pages and signatures as Adobe Commerce documents them."""

import base64
import datetime
import hashlib
import hmac
import re
import time
import urllib.parse
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.settlement_bridge.webshops.records import LineKind, ReferenceKind, ShopSettings, TenderKind

from .shop import Feature, ShopServer, clock_time, number

CENT = Decimal("0.01")
KINDS = (LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.SHIPPING)
IDENTITIES = {"transactions": "transaction_id"}


class MagentoServer(ShopServer):
    """A shop with the keys ``consumer-key``, ``consumer-secret``, ``access-token`` and ``access-secret``.

    :ivar allows_bearer: whether the access token alone is accepted.
    :ivar orders_move: False: an order's ``updated_at`` stays when it is refunded, only the credit memo's is new.
    :ivar most_in_page: the shop's cap of a page. :ivar stuck: every page of a list is its first.
    """

    platform = "magento"
    cannot = {
        Feature.EXCHANGE: "An exchange is a credit memo and an order of its own.",
        Feature.RELEASED: "Only what was invoiced, and so captured, is refunded; the rest is cancelled.",
        Feature.EDIT_AFTER: "An order is edited by cancelling it and making a new one, before it is invoiced.",
        Feature.TIP: "There are no tips in core; modules keep them in totals of their own.",
        Feature.FEE: "There are no fees in core; modules keep them in totals of their own.",
        Feature.REFUND_TO_GIFT_CARD: "A gift card gets back what it had paid, never what was paid in another way.",
        Feature.REFUND_WITHDRAWN: "A credit memo that has been refunded is neither cancelled nor deleted.",
        Feature.DELETION: "Core deletes no orders, and no list tells of one that is gone; only asking for it does.",
        Feature.TEST_ORDER: "An order has no mark for it; it is a setting of the payment module.",
        Feature.TAX_CLASS: "The shop keeps no code of a tax of 0 %.",
    }

    def __init__(self):
        super().__init__()
        self.records = {name: {} for name in ("orders", "invoices", "creditmemos", "shipments", "transactions")}
        self.allows_bearer = False
        self.orders_move = True
        self.most_in_page = 300
        self.stuck = False
        self.nonces = set()

    @property
    def settings(self):
        """The keys of an integration."""
        return ShopSettings(
            url=self.base_url,
            key="consumer-key",
            secret="consumer-secret",
            token="access-token",
            token_secret="access-secret",
        )

    # --- orders

    def put(self, order):
        """Let the order read as given from now on."""
        if not all(line.kind in KINDS for line in order.lines):
            raise ValueError("Magento has no such line")
        order_id = number(order.external_id)
        before = self.records["orders"].get(order_id)
        old_refunds = {key for key, memo in self.records["creditmemos"].items() if memo["order_id"] == order_id}
        for name in ("invoices", "creditmemos", "shipments", "transactions"):
            self.records[name] = {
                key: record for key, record in self.records[name].items() if record["order_id"] != order_id
            }
        self.records["orders"][order_id] = self._order(order)
        for name, made in (
            ("invoices", _invoices(order)),
            ("creditmemos", [_creditmemo(refund, order) for refund in order.refunds]),
            ("shipments", _shipments(order)),
            ("transactions", _transactions(order)),
        ):
            self.records[name].update((record[IDENTITIES.get(name, "entity_id")], record) for record in made)
        if before and not self.orders_move and len(order.refunds) > len(old_refunds):
            self.records["orders"][order_id]["updated_at"] = before["updated_at"]
            for key, memo in self.records["creditmemos"].items():
                if memo["order_id"] == order_id and key not in old_refunds:
                    memo["updated_at"] = text(order.changed_at)

    def delete(self, external_id, at):
        """Let the shop not have the order any more, as a module would do it."""
        order_id = number(external_id)
        del self.records["orders"][order_id]
        for name in ("invoices", "creditmemos", "shipments", "transactions"):
            self.records[name] = {
                key: record for key, record in self.records[name].items() if record["order_id"] != order_id
            }

    def _order(self, order):
        items = [_item(line) for line in order.lines if line.kind is not LineKind.SHIPPING]
        _count(order, items)
        shipping = next((line for line in order.lines if line.kind is LineKind.SHIPPING), None)
        other = [r for r in order.references if r.kind is ReferenceKind.SHOP_NUMBER and r.value != order.number]
        other_id = [r for r in order.references if r.kind is ReferenceKind.SHOP_ID and r.value != order.external_id]
        record = {
            "entity_id": number(order.external_id),
            "increment_id": order.number,
            "state": _state(order),
            "status": order.status,
            "store_id": 1,
            "store_name": "Eksempel\nNettbutikk\nNorsk",
            "created_at": text(order.created_at),
            "updated_at": text(order.changed_at),
            "order_currency_code": order.currency,
            "base_currency_code": "NOK",
            "grand_total": money(order.total - order.tendered),
            "base_grand_total": money((order.total - order.tendered) * (1 if order.currency == "NOK" else 11)),
            "subtotal": sum(item["row_total"] for item in items),
            "tax_amount": money(sum(line.tax for line in order.lines)),
            "discount_amount": money(-sum(line.discount for line in order.lines)),
            "total_paid": money(order.captured),
            "is_virtual": int(not shipping),
            "customer_is_guest": int(not order.buyer.external_id),
            "customer_email": order.buyer.email,
            "customer_firstname": _names(order.buyer.name)[0],
            "customer_lastname": _names(order.buyer.name)[1],
            "items": items,
            "billing_address": {
                **_address(order.billing),
                "telephone": order.buyer.phone,
                "vat_id": order.buyer.vat or None,
                "company": order.buyer.company or order.billing.company or None,
            },
            "payment": {
                "method": order.payment_method,
                "additional_information": [order.payment_name],
                "amount_authorized": money(order.total - order.tendered) if order.accepted_at else None,
                "last_trans_id": _transactions(order)[-1]["txn_id"] if _transactions(order) else None,
            },
            "status_histories": [],
            "extension_attributes": {
                "shipping_assignments": [
                    {"shipping": {"address": _address(order.shipping), "method": order.delivery_method or None}}
                ],
                "applied_taxes": _applied_taxes(order.lines),
                "item_applied_taxes": _item_applied_taxes(order.lines),
                "payment_additional_info": [
                    {"key": "method_title", "value": order.payment_name},
                    *(
                        {"key": "merchant_reference", "value": reference.value}
                        for reference in order.references
                        if reference.kind is ReferenceKind.PROVIDER_REFERENCE
                    ),
                    *(
                        {"key": "payment_id", "value": reference.value}
                        for reference in order.references
                        if reference.kind is ReferenceKind.PROVIDER_ID
                    ),
                ],
                **_tenders(order.tenders),
            },
        }
        if order.buyer.external_id:
            record["customer_id"] = number(order.buyer.external_id)
        if other:
            record |= {"original_increment_id": other[0].value, "relation_parent_real_id": other[-1].value}
        if other_id:
            record["relation_parent_id"] = other_id[0].value
        if order.cancelled_at:
            record["status_histories"].append(
                {"status": order.status, "comment": "Avbestilt", "created_at": text(order.cancelled_at)}
            )
        if shipping:
            amounts = _row(shipping)
            record |= {
                "shipping_description": shipping.name,
                "shipping_amount": amounts["row_total"],
                "shipping_tax_amount": amounts["tax_amount"],
                "shipping_discount_amount": amounts["discount_amount"],
                "shipping_discount_tax_compensation_amount": amounts["discount_tax_compensation_amount"],
            }
        return record

    # --- answers

    def answer(self, method, path, query, headers, body):
        """Return what the REST API answers."""
        refused = self._refused(method, path, query, headers)
        if refused:
            return 401, {}, {"message": refused}
        match = re.fullmatch(r"/rest/\w+/V1/(\w+)(?:/(\d+))?", path)
        if not match or match[1] not in self.records:
            return 404, {}, {"message": "Request does not match any route."}
        records = self.records[match[1]]
        if match[2]:
            missing = {"message": "The entity that was requested doesn't exist. Verify the entity and try again."}
            return (200, {}, records[int(match[2])]) if int(match[2]) in records else (404, {}, missing)
        return self._list(match[1], list(records.values()), query)

    def _refused(self, method, path, query, headers):
        authorization = headers.get("authorization", "")
        if authorization == "Bearer access-token" and self.allows_bearer:
            return ""
        if not authorization.startswith("OAuth "):
            return "The consumer isn't authorized to access %resources."
        given = {name: urllib.parse.unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', authorization)}
        signature = given.pop("oauth_signature", "")
        if given.get("oauth_consumer_key") != "consumer-key" or given.get("oauth_token") != "access-token":
            return "A consumer with the given key does not exist."
        if abs(time.time() - int(given["oauth_timestamp"])) > 600 or given["oauth_nonce"] in self.nonces:
            return "The nonce is already being used by the consumer with ID 1."
        self.nonces.add(given["oauth_nonce"])
        pairs = sorted((quoted(name), quoted(value)) for name, value in {**query, **given}.items())
        parameters = "&".join("=".join(pair) for pair in pairs)
        base = "&".join(quoted(part) for part in (method, self.base_url + path, parameters))
        digest = hmac.new(b"consumer-secret&access-secret", base.encode(), hashlib.sha256).digest()
        expected = base64.b64encode(digest).decode()
        return "" if signature == expected else "The signature is invalid. Verify and try again."

    def _list(self, resource, records, query):
        size = int(query.get("searchCriteria[pageSize]", 0)) or len(records) or 1
        if size > self.most_in_page:
            return 400, {}, {"message": f"Maximum SearchCriteria pageSize is {self.most_in_page}"}
        for group in range(10):
            start = f"searchCriteria[filter_groups][{group}][filters][0]"
            if f"{start}[field]" in query:
                name, value = query[f"{start}[field]"], query[f"{start}[value]"]
                condition = query.get(f"{start}[condition_type]", "eq")
                records = [record for record in records if _is_met(record[name], condition, value)]
        for order in reversed(range(10)):
            name = query.get(f"searchCriteria[sortOrders][{order}][field]")
            if name:
                is_last_first = query.get(f"searchCriteria[sortOrders][{order}][direction]") == "DESC"
                records = sorted(records, key=lambda record, name=name: record[name], reverse=is_last_first)
        last_page = max(1, -(-len(records) // size))
        # asked for a page past the end, the last one is given again
        page = 1 if self.stuck else min(int(query.get("searchCriteria[currentPage]", 1)), last_page)
        items = records[(page - 1) * size : page * size]
        wanted = re.fullmatch(r"items\[([\w,]+)\],total_count", query.get("fields", ""))
        if wanted:
            items = [{name: record[name] for name in wanted[1].split(",")} for record in items]
        return 200, {}, {"items": items, "search_criteria": {}, "total_count": len(records)}


def _is_met(value, condition, wanted):
    if condition == "in":
        return str(value) in wanted.split(",")
    return {"eq": str(value) == wanted, "gteq": str(value) >= wanted, "gt": str(value) > wanted}[condition]


def text(moment):
    """A time as Magento writes it: UTC, without saying so."""
    return clock_time(moment, datetime.timezone.utc)


def money(amount):
    """A JSON number."""
    return float(amount)


def quoted(value):
    """Percent-encoded as RFC 3986 has it."""
    return urllib.parse.quote(str(value), safe="~")


def _names(name):
    first, _space, last = name.partition(" ")
    return first, last


def _address(address):
    first, last = _names(address.name)
    return {
        "firstname": first,
        "lastname": last,
        "company": address.company or None,
        "street": [line for line in (address.street, address.street2) if line],
        "postcode": address.postcode,
        "city": address.city,
        "country_id": address.country,
    }


def _row(line):
    """The amounts of a row in a shop that enters prices with VAT."""
    rate = line.rate or Decimal(0)
    compensation = (line.discount * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
    return {
        "row_total": money(line.amount - line.tax - compensation + line.discount),
        "row_total_incl_tax": money(line.amount + line.discount),
        "tax_amount": money(line.tax),
        "discount_amount": money(line.discount),
        "discount_tax_compensation_amount": money(compensation),
    }


def _item(line):
    return {
        "item_id": number(line.external_id),
        "product_type": "giftcard" if line.kind is LineKind.GIFT_CARD else "simple",
        "is_virtual": int(line.kind is LineKind.GIFT_CARD),
        "name": line.name,
        "sku": line.sku,
        "qty_ordered": money(line.quantity),
        "tax_percent": None if line.rate is None else money(line.rate),
        **_row(line),
    }


def _count(order, items):
    """Set how much of each row is invoiced and cancelled."""
    paid = order.captured + order.tendered
    is_paid = bool(order.captures or order.tenders) and paid >= order.total
    left = paid - sum(line.amount for line in order.lines if line.kind is LineKind.SHIPPING)
    for item, line in zip(items, [line for line in order.lines if line.kind is not LineKind.SHIPPING], strict=True):
        part = max(Decimal(0), min(Decimal(1), left / line.amount if line.amount else Decimal(0)))
        left -= line.amount * part
        invoiced = line.quantity if is_paid else int(line.quantity * part)
        item["qty_invoiced"] = money(invoiced)
        is_called_off = order.cancelled_at or (order.is_capture_final and not is_paid)
        item["qty_canceled"] = money(line.quantity - invoiced if is_called_off else 0)


def _state(order):
    if order.cancelled_at and not order.captures:
        return "canceled"
    if order.completed_at:
        is_all_back = bool(order.refunds) and sum(refund.amount for refund in order.refunds) >= order.total
        return "closed" if is_all_back else "complete"
    return "processing" if order.accepted_at else "pending_payment"


def _code(line):
    return line.tax_class or f"NO-{line.rate.normalize():f}"


def _taxed(lines):
    return [line for line in lines if line.rate]


def _applied_taxes(lines):
    totals = {}
    for line in _taxed(lines):
        key = _code(line), line.rate
        totals[key] = totals.get(key, 0) + line.tax
    return [
        {"code": code, "title": code, "percent": money(rate), "amount": money(tax)}
        for (code, rate), tax in totals.items()
    ]


def _item_applied_taxes(lines):
    result = []
    for line in _taxed(lines):
        is_shipping = line.kind is LineKind.SHIPPING
        result.append(
            {
                "type": "shipping" if is_shipping else "product",
                **({} if is_shipping else {"item_id": number(line.external_id)}),
                "applied_taxes": _applied_taxes([line]),
            }
        )
    return result


def _tenders(tenders):
    cards = [tender for tender in tenders if tender.kind is TenderKind.GIFT_CARD]
    return {
        "gift_cards": [
            {"id": place, "code": card.reference, "amount": money(card.amount)} for place, card in enumerate(cards, 1)
        ],
        "gift_cards_amount": money(sum(card.amount for card in cards)),
        "customer_balance_amount": money(sum(t.amount for t in tenders if t.kind is TenderKind.STORE_CREDIT)),
    }


def _invoices(order):
    return [
        {
            "entity_id": number(capture.external_id),
            "increment_id": f"{number(capture.external_id):09d}",
            "order_id": number(order.external_id),
            "state": 2,
            "grand_total": money(capture.amount),
            "transaction_id": f"{capture.external_id}-capture",
            "created_at": text(capture.time or order.changed_at),
            "updated_at": text(capture.time or order.changed_at),
            "items": [],
        }
        for capture in order.captures or ()
    ]


def _shipments(order):
    goods = {line.external_id: line.quantity for line in order.lines if line.kind is LineKind.PRODUCT}
    result = []
    for shipment in order.shipments:
        quantities = shipment.quantities or tuple((line_id, left) for line_id, left in goods.items() if left)
        for line_id, quantity in quantities:
            goods[line_id] -= quantity
        result.append(
            {
                "entity_id": number(shipment.external_id),
                "order_id": number(order.external_id),
                "created_at": text(shipment.time),
                "updated_at": text(shipment.time),
                "items": [{"order_item_id": number(line_id), "qty": money(qty)} for line_id, qty in quantities],
            }
        )
    return result


def _transactions(order):
    order_id = number(order.external_id)
    made = []
    if order.accepted_at:
        known = [reference.value for reference in order.references if reference.kind is ReferenceKind.PROVIDER_ID]
        name = known[0] if known else order.number
        made.append((f"{name}-authorization", "authorization", order.accepted_at))
    for capture in order.captures or ():
        made.append((f"{capture.external_id}-capture", "capture", capture.time or order.changed_at))
    return [
        {
            "transaction_id": number(f"{order_id} {txn_id}"),
            "order_id": order_id,
            "txn_id": txn_id,
            "txn_type": kind,
            "created_at": text(moment),
        }
        for txn_id, kind, moment in made
    ]


def _creditmemo(refund, order):
    shipping = [line for line in refund.lines if line.kind is LineKind.SHIPPING]
    rows = [
        {
            "order_item_id": number(line.external_id),
            "name": line.name,
            "sku": line.sku,
            "qty": money(line.quantity),
            **_row(line),
        }
        for line in refund.lines
        if line.kind is not LineKind.SHIPPING
    ]
    adjustment = refund.amount - sum(line.amount for line in refund.lines)
    return {
        "entity_id": number(refund.external_id),
        "increment_id": refund.number or f"{number(refund.external_id):09d}",
        "order_id": number(order.external_id),
        "state": 2,
        "created_at": text(refund.time),
        "updated_at": text(refund.time),
        "grand_total": money(refund.amount - sum(tender.amount for tender in refund.tenders)),
        "discount_amount": money(-sum(line.discount for line in refund.lines)),
        "tax_amount": money(sum(line.tax for line in refund.lines)),
        "shipping_amount": money(sum(line.amount - line.tax for line in shipping)),
        "shipping_tax_amount": money(sum(line.tax for line in shipping)),
        "adjustment_positive": money(max(adjustment, Decimal(0))),
        "adjustment_negative": money(max(-adjustment, Decimal(0))),
        "transaction_id": next((reference.value for reference in refund.references), None),
        "comments": [{"comment": refund.reason}] if refund.reason else [],
        "items": rows,
        "extension_attributes": _tenders(refund.tenders),
    }
