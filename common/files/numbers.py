"""Amounts as people and programs write them in files."""

import re
from decimal import Decimal

from ..limits import is_plausible_amount

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]")
_MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\u2011": "-"})
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED_BY_COMMA = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+")
_GROUPED_BY_DOT = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def parse_amount(value, decimals: int | None = 2) -> Decimal:
    """Return the amount written in ``value``, with the decimals it was written with (a number cell: of the currency).

    Understands a decimal dot or comma, ordinary and non-breaking spaces (or the other of dot and comma) between
    thousands, and the minus signs that word processors put in. Signs are kept as written.

    :param value: text, or a number cell of a workbook.
    :param decimals: how many decimals the currency has. More is refused, because ``12.500`` is twelve and a half in one
        country and twelve thousand five hundred in another. None accepts any number.
    :raises ValueError: when it is not an amount.
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if not isinstance(value, str):
        number = Decimal(value) if isinstance(value, int) else from_number_cell(value)
        if not is_plausible_amount(number):
            raise ValueError(value)
        # 249 and 249.9 in a cell are 249.00 and 249.90; what has more decimals than the currency stays and is refused.
        places = max(decimals or 0, -number.as_tuple().exponent)
        if decimals is not None and places > decimals:
            raise ValueError(value)
        return number.quantize(Decimal(1).scaleb(-places))
    text = _SPACES.sub("", value).translate(_MINUS_SIGNS)
    if text.endswith("-") and not text.startswith("-"):
        text = "-" + text[:-1]
    if _PLAIN_NUMBER.fullmatch(text):
        pass  # as nearly all are: nothing to take out
    elif _GROUPED_BY_COMMA.fullmatch(text):
        text = text.replace(",", "")
    elif _GROUPED_BY_DOT.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not (text.isascii() and _PLAIN_NUMBER.fullmatch(text)):
        raise ValueError(value)
    number = Decimal(text)
    if not is_plausible_amount(number):
        raise ValueError(value)
    if decimals is not None and -number.as_tuple().exponent > decimals:
        raise ValueError(value)
    return number


def from_number_cell(value) -> Decimal:
    """Return a workbook's number. Spreadsheets keep 15 digits; what follows is noise of binary arithmetic."""
    number = Decimal(format(value, ".15g"))
    if not number.is_finite() or abs(number.adjusted()) > 40:
        raise ValueError(value)
    return number.normalize() if number else Decimal(0)
