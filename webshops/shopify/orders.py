"""What an order of Shopify says.

The stored document is ``{"order": {...}}``: the node of one order as Shopify answered it, connections of several pages
put together.

- Every amount is in shop currency and in presentment currency, the buyer's. The order is read in the latter, which is
  what providers settle in.
- What a refund is worth, and what exchanges are: see :mod:`.refunds`.

Source: shopify.dev, Admin GraphQL reference (objects Order, LineItem, OrderTransaction, Refund, Fulfillment, MoneyBag).
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ...common.amounts import to_decimal
from ...common.json_reading import load_document, load_json, nested, required, text, to_time
from ...common.messages import Message
from ..records import (
    ZERO,
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    TaxTotal,
    Tender,
    TenderKind,
    references,
)
from .lines import Lines, nodes, number, total_of
from .queries import WHOLE_LISTS
from .refunds import GivenBack, read_refunds, with_offsets

AUTHORIZATIONS = frozenset({"AUTHORIZATION", "EMV_AUTHORIZATION"})
PAYMENTS = frozenset({"CAPTURE", "SALE"})
#: The shop's own debts as gateways.
TENDERS = {"gift_card": TenderKind.GIFT_CARD, "shopify_store_credit": TenderKind.STORE_CREDIT}
#: ``displayFinancialStatus`` of an order that somebody has paid or reserved, for orders without transactions.
PAID_STATUSES = frozenset({"AUTHORIZED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED"})
#: ``displayFinancialStatus`` of an order whose reservation was given up, and of one whose reservation ran out.
VOIDED, EXPIRED = "VOIDED", "EXPIRED"
FAILED_FULFILLMENTS = frozenset({"CANCELLED", "ERROR", "FAILURE"})
#: Names gateways have for the ids of one payment; a receipt also has those of the shop and of the buyer.
RECEIPT_IDS = (
    *("id", "payment_id", "paymentId", "payment_intent", "transaction_id", "transactionId", "charge_id", "capture_id"),
    *("refund_id", "order_id", "orderId", "reference", "psp_reference", "pspReference"),
)
#: Reasons of an adjustment that only say that the amount is another than the lines'.
SILENT_REASONS = frozenset({"REFUND_DISCREPANCY", "PENDING_REFUND_DISCREPANCY"})


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document.

    :raises DocumentError: when a field that is needed is missing or cannot be read.
    """
    document = load_document(content)
    required(document, "order")
    return _Reader(nested(document, "order")).to_order()


def order_id(node: dict) -> str:
    """Return the number of an order."""
    return text(node, "legacyResourceId") or number(required(node, "id"))


def _time(record: dict, name: str) -> datetime.datetime | None:
    return to_time(record[name], datetime.timezone.utc, name) if record.get(name) else None


def _required_time(record: dict, name: str) -> datetime.datetime:
    return to_time(required(record, name), datetime.timezone.utc, name)


def _is_done(transaction: dict) -> bool:
    return transaction.get("status") == "SUCCESS"


def _done(transactions: Iterable, kinds) -> list:
    """Return the transactions of these kinds that were carried out."""
    return [each for each in transactions if _is_done(each) and each.get("kind") in kinds]


class _Reader:
    """Reads one order's node."""

    def __init__(self, node: dict):
        self.node = node
        self.lines = Lines(node)
        self.transactions = nodes(node, "transactions")

    def to_order(self) -> Order:
        node = self.node
        cancelled_at = _time(node, "cancelledAt")
        captures, tenders = self._captures(), self._tenders(self.transactions, PAYMENTS)
        paid = total_of((*captures, *tenders))
        lines, removed = self.lines.to_lines(keeps_all=bool(cancelled_at) and not captures and not tenders)
        refunds = read_refunds(node, self.lines)
        total = self._order_total(lines, removed, refunds)
        refunds = with_offsets(refunds, max(ZERO, total - paid), self.lines, until=cancelled_at)
        offset = sum((refund.offset for refund in refunds), ZERO)
        shipments = self._shipments()
        completed_at = self._completed_at(shipments)
        method, method_name = self._payment_method()
        statuses = (text(node, "displayFinancialStatus"), text(node, "displayFulfillmentStatus"))
        return Order(
            external_id=order_id(node),
            number=str(required(node, "name")),
            created_at=_required_time(node, "createdAt"),
            changed_at=_required_time(node, "updatedAt"),
            currency=self.lines.currency,
            total=total,
            lines=lines,
            status=" / ".join(filter(None, statuses)),
            taxes=self._tax_totals(lines, removed),
            tenders=tenders,
            buyer=self._buyer(),
            billing=_address(nested(node, "billingAddress")),
            shipping=_address(nested(node, "shippingAddress")),
            payment_method=method,
            payment_name=method_name,
            delivery_method=next((text(line, "code") for line in nodes(node, "shippingLines")), ""),
            references=self._references(),
            accepted_at=self._accepted_at(shipments),
            captures=captures,
            is_capture_final=paid + offset < total and self._is_released(cancelled_at, bool(shipments or completed_at)),
            shipments=shipments,
            completed_at=completed_at,
            cancelled_at=cancelled_at,
            refunds=tuple(filter(None, map(self._refund, refunds))),
            is_test=bool(node.get("test")) or any(item.get("test") for item in self.transactions if _is_done(item)),
            problems=self._problems(),
        )

    # --- sums

    def _order_total(self, lines: tuple, removed: tuple, refunds: list) -> Decimal:
        """Return what the buyer owes, before anything was given back.

        Shopify does not document whether ``totalPriceSet`` of an edited order counts units that were taken off, nor
        whether it counts cash rounding, nor what an exchange has added. It is the lines' sum where it fits with one of
        these, or where the lines less what came back are ``currentTotalPriceSet``; else it stands as it is, and the
        difference is found out.
        """
        total = self.lines.amount(self.node, "totalPriceSet", is_required=True)
        owed, off = total_of(lines), total_of(removed)
        rounding = total_of(line for line in lines if line.kind is LineKind.ROUNDING)
        fits = any(owed + counted == total for counted in (ZERO, off, -rounding, off - rounding))
        if not fits and refunds and self.node.get("currentTotalPriceSet"):
            left = owed - sum((total_of(refund.lines) for refund in refunds), ZERO)
            fits = left - self.lines.amount(self.node, "currentTotalPriceSet") in (ZERO, rounding)
        return owed if fits else total

    def _tax_totals(self, lines: tuple, removed: tuple) -> tuple:
        """Return the shop's VAT per rate, less that of units taken off; empty where it does not report all of it."""
        totals = Counter()
        for item in nodes(self.node, "taxLines"):
            rate = to_decimal(required(item, "rate"), "taxLines.rate") * 100
            totals[rate] += self.lines.amount(item, "priceSet", is_required=True)
        if not totals or sum(totals.values()) != self.lines.amount(self.node, "totalTaxSet"):
            return ()
        result = []
        for rate, tax in sorted(totals.items()):
            kept = sum((line.tax for line in lines if line.rate == rate), ZERO)
            off = sum((line.tax for line in removed if line.rate == rate), ZERO)
            counts_removed = abs(tax - kept - off) < abs(tax - kept)
            result.append(TaxTotal(rate, tax - off if counts_removed else tax))
        return tuple(result)

    # --- money

    def _captures(self) -> tuple:
        """Return money taken by providers, and cash given back as change (negative)."""
        return tuple(
            Capture(
                number(required(transaction, "id")),
                self.lines.amount(transaction, "amountSet", is_required=True)
                * (-1 if transaction["kind"] == "CHANGE" else 1),
                _time(transaction, "processedAt"),
            )
            for transaction in _done(self.transactions, {*PAYMENTS, "CHANGE"})
            if transaction.get("gateway") not in TENDERS
        )

    def _tenders(self, transactions: Iterable, kinds: frozenset) -> tuple:
        return tuple(
            Tender(
                TENDERS[transaction["gateway"]],
                self.lines.amount(transaction, "amountSet", is_required=True),
                text(transaction, "accountNumber"),
            )
            for transaction in _done(transactions, kinds)
            if transaction.get("gateway") in TENDERS
        )

    def _accepted_at(self, shipments: tuple) -> datetime.datetime | None:
        """Return when money was first reserved or taken; for goods on account, when they were first sent."""
        ordered = _time(self.node, "processedAt") or _time(self.node, "createdAt")
        payments = _done(self.transactions, AUTHORIZATIONS | PAYMENTS)
        if not payments and self.node.get("displayFinancialStatus") in PAID_STATUSES:
            return ordered
        moments = [_time(transaction, "processedAt") or ordered for transaction in payments]
        return min(moments or [shipment.time for shipment in shipments], default=None)

    def _is_released(self, cancelled_at: datetime.datetime | None, is_sent: bool) -> bool:
        """Whether no reservation is open any more, and something was called off.

        A reservation that ran out calls nothing off once goods were sent: the buyer has them, and owes for them.
        """
        voids = [nested(item, "parentTransaction").get("id") for item in _done(self.transactions, {"VOID"})]
        status = self.node.get("displayFinancialStatus")
        if status == VOIDED or (status == EXPIRED and not is_sent):
            return True
        if not (voids or cancelled_at):
            return False
        taken = Counter()
        for capture in _done(self.transactions, {"CAPTURE"}):
            taken[nested(capture, "parentTransaction").get("id")] += self.lines.amount(capture, "amountSet")
        return all(
            item.get("id") in voids
            or None in voids
            or taken[item.get("id")] >= self.lines.amount(item, "amountSet", is_required=True)
            for item in _done(self.transactions, AUTHORIZATIONS)
        )

    def _payment_method(self) -> tuple:
        """Return the gateway's code and its name for people: of the provider rather than of a gift card."""
        paying = [each for each in self.transactions if each.get("kind") in AUTHORIZATIONS | PAYMENTS]
        paying.sort(key=lambda each: (each.get("gateway") in TENDERS, not _is_done(each)))
        for transaction in paying:
            code = text(transaction, "gateway")
            if code:
                return code, text(transaction, "formattedGateway") or code
        code = str(next(iter(self.node.get("paymentGatewayNames") or ()), ""))
        return code, code

    # --- goods

    def _shipments(self) -> tuple:
        shipments = []
        for fulfillment in nodes(self.node, "fulfillments"):
            if fulfillment.get("status") in FAILED_FULFILLMENTS:
                continue
            quantities = tuple(
                (line.external_id, to_decimal(required(item, "quantity"), "fulfillmentLineItems.quantity"))
                for item in nodes(fulfillment, "fulfillmentLineItems")
                for line in self.lines.lines_of.get(nested(item, "lineItem").get("id"), ())
            )
            moment = _required_time(fulfillment, "createdAt")
            shipments.append(Shipment(number(required(fulfillment, "id")), moment, quantities))
        return tuple(sorted(shipments, key=lambda shipment: (shipment.time, shipment.external_id)))

    def _completed_at(self, shipments: tuple) -> datetime.datetime | None:
        if self.node.get("displayFulfillmentStatus") != "FULFILLED":
            return None
        return max((shipment.time for shipment in shipments), default=_time(self.node, "closedAt"))

    # --- refunds

    def _refund(self, given: GivenBack) -> Refund | None:
        """Return a refund; None for one that has paid nothing back and settles nothing."""
        node, amount = given.node, given.paid + given.offset
        if not amount:
            return None
        moments = [_time(item, "processedAt") for item in given.transactions]
        reasons = {text(item, "reason") for item in nodes(node, "orderAdjustments")} - SILENT_REASONS
        return Refund(
            external_id=number(required(node, "id")),
            order_id=order_id(self.node),
            amount=amount,
            time=min(filter(None, moments), default=None) or _required_time(node, "createdAt"),
            lines=given.lines,
            tenders=self._tenders(given.transactions, frozenset({"REFUND"})),
            references=references(_provider_keys(given.transactions)),
            reason=text(node, "note") or ", ".join(sorted(filter(None, reasons))),
            offset=given.offset,
        )

    # --- who, and by which keys it is found again

    def _buyer(self) -> Buyer:
        node = self.node
        billing, customer = nested(node, "billingAddress"), nested(node, "customer")
        purchaser = nested(node, "purchasingEntity")
        return Buyer(
            external_id=number(customer.get("id")),
            name=text(customer, "displayName") or text(billing, "name"),
            company=text(nested(purchaser, "company"), "name") or text(billing, "company"),
            email=text(node, "email"),
            phone=text(node, "phone") or text(billing, "phone"),
            vat=text(nested(nested(purchaser, "location"), "taxSettings"), "taxRegistrationId"),
        )

    def _references(self) -> tuple:
        """Return the order's keys; a number with a prefix is known without it too."""
        name = str(required(self.node, "name"))
        own = [
            (ReferenceKind.SHOP_ID, order_id(self.node)),
            (ReferenceKind.SHOP_NUMBER, name),
            (ReferenceKind.SHOP_NUMBER, name.lstrip("#")),
        ]
        return references([*own, *_provider_keys(self.transactions)])

    def _problems(self) -> tuple:
        return tuple(
            Message(
                "order_list_too_long",
                {"count": str(most), "kind": name},
            )
            for name, most in WHOLE_LISTS.items()
            if len(nodes(self.node, name)) >= most
        )


def _address(record: dict) -> Address:
    fields = ("name", "company", "address1", "address2", "zip", "city", "countryCodeV2")
    return Address(*(text(record, name) for name in fields))


def _provider_keys(transactions: Iterable) -> Iterator[tuple]:
    """Yield the keys of payments, of failed attempts too: a settlement may come for any of them.

    ``paymentId`` is what Shopify sends to a provider. Shopify Payments names our own transaction in its payouts.
    """
    for transaction in transactions:
        if transaction.get("kind") == "SUGGESTED_REFUND":
            continue
        yield ReferenceKind.PROVIDER_REFERENCE, transaction.get("paymentId")
        yield ReferenceKind.PROVIDER_ID, transaction.get("authorizationCode")
        if transaction.get("gateway") == "shopify_payments":
            yield ReferenceKind.PROVIDER_ID, number(transaction.get("id"))
        for value in _receipt_ids(transaction.get("receiptJson")):
            yield ReferenceKind.PROVIDER_ID, value


def _receipt_ids(receipt) -> Iterator[str]:
    """Yield the ids of a payment at the top of a gateway's receipt, which has no fixed form."""
    if isinstance(receipt, str):
        try:
            receipt = load_json(receipt.encode())
        except ValueError:
            return
    for name in RECEIPT_IDS if isinstance(receipt, dict) else ():
        value = receipt.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and len(str(value)) <= 100:
            yield str(value)
