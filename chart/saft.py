"""Where the accounts stand in the Norwegian standard audit file, SAF-T Financial 1.30.

The file names for each account a category and a code of the business specification (``GroupingCategory``,
``GroupingCode``). Source: github.com/Skatteetaten/saf-t, ``naeringsspesifikasjon.csv`` in ``Grouping Category Code
2025-2026/CSV``.
That money at a payment provider goes with the trade receivables is how Norwegian integrators document it.
"""

from typing import NamedTuple


class Grouping(NamedTuple):
    """A category and a code of the business specification, as they stand in the file."""

    category: str
    code: str

    def __str__(self):
        return f"{self.category} {self.code}"


_RECEIVABLE = Grouping("balanseverdiForOmloepsmiddel", "1500")
_OTHER_COST = Grouping("annenDriftskostnad", "7700")
_ADVANCE = Grouping("kortsiktigGjeld", "2900")

#: By what an account is used for: the roles of a provider's accounts, then what shops and taxes use.
GROUPINGS = {
    "clearing": _RECEIVABLE,
    "unknown": _RECEIVABLE,
    "reserve": _RECEIVABLE,
    "fee": _OTHER_COST,
    "rounding": _OTHER_COST,
    "prepayment": _ADVANCE,
    "fee_payable": Grouping("kortsiktigGjeld", "2990"),
    "gift_card": _ADVANCE,
    "store_credit": _ADVANCE,
    "foreign_vat": Grouping("kortsiktigGjeld", "2790"),
}


def get_grouping(use, code):
    """Return the :class:`Grouping` of an account, or None where its number is of another class of the chart.

    :param str use: of :data:`GROUPINGS`. :param str code: the company's number.
    """
    grouping = GROUPINGS[use]
    return grouping if code[:1] == grouping.code[:1] else None


def get_standard_account(code):
    """Return the standard account of two digits of an account number on the Norwegian chart, else an empty string.

    :param str code: the company's number, such as ``"1522"`` or ``"152200"``.
    """
    return code[:2] if code.isdigit() and len(code) >= 4 else ""
