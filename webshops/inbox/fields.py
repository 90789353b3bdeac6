"""Reading a JSON object field by field: what is wrong is said with the field's path."""

import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal

from ...common.amounts import to_amount, to_decimal
from ...common.limits import is_plausible_date
from ...common.messages import DocumentError, Message

#: Digits before the decimals. What comes after is rounded to what the currency has.
_MOST_DIGITS = 12
_NUMBER = re.compile(rf"-?[0-9]{{1,{_MOST_DIGITS}}}(\.[0-9]{{1,20}})?")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_LONGEST_SHOWN = 60


class Fields:
    """The fields of one object of a document. Each is read by its name; in the end what nobody read is refused.

    A field that is null is the same as a missing one.

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
                "inbox_field_unknown",
                field=self._path_of(unknown[0][:_LONGEST_SHOWN]),
                known=", ".join(dict.fromkeys(self._known)),
            )
        return result

    def unexpected(self, name: str, expected: str, value=None) -> DocumentError:
        """Return the error that says what stood in a field, and what was expected there (a marked sentence)."""
        value = self._record.get(name) if value is None else value
        return DocumentError(
            "inbox_value_unexpected",
            field=self._path_of(name),
            value=_shown(value),
            expected=Message(expected),
        )

    def text(self, name: str, is_required: bool = False, pattern=None, expected: str = "") -> str:
        """Return a text, without blanks around it; empty when it is missing. A whole number will do."""
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
                "inbox_contradiction",
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
                "inbox_value_unknown",
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
            raise self.unexpected(name, "expected_vat_percent")
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
            raise self.unexpected(name, "expected_time_with_offset") from None

    def flag(self, name: str) -> bool:
        """Return true or false; false when it is missing."""
        value = self._value(name, False)
        if value is not None and not isinstance(value, bool):
            raise self.unexpected(name, "expected_boolean")
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
                raise part.unexpected(unique, "expected_unique_id")
            seen.add(value)
        return result

    def _value(self, name: str, is_required: bool):
        self._known.append(name)
        value = self._record.get(name)
        if is_required and (value is None or value == ""):
            raise DocumentError(
                "order_field_missing",
                field=self._path_of(name),
            )
        return value

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _object(self, name: str, value) -> "Fields":
        if not isinstance(value, dict):
            raise self.unexpected(name, "expected_object", value)
        return Fields(value, self._path_of(name))

    def _list(self, name: str) -> list:
        value = self._value(name, False)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.unexpected(name, "expected_list")
        return value

    def _as_text(self, name: str, value, pattern=None, expected: str = "") -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise self.unexpected(name, "expected_text", value)
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
            raise self.unexpected(name, "expected_plain_number")
        number = to_decimal(value, self._path_of(name))
        if is_positive and number <= 0:
            raise self.unexpected(name, "expected_positive_number")
        return number


def _shown(value) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
