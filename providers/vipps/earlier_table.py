"""The settlement file of earlier years as a Norwegian table: XLSX, also seen as CSV."""

from decimal import Decimal

from ...common.files.numbers import parse_amount
from ...common.files.rows import Row, cell_text, find_heading_row, normal_heading, rows_below
from ...common.messages import DocumentError, Message
from ...common.values import ZERO
from ..proof import amount_text
from ..records import DeclaredTotals, Document
from .earlier_groups import Group, build_document, row_problem
from .ledger import Entry, entry_type, without_repeats

_TABLE_COLUMNS = {
    "day": ("Salgsdato",),
    "psp": ("Transaksjons-ID",),
    "amount": ("Brutto",),
    "fee": ("Gebyr",),
    "net": ("Netto",),
    "type": ("Transaksjonstype",),
    "settlement": ("Oppgjørs-ID",),
    "settlement_date": ("Oppgjørsdato",),
    "?reference": ("Ordre-ID",),
    "?sales_unit": ("Vippsnummer",),
    "?sales_unit_name": ("Salgssted",),
    "?product": ("Produkt",),
    "?paid_out": ("Oppgjørssum",),
    "?account": ("Oppgjørskonto",),
    "?first_name": ("Fornavn",),
    "?last_name": ("Etternavn",),
    "?message": ("Melding",),
}

_PERSONAL = frozenset({"first_name", "last_name"})
_CLOSING_ROW = "til utbetaling netto"

#: The table has no currency column; these agreements were Norwegian and settled in kroner.
_TABLE_CURRENCY = "NOK"


def heading(lines: list) -> tuple | None:
    """Return where the heading row of a Norwegian table is in ``lines``, with its columns, or None."""
    return find_heading_row(lines, _TABLE_COLUMNS)


def parse_table(filename: str, lines: list, is_padded: bool) -> Document:
    """Read the Norwegian table. Fees are negative in it; the last row carries the sum to be paid out.

    :raises DocumentError: when a row cannot be read.
    """
    position, columns = heading(lines)
    groups: dict = {}
    closing = None
    for row in rows_below(filename, lines, position, columns, is_padded):
        if any(normal_heading(cell) == _CLOSING_ROW for cell in lines[row.number - 1]):
            closing = (row.number, _closing_sum(row, lines[row.number - 1]))
        else:
            _add_table_row(row, groups)
    if closing is None:
        raise DocumentError(
            "file_cut_off_before_sum",
            file=filename,
        )
    _close_table(list(groups.values()), *closing)
    name = "Vipps settlement report (XLSX)" if is_padded else "Vipps settlement report (CSV)"
    return build_document(filename, name, list(groups.values()))


def _add_table_row(row: Row, groups: dict) -> None:
    number = row.required_identifier("settlement", "expected_settlement_number")
    sales_unit = row.identifier("sales_unit")
    group = groups.setdefault(
        (number, sales_unit),
        Group(number, _TABLE_CURRENCY, row.day("settlement_date"), sales_unit),
    )
    paid_out = row.amount("paid_out")
    if paid_out is not None and group.paid_out is None:
        group.paid_out = paid_out
        group.declared = DeclaredTotals(net=paid_out, row=row.number)
    kind = entry_type(row.text("type"))
    amount, net = row.required_amount("amount"), row.amount("net")
    if kind == "refund":
        amount = -abs(amount)  # not confirmed which sign a refund has in this file; the sum proves it
    fee = -(row.amount("fee") or ZERO)
    psp = row.required_identifier("psp", "expected_transaction_number")
    if net is not None and abs(net) != abs(amount - fee):
        group.problems.append(row_problem(row.number, psp, net, amount - fee, _TABLE_CURRENCY))
    group.entries.append(
        Entry(
            type=kind,
            name=row.text("type"),
            psp=psp,
            date=row.day("day"),
            time=None,
            reference=row.identifier("reference"),
            amount=amount,
            fee=fee,
            currency=_TABLE_CURRENCY,
            sales_unit=sales_unit,
            message=row.text("message"),
            row=row.number,
            raw=row.raw(_PERSONAL),
            fields=(kind, psp, amount, fee),
        )
    )


def _closing_sum(row: Row, cells: list) -> Decimal:
    """Return the sum of the closing row: under the column of the settlement's sum, or of net, or the first amount."""
    for column in ("paid_out", "net"):
        if row.text(column):
            return row.required_amount(column)
    for cell in cells:
        try:
            if cell_text(cell):
                return parse_amount(cell)
        except (ValueError, ArithmeticError):
            continue
    raise row.unreadable("net", "expected_payout_sum")


def _close_table(groups: list, row: int, total: Decimal) -> None:
    if len(groups) == 1 and groups[0].paid_out is None:
        groups[0].paid_out = total
        groups[0].declared = DeclaredTotals(net=total, row=row)
        return
    computed = sum((group.paid_out if group.paid_out is not None else _net(group) for group in groups), ZERO)
    if computed != total:
        code = "file_total_differs"
        values = {
            "row": str(row),
            "total": amount_text(total, _TABLE_CURRENCY),
            "computed": amount_text(computed, _TABLE_CURRENCY),
        }
        for group in groups:
            group.problems.append(Message(code, values))


def _net(group: Group) -> Decimal:
    return sum((entry.net for entry in without_repeats(group.entries)[0]), ZERO)
