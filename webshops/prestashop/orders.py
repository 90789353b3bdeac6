"""Reading an order: its course through the shop's states, its payments, credit slips and people."""

from datetime import datetime
from decimal import Decimal

from ...common.amounts import divide, to_amount
from ...common.currencies import rounded
from ...common.json_reading import entries, load_document, nested, required, text, to_time
from ..magento.lines import SHIPPING_ID
from ..records import (
    ZERO,
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    OrderLine,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    references,
)
from .lines import read_lines
from .values import in_first_language, looked_up, number

#: States have no flag for it. This is the e-mail's code, the same in each installation while the id may be another.
CANCELLED_TEMPLATE = "order_canceled"

#: The id of the order's line of freight.


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document (see the package); times are in ``settings.time_zone``.

    :raises DocumentError: a field is missing or cannot be read.
    """
    document, zone = load_document(content), settings.time_zone
    record = required(document, "order")
    currency = str(required(looked_up(document, "currencies", "id_currency"), "iso_code"))
    total = to_amount(required(record, "total_paid_tax_incl"), currency, "total_paid_tax_incl")
    changed_at = to_time(required(record, "date_upd"), zone, "date_upd")
    course = _Course(document, zone, changed_at)
    lines = read_lines(document, currency)
    captures = _captures(document, currency, course.began("paid"), zone)
    billing = looked_up(document, "addresses", "id_address_invoice")
    delivery = looked_up(document, "addresses", "id_address_delivery")
    return Order(
        external_id=str(required(record, "id")),
        number=str(required(record, "reference")),
        created_at=to_time(required(record, "date_add"), zone, "date_add"),
        changed_at=changed_at_of(document, zone),
        currency=currency,
        total=total,
        lines=lines,
        status=in_first_language(course.current, "name") or text(record, "current_state"),
        buyer=_buyer(looked_up(document, "customers", "id_customer"), billing),
        billing=_address(billing, document),
        shipping=_address(delivery, document),
        payment_method=text(record, "module"),
        payment_name=text(record, "payment"),
        delivery_method=in_first_language(looked_up(document, "carriers", "id_carrier"), "name"),
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
        self.current = looked_up(document, "states", "current_state")
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
        """Return the history's id and time of when the order was sent: once, as parcels are not reported."""
        return [(entry_id, moment) for moment, entry_id, _state in self._with("shipped")[:1]]

    @property
    def is_cancelled(self) -> bool:
        """Whether the order is cancelled now."""
        return in_first_language(self.current, "template") == CANCELLED_TEMPLATE

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was cancelled, last."""
        times = [moment for moment, _entry_id, state in self.entries if state == self.current]
        return times[-1] if self.is_cancelled else None


def changed_at_of(document: dict, zone) -> datetime:
    """Return the time of the last change to the order, its credit slips or its payments.

    :raises DocumentError: a time is missing or cannot be read.
    """
    times = [(document["order"], "date_upd")]
    times += [(slip, "date_upd" if slip.get("date_upd") else "date_add") for slip in entries(document, "slips")]
    times += [(payment, "date_add") for payment in entries(document, "payments")]
    return max(to_time(required(record, name), zone, name) for record, name in times)


def _captures(document: dict, currency: str, paid_at: datetime | None, zone) -> tuple:
    """Return the payments, once a state said that they are paid: modules write them down when they are reserved.

    A payment belongs to a reference. Orders that share it, because one was split, have each their part of it.
    """
    if paid_at is None:
        return ()
    order_id = str(document["order"].get("id"))
    siblings = entries(document, "siblings")
    weights = [number(sibling, "total_paid_tax_incl") for sibling in siblings]
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
    """Return a credit slip. It reports what the shop credited, not that the provider has paid it out."""
    known = {line.external_id: line for line in lines}
    shipping = number(slip, "total_shipping_tax_incl") or number(slip, "shipping_cost_amount")
    goods, chosen = number(slip, "total_products_tax_incl"), number(slip, "amount")
    if chosen and chosen != number(slip, "total_products_tax_excl"):
        goods = chosen  # the amount a person chose, or the goods again
    details = entries(nested(slip, "associations"), "order_slip_details")
    back = [
        _line_back(
            known.get(str(detail.get("id_order_detail"))),
            number(detail, "amount_tax_incl"),
            number(detail, "amount_tax_excl"),
            number(detail, "product_quantity"),
            currency,
        )
        for detail in details
    ]
    net = number(slip, "total_shipping_tax_excl")
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
