"""PrestaShop: orders over the Webservice, by polling (core sends no webhooks). Times are the shop's, without a zone.

Stored document: ``{"order": {}, "siblings": [], "payments": [], "details": [], "slips": [], "histories": [],
"cart_rules": [], "customers": {}, "carriers": {}, "currencies": {}, "addresses": {}, "states": {}, "taxes": {},
"countries": {}}``, each record as the Webservice gave it, those in braces by their id. Siblings are the orders with the
same reference.

Settings: ``url`` is the shop's address; ``token`` is the Webservice key, which needs leave to view the resources of
:data:`NEEDED`; ``store`` is the ``id_shop`` of a multishop, or empty; ``time_zone`` is the shop's.

Source: devdocs.prestashop-project.org/9/webservice, and the classes ``Order``, ``OrderSlip`` and ``PaymentModule`` of
github.com/PrestaShop/PrestaShop. Core has no gift cards or store credit, no tips, and no mark of a test.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from ..common.amounts import divide, explaining_rate, tax_within, to_amount, to_decimal
from ..common.currencies import rounded
from ..common.http import Connection
from ..common.json_reading import (
    entries,
    load_document,
    load_json,
    nested,
    references,
    required,
    text,
    to_json,
    to_time,
)
from ..common.messages import DocumentError, ProviderError, _
from .clients import check_address, not_understood
from .contract import Platform
from .left_out import TRACES
from .paging import listed, pages_in_order, shown_since
from .records import (
    ZERO,
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    OrderLine,
    RawOrder,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
)

PAGE_SIZE = 100

#: What belongs to an order: the document's field, the resource, and its field with the order's id.
PARTS = (
    ("details", "order_details", "id_order"),
    ("slips", "order_slip", "id_order"),
    ("histories", "order_histories", "id_order"),
    ("cart_rules", "order_cart_rules", "id_order"),
)
#: States have no flag for it. This is the e-mail's template, the same in each installation while the id may be another.
CANCELLED_TEMPLATE = "order_canceled"
ROUND_TOTAL = "3"
SHIPPING_ID, WRAPPING_ID = "shipping", "wrapping"


def _ids(*names: str) -> Callable:
    """Return what finds the ids an order has in these fields."""
    return lambda document: {str(document["order"].get(name)) for name in names}


def _state_ids(document: dict) -> set:
    return {str(entry.get("id_order_state")) for entry in document["histories"]} | _ids("current_state")(document)


def _tax_ids(document: dict) -> set:
    return {
        str(tax.get("id"))
        for detail in document["details"]
        for tax in (detail.get("associations") or {}).get("taxes") or ()
    }


def _country_ids(document: dict) -> set:
    return {str(address.get("id_country")) for address in document["addresses"].values()}


#: What orders have in common: the document's field, the resource, and how the ids are found in the document so far.
LOOKED_UP = (
    ("customers", "customers", _ids("id_customer")),
    ("carriers", "carriers", _ids("id_carrier")),
    ("currencies", "currencies", _ids("id_currency")),
    ("addresses", "addresses", _ids("id_address_invoice", "id_address_delivery")),
    ("states", "order_states", _state_ids),
    ("taxes", "taxes", _tax_ids),
    ("countries", "countries", _country_ids),
)
NEEDED = ("orders", "order_payments", *(resource for _name, resource, _how in (*PARTS, *LOOKED_UP)))


# --- reading a document


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document (see the module); times are in ``settings.time_zone``.

    :raises DocumentError: a field is missing or cannot be read.
    """
    document, zone = load_document(content), settings.time_zone
    record = required(document, "order")
    currency = str(required(_looked_up(document, "currencies", "id_currency"), "iso_code"))
    total = to_amount(required(record, "total_paid_tax_incl"), currency, "total_paid_tax_incl")
    changed_at = to_time(required(record, "date_upd"), zone, "date_upd")
    course = _Course(document, zone, changed_at)
    lines = _lines(document, currency)
    captures = _captures(document, currency, course.began("paid"), zone)
    billing = _looked_up(document, "addresses", "id_address_invoice")
    delivery = _looked_up(document, "addresses", "id_address_delivery")
    return Order(
        external_id=str(required(record, "id")),
        number=str(required(record, "reference")),
        created_at=to_time(required(record, "date_add"), zone, "date_add"),
        changed_at=_changed_at(document, zone),
        currency=currency,
        total=total,
        lines=lines,
        status=_in_first_language(course.current, "name") or text(record, "current_state"),
        buyer=_buyer(_looked_up(document, "customers", "id_customer"), billing),
        billing=_address(billing, document),
        shipping=_address(delivery, document),
        payment_method=text(record, "module"),
        payment_name=text(record, "payment"),
        delivery_method=_in_first_language(_looked_up(document, "carriers", "id_carrier"), "name"),
        references=_references(document),
        # "logable" means that the shop counts the order as a sale: modules set it when money is reserved
        accepted_at=min(filter(None, (course.began("logable"), course.began("paid"))), default=None),
        captures=captures,
        is_capture_final=course.is_cancelled and sum((capture.amount for capture in captures), ZERO) < total,
        shipments=tuple(Shipment(entry_id, moment) for entry_id, moment in course.sent()),
        completed_at=course.began("shipped", "paid"),
        cancelled_at=course.cancelled_at,
        refunds=tuple(_refund(slip, record, currency, zone, lines) for slip in entries(document, "slips")),
    )


class _Course:
    """The states an order went through. One that is in a state without any history got there at its last change."""

    def __init__(self, document, zone, changed_at):
        record, states = document["order"], document.get("states") or {}
        self.current = _looked_up(document, "states", "current_state")
        self.entries = sorted(
            (
                (
                    to_time(required(entry, "date_add"), zone, "date_add"),
                    text(entry, "id"),
                    states.get(str(entry.get("id_order_state"))) or {},
                )
                for entry in entries(document, "histories")
            ),
            key=lambda found: (found[0], len(found[1]), found[1]),
        )
        if self.current not in [state for _moment, _entry_id, state in self.entries]:
            self.entries.append((changed_at, f"state-{record.get('current_state')}", self.current))

    def _with(self, *flags):
        return [entry for entry in self.entries if all(str(entry[2].get(flag)) == "1" for flag in flags)]

    def began(self, *flags) -> datetime | None:
        """Return when the order first was in a state with all these flags."""
        return next((moment for moment, _entry_id, _state in self._with(*flags)), None)

    def sent(self) -> list:
        """Return the history's id and time of when the order was sent: once, as parcels of their own are not told."""
        return [(entry_id, moment) for moment, entry_id, _state in self._with("shipped")[:1]]

    @property
    def is_cancelled(self) -> bool:
        """Whether the order is cancelled now."""
        return _in_first_language(self.current, "template") == CANCELLED_TEMPLATE

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was cancelled, last."""
        times = [moment for moment, _entry_id, state in self.entries if state == self.current]
        return times[-1] if self.is_cancelled else None


def _looked_up(document: dict, name: str, field: str) -> dict:
    """Return the row of a table that a field of the order points to."""
    return (document.get(name) or {}).get(str(document["order"].get(field))) or {}


def _in_first_language(record: dict, name: str) -> str:
    """Return a text; of one in several languages (``[{"id", "value"}]``) the first."""
    value = record.get(name)
    return (
        next((text(entry, "value") for entry in entries(record, name)), "")
        if isinstance(value, list)
        else str(value or "")
    )


def _number(record: dict, name: str) -> Decimal:
    return to_decimal(record.get(name) or 0, name)


def _changed_at(document: dict, zone) -> datetime:
    times = [(document["order"], "date_upd")]
    times += [(slip, "date_upd" if slip.get("date_upd") else "date_add") for slip in entries(document, "slips")]
    times += [(payment, "date_add") for payment in entries(document, "payments")]
    return max(to_time(required(record, name), zone, name) for record, name in times)


# --- lines


def _lines(document: dict, currency: str) -> tuple:
    """Return the rows, freight and wrapping, less the discounts, which the shop keeps for the whole order.

    Discounts are divided over the rows in proportion to their gross amounts, and so over their VAT rates; those for
    free shipping come off the freight.
    """
    record = document["order"]
    details = [detail for detail in entries(document, "details") if _number(detail, "product_quantity")]
    gross = [_number(detail, "total_price_tax_incl") for detail in details]
    rows = [rounded(amount, currency) for amount in gross]
    if str(record.get("round_type")) == ROUND_TOTAL and sum(gross):
        # the shop rounds their sum only
        rows = divide(to_amount(required(record, "total_products_wt"), currency, "total_products_wt"), gross, currency)
    freight = to_amount(_number(record, "total_shipping_tax_incl"), currency, "total_shipping_tax_incl")
    wrapping = to_amount(_number(record, "total_wrapping_tax_incl"), currency, "total_wrapping_tax_incl")
    discount = to_amount(_number(record, "total_discounts_tax_incl"), currency, "total_discounts_tax_incl")
    off_freight = min(discount, freight, _freight_discount(document, currency))
    amounts = [*rows, freight - off_freight, wrapping]
    # more than the goods cost comes off the rest
    weights = amounts if discount - off_freight > sum(rows) else [*rows, ZERO, ZERO]
    cuts = divide(discount - off_freight, weights, currency) if sum(weights) else [ZERO] * len(amounts)
    taxes = [_taxes(detail, document) for detail in details]
    lines = [_line(*row, currency) for row in zip(details, taxes, rows, cuts[: len(rows)], strict=True)]
    rates = {line.rate for line in lines}
    rate = record.get("carrier_tax_rate")
    rate = None if rate in (None, "") else to_decimal(rate, "carrier_tax_rate")
    name = _in_first_language(_looked_up(document, "carriers", "id_carrier"), "name") or "Shipping"
    lines.append(_charge(record, "shipping", LineKind.SHIPPING, name, freight, off_freight + cuts[-2], rate, currency))
    tax = wrapping - to_amount(_number(record, "total_wrapping_tax_excl"), currency, "total_wrapping_tax_excl")
    rate = explaining_rate(wrapping, tax, {*rates, rate} - {None}, currency)
    lines.append(_charge(record, "wrapping", LineKind.FEE, "Gift wrapping", wrapping, cuts[-1], rate, currency))
    return tuple(line for line in lines if line)


def _freight_discount(document: dict, currency: str) -> Decimal:
    rules = entries(document, "cart_rules")
    values = [
        _number(rule, "value") for rule in rules if str(rule.get("free_shipping")) == "1" and not _is_deleted(rule)
    ]
    return rounded(sum(values, ZERO), currency)


def _is_deleted(record: dict) -> bool:
    return str(record.get("deleted")) == "1"


def _taxes(detail: dict, document: dict) -> list:
    """Return the taxes of a row from the shop's table; None in the place of one that is not there."""
    taxes = entries(nested(detail, "associations"), "taxes")
    return [(document.get("taxes") or {}).get(str(tax.get("id"))) for tax in taxes]


def _rate(detail: dict, found: list) -> Decimal | None:
    if not all(found):
        return None
    if not found and _number(detail, "total_price_tax_incl") != _number(detail, "total_price_tax_excl"):
        return None
    return sum((to_decimal(required(tax, "rate"), "rate") for tax in found), ZERO)


def _tax(amount: Decimal, cut: Decimal, net: Decimal, rate: Decimal | None, currency: str) -> Decimal:
    """Return the VAT of ``amount`` less ``cut``: the shop's own where nothing was cut off."""
    if not cut or not amount:
        return amount - rounded(net, currency)
    if rate is None:
        return rounded((amount - net) * (amount - cut) / amount, currency)
    return tax_within(amount - cut, rate, currency)


def _line(detail: dict, taxes: list, amount: Decimal, cut: Decimal, currency: str) -> OrderLine:
    rate = _rate(detail, taxes)
    return OrderLine(
        external_id=str(required(detail, "id")),
        kind=LineKind.PRODUCT,
        name=text(detail, "product_name"),
        amount=amount - cut,
        tax=_tax(amount, cut, _number(detail, "total_price_tax_excl"), rate, currency),
        rate=rate,
        quantity=_number(detail, "product_quantity"),
        discount=cut,
        sku=text(detail, "product_reference"),
        tax_class=" + ".join(_in_first_language(tax, "name") for tax in taxes if tax),
    )


def _charge(record, part, kind, name, amount, cut, rate, currency) -> OrderLine | None:
    if not amount:
        return None
    tax = _tax(amount, cut, _number(record, f"total_{part}_tax_excl"), rate, currency)
    return OrderLine(part, kind, name, amount - cut, tax, rate, discount=cut)


# --- payment, credit slips, people


def _captures(document: dict, currency: str, paid_at: datetime | None, zone) -> tuple:
    """Return the payments, once a state said that they are paid: modules write them down when they are reserved.

    A payment belongs to a reference. Orders that share it, because one was split, have each their part of it.
    """
    if paid_at is None:
        return ()
    order_id = str(document["order"].get("id"))
    siblings = entries(document, "siblings")
    weights = [_number(sibling, "total_paid_tax_incl") for sibling in siblings]
    captures = []
    for payment in entries(document, "payments"):
        amount = to_amount(required(payment, "amount"), currency, "amount")
        if sum(weights):
            parts = divide(amount, weights, currency)
            amount = sum((part for part, s in zip(parts, siblings, strict=True) if str(s.get("id")) == order_id), ZERO)
        if amount > 0:
            moment = max(paid_at, to_time(required(payment, "date_add"), zone, "date_add"))
            captures.append(Capture(str(required(payment, "id")), amount, moment))
    return tuple(captures)


def _refund(slip: dict, record: dict, currency: str, zone, lines: tuple) -> Refund:
    """Return a credit slip. It tells what the shop credited, not that the provider has paid it out."""
    known = {line.external_id: line for line in lines}
    shipping = _number(slip, "total_shipping_tax_incl") or _number(slip, "shipping_cost_amount")
    goods, chosen = _number(slip, "total_products_tax_incl"), _number(slip, "amount")
    if chosen and chosen != _number(slip, "total_products_tax_excl"):
        goods = chosen  # the amount a person chose, or the goods again
    details = entries(nested(slip, "associations"), "order_slip_details")
    back = [
        _line_back(
            known.get(str(detail.get("id_order_detail"))),
            _number(detail, "amount_tax_incl"),
            _number(detail, "amount_tax_excl"),
            _number(detail, "product_quantity"),
            currency,
        )
        for detail in details
    ]
    net = _number(slip, "total_shipping_tax_excl")
    back.append(_line_back(known.get(SHIPPING_ID), shipping, net, Decimal(1), currency, LineKind.SHIPPING))
    return Refund(
        external_id=str(required(slip, "id")),
        order_id=str(required(record, "id")),
        amount=rounded(goods + shipping, currency),
        time=to_time(required(slip, "date_add"), zone, "date_add"),
        lines=tuple(line for line in back if line),
    )


def _line_back(line, amount, net, quantity, currency, kind=LineKind.PRODUCT) -> OrderLine | None:
    if not amount:
        return None
    amount, tax, quantity = rounded(amount, currency), rounded(amount, currency) - rounded(net, currency), quantity or 1
    if line is None:
        return OrderLine("", kind, "", amount, tax, None if tax else ZERO, Decimal(quantity))
    return OrderLine(
        line.external_id,
        kind,
        line.name,
        amount,
        tax,
        line.rate,
        Decimal(quantity),
        sku=line.sku,
        tax_class=line.tax_class,
    )


def _references(document: dict) -> tuple:
    """Return the order's id, its reference (which split orders share) and the payments' own ids."""
    pairs = [
        (ReferenceKind.SHOP_ID, document["order"].get("id")),
        (ReferenceKind.SHOP_NUMBER, document["order"].get("reference")),
        *((ReferenceKind.PROVIDER_ID, payment.get("transaction_id")) for payment in entries(document, "payments")),
    ]
    return references(pairs)


def _name(record: dict) -> str:
    return " ".join(filter(None, (record.get("firstname"), record.get("lastname"))))


def _buyer(customer: dict, billing: dict) -> Buyer:
    is_guest = str(customer.get("is_guest")) == "1"
    return Buyer(
        external_id="" if is_guest else text(customer, "id"),
        name=_name(customer) or _name(billing),
        company=text(billing, "company") or text(customer, "company"),
        email=text(customer, "email"),
        phone=text(billing, "phone_mobile") or text(billing, "phone"),
        vat=text(billing, "vat_number"),
    )


def _address(record: dict, document: dict) -> Address:
    country = (document.get("countries") or {}).get(str(record.get("id_country"))) or {}
    fields = [record.get(name) for name in ("company", "address1", "address2", "postcode", "city")]
    return Address(_name(record), *(str(value or "") for value in fields), country=text(country, "iso_code"))


# --- the client


class PrestaShopClient:
    """Reads orders. It writes nothing. Parameters and errors as :class:`~.magento.MagentoClient`."""

    def __init__(self, settings: ShopSettings, session=None, sleep: Callable = time.sleep):
        check_address(settings.url, may_be_local=settings.may_be_local)
        if not re.fullmatch(r"[0-9A-Za-z]{32}", settings.token):
            raise ProviderError(
                _(
                    "The PrestaShop key should have 32 letters and digits. Copy it from Advanced Parameters >"
                    " Webservice."
                ),
                is_permanent=True,
            )
        self._settings = settings
        base_url = f"{settings.url.rstrip('/')}/api"
        self._connection = Connection(
            "PrestaShop", base_url, load_json, [settings.token], session, sleep, may_be_local=settings.may_be_local
        )

    def check(self) -> str:
        """Return the shop's name, when everything needed can be read."""
        for resource in NEEDED:
            self._list(resource, limit="1")
        shops = self._list("shops", limit="1")
        return _in_first_language(shops[0], "name") if shops else ""

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order as it reads now; None when the shop does not have it any more."""
        return next(iter(self._read([external_id])), None)

    def changes(self, since: datetime) -> Iterator:
        """Yield pages of orders changed since, oldest change first; also those with a new credit slip or payment."""
        since = shown_since(since, self._settings.time_zone)
        asks = (
            self._ask_for("orders", "id", "date_upd"),
            self._ask_for("order_slip", "id_order", "date_upd"),
            self._ask_for("order_payments", "order_reference", "date_add"),
        )
        return pages_in_order([listed(ask, since) for ask in asks], self._read, PAGE_SIZE)

    def _ask_for(self, resource: str, order_field: str, time_field: str) -> Callable:
        zone = self._settings.time_zone

        def ask(start: datetime, page: int) -> tuple:
            after = (start.astimezone(zone) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S")
            records = self._list(
                resource,
                {time_field: f">[{after}]"},
                display=f"[{','.join(dict.fromkeys(('id', order_field, time_field)))}]",
                sort=f"[{time_field}_ASC,id_ASC]",
                limit=f"{(page - 1) * PAGE_SIZE},{PAGE_SIZE}",
            )
            try:
                rows = [
                    (to_time(record.get(time_field), zone, time_field), str(record[order_field])) for record in records
                ]
            except (DocumentError, KeyError):
                raise not_understood("PrestaShop", resource) from None
            if order_field == "order_reference":
                ids = self._ids_of({reference for _moment, reference in rows})
                # a payment without its order stays a row, as the list goes on after it
                rows = [(moment, order_id) for moment, reference in rows for order_id in ids.get(reference, [""])]
            return rows, len(records) == PAGE_SIZE

        return ask

    def _ids_of(self, references: set) -> dict:
        ids: dict = {}
        for record in self._any_of("orders", "reference", references, display="[id,reference]"):
            ids.setdefault(str(record.get("reference")), []).append(str(record.get("id")))
        return ids

    def _read(self, order_ids: list) -> list:
        """Return the orders with all that belongs to them: one question for each kind, not for each order."""
        orders = self._any_of("orders", "id", order_ids)
        ids, references = ({str(order.get(name)) for order in orders} for name in ("id", "reference"))
        fields = "[id,reference,total_paid_tax_incl]"
        siblings = _grouped(self._any_of("orders", "reference", references, display=fields), "reference")
        payments = _grouped(self._any_of("order_payments", "order_reference", references), "order_reference")
        parts = {name: _grouped(self._any_of(resource, field, ids), field) for name, resource, field in PARTS}
        documents = [
            {
                "order": order,
                "siblings": siblings.get(str(order.get("reference")), []),
                "payments": payments.get(str(order.get("reference")), []),
                **{name: found.get(str(order.get("id")), []) for name, found in parts.items()},
            }
            for order in orders
        ]
        for name, resource, ids_in in LOOKED_UP:
            found = {
                str(row.get("id")): row for row in self._any_of(resource, "id", set().union(*map(ids_in, documents)))
            }
            for document in documents:
                document[name] = {each: found[each] for each in sorted(ids_in(document)) if each in found}
        return [_raw_order(document, self._settings.time_zone) for document in documents]

    def _any_of(self, resource: str, field: str, values, display: str = "full") -> list:
        """Return every record with one of these values. Without a limit, the Webservice gives them all."""
        values = sorted(value for value in values if value)
        return self._list(resource, {field: f"[{'|'.join(values)}]"}, display=display) if values else []

    def _list(self, resource: str, filters=(), display="full", sort="[id_ASC]", limit="") -> list:
        params = {"output_format": "JSON", "display": display, "sort": sort, "date": 1}
        params |= {f"filter[{name}]": value for name, value in dict(filters).items()}
        params |= {"limit": limit} if limit else {}
        params |= {"id_shop": self._settings.store} if self._settings.store else {}
        answer, _body = self._connection.json("GET", f"/{resource}", params=params, auth=(self._settings.token, ""))
        if isinstance(answer, dict) and len(answer) == 1:
            [answer] = answer.values()
        elif answer in ([], {}):
            answer = []  # an empty list comes without its name
        else:
            answer = None
        if not isinstance(answer, list) or not all(isinstance(record, dict) for record in answer):
            raise not_understood("PrestaShop", resource)
        return answer


def _grouped(records: list, field: str) -> dict:
    groups: dict = {}
    for record in records:
        groups.setdefault(str(record.get(field)), []).append(record)
    return groups


def _raw_order(document: dict, zone) -> RawOrder:
    try:
        changed_at = _changed_at(document, zone)
    except DocumentError:
        changed_at = None  # parse says what is wrong with this order; the others are not kept waiting
    return RawOrder(str(document["order"].get("id")), changed_at, to_json(document))


#: The customer's record has the digest of his password; a payment, his card. Notes and messages are for people.
LEFT_OUT = (
    *TRACES,
    "secure_key",
    "last_passwd_gen",
    "reset_password_*",
    "ip_registration_newsletter",
    "newsletter*",
    "optin",
    "birthday",
    "id_gender",
    "note",
    "other",
    "alias",
    "dni",
    "website",
    "id_cart",
    "gift_message",
    "card_*",
)

PLATFORM = Platform(
    code="prestashop",
    name="PrestaShop",
    parse=parse,
    client=PrestaShopClient,
    left_out=LEFT_OUT,
)
