"""Stripe's CSV files: the itemised payout reconciliation report, and the dashboard's export of the balance.

Columns may come in any order; what nobody reads here (customers, cards, addresses) is not kept. Amounts are in major
units, with a dot or a comma. Times in ``_utc`` columns are UTC, in the others the account's own, taken to be Oslo.

Sources: docs.stripe.com/reports/report-types/payout-reconciliation; the dashboard's columns from public importers.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from decimal import Decimal

from ...common.currencies import minor_unit_decimals, rounded
from ...common.files.dates import OSLO
from ...common.files.rows import Row, find_heading_row, normal_heading, rows_below
from ...common.messages import DocumentError
from ..records import Document, Kind, PayoutStatus, Settlement
from .entries import CODE, Entry, day_in_oslo, without_repeats
from .payouts import Payout, bank_reference, open_settlement, payout_settlement
from .references import from_descriptions, keys_to_look_at


@dataclass(frozen=True)
class Table:
    """One kind of file: its name for people, its columns by our names, and what its columns of metadata look like.

    :ivar metadata: one pattern for metadata of payments, one for those of refunds, as :func:`normal_heading` returns
        a heading.
    """

    name: str
    columns: dict
    metadata: tuple


ITEMIZED = Table(
    "Stripe payout reconciliation (CSV)",
    {
        "id": ("balance_transaction_id",),
        "currency": ("currency",),
        "amount": ("gross",),
        "fee": ("fee",),
        "net": ("net",),
        "category": ("reporting_category",),
        "?payout": ("automatic_payout_id",),
        "?payout_time_utc": ("automatic_payout_effective_at_utc",),
        "?payout_time": ("automatic_payout_effective_at",),
        "?created_utc": ("created_utc",),
        "?created": ("created",),
        "?available_utc": ("available_on_utc",),
        "?available": ("available_on",),
        "?description": ("description",),
        "?source": ("source_id",),
        "?charge": ("charge_id",),
        "?intent": ("payment_intent_id",),
        "?original": ("customer_facing_amount",),
        "?original_currency": ("customer_facing_currency",),
        "?method": ("payment_method_type",),
        "?dispute_reason": ("dispute_reason",),
        "?trace": ("trace_id",),
    },
    (r"payment metadata\[(.+)\]", r"refund metadata\[(.+)\]"),
)

DASHBOARD = Table(
    "Stripe balance export (CSV)",
    {
        "id": ("id",),
        "type": ("Type",),
        "source": ("Source",),
        "amount": ("Amount",),
        "fee": ("Fee",),
        "net": ("Net",),
        "currency": ("Currency",),
        "created_utc": ("Created (UTC)",),
        "?available_utc": ("Available On (UTC)",),
        "?description": ("Description",),
        "?original": ("Customer Facing Amount",),
        "?original_currency": ("Customer Facing Currency",),
        "?payout": ("Transfer", "Payout"),
        "?payout_time_utc": ("Transfer Date (UTC)", "Payout Date (UTC)"),
    },
    (r"(.+) \(metadata\)", r"(?!)"),
)
TABLES = (ITEMIZED, DASHBOARD)


def heading(lines: list) -> tuple | None:
    """Return which :class:`Table` the lines are, where its heading row is, and its columns; None when none is."""
    for table in TABLES:
        found = find_heading_row(lines, table.columns)
        if found is not None and {"created", "created_utc"} & found[1].keys():
            return (table, *found)
    return None


def parse(filename: str, lines: list, reference_key: str = "") -> Document:
    """Read a file from its lines (lists of cells).

    :param reference_key: the metadata key that holds the order's number.
    :raises DocumentError: when a row cannot be read.
    """
    table, position, columns = heading(lines)
    for name, pattern in zip(("order", "refund_order"), table.metadata, strict=True):
        at = _metadata_column(lines[position], pattern, reference_key)
        columns |= {} if at is None else {name: at}
    rows = list(rows_below(filename, lines, position, columns, is_padded=False))
    if not rows:
        raise DocumentError("stripe_file_without_rows", file=filename)
    entries, repeated = without_repeats(filename, [_entry(row) for row in rows])
    groups, group_of = defaultdict(lambda: ([], [])), {}
    for entry in _with_own_rows(entries):
        group_of[entry.id] = entry.payout, entry.currency
        groups[group_of[entry.id]][0].append(entry)
    for entry in repeated:
        groups[group_of[entry.id]][1].append(entry)
    failed = {entry.source for entry in entries if entry.kind is Kind.PAYOUT_RETURN}
    settlements = [_settlement(*name, *group, failed) for name, group in groups.items()]
    return Document(
        code=CODE,
        format=table.name,
        settlements=tuple(settlements),
        repeated_rows=tuple(row for settlement in settlements for row in settlement.repeated),
    )


def _metadata_column(cells: list, pattern: str, reference_key: str) -> int | None:
    """Return the position of the metadata column with the order's number: by its key, else the only one there is."""
    found = {}
    for position, cell in enumerate(cells):
        if match := re.fullmatch(pattern, normal_heading(cell)):
            found.setdefault(match[1], position)
    for key in map(normal_heading, keys_to_look_at(reference_key)):
        if key in found:
            return found[key]
    return next(iter(found.values())) if len(found) == 1 else None


def _entry(row: Row) -> Entry:
    currency = row.currency("currency")
    moment = _moment(row, "created") or _moment(row, "available")
    if moment is None:
        raise row.unreadable("created_utc" if "created_utc" in row.values else "created", "expected_date_and_time")
    amount = _amount(row, "amount", currency)
    description = row.text("description")
    original, original_currency = _original(row, amount)
    raw = row.raw()
    return Entry(
        id=row.required_identifier("id", "stripe_expected_transaction"),
        date=day_in_oslo(moment),
        time=moment,
        amount=amount,
        fee=_amount(row, "fee", currency),
        stated_net=_amount(row, "net", currency),
        currency=currency,
        category=row.text("category").lower(),
        type=row.text("type").lower(),
        description=description,
        source=row.identifier("source"),
        charge=row.identifier("charge"),
        intent=row.identifier("intent"),
        order_reference=row.text("order") or row.text("refund_order") or from_descriptions([description]),
        amount_original=original,
        currency_original=original_currency,
        payment_method=row.text("method"),
        payout=row.identifier("payout"),
        payout_date=_payout_date(row),
        payout_trace=row.text("trace"),
        row=row.number,
        raw=raw,
        fields=tuple(raw.items()),
    )


def _amount(row: Row, column: str, currency: str) -> Decimal:
    """Return an amount; of a currency without minor units it may be written with zeros (``1000.00``)."""
    amount = row.required_amount(column, max(2, minor_unit_decimals(currency)))
    if amount != rounded(amount, currency):
        raise row.unreadable(column, "expected_amount")
    return rounded(amount, currency)


def _original(row: Row, amount: Decimal) -> tuple[Decimal | None, str]:
    """Return what the customer saw, with the sign of the row, and its currency; None where nothing was converted."""
    currency = row.currency("original_currency", default="XXX")
    if currency in ("XXX", row.currency("currency")) or not row.text("original"):
        return None, ""
    original = abs(_amount(row, "original", currency))
    return original if amount >= 0 else -original, currency


def _moment(row: Row, column: str) -> datetime | None:
    return row.moment(f"{column}_utc", timezone.utc) or row.moment(column, OSLO)


def _payout_date(row: Row) -> date | None:
    """Return the payout's day in the bank: midnight of it in UTC, or in the account's zone."""
    for column in ("payout_time_utc", "payout_time"):
        if row.text(column):
            return row.day(column)
    return None


def _with_own_rows(entries: list) -> list:
    """Let each payout's own row name it, where only the rows it pays out do."""
    numbers = {entry.payout for entry in entries if entry.payout}
    return [
        replace(entry, payout=entry.source)
        if entry.kind is Kind.PAYOUT and not entry.payout and entry.source in numbers
        else entry
        for entry in entries
    ]


def _settlement(number: str, currency: str, entries: list, repeated: list, failed: set) -> Settlement:
    """Return the settlement of a payout, or of the rows without one.

    :param failed: payouts that came back: all that a file tells of their fate.
    """
    if not number:
        return open_settlement(currency, entries, repeated=repeated)
    # a payout that was sent again has several days; the last one is when it came
    dates = [entry.payout_date for entry in entries if entry.payout_date]
    payout = Payout(
        number=number,
        currency=currency,
        date=max(dates, default=max(entry.date for entry in entries)),
        reference=bank_reference(number, next((entry.payout_trace for entry in entries if entry.payout_trace), "")),
        status=PayoutStatus.FAILED if number in failed else PayoutStatus.SENT,
    )
    return payout_settlement(payout, entries, repeated)
