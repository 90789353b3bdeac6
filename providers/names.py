"""Which provider a text names."""

import re
from functools import cache

from .registry import PROVIDERS


def named_provider(text: str) -> str | None:
    """Return the code of the one provider that a text names, as "Vipps MobilePay" or "klarna_payments"; else None.

    :param text: for people: a method of payment as a shop calls it, or a line of the bank.
    """
    codes = [code for code in PROVIDERS if _pattern(code).search(text.lower())]
    return codes[0] if len(codes) == 1 else None


@cache
def _pattern(code):
    words = "|".join(map(re.escape, {code, *PROVIDERS[code].bank_texts}))
    # A letter before the word makes it another one.
    return re.compile(rf"(?<![^\W\d_])(?:{words})")
