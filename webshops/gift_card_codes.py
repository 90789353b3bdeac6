"""The codes of gift cards in a shop's document, cut for whoever reads it. Whoever has a code has the money.

They are found by the names of the fields they stand in, whatever the platform, so that a document which cannot be read
as an order is cut too.
"""

import json
import re

#: The names of fields, and what an entry calls itself, that are about a gift card.
_GIFT_CARD = re.compile(r"gift[-_ ]?card|giftcert|pw_gift", re.IGNORECASE)

#: The fields by which an entry says what it is.
_OWN_NAMES = ("key", "name", "kind", "type", "code", "gateway", "method")

#: What is an amount or a moment, and no code.
_NO_CODE = re.compile(r"[-+]?\d+[.,]\d+|\d{4}-\d\d-\d\d.*")

#: How many of a code's last characters are left, and from how many letters and digits on text may be a code.
SHOWN, SHORTEST = 4, 6


def cut_gift_card_codes(content: str) -> str:
    """Return a document, JSON, indented and with the codes of gift cards cut.

    :raises ValueError: when it is no JSON.
    """
    return json.dumps(_cut(json.loads(content)), indent=2, ensure_ascii=False)


def cut_code(code: str) -> str:
    """Return the last characters of a code, which people know it by."""
    plain = "".join(filter(str.isalnum, code))
    return f"…{plain[-SHOWN:]}"


def _cut(value, is_of_card=False):
    """Return a value of a document with the codes cut.

    :param is_of_card: whether it stands in a field that is about a gift card.
    """
    if isinstance(value, dict):
        is_of_card = is_of_card or _is_card(value)
        return {
            name: _cut(each, is_of_card or bool(_GIFT_CARD.search(name)))
            if name not in _OWN_NAMES or name == "code" or not isinstance(each, str)
            else each
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_cut(each, is_of_card) for each in value]
    if not isinstance(value, str):
        return value
    if value.lstrip()[:1] in ("{", "["):
        try:
            return json.dumps(_cut(json.loads(value), is_of_card), ensure_ascii=False)
        except ValueError:
            return _cut_text(value) if is_of_card else value
    return _cut_text(value) if is_of_card else value


def _is_card(entry):
    """Whether an entry of a list names itself as being about a gift card: ``{"key": "…", "value": "…"}``."""
    found = (entry.get(name) for name in _OWN_NAMES)
    return any(isinstance(name, str) and " " not in name and _GIFT_CARD.search(name) for name in found)


def _cut_text(text):
    plain = sum(map(str.isalnum, text))
    return text if plain < SHORTEST or _NO_CODE.fullmatch(text.strip()) else cut_code(text)
