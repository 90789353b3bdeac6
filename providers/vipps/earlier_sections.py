"""The settlement file of earlier years as CSV in sections: settlements first, then transactions."""

import re
from decimal import Decimal

from ...common.currencies import minor_unit_decimals
from ...common.files.numbers import parse_amount
from ...common.files.rows import Row, check_width, columns_of
from ...common.messages import Message
from ...common.values import ZERO
from ..proof import amount_text
from ..records import DeclaredTotals, Document
from .earlier_groups import Group, build_document, row_problem
from .ledger import Entry

_SETTLEMENT_COLUMNS = {
    "sales_unit": ("SaleUnitNumber",),
    "date": ("SettlementDate",),
    "settlement": ("SettlementID",),
    "gross": ("Gross",),
    "currency": ("Currency",),
    "fee": ("Fee",),
    "refund": ("Refund",),
    "net": ("Net",),
    "?count": ("NumberOfTransactions",),
}

_TRANSACTION_COLUMNS = {
    "day": ("SalesDate",),
    "sales_unit": ("SaleUnitNumber",),
    "psp": ("TransactionId",),
    "settlement": ("SettlementId",),
    "reference": ("OrderID",),
    "settlement_date": ("SettlementDate",),
    "gross": ("Gross",),
    "currency": ("Currency",),
    "fee": ("Fee",),
    "refund": ("Refund",),
    "net": ("Net",),
    "?sales_unit_name": ("SaleUnitName",),
}

_AMOUNT_COLUMNS = ("gross", "fee", "refund", "net")


def is_sectioned(lines: list) -> bool:
    """Return whether these are the lines of a CSV in sections."""
    return any(
        cells and cells[0].strip() == word and columns_of(cells, columns) is not None
        for cells in lines[:40]
        for word, columns in (("SettlementInfo", _SETTLEMENT_COLUMNS), ("TransactionInfo", _TRANSACTION_COLUMNS))
    )


def parse_sections(filename: str, lines: list) -> Document:
    """Read a CSV in sections. Fees and refunds are negative in it.

    Each line of a section begins with the section's name; its first one is the heading. Sections may be repeated with
    their headings, as in Vipps' sample of 2018.

    :raises DocumentError: when a row cannot be read.
    """
    totals = _without_repeats(_section_rows(filename, lines, "SettlementInfo", _SETTLEMENT_COLUMNS))
    rows = list(_section_rows(filename, lines, "TransactionInfo", _TRANSACTION_COLUMNS))
    groups = [_section_group(row) for row in totals]
    for row in rows:
        _group_of(row, groups).entries.append(_section_entry(row, groups))
    for group in groups:
        _note_other_numbers(group, rows)
    return build_document(filename, "Vipps settlement report (CSV in sections)", groups)


def _without_repeats(rows) -> list:
    """Return the rows, each once: where sections are repeated, the same totals stand twice."""
    kept: dict = {}
    for row in rows:
        kept.setdefault(tuple(row.values.items()), row)
    return list(kept.values())


def _section_rows(filename: str, lines: list, word: str, columns: dict):
    found = None
    for position, cells in enumerate(lines):
        if not cells or cells[0].strip() != word:
            continue
        # looking for the columns in each row would take longer than reading it
        columns_here = columns_of(cells, columns) if found is None or "Currency" in cells else None
        if found is None or columns_here:
            found, heading = columns_here, cells
            continue
        cells = _with_joined_decimals(cells, len(heading), found)
        if len(cells) != len(heading):
            check_width(filename, position + 1, cells, len(heading), is_last=not any(map(any, lines[position + 1 :])))
        headings = {name: heading[at] for name, at in found.items()}
        yield Row(filename, position + 1, {name: cells[at] for name, at in found.items()}, headings, is_csv=True)


def _with_joined_decimals(cells: list, width: int, columns: dict) -> list:
    """Return the cells, with an amount that a decimal comma has split in two (``16450,62``) joined again.

    Vipps' own sample has one. Only done when there is one cell too many and one single way to join that makes every
    amount an amount and the currency a currency.
    """
    if len(cells) != width + 1:
        return cells
    fitting = []
    for name in _AMOUNT_COLUMNS:
        at = columns[name]
        joined = [*cells[:at], f"{cells[at]}.{cells[at + 1]}", *cells[at + 2 :]]
        if re.fullmatch(r"\d{2}", cells[at + 1]) and _fits(joined, columns):
            fitting.append(joined)
    return fitting[0] if len(fitting) == 1 else cells


def _fits(cells: list, columns: dict) -> bool:
    try:
        for name in _AMOUNT_COLUMNS:
            parse_amount(cells[columns[name]])
    except (ValueError, ArithmeticError):
        return False
    return bool(re.fullmatch(r"[A-Z]{3}", cells[columns["currency"]].strip()))


def _section_group(row: Row) -> Group:
    currency = row.currency("currency")
    decimals = minor_unit_decimals(currency)
    number = row.required_identifier("settlement", "expected_settlement_number")
    net = row.required_amount("net", decimals)
    fee = row.amount("fee", decimals)
    gross, refunds = row.amount("gross", decimals), row.amount("refund", decimals)
    confirm = None
    if refunds and gross is not None and net == gross + (fee or ZERO):
        net += refunds
        confirm = _net_without_refunds(row, number, refunds, net, currency)
    return Group(
        number=number,
        currency=currency,
        date=row.day("date"),
        merchant_id=row.identifier("sales_unit"),
        paid_out=net,
        declared=DeclaredTotals(
            payments=gross,
            refunds=refunds,
            fee=None if fee is None else -fee,
            net=net,
            count=row.integer("count"),
            row=row.number,
        ),
        confirm=confirm,
    )


def _net_without_refunds(row: Row, number: str, refunds: Decimal, payout: Decimal, currency: str) -> Message:
    """Return what a person confirms where the net of a settlement leaves its refunds out.

    Vipps' own sample does, and so did the files of a merchant whose bank received less by the refunds
    (vippsas/vipps-developers#87).
    """
    return Message(
        "net_without_refunds",
        {
            "row": str(row.number),
            "settlement": number,
            "net": amount_text(payout - refunds, currency),
            "refunds": amount_text(refunds, currency),
            "payout": amount_text(payout, currency),
        },
    )


def _group_of(row: Row, groups: list) -> Group:
    """Return the settlement a row belongs to: by number and sales unit, by number, or because there is only one."""
    number, sales_unit = row.identifier("settlement"), row.identifier("sales_unit")
    by_number = [group for group in groups if group.number == number]
    by_both = [group for group in by_number if group.merchant_id == sales_unit]
    chosen = by_both or by_number
    if chosen:
        return chosen[0]
    if len(groups) == 1 and groups[0].declared is not None:
        return groups[0]
    problems = _no_totals(row, groups)
    groups.append(Group(number, row.currency("currency"), row.day("settlement_date"), sales_unit, problems=problems))
    return groups[-1]


def _no_totals(row: Row, groups: list) -> list:
    if not any(group.declared for group in groups):
        return []  # no totals at all: nothing is inconsistent, there only is no proof
    code = "settlement_without_totals"
    return [Message(code, {"row": str(row.number), "settlement": row.text("settlement")})]


def _note_other_numbers(group: Group, rows: list) -> None:
    own = {entry.row for entry in group.entries}
    others = [row for row in rows if row.number in own and row.text("settlement") != group.number]
    if others and group.declared is not None:
        code = "rows_of_another_settlement"
        values = {
            "first": str(others[0].number),
            "last": str(others[-1].number),
            "others": ", ".join(dict.fromkeys(row.text("settlement") for row in others)),
            "settlement": group.number,
            "row": str(group.declared.row),
        }
        group.problems.append(Message(code, values))


def _section_entry(row: Row, groups: list) -> Entry:
    currency = row.currency("currency")
    decimals = minor_unit_decimals(currency)
    gross = row.required_amount("gross", decimals)
    refund = row.amount("refund", decimals) or ZERO
    fee = -(row.amount("fee", decimals) or ZERO)
    net = row.amount("net", decimals)
    psp = row.required_identifier("psp", "expected_transaction_number")
    amount = gross + refund
    leaves_refund_out = refund and net == gross - fee  # as Vipps' own sample does, where the net of a refund is 0.00
    if net is not None and net != amount - fee and not leaves_refund_out:
        _group_of(row, groups).problems.append(row_problem(row.number, psp, net, amount - fee, currency))
    kind = "refund" if refund and not gross else "capture"
    return Entry(
        type=kind,
        psp=psp,
        date=row.day("day"),
        reference=row.identifier("reference"),
        amount=amount,
        fee=fee,
        currency=currency,
        sales_unit=row.identifier("sales_unit"),
        row=row.number,
        raw=row.raw(),
        fields=(kind, psp, amount, fee),
    )
