"""Reading JSON documents: exact numbers, fields by name, times."""

import datetime
import json
from decimal import Decimal

from .limits import clean_decoded, clean_text, is_plausible_date
from .messages import DocumentError


def load_json(content: bytes):
    """Return decoded JSON, numbers with a fraction as ``Decimal``.

    :raises ValueError: when it is not JSON that anyone would send (``NaN``, nesting without end).
    """

    def refuse(constant):
        raise ValueError(constant)

    try:
        return clean_decoded(json.loads(content, parse_float=Decimal, parse_constant=refuse), content)
    except (RecursionError, ArithmeticError) as error:
        raise ValueError(str(error)) from None


def to_json(value) -> bytes:
    """Return JSON with the numbers written as :func:`load_json` read them (``1.10`` is not ``1.1``)."""
    return clean_text(_written(value)).encode()


def _written(value) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name, ensure_ascii=False)}: {_written(entry)}" for name, entry in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def load_document(content: bytes) -> dict:
    """Return a stored document, which must be a JSON object.

    :raises DocumentError: when it is not.
    """
    try:
        document = load_json(content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise DocumentError("order_not_an_object")
    return document


def required(record: dict, name: str):
    """Return a field that must be there and not be empty.

    :raises DocumentError: when it is not there.
    """
    value = record.get(name) if isinstance(record, dict) else None
    if value is None or value == "":
        raise DocumentError("order_field_missing", field=name)
    return value


def nested(record: dict, name: str) -> dict:
    """Return an object within another; empty where there is none. PHP writes an empty object as an empty list.

    :raises DocumentError: when it is something else.
    """
    value = record.get(name) or {}
    if not isinstance(value, dict):
        raise DocumentError("order_field_not_an_object", field=name)
    return value


def is_list_with_gaps(value) -> bool:
    """Whether a value is a list as PHP writes one after something was taken out of it: ``{"0": …, "2": …}``."""
    return isinstance(value, dict) and bool(value) and all(key.isdecimal() for key in value)


def entries(record: dict, name: str) -> list:
    """Return a list of objects within an object; empty where there is none. It may be a list with gaps.

    :raises DocumentError: when it is something else.
    """
    values = record.get(name) or []
    if is_list_with_gaps(values):
        values = list(values.values())
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise DocumentError("order_field_not_a_list", field=name)
    return values


def text(record: dict, name: str) -> str:
    """Return a field as text, without blanks around it; empty when it is missing."""
    value = record.get(name)
    return "" if value is None else str(value).strip()


def to_time(value: str, zone: datetime.tzinfo, field: str) -> datetime.datetime:
    """Return an aware time: ISO 8601, with a space or T; without an offset it is meant in ``zone``.

    :raises DocumentError: when it is not a time.
    """
    try:
        moment = datetime.datetime.fromisoformat(str(value).strip().replace("Z", "+00:00").replace("z", "+00:00"))
        if not is_plausible_date(moment.date()):
            raise ValueError(value)
    except ValueError:
        raise DocumentError(
            "time_expected",
            field=field,
            value=repr(value),
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
