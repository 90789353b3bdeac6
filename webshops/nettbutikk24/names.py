"""What 24Nettbutikk calls its fields and statuses. Most of it is not confirmed by a live shop."""

from dataclasses import dataclass

from ..records import LineKind


@dataclass(frozen=True)
class Fields:
    """Names that 24Nettbutikk gives to what we read.

    UNCONFIRMED, every one of them. To correct them, look at one order of a live shop,
    ``GET /api/v1/orders/<order_no>``, and at the appendix of the API's wiki: "Order resource", "Order line resource"
    and "Gift card usage resource".

    :ivar credit_of: of a credit order, the number of the order it credits.
    :ivar completed_on: when the order was sent; the last change counts where it is missing.
    :ivar total: with VAT, before gift cards. :ivar price: of one piece, with VAT, after discounts.
    :ivar rate: VAT in percent. :ivar gift_cards: list of the gift cards used.
    :ivar address: fields of the ``billing`` and ``shipping`` address.
    """

    order_no: str = "order_no"
    credit_of: str = "credit_of"
    created_on: str = "created_on"
    completed_on: str = "completed_on"
    status: str = "status"
    currency: str = "currency"
    total: str = "total"
    payment_method: str = "payment_method"
    transaction: str = "transaction_id"
    customer_name: str = "customer_name"
    email: str = "email"
    phone: str = "phone"
    address: str = "{group}_{part}"
    lines: str = "lines"
    line_no: str = "line_no"
    sku: str = "sku"
    name: str = "name"
    quantity: str = "quantity"
    price: str = "price_incl_vat"
    rate: str = "vat"
    gift_cards: str = "gift_cards"
    gift_card_code: str = "code"
    gift_card_amount: str = "amount"


FIELDS = Fields()

#: UNCONFIRMED: what a shop calls its statuses to begin with, in small letters. The API may tell numbers instead (see
#: the wiki's appendix "Order statuses"); a number that is not here lets the order wait.
NEW = frozenset({"ny"})
COMPLETED = frozenset({"sendt"})
CANCELLED = frozenset({"kansellert"})

#: UNCONFIRMED: article numbers of lines that are not goods.
KINDS = {"FRAKT": LineKind.SHIPPING}
