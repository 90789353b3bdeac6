"""What all Vipps sources have in common: entry types, identities across sources, and where one payout ends.

Sources: the Report API guide (developer.vippsmobilepay.com/docs/APIs/report-api/), its pages on entry types and on the
settlement process.
"""

import datetime
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...common.messages import DocumentError, _
from ...common.values import ZERO
from ..proof import balance_differences
from ..records import FeeReport, Kind, Settlement, Transaction

CODE = "vipps"

#: What Vipps calls its fees: deducted in one row a day, or owed and told of one by one. No document states VAT on them.
FEE_TYPES = (
    ("fees-retained", _("Fees deducted from the payouts")),
    ("capture-fee", _("Fee per payment")),
    ("fee-total", _("Fees of a payment in all")),
    ("correction", _("Corrections of fees")),
    ("credit-note", _("Credit notes on fees")),
)

#: Entry type (as the Report API writes it) to what it is. Types may be added without notice; they become *other*.
KINDS = {
    "capture": Kind.PAYMENT,
    "refund": Kind.REFUND,
    "fees-retained": Kind.FEE,
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


@dataclass(frozen=True)
class Entry:
    """One row of any Vipps source, before it has an identity.

    :ivar type: as :func:`entry_type` returns it. :ivar name: as the source writes it.
    :ivar psp: ``pspReference``, in old files the transaction id.
    :ivar amount: effect on the balance, major unit, gross. :ivar fee: deducted on this row, positive when charged.
    :ivar total_fee: the fee a column of the row tells of, without deducting it; positive when charged, or None.
    :ivar balance_after: running balance, or None. :ivar balance_before: likewise.
    :ivar row: counted from 1. :ivar fields: all there is of the row, to tell a row read twice from two alike.
    """

    type: str
    psp: str
    date: datetime.date
    amount: Decimal
    currency: str
    name: str = ""
    time: datetime.datetime | None = None
    reference: str = ""
    fee: Decimal = ZERO
    total_fee: Decimal | None = None
    balance_after: Decimal | None = None
    balance_before: Decimal | None = None
    payment_method: str = ""
    sales_unit: str = ""
    message: str = ""
    payout_number: str = ""
    row: int = 0
    raw: dict = field(default_factory=dict, compare=False)
    fields: tuple = ()

    @property
    def net(self) -> Decimal:
        """Effect on the balance after the fee deducted on the row."""
        return self.amount - self.fee


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
        external_id=external_id,
        kind=kind,
        date=entry.date,
        amount=entry.amount,
        fee=entry.fee,
        currency=entry.currency,
        order_reference=entry.reference if is_of_order else "",
        provider_reference=entry.psp,
        time=entry.time,
        balance_after=entry.balance_after,
        text=" · ".join(filter(None, texts)),
        fee_type=entry.type if kind in (Kind.FEE, Kind.FEE_REFUND) else "",
        payment_method=entry.payment_method,
        sales_unit=entry.sales_unit,
        row=entry.row,
        raw=entry.raw,
    )


def fee_column(entries: list) -> list:
    """Return what a fee column on the payments' own rows tells: a :class:`FeeReport` of the payment's whole fee."""
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


def cut_at_payouts(
    filename: str,
    entries: list,
    repeated: list,
    merchant_id: str,
    complete_to: datetime.date | None,
    fee_reports: Callable,
) -> list:
    """Return the settlements a run of ledger entries consists of: each payout closes one, the rest is open.

    "Each bank transfer covers a whole number of ledger dates, and payout-scheduled is always the last entry of a date
    where a payout happened" (Report API guide).

    :param entries: in the ledger's order, of one ledger, without repeats.
    :param repeated: entries left out as repeats; each is told to the settlement that has its double.
    :param complete_to: the last date the source is known to be complete to. None: an open run is complete to the day
        before its last date, because the source may have been taken in the middle of that day.
    :param fee_reports: called with each run, returns its fee reports.
    :raises DocumentError: when the entries are in several currencies; a ledger has one.
    """
    for entry in entries:
        if entry.currency != entries[0].currency:
            raise DocumentError(
                _(
                    'The file "%(file)s", row %(row)s is in %(found)s, but the ledger is in %(expected)s. Upload one'
                    " ledger at a time."
                ),
                file=filename,
                row=entry.row,
                found=entry.currency,
                expected=entries[0].currency,
            )
    identities = Identities()
    known = [(entry, transaction(entry, identities.of(entry))) for entry in entries]
    runs, run = [], []
    for pair in known:
        run.append(pair)
        if pair[1].kind == Kind.PAYOUT:
            runs.append(run)
            run = []
    if run:
        runs.append(run)
    repeated_fields = Counter(entry.fields for entry in repeated)
    settlements = []
    for run in runs:
        settlement = _settlement(run, merchant_id, complete_to, fee_reports, repeated_fields)
        if settlements and settlements[-1].transactions[-1].balance_after is not None:
            # what the run before left: a run's own first row could not prove itself
            settlement = replace(settlement, opening_balance=settlements[-1].transactions[-1].balance_after)
        settlements.append(settlement)
    return settlements


def _settlement(run, merchant_id, complete_to, fee_reports, repeated_fields) -> Settlement:
    entries = [entry for entry, _transaction in run]
    last_entry, last = run[-1]
    is_closed = last.kind == Kind.PAYOUT
    last_date = last.date if is_closed else max(entry.date for entry in entries)
    if complete_to is None:
        complete_to = last_date if is_closed else last_date - datetime.timedelta(days=1)
    return Settlement(
        external_id=last_entry.payout_number if is_closed else "",
        currency=last.currency,
        date=last_date,
        transactions=tuple(row for _entry, row in run),
        fee_reports=tuple(fee_reports(entries)),
        merchant_id=merchant_id,
        opening_balance=opening_balance(entries),
        payout_amount=-last.net if is_closed else None,
        payout_reference=last_entry.payout_number if is_closed else "",
        complete_to=complete_to,
        repeated=tuple(row for entry, row in run for _copy in range(repeated_fields[entry.fields])),
    )


def repeated_rows(entries: list) -> list:
    """Return the entries left out as repeats, as transactions (their identity is that of the first row)."""
    return [transaction(entry, Identities().of(entry)) for entry in entries]
