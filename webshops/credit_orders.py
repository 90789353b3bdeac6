"""What Mystore and 24Nettbutikk share: what is credited is an order of its own, and money is taken when goods are sent.

Their lines have quantity, price of one piece with VAT, and rate; a credit order has negative quantities and names the
order it credits.
"""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ..common.amounts import tax_within, to_amount, to_decimal
from ..common.currencies import smallest_unit
from ..common.json_reading import required, text
from ..common.messages import DocumentError
from .records import ZERO, Address, Capture, LineKind, OrderLine, ReferenceKind, Refund, Shipment, references
from .rounding import add_up, slack_of


def goods_line(record: dict, external_id: str, fields, currency: str) -> OrderLine:
    """Return a line that has quantity, price of one piece with VAT, and rate.

    :param fields: the platform's names, as ``quantity``, ``price``, ``rate``, ``sku`` and ``name``.
    :raises DocumentError: one of the first three is missing.
    """
    quantity = to_decimal(required(record, fields.quantity), fields.quantity)
    price = to_decimal(required(record, fields.price), fields.price)
    rate = to_decimal(required(record, fields.rate), fields.rate)
    amount = to_amount(quantity * price, currency, fields.price)
    sku = text(record, fields.sku)
    return OrderLine(
        external_id=external_id,
        kind=LineKind.PRODUCT,
        name=text(record, fields.name) or sku or external_id,
        amount=amount,
        tax=tax_within(amount, rate, currency),
        rate=rate,
        quantity=quantity,
        sku=sku,
    )


def exact_amount(record: dict, fields) -> Decimal:
    """Return what the amount of such a line was rounded from."""
    return to_decimal(record[fields.quantity], fields.quantity) * to_decimal(record[fields.price], fields.price)


def with_total(lines: Iterable, exact: dict, total: Decimal | None, currency: str) -> tuple:
    """Return the lines with the øre that a shop which rounds their sum alone has not in each of them.

    :param exact: ``external_id`` to what the line's amount was rounded from. :param total: None where it is not told.
    """
    lines = tuple(lines)
    if total is None:
        return lines
    unit = smallest_unit(currency)
    amounts = [exact.get(line.external_id, line.amount) for line in lines]
    return add_up(lines, amounts, [slack_of([amount], unit) for amount in amounts], total, unit, currency)


def is_credit(lines) -> bool:
    """Whether these are lines of a credit order. A fee may be held back, so not every one of them is negative."""
    return sum((line.amount for line in lines), ZERO) < 0


def given_back(line: OrderLine) -> OrderLine:
    """Return a negative line as one of a refund. Which line of the order it credits is not reported.

    A positive one is held back: a fee for the return, though the shop has it as a product or as freight.
    """
    is_held_back = line.amount > 0 and line.kind in (LineKind.PRODUCT, LineKind.SHIPPING)
    kind = LineKind.FEE if is_held_back else line.kind
    amount, tax, quantity = -line.amount, -line.tax, abs(line.quantity)
    return replace(line, external_id="", kind=kind, amount=amount, tax=tax, quantity=quantity)


def refund(
    number: str, original: str, time: datetime.datetime, lines, total: Decimal | None, currency: str, transaction: str
) -> Refund:
    """Return the refund a credit order stands for.

    :param original: the number of the order it credits. :param lines: its lines, negative.
    :param total: its own, negative; None where the shop does not report it. :param currency: its own; may be empty.
    :raises DocumentError: it does not say what it credits.
    """
    if not original:
        raise DocumentError(
            "credit_order_without_original",
            order=number,
        )
    back = tuple(given_back(line) for line in lines if line.amount)
    return Refund(
        external_id=number,
        order_id=original,
        amount=sum((line.amount for line in back), ZERO) if total is None else -total,
        time=time,
        lines=back,
        references=references([(ReferenceKind.PROVIDER_REFERENCE, transaction)]),
        number=number,
        currency=currency,
    )


def completed_in_one_go(
    due: Decimal, completed_at: datetime.datetime | None, cancelled_at: datetime.datetime | None
) -> dict:
    """Return what an :class:`~.records.Order` says when all is captured and sent as it is completed.

    :param due: what is left to pay after gift cards. :param cancelled_at: what was reserved then is released.
    """
    return {
        "captures": (Capture("completed", due, completed_at, is_assumed=True),) if completed_at and due else (),
        "is_capture_final": bool(cancelled_at and not completed_at),
        "shipments": (Shipment("completed", completed_at),) if completed_at else (),
        "completed_at": completed_at,
        "cancelled_at": cancelled_at,
    }


def address(record: dict, template: str, *groups: str) -> Address:
    """Return the address of the first group that has one; ``template`` makes a name of ``{group}`` and ``{part}``."""
    parts = ("name", "company", "street", "street2", "postcode", "city", "country")
    for group in groups:
        found = {part: text(record, template.format(group=group, part=part)) for part in parts}
        if any(found.values()):
            return Address(**found)
    return Address()


def order_references(number: str, transaction: str) -> tuple:
    """Return the keys of an order that has one number and at most one transaction."""
    return references(
        [
            (ReferenceKind.SHOP_ID, number),
            (ReferenceKind.SHOP_NUMBER, number),
            (ReferenceKind.PROVIDER_REFERENCE, transaction),
        ]
    )
