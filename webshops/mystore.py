"""Mystore (Acendy): JSON:API and webhooks.

Sources: Mystore's help centre (statuses, tags, edits, credit orders), its documentation at mystoreapi.docs.apiary.io,
and published code of others that uses it (addresses, paging, filter, rate limit, signature). The names of most
attributes could not be confirmed; those are all in :data:`FIELDS`.

Settings: ``store`` is the shop's name in the address, ``token`` a personal access token with the scopes
``read:orders``, ``read:order-products``, ``read:order-totals``, ``read:order-status`` and
``read:order-status-history``; ``url`` is left empty. Times without an offset are taken to be in the shop's time zone.

A stored document is ``{"data": …, "included": […]}``: one order and the resources it refers to. Money is captured when
an order gets the status with the tag *Fullført* (by default "Sendt"), all of it at once, and the goods are sent then.
To set that status while editing an order captures nothing, which cannot be seen here.

What is credited is an order of its own with negative quantities. It is read as a :class:`~.records.Refund`.
"""

import datetime
import itertools
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

import requests

from ..common.amounts import tax_within, to_amount, to_decimal
from ..common.http import Connection
from ..common.json_reading import entries, load_document, load_json, nested, required, text, to_json, to_time
from ..common.messages import DocumentError, Message, ProviderError, _
from .clients import check_address, is_key, not_understood, unless_gone
from .contract import Platform
from .credit_orders import address, completed_in_one_go, goods_line, is_credit, order_references, refund
from .left_out import USUAL_NAMES
from .paging import clock_goes_back, listed, shown_since
from .records import (
    ZERO,
    Buyer,
    Hint,
    LineKind,
    Order,
    OrderLine,
    RawOrder,
    Refund,
    ShopSettings,
)
from .signatures import is_signed_base64

BASE_URL = "https://api.mystore.no"
MEDIA_TYPE = "application/vnd.api+json"
PAGE_SIZE = 100
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

TOPIC_HEADER = "x-no-mystore-topic"
SIGNATURE_HEADER = "x-no-mystore-hmac-sha256"
ORDER_TOPICS = ("orders/create", "orders/update")


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
#: What is asked for along with an order.
INCLUDED = ",".join((FIELDS.products, FIELDS.totals, "order-status", FIELDS.history, f"{FIELDS.history}.order-status"))

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

# --- documents


def parse(content: bytes, settings: ShopSettings) -> Order | Refund:
    """Return the order, or of a credit order the refund.

    :raises DocumentError: a field that is needed is missing, or a credit order does not tell what it credits.
    """
    document = load_document(content)
    required(document, "data")
    resources = _Resources(nested(document, "data"), entries(document, "included"), settings.time_zone)
    lines, problems = _lines(resources)
    return (_refund if is_credit(lines) else _order)(resources, lines, problems)


class _Resources:
    """An order and the resources that came with it.

    :ivar id: of the order. :ivar attributes: of the order.
    """

    def __init__(self, order: dict, included: list, zone: datetime.tzinfo):
        self.id = str(required(order, "id"))
        self.zone = zone
        self.attributes = nested(order, "attributes")
        self._order = order
        self._included = _by_identity(included)

    @property
    def currency(self) -> str:
        return str(required(self.attributes, "currency"))

    def text(self, name: str) -> str:
        """Return an attribute of the order as text."""
        return text(self.attributes, name)

    def time(self, name: str) -> datetime.datetime:
        """Return an attribute of the order that is a time."""
        return to_time(required(self.attributes, name), self.zone, name)

    def related_ids(self, name: str, resource=None) -> list:
        """Return (type, id) of what the order, or another resource, refers to."""
        return _identities(resource or self._order, name)

    def related(self, name: str, resource=None, is_required: bool = False) -> list:
        """Return the resources that the order, or another resource, refers to."""
        if is_required:
            required(nested(self._order, "relationships"), name)
        found = [(identity, self._included.get(identity)) for identity in self.related_ids(name, resource)]
        missing = [identity for identity, each in found if each is None]
        if missing and is_required:
            raise DocumentError(
                _("The order refers to %(type)s %(id)s, which did not come with it. Nothing of the order was read."),
                type=missing[0][0],
                id=missing[0][1],
            )
        return [each for _identity, each in found if each is not None]


def _order(resources: _Resources, lines: list, problems: list) -> Order:
    changed_at, created_at = resources.time("updated_at"), resources.time("created_at")
    lines = [line for line in lines if line.amount or line.quantity]
    total = _told_total(resources)
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
        lines=tuple(lines),
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


def _refund(resources: _Resources, lines: list, problems: list) -> Refund:
    original = next((order_id for _type, order_id in resources.related_ids(FIELDS.original_order)), "")
    if original and _status(resources)[1] is Meaning.CANCELLED:
        raise DocumentError(
            _(
                "The credit order %(order)s, of order %(original)s, was cancelled. If it has been credited here, credit"
                " that by hand; then leave this one out."
            ),
            order=resources.id,
            original=original,
        )
    if problems:
        raise DocumentError(problems[0].template, **problems[0].values)
    transaction = resources.text(FIELDS.transaction)
    return refund(resources.id, original, resources.time("created_at"), lines, _told_total(resources), transaction)


def _lines(resources: _Resources) -> tuple:
    """Return the lines, and the problems with totals that are not known here."""
    currency = resources.currency
    products = [
        goods_line(nested(each, "attributes"), str(each.get("id")), FIELDS, currency)
        for each in resources.related(FIELDS.products, is_required=True)
    ]
    # Freight whose own rate is not told follows the goods; of several rates, the highest.
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
                        _(
                            'The shop lists %(amount)s as "%(code)s" on order %(order)s, which is not known here.'
                            " Report it, with what it stands for."
                        ),
                        {"amount": amount, "code": code, "order": resources.id},
                    )
                )
    return products + [line for line in totals if line.amount], problems


def _total_line(
    resource: dict, attributes: dict, kind: LineKind, rate_of_goods: Decimal | None, currency: str
) -> OrderLine:
    """Return a total as a line. Its id is told apart from those of products, which are counted by themselves."""
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


def _told_total(resources: _Resources) -> Decimal | None:
    """Return the total as the shop tells it, or None."""
    for resource in resources.related(FIELDS.totals):
        attributes = nested(resource, "attributes")
        if attributes.get(FIELDS.code) == TOTAL:
            return to_amount(required(attributes, FIELDS.value), resources.currency, FIELDS.value)
    return None


def _status(resources: _Resources, resource=None) -> tuple:
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


def _history(resources: _Resources) -> list:
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


def _buyer(resources: _Resources) -> Buyer:
    customers = resources.related_ids("customer")
    customer = address(resources.attributes, FIELDS.address, "customer")
    return Buyer(
        external_id=customers[0][1] if customers else "",
        name=customer.name,
        company=customer.company,
        email=resources.text(FIELDS.email),
        phone=resources.text(FIELDS.phone),
    )


def _by_identity(resources: list) -> dict:
    """Return resources by (type, id)."""
    return {(str(each.get("type")), str(each.get("id"))): each for each in resources}


def _identities(resource: dict, *names: str) -> list:
    """Return (type, id) of what a resource refers to: by some relationships, or by all."""
    relationships = nested(resource, "relationships")
    found = []
    for name in names or relationships:
        relationship = nested(relationships, name)
        is_list = isinstance(relationship.get("data"), list)
        found += _by_identity(entries(relationship, "data") if is_list else [nested(relationship, "data")])
    return [identity for identity in found if identity != ("None", "None")]


# --- webhooks


def verify(headers: dict, body: bytes, secret: str) -> bool:
    """Whether ``X-No-Mystore-Hmac-Sha256`` is the base64 of the HMAC-SHA256 of the body."""
    return is_signed_base64(body, secret, headers.get(SIGNATURE_HEADER, ""))


def read_hint(headers: dict, body: bytes) -> Hint | None:
    """Return which order a webhook is about; None for other topics.

    :raises DocumentError: the order's id is missing.
    """
    topic = headers.get(TOPIC_HEADER, "").strip().casefold()
    if topic not in ORDER_TOPICS:
        return None
    document = load_document(body)
    return Hint(topic, (str(required(nested(document, "data") or document, "id")),))


# --- client


class MystoreClient:
    """Reads orders; 120 calls a minute are allowed, one of them gives a hundred orders. It writes nothing.

    :param settings: see the module. :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds before a retry.

    All methods raise :class:`~..providers.messages.ProviderError`.
    """

    def __init__(self, settings: ShopSettings, session: requests.Session | None = None, sleep: Callable = time.sleep):
        check_address(settings.url or BASE_URL, may_be_local=settings.may_be_local)
        if not settings.store.strip() or not is_key(settings.token):
            raise ProviderError(
                _(
                    "The shop's name or the access token of Mystore is missing, or has characters that none has. Enter"
                    " the name as it stands in the address of the shop's administration, and a personal access token."
                ),
                is_permanent=True,
            )
        self._settings = settings
        address = f"{settings.url or BASE_URL}/shops/{urllib.parse.quote(settings.store.strip(), safe='')}"
        self._connection = Connection(
            "Mystore", address, load_json, (settings.token,), session, sleep, may_be_local=settings.may_be_local
        )

    def check(self) -> str:
        """Return the shop's name, when its orders may be read."""
        self._get("/orders", {"page[size]": 1})
        return self._settings.store.strip()

    def changes(self, since: datetime.datetime) -> Iterator:
        """Yield the orders and credit orders changed since, page by page, in order of change."""
        zone = self._settings.time_zone
        raws: dict = {}

        def ask(start: datetime.datetime, page: int) -> tuple:
            params = {
                "filter[updated_at][path]": "updated_at",
                "filter[updated_at][operator]": "gte",
                "filter[updated_at][value]": start.astimezone(zone).strftime(TIME_FORMAT),
                "sort": "updated_at",
                "page[number]": page,
                "page[size]": PAGE_SIZE,
                "include": INCLUDED,
            }
            answer = self._get("/orders", params)
            found = [self._raw(order, answer) for order in answer["data"]]
            _check_order([raw.changed_at for raw in found], zone)
            raws.update(((raw.changed_at, raw.external_id), raw) for raw in found)
            return [(raw.changed_at, raw.external_id) for raw in found], bool((answer.get("links") or {}).get("next"))

        rows = listed(ask, shown_since(since, zone))
        while page := tuple(raws.pop(row) for row in itertools.islice(rows, PAGE_SIZE)):
            yield page

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order or credit order; None when the shop does not have it any more."""
        path = f"/orders/{urllib.parse.quote(external_id, safe='')}"
        answer = unless_gone(lambda: self._get(path, {"include": INCLUDED}), self.check)
        return answer and self._raw(answer["data"], answer)

    def _get(self, path: str, params: dict) -> dict:
        headers = {"Accept": MEDIA_TYPE, "Authorization": f"Bearer {self._settings.token}"}
        answer, _body = self._connection.json("GET", path, params=params, headers=headers)
        data = answer.get("data") if isinstance(answer, dict) else None
        orders = data if path == "/orders" else [data]
        is_right = isinstance(orders, list) and all(isinstance(each, dict) and each.get("id") for each in orders)
        if not is_right or not isinstance(answer.get("links") or {}, dict):
            raise not_understood("Mystore", path)
        return answer

    def _raw(self, order: dict, answer: dict) -> RawOrder:
        """Return one order of an answer with what it refers to, directly or through its history."""
        try:
            by_identity = _by_identity(entries(answer, "included"))
            wanted: dict = {}
            waiting = [order]
            while waiting:
                for identity in _identities(waiting.pop()):
                    if identity in by_identity and identity not in wanted:
                        wanted[identity] = by_identity[identity]
                        waiting.append(by_identity[identity])
            attributes = nested(order, "attributes")
            changed_at = to_time(required(attributes, "updated_at"), self._settings.time_zone, "updated_at")
        except DocumentError as error:
            raise ProviderError(
                _("Mystore gave the order %(order)s without a time that can be read: %(reason)s"),
                order=str(order["id"]),
                reason=error.message,
            ) from None
        return RawOrder(str(order["id"]), changed_at, to_json({"data": order, "included": list(wanted.values())}))


def _check_order(times: list, zone: datetime.tzinfo) -> None:
    """Raise when orders do not come by time of change: some would be left out without a word.

    At the end of summer time the shop's clock goes back, and orders seem to be out of order.
    """
    for earlier, later in itertools.pairwise(times):
        if later < earlier and not clock_goes_back(later, zone):
            raise ProviderError(
                _("Mystore does not give the orders in order of change, so that some could be left out. Report it."),
                is_permanent=True,
            )


PLATFORM = Platform(
    code="mystore",
    name="Mystore",
    parse=parse,
    client=MystoreClient,
    verify=verify,
    read_hint=read_hint,
    left_out=USUAL_NAMES,
)
