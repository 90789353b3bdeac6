"""Reading an order, or a credit order as a refund."""

import datetime
from dataclasses import replace
from decimal import Decimal

from ...common.amounts import to_amount
from ...common.json_reading import entries, load_document, nested, required, text, to_time
from ...common.messages import Message
from ..credit_orders import (
    address,
    completed_in_one_go,
    exact_amount,
    given_back,
    goods_line,
    is_credit,
    order_references,
    refund,
    with_total,
)
from ..records import ZERO, Buyer, LineKind, Order, OrderLine, Refund, ShopSettings, Tender, TenderKind
from .names import CANCELLED, COMPLETED, FIELDS, KINDS, NEW

#: The currency of an order that does not name one.
DEFAULT_CURRENCY = "NOK"


def parse(content: bytes, settings: ShopSettings) -> Order | Refund:
    """Return the order, or of a credit order the refund.

    :raises DocumentError: a field that is needed is missing, or a credit order does not say what it credits.
    """
    order = nested(load_document(content), "order")
    required(order, FIELDS.order_no)
    currency = text(order, FIELDS.currency) or DEFAULT_CURRENCY
    required(order, FIELDS.lines)
    lines = [_line(record, currency) for record in _entries(order, FIELDS.lines)]
    lines = [line for line in lines if line.amount or line.quantity]
    return (_refund if is_credit(lines) else _order)(order, lines, currency, settings.time_zone)


def _order(order: dict, lines: list, currency: str, zone: datetime.tzinfo) -> Order:
    number = text(order, FIELDS.order_no)
    changed_at = time_of(order, "modified_on", zone)
    created_at = time_of(order, FIELDS.created_on, zone, changed_at)
    refunds = tuple(
        _refund_of_line(line, number, changed_at) for line in lines if line.quantity < 0 and line.amount < 0
    )
    lines = tuple(_as_discount(line) for line in lines if line.quantity > 0 or line.amount > 0)
    total = _total(order, lines, refunds, currency)
    records = {str(record[FIELDS.line_no]): record for record in _entries(order, FIELDS.lines)}
    exact = {line_no: exact_amount(record, FIELDS) for line_no, record in records.items()}
    lines = with_total(lines, exact, total, currency)
    tenders = _tenders(order, currency)
    status = text(order, FIELDS.status)
    completed_at = _completed_at(order, status, changed_at, zone)
    cancelled_at = changed_at if status.casefold() in CANCELLED else None
    due = total - sum((tender.amount for tender in tenders), ZERO)
    told = completed_in_one_go(due, completed_at, cancelled_at)
    if status.isdecimal() and status not in NEW | COMPLETED | CANCELLED and not completed_at:
        code = "order_status_unknown"
        told |= {"captures": None, "problems": (Message(code, {"order": number, "status": status}),)}
    transaction = text(order, FIELDS.transaction)
    is_handled = bool(status) and not status.isdecimal() and status.casefold() not in NEW | CANCELLED
    payment_method = text(order, FIELDS.payment_method)
    return Order(
        external_id=number,
        number=number,
        created_at=created_at,
        changed_at=changed_at,
        currency=currency,
        total=total,
        lines=lines,
        status=status,
        tenders=tenders,
        buyer=Buyer(
            name=text(order, FIELDS.customer_name),
            company=address(order, FIELDS.address, "billing").company,
            email=text(order, FIELDS.email),
            phone=text(order, FIELDS.phone),
        ),
        billing=address(order, FIELDS.address, "billing"),
        shipping=address(order, FIELDS.address, "shipping", "billing"),
        payment_method=payment_method,
        payment_name=payment_method.capitalize(),
        references=order_references(number, transaction),
        accepted_at=created_at if transaction or completed_at or is_handled else None,
        refunds=refunds,
        **told,
    )


def _refund(order: dict, lines: list, currency: str, zone: datetime.tzinfo) -> Refund:
    moment = time_of(order, FIELDS.created_on, zone, time_of(order, "modified_on", zone))
    transaction = text(order, FIELDS.transaction)
    number, original = text(order, FIELDS.order_no), text(order, FIELDS.credit_of)
    return refund(number, original, moment, lines, _told_total(order, currency), currency, transaction)


def _refund_of_line(line: OrderLine, number: str, changed_at: datetime.datetime) -> Refund:
    """Return the refund that a credited line within its order stands for."""
    back = given_back(line)
    return Refund(f"{number}/{line.external_id}", number, back.amount, changed_at, (back,))


def _line(record, currency: str) -> OrderLine:
    line = goods_line(record, str(required(record, FIELDS.line_no)), FIELDS, currency)
    return replace(line, kind=KINDS.get(line.sku.upper(), LineKind.PRODUCT))


def _as_discount(line: OrderLine) -> OrderLine:
    """Return a line of an order: one of a product with a negative price takes something off."""
    return replace(line, kind=LineKind.DISCOUNT) if line.kind is LineKind.PRODUCT and line.amount < 0 else line


def _total(order: dict, lines: tuple, refunds: tuple, currency: str) -> Decimal:
    """Return what the order came to before anything was credited; the shop may tell it after that."""
    sold = sum((line.amount for line in lines), ZERO)
    told = _told_total(order, currency)
    return sold if told in (None, sold) else told + sum((refund.amount for refund in refunds), ZERO)


def _told_total(order: dict, currency: str) -> Decimal | None:
    told = text(order, FIELDS.total)
    return to_amount(told, currency, FIELDS.total) if told else None


def _tenders(order: dict, currency: str) -> tuple:
    found = []
    for usage in _entries(order, FIELDS.gift_cards):
        amount = to_amount(required(usage, FIELDS.gift_card_amount), currency, FIELDS.gift_card_amount)
        if amount:
            found.append(Tender(TenderKind.GIFT_CARD, amount, text(usage, FIELDS.gift_card_code)))
    return tuple(found)


def _completed_at(
    order: dict, status: str, changed_at: datetime.datetime, zone: datetime.tzinfo
) -> datetime.datetime | None:
    is_completed = status.casefold() in COMPLETED or bool(order.get(FIELDS.completed_on))
    return time_of(order, FIELDS.completed_on, zone, changed_at) if is_completed else None


def _entries(order: dict, name: str) -> list:
    """Return a list of objects; one alone may come without the list."""
    return [order[name]] if isinstance(order.get(name), dict) else entries(order, name)


def time_of(
    order: dict, name: str, zone: datetime.tzinfo, absent: datetime.datetime | None = None
) -> datetime.datetime:
    """Return a time; it must be there unless ``absent`` is given."""
    if absent and not order.get(name):
        return absent
    return to_time(required(order, name), zone, name)
