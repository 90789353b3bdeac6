"""How a report's amounts are to be understood: the reading by which its transactions add up to its payout.

Klarna does not write down whether an amount carries its sign, or whether the VAT on a fee is within its amount. The
payout decides: readings are tried, the documented one first, and the first that adds up is the one. None is chosen on
looks, and where none adds up nothing is booked.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...common.values import ZERO
from .entries import Entry, Payout
from .types import DIRECTIONS, FEE_KINDS, WITH_VAT


@dataclass(frozen=True)
class Reading:
    """One way to understand a report.

    :ivar is_signed: types that are deducted, and have a negative amount somewhere, carry their sign.
    :ivar is_deducted: fees are deducted from the payout; else they are on an invoice of Klarna's (gross contract).
    :ivar is_vat_on_top: the VAT on a fee is deducted beside its amount; else it is within.
    :ivar adds_correction: the total of fee corrections is deducted or paid beside the transactions.
    :ivar direction: 1 where corrections and unknown types are printed as they count, -1 where with the other sign.
    :ivar tax_direction: likewise, of the total of VAT; "- total_tax_amount" in Klarna's own calculation.
    """

    is_signed: bool = False
    is_deducted: bool = True
    is_vat_on_top: bool = True
    adds_correction: bool = False
    direction: int = 1
    tax_direction: int = -1


@dataclass(frozen=True)
class Read:
    """An entry as a reading has it; amounts are effects on the balance.

    :ivar printed: the amount it is printed with. :ivar vat: on what Klarna charges.
    :ivar amount: what it counts: ``printed``, and the VAT where that is beside it.
    """

    entry: Entry
    printed: Decimal
    vat: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Interpretation:
    """A report as a reading has it.

    :ivar rows: what counts in the payout. :ivar invoiced: fees that are on an invoice instead.
    :ivar tax: VAT in the totals that no row explains, as an effect on the balance. :ivar correction: likewise, fee
        corrections.
    """

    reading: Reading
    rows: tuple
    invoiced: tuple
    tax: Decimal
    correction: Decimal

    @property
    def total(self) -> Decimal:
        """What the payout's rows add up to."""
        return sum((row.amount for row in self.rows), ZERO) + self.tax + self.correction


def expected_total(payout: Payout) -> Decimal:
    """Return what a payout's transactions must add up to: the payout, with what was repaid, less what is owed now."""
    opening, closing = payout.stated_debts
    return payout.amount + (opening or ZERO) - (closing or ZERO)


def interpret(payout: Payout, entries: list) -> tuple[Interpretation, bool]:
    """Return a report as the first reading that adds up has it, and True; else as the likeliest has it, and False."""
    expected = expected_total(payout)
    first = None
    for reading in readings(payout, entries):
        found = apply(payout, entries, reading)
        if found.total == expected:
            return found, True
        first = first or found
    return first, False


def readings(payout: Payout, entries: Iterable) -> Iterator[Reading]:
    """Yield the readings that are possible, the likeliest first."""
    entries = list(entries)
    has_signs = bool(_signed_types(entries))
    has_unknown = any(entry.type not in DIRECTIONS and entry.amount for entry in entries)
    has_vat = any(entry.vat for entry in entries if entry.type in WITH_VAT) or bool(payout.totals.get("tax"))
    has_fees = any(entry.type in FEE_KINDS for entry in entries)
    if payout.totals.get("fee_correction"):
        is_explained = any(entry.type == "CORRECTION" for entry in entries)
        corrections = (False, True) if is_explained else (True, False)
    else:
        corrections = (False,)
    deducted = (True,)
    if has_fees and payout.settlement_type != "NET":
        deducted = (False, True) if payout.settlement_type.startswith("GROSS") else (True, False)
    for choice in itertools.product(
        deducted,
        (True, False) if has_signs else (False,),
        (True, False) if has_vat else (True,),
        corrections,
        (1, -1) if has_unknown else (1,),
        (-1, 1) if payout.totals.get("tax") else (-1,),
    ):
        is_deducted, is_signed, is_vat_on_top, adds_correction, direction, tax_direction = choice
        yield Reading(is_signed, is_deducted, is_vat_on_top, adds_correction, direction, tax_direction)


def apply(payout: Payout, entries: list, reading: Reading) -> Interpretation:
    """Return a report as ``reading`` has it."""
    signed = _signed_types(entries) if reading.is_signed else frozenset()
    read = [_read(entry, reading, signed) for entry in entries]
    invoiced = () if reading.is_deducted else tuple(row for row in read if row.entry.type in FEE_KINDS)
    rows = tuple(read) if reading.is_deducted else tuple(row for row in read if row.entry.type not in FEE_KINDS)
    correction = payout.totals.get("fee_correction", ZERO) if reading.adds_correction else ZERO
    is_tax_deducted = reading.is_deducted and reading.is_vat_on_top
    tax = _unexplained_tax(payout, rows, reading.tax_direction) if is_tax_deducted else ZERO
    return Interpretation(reading, rows, invoiced, tax, correction)


def _signed_types(entries: list) -> frozenset:
    """Return the types that are deducted and whose amounts may carry their sign: one of them is negative."""
    return frozenset(entry.type for entry in entries if DIRECTIONS.get(entry.type) == -1 and entry.amount < 0)


def _read(entry: Entry, reading: Reading, signed: frozenset) -> Read:
    direction = 1 if entry.type in signed else DIRECTIONS.get(entry.type, reading.direction)
    printed = direction * entry.amount
    if entry.type not in WITH_VAT or not entry.vat:
        return Read(entry, printed, ZERO, printed)
    sign = (printed > 0) - (printed < 0) or DIRECTIONS[entry.type]
    vat = sign * abs(entry.vat)
    return Read(entry, printed, vat, printed + vat if reading.is_vat_on_top else printed)


def _unexplained_tax(payout: Payout, rows: tuple, direction: int) -> Decimal:
    """Return the VAT that the payout's totals deduct and that no row has, as an effect on the balance.

    "Not available as a separate transaction type": it is on the fees' own rows only if the merchant has switched the
    column on.
    """
    if "tax" not in payout.totals:
        return ZERO
    tax = direction * payout.totals["tax"] + abs(payout.totals.get("tax_refund", ZERO))
    explained = sum((row.vat for row in rows), ZERO)
    explained += sum((row.amount for row in rows if row.entry.type in ("TAX", "TAX_REFUND")), ZERO)
    rest = tax - explained
    # a rest the other way is no part of the total: then the VAT of the rows is within their amounts
    return rest if abs(tax) != abs(explained) and rest * tax > 0 else ZERO
