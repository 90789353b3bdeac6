"""Reading a reference the way it may be written: exact first, then normalised, never by containment."""

import re
from dataclasses import dataclass

from ..providers.messages import Message, _

#: A payment tried again carries the number of the attempt: ``WEB-10231-1``.
_ATTEMPT_SUFFIX = re.compile(r"^(?P<order>.*\d.*?)-\d{1,2}$")


def normalise(reference: str) -> str:
    """Return the form in which two spellings of the same reference are equal.

    Case, surrounding and inner white space, and ``#`` do not count: `` #web-10231 `` and ``WEB-10231`` are the same.
    """
    return "".join(reference.split()).replace("#", "").casefold()


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
    add(whole, how=None if whole == trimmed else Message(_("read as %(value)s"), {"value": whole}))
    bodies = [whole]
    for prefix in map(normalise, prefixes):
        if prefix and whole.startswith(prefix):
            body = whole[len(prefix) :]
            bodies.append(body)
            add(body, is_lossy=True, how=Message(_("read without the shop's prefix, as %(value)s"), {"value": body}))
    for body in bodies if without_attempt else ():
        attempt = _ATTEMPT_SUFFIX.match(body)
        if attempt:
            order = attempt["order"]
            add(order, is_lossy=True, how=Message(_("read without the attempt number, as %(value)s"), {"value": order}))
    return found
