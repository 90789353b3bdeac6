"""What an order tells of single gift cards: which it sold, and which paid for it."""

from collections.abc import Callable
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
    :ivar line_id: of a card that was sold: ``external_id`` of the order's line; else empty.
    :ivar is_sold: sold, else used. :ivar amount: positive where it was sold or paid; negative where something was given
        back to it; in the order's currency.
    """

    key: str
    name: str
    is_sold: bool
    amount: Decimal
    line_id: str = ""


def get_card_uses(order: Order, digest: Callable) -> list:
    """Return the :class:`CardUse` of the cards whose codes the shop tells.

    :param digest: ``(str) -> str``: of a code, with a key that is kept secret, as codes are short enough to be guessed.
    """
    uses = []
    for line in order.lines:
        if line.kind is LineKind.GIFT_CARD and line.gift_cards:
            amounts = divide(line.amount, [1] * len(line.gift_cards), order.currency)
            uses += [
                _use(code, amount, digest, line.external_id)
                for code, amount in zip(line.gift_cards, amounts, strict=True)
            ]
    given_back = [(tender, -1) for refund in order.refunds for tender in refund.tenders]
    for tender, sign in [*((tender, 1) for tender in order.tenders), *given_back]:
        if tender.kind is TenderKind.GIFT_CARD and tender.reference:
            uses.append(_use(tender.reference, sign * tender.amount, digest))
    return uses


def _use(code, amount, digest, line_id=None):
    """Return a use of a card; sold where a line is given. Shops write a code with spaces and dashes, or without."""
    plain = "".join(filter(str.isalnum, code)).upper() or code
    key = digest(plain)
    return CardUse(key, f"…{plain[-SHOWN:]} ({key[:4]})", line_id is not None, amount, line_id or "")
