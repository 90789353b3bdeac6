"""24Nettbutikk: the shop's own JSON API, asked from time to time. There are no webhooks.

Sources: the orders page of the public wiki of the API (last edited 2021: addresses, parameters, answers, statuses) and
24Nettbutikk's help centre (deletion and credit). The lists of fields and the tables of codes could not be read: the
names of all fields but ``modified_on`` are in :data:`FIELDS`. Whether the API is still offered has not been confirmed.

Settings: ``url`` is the shop's address, ``token`` its access token. Times are in the shop's time zone.

A stored document is ``{"order": {…}}``, one order as ``/api/v1/orders`` gives it. Money is taken when an order is set
to "Sendt", all of it at once. Whether the time of that is told is not known; without it, the last change counts.

What is credited comes in two ways: as an order of its own with negative amounts, also when an order was "deleted", or
as lines with a negative quantity in the order itself. The first is read as a :class:`~.records.Refund`; the second as
refunds of the order, one for each such line, at the time of the order's last change.
"""

import datetime
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import requests

from ..common.amounts import to_amount
from ..common.http import Connection
from ..common.json_reading import entries, load_document, load_json, nested, required, text, to_json, to_time
from ..common.messages import DocumentError, Message, ProviderError, _
from .clients import check_address, is_name_or_password, not_understood, unless_gone
from .contract import Platform
from .credit_orders import address, completed_in_one_go, given_back, goods_line, is_credit, order_references, refund
from .left_out import USUAL_NAMES
from .paging import whole_list
from .records import (
    ZERO,
    Buyer,
    LineKind,
    Order,
    OrderLine,
    RawOrder,
    Refund,
    ShopSettings,
    Tender,
    TenderKind,
)

ORDERS = "/api/v1/orders"
#: What the API gives when it is not told a limit.
PAGE_SIZE = 100
#: Orders that are asked for twice, at the end of one page and the start of the next.
OVERLAP = 10

#: The currency of an order that does not tell one.
DEFAULT_CURRENCY = "NOK"


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


# --- documents


def parse(content: bytes, settings: ShopSettings) -> Order | Refund:
    """Return the order, or of a credit order the refund.

    :raises DocumentError: a field that is needed is missing, or a credit order does not tell what it credits.
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
    changed_at = _time(order, "modified_on", zone)
    created_at = _time(order, FIELDS.created_on, zone, changed_at)
    refunds = tuple(
        _refund_of_line(line, number, changed_at) for line in lines if line.quantity < 0 and line.amount < 0
    )
    lines = tuple(_as_discount(line) for line in lines if line.quantity > 0 or line.amount > 0)
    total = _total(order, lines, refunds, currency)
    tenders = _tenders(order, currency)
    status = text(order, FIELDS.status)
    completed_at = _completed_at(order, status, changed_at, zone)
    cancelled_at = changed_at if status.casefold() in CANCELLED else None
    due = total - sum((tender.amount for tender in tenders), ZERO)
    told = completed_in_one_go(due, completed_at, cancelled_at)
    if status.isdecimal() and status not in NEW | COMPLETED | CANCELLED and not completed_at:
        template = _(
            "Order %(order)s has the status %(status)s, and what that means is not known here. Report it, with what"
            " the shop calls it."
        )
        told |= {"captures": None, "problems": (Message(template, {"order": number, "status": status}),)}
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
    moment = _time(order, FIELDS.created_on, zone, _time(order, "modified_on", zone))
    transaction = text(order, FIELDS.transaction)
    total = _told_total(order, currency)
    return refund(text(order, FIELDS.order_no), text(order, FIELDS.credit_of), moment, lines, total, transaction)


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
    return _time(order, FIELDS.completed_on, zone, changed_at) if is_completed else None


def _entries(order: dict, name: str) -> list:
    """Return a list of objects; one alone may come without the list."""
    return [order[name]] if isinstance(order.get(name), dict) else entries(order, name)


def _time(order: dict, name: str, zone: datetime.tzinfo, absent: datetime.datetime | None = None) -> datetime.datetime:
    """Return a time; it must be there unless ``absent`` is given."""
    if absent and not order.get(name):
        return absent
    return to_time(required(order, name), zone, name)


# --- client


class Nettbutikk24Client:
    """Reads orders. It writes nothing.

    :param settings: see the module. :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds before a retry.

    All methods raise :class:`~..providers.messages.ProviderError`.
    """

    def __init__(self, settings: ShopSettings, session: requests.Session | None = None, sleep: Callable = time.sleep):
        check_address(settings.url, may_be_local=settings.may_be_local)
        if not is_name_or_password(settings.token):
            raise ProviderError(
                _(
                    "The access token of 24Nettbutikk is missing, or has characters that no token has. Copy it again"
                    " from the shop's administration."
                ),
                is_permanent=True,
            )
        self._settings = settings
        self._connection = Connection(
            "24Nettbutikk",
            settings.url,
            load_json,
            (settings.token,),
            session,
            sleep,
            may_be_local=settings.may_be_local,
        )

    def check(self) -> str:
        """Return the shop's address without the scheme, when its orders may be read: it does not tell a name."""
        self._get(ORDERS, {"limit": 1, "offset": 0})
        return urllib.parse.urlsplit(self._settings.url).netloc

    def changes(self, since: datetime.datetime) -> Iterator:
        """Yield the orders and credit orders changed since, in order of change.

        In which order the API gives them is not known, so all are read before the first is yielded. The pages overlap:
        an order that changes while we read moves, and others would slip over the edge of a page.
        """

        def ask(page: int) -> tuple:
            offset = (page - 1) * (PAGE_SIZE - OVERLAP)
            orders = self._get(ORDERS, {"since": int(since.timestamp()), "limit": PAGE_SIZE, "offset": offset})
            return orders, len(orders) == PAGE_SIZE

        raws = [self._raw(order) for order in whole_list(ask, FIELDS.order_no)]
        raws.sort(key=lambda raw: (raw.changed_at, raw.external_id))
        for start in range(0, len(raws), PAGE_SIZE):
            yield tuple(raws[start : start + PAGE_SIZE])

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order or credit order; None when the shop does not have it."""
        path = f"{ORDERS}/{urllib.parse.quote(external_id, safe='')}"
        orders = unless_gone(lambda: self._get(path, {}), self.check)
        return self._raw(orders[0]) if orders else None

    def _get(self, path: str, params: dict) -> list:
        """Return the orders of an answer; an answer has a list of them also when it is one."""
        headers = {"Accept": "application/json"}
        answer, _body = self._connection.json(
            "GET", path, params=params, headers=headers, auth=(self._settings.token, "")
        )
        orders = answer.get("data") if isinstance(answer, dict) else None
        is_right = isinstance(orders, list) and all(isinstance(each, dict) for each in orders)
        if not is_right or (path != ORDERS and len(orders) != 1):
            raise not_understood("24Nettbutikk", path)
        return orders

    def _raw(self, order: dict) -> RawOrder:
        try:
            number = str(required(order, FIELDS.order_no))
            changed_at = _time(order, "modified_on", self._settings.time_zone)
        except DocumentError as error:
            raise ProviderError(
                _("24Nettbutikk gave an order whose number or time cannot be read: %(reason)s"), reason=error.message
            ) from None
        return RawOrder(number, changed_at, to_json({"order": order}))


PLATFORM = Platform(
    code="nettbutikk24",
    name="24Nettbutikk",
    parse=parse,
    client=Nettbutikk24Client,
    left_out=USUAL_NAMES,
)
