"""Reading an order: its course through the shop's states, its payments, credit slips and people."""

from datetime import datetime

from ...common.amounts import to_amount
from ...common.json_reading import entries, load_document, required, text, to_time
from ..records import (
    ZERO,
    Address,
    Buyer,
    Order,
    ReferenceKind,
    Shipment,
    ShopSettings,
    references,
)
from .lines import read_lines
from .payments import read_captures, read_payments
from .refunds import read_refunds
from .values import in_first_language, looked_up
from .vouchers import read_vouchers

#: States have no flag for it. This is the e-mail's code, the same in each installation while the id may be another.
CANCELLED_TEMPLATE = "order_canceled"
REFUNDED_TEMPLATE = "refund"


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document (see the package); times are in ``settings.time_zone``.

    :raises DocumentError: a field is missing or cannot be read.
    """
    document, zone = load_document(content), settings.time_zone
    record = required(document, "order")
    currency = str(required(looked_up(document, "currencies", "id_currency"), "iso_code"))
    tenders = read_vouchers(document, currency)
    tendered = sum((tender.amount for tender in tenders), ZERO)
    total = to_amount(required(record, "total_paid_tax_incl"), currency, "total_paid_tax_incl") + tendered
    changed_at = to_time(required(record, "date_upd"), zone, "date_upd")
    course = _Course(document, zone, changed_at)
    lines = read_lines(document, currency, tendered)
    payments = read_payments(document, currency, zone)
    captures = read_captures(payments, course.began("paid"))
    # what was paid back before anything was taken is a reservation given up, or tried again
    refunds, problems = read_refunds(document, payments if captures else [], lines, total, course, zone)
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
        tenders=tenders,
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
        is_capture_final=course.is_cancelled and sum((capture.amount for capture in captures), tendered) < total,
        shipments=tuple(Shipment(entry_id, moment) for entry_id, moment in course.sent()),
        completed_at=course.began("shipped", "paid"),
        cancelled_at=course.cancelled_at,
        refunds=refunds,
        problems=problems,
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
    def is_refunded(self) -> bool:
        """Whether the order's state says that the money went back."""
        return in_first_language(self.current, "template") == REFUNDED_TEMPLATE

    @property
    def since(self) -> datetime:
        """When it got to the state it is in, last."""
        return [moment for moment, _entry_id, state in self.entries if state == self.current][-1]

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was cancelled, last."""
        return self.since if self.is_cancelled else None


def changed_at_of(document: dict, zone) -> datetime:
    """Return the time of the last change to the order, its credit slips or its payments.

    :raises DocumentError: a time is missing or cannot be read.
    """
    times = [(document["order"], "date_upd")]
    times += [(slip, "date_upd" if slip.get("date_upd") else "date_add") for slip in entries(document, "slips")]
    times += [(payment, "date_add") for payment in entries(document, "payments")]
    return max(to_time(required(record, name), zone, name) for record, name in times)


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
