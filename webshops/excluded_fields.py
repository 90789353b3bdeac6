"""Fields that booking never reads are taken out of a shop's document before it is stored: who kept no data loses none.

Each platform names its own, see :class:`~.contract.Platform`.
"""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from ..common.json_reading import is_list_with_gaps, load_json, to_json

#: How the entries of a list of names and values call the name.
NAME_FIELDS = ("key", "attribute_code")

#: Where the buyer's device was, and how the buyer came to the shop. Platforms and extensions have many names for it.
TRACES = (
    "ip",
    "ip_*",
    "*_ip",
    "*_ip_*",
    "ipaddress",
    "clientip*",
    "browserip",
    "customerip*",
    "remoteip*",
    "*user_agent*",
    "*useragent*",
    "*forwarded_for*",
    "*session*",
    "*fingerprint*",
    "*cookie*",
    "*referer*",
    "*referrer*",
    "*landing_page*",
    "*landing_site*",
    "*clickid*",
    "*gclid*",
    "*fbclid*",
    "utm_*",
    "*_utm_*",
    "_ga",
    "_ga_*",
    "_fbp",
    "_fbc",
    "*password*",
    "passwd",
)

#: For platforms whose names no live shop has confirmed: what is usually called so.
USUAL_NAMES = (
    *TRACES,
    "newsletter*",
    "birthday",
    "birthdate",
    "gender",
    "customer_comment*",
    "customer_note*",
    "gift_message*",
    "secure_key",
)


def exclude_fields(content: bytes, names: Iterable) -> bytes:
    """Return a document without the fields of these names, at whatever depth.

    An entry of a list that names itself (``{"key": name, "value": …}``) counts as such a field, and text that holds a
    JSON object is looked through as well. The order read from what is left is the same, numbers to the last digit.

    :param content: JSON; anything else is returned unchanged, and refused when it is read.
    :param names: with ``*`` for any letters; case does not count.
    :return: the very same content when nothing in it has such a name.
    """
    names = tuple(names)
    if not names:
        return content
    try:
        document = load_json(content)
        kept = _without(document, _pattern(names))
        return content if kept is document else to_json(kept)
    except (ValueError, RecursionError):
        return content


@lru_cache(maxsize=32)
def _pattern(names: tuple) -> re.Pattern:
    return re.compile("|".join(translate(name.lower()) for name in names))


def _is_excluded(value, pattern: re.Pattern) -> bool:
    """Whether an entry of a list names itself so."""
    if not isinstance(value, dict):
        return False
    return any(isinstance(value.get(field), str) and pattern.match(value[field].lower()) for field in NAME_FIELDS)


def _without(value, pattern: re.Pattern):
    """Return the value without the excluded fields; the same object when it has none."""
    if isinstance(value, dict):
        is_list = is_list_with_gaps(value)
        kept = {
            name: _without(each, pattern)
            for name, each in value.items()
            if not (_is_excluded(each, pattern) if is_list else pattern.match(name.lower()))
        }
        is_same = len(kept) == len(value) and all(each is value[name] for name, each in kept.items())
        return value if is_same else kept
    if isinstance(value, list):
        kept = [_without(each, pattern) for each in value if not _is_excluded(each, pattern)]
        is_same = len(kept) == len(value) and all(each is old for each, old in zip(kept, value, strict=True))
        return value if is_same else kept
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return _without_in_text(value, pattern)
    return value


def _without_in_text(value: str, pattern: re.Pattern) -> str:
    try:
        document = load_json(value.encode())
        kept = _without(document, pattern)
        return value if kept is document else to_json(kept).decode()
    except (ValueError, RecursionError):
        return value
