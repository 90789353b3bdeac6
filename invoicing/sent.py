"""Which goods have left the shop, for a stock that follows what the shop reports."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ..webshops.records import LineKind, Order


@dataclass(frozen=True)
class Sent:
    """The goods sent so far.

    :ivar shares: of each line of goods that was sent, by its ``external_id``, the share of its quantity: above 0, at
        most 1. :ivar is_all: nothing more will be sent; what is left was called off, or refunded before it was sent.
    """

    shares: dict
    is_all: bool


def sent_goods(order: Order) -> Sent:
    """Return what the shop says it has sent. What was refunded before the last parcel went did not go with it."""
    goods = [line for line in order.lines if line.kind is LineKind.PRODUCT and line.quantity > 0]
    in_whole = [shipment.time for shipment in order.shipments if not shipment.quantities]
    if order.completed_at:
        in_whole.append(order.completed_at)
    quantities = Counter()
    for shipment in order.shipments:
        for line_id, quantity in shipment.quantities:
            quantities[line_id] += quantity
    if in_whole:
        # with the last parcel goes all that is left, but what the buyer was paid back for already
        given_back = Counter()
        for refund in order.refunds:
            if refund.time < min(in_whole):
                for line in refund.lines:
                    given_back[line.external_id] += line.quantity
        for line in goods:
            left = line.quantity - given_back[line.external_id]
            quantities[line.external_id] = max(quantities[line.external_id], left)
    shares = {line.external_id: min(quantities[line.external_id] / line.quantity, Decimal(1)) for line in goods}
    shares = {line_id: share for line_id, share in shares.items() if share > 0}
    is_complete = bool(goods) and all(shares.get(line.external_id) == 1 for line in goods)
    return Sent(shares, bool(in_whole) or is_complete or order.is_called_off)
