"""A Shopify shop on this machine: the token endpoint, and as much of Admin GraphQL as reading orders takes.

It answers what the query selects and nothing else, refuses fields that Shopify does not document, and counts the cost
of a query by Shopify's rules (an object 1, a connection 2 and what it asks for multiplied; at most 1,000 points).
"""

import base64
import datetime
import hashlib
import hmac
import json
import re
import urllib.parse
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.common.amounts import divide
from odoo.addons.settlement_bridge.webshops.records import (
    ZERO,
    LineKind,
    ReferenceKind,
    ShopSettings,
    TenderKind,
)

from .shop import Feature, ShopServer, number

API_VERSION = "2026-10"
MOST_POINTS = 1000
BUCKET = 2000
RESTORE_RATE = 100
GATEWAYS = {TenderKind.GIFT_CARD: "gift_card", TenderKind.STORE_CREDIT: "shopify_store_credit"}
LINE_ITEMS = (LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.TIP)


class ShopifyServer(ShopServer):
    """The shop. Its currency is NOK; an order in another one has that as presentment currency.

    :ivar taxes_included: whether the shop's prices are with VAT.
    :ivar total_counts_removed: whether ``totalPriceSet`` counts units that an edit took off.
    :ivar repeats: ``page``: every page of orders is the first one, with a new cursor; ``cursor``: pages of orders have
        the same cursor; ``lines``: pages of lines do.
    :ivar available: points left; a query that asks for more is THROTTLED once, and then there is room.
    :ivar denied: fields that the app has no scope for.
    """

    platform = "shopify"
    cannot = {
        Feature.RELEASED: "What is called off before it is paid for leaves the order.",
        Feature.REFUND_WITHDRAWN: "Shopify has no way to delete a refund that was made.",
    }
    webhook_secret = "shpss_client-secret"

    client_id = "client-id"
    client_secret = "shpss_client-secret"
    access_token = "shpat_older-token"

    def __init__(self):
        super().__init__()
        self.orders: dict = {}
        self.listed: dict = {}
        self.authorised: dict = {}
        self.tokens = {self.access_token}
        self.taxes_included = True
        self.total_counts_removed = False
        self.repeats = ""
        self.available = BUCKET
        self.denied: set = set()
        self.costs: list = []
        self.deleted: dict = {}
        self._deliveries = 0

    @property
    def settings(self):
        """Client id and secret of the app, as the Dev Dashboard shows them."""
        return ShopSettings(url=self.base_url, key=self.client_id, secret=self.client_secret)

    def put(self, order) -> None:
        """Let the order read as given. A line with fewer units than before was edited."""
        listed = self.listed.setdefault(order.external_id, {})
        for identity, lines in _items(order.lines, LINE_ITEMS).items():
            before = listed.get(identity)
            if before is None or not _is_cut_of(lines, before, order.currency):
                listed[identity] = lines
        owed = order.total - order.tendered - order.offset
        self.authorised[order.external_id] = max(owed, self.authorised.get(order.external_id, ZERO))
        self.deleted.pop(order.external_id, None)
        self.orders[order.external_id] = _Rendering(self, order).order()

    def delete(self, external_id: str, at: datetime.datetime) -> None:
        """The merchant deletes the order: the API does not know it any more."""
        self.orders.pop(external_id)
        self.deleted[external_id] = at

    # ------------------------------------------------------------ HTTP

    def answer(self, method, path, query, headers, body):
        if path == "/admin/oauth/access_token" and method == "POST":
            return self._token_answer(dict(urllib.parse.parse_qsl(body.decode())))
        if path != f"/admin/api/{API_VERSION}/graphql.json" or method != "POST":
            return 404, {}, {"errors": "Not Found"}
        if headers.get("x-shopify-access-token") not in self.tokens:
            return 401, {}, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
        if headers.get("content-type") != "application/json":
            return 406, {}, {"errors": "Not Acceptable"}
        question = json.loads(body)
        return 200, {}, self._graphql(question["query"], question.get("variables") or {})

    def _token_answer(self, form):
        expected = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        if form != expected:
            return 400, {}, {"error": "invalid_client", "error_description": f"no app has {form.get('client_secret')}"}
        token = f"shpat_token-{len(self.tokens)}"
        self.tokens.add(token)
        return 200, {}, {"access_token": token, "scope": "read_orders,read_customers", "expires_in": 86399}

    # ------------------------------------------------------------ GraphQL

    def _graphql(self, text, variables):
        selection = _parse_query(text)
        requested = sum(_cost(field, variables) for field in selection)
        self.costs.append(requested)
        if requested > MOST_POINTS:
            message = f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST_POINTS})."
            return _error(message, "MAX_COST_EXCEEDED")
        status = {"maximumAvailable": BUCKET, "currentlyAvailable": self.available, "restoreRate": RESTORE_RATE}
        cost = {"cost": {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}}
        if requested > self.available:
            self.available = BUCKET
            return {**_error("Throttled", "THROTTLED"), "extensions": cost}
        try:
            return {"data": self._select(self._root(), selection, variables), "extensions": cost}
        except _Refusal as refusal:
            return _error(*refusal.args)

    def _root(self):
        return {
            "__typename": "QueryRoot",
            "shop": {"__typename": "Shop", "name": "Min butikk"},
            "orders": self._orders_found,
            "order": lambda arguments: self.orders.get(_tail(arguments["id"])),
            "node": self._node,
        }

    def _node(self, arguments):
        wanted = arguments["id"]
        for order in self.orders.values():
            for node in (order, *order["fulfillments"], *order["refunds"]):
                if node["id"] == wanted:
                    return node
        return None

    def _orders_found(self, arguments):
        orders = list(self.orders.values())
        search = re.fullmatch(r"updated_at:>='(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'", arguments.get("query") or "")
        if arguments.get("query"):
            if not search:
                raise _Refusal(f"Invalid search {arguments['query']}", "argumentLiteralsIncompatible")
            orders = [order for order in orders if order["updatedAt"] >= search[1]]
        name = "updatedAt" if arguments.get("sortKey") == "UPDATED_AT" else "processedAt"
        orders.sort(key=lambda order: (order[name], int(order["legacyResourceId"])))
        return _Connection(orders, lambda order: f"{order[name]} {order['legacyResourceId']:>20}")

    def _select(self, value, selection, variables):
        if value is None:
            return None
        if isinstance(value, list):
            return [self._select(item, selection, variables) for item in value]
        result = {}
        for name, arguments, below in selection:
            if name.startswith("... on "):
                if value.get("__typename") == name.removeprefix("... on "):
                    result.update(self._select(value, below, variables))
                continue
            if name not in value:
                raise _Refusal(f"Field '{name}' doesn't exist on type '{value.get('__typename')}'", "undefinedField")
            if name in self.denied:
                raise _Refusal(f"Access denied for {name} field.", "ACCESS_DENIED")
            result[name] = self._field(value[name], _filled(arguments, variables), below, variables)
        return result

    def _field(self, value, arguments, below, variables):
        if callable(value):
            value = value(arguments)
        if isinstance(value, _Connection):
            if not 0 < arguments.get("first", 0) <= 250:
                raise _Refusal("you must provide one of first or last", "BAD_REQUEST")
            value = self._page(value, arguments)
        elif isinstance(value, list) and "first" in arguments:
            value = value[: arguments["first"]]
        if below is None:
            if isinstance(value, dict):
                raise _Refusal("Field must have selections", "selectionMismatch")
            return value
        return self._select(value, below, variables)

    def _page(self, connection, arguments):
        items, after = list(connection), arguments.get("after")
        if connection.is_search:
            repeats = self.repeats if self.repeats != "lines" else ""
        else:
            repeats = "cursor" if self.repeats == "lines" else ""
        if after and not repeats:
            place = base64.b64decode(after).decode()
            items = [item for item in items if connection.cursor(item) > place]
        page = items[: arguments["first"]]
        end = connection.cursor(page[-1]) if page else None
        if repeats == "page":
            end = str(len(self.requests))
        elif repeats == "cursor":
            end = "same"
        more = bool(repeats) or len(items) > len(page)
        cursor = base64.b64encode(end.encode()).decode() if end else None
        return {
            "__typename": "Connection",
            "nodes": page,
            "pageInfo": {"__typename": "PageInfo", "hasNextPage": more, "endCursor": cursor},
        }

    # ------------------------------------------------------------ webhooks

    def webhooks(self, external_id: str) -> list:
        """The order was updated, and its newest refund made; or it was deleted."""
        if external_id in self.deleted:
            return [self._delivery("orders/delete", {"id": int(external_id)})]
        order = self.orders[external_id]
        zone = datetime.timezone(datetime.timedelta(hours=1))
        changed = datetime.datetime.fromisoformat(order["updatedAt"].replace("Z", "+00:00")).astimezone(zone)
        payload = {
            "id": int(external_id),
            "admin_graphql_api_id": order["id"],
            "name": order["name"],
            "updated_at": changed.isoformat(),
            "financial_status": order["displayFinancialStatus"].lower(),
        }
        deliveries = [self._delivery("orders/updated", payload)]
        for refund in order["refunds"][-1:]:
            body = {"id": int(_tail(refund["id"])), "order_id": int(external_id), "note": refund["note"]}
            deliveries.append(self._delivery("refunds/create", body))
        return deliveries

    def _delivery(self, topic, payload):
        self._deliveries += 1
        body = json.dumps(payload).encode()
        signature = hmac.new(self.webhook_secret.encode(), body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": base64.b64encode(signature).decode(),
            "x-shopify-shop-domain": "min-butikk.myshopify.com",
            "x-shopify-api-version": API_VERSION,
            "x-shopify-webhook-id": f"delivery-{self._deliveries}",
        }
        return headers, body


# ---------------------------------------------------------------- orders as Shopify tells of them


class _Rendering:
    """Renders one order as the Admin API has it."""

    def __init__(self, server, order):
        self.server = server
        self.asked = order
        self.listed = server.listed[order.external_id]
        self.is_unpaid_cancelled = bool(order.cancelled_at) and not order.captured and not order.tendered

    def order(self):
        order = self.asked
        shop_currency = "NOK"
        products = self._line_items()
        rounding = sum((line.amount for line in order.lines if line.kind is LineKind.ROUNDING), ZERO)
        counted = order.total - rounding + (self._removed() if self.server.total_counts_removed else ZERO)
        refunds = [self._refund(refund) for refund in order.refunds]
        if self.is_unpaid_cancelled:
            refunds.append(self._restock(products))
        transactions = [*self._transactions(), *(item for refund in refunds for item in refund["transactions"])]
        sent = [shipment.time for shipment in order.shipments]
        return {
            "__typename": "Order",
            "id": _gid("Order", order.external_id),
            "legacyResourceId": order.external_id,
            "name": order.number,
            "createdAt": _iso(order.created_at),
            "processedAt": _iso(order.created_at),
            "updatedAt": _iso(order.changed_at),
            "closedAt": _iso(order.completed_at) if order.completed_at and not sent else None,
            "cancelledAt": _iso(order.cancelled_at),
            "test": order.is_test,
            "taxesIncluded": self.server.taxes_included,
            "dutiesIncluded": False,
            "currencyCode": shop_currency,
            "presentmentCurrencyCode": order.currency,
            "displayFinancialStatus": self._financial_status(refunds),
            "displayFulfillmentStatus": self._fulfillment_status(),
            "paymentGatewayNames": [order.payment_name or order.payment_method],
            "email": order.buyer.email or None,
            "phone": order.buyer.phone or None,
            "totalPriceSet": self._bag(counted),
            "currentTotalPriceSet": self._bag(self._left()),
            "totalTaxSet": self._bag(sum((total.tax for total in order.taxes), ZERO)),
            "taxLines": [self._tax_line("MVA", total.rate, total.tax) for total in order.taxes],
            "totalTipReceivedSet": self._bag(
                sum((line.amount for line in order.lines if line.kind is LineKind.TIP), ZERO)
            ),
            "totalCashRoundingAdjustment": {
                "__typename": "CashRoundingAdjustment",
                "paymentSet": self._bag(rounding),
                "refundSet": self._bag(ZERO),
            },
            "originalTotalDutiesSet": None,
            "additionalFees": [self._fee(line) for line in order.lines if line.kind is LineKind.FEE],
            "customer": self._customer(),
            "billingAddress": self._address(order.billing),
            "shippingAddress": self._address(order.shipping),
            "purchasingEntity": self._purchasing_entity(),
            "lineItems": _Connection(products),
            "shippingLines": _Connection(self._shipping_lines()),
            "transactions": transactions,
            "fulfillments": [self._fulfillment(shipment) for shipment in order.shipments],
            "refunds": refunds,
        }

    def _left(self):
        """What the order is worth after returns and refunds; what was exchanged for them is in it."""
        if self.is_unpaid_cancelled:
            return ZERO
        return self.asked.total - sum((refund.amount for refund in self.asked.refunds), ZERO)

    def _bag(self, amount):
        """The buyer's money; the shop's at a rate, so that nobody mistakes one for the other."""
        order = self.asked
        rate = 1 if order.currency == "NOK" else 11
        return {
            "__typename": "MoneyBag",
            "presentmentMoney": {"__typename": "MoneyV2", "amount": str(amount), "currencyCode": order.currency},
            "shopMoney": {"__typename": "MoneyV2", "amount": str(amount * rate), "currencyCode": "NOK"},
        }

    # ------------------------------------------------------------ lines

    def _line_items(self):
        now = _items(self.asked.lines, LINE_ITEMS)
        return [self._line_item(identity, now.get(identity, ())) for identity in self.listed]

    def _line_item(self, identity, now):
        """A line of which units were taken off keeps its first quantity, amounts and taxes."""
        listed = self.listed[identity]
        line = listed[0]
        current = ZERO if self.is_unpaid_cancelled or not now else now[0].quantity - self._given_back(identity)
        amount, discount = self._price(listed), self._price_discount(listed)
        unit = -(-(amount + discount) // (line.quantity * Decimal("0.01"))) * Decimal("0.01")
        allocated = unit * line.quantity - amount
        return {
            "__typename": "LineItem",
            "id": _gid("LineItem", identity),
            "name": line.name,
            "title": line.name,
            "sku": line.sku or None,
            "quantity": int(line.quantity),
            "currentQuantity": int(current),
            "isGiftCard": line.kind is LineKind.GIFT_CARD,
            "originalUnitPriceSet": self._bag(unit),
            "discountAllocations": [{"__typename": "DiscountAllocation", "allocatedAmountSet": self._bag(allocated)}]
            if allocated
            else [],
            "taxLines": self._tax_lines(listed),
        }

    def _price(self, lines):
        """What the shop's price of a line is: with or without VAT."""
        return sum((line.amount if self.server.taxes_included else line.amount - line.tax for line in lines), ZERO)

    def _price_discount(self, lines):
        if self.server.taxes_included:
            return sum((line.discount for line in lines), ZERO)
        return sum(((line.discount * 100 / (100 + line.rate)).quantize(Decimal("0.01")) for line in lines), ZERO)

    def _given_back(self, identity):
        return sum(
            (
                line.quantity
                for refund in self.asked.refunds
                for line in refund.lines
                if line.kind in LINE_ITEMS and line.external_id in (identity, self._split_id(identity))
            ),
            ZERO,
        )

    def _split_id(self, identity):
        """Units of a line with several rates are counted by its first."""
        return self.listed[identity][0].external_id

    def _removed(self):
        """What the units are worth that edits took off."""
        now = _items(self.asked.lines, LINE_ITEMS)
        before = sum((line.amount for lines in self.listed.values() for line in lines), ZERO)
        return before - sum((line.amount for lines in now.values() for line in lines), ZERO)

    def _shipping_lines(self):
        return [
            {
                "__typename": "ShippingLine",
                "id": _gid("ShippingLine", line.external_id),
                "title": line.name,
                "code": self.asked.delivery_method,
                "originalPriceSet": self._bag(self._price([line]) + self._price_discount([line])),
                "discountedPriceSet": self._bag(self._price([line])),
                "taxLines": self._tax_lines([line]),
            }
            for line in self.asked.lines
            if line.kind is LineKind.SHIPPING
        ]

    def _fee(self, line):
        return {
            "__typename": "AdditionalFee",
            "id": _gid("AdditionalFee", line.external_id),
            "name": line.name,
            "price": self._bag(self._price([line])),
            "taxLines": self._tax_lines([line]),
        }

    def _tax_lines(self, lines):
        return [self._tax_line(line.tax_class, line.rate, line.tax) for line in lines if line.rate or line.tax_class]

    def _tax_line(self, title, rate, tax):
        return {
            "__typename": "TaxLine",
            "title": title,
            "rate": float(rate / 100),
            "priceSet": self._bag(tax),
        }

    # ------------------------------------------------------------ money

    def _transactions(self):
        order = self.asked
        references = [item.value for item in order.references if item.kind is ReferenceKind.PROVIDER_REFERENCE]
        codes = [item.value for item in order.references if item.kind is ReferenceKind.PROVIDER_ID]
        if order.accepted_at is None:
            pending = self._transaction("sale", "SALE", order.total, order.created_at, status="PENDING")
            return [pending | {"paymentId": next(iter(references), None)}]
        # attempts that failed have references of their own
        result = [
            self._transaction(f"attempt-{index}", "AUTHORIZATION", ZERO, order.accepted_at, status="FAILURE", code=code)
            | {"paymentId": payment}
            for index, (payment, code) in enumerate(_pairs(references[1:], codes[1:]))
        ]
        payment, code = next(iter(references), None), next(iter(codes), None)
        for index, tender in enumerate(order.tenders):
            result.append(
                self._transaction(f"tender-{index}", "SALE", tender.amount, order.accepted_at, GATEWAYS[tender.kind])
                | {"accountNumber": tender.reference or None}
            )
        authorised = self.server.authorised[order.external_id]
        if not authorised:
            return result
        first = self._transaction("authorization", "AUTHORIZATION", authorised, order.accepted_at, code=code)
        parent = {"__typename": "OrderTransaction", "id": first["id"]}
        rest = [
            self._transaction(capture.external_id, "CAPTURE", capture.amount, capture.time, parent=parent, code=code)
            for capture in order.captures or ()
        ]
        left = authorised - order.captured
        if left > 0 and order.is_capture_final:
            rest.append(self._transaction("void", "VOID", left, order.changed_at, parent=parent, code=code))
        return [*result, *(item | {"paymentId": payment} for item in (first, *rest))]

    def _transaction(self, identity, kind, amount, time, gateway="", status="SUCCESS", parent=None, code=None):
        order = self.asked
        gateway = gateway or order.payment_method
        return {
            "__typename": "OrderTransaction",
            "id": _gid("OrderTransaction", identity if identity.isdigit() else f"{order.external_id} {identity}"),
            "kind": kind,
            "status": status,
            "gateway": gateway,
            "formattedGateway": order.payment_name if gateway == order.payment_method else gateway,
            "test": order.is_test,
            "paymentId": None,
            "authorizationCode": code,
            "accountNumber": None,
            "receiptJson": "{}",
            "processedAt": _iso(time),
            "amountSet": self._bag(amount),
            "parentTransaction": parent,
        }

    def _financial_status(self, refunds):
        order = self.asked
        refunded = sum((refund.amount - refund.offset for refund in order.refunds), ZERO)
        paid = order.captured + order.tendered
        if refunded:
            return "REFUNDED" if refunded >= paid else "PARTIALLY_REFUNDED"
        if order.accepted_at is None:
            return "PENDING"
        if not paid:
            return "VOIDED" if order.is_capture_final else "AUTHORIZED"
        return "PAID" if paid >= order.total else "PARTIALLY_PAID"

    # ------------------------------------------------------------ goods

    def _fulfillment_status(self):
        if self.asked.completed_at:
            return "FULFILLED"
        return "PARTIALLY_FULFILLED" if self.asked.shipments else "UNFULFILLED"

    def _fulfillment(self, shipment):
        order = self.asked
        quantities = {}
        for identity, quantity in shipment.quantities:
            quantities[identity.partition("/")[0]] = quantity
        if not shipment.quantities:
            quantities = self._left_before(shipment)
        return {
            "__typename": "Fulfillment",
            "id": _gid("Fulfillment", f"{order.external_id} {shipment.external_id}"),
            "createdAt": _iso(shipment.time),
            "status": "SUCCESS",
            "fulfillmentLineItems": _Connection(
                [
                    {
                        "__typename": "FulfillmentLineItem",
                        "quantity": int(quantity),
                        "lineItem": {"__typename": "LineItem", "id": _gid("LineItem", identity)},
                    }
                    for identity, quantity in quantities.items()
                    if quantity
                ]
            ),
        }

    def _left_before(self, shipment):
        """All that no earlier shipment had; a tip cannot be sent."""
        goods = _items(self.asked.lines, (LineKind.PRODUCT, LineKind.GIFT_CARD))
        left = {identity: lines[0].quantity for identity, lines in goods.items()}
        for earlier in self.asked.shipments[: self.asked.shipments.index(shipment)]:
            for identity, quantity in dict(earlier.quantities).items():
                left[identity.partition("/")[0]] -= quantity
        return left

    # ------------------------------------------------------------ refunds

    def _refund(self, refund):
        items = [line for line in refund.lines if line.kind in LINE_ITEMS and line.external_id]
        shipping = [line for line in refund.lines if line.kind is LineKind.SHIPPING and line.external_id]
        explained = sum((line.amount for line in (*items, *shipping)), ZERO)
        transactions = [
            self._transaction(
                f"{refund.external_id} tender {index}", "REFUND", tender.amount, refund.time, GATEWAYS[tender.kind]
            )
            | {"accountNumber": tender.reference or None}
            for index, tender in enumerate(refund.tenders)
        ]
        money = refund.amount - refund.offset - sum((tender.amount for tender in refund.tenders), ZERO)
        if money:
            transactions.append(self._transaction(f"{refund.external_id} money", "REFUND", money, refund.time))
        for reference in refund.references:
            name = "paymentId" if reference.kind is ReferenceKind.PROVIDER_REFERENCE else "authorizationCode"
            transactions[-1] = transactions[-1] | {name: reference.value}
        adjustments = []
        if explained != refund.amount:
            adjustments.append(
                {
                    "__typename": "OrderAdjustment",
                    "reason": "REFUND_DISCREPANCY",
                    "amountSet": self._bag(explained - refund.amount),
                }
            )
        return {
            "__typename": "Refund",
            "id": _gid("Refund", refund.external_id),
            "createdAt": _iso(refund.time),
            "note": refund.reason or None,
            "refundLineItems": _Connection([self._refund_line(lines) for lines in _items(items).values()]),
            "refundShippingLines": _Connection(
                [
                    {
                        "__typename": "RefundShippingLine",
                        "shippingLine": {"__typename": "ShippingLine", "id": _gid("ShippingLine", line.external_id)},
                        "subtotalAmountSet": self._bag(self._price([line])),
                        "taxAmountSet": self._bag(line.tax),
                    }
                    for line in shipping
                ]
            ),
            "orderAdjustments": _Connection(adjustments),
            "transactions": _Connection(transactions),
        }

    def _refund_line(self, lines):
        return {
            "__typename": "RefundLineItem",
            "quantity": int(lines[0].quantity),
            "restockType": "RETURN",
            "lineItem": {"__typename": "LineItem", "id": _gid("LineItem", lines[0].external_id.partition("/")[0])},
            "subtotalSet": self._bag(self._price(lines)),
            "totalTaxSet": self._bag(sum((line.tax for line in lines), ZERO)),
        }

    def _restock(self, products):
        """What cancelling an order that was not paid puts back on the shelf."""
        order = self.asked
        return {
            "__typename": "Refund",
            "id": _gid("Refund", f"{order.external_id} cancellation"),
            "createdAt": _iso(order.cancelled_at),
            "note": None,
            "refundLineItems": _Connection(
                [
                    {
                        "__typename": "RefundLineItem",
                        "quantity": product["quantity"],
                        "restockType": "CANCEL",
                        "lineItem": {"__typename": "LineItem", "id": product["id"]},
                        "subtotalSet": self._bag(ZERO),
                        "totalTaxSet": self._bag(ZERO),
                    }
                    for product in products
                ]
            ),
            "refundShippingLines": _Connection([]),
            "orderAdjustments": _Connection([]),
            "transactions": _Connection([]),
        }

    # ------------------------------------------------------------ the buyer

    def _customer(self):
        """A guest is nobody's customer; the address has the name."""
        buyer = self.asked.buyer
        if not buyer.external_id:
            return None
        return {"__typename": "Customer", "id": _gid("Customer", buyer.external_id), "displayName": buyer.name}

    def _address(self, address):
        return {
            "__typename": "MailingAddress",
            "name": address.name,
            "company": address.company or None,
            "address1": address.street,
            "address2": address.street2 or None,
            "zip": address.postcode,
            "city": address.city,
            "countryCodeV2": address.country or None,
            "phone": None,
        }

    def _purchasing_entity(self):
        buyer = self.asked.buyer
        if not buyer.vat and not buyer.company:
            return None
        settings = {"__typename": "CompanyLocationTaxSettings", "taxRegistrationId": buyer.vat or None}
        return {
            "__typename": "PurchasingCompany",
            "company": {"__typename": "Company", "name": buyer.company},
            "location": {"__typename": "CompanyLocation", "taxSettings": settings},
        }


def _items(lines, kinds=None) -> dict:
    """Return the lines by line item: ``71/25`` and ``71/15`` are one."""
    items: dict = {}
    for line in lines:
        if line.kind is LineKind.DISCOUNT:
            raise ValueError("Shopify has no lines that are discounts.")
        if kinds is None or line.kind in kinds:
            items.setdefault(line.external_id.partition("/")[0], []).append(line)
    return items


def _is_cut_of(lines, before, currency) -> bool:
    """Whether lines are what is left of earlier ones when units are taken off, at the same prices."""
    if len(lines) != len(before):
        return False
    for line, first in zip(lines, before, strict=True):
        gone = first.quantity - line.quantity
        if gone < 0:
            return False
        parts = [
            divide(value, [line.quantity, gone], currency)[0] for value in (first.amount, first.tax, first.discount)
        ]
        if replace(first, quantity=line.quantity, amount=parts[0], tax=parts[1], discount=parts[2]) != line:
            return False
    return True


def _pairs(first, second):
    for index in range(max(len(first), len(second))):
        yield (first[index] if index < len(first) else None), (second[index] if index < len(second) else None)


def _gid(kind, identity) -> str:
    return f"gid://shopify/{kind}/{number(identity)}"


def _tail(gid) -> str:
    return str(gid).rpartition("/")[2]


def _iso(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


# ---------------------------------------------------------------- a little GraphQL


class _Connection(list):
    """A list that is asked for page by page. ``cursor`` gives the place of an item, which sorts as the list does."""

    def __init__(self, items, cursor=None):
        super().__init__(items)
        self.is_search = cursor is not None
        places = {id(item): f"{index:06}" for index, item in enumerate(self)}
        self.cursor = cursor or (lambda item: places[id(item)])


class _Refusal(Exception):
    """A message and a code of the answer's ``errors``."""


def _error(message, code):
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _parse_query(text) -> list:
    """Return the selection of a query: ``(name, arguments, selection or None)`` a field."""
    tokens = re.findall(r"\.\.\.|[A-Za-z_$][\w]*|\d+|\"[^\"]*\"|[{}():!\[\],]", text)
    tokens = [token for token in tokens if token != ","]
    tokens = tokens[tokens.index("{") :]
    selection, rest = _parse_selection(tokens)
    assert not rest, rest
    return selection


def _parse_selection(tokens):
    fields, tokens = [], tokens[1:]
    while tokens[0] != "}":
        if tokens[0] == "...":
            name, tokens = f"... on {tokens[2]}", tokens[3:]
        else:
            name, tokens = tokens[0], tokens[1:]
        arguments = {}
        if tokens[0] == "(":
            tokens = tokens[1:]
            while tokens[0] != ")":
                arguments[tokens[0]] = tokens[2]
                tokens = tokens[3:]
            tokens = tokens[1:]
        below = None
        if tokens[0] == "{":
            below, tokens = _parse_selection(tokens)
        fields.append((name, arguments, below))
    return fields, tokens[1:]


def _filled(arguments, variables) -> dict:
    """Return arguments with their values: numbers, texts, enums, and variables."""
    values = {}
    for name, token in arguments.items():
        if token.startswith("$"):
            values[name] = variables.get(token[1:])
        else:
            values[name] = int(token) if token.isdigit() else token.strip('"')
    return values


def _cost(field, variables) -> int:
    name, arguments, below = field
    if below is None:
        return 0
    if name == "nodes" or name.startswith("... on "):
        return sum(_cost(item, variables) for item in below) + (name == "nodes")
    first = _filled(arguments, variables).get("first")
    names = [item[0] for item in below]
    if first and "nodes" in names:
        nodes = below[names.index("nodes")]
        rest = sum(_cost(item, variables) for item in below if item is not nodes)
        return 2 + rest + first * _cost(nodes, variables)
    return (first or 1) * (1 + sum(_cost(item, variables) for item in below))
