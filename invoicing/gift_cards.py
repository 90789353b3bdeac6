"""What an order tells of single gift cards: which it sold, and which paid for it."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from ..common.amounts import divide
from ..webshops.records import LineKind, Order, TenderKind

#: How many of a code's last characters are shown.
SHOWN = 4


@dataclass(frozen=True)
class CardUse:
    """That a card was sold or used.

    :ivar key: a digest of the code, by which the same card is known again. :ivar name: its last characters, for people.
    :ivar is_sold: sold, else used. :ivar amount: positive where it was sold or paid; negative where something was given
        back to it; in the order's currency.
    """

    key: str
    name: str
    is_sold: bool
    amount: Decimal


def get_card_uses(order: Order) -> list:
    """Return the :class:`CardUse` of the cards whose codes the shop tells."""
    uses = []
    for line in order.lines:
        if line.kind is LineKind.GIFT_CARD and line.gift_cards:
            amounts = divide(line.amount, [1] * len(line.gift_cards), order.currency)
            uses += [_use(code, True, amount) for code, amount in zip(line.gift_cards, amounts, strict=True)]
    given_back = [(tender, -1) for refund in order.refunds for tender in refund.tenders]
    for tender, sign in [*((tender, 1) for tender in order.tenders), *given_back]:
        if tender.kind is TenderKind.GIFT_CARD and tender.reference:
            uses.append(_use(tender.reference, False, sign * tender.amount))
    return uses


def _use(code, is_sold, amount):
    """Return a use of a card. Shops write a code with spaces and dashes, or without."""
    plain = "".join(filter(str.isalnum, code)).upper() or code
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return CardUse(digest, f"…{plain[-SHOWN:]} ({digest[:4]})", is_sold, amount)
