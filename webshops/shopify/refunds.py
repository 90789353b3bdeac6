"""What an order of Shopify says of what was given back: money, goods, or goods for other goods.

A refund credits the money of its successful REFUND transactions, and the goods that came back without money. Those
settle what the buyer owes: goods on account that came back, goods that came back before they were paid for, and
exchanges, where Shopify adds the new goods to the order as lines of their own and pays back, or asks for, the
difference alone. So they count as far as the buyer has paid less than the order comes to. Beyond that a refund without
money only put goods back on the shelf; money that is paid back later without goods, as after one that failed, is for
these.

``Order.returns``, ``Return.returnLineItems`` and ``Return.exchangeLineItems`` are not asked for: they take a scope of
their own (``read_returns``), which apps that read orders need not have, and say nothing of money. The new goods are in
``lineItems`` as soon as they are sold, and what came back without a refund is gone from ``currentQuantity``, and leaves
the order as if it was edited.

Sources: shopify.dev, Admin GraphQL reference (Refund, RefundLineItem, OrderAdjustment, Return, ExchangeLineItem);
"Managing exchanges", "Migrate to return processing"; changelog of July 2024, "Return.suggestedRefund and ReturnRefund
consider exchanges and fees".
"""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from ...common.amounts import divide, to_decimal
from ...common.currencies import rounded
from ...common.json_reading import nested, required, to_time
from ..records import ZERO
from .lines import Lines, nodes, stays_in_order, total_of

#: ``status`` of a transaction that may still pay.
UNDECIDED = frozenset({"PENDING", "AWAITING_RESPONSE", "UNKNOWN"})


@dataclass(frozen=True)
class GivenBack:
    """What one refund gave back.

    :ivar node: Shopify's refund. :ivar lines: what it is for. :ivar transactions: those that paid money.
    :ivar paid: that money. :ivar offset: what its goods settle of what the buyer owes, beyond that money.
    """

    node: dict
    lines: tuple
    transactions: tuple
    paid: Decimal
    offset: Decimal = ZERO


def read_refunds(node: dict, lines: Lines) -> list:
    """Return the :class:`GivenBack` of an order's refunds, oldest first. ``lines`` have been read already."""
    refunds = sorted(nodes(node, "refunds"), key=lambda refund: (str(refund.get("createdAt")), str(refund.get("id"))))
    return [_given_back(refund, lines) for refund in refunds]


def with_offsets(refunds: list, owed: Decimal, lines: Lines, until: datetime.datetime | None = None) -> list:
    """Return the refunds with what their goods settle; money that goods waited for is paid back for these.

    Money that was paid back without goods, as much as is credited of goods that come back later, was for these: they
    settle nothing more. Less than that is taken for a rebate on what the buyer keeps.

    :param owed: what the buyer has paid less than the order comes to.
    :param until: when the order was cancelled: what came back from then on settles nothing.
    """
    result, waiting, without_goods = [], [], ZERO
    for refund in refunds:
        taken, waiting = _taken(waiting, refund, lines.currency)
        without_goods += max(ZERO, refund.paid - total_of(refund.lines) - total_of(taken))
        goods = max(ZERO, _goods_without_money(refund, lines))
        if goods and goods <= without_goods:
            without_goods -= goods
            goods = ZERO
        offset = min(owed, goods) if until is None or _made_at(refund.node) < until else ZERO
        owed -= offset
        refund = replace(refund, offset=offset, lines=refund.lines + taken)
        result.append(refund)
        if goods > offset:
            # What this refund does not credit. Its goods themselves it does, if it credits anything.
            is_credited = bool(refund.paid + offset)
            rest = _parts_of(refund.lines, goods - offset, lines.currency)
            waiting += [replace(line, external_id="") if is_credited else line for line in rest]
    return result


def _taken(waiting: list, refund: GivenBack, currency: str) -> tuple:
    """Return the goods that a refund of money alone pays for, and those that wait on."""
    amount = ZERO if refund.lines else min(refund.paid, total_of(waiting))
    if not amount:
        return (), waiting
    taken = _parts_of(waiting, amount, currency)
    left = [
        replace(line, amount=line.amount - part.amount, tax=line.tax - part.tax, quantity=line.quantity - part.quantity)
        for line, part in zip(waiting, taken, strict=True)
    ]
    return tuple(line for line in taken if line.amount), [line for line in left if line.amount]


def _parts_of(lines, amount: Decimal, currency: str) -> list:
    """Return the lines with this amount in all, and as much of their VAT and quantity."""
    share = amount / total_of(lines)
    amounts = divide(amount, [line.amount for line in lines], currency)
    return [
        replace(line, amount=part, tax=rounded(line.tax * share, currency), quantity=line.quantity * share)
        for line, part in zip(lines, amounts, strict=True)
    ]


def _made_at(refund: dict) -> datetime.datetime:
    return to_time(required(refund, "createdAt"), datetime.timezone.utc, "createdAt")


def _given_back(refund: dict, lines: Lines) -> GivenBack:
    found = []
    for item in nodes(refund, "refundLineItems"):
        quantity = to_decimal(required(item, "quantity"), "refundLineItems.quantity")
        price, tax = lines.amount(item, "subtotalSet"), lines.amount(item, "totalTaxSet")
        if stays_in_order(refund, item):
            found += lines.refunded(nested(item, "lineItem").get("id"), quantity, price, tax)
    for item in nodes(refund, "refundShippingLines"):
        price, tax = lines.amount(item, "subtotalAmountSet"), lines.amount(item, "taxAmountSet")
        found += lines.refunded(nested(item, "shippingLine").get("id"), Decimal(1), price, tax)
    transactions = tuple(each for each in _repayments(refund) if each.get("status") == "SUCCESS")
    paid = sum((lines.amount(each, "amountSet", is_required=True) for each in transactions), ZERO)
    return GivenBack(refund, tuple(line for line in found if line.amount or line.quantity), transactions, paid)


def _repayments(refund: dict) -> list:
    return [each for each in nodes(refund, "transactions") if each.get("kind") == "REFUND"]


def _goods_without_money(refund: GivenBack, lines: Lines) -> Decimal:
    """What came back beyond the money that went back; nothing while that money may still come.

    An adjustment explains that another sum was paid back than the goods were worth. Which sign it has is not
    documented.
    """
    if any(each.get("status") in UNDECIDED for each in _repayments(refund.node)):
        return ZERO
    adjustments = (lines.amount(each, "amountSet") for each in nodes(refund.node, "orderAdjustments"))
    return total_of(refund.lines) - refund.paid - sum(map(abs, adjustments), ZERO)
