"""Names as people write them: shops store what their pages show, with entities and tags of HTML in it."""

import html
import re

#: Only what ends with a semicolon: "H&REGNSKAP" is a name.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def without_markup(text: str) -> str:
    """Return a name without tags, its entities as the letters they stand for: ``Berg &amp; Sønn`` is Berg & Sønn.

    What was escaped twice is read twice: a name read so is not changed by reading it again.
    """
    if "<" not in text and "&" not in text:
        return text
    plain = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    plain = _TAG.sub("", _BREAK.sub(" ", plain))
    return text if plain == text else without_markup(" ".join(plain.split()))
