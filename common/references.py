"""Reading a reference the way it may be written: exact first, then normalised, never by containment.

The normal form is here twice, as Python makes it and as PostgreSQL does, because the ledger is searched by it.
"""

import re
from dataclasses import dataclass

from .messages import Message

#: A payment tried again carries the number of the attempt: ``WEB-10231-1``.
_ATTEMPT_SUFFIX = re.compile(r"^(?P<order>.*\d.*?)-\d{1,2}$")

#: What does not count in a reference, besides case: white space of every kind, and ``#``.
IGNORED = (
    "#\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_WITHOUT_IGNORED = str.maketrans("", "", IGNORED)


def normalise(reference: str) -> str:
    """Return the form in which two spellings of the same reference are equal.

    Case, surrounding and inner white space, and ``#`` do not count: `` #web-10231 `` and ``WEB-10231`` are the same.
    """
    return reference.translate(_WITHOUT_IGNORED).lower()


def normalised_sql(expression: str) -> str:
    """Return the SQL that makes the normal form of a text, immutable as an index wants it.

    A database that was created with the locale ``C`` lowers the letters A to Z alone: what is compared with it is made
    by it too.

    :param expression: SQL of the text, such as a column.
    """
    ignored = "".join(f"\\u{ord(character):04x}" for character in IGNORED)
    return f"lower(translate({expression}, E'{ignored}', ''))"


@dataclass(frozen=True)
class Reading:
    """One way to read a reference.

    :ivar value: the text to look for. :ivar normalised: True when it is compared in normalised form.
    :ivar is_lossy: True when something was left out to get here, so that the amount must agree as well.
    :ivar how: how it was read, for people; None where it was taken as it came.
    """

    value: str
    normalised: bool = False
    is_lossy: bool = False
    how: Message | None = None


def readings(reference: str, prefixes=(), without_attempt=True) -> list:
    """Return the ways to read ``reference``, the most literal first.

    :param reference: as the provider sent it; empty gives none.
    :param prefixes: what the shop is known to put before its order numbers.
    :param without_attempt: whether a number of the attempt may be left out.
    """
    trimmed = reference.strip()
    if not trimmed:
        return []
    found = [Reading(trimmed)]
    seen = set()

    def add(value, is_lossy=False, how=None):
        if value and value not in seen:
            seen.add(value)
            found.append(Reading(value, normalised=True, is_lossy=is_lossy, how=how))

    whole = normalise(trimmed)
    add(whole, how=None if whole == trimmed else Message("reading_normalised", {"value": whole}))
    bodies = [whole]
    for prefix in map(normalise, prefixes):
        if prefix and whole.startswith(prefix):
            body = whole[len(prefix) :]
            bodies.append(body)
            add(body, is_lossy=True, how=Message("reading_without_prefix", {"value": body}))
    for body in bodies if without_attempt else ():
        attempt = _ATTEMPT_SUFFIX.match(body)
        if attempt:
            order = attempt["order"]
            add(order, is_lossy=True, how=Message("reading_without_attempt", {"value": order}))
    return found
