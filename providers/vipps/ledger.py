"""What all Vipps sources have in common: entry types, identities across sources, and where one payout ends.

Sources: the Report API guide (developer.vippsmobilepay.com/docs/APIs/report-api/), its pages on entry types and on the
settlement process.
"""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ..proof import balance_differences
from ..records import FeeReport, Kind, Movement, Transaction

CODE = "vipps"

#: What we call a fee that a settlement file of earlier years states in its totals, and on no payment.
SETTLEMENT_FEE = "settlement-fee"

#: What Vipps calls its fees: deducted in one row a day, or owed and reported one by one. None states VAT.
FEE_TYPES = (
    ("fees-retained", "fee_type_retained"),
    ("capture-fee", "fee_type_per_payment"),
    ("fee-total", "fee_type_total"),
    ("correction", "fee_type_corrections"),
    ("credit-note", "fee_type_credit_notes"),
    (SETTLEMENT_FEE, "fee_type_settlement"),
)


#: Entry type (as the Report API writes it) to what it is. Types may be added without notice; they become *other*.
KINDS = {
    "capture": Kind.PAYMENT,
    "refund": Kind.REFUND,
    "fees-retained": Kind.FEE,
    SETTLEMENT_FEE: Kind.FEE,
    "payout-scheduled": Kind.PAYOUT,
    "payout-aborted": Kind.PAYOUT_RETURN,
    "retained-disputed-capture": Kind.CHARGEBACK,
    "returned-disputed-capture": Kind.CHARGEBACK_REVERSAL,
    "correction": Kind.CORRECTION,
    "credit-note": Kind.CORRECTION,
    "top-up": Kind.TOP_UP,
}


#: Names an entry type has had, or has in files. The Norwegian ones of the portal report are UNCONFIRMED: no Norwegian
#: report has been seen. An entry type that is not listed is not an error: it is kept by its own name, as *other*.
TYPE_NAMES = {
    "scheduled-for-payout": "payout-scheduled",  # Report API specification of 2023
    "salg": "capture",  # old XLSX
    "refundering": "refund",  # old XLSX
    "betaling": "capture",
    "belastning": "capture",
    "refusjon": "refund",
    "gebyrer-trukket": "fees-retained",
    "gebyr-trukket": "fees-retained",
    "tilbakeholdte-gebyrer": "fees-retained",
    "planlagt-utbetaling": "payout-scheduled",
    "utbetaling-planlagt": "payout-scheduled",
    "avbrutt-utbetaling": "payout-aborted",
    "utbetaling-avbrutt": "payout-aborted",
    "korreksjon": "correction",
    "kreditnota": "credit-note",
}


def entry_type(name: str) -> str:
    """Return the Report API's name of an entry type, from whatever a source calls it (``Fees retained``)."""
    slug = re.sub(r"[\s_-]+", "-", name.strip().casefold()).strip("-")
    return TYPE_NAMES.get(slug, slug)


@dataclass(frozen=True, kw_only=True)
class Entry(Movement):
    """One row of any Vipps source, before it has an identity.

    :ivar type: as :func:`entry_type` returns it. :ivar name: as the source writes it.
    :ivar psp: ``pspReference``, in old files the transaction id.
    :ivar total_fee: the fee a column of the row reports without deducting it; positive when charged, or None.
    :ivar balance_before: running balance, or None.
    :ivar fields: the whole row, to distinguish a row read twice from two alike.
    """

    type: str
    psp: str
    name: str = ""
    reference: str = ""
    total_fee: Decimal | None = None
    balance_before: Decimal | None = None
    message: str = ""
    payout_number: str = ""
    fields: tuple = ()


def without_repeats(entries: list) -> tuple[list, list]:
    """Return the entries, each once, and those left out because the very same row was there before.

    A page the API served twice, or rows pasted twice, repeat *everything* of a row, its balance too. Two payments that
    only look alike differ in their balance, or in their id where there is no balance.
    """
    seen, kept, repeated = set(), [], []
    for entry in entries:
        (repeated if entry.fields in seen else kept).append(entry)
        seen.add(entry.fields)
    return kept, repeated


def bare_handle(handle: str) -> str:
    """Return a recipient handle (``api:123455``, ``NO:123455``) without its prefix: the number a merchant knows."""
    return handle.rpartition(":")[2].strip()


def merchant_names(*numbers: str) -> frozenset:
    """Return every form in which a document or a person may name these ledgers and sales units."""
    names = set()
    for number in filter(None, (n.strip() for n in numbers)):
        names.add(number)
        bare = bare_handle(number)
        names.update((bare, f"api:{bare}", f"NO:{bare}"))
    return frozenset(names)


def payout_number(psp: str, reference: str = "") -> str:
    """Return a payout's number: the tail of ``302321-2000810``, else what follows ``Utb.`` in the bank's text.

    ``Utb. 2000810 Vippsnr 117703`` is the documented text in Norway.
    """
    if psp:
        return psp.rpartition("-")[2]
    match = re.search(r"\butb(?:et)?\w*\.?\s+(\d+)", reference, re.IGNORECASE)
    return match[1] if match else reference.strip()


class Identities:
    """Gives each row the identity it has in every source, counting rows that would otherwise share one.

    Payments and refunds are known by their psp reference alone, because old files date them differently. Retained fees
    are known by ledger date: the API gives them a generated id, the portal report ``<ledger>-<date>``. All others may
    come several times for one psp reference (a dispute can go in cycles), so type, psp reference and date are needed.
    """

    def __init__(self):
        self._counts = Counter()

    def of(self, entry: Entry) -> str:
        """Return the identity of the next entry. Must be asked in the ledger's order."""
        if entry.type in ("capture", "refund") and entry.psp:
            return self._counted(f"{entry.type}:{entry.psp}")
        if entry.type == "fees-retained":
            return self._counted(f"fees-retained:{entry.date.isoformat()}")
        if entry.type in ("payout-scheduled", "payout-aborted"):
            return self._counted(f"{entry.type}:{entry.payout_number}")
        return self._counted(f"{entry.type}:{entry.psp}:{entry.date.isoformat()}")

    def of_fee(self, entry: Entry) -> str:
        """Return the identity of a fee the fees topic reports."""
        return self._counted(f"{entry.type}:{entry.psp}:{entry.date.isoformat()}")

    def _counted(self, identity: str) -> str:
        self._counts[identity] += 1
        count = self._counts[identity]
        return identity if count == 1 else f"{identity}#{count}"


def transaction(entry: Entry, external_id: str) -> Transaction:
    """Return the entry as a transaction."""
    kind = KINDS.get(entry.type, Kind.OTHER)
    if kind == Kind.FEE and entry.amount > 0:
        kind = Kind.FEE_REFUND  # fee corrections exceeded the day's fees
    is_of_order = kind not in (Kind.PAYOUT, Kind.PAYOUT_RETURN, Kind.FEE, Kind.FEE_REFUND)
    texts = [entry.name or entry.type, entry.message, "" if is_of_order else entry.reference]
    return Transaction(
        **entry.get_movement(),
        external_id=external_id,
        kind=kind,
        order_reference=entry.reference if is_of_order else "",
        provider_reference=entry.psp,
        text=" · ".join(filter(None, texts)),
        fee_type=entry.type if kind in (Kind.FEE, Kind.FEE_REFUND) else "",
    )


def fee_column(entries: list) -> list:
    """Return the fees in a column of the payments' own rows: a :class:`FeeReport` of each payment's whole fee."""
    return [
        FeeReport(
            external_id=f"fee-total:{entry.psp}",
            provider_reference=entry.psp,
            date=entry.date,
            fee=entry.total_fee,
            currency=entry.currency,
            order_reference=entry.reference,
            fee_type="fee-total",
            is_total=True,
            row=entry.row,
        )
        for entry in entries
        if entry.psp and entry.total_fee is not None and (entry.total_fee or entry.type == "capture")
    ]


def opening_balance(entries: list) -> Decimal | None:
    """Return the balance before the first entry, or None where the source has no balances."""
    if not entries:
        return None
    first = entries[0]
    if first.balance_before is not None:
        return first.balance_before
    return None if first.balance_after is None else first.balance_after - first.net


def broken_balances(entries: list) -> int:
    """Return in how many entries the running balance does not follow from the one before."""
    return len(balance_differences(entries, opening_balance(entries)))


def repeated_rows(entries: list) -> list:
    """Return the entries left out as repeats, as transactions (their identity is that of the first row)."""
    return [transaction(entry, Identities().of(entry)) for entry in entries]
