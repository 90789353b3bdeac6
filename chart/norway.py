"""Account numbers of the Norwegian standard chart of accounts, NS 4102.

A number of the standard has four digits. A company may write its numbers longer: where its codes have six digits, 1522
is written 152200.
"""

import re
from collections import Counter

#: The number an account already has in any Norwegian chart, whatever it is called there.
STANDARD_NUMBERS = {"rounding": 7740, "prepayment": 2900, "fee_payable": 2960}

#: 1522–1529 are free in every edition of the chart and lie right after the trade receivables. Then the rest of the
#: receivables of a trade kind, with those that older editions use last. 1530–1539 is accrued income; 1550 and above are
#: group companies, employees, owners and provisions.
_FREE_RECEIVABLES = ((1522, 1529), (1510, 1519), (1501, 1509), (1520, 1521), (1540, 1549))

#: The series from which a number is proposed for each role, ``(first, last)``, in this order.
PROPOSED_SERIES = {
    "clearing": _FREE_RECEIVABLES,
    "unknown": _FREE_RECEIVABLES,
    "reserve": _FREE_RECEIVABLES,
    # Right after 7770, bank and card fees. 7780–7789 are bases of value added tax, 78xx are losses on receivables.
    "fee": ((7772, 7779), (7790, 7797)),
    "rounding": ((7740, 7749),),
    "prepayment": ((2900, 2909),),
    "fee_payable": ((2960, 2964),),
}

#: The series from which a person may choose: the whole group, so that the balance sheet stays right.
ALLOWED_SERIES = {
    "clearing": (1501, 1599),
    "unknown": (1501, 1599),
    "reserve": (1501, 1599),
    "fee": (7700, 7799),
    "rounding": (7700, 7799),
    "prepayment": (2900, 2999),
    "fee_payable": (2900, 2999),
}

#: Bases of value added tax: what is booked there ends up in the tax return.
TAX_BASES = (7780, 7789)


def follows_standard(receivable_code):
    """Whether a chart follows the standard: its trade receivables lie in 15xx.

    :param str receivable_code: the number of the company's receivable account; may be empty.
    """
    return bool(re.fullmatch(r"15\d{2,}", receivable_code or ""))


def get_code_length(codes):
    """Return how many digits a company's account numbers usually have; single accounts may deviate.

    :param codes: the numbers of its chart, ``str``.
    """
    lengths = Counter(len(code) for code in codes if code.isdigit())
    return lengths.most_common(1)[0][0] if lengths else 4


def format_number(number, length):
    """Return a number of the standard as the company writes it: 1522 is ``"152200"`` where codes have six digits."""
    return str(number).ljust(length, "0")


def format_series(series, length):
    """Return a series as the company writes it: ``"1522–1529"``."""
    first, last = (format_number(number, length) for number in series)
    return first if first == last else f"{first}–{last}"


def find_free_code(role, taken, length):
    """Return the first number of a role's series that is not taken, as the company writes it; None if all are.

    :param str role: of ``roles.ROLES``.
    :param taken: the numbers that are in use, ``str``.
    """
    codes = (
        format_number(number, length) for first, last in PROPOSED_SERIES[role] for number in range(first, last + 1)
    )
    return next((code for code in codes if code not in taken), None)


def is_tax_base(code):
    """Whether an account number lies among the bases of value added tax."""
    first, last = TAX_BASES
    return code[:4].isdigit() and first <= int(code[:4]) <= last


def is_allowed(role, code):
    """Whether an account number lies in the group of the standard that the role belongs to."""
    if not re.fullmatch(r"\d{4,}", code):
        return False
    first, last = ALLOWED_SERIES[role]
    return first <= int(code[:4]) <= last and not is_tax_base(code)
