"""What an order of Magento says.

Stored document: ``{"order": {}, "invoices": [], "creditmemos": [], "shipments": [], "transactions": []}``, each record
as the API gave it. Times are UTC without saying so. Of the two sets of amounts, those of the order's currency are
used throughout (not ``base_*``).

Source: the module ``Sales`` of github.com/magento/magento2. Fields of gift cards and store credit belong to Adobe
Commerce.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

from ...common.amounts import to_amount
from ...common.json_reading import entries, load_document, nested, required, text, to_time
from ..records import (
    ZERO,
    Address,
    Buyer,
    Capture,
    Order,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    Tender,
    TenderKind,
    references,
)
from .cancelled import taxes_left, without_cancelled
from .lines import (
    SHIPPING_ID,
    delivery,
    extended_entries,
    extended_number,
    number,
    order_lines,
    parent_id,
    priced_items,
    refund_line,
    shipping_back,
    tax_totals,
)

#: What belongs to an order, and is read for a page of orders at once.
PARTS = ("invoices", "creditmemos", "shipments", "transactions")

#: ``state`` of an order that is paid or reserved. The shop's own statuses hang below the states.
ACCEPTED_STATES = frozenset({"processing", "complete", "closed"})
FINISHED_STATES = frozenset({"complete", "closed"})
CANCELLED_STATE = "canceled"
HELD_STATE = "holded"
INVOICE_OPEN, INVOICE_PAID = 1, 2
CREDITMEMO_REFUNDED = 2

#: What payment modules add to the provider's id in ``txn_id``.
TRANSACTION_SUFFIX = re.compile(r"(-(authorization|auth|order|capture|void|refund)(-\d+)?)+$")
#: Names under which payment modules keep keys in ``payment_additional_info``.
PROVIDER_ID_NAME = re.compile(r"((order|payment|transaction|txn|capture|charge|reservation)_?id|psp_?reference)$", re.I)
PROVIDER_REFERENCE_NAME = re.compile(r"reference_?\d?$", re.I)


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document (see the module). ``settings`` is not needed.

    :raises DocumentError: a field is missing or cannot be read.
    """
    document = load_document(content)
    required(document, "order")
    record = nested(document, "order")
    currency = str(required(record, "order_currency_code"))
    invoices, creditmemos, shipments, transactions = (_by_time(document, name) for name in PARTS)
    ordered = order_lines(record, currency)
    tenders = _tenders(record, currency)
    captures = _captures(invoices, transactions, currency, ordered)
    captured = sum((capture.amount for capture in captures), ZERO)
    is_rest_voided = _is_rest_voided(record, invoices)
    lines, cancelled, cancelled_taxes = ordered, ZERO, {}
    if record.get("state") != CANCELLED_STATE:
        final = captured + _sum(_tenders_used(invoices, currency)) if is_rest_voided else None
        lines, cancelled, cancelled_taxes = without_cancelled(record, ordered, currency, final)
    total = to_amount(required(record, "grand_total"), currency, "grand_total") + _sum(tenders) - cancelled
    if cancelled:
        tenders = _within(tenders, total - captured)
    paid = captured + _sum(tenders)
    payment, billing = nested(record, "payment"), nested(record, "billing_address")
    sending = delivery(record)
    return Order(
        external_id=str(required(record, "entity_id")),
        number=str(required(record, "increment_id")),
        created_at=_time(record, "created_at"),
        changed_at=changed_at(document),
        currency=currency,
        total=total,
        lines=lines,
        status=text(record, "status") or text(record, "state"),
        taxes=taxes_left(tax_totals(record, currency), cancelled_taxes),
        tenders=tenders,
        buyer=_buyer(record, billing),
        billing=_address(billing),
        shipping=_address(nested(sending, "address")),
        payment_method=text(payment, "method"),
        payment_name=_payment_name(record, payment),
        delivery_method=text(sending, "method"),
        references=_order_references(record, payment, invoices, creditmemos, transactions),
        accepted_at=_accepted_at(record, payment, captures, transactions),
        captures=captures,
        is_capture_final=paid < total and is_rest_voided,
        shipments=_shipments(record, shipments, lines, ordered),
        completed_at=_completed_at(record, captures, shipments),
        cancelled_at=_status_time(record) if record.get("state") == CANCELLED_STATE else None,
        refunds=tuple(
            _refund(creditmemo, record, currency, ordered)
            for creditmemo in creditmemos
            if creditmemo.get("state") is None or _is_state(creditmemo, CREDITMEMO_REFUNDED)
        ),
    )


def _time(record: dict, name: str) -> datetime:
    return to_time(required(record, name), timezone.utc, name)


def _by_time(document: dict, name: str) -> list:
    """Return the records oldest first; of the same second, by their number."""

    def place(record: dict) -> tuple:
        own = text(record, "entity_id") or text(record, "transaction_id")
        return text(record, "created_at"), len(own), own

    return sorted(entries(document, name), key=place)


def _sum(tenders: Iterable) -> Decimal:
    return sum((tender.amount for tender in tenders), ZERO)


def changed_at(document: dict) -> datetime:
    """Return when the order or anything that belongs to it last changed. Transactions move their order."""
    polled = [document["order"]]
    for name in ("invoices", "creditmemos", "shipments"):
        polled += entries(document, name)
    return max(_time(record, "updated_at" if record.get("updated_at") else "created_at") for record in polled)


def _tenders(record: dict, currency: str) -> tuple:
    """Return what gift cards, store credit and reward points paid of an order, or were given of a credit memo."""
    total = to_amount(extended_number(record, "gift_cards_amount"), currency, "gift_cards_amount")
    cards = [
        Tender(TenderKind.GIFT_CARD, to_amount(number(card, "amount"), currency, "amount"), text(card, "code"))
        for card in extended_entries(record, "gift_cards")
    ]
    if _sum(cards) != total:
        cards = [Tender(TenderKind.GIFT_CARD, total)]
    credit = [
        Tender(TenderKind.STORE_CREDIT, to_amount(extended_number(record, name), currency, name), reference)
        for name, reference in (("customer_balance_amount", ""), ("reward_currency_amount", "reward points"))
    ]
    return tuple(tender for tender in (*cards, *credit) if tender.amount)


def _tenders_used(invoices: list, currency: str) -> list:
    """Return what gift cards and credit paid of the paid invoices: of a card that is worth more, the rest is unused."""
    return [tender for one in invoices if _is_state(one, INVOICE_PAID) for tender in _tenders(one, currency)]


def _within(tenders: tuple, owed: Decimal) -> tuple:
    """Return the tenders less what they hold beyond ``owed``, for goods that were cancelled; the last is used last."""
    kept = []
    for tender in tenders:
        amount = min(tender.amount, owed - _sum(kept))
        if amount > 0:
            kept.append(replace(tender, amount=amount))
    return tuple(kept)


# --- payment, delivery, cancellation


def _state(record: dict) -> str:
    """Return the state; of an order put on hold, the one it was in before."""
    state = text(record, "state")
    return text(record, "hold_before_state") if state == HELD_STATE else state


def _captures(invoices: list, transactions: list, currency: str, lines: tuple) -> tuple:
    """Return the paid invoices: Magento pays an invoice by capturing it."""
    times = {transaction.get("txn_id"): transaction for transaction in transactions}
    known = {line.external_id for line in lines}
    return tuple(
        Capture(
            external_id=str(required(invoice, "entity_id")),
            amount=to_amount(required(invoice, "grand_total"), currency, "grand_total"),
            # an invoice may be made open and captured later
            time=_time(times.get(invoice.get("transaction_id") or None) or invoice, "created_at"),
            quantities=tuple(_invoiced_quantities(invoice, known)),
        )
        for invoice in invoices
        if _is_state(invoice, INVOICE_PAID)
    )


def _invoiced_quantities(invoice: dict, known: set) -> Iterator:
    """Yield pairs of a line and how much of it an invoice has; the rows without price stand beside those that have."""
    for row in entries(invoice, "items"):
        item_id, quantity = str(row.get("order_item_id")), number(row, "qty")
        if item_id in known and quantity:
            yield item_id, quantity
    if SHIPPING_ID in known and number(invoice, "shipping_amount"):
        yield SHIPPING_ID, Decimal(1)


def _is_state(record: dict, state: int) -> bool:
    return str(record.get("state")) == str(state)


def _is_rest_voided(record: dict, invoices: list) -> bool:
    """Whether what was not captured was given up: the order cancelled, or all that is not invoiced of it."""
    if any(_is_state(invoice, INVOICE_OPEN) for invoice in invoices):
        return False
    if record.get("state") == CANCELLED_STATE:
        return True
    items = priced_items(entries(record, "items"))
    cancelled = [number(item, "qty_canceled") for item in items]
    left = [number(item, "qty_ordered") - number(item, "qty_invoiced") for item in items]
    return any(cancelled) and all(part >= whole for part, whole in zip(cancelled, left, strict=True))


def _accepted_at(record: dict, payment: dict, captures: tuple, transactions: list) -> datetime | None:
    state = _state(record)
    is_reserved = state == CANCELLED_STATE and number(payment, "amount_authorized") > 0
    if not (state in ACCEPTED_STATES or is_reserved or captures):
        return None
    times = [capture.time for capture in captures]
    times += [
        _time(transaction, "created_at")
        for transaction in transactions
        if transaction.get("txn_type") in ("order", "authorization", "capture")
    ]
    return min(times, default=_time(record, "created_at"))


def _completed_at(record: dict, captures: tuple, shipments: list) -> datetime | None:
    """Complete means all invoiced and all sent, so it happened with the last of them."""
    if _state(record) not in FINISHED_STATES:
        return None
    times = [capture.time for capture in captures] + [_time(shipment, "created_at") for shipment in shipments]
    return max(times, default=None) or _status_time(record)


def _status_time(record: dict) -> datetime:
    """Return when the order got its status: by its history, where not every change is written, else its last change."""
    times = [
        _time(entry, "created_at")
        for entry in entries(record, "status_histories")
        if entry.get("status") == record.get("status") and entry.get("created_at")
    ]
    return min(times, default=None) or _time(record, "updated_at")


def _shipments(record: dict, shipments: list, lines: tuple, ordered: tuple) -> tuple:
    """Return the parcels. The one that takes the last of the goods takes all that was left, also what is not goods.

    Virtual products are never sent. An order of nothing else has no parcels, and is complete when it is invoiced.

    :param lines: what was not cancelled of the lines that were ``ordered``.
    """
    items = {str(item.get("item_id")): item for item in entries(record, "items")}
    left = Counter(
        {
            line.external_id: line.quantity
            for line in lines
            if line.external_id in items and not _is_yes(items[line.external_id].get("is_virtual"))
        }
    )
    result = []
    for shipment in shipments:
        quantities = _sent_quantities(shipment, items, ordered)
        left.subtract(dict(quantities))
        is_last = bool(quantities) and all(quantity <= 0 for quantity in left.values())
        moment = _time(shipment, "created_at")
        result.append(Shipment(str(required(shipment, "entity_id")), moment, () if is_last else quantities))
    return tuple(result)


def _sent_quantities(shipment: dict, items: dict, lines: tuple) -> tuple:
    """Return pairs of a line and its quantity. A row that has no price stands for the one that has.

    A bundle sent as one stands for its parts; a part of a bundle sold at one price stands for as much of the bundle.
    """
    priced = {line.external_id: line.quantity for line in lines}
    sent = Counter()
    for row in entries(shipment, "items"):
        item_id, quantity = str(row.get("order_item_id")), number(row, "qty")
        item = items.get(item_id) or {}
        whole_id = parent_id(item)
        share = quantity / (number(item, "qty_ordered") or 1)
        if item_id in priced:
            sent[item_id] += quantity
        elif whole_id in priced:
            sent[whole_id] = max(sent[whole_id], share * priced[whole_id])
        else:
            for part_id, part in items.items():
                if parent_id(part) == item_id and part_id in priced:
                    sent[part_id] += share * priced[part_id]
    return tuple((item_id, quantity) for item_id, quantity in sent.items() if quantity)


def _is_yes(value) -> bool:
    return str(value).casefold() in ("1", "true")


# --- credit memos


def _refund(creditmemo: dict, record: dict, currency: str, lines: tuple) -> Refund:
    """Return a credit memo. Its adjustments (more, or a fee kept) carry no VAT and are in the amount alone."""
    tenders = _tenders(creditmemo, currency)
    known = {line.external_id: line for line in lines}
    back = [refund_line(row, record, currency, known) for row in entries(creditmemo, "items")]
    back.append(shipping_back(creditmemo, currency, known.get(SHIPPING_ID)))
    reasons = [text(entry, "comment") for entry in entries(creditmemo, "comments")] + [
        text(creditmemo, "customer_note")
    ]
    return Refund(
        external_id=str(required(creditmemo, "entity_id")),
        order_id=str(required(record, "entity_id")),
        amount=to_amount(required(creditmemo, "grand_total"), currency, "grand_total") + _sum(tenders),
        time=_time(creditmemo, "created_at"),
        lines=tuple(line for line in back if line),
        tenders=tenders,
        references=references(_transaction_ids([creditmemo.get("transaction_id")])),
        number=text(creditmemo, "increment_id"),
        reason=next(filter(None, reasons), ""),
    )


# --- references and people


def _order_references(record: dict, payment: dict, invoices: list, creditmemos: list, transactions: list) -> tuple:
    """Return the keys of the order, and of the order it was edited from: an edit cancels that and makes a new one.

    ``quote_id`` is left out: it is counted from 1 as orders are, and would be taken for another order's id.
    """
    refunds = {creditmemo.get("transaction_id") for creditmemo in creditmemos}
    transaction_ids = [payment.get("last_trans_id")]
    transaction_ids += [invoice.get("transaction_id") for invoice in invoices]
    transaction_ids += [transaction.get("txn_id") for transaction in transactions]
    return references(
        [
            (ReferenceKind.SHOP_ID, record.get("entity_id")),
            (ReferenceKind.SHOP_NUMBER, record.get("increment_id")),
            (ReferenceKind.SHOP_NUMBER, record.get("original_increment_id")),
            (ReferenceKind.SHOP_NUMBER, record.get("relation_parent_real_id")),
            (ReferenceKind.SHOP_ID, record.get("relation_parent_id")),
            (ReferenceKind.PROVIDER_REFERENCE, record.get("ext_order_id")),
            *_additional_references(record),
            *_transaction_ids(value for value in transaction_ids if value not in refunds),
        ]
    )


def _additional_references(record: dict) -> Iterator:
    for entry in extended_entries(record, "payment_additional_info"):
        name, value = text(entry, "key"), text(entry, "value")
        if PROVIDER_ID_NAME.search(name):
            yield ReferenceKind.PROVIDER_ID, value
        elif PROVIDER_REFERENCE_NAME.search(name):
            yield ReferenceKind.PROVIDER_REFERENCE, value


def _transaction_ids(values: Iterable) -> Iterator:
    """Yield each transaction's id as it is, and without what the payment module added to the provider's own."""
    for value in values:
        if value:
            yield ReferenceKind.PROVIDER_ID, value
            yield ReferenceKind.PROVIDER_ID, TRANSACTION_SUFFIX.sub("", str(value))


def _payment_name(record: dict, payment: dict) -> str:
    for entry in extended_entries(record, "payment_additional_info"):
        if entry.get("key") == "method_title" and entry.get("value"):
            return str(entry["value"])
    information = payment.get("additional_information")
    return information[0] if isinstance(information, list) and information and isinstance(information[0], str) else ""


def _name(record: dict, prefix: str = "") -> str:
    return " ".join(filter(None, (record.get(f"{prefix}firstname"), record.get(f"{prefix}lastname"))))


def _buyer(record: dict, billing: dict) -> Buyer:
    return Buyer(
        external_id=text(record, "customer_id"),
        name=_name(record, "customer_") or _name(billing),
        company=text(billing, "company"),
        email=text(record, "customer_email"),
        phone=text(billing, "telephone"),
        vat=str(billing.get("vat_id") or record.get("customer_taxvat") or ""),
    )


def _address(record: dict) -> Address:
    street, *more = record.get("street") or [""]
    rest = (text(record, name) for name in ("postcode", "city", "country_id"))
    return Address(_name(record), text(record, "company"), str(street or ""), ", ".join(filter(None, more)), *rest)
