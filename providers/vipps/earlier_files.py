"""Settlement files of earlier years: XML 3.0, the CSV in sections, and the Norwegian table (XLSX, also seen as CSV).

They came by SFTP until July 2024, and the portal may still hold them. Each row belongs to a named settlement, carries
its own fee, and has no running balance; there are totals instead.

Sources: vippsas/vipps-developers at commit 87f17190, ``settlements/`` (schema SettlementReport-3.0.xsd, official
samples, column descriptions).
"""

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from ...common.currencies import minor_unit_decimals
from ...common.files.dates import OSLO
from ...common.files.numbers import parse_amount
from ...common.files.rows import Row, cell_text, check_width, columns_of, find_heading_row, normal_heading, rows_below
from ...common.messages import DocumentError, Message, _
from ...common.values import ZERO
from ..proof import amount_text
from ..records import DeclaredTotals, Document, Settlement
from .ledger import CODE, Entry, Identities, entry_type, fee_column, merchant_names, transaction, without_repeats

# --- What the three have in common ------------------------------------------------------------------------------------


@dataclass
class _Group:
    """The rows and totals of one settlement, while they are collected.

    :ivar paid_out: what went to the bank, or None where the file does not say.
    :ivar fees_told: the sum of fees that are told of but not deducted (gross contracts), or None.
    """

    number: str
    currency: str = ""
    date: datetime.date | None = None
    merchant_id: str = ""
    entries: list = field(default_factory=list)
    declared: DeclaredTotals | None = None
    paid_out: Decimal | None = None
    fees_told: Decimal | None = None
    problems: list = field(default_factory=list)


def _document(filename: str, format_name: str, groups: list) -> Document:
    """Return the document of these groups. The same row in two of them is read once, in the first."""
    repeated_all, settlements = [], []
    seen: dict = {}
    identities = Identities()
    for group in groups:
        entries, repeated = without_repeats(group.entries)
        repeated += [entry for entry in entries if entry.fields in seen]
        entries = [entry for entry in entries if entry.fields not in seen]
        seen.update(dict.fromkeys(entry.fields for entry in entries))
        repeated_rows = tuple(transaction(entry, Identities().of(entry)) for entry in repeated)
        repeated_all += repeated_rows
        rows = tuple(transaction(entry, identities.of(entry)) for entry in entries)
        if not rows and group.declared is None:
            continue
        if not group.currency or not (group.date or rows):
            continue
        date = group.date or max(row.date for row in rows)
        settlements.append(
            Settlement(
                external_id=group.number,
                currency=group.currency,
                date=date,
                transactions=rows,
                fee_reports=tuple(fee_column(entries)),
                merchant_id=group.merchant_id,
                payout_amount=group.paid_out,
                payout_reference=group.number,
                declared=group.declared,
                complete_to=max((row.date for row in rows), default=date),
                problems=(*group.problems, *_told_fees(group, entries)),
                repeated=repeated_rows,
            )
        )
    if not settlements:
        raise DocumentError(
            _('The file "%(file)s" has no settlement in it. Choose a period with payouts and download it again.'),
            file=filename,
        )
    units = {entry.sales_unit for group in groups for entry in group.entries}
    return Document(
        code=CODE,
        format=format_name,
        settlements=tuple(settlements),
        merchant_ids=merchant_names(*units, *(group.merchant_id for group in groups)),
        repeated_rows=tuple(repeated_all),
    )


def _told_fees(group: _Group, entries: list) -> list:
    if group.fees_told is None:
        return []
    computed = sum((entry.total_fee or ZERO for entry in entries), ZERO)
    if computed == group.fees_told:
        return []
    template = _(
        "Settlement %(settlement)s: the totals in row %(row)s say fees to be invoiced %(total)s, but the rows add up to"
        " %(computed)s. Get the document again."
    )
    values = {
        "settlement": group.number,
        "row": str(group.declared.row if group.declared else 0),
        "total": amount_text(group.fees_told, group.currency),
        "computed": amount_text(computed, group.currency),
    }
    return [Message(template, values)]


def _row_problem(row: int, psp: str, stated: Decimal, computed: Decimal, currency: str) -> Message:
    """Return the sentence for a row whose gross or net is not what its other amounts give."""
    template = _(
        "Row %(row)s (%(id)s): its amounts add up to %(computed)s, but its own sum says %(stated)s. Get the document"
        " again."
    )
    values = {
        "row": str(row),
        "id": psp,
        "stated": amount_text(stated, currency),
        "computed": amount_text(computed, currency),
    }
    return Message(template, values)


# --- XML, SettlementReport 3.0 ----------------------------------------------------------------------------------------

_NAMESPACE = "http://vipps.no/xmlschema/SettlementReport-"
_XML_ROOT = re.compile(rb"<(?:\w+:)?SettlementReport[\s>]")


def is_settlement_xml(content: bytes) -> bool:
    """Return whether the content begins as a settlement report in XML."""
    head = content[:4096].replace(b"\0", b"")
    return _NAMESPACE.encode() in head and bool(_XML_ROOT.search(head))


def is_settlement_root(root) -> bool:
    """Return whether the root element is a settlement report's."""
    name = etree.QName(root)
    return name.localname == "SettlementReport" and (name.namespace or "").startswith(_NAMESPACE)


def _children(element, name: str) -> list:
    return [child for child in element if etree.QName(child).localname == name]


def _element_row(filename: str, element) -> Row:
    """Return the element's own simple values as a row; its number is the line in the file."""
    values = {etree.QName(child).localname: child.text or "" for child in element if not len(child)}
    return Row(filename, element.sourceline or 0, values)


def parse_xml(filename: str, root) -> Document:
    """Read an XML settlement report. Fees are positive in it; with *Gross* settlement they are told, not deducted.

    A report may hold several sales units, each with several settlements.

    :raises DocumentError: when a value is missing or cannot be read.
    """
    groups = []
    for details in _children(root, "SettlementDetailsInfo"):
        sales_unit = _element_row(filename, details).identifier("SerialNumber")
        for payments in _children(details, "PaymentsInfo"):
            infos = _children(payments, "SettlementInfo")
            groups += [_xml_group(filename, info, sales_unit) for info in infos]
            _check_number_of_settlements(filename, payments, len(infos))
    return _document(filename, "Vipps settlement report (XML 3.0)", groups)


def _check_number_of_settlements(filename: str, payments, found: int) -> None:
    row = _element_row(filename, payments)
    expected = row.integer("NumOfSettlements")
    if expected is not None and expected != found:
        raise DocumentError(
            _(
                'The file "%(file)s", row %(row)s: NumOfSettlements says %(expected)s, but there are %(found)s. A'
                " settlement is missing; download the file again."
            ),
            file=filename,
            row=row.number,
            expected=expected,
            found=found,
        )


def _xml_group(filename: str, info, sales_unit: str) -> _Group:
    totals = _element_row(filename, info)
    currency = totals.currency("SettlementCurrencyCode")
    decimals = minor_unit_decimals(currency)
    is_gross = totals.text("SettlementType").casefold() == "gross"
    number = totals.identifier("SettlementID")
    if not number:
        raise totals.unreadable("SettlementID", _("the number of the settlement"))
    fee = totals.amount("FeeSettlementAmount", decimals)
    settled = totals.required_amount("SettledAmount", decimals)
    group = _Group(
        number=number,
        currency=currency,
        date=totals.day("SettlementDate"),
        merchant_id=sales_unit,
        paid_out=settled,
        fees_told=fee if is_gross else None,
        declared=DeclaredTotals(
            gross=totals.amount("GrossSettlementAmount", decimals),
            payments=totals.amount("CaptureSettlementAmount", decimals),
            refunds=totals.amount("RefundSettlementAmount", decimals),
            fee=None if is_gross else fee,
            net=settled,
            count=totals.integer("NumOfTransactions"),
            row=totals.number,
        ),
    )
    gross, net = group.declared.gross, totals.amount("NetSettlementAmount", decimals)
    if None not in (gross, net, fee) and gross - fee != net:
        group.problems.append(_row_problem(totals.number, number, net, gross - fee, currency))
    for element in _children(info, "TransactionInfo"):
        group.entries.append(_xml_entry(_element_row(filename, element), currency, sales_unit, is_gross, group))
    return group


def _xml_entry(row: Row, settlement_currency: str, sales_unit: str, is_gross: bool, group: _Group) -> Entry:
    currency = row.currency("SettlementCurrencyCode", settlement_currency)
    decimals = minor_unit_decimals(currency)
    captured = row.required_amount("TransactionCaptureAmount", decimals)
    refunded = row.amount("TransactionRefundAmount", decimals) or ZERO
    fee = row.amount("TransactionFeeAmount", decimals) or ZERO
    psp = row.identifier("TransactionID")
    if not psp:
        raise row.unreadable("TransactionID", _("the number of the transaction"))
    amount = captured + refunded
    for column, computed in (("TransactionGrossAmount", amount), ("TransactionNetAmount", amount - fee)):
        stated = row.amount(column, decimals)
        if stated is not None and stated != computed:
            group.problems.append(_row_problem(row.number, psp, stated, computed, currency))
    time = row.moment("TransactionTime")
    if time is None:
        raise row.unreadable("TransactionTime", _("a date and time, for instance 2018-03-01T11:30:11.005+01:00"))
    kind = "refund" if refunded and not captured else "capture"
    return Entry(
        type=kind,
        psp=psp,
        date=time.astimezone(OSLO).date(),
        time=time,
        reference=row.identifier("OrderID"),
        amount=amount,
        fee=ZERO if is_gross else fee,
        total_fee=fee if is_gross else None,
        currency=currency,
        sales_unit=sales_unit,
        row=row.number,
        raw=row.raw(),
        fields=(kind, psp, amount, fee),
    )


# --- CSV in sections --------------------------------------------------------------------------------------------------

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

    Each line of a section begins with the section's name; its first one is the heading.

    :raises DocumentError: when a row cannot be read.
    """
    totals = list(_section_rows(filename, lines, "SettlementInfo", _SETTLEMENT_COLUMNS))
    rows = list(_section_rows(filename, lines, "TransactionInfo", _TRANSACTION_COLUMNS))
    groups = [_section_group(row) for row in totals]
    for row in rows:
        _group_of(row, groups).entries.append(_section_entry(row, groups))
    for group in groups:
        _note_other_numbers(group, rows)
    return _document(filename, "Vipps settlement report (CSV in sections)", groups)


def _section_rows(filename: str, lines: list, word: str, columns: dict):
    found = None
    for position, cells in enumerate(lines):
        if not cells or cells[0].strip() != word:
            continue
        if found is None:
            found = columns_of(cells, columns)
            heading = cells
            continue
        cells = _with_joined_decimals(cells, len(heading), found)
        check_width(filename, position + 1, cells, len(heading), is_last=not any(map(any, lines[position + 1 :])))
        headings = {name: heading[at] for name, at in found.items()}
        yield Row(filename, position + 1, {name: cells[at] for name, at in found.items()}, headings)


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


def _section_group(row: Row) -> _Group:
    currency = row.currency("currency")
    decimals = minor_unit_decimals(currency)
    number = row.identifier("settlement")
    if not number:
        raise row.unreadable("settlement", _("the number of the settlement"))
    net = row.required_amount("net", decimals)
    fee = row.amount("fee", decimals)
    return _Group(
        number=number,
        currency=currency,
        date=row.day("date"),
        merchant_id=row.identifier("sales_unit"),
        paid_out=net,
        declared=DeclaredTotals(
            payments=row.amount("gross", decimals),
            refunds=row.amount("refund", decimals),
            fee=None if fee is None else -fee,
            net=net,
            count=row.integer("count"),
            row=row.number,
        ),
    )


def _group_of(row: Row, groups: list) -> _Group:
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
    groups.append(_Group(number, row.currency("currency"), row.day("settlement_date"), sales_unit, problems=problems))
    return groups[-1]


def _no_totals(row: Row, groups: list) -> list:
    if not any(group.declared for group in groups):
        return []  # no totals at all: nothing is inconsistent, there only is no proof
    template = _(
        "Row %(row)s and others belong to settlement %(settlement)s, of which the file has no totals. Get the document"
        " again."
    )
    return [Message(template, {"row": str(row.number), "settlement": row.text("settlement")})]


def _note_other_numbers(group: _Group, rows: list) -> None:
    own = {entry.row for entry in group.entries}
    others = [row for row in rows if row.number in own and row.text("settlement") != group.number]
    if others and group.declared is not None:
        template = _(
            "Rows %(first)s to %(last)s say they belong to settlement %(others)s, but the file's only settlement is"
            " %(settlement)s (row %(row)s). Get the document again."
        )
        values = {
            "first": str(others[0].number),
            "last": str(others[-1].number),
            "others": ", ".join(dict.fromkeys(row.text("settlement") for row in others)),
            "settlement": group.number,
            "row": str(group.declared.row),
        }
        group.problems.append(Message(template, values))


def _section_entry(row: Row, groups: list) -> Entry:
    currency = row.currency("currency")
    decimals = minor_unit_decimals(currency)
    gross = row.required_amount("gross", decimals)
    refund = row.amount("refund", decimals) or ZERO
    fee = -(row.amount("fee", decimals) or ZERO)
    net = row.amount("net", decimals)
    psp = row.identifier("psp")
    if not psp:
        raise row.unreadable("psp", _("the number of the transaction"))
    amount = gross + refund
    is_sample_refund = refund and not gross and net == 0  # Vipps' own sample leaves the net of a refund at 0.00
    if net is not None and net != amount - fee and not is_sample_refund:
        _group_of(row, groups).problems.append(_row_problem(row.number, psp, net, amount - fee, currency))
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


# --- The Norwegian table ----------------------------------------------------------------------------------------------

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
            _(
                'The file "%(file)s" is cut off: its last row, "Til utbetaling netto" with the sum, is missing.'
                " Download the file again."
            ),
            file=filename,
        )
    _close_table(list(groups.values()), *closing)
    name = "Vipps settlement report (XLSX)" if is_padded else "Vipps settlement report (CSV)"
    return _document(filename, name, list(groups.values()))


def _add_table_row(row: Row, groups: dict) -> None:
    number = row.identifier("settlement")
    if not number:
        raise row.unreadable("settlement", _("the number of the settlement"))
    sales_unit = row.identifier("sales_unit")
    group = groups.setdefault(
        (number, sales_unit),
        _Group(number, _TABLE_CURRENCY, row.day("settlement_date"), sales_unit),
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
    psp = row.identifier("psp")
    if not psp:
        raise row.unreadable("psp", _("the number of the transaction"))
    if net is not None and abs(net) != abs(amount - fee):
        group.problems.append(_row_problem(row.number, psp, net, amount - fee, _TABLE_CURRENCY))
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
    raise row.unreadable("net", _("the sum to be paid out"))


def _close_table(groups: list, row: int, total: Decimal) -> None:
    if len(groups) == 1 and groups[0].paid_out is None:
        groups[0].paid_out = total
        groups[0].declared = DeclaredTotals(net=total, row=row)
        return
    computed = sum((group.paid_out if group.paid_out is not None else _net(group) for group in groups), ZERO)
    if computed != total:
        template = _(
            'Row %(row)s, "Til utbetaling netto", says %(total)s, but the settlements of the file add up to'
            " %(computed)s. Get the document again."
        )
        values = {
            "row": str(row),
            "total": amount_text(total, _TABLE_CURRENCY),
            "computed": amount_text(computed, _TABLE_CURRENCY),
        }
        for group in groups:
            group.problems.append(Message(template, values))


def _net(group: _Group) -> Decimal:
    return sum((entry.net for entry in without_repeats(group.entries)[0]), ZERO)
