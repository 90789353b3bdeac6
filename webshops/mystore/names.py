"""What Mystore calls its fields, totals and statuses. Most of it is not confirmed by a live shop."""

from dataclasses import dataclass
from enum import Enum, auto

from ..records import LineKind


@dataclass(frozen=True)
class Fields:
    """Names that Mystore gives to what we read.

    UNCONFIRMED, every one of them. To correct them, look at one order of a live shop, as the client asks for it:
    ``GET /shops/<shop>/orders/<id>?include=…``, or at mystoreapi.docs.apiary.io.

    :ivar products: relationship of an order to its ``order-products``; ``totals`` to ``order-totals``; ``history`` to
        ``order-status-history``; ``original_order`` of a credit order to the order it credits.
    :ivar price: of one piece, with VAT, after discounts. :ivar rate: VAT in percent, of a product and of a total.
    :ivar value: of a total, with VAT.
    :ivar address: attributes of the address groups ``customer``, ``billing`` and ``shipping``.
    """

    products: str = "order-products"
    totals: str = "order-totals"
    history: str = "order-status-history"
    original_order: str = "original-order"
    payment_method: str = "payment_method"
    transaction: str = "transaction_id"
    email: str = "customer_email"
    phone: str = "customer_phone"
    address: str = "{group}_address_{part}"
    name: str = "name"
    sku: str = "sku"
    quantity: str = "quantity"
    price: str = "price_inc_vat"
    rate: str = "vat_rate"
    code: str = "code"
    value: str = "value_inc_vat"
    status_name: str = "name"
    status_tag: str = "tag"


FIELDS = Fields()

#: UNCONFIRMED: the codes of totals that are lines, and of those that only sum up. See :class:`Fields`.
TOTAL_LINES = {
    "shipping": LineKind.SHIPPING,
    "payment_fee": LineKind.FEE,
    "discount": LineKind.DISCOUNT,
    "rounding": LineKind.ROUNDING,
}

TOTAL_SUMS = ("subtotal", "tax")
TOTAL = "total"


class Meaning(Enum):
    """What a status means, whatever the shop calls it."""

    NEW = auto()
    HANDLED = auto()
    COMPLETED = auto()
    CANCELLED = auto()


#: Tags carry the meaning: a shop may rename its statuses and add others, which have no tag.
TAGS = {"standard": Meaning.NEW, "fullført": Meaning.COMPLETED, "kansellert": Meaning.CANCELLED}

#: The names a shop begins with, for statuses that come without the attribute for the tag.
NAMES = {
    "ikke behandlet": Meaning.NEW,
    "under behandling": Meaning.HANDLED,
    "sendt": Meaning.COMPLETED,
    "returnert": Meaning.COMPLETED,
    "kansellert": Meaning.CANCELLED,
}
