"""Names as people write them: shops store what their pages show, with entities and tags of HTML in it."""

import html
import re

#: Only what ends with a semicolon: "H&REGNSKAP" is a name.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
#: Names of HTML: "R<D AS og X>Y" and "<5 pakke>" have none.
_TAG = re.compile(
    r"</?(?:abbr|blockquote|body|br|center|cite|code|col|dd|del|div|dl|dt|em|figure|font|h[1-6]|head|hr|html|img|ins"
    r"|label|li|link|mark|meta|ol|p|pre|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead"
    r"|tr|ul|wbr)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
#: Of a letter alone, only what is closed as well: "A<B>C AS" is a name.
_LETTER = re.compile(r"<(/?)([abiqsu])(?:\s[^<>]*)?>", re.IGNORECASE)


def without_markup(text: str) -> str:
    """Return a name without tags, its entities as the letters they stand for: ``Berg &amp; Sønn`` is Berg & Sønn.

    What was escaped twice is read twice: a name read so is not changed by reading it again.
    """
    if "<" not in text and "&" not in text:
        return text
    plain = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    plain = _TAG.sub("", _BREAK.sub(" ", plain))
    closed = {tag[2].casefold() for tag in _LETTER.finditer(plain) if tag[1]}
    plain = _LETTER.sub(lambda tag: "" if tag[2].casefold() in closed else tag[0], plain)
    return text if plain == text else without_markup(" ".join(plain.split()))
