"""A payout with its transactions, as a settlement: identities, dates, fees, and what does not add up."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from ...common.currencies import rounded
from ...common.messages import Message
from ...common.values import ZERO
from ..proof import amount_text
from ..records import FeeReport, Kind, Settlement, Transaction
from .entries import Entry, Payout
from .readings import Interpretation, Read, Reading, apply, expected_total, interpret
from .types import CORRECTION_TOTAL, FEE_KINDS, TAX_TOTAL, kind_of

#: A return or a correction is booked in the payout it comes with. What is dated longer before it than a month's payout
#: and its delay explain has the date of the sale it belongs to.
_LONGEST_WAIT = datetime.timedelta(days=62)

#: Types that are dated by their capture, however long the payout took.
_OF_CAPTURE = frozenset({"SALE", "FEE"})

#: Fees that are shown on the payment of their order.
_SHOWN = frozenset({"FEE", "FEE_REFUND"})

#: A payout's totals, and the types that are in them.
_TYPES_OF_TOTAL = {
    "sale": ("SALE",),
    "return": ("RETURN",),
    "reversal": ("REVERSAL", "REVERSAL_MERCHANT_PROTECTION"),
    "fee": ("FEE",),
    "fee_refund": ("FEE_REFUND",),
    "charge": ("CHARGE",),
    "credit": ("CREDIT",),
    "holdback": ("HOLDBACK",),
    "release": ("RELEASE",),
}


def settlement(payout: Payout, entries: list) -> Settlement:
    """Return a payout as a settlement.

    Each fee is a row of its own, as in the report, and besides a report on its payment, so that it is shown there.
    Where the payout leaves the fees out (gross contract), there is the report alone.

    :param payout: with a date, or entries that have one.
    """
    found, adds_up = interpret(payout, entries)
    last = payout.date or max(entry.date for entry in entries if entry.date)
    names = _identities(payout, found.rows, lambda read: read.amount)
    rows = [_transaction(read, name, last) for read, name in zip(found.rows, names, strict=True)]
    rows += _of_totals(payout, found, last)
    opening, closing = payout.stated_debts
    differing = _differing_totals(payout, found)
    return Settlement(
        external_id=payout.reference,
        currency=payout.currency,
        date=last,
        transactions=tuple(rows),
        fee_reports=tuple(_fee_reports(payout, found, last)),
        merchant_id=payout.merchant_id,
        merchant_ids=frozenset(filter(None, [payout.merchant_id])),
        opening_balance=None if opening is None else ZERO - opening,
        closing_balance=None if closing is None else ZERO - closing,
        payout_amount=payout.amount,
        payout_reference=payout.reference,
        payout_date=payout.date,
        complete_to=last,
        problems=() if adds_up else (*_both_readings(payout, entries, found), *differing),
        warnings=(*(differing if adds_up else ()), *_differing_debt(payout)),
    )


# --- Identities


def _identities(payout: Payout, rows: Sequence, amount_of: Callable) -> list:
    """Return the identity of each row.

    Klarna gives transactions no id. A row is known by what every report has of it: the payout, the type, the order, and
    the amount as it counts; rows that are alike in that are numbered, by the time and the capture. What the merchant
    can leave out (``detailed_type``, ``refund_id`` and ``capture_id``, merchant references) is no part of it, so that
    the API and a file name the same row alike. Only the VAT column makes a difference: with it, a fee has its VAT
    within, and so another amount.

    :param amount_of: the amount of a :class:`~.readings.Read` that it is known by.
    """
    alike = defaultdict(list)
    for position, read in enumerate(rows):
        amount = rounded(amount_of(read), payout.currency)
        alike[f"{payout.reference}:{read.entry.type}:{read.entry.order}:{amount or abs(amount)}"].append(position)
    names = [""] * len(rows)
    for name, positions in alike.items():
        positions.sort(key=lambda at: (_time_text(rows[at].entry), rows[at].entry.capture_id, at))
        for number, position in enumerate(positions, 1):
            names[position] = name if number == 1 else f"{name}#{number}"
    return names


def _time_text(entry: Entry) -> str:
    return entry.time.astimezone(datetime.timezone.utc).isoformat() if entry.time else ""


# --- Rows


def _transaction(read: Read, name: str, last: datetime.date) -> Transaction:
    entry = read.entry
    kind = kind_of(entry.type, read.amount)
    is_fee = kind in (Kind.FEE, Kind.FEE_REFUND)
    is_of_order = kind in (Kind.PAYMENT, Kind.REFUND)
    return Transaction(
        external_id=name,
        kind=kind,
        date=_ledger_date(entry, last),
        time=entry.time,
        amount=read.amount,
        currency=entry.currency,
        fee_vat=-read.vat if is_fee and read.vat else ZERO,
        order_reference=entry.order_reference,
        provider_reference=entry.provider_reference,
        text=" · ".join(filter(None, [entry.type, entry.detailed_type, "" if is_of_order else entry.comment])),
        fee_type=(entry.detailed_type or entry.type) if is_fee else "",
        payment_method=entry.payment_method,
        row=entry.row,
        raw=entry.raw,
    )


def _ledger_date(entry: Entry, last: datetime.date) -> datetime.date:
    """Return the day a row is booked: of its capture; of the payout, where it has none or one of long ago."""
    if entry.date is None:
        return last
    if entry.type not in _OF_CAPTURE and entry.date < last - _LONGEST_WAIT:
        return last
    return entry.date


def _of_totals(payout: Payout, found: Interpretation, last: datetime.date) -> list:
    """Return a row for what the payout's totals deduct and no row of the report has: VAT on fees, fee corrections.

    Without it the VAT would be missing in the books. It has no order, and says by its type where it comes from.
    """
    rows = []
    for name, amount in ((TAX_TOTAL, found.tax), (CORRECTION_TOTAL, found.correction)):
        if not amount:
            continue
        rows.append(
            Transaction(
                external_id=f"{payout.reference}:{name}:total",
                kind=Kind.FEE if amount < 0 else Kind.FEE_REFUND,
                date=last,
                amount=amount,
                currency=payout.currency,
                fee_vat=-amount if name == TAX_TOTAL else ZERO,
                text=f"{name} · {payout.reference}",
                fee_type=name,
                row=payout.row,
                raw={"type": name, "amount": f"{amount:f}", "payment_reference": payout.reference},
            )
        )
    return rows


def _fee_reports(payout: Payout, found: Interpretation, last: datetime.date) -> list:
    """Return each fee of an order, to be shown on its payment; of a gross contract, each fee that is owed.

    A report is known by the amount without the VAT beside it, which a report without the VAT column has too.
    """
    deducted = [read for read in found.rows if read.entry.type in _SHOWN and read.entry.provider_reference]
    reads = [*deducted, *found.invoiced]
    names = _identities(payout, reads, lambda read: read.printed)
    rows = [_transaction(read, name, last) for read, name in zip(reads, names, strict=True)]
    return [
        FeeReport(
            external_id=row.external_id,
            provider_reference=row.provider_reference,
            date=row.date,
            fee=-row.amount,
            currency=row.currency,
            order_reference=row.order_reference,
            fee_type=row.fee_type,
            row=row.row,
        )
        for row in rows
    ]


# --- What does not add up


def _differing_totals(payout: Payout, found: Interpretation) -> tuple:
    """Return a sentence for each total of the payout that the rows of its types do not add up to."""
    said = []
    for name, types in _TYPES_OF_TOTAL.items():
        if name not in payout.totals or (types[0] in FEE_KINDS and not found.reading.is_deducted):
            continue
        printed = (read.printed for read in found.rows if read.entry.type in types)
        total, computed = abs(payout.totals[name]), abs(sum(printed, ZERO))
        if total != computed:
            values = {
                "settlement": payout.reference,
                "types": ", ".join(types),
                "total": amount_text(total, payout.currency),
                "computed": amount_text(computed, payout.currency),
            }
            said.append(Message("klarna_total_differs", values))
    return tuple(said)


def _both_readings(payout: Payout, entries: list, found: Interpretation) -> tuple:
    """Return what both readings of the signs add up to, where there are two."""
    signed = _total(payout, entries, replace(found.reading, is_signed=True))
    unsigned = _total(payout, entries, replace(found.reading, is_signed=False))
    if signed == unsigned:
        return ()
    values = {
        "settlement": payout.reference,
        "signed": amount_text(signed, payout.currency),
        "unsigned": amount_text(unsigned, payout.currency),
        "expected": amount_text(expected_total(payout), payout.currency),
    }
    return (Message("klarna_both_readings_differ", values),)


def _total(payout: Payout, entries: list, reading: Reading) -> Decimal:
    return apply(payout, entries, reading).total


def _differing_debt(payout: Payout) -> tuple:
    """Return a sentence where the debt after the payout is not the one before, less repaid, with what came to it."""
    totals = payout.totals
    if payout.opening_debt is None or payout.closing_debt is None or not {"repay", "deposit"} <= totals.keys():
        return ()
    computed = payout.opening_debt - abs(totals["repay"]) + abs(totals["deposit"])
    if computed == payout.closing_debt:
        return ()
    values = {
        "settlement": payout.reference,
        "opening": amount_text(payout.opening_debt, payout.currency),
        "computed": amount_text(computed, payout.currency),
        "closing": amount_text(payout.closing_debt, payout.currency),
    }
    return (Message("klarna_debt_differs", values),)
