"""The settlement report as CSV: from the portal, by SFTP, or from ``/reports/payout-with-transactions``.

A heading and a line of totals for each payout, then a heading and the transactions. Amounts are in the major unit. The
merchant chooses the columns; several payouts may follow one another, or share one list of transactions that names them.

Source: docs.klarna.com, "Settlement reports"; help.kustom.co, "Settlement reports", "Configure settlement reports".
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ...common.currencies import minor_unit_decimals
from ...common.files.dates import OSLO
from ...common.files.rows import Row, cell_text, check_width
from ...common.limits import MAX_ID
from ...common.messages import DocumentError
from ..records import Document
from .columns import REFERENCES, TOTALS, heading_of, is_own_heading
from .entries import KEPT, Entry, Payout, read_entry
from .payout_api import check_of_payout
from .settlements import settlement
from .types import CODE

#: A report begins with its headings; how many lines are looked at to recognise it.
_HEAD = 12


def is_report(lines: list) -> bool:
    """Return whether these are the lines of a report of Klarna or Kustom, perhaps one that cannot be booked."""
    headings = (heading_of(cells) for cells in lines[:_HEAD])
    return any(heading is not None and is_own_heading(*heading) for heading in headings)


@dataclass
class _Block:
    """One or more payouts and the transactions below them, as rows."""

    payouts: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    columns: dict = field(default_factory=dict)


def parse(filename: str, lines: list, reference: str) -> Document:
    """Read a report from its lines (lists of texts).

    :param reference: which of the merchant's references is the order: ``merchant_reference1`` or ``2``.
    :raises DocumentError: when it is another report, lacks what is needed, or a row cannot be read.
    """
    settlements = []
    for block in _blocks(filename, lines):
        payouts = [_payout(row, block) for row in block.payouts]
        of_payout: dict = {payout.reference: [] for payout in payouts}
        for row in block.rows:
            payout = _payout_of(row, payouts)
            of_payout[payout.reference].append(_entry(row, payout, reference))
        for payout in payouts:
            entries = of_payout[payout.reference]
            if payout.date is None and not any(entry.date for entry in entries):
                raise DocumentError("klarna_columns_missing", file=filename, row=payout.row, names="payout_date")
            settlements.append(settlement(payout, entries))
    return Document(
        code=CODE,
        format="Klarna settlement report (CSV)",
        settlements=tuple(settlements),
        merchant_ids=frozenset(each.merchant_id for each in settlements if each.merchant_id),
    )


# --- Parts of the file


def _blocks(filename: str, lines: list) -> list:
    """Return the blocks of a file.

    :raises DocumentError: when there is no payout in it, or it lacks columns that are needed.
    """
    blocks: list = []
    block, is_summary, width, columns, headings = None, False, 0, {}, {}
    for number, cells in enumerate(lines, 1):
        if not any(cell_text(cell) for cell in cells):
            continue
        found = heading_of(cells)
        if found is None:
            if block is None:
                continue  # a title above the report
            row = Row(filename, number, _values(filename, lines, number, width, columns), headings, is_csv=True)
            (block.payouts if is_summary else block.rows).append(row)
            continue
        kind, columns = found
        is_summary, width = kind == "summary", len(cells)
        headings = {name: cell_text(cells[position]) for name, position in columns.items()}
        if is_summary and (block is None or block.columns):
            block = _Block()
            blocks.append(block)
        if not is_summary:
            if block is None:
                raise DocumentError("klarna_transaction_report", file=filename)
            _check_columns(filename, number, columns)
            block.columns = columns
    if not blocks or not any(block.columns for block in blocks):
        raise DocumentError("klarna_report_without_transactions", file=filename)
    _check_complete(filename, blocks)
    return blocks


def _values(filename: str, lines: list, number: int, width: int, columns: dict) -> dict:
    cells = lines[number - 1]
    if len(cells) != width:
        check_width(filename, number, cells, width, is_last=not any(map(any, lines[number:])))
    return {name: cells[position] for name, position in columns.items()}


def _check_columns(filename: str, number: int, columns: dict) -> None:
    missing = [name for name in ("type", "amount") if name not in columns]
    if not any(name in columns for name in REFERENCES):
        missing.append("order_id")
    if missing:
        raise DocumentError("klarna_columns_missing", file=filename, row=number, names=", ".join(missing))


def _check_complete(filename: str, blocks: list) -> None:
    """Refuse a block without payout or transactions' heading, and transactions that do not name one of its payouts."""
    references: list = []
    for block in blocks:
        if not block.payouts or not block.columns:
            raise DocumentError("klarna_report_without_transactions", file=filename)
        if len(block.payouts) > 1 and "payment_reference" not in block.columns:
            raise DocumentError("klarna_rows_without_payout", file=filename, row=block.payouts[0].number)
        for row in block.payouts:
            reference = row.text("payment_reference")
            if reference in references:
                raise DocumentError("klarna_payout_twice", file=filename, found=reference)
            references.append(reference)


# --- Rows


def _payout(row: Row, block: _Block) -> Payout:
    missing = [
        name
        for name, column in (("payment_reference", "payment_reference"), ("total_settlement_amount", "settlement"))
        if column not in row.values
    ]
    if "currency" not in row.values and "currency" not in block.columns:
        missing.append("settlement_currency")
    if missing:
        raise DocumentError("klarna_columns_missing", file=row.filename, row=row.number, names=", ".join(missing))
    currency = row.currency("currency") if "currency" in row.values else _currency_of_rows(row, block)
    decimals = minor_unit_decimals(currency)
    named = {name: row.amount(name, decimals) for name in TOTALS}
    opening, closing = row.amount("opening_debt", decimals), row.amount("closing_debt", decimals)
    moment = row.moment("payout_date", OSLO)
    return Payout(
        reference=row.required_identifier("payment_reference", "klarna_expected_payment_reference"),
        amount=_in_units(row.required_amount("settlement", decimals), currency),
        currency=currency,
        date=moment.astimezone(OSLO).date() if moment else None,
        merchant_id=row.identifier("merchant_id"),
        settlement_type=row.text("settlement_type").upper(),
        totals={name: _in_units(total, currency) for name, total in named.items() if total is not None},
        opening_debt=None if opening is None else abs(_in_units(opening, currency)),
        closing_debt=None if closing is None else abs(_in_units(closing, currency)),
        row=row.number,
    )


def _currency_of_rows(row: Row, block: _Block) -> str:
    """Return the currency of a payout whose totals do not name it: that of its first transaction."""
    own = row.text("payment_reference")
    for each in block.rows:
        if each.text("payment_reference") in ("", own):
            return each.currency("currency")
    return row.currency("currency")


def _payout_of(row: Row, payouts: list) -> Payout:
    """Return the payout a transaction belongs to: the one it names, else the only one."""
    named = row.text("payment_reference")
    found = next((payout for payout in payouts if payout.reference == named), None)
    if found is None and (named or len(payouts) > 1):
        raise DocumentError(
            "klarna_row_of_another_payout",
            file=row.filename,
            row=row.number,
            found=named or "–",
            expected=", ".join(payout.reference for payout in payouts),
        )
    return found or payouts[0]


def _entry(row: Row, payout: Payout, reference: str) -> Entry:
    currency = row.currency("currency", payout.currency)
    decimals = minor_unit_decimals(currency)
    amount = _in_units(row.required_amount("amount", decimals), currency)
    vat = row.amount("vat", decimals)
    for name in REFERENCES:
        if len(row.text(name)) <= MAX_ID:
            row.identifier(name)  # refuses an order number that a spreadsheet has rounded
    values = {name: row.values[name] for name in KEPT if row.values.get(name)}
    kept = Row(row.filename, row.number, values, row.headings, is_csv=True)
    entry = read_entry(kept, amount, None if vat is None else _in_units(vat, currency), currency, reference)
    check_of_payout(row.filename, entry, payout)
    return entry


def _in_units(amount: Decimal, currency: str) -> Decimal:
    """Return an amount with all its currency's decimals, as the API's is: ``300`` kroner are ``300.00``."""
    return amount.quantize(Decimal(1).scaleb(-minor_unit_decimals(currency)))
