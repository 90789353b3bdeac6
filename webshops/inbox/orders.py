"""Reading an order or a refund in our own form."""

import re
from dataclasses import replace
from decimal import Decimal

from ...common.amounts import tax_within
from ...common.currencies import smallest_unit
from ...common.json_reading import load_document
from ...common.messages import DocumentError, Message
from ..records import (
    ZERO,
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    OrderLine,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    TaxTotal,
    Tender,
    TenderKind,
)
from .fields import Fields

ORDER = "order"
REFUND = "refund"
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def parse(content: bytes, settings: ShopSettings) -> Order | Refund:
    """Return the order or the refund a document reports.

    :raises DocumentError: naming the field by its path (``lines[2].amount``) and what was expected there.
    """
    fields = Fields(load_document(content), "")
    if fields.choice("type", (ORDER, REFUND)) == ORDER:
        return fields.whole(_order)
    problems: list = []
    refund = fields.whole(lambda fields: _refund(fields, "", "", problems))
    if problems:
        # a refund has no place for them: it is refused, an order waits for a person
        raise DocumentError(problems[0].code, **problems[0].values)
    return replace(refund, currency=fields.text("currency"))


def _order(fields: Fields) -> Order:
    problems: list = []
    external_id = fields.text("id", is_required=True)
    number = fields.text("number") or external_id
    currency = fields.text("currency", is_required=True, pattern=_CURRENCY, expected="expected_currency")
    total = fields.amount("total", currency, is_required=True)
    captures = fields.each(
        "captures", lambda capture: _capture(capture, currency, is_free=not total), unique="id", absent=None
    )
    if captures:
        captures = tuple(capture for capture in captures if capture.amount)
    return Order(
        external_id=external_id,
        number=number,
        created_at=fields.time("created_at", is_required=True),
        changed_at=fields.time("changed_at", is_required=True),
        currency=currency,
        total=total,
        lines=fields.each("lines", lambda line: _line(line, "id", currency, problems), unique="id", is_required=True),
        status=fields.text("status"),
        taxes=fields.each("taxes", lambda tax: _tax_total(tax, currency)),
        tenders=fields.each("shop_credit", lambda tender: _tender(tender, currency)),
        buyer=fields.one("buyer", _buyer, Buyer()),
        billing=fields.one("billing_address", _address, Address()),
        shipping=fields.one("shipping_address", _address, Address()),
        payment_method=fields.text("payment_method"),
        payment_name=fields.text("payment_name"),
        delivery_method=fields.text("delivery_method"),
        references=_references(
            fields, Reference(ReferenceKind.SHOP_ID, external_id), Reference(ReferenceKind.SHOP_NUMBER, number)
        ),
        accepted_at=fields.time("accepted_at"),
        captures=captures,
        is_capture_final=fields.flag("rest_voided"),
        shipments=fields.each("shipments", _shipment, unique="id"),
        completed_at=fields.time("completed_at"),
        cancelled_at=fields.time("cancelled_at"),
        refunds=fields.each(
            "refunds", lambda refund: _refund_within(refund, external_id, currency, problems), unique="id"
        ),
        is_deleted=fields.flag("deleted"),
        is_test=fields.flag("test"),
        problems=tuple(problems),
    )


def _refund_within(fields: Fields, order_id: str, currency: str, problems: list) -> Refund:
    """Return a refund that stands inside its order, where it need not repeat what the order says."""
    fields.repeated("type", REFUND)
    return _refund(fields, order_id, currency, problems)


def _refund(fields: Fields, order_id: str, currency: str, problems: list) -> Refund:
    """Return a refund; ``order_id`` and ``currency`` are those of the order around it, or empty."""
    order_id = fields.repeated("order_id", order_id)
    currency = fields.repeated("currency", currency, pattern=_CURRENCY, expected="expected_currency")
    amount = fields.amount("amount", currency, is_required=True, is_positive=True)
    return Refund(
        external_id=fields.text("id", is_required=True),
        order_id=order_id,
        amount=amount,
        offset=min(amount, max(ZERO, fields.amount("offset", currency, absent=ZERO))),
        released=min(amount, max(ZERO, fields.amount("released", currency, absent=ZERO))),
        time=fields.time("refunded_at", is_required=True),
        lines=fields.each("lines", lambda line: _line(line, "line_id", currency, problems)),
        tenders=fields.each("shop_credit", lambda tender: _tender(tender, currency)),
        references=_references(fields),
        taxes=fields.each("taxes", lambda tax: _tax_total(tax, currency)),
        number=fields.text("number"),
        reason=fields.text("reason"),
    )


def _line(fields: Fields, id_field: str, currency: str, problems: list) -> OrderLine:
    """Return a line: of an order, or of a refund, where it names the order's line with ``line_id``."""
    is_refund = id_field == "line_id"
    external_id = fields.text(id_field, is_required=not is_refund)
    kind = LineKind(fields.choice("kind", [str(kind) for kind in LineKind], LineKind.PRODUCT))
    name = fields.text("name", is_required=True)
    may_be_negative = not is_refund or kind in (LineKind.DISCOUNT, LineKind.ROUNDING)
    amount = fields.amount("amount", currency, is_required=True, is_positive=None if may_be_negative else True)
    quantity = fields.number("quantity", is_positive=True if is_refund else None, absent=Decimal(1))
    if not quantity:
        raise fields.unexpected("quantity", "expected_nonzero_number")
    rate = fields.rate("tax_rate")
    tax = fields.amount("tax", currency, is_required=rate is None)
    if rate is not None:
        expected = tax_within(amount, rate, currency)
        if tax is None:
            tax = expected
        elif is_refund and not tax:
            pass  # left out: what the line's rate makes of it
        elif abs(tax - expected) > smallest_unit(currency) * max(Decimal(1), abs(quantity)):
            values = {"line": name, "amount": amount, "tax": tax}
            values |= {"rate": f"{rate.normalize():f}", "expected": expected}
            problems.append(Message("line_vat_differs", values))
    return OrderLine(
        external_id=external_id,
        kind=kind,
        name=name,
        amount=amount,
        tax=tax,
        rate=rate,
        quantity=quantity,
        discount=fields.amount("discount", currency, absent=Decimal(0)),
        sku=fields.text("sku"),
        tax_class=fields.text("tax_class"),
        gift_cards=tuple(() if is_refund else fields.texts("gift_cards")),
    )


def _tax_total(fields: Fields, currency: str) -> TaxTotal:
    return TaxTotal(fields.rate("tax_rate", is_required=True), fields.amount("tax", currency, is_required=True))


def _tender(fields: Fields, currency: str) -> Tender:
    return Tender(
        TenderKind(fields.choice("kind", [str(kind) for kind in TenderKind])),
        fields.amount("amount", currency, is_required=True, is_positive=True),
        fields.text("reference"),
    )


def _capture(fields: Fields, currency: str, is_free: bool) -> Capture:
    """Return a capture; of an order free of charge, nothing may have been captured, and be told."""
    amount = fields.amount("amount", currency, is_required=True, is_positive=None if is_free else True)
    if amount < 0:
        raise fields.unexpected("amount", "expected_positive_number")
    return Capture(
        fields.text("id", is_required=True),
        amount,
        fields.time("captured_at"),
        _quantities(fields),
    )


def _shipment(fields: Fields) -> Shipment:
    return Shipment(
        fields.text("id", is_required=True),
        fields.time("shipped_at", is_required=True),
        _quantities(fields),
    )


def _quantities(fields: Fields) -> tuple:
    """Return pairs of a line and a quantity."""
    return fields.each(
        "lines",
        lambda line: (line.text("line_id", is_required=True), line.number("quantity", is_positive=True)),
    )


def _buyer(fields: Fields) -> Buyer:
    return Buyer(
        external_id=fields.text("id"),
        name=fields.text("name"),
        company=fields.text("company"),
        email=fields.text("email"),
        phone=fields.text("phone"),
        vat=fields.text("vat_number"),
    )


def _address(fields: Fields) -> Address:
    return Address(
        name=fields.text("name"),
        company=fields.text("company"),
        street=fields.text("street"),
        street2=fields.text("street2"),
        postcode=fields.text("postcode"),
        city=fields.text("city"),
        country=fields.text("country", pattern=_COUNTRY, expected="expected_country"),
    )


def _references(fields: Fields, *first: Reference) -> tuple:
    told = [
        Reference(kind, value)
        for name, kind in (
            ("provider_references", ReferenceKind.PROVIDER_REFERENCE),
            ("provider_ids", ReferenceKind.PROVIDER_ID),
        )
        for value in fields.texts(name)
    ]
    return tuple(dict.fromkeys([*first, *told]))
