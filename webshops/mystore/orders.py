"""Reading an order, or a credit order as a refund."""

import datetime
from decimal import Decimal

from ...common.amounts import tax_within, to_amount, to_decimal
from ...common.json_reading import entries, load_document, nested, required, text, to_time
from ...common.messages import DocumentError, Message
from ..credit_orders import (
    address,
    completed_in_one_go,
    exact_amount,
    goods_line,
    is_credit,
    order_references,
    refund,
    with_total,
)
from ..records import ZERO, Buyer, LineKind, Order, OrderLine, Refund, ShopSettings
from .names import FIELDS, NAMES, TAGS, TOTAL, TOTAL_LINES, TOTAL_SUMS, Meaning
from .resources import Resources


def parse(content: bytes, settings: ShopSettings) -> Order | Refund:
    """Return the order, or of a credit order the refund.

    :raises DocumentError: a field that is needed is missing, or a credit order does not say what it credits.
    """
    document = load_document(content)
    required(document, "data")
    resources = Resources(nested(document, "data"), entries(document, "included"), settings.time_zone)
    lines, problems = _lines(resources)
    return (_refund if is_credit(lines) else _order)(resources, lines, problems)


def _order(resources: Resources, lines: list, problems: list) -> Order:
    changed_at, created_at = resources.time("updated_at"), resources.time("created_at")
    lines = [line for line in lines if line.amount or line.quantity]
    total = _told_total(resources)
    exact = {
        str(each.get("id")): exact_amount(nested(each, "attributes"), FIELDS)
        for each in resources.related(FIELDS.products, is_required=True)
    }
    lines = with_total(lines, exact, total, resources.currency)
    total = sum((line.amount for line in lines), ZERO) if total is None else total
    status, meaning = _status(resources)
    entries = _history(resources)
    completed_at = _completed_at(meaning, entries, changed_at)
    cancelled_at = None
    if meaning is Meaning.CANCELLED:
        times = [moment for moment, told in entries if told is Meaning.CANCELLED]
        cancelled_at = max(times, default=changed_at)
    transaction = resources.text(FIELDS.transaction)
    is_accepted = bool(transaction or completed_at) or meaning is Meaning.HANDLED
    payment_method = resources.text(FIELDS.payment_method)
    return Order(
        external_id=resources.id,
        number=resources.id,
        created_at=created_at,
        changed_at=changed_at,
        currency=resources.currency,
        total=total,
        lines=lines,
        status=status,
        buyer=_buyer(resources),
        billing=address(resources.attributes, FIELDS.address, "billing", "customer"),
        shipping=address(resources.attributes, FIELDS.address, "shipping", "customer"),
        payment_method=payment_method,
        payment_name=payment_method.capitalize(),
        references=order_references(resources.id, transaction),
        accepted_at=created_at if is_accepted else None,
        problems=tuple(problems),
        **completed_in_one_go(total, completed_at, cancelled_at),
    )


def _refund(resources: Resources, lines: list, problems: list) -> Refund:
    original = next((order_id for _type, order_id in resources.related_ids(FIELDS.original_order)), "")
    if original and _status(resources)[1] is Meaning.CANCELLED:
        raise DocumentError(
            "credit_order_cancelled",
            order=resources.id,
            original=original,
        )
    if problems:
        raise DocumentError(problems[0].code, **problems[0].values)
    transaction = resources.text(FIELDS.transaction)
    time, total = resources.time("created_at"), _told_total(resources)
    return refund(resources.id, original, time, lines, total, resources.currency, transaction)


def _lines(resources: Resources) -> tuple:
    """Return the lines, and the problems with totals that are not known here."""
    currency = resources.currency
    products = [
        goods_line(nested(each, "attributes"), str(each.get("id")), FIELDS, currency)
        for each in resources.related(FIELDS.products, is_required=True)
    ]
    # Freight whose own rate is not reported follows the goods; of several rates, the highest.
    rate_of_goods = max((line.rate for line in products), default=None)
    totals, problems = [], []
    for resource in resources.related(FIELDS.totals):
        attributes = nested(resource, "attributes")
        code = str(required(attributes, FIELDS.code))
        if code in TOTAL_LINES:
            totals.append(_total_line(resource, attributes, TOTAL_LINES[code], rate_of_goods, currency))
        elif code != TOTAL and code not in TOTAL_SUMS:
            amount = to_amount(required(attributes, FIELDS.value), currency, FIELDS.value)
            if amount:
                problems.append(
                    Message(
                        "mystore_line_unknown",
                        {"amount": amount, "code": code, "order": resources.id},
                    )
                )
    return products + [line for line in totals if line.amount], problems


def _total_line(
    resource: dict, attributes: dict, kind: LineKind, rate_of_goods: Decimal | None, currency: str
) -> OrderLine:
    """Return a total as a line. Its id is kept apart from those of products, which are counted by themselves."""
    amount = to_amount(required(attributes, FIELDS.value), currency, FIELDS.value)
    rate = attributes.get(FIELDS.rate)
    rate = rate_of_goods if rate in (None, "") else to_decimal(rate, FIELDS.rate)
    return OrderLine(
        external_id=f"{resource['type']}/{resource['id']}",
        kind=kind,
        name=text(attributes, FIELDS.name) or str(attributes[FIELDS.code]),
        amount=amount,
        tax=ZERO if rate is None else tax_within(amount, rate, currency),
        rate=rate,
    )


def _told_total(resources: Resources) -> Decimal | None:
    """Return the total as the shop reports it, or None."""
    for resource in resources.related(FIELDS.totals):
        attributes = nested(resource, "attributes")
        if attributes.get(FIELDS.code) == TOTAL:
            return to_amount(required(attributes, FIELDS.value), resources.currency, FIELDS.value)
    return None


def _status(resources: Resources, resource=None) -> tuple:
    """Return the name and the meaning of the status of the order, or of an entry of its history."""
    for status in resources.related("order-status", resource):
        attributes = nested(status, "attributes")
        name = text(attributes, FIELDS.status_name)
        if FIELDS.status_tag in attributes:
            meaning = TAGS.get(text(attributes, FIELDS.status_tag).casefold())
        else:
            meaning = NAMES.get(name.casefold())
        return name, meaning or Meaning.HANDLED
    ids = resources.related_ids("order-status", resource)
    return (ids[0][1] if ids else ""), None


def _history(resources: Resources) -> list:
    """Return the time and the meaning of every status the order has had."""
    entries = []
    for entry in resources.related(FIELDS.history):
        moment = to_time(required(nested(entry, "attributes"), "created_at"), resources.zone, "created_at")
        entries.append((moment, _status(resources, entry)[1]))
    return entries


def _completed_at(meaning: Meaning | None, entries: list, changed_at: datetime.datetime) -> datetime.datetime | None:
    """Return when the order was completed first. What was captured then is not undone by another status."""
    times = [moment for moment, told in entries if told is Meaning.COMPLETED]
    return min(times, default=changed_at if meaning is Meaning.COMPLETED else None)


def _buyer(resources: Resources) -> Buyer:
    customers = resources.related_ids("customer")
    customer = address(resources.attributes, FIELDS.address, "customer")
    return Buyer(
        external_id=customers[0][1] if customers else "",
        name=customer.name,
        company=customer.company,
        email=resources.text(FIELDS.email),
        phone=resources.text(FIELDS.phone),
    )
