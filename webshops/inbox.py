"""The inbox: any shop may send its orders and refunds here as JSON, in a form of our own.

The form is described for shop developers in ``static/description/inbox.md`` and as a JSON Schema in
``inbox_schema.json`` beside this file; the three are changed together. One delivery is one document, an order or a
refund, and is the stored document unchanged. Nothing is fetched: what the shop does not send is not known.

Everything that can be said of an order (:mod:`.records`) can be said. A field that is not known is refused, so that a
misspelt name is not lost in silence.
"""

import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal

from ..common.amounts import tax_within, to_amount, to_decimal
from ..common.currencies import smallest_unit
from ..common.json_reading import load_document
from ..common.limits import is_plausible_date
from ..common.messages import DocumentError, Message, _
from .contract import Platform
from .records import (
    Address,
    Buyer,
    Capture,
    Hint,
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
from .signatures import is_signed_hex

TIMESTAMP_HEADER = "x-settlement-timestamp"
SIGNATURE_HEADER = "x-settlement-signature"
DELIVERY_HEADER = "x-settlement-delivery"
#: How far a delivery's time stamp may be from our clock, before or after.
LONGEST_DELAY = datetime.timedelta(minutes=5)

ORDER = "order"
REFUND = "refund"

#: Digits before the decimals. What comes after is rounded to what the currency has.
_MOST_DIGITS = 12
_NUMBER = re.compile(rf"-?[0-9]{{1,{_MOST_DIGITS}}}(\.[0-9]{{1,20}})?")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LONGEST_SHOWN = 60


# --- deliveries


def verify(headers: dict, body: bytes, secret: str, now: datetime.datetime | None = None) -> bool:
    """Whether the delivery is signed with ``secret`` and not older or newer than five minutes.

    The signature is the hexadecimal HMAC-SHA256 of the time stamp, a full stop and the body as it was sent.

    :param headers: names in lower case. :param now: the time it arrived, aware; the clock when left out.
    """
    timestamp = headers.get(TIMESTAMP_HEADER, "").strip()
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        return False
    now = now or datetime.datetime.now(datetime.timezone.utc)
    if abs(now.timestamp() - int(timestamp)) > LONGEST_DELAY.total_seconds():
        return False
    return is_signed_hex(timestamp.encode() + b"." + body, secret, headers.get(SIGNATURE_HEADER, ""))


def read_hint(headers: dict, body: bytes) -> Hint:
    """Return which order a verified delivery is about; ``topic`` is ``order`` or ``refund``.

    :raises DocumentError: when the delivery does not tell.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        raise DocumentError(_("The body is not text in UTF-8. Nothing was stored.")) from None
    fields = _Fields(load_document(body), "")
    topic = fields.choice("type", (ORDER, REFUND))
    order_id = fields.text("id" if topic == ORDER else "order_id", is_required=True)
    return Hint(topic, (order_id,), headers.get(DELIVERY_HEADER, "").strip())


# --- documents


def parse(content: bytes, settings: ShopSettings) -> Order | Refund:
    """Return the order or the refund a document tells of.

    :raises DocumentError: naming the field by its path (``lines[2].amount``) and what was expected there.
    """
    fields = _Fields(load_document(content), "")
    if fields.choice("type", (ORDER, REFUND)) == ORDER:
        return fields.whole(_order)
    problems: list = []
    refund = fields.whole(lambda fields: _refund(fields, "", "", problems))
    if problems:
        # a refund has no place for them: it is refused, an order waits for a person
        raise DocumentError(problems[0].template, **problems[0].values)
    return refund


def _order(fields: "_Fields") -> Order:
    problems: list = []
    external_id = fields.text("id", is_required=True)
    number = fields.text("number") or external_id
    currency = fields.text("currency", is_required=True, pattern=_CURRENCY, expected=_("a currency such as NOK"))
    captures = fields.each("captures", lambda capture: _capture(capture, currency), unique="id", absent=None)
    return Order(
        external_id=external_id,
        number=number,
        created_at=fields.time("created_at", is_required=True),
        changed_at=fields.time("changed_at", is_required=True),
        currency=currency,
        total=fields.amount("total", currency, is_required=True),
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


def _refund_within(fields: "_Fields", order_id: str, currency: str, problems: list) -> Refund:
    """Return a refund that stands inside its order, where it need not repeat what the order says."""
    fields.repeated("type", REFUND)
    return _refund(fields, order_id, currency, problems)


def _refund(fields: "_Fields", order_id: str, currency: str, problems: list) -> Refund:
    """Return a refund; ``order_id`` and ``currency`` are those of the order around it, or empty."""
    order_id = fields.repeated("order_id", order_id)
    currency = fields.repeated("currency", currency, pattern=_CURRENCY, expected=_("a currency such as NOK"))
    return Refund(
        external_id=fields.text("id", is_required=True),
        order_id=order_id,
        amount=fields.amount("amount", currency, is_required=True, is_positive=True),
        time=fields.time("refunded_at", is_required=True),
        lines=fields.each("lines", lambda line: _line(line, "line_id", currency, problems)),
        tenders=fields.each("shop_credit", lambda tender: _tender(tender, currency)),
        references=_references(fields),
        taxes=fields.each("taxes", lambda tax: _tax_total(tax, currency)),
        number=fields.text("number"),
        reason=fields.text("reason"),
    )


def _line(fields: "_Fields", id_field: str, currency: str, problems: list) -> OrderLine:
    """Return a line: of an order, or of a refund, where it names the order's line with ``line_id``."""
    is_refund = id_field == "line_id"
    external_id = fields.text(id_field, is_required=not is_refund)
    kind = LineKind(fields.choice("kind", [str(kind) for kind in LineKind], LineKind.PRODUCT))
    name = fields.text("name", is_required=True)
    may_be_negative = not is_refund or kind in (LineKind.DISCOUNT, LineKind.ROUNDING)
    amount = fields.amount("amount", currency, is_required=True, is_positive=None if may_be_negative else True)
    quantity = fields.number("quantity", is_positive=True if is_refund else None, absent=Decimal(1))
    if not quantity:
        raise fields.unexpected("quantity", _("a number other than zero"))
    rate = fields.rate("tax_rate")
    tax = fields.amount("tax", currency, is_required=rate is None)
    if rate is not None:
        expected = tax_within(amount, rate, currency)
        if tax is None:
            tax = expected
        elif abs(tax - expected) > smallest_unit(currency) * max(Decimal(1), abs(quantity)):
            values = {"line": f"{fields.path} ({name})", "tax": tax, "rate": f"{rate:f}", "expected": expected}
            problems.append(
                Message(_("The VAT of the line %(line)s is %(tax)s; at %(rate)s %% it would be %(expected)s."), values)
            )
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
    )


def _tax_total(fields: "_Fields", currency: str) -> TaxTotal:
    return TaxTotal(fields.rate("tax_rate", is_required=True), fields.amount("tax", currency, is_required=True))


def _tender(fields: "_Fields", currency: str) -> Tender:
    return Tender(
        TenderKind(fields.choice("kind", [str(kind) for kind in TenderKind])),
        fields.amount("amount", currency, is_required=True, is_positive=True),
        fields.text("reference"),
    )


def _capture(fields: "_Fields", currency: str) -> Capture:
    return Capture(
        fields.text("id", is_required=True),
        fields.amount("amount", currency, is_required=True, is_positive=True),
        fields.time("captured_at"),
    )


def _shipment(fields: "_Fields") -> Shipment:
    return Shipment(
        fields.text("id", is_required=True),
        fields.time("shipped_at", is_required=True),
        fields.each(
            "lines",
            lambda line: (line.text("line_id", is_required=True), line.number("quantity", is_positive=True)),
        ),
    )


def _buyer(fields: "_Fields") -> Buyer:
    return Buyer(
        external_id=fields.text("id"),
        name=fields.text("name"),
        company=fields.text("company"),
        email=fields.text("email"),
        phone=fields.text("phone"),
        vat=fields.text("vat_number"),
    )


def _address(fields: "_Fields") -> Address:
    return Address(
        name=fields.text("name"),
        company=fields.text("company"),
        street=fields.text("street"),
        street2=fields.text("street2"),
        postcode=fields.text("postcode"),
        city=fields.text("city"),
        country=fields.text("country", pattern=_COUNTRY, expected=_("a country such as NO")),
    )


def _references(fields: "_Fields", *first: Reference) -> tuple:
    told = [
        Reference(kind, value)
        for name, kind in (
            ("provider_references", ReferenceKind.PROVIDER_REFERENCE),
            ("provider_ids", ReferenceKind.PROVIDER_ID),
        )
        for value in fields.texts(name)
    ]
    return tuple(dict.fromkeys([*first, *told]))


class _Fields:
    """The fields of one object of a document. Each is read by its name; in the end what nobody read is refused.

    A field that is null is as good as left out.

    :ivar path: where the object stands: ``lines[2]``; empty for the document.
    """

    def __init__(self, record, path: str):
        self.path = path
        self._record = record
        self._known: list = []

    def whole(self, read: Callable):
        """Return what ``read`` makes of this object, having made sure that nothing of it was left unread."""
        result = read(self)
        unknown = [name for name in self._record if name not in self._known]
        if unknown:
            raise DocumentError(
                _("%(field)s is not a field that can be read. Expected one of: %(known)s. Nothing of it was read."),
                field=self._path_of(unknown[0][:_LONGEST_SHOWN]),
                known=", ".join(dict.fromkeys(self._known)),
            )
        return result

    def unexpected(self, name: str, expected: str, value=None) -> DocumentError:
        """Return the error that says what stood in a field, and what was expected there (a marked sentence)."""
        value = self._record.get(name) if value is None else value
        return DocumentError(
            _("%(field)s is %(value)s, where %(expected)s was expected. Nothing of it was read."),
            field=self._path_of(name),
            value=_shown(value),
            expected=Message(expected),
        )

    def text(self, name: str, is_required: bool = False, pattern=None, expected: str = "") -> str:
        """Return a text, without blanks around it; empty when it is left out. A whole number will do."""
        value = self._value(name, is_required)
        if value is None:
            return ""
        return self._as_text(name, value, pattern, expected)

    def texts(self, name: str) -> list:
        """Return a list of texts."""
        return [self._as_text(f"{name}[{index}]", value) for index, value in enumerate(self._list(name))]

    def repeated(self, name: str, value: str, pattern=None, expected: str = "") -> str:
        """Return a text that must be there when ``value`` is empty, and otherwise be the same, if it is there."""
        given = self.text(name, is_required=not value, pattern=pattern, expected=expected)
        if value and given and given != value:
            raise DocumentError(
                _("%(field)s is %(value)s, but the order around it says %(expected)s. Nothing of it was read."),
                field=self._path_of(name),
                value=given,
                expected=value,
            )
        return given or value

    def choice(self, name: str, values, absent: str = "") -> str:
        """Return a text that is one of ``values``; it must be there unless ``absent`` is given."""
        value = self.text(name, is_required=not absent) or absent
        if value not in values:
            raise DocumentError(
                _("%(field)s is %(value)s. Expected one of: %(known)s. Nothing of it was read."),
                field=self._path_of(name),
                value=_shown(value),
                known=", ".join(values),
            )
        return value

    def number(self, name: str, is_positive: bool | None = None, absent: Decimal | None = None) -> Decimal:
        """Return an exact number; it must be there unless ``absent`` is given."""
        value = self._value(name, absent is None)
        return absent if value is None else self._as_number(name, value, is_positive)

    def amount(
        self,
        name: str,
        currency: str,
        is_required: bool = False,
        is_positive: bool | None = None,
        absent: Decimal | None = None,
    ) -> Decimal | None:
        """Return an amount, rounded to what the currency has."""
        value = self._value(name, is_required)
        if value is None:
            return absent
        return to_amount(self._as_number(name, value, is_positive), currency, self._path_of(name))

    def rate(self, name: str, is_required: bool = False) -> Decimal | None:
        """Return a rate of VAT in percent. A quarter is 25; 0.25 is a mistake."""
        value = self._value(name, is_required)
        if value is None:
            return None
        rate = self._as_number(name, value, None)
        if rate and not 1 <= rate <= 100:
            raise self.unexpected(name, _("VAT in percent, such as 25"))
        return rate

    def time(self, name: str, is_required: bool = False) -> datetime.datetime | None:
        """Return an aware time."""
        value = self._value(name, is_required)
        if value is None:
            return None
        match = _TIME.fullmatch(value) if isinstance(value, str) else None
        try:
            seconds, fraction, offset = match.groups(default="")
            microseconds = fraction[:6].ljust(6, "0")
            moment = datetime.datetime.fromisoformat(f"{seconds}.{microseconds}{offset.replace('Z', '+00:00')}")
            if not is_plausible_date(moment.date()):
                raise ValueError
            return moment
        except (AttributeError, ValueError):
            raise self.unexpected(name, _("a time with its offset, such as 2026-03-02T14:05:11+01:00")) from None

    def flag(self, name: str) -> bool:
        """Return true or false; false when it is left out."""
        value = self._value(name, False)
        if value is not None and not isinstance(value, bool):
            raise self.unexpected(name, _("true or false"))
        return bool(value)

    def one(self, name: str, read: Callable, absent):
        """Return what ``read`` makes of an object."""
        value = self._value(name, False)
        return absent if value is None else self._object(name, value).whole(read)

    def each(self, name: str, read: Callable, unique: str = "", is_required: bool = False, absent=()) -> tuple | None:
        """Return what ``read`` makes of each object of a list; no two may have the same value in ``unique``."""
        if self._value(name, is_required) is None:
            return absent
        parts = [self._object(f"{name}[{index}]", value) for index, value in enumerate(self._list(name))]
        result = tuple(part.whole(read) for part in parts)
        seen = set()
        for part in parts if unique else ():
            value = part.text(unique)
            if value in seen:
                raise part.unexpected(unique, _("an id that no other has"))
            seen.add(value)
        return result

    def _value(self, name: str, is_required: bool):
        self._known.append(name)
        value = self._record.get(name)
        if is_required and (value is None or value == ""):
            raise DocumentError(
                _("The field %(field)s is missing or empty. Nothing of the order was read."),
                field=self._path_of(name),
            )
        return value

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _object(self, name: str, value) -> "_Fields":
        if not isinstance(value, dict):
            raise self.unexpected(name, _("an object"), value)
        return _Fields(value, self._path_of(name))

    def _list(self, name: str) -> list:
        value = self._value(name, False)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.unexpected(name, _("a list"))
        return value

    def _as_text(self, name: str, value, pattern=None, expected: str = "") -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise self.unexpected(name, _("text"), value)
        text = str(value).strip()
        if text and pattern and not pattern.fullmatch(text):
            raise self.unexpected(name, expected, value)
        return text

    def _as_number(self, name: str, value, is_positive: bool | None) -> Decimal:
        if isinstance(value, Decimal):
            # what is left of a floating point calculation may be as small as 5.6e-17
            is_number = value.adjusted() < _MOST_DIGITS
        else:
            is_number = not isinstance(value, bool) and bool(_NUMBER.fullmatch(str(value).strip()))
        if not is_number:
            raise self.unexpected(name, _("a number such as 358.20, without blanks or separators,"))
        number = to_decimal(value, self._path_of(name))
        if is_positive and number <= 0:
            raise self.unexpected(name, _("a number above zero"))
        return number


def _shown(value) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


PLATFORM = Platform(
    code="inbox",
    name="Own shop (JSON)",
    parse=parse,
    verify=verify,
    read_hint=read_hint,
    sends_documents=True,
)
