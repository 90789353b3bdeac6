"""The settlement file of earlier years as a Norwegian table: XLSX, also seen as CSV."""

import datetime
from dataclasses import dataclass
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

#: Columns whose numbers are no amounts.
_NUMBER_COLUMNS = ("settlement", "sales_unit", "account", "psp", "reference")

#: The table has no currency column; these agreements were Norwegian and settled in kroner.
_TABLE_CURRENCY = "NOK"


def heading(lines: list) -> tuple | None:
    """Return where the heading row of a Norwegian table is in ``lines``, with its columns, or None."""
    return find_heading_row(lines, _TABLE_COLUMNS)


@dataclass(frozen=True)
class _Closing:
    """A row *Til utbetaling netto*: what one settlement pays out, or all those above it together.

    :ivar number: the settlement it names, or empty. :ivar sales_unit: likewise.
    :ivar above: the settlements that stand between it and the closing row before; all so far where there are none.
    """

    row: int
    total: Decimal
    number: str
    sales_unit: str
    date: datetime.date | None
    above: tuple

    def settlements(self, groups: list) -> list:
        """Return those of the file's settlements whose sum this is."""
        if not self.number:
            return list(self.above)
        named = [g for g in groups if g.number == self.number and self.sales_unit in ("", g.merchant_id)]
        return [g for g in named if any(g is other for other in self.above)] or named


def parse_table(filename: str, lines: list, is_padded: bool) -> Document:
    """Read the Norwegian table. Fees are negative in it; a closing row carries what is paid out.

    Vipps' report of 2018 covers several weeks, and its closing row names one settlement, with its date and account:
    each settlement has its own. A closing row that names none is the sum of the settlements above it.

    :raises DocumentError: when a row cannot be read, or a settlement has no closing row.
    """
    position, columns = heading(lines)
    groups: dict = {}
    above: dict = {}
    closings = []
    for row in rows_below(filename, lines, position, columns, is_padded):
        if any(normal_heading(cell) == _CLOSING_ROW for cell in lines[row.number - 1]):
            closings.append(_closing(row, lines[row.number - 1], columns, tuple((above or groups).values())))
            above = {}
        else:
            key = _add_table_row(row, groups)
            above[key] = groups[key]
    if not closings:
        raise DocumentError(
            "file_cut_off_before_sum",
            file=filename,
        )
    settlements = list(groups.values())
    for closing in closings:
        settlements += _close(closing, settlements)
    _check_closed(filename, settlements, closings)
    name = "Vipps settlement report (XLSX)" if is_padded else "Vipps settlement report (CSV)"
    return build_document(filename, name, settlements)


def _add_table_row(row: Row, groups: dict) -> tuple:
    """Add a row to its settlement; return that settlement's key."""
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
    return number, sales_unit


def _closing(row: Row, cells: list, columns: dict, above: tuple) -> _Closing:
    number = row.identifier("settlement")
    return _Closing(
        row=row.number,
        total=_closing_sum(row, cells, columns),
        number="" if normal_heading(number) == _CLOSING_ROW else number,
        sales_unit=row.identifier("sales_unit"),
        date=row.day("settlement_date") if row.text("settlement_date") else None,
        above=above,
    )


def _closing_sum(row: Row, cells: list, columns: dict) -> Decimal:
    """Return the sum of the closing row: under the column of the settlement's sum, or of net, or the first amount."""
    for column in ("paid_out", "net"):
        if row.text(column):
            return row.required_amount(column)
    numbers = {columns.get(name) for name in _NUMBER_COLUMNS}
    for position, cell in enumerate(cells):
        try:
            if cell_text(cell) and position not in numbers:
                return parse_amount(cell)
        except (ValueError, ArithmeticError):
            continue
    raise row.unreadable("net", "expected_payout_sum")


def _close(closing: _Closing, groups: list) -> list:
    """Give the settlements of a closing row its sum.

    :return: a settlement without rows where the closing row names one that the file has none of; else nothing.
    """
    closed = closing.settlements(groups)
    declared = DeclaredTotals(net=closing.total, row=closing.row)
    if not closed:
        without_rows = Group(closing.number, _TABLE_CURRENCY, closing.date, closing.sales_unit)
        without_rows.paid_out, without_rows.declared = closing.total, declared
        return [without_rows]
    if len(closed) == 1 and closed[0].paid_out is None:
        closed[0].paid_out, closed[0].declared = closing.total, declared
        return []
    computed = sum((group.paid_out if group.paid_out is not None else _net(group) for group in closed), ZERO)
    if computed != closing.total:
        code = "closing_row_differs" if closing.number else "file_total_differs"
        values = {
            "row": str(closing.row),
            "total": amount_text(closing.total, _TABLE_CURRENCY),
            "computed": amount_text(computed, _TABLE_CURRENCY),
        }
        if closing.number:
            values["settlement"] = closing.number
        for group in closed:
            group.problems.append(Message(code, values))
    return []


def _check_closed(filename: str, groups: list, closings: list) -> None:
    """Refuse a file with a settlement that nothing in it gives the sum of: its end is missing."""
    closed = [group for closing in closings for group in closing.settlements(groups)]
    for group in groups:
        if group.paid_out is None and not any(group is other for other in closed):
            raise DocumentError(
                "settlement_without_closing_row",
                file=filename,
                settlement=group.number,
            )


def _net(group: Group) -> Decimal:
    return sum((entry.net for entry in without_repeats(group.entries)[0]), ZERO)
