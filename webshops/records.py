"""What every platform's order is turned into, whatever the platform calls it.

Amounts are :class:`~decimal.Decimal` in the major unit of the order's currency (kroner, not øre), rounded to what the
currency has, and include VAT unless they are called ``tax``. Times are aware.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import ClassVar

from ..common.limits import quoted
from ..common.markup import without_markup
from ..common.values import ZERO, TextEnum

#: Characters of a name, an address or an article number. Odoo has indexes on them, which cannot hold any length.
MAX_TEXT = 250


def _shorten(record, names, plain=()):
    """Cut texts of a record that nobody writes that long.

    :param plain: those that are names of people and things, and so hold no HTML.
    """
    for name in names:
        value = getattr(record, name)
        object.__setattr__(record, name, quoted(without_markup(value) if name in plain else value, MAX_TEXT))


class LineKind(TextEnum):
    """What a line of an order stands for. The values are stored in the database.

    ``GIFT_CARD`` is a gift card *sold*: a debt to whoever holds it, without VAT. One that is redeemed is a
    :class:`Tender`. ``DISCOUNT`` is for a discount the platform keeps as a line of its own and that cannot be spread
    over the others.
    """

    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"
    DISCOUNT = "discount"
    GIFT_CARD = "gift_card"
    TIP = "tip"
    ROUNDING = "rounding"


class TenderKind(TextEnum):
    """A means of payment that is the shop's own debt, not a payment provider's."""

    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"


class ReferenceKind(TextEnum):
    """What a reference is. The values are those of ``sale.order.reference``."""

    SHOP_ID = "shop_id"
    SHOP_NUMBER = "shop_number"
    PROVIDER_REFERENCE = "provider_reference"
    PROVIDER_ID = "provider_id"


@dataclass(frozen=True)
class Reference:
    """One key a payment provider may send for the order.

    ``PROVIDER_REFERENCE`` is what the shop sent to the provider, ``PROVIDER_ID`` an identity the provider gave (order,
    payment, capture or refund id).
    """

    kind: ReferenceKind
    value: str


@dataclass(frozen=True)
class Address:
    """A postal address; ``country`` is the ISO 3166 code of two letters, empty where the shop does not report it."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    def __post_init__(self):
        names = [own.name for own in fields(self)]
        _shorten(self, names, plain=names)


#: What shops write for a customer number where there is none.
_NO_CUSTOMER = frozenset({"guest", "none", "null", "false", "undefined"})


def _customer_number(value):
    """Return a shop's number of a customer, empty where it stands for a guest: 0, a minus, or nothing but zeros."""
    text = (value or "").strip()
    is_none = text.casefold() in _NO_CUSTOMER or text.startswith("-") or not text.strip("0-{}. ")
    return "" if is_none else text


@dataclass(frozen=True)
class Buyer:
    """Who buys. ``external_id`` is the shop's number of a registered customer, empty for a guest."""

    external_id: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""

    def __post_init__(self):
        _shorten(self, (own.name for own in fields(self)), plain=("name", "company"))
        object.__setattr__(self, "external_id", _customer_number(self.external_id))


@dataclass(frozen=True)
class OrderLine:
    """One line: of an order, or of a refund (then with positive amounts too).

    :ivar external_id: identity within the order. On a refund: of the order's line that is given back, or empty.
    :ivar amount: of the whole line with VAT, after every discount.
    :ivar tax: the VAT within ``amount``.
    :ivar rate: VAT in percent; None where the shop does not report it, which a person must then correct.
    :ivar quantity: as ordered; never zero.
    :ivar discount: what was taken off already to get to ``amount``, with VAT; for people.
    :ivar tax_class: the shop's own name of the tax, by which the accountant can distinguish 0 % from 0 %, and one
        country's 25 % from another's.
    :ivar gift_cards: the codes of gift cards sold on this line, where the shop tells them. Whoever has one has the
        money, so they are kept as a digest alone.
    """

    external_id: str
    kind: LineKind
    name: str
    amount: Decimal
    tax: Decimal
    rate: Decimal | None
    quantity: Decimal = Decimal(1)
    discount: Decimal = ZERO
    sku: str = ""
    tax_class: str = ""
    gift_cards: tuple = field(default=(), repr=False)

    def __post_init__(self):
        _shorten(self, ("name", "sku", "tax_class"), plain=("name",))


@dataclass(frozen=True)
class Tender:
    """What was paid with the shop's own gift card or store credit (on a refund: given back to it); positive.

    :ivar order_id: ``external_id`` of the earlier order of which something was given back as this credit; else empty.
    """

    kind: TenderKind
    amount: Decimal
    reference: str = ""
    order_id: str = ""


@dataclass(frozen=True)
class Capture:
    """Money a provider has taken from the buyer. ``time`` may be None where the shop keeps the sum alone.

    ``quantities`` is what it was taken for, as pairs of a line's ``external_id`` and a quantity; empty where the shop
    reports the sum alone. ``is_assumed`` where it only tells that money was taken: ``amount`` is then what the order
    comes to as it reads now, and what was really taken of an order that was lowered since is not known.
    """

    external_id: str
    amount: Decimal
    time: datetime.datetime | None = None
    quantities: tuple = ()
    is_assumed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Shipment:
    """Goods sent. ``quantities`` is pairs of a line's ``external_id`` and a quantity; empty: all that was left."""

    external_id: str
    time: datetime.datetime
    quantities: tuple = ()


@dataclass(frozen=True)
class TaxTotal:
    """The shop's own sum of VAT for one rate in percent, over the whole order."""

    rate: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Refund:
    """Money or goods given back: an object of its own, never derived from a changed order.

    :ivar external_id: identity within the shop. :ivar order_id: ``external_id`` of the order.
    :ivar amount: what is credited with VAT, positive, gift cards and store credit included. It wins over the lines.
    :ivar lines: what it is for; empty for an amount without lines. Amounts, taxes and quantities are positive.
    :ivar taxes: the shop's own VAT per rate of this refund; empty where it does not report it.
    :ivar currency: of a refund that is a document of its own; empty within its order, whose currency it has.
    :ivar offset: the part of ``amount`` for which no money goes back: it settles what the buyer owes of the order, as
        for goods that came back before they were paid for, or were exchanged.
    :ivar released: the part of ``amount`` that was never taken: given up while it was only reserved. That is no money
        back, and its goods are no sale.
    """

    external_id: str
    order_id: str
    amount: Decimal
    time: datetime.datetime
    lines: tuple = ()
    tenders: tuple = ()
    references: tuple = ()
    taxes: tuple = ()
    number: str = ""
    reason: str = ""
    currency: str = ""
    released: Decimal = ZERO
    offset: Decimal = ZERO


@dataclass(frozen=True)
class Order:
    """One order as the shop reports it now.

    :ivar external_id: the shop's stable key. :ivar number: what the shop calls the order to the buyer.
    :ivar status: the shop's own word, for people.
    :ivar lines: what was ordered, as the order reads now, *before* anything was given back.
    :ivar total: what the buyer owes for the lines with VAT, before ``tenders`` are taken off.
    :ivar taxes: the shop's own VAT per rate; empty where it does not report it.
    :ivar tenders: the part of the total paid with the shop's own gift cards or credit.
    :ivar accepted_at: when the order became binding (paid or reserved); None while it is only begun.
    :ivar captures: money taken so far; None where the platform does not report it.
    :ivar is_capture_final: True when what was reserved and not captured was voided, or expired before anything was
        sent: the buyer owes no more than was captured. False where all was captured, where more is due because the
        order was raised, and where the reservation of goods that were sent has run out: the buyer owes for them.
    :ivar shipments: goods sent. :ivar completed_at: when the shop calls the order finished.
    :ivar cancelled_at: when it was called off. An order may be cancelled after goods were sent or money was taken.
    :ivar is_deleted: the shop does not have it any more.
    :ivar is_test: not a real sale; never booked.
    :ivar payment_method: the shop's code of the means of payment; ``payment_name`` is for people.
    :ivar delivery_method: the shop's code of the way of delivery.
    :ivar problems: sentences (:class:`~..common.messages.Message`) on what cannot be read for certain; an order with
        problems waits for a person.
    """

    external_id: str
    number: str
    created_at: datetime.datetime
    changed_at: datetime.datetime
    currency: str
    total: Decimal
    lines: tuple = ()
    status: str = ""
    taxes: tuple = ()
    tenders: tuple = ()
    buyer: Buyer = field(default_factory=Buyer)
    billing: Address = field(default_factory=Address)
    shipping: Address = field(default_factory=Address)
    payment_method: str = ""
    payment_name: str = ""
    delivery_method: str = ""
    references: tuple = ()
    accepted_at: datetime.datetime | None = None
    captures: tuple | None = None
    is_capture_final: bool = False
    shipments: tuple = ()
    completed_at: datetime.datetime | None = None
    cancelled_at: datetime.datetime | None = None
    refunds: tuple = ()
    is_deleted: bool = False
    is_test: bool = False
    problems: tuple = ()

    @property
    def captured(self) -> Decimal:
        """The money taken so far; zero where the platform does not report it."""
        return sum((capture.amount for capture in self.captures or ()), ZERO)

    @property
    def is_captured_assumed(self) -> bool:
        """Whether the shop does not tell how much money was taken, only that it was."""
        return any(capture.is_assumed for capture in self.captures or ())

    @property
    def tendered(self) -> Decimal:
        """What gift cards and store credit paid."""
        return sum((tender.amount for tender in self.tenders), ZERO)

    @property
    def offset(self) -> Decimal:
        """What came back settles of what the buyer owes, without money."""
        return sum((refund.offset for refund in self.refunds), ZERO)

    @property
    def is_called_off(self) -> bool:
        """Whether the order was cancelled, or deleted in the shop."""
        return bool(self.cancelled_at or self.is_deleted)


@dataclass(frozen=True)
class RawOrder:
    """One order's documents as the shop gave them, before they are read.

    :ivar content: JSON with everything :func:`parse` of the platform needs: the order, its refunds, its payments.
    """

    external_id: str
    changed_at: datetime.datetime | None
    content: bytes


@dataclass(frozen=True)
class Hint:
    """What a webhook says: that something happened to some orders. The orders themselves are then asked for.

    :ivar order_ids: ``external_id`` of the orders. :ivar delivery_id: identity of the delivery, empty if it has none.
    """

    topic: str
    order_ids: tuple
    delivery_id: str = ""


@dataclass(frozen=True)
class ShopSettings:
    """How to reach a shop and read its documents.

    :ivar url: scheme and host, perhaps a path; for hosted platforms see the platform's own file.
    :ivar key: user name, consumer key or client id. :ivar secret: what belongs to it.
    :ivar token: an access token. :ivar token_secret: what belongs to it (OAuth 1.0a).
    :ivar store: store code or shop name, where one installation has several.
    :ivar may_be_local: whether the shop may stand in our own network, or on this machine without https.
    :ivar time_zone: the zone of times the platform writes without one (:class:`zoneinfo.ZoneInfo`).
    :ivar others: what else the platform declares, by name.
    """

    #: What every shop has, so that no platform declares it.
    NOT_DECLARED: ClassVar = frozenset({"url", "time_zone", "may_be_local", "others"})

    url: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_secret: str = field(default="", repr=False)
    store: str = ""
    time_zone: datetime.tzinfo = datetime.timezone.utc
    may_be_local: bool = True
    others: Mapping = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def with_entered(cls, entered: Mapping, **common) -> "ShopSettings":
        """Return the settings of a shop: what was entered is the field of the same name, or one of ``others``.

        :param entered: every setting that the platform declares, by name. :param common: what every shop has.
        """
        known = {own.name for own in fields(cls)} - cls.NOT_DECLARED
        others = {name: value for name, value in entered.items() if name not in known}
        return cls(**{name: entered[name] for name in known & entered.keys()}, others=others, **common)


def references(pairs: Iterable) -> tuple:
    """Return a :class:`Reference` for each (kind, value): each once, in this order, empty values left out."""
    return tuple(dict.fromkeys(Reference(kind, str(value)) for kind, value in pairs if value))
