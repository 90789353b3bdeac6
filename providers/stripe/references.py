"""Which order a payment is for. Stripe has no field for it: shops write it into the metadata, else the description."""

import re
from collections.abc import Iterable, Mapping

from ...common.limits import MAX_ID

DEFAULT_KEY = "order_id"
#: Where shops write the order's number, besides the key that is entered.
OTHER_KEYS = (DEFAULT_KEY, "order_number", "order_reference", "reference")

_NAMED = re.compile(
    r"\b(?:order|ordre|bestilling)s?(?:nr|nummer|number|id)?\b[\s.:#]*(?:(?:id|no|nr|number|nummer)\b[\s.:#]*)?"
    r"(?P<name>\w[\w./-]*)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?<!\w)#(?P<name>\w[\w./-]*)")


def keys_to_look_at(key: str) -> tuple:
    """Return the metadata keys that may hold the order's number, the entered one first."""
    return tuple(dict.fromkeys([key or DEFAULT_KEY, *OTHER_KEYS]))


def from_metadata(metadata: Iterable, key: str) -> str:
    """Return the order reference that stands in the first of several ``metadata`` that has one; else empty text.

    :param metadata: mappings, or whatever stands in their place. :param key: as entered.
    """
    for name in keys_to_look_at(key):
        for mapping in metadata:
            value = mapping.get(name) if isinstance(mapping, Mapping) else None
            if isinstance(value, (str, int)) and _fits(str(value).strip()):
                return str(value).strip()
    return ""


def from_descriptions(descriptions: Iterable) -> str:
    """Return the order reference that a text names (``Order WEB-10231``, ``#1001``), or consists of (``S00012-1``)."""
    for description in descriptions:
        text = description.strip() if isinstance(description, str) else ""
        for pattern in (_NAMED, _NUMBERED):
            names = (match["name"].rstrip("./-") for match in pattern.finditer(text))
            if name := next((name for name in names if _has_digit(name) and _fits(name)), ""):
                return name
        if re.fullmatch(r"[\w./-]+", text) and _has_digit(text) and _fits(text):
            return text
    return ""


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _fits(text: str) -> bool:
    return 0 < len(text) <= MAX_ID
