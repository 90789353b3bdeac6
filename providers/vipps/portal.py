"""The business portal's report (Reports, CSV or XLSX), with one row for each movement on the ledger.

Columns as a public importer's fixture of 2026 has them, and vendor text on *Payout number*; the vendor does not
document them. ``Fee`` and ``Net amount`` on a payment's row only report: the deduction is the row *Fees retained*.
"""

from dataclasses import replace
from itertools import pairwise

from ...common.currencies import minor_unit_decimals
from ...common.files.rows import Row, find_heading_row, rows_below
from ...common.messages import DocumentError, Message
from ..proof import amount_text
from ..records import Document
from .ledger import (
    CODE,
    Entry,
    broken_balances,
    entry_type,
    fee_column,
    merchant_names,
    payout_number,
    repeated_rows,
    without_repeats,
)
from .payouts import cut_at_payouts

#: Our column names to headings. The Norwegian headings are UNCONFIRMED: no Norwegian report has been seen.
COLUMNS = {
    "type": ("Type", "Transaksjonstype"),
    "amount": ("Amount", "Beløp"),
    "booking_date": ("Booking date", "Bokføringsdato", "Bokført dato"),
    "currency": ("Currency", "Valuta"),
    "psp": ("PSP reference", "PSP-referanse", "PSP referanse"),
    "reference": ("Order ID/Reference", "Ordre-ID/Referanse", "Ordre-ID/referanse", "Ordre ID/Referanse"),
    "?sales_unit": ("MSN/Vipps number", "MSN/Vippsnummer", "MSN/Vipps-nummer"),
    "?sales_unit_name": ("Sales unit", "Salgssted", "Salgsenhet"),
    "?country": ("Country", "Land"),
    "?solution": ("Payment solution", "Betalingsløsning"),
    "?time": ("Time", "Tid", "Tidspunkt"),
    "?balance": ("Balance", "Saldo"),
    "?fee": ("Fee", "Gebyr"),
    "?net": ("Net amount", "Nettobeløp"),
    "?customer_name": ("Customer name", "Kundenavn"),
    "?customer_phone": ("Customer phone number", "Kundens telefonnummer", "Telefonnummer"),
    "?message": ("Message", "Melding"),
    "?category": ("Category", "Kategori"),
    "?payout_number": ("Payout number", "Utbetalingsnummer"),
}

#: Columns that are personal data and that nothing here needs; they are not kept with the row.
PERSONAL = frozenset({"customer_name", "customer_phone"})


def heading(lines: list) -> tuple | None:
    """Return where the heading row of a portal report is in ``lines``, with its columns, or None."""
    return find_heading_row(lines, COLUMNS)


def parse(filename: str, lines: list, is_workbook: bool) -> Document:
    """Read a portal report from its lines (lists of cells).

    :raises DocumentError: when a row cannot be read.
    """
    position, columns = heading(lines)
    rows = list(rows_below(filename, lines, position, columns, is_padded=is_workbook))
    if not rows:
        raise DocumentError(
            "report_without_rows",
            file=filename,
        )
    problems: dict = {}
    entries, repeated = without_repeats([_entry(row, problems) for row in rows])
    settlements = []
    for ledger in _ledgers(entries):
        sales_units = {entry.sales_unit for entry in ledger if entry.sales_unit}
        merchant_id = next(iter(sales_units)) if len(sales_units) == 1 else next(iter(_ledger_ids(ledger)), "")
        names = merchant_names(*sales_units, *_ledger_ids(ledger))
        settlements += cut_at_payouts(filename, ledger, repeated, merchant_id, names, None, fee_column)
    return Document(
        code=CODE,
        format="Vipps portal report (XLSX)" if is_workbook else "Vipps portal report (CSV)",
        settlements=tuple(_with_problems(settlement, problems) for settlement in settlements),
        merchant_ids=merchant_names(*{entry.sales_unit for entry in entries}, *_ledger_ids(entries)),
        repeated_rows=tuple(repeated_rows(repeated)),
    )


def _entry(row: Row, problems: dict) -> Entry:
    name = row.text("type")
    if not name:
        raise row.unreadable("type", "expected_transaction_type")
    kind = entry_type(name)
    currency = row.currency("currency")
    decimals = minor_unit_decimals(currency)
    amount = row.required_amount("amount", decimals)
    fee = row.amount("fee", decimals)
    net = row.amount("net", decimals)
    psp = row.identifier("psp")
    reference = row.identifier("reference") if kind in ("capture", "refund") else row.text("reference")
    if net is not None and amount + (fee or 0) != net:
        problems[row.number] = Message(
            "row_net_differs",
            {
                "row": str(row.number),
                "amount": amount_text(amount, currency),
                "fee": amount_text(fee or amount * 0, currency),
                "computed": amount_text(amount + (fee or 0), currency),
                "stated": amount_text(net, currency),
            },
        )
    number = row.identifier("payout_number") or payout_number(psp, reference) if kind.startswith("payout-") else ""
    return Entry(
        type=kind,
        name=name,
        psp=psp,
        date=row.day("booking_date"),
        time=row.moment("time"),
        reference=reference,
        amount=amount,
        total_fee=None if fee is None else -fee,
        balance_after=row.amount("balance", decimals),
        currency=currency,
        payment_method=row.text("solution"),
        sales_unit=row.identifier("sales_unit"),
        message=row.text("message"),
        payout_number=number,
        row=row.number,
        raw=row.raw(PERSONAL),
        fields=tuple(row.text(column) for column in row.values),
    )


def _ledgers(entries: list) -> list:
    """Return the entries by ledger, each in the ledger's order.

    The report does not name the ledger. Sales units with one running balance share a ledger; if that is zero wherever
    one unit follows another, each is paid out by itself all the same. Else each sales unit and currency has its own.
    """
    whole = _in_ledger_order(entries)
    if len({(entry.sales_unit, entry.currency) for entry in entries if entry.sales_unit}) < 2:
        return [whole]
    if all(entry.balance_after is not None for entry in entries) and not broken_balances(whole):
        own = _by_sales_unit(whole)
        return [whole] if _is_shared(whole) or any(map(broken_balances, own)) else own
    names = dict.fromkeys((entry.sales_unit, entry.currency) for entry in entries)
    return [_in_ledger_order([e for e in entries if (e.sales_unit, e.currency) == name]) for name in names]


def _is_shared(entries: list) -> bool:
    """Whether sales units have one ledger: its days go on where the unit changes, and so does a balance."""
    changes = [before for before, after in pairwise(entries) if after.sales_unit not in ("", before.sales_unit)]
    dates = [entry.date for entry in entries]
    return dates == sorted(dates) and any(before.balance_after for before in changes)


def _by_sales_unit(entries: list) -> list:
    """Return the entries by sales unit and currency; one without a unit (a payout, fees) is that of the row before."""
    units: dict = {}
    last = next(entry.sales_unit for entry in entries if entry.sales_unit)
    for entry in entries:
        last = entry.sales_unit or last
        units.setdefault((last, entry.currency), []).append(entry)
    return list(units.values())


def _in_ledger_order(entries: list) -> list:
    """Return the entries oldest first, whichever way the report lists them."""
    return entries[::-1] if _is_newest_first(entries) else entries


def _is_newest_first(entries: list) -> bool:
    """Tell by the times, else by the dates; only when neither says anything, by the balances.

    Balances alone could make a report with one changed amount look right when read backwards.
    """
    orders = [[entry.date for entry in entries]]
    if all(entry.time is not None for entry in entries):
        orders.insert(0, [(entry.date, entry.time) for entry in entries])
    for order in orders:
        is_rising, is_falling = order == sorted(order), order == sorted(order, reverse=True)
        if is_rising != is_falling:
            return is_falling
    return broken_balances(entries[::-1]) < broken_balances(entries)


def _ledger_ids(entries: list) -> list:
    """Return the ledger ids that payouts and retained fees name: the head of ``302321-2000810``."""
    return list(
        dict.fromkeys(
            entry.psp.rpartition("-")[0]
            for entry in entries
            if entry.type in ("payout-scheduled", "payout-aborted", "fees-retained") and "-" in entry.psp
        )
    )


def _with_problems(settlement, problems: dict):
    found = tuple(problems[row.row] for row in settlement.transactions if row.row in problems)
    return replace(settlement, problems=found) if found else settlement
