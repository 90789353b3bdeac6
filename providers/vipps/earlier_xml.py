"""The settlement file of earlier years in XML, SettlementReport 3.0."""

import re
from dataclasses import replace
from itertools import count

from lxml import etree

from ...common.currencies import minor_unit_decimals
from ...common.files.dates import OSLO
from ...common.files.rows import Row
from ...common.messages import DocumentError
from ...common.values import ZERO
from ..records import DeclaredTotals, Document
from .earlier_groups import Group, build_document, row_problem
from .ledger import Entry

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
    return Row(filename, element.sourceline or 0, values, is_element=True)


def parse_xml(filename: str, root) -> Document:
    """Read an XML settlement report. Fees are positive in it; with *Gross* settlement they are reported, not deducted.

    A report may hold several sales units, each with several settlements; transactions are numbered through the file.

    :raises DocumentError: when a value is missing or cannot be read.
    """
    groups = []
    numbers = count(1)
    for details in _children(root, "SettlementDetailsInfo"):
        sales_unit = _element_row(filename, details).identifier("SerialNumber")
        for payments in _children(details, "PaymentsInfo"):
            infos = _children(payments, "SettlementInfo")
            groups += [_xml_group(filename, info, sales_unit, numbers) for info in infos]
            _check_number_of_settlements(filename, payments, len(infos))
    return build_document(filename, "Vipps settlement report (XML 3.0)", groups)


def _check_number_of_settlements(filename: str, payments, found: int) -> None:
    row = _element_row(filename, payments)
    expected = row.integer("NumOfSettlements")
    if expected is not None and expected != found:
        raise DocumentError(
            "settlement_missing_in_file",
            file=filename,
            expected=expected,
            found=found,
        )


def _xml_group(filename: str, info, sales_unit: str, numbers: count) -> Group:
    totals = _element_row(filename, info)
    currency = totals.currency("SettlementCurrencyCode")
    decimals = minor_unit_decimals(currency)
    is_gross = totals.text("SettlementType").casefold() == "gross"
    number = totals.required_identifier("SettlementID", "expected_settlement_number")
    fee = totals.amount("FeeSettlementAmount", decimals)
    settled = totals.required_amount("SettledAmount", decimals)
    group = Group(
        number=number,
        currency=currency,
        date=totals.day("SettlementDate"),
        merchant_id=sales_unit,
        paid_out=settled,
        fees_reported=fee if is_gross else None,
        declared=DeclaredTotals(
            gross=totals.amount("GrossSettlementAmount", decimals),
            payments=totals.amount("CaptureSettlementAmount", decimals),
            refunds=totals.amount("RefundSettlementAmount", decimals),
            fee=None if is_gross else fee,
            net=settled,
            count=totals.integer("NumOfTransactions"),
        ),
    )
    gross, net = group.declared.gross, totals.amount("NetSettlementAmount", decimals)
    if None not in (gross, net, fee) and gross - fee != net:
        group.problems.append(row_problem(0, number, net, gross - fee, currency))
    for element in _children(info, "TransactionInfo"):
        entry = _xml_entry(_element_row(filename, element), currency, sales_unit, is_gross, group)
        group.entries.append(replace(entry, row=next(numbers)))
    return group


def _xml_entry(row: Row, settlement_currency: str, sales_unit: str, is_gross: bool, group: Group) -> Entry:
    currency = row.currency("SettlementCurrencyCode", settlement_currency)
    decimals = minor_unit_decimals(currency)
    captured = row.required_amount("TransactionCaptureAmount", decimals)
    refunded = row.amount("TransactionRefundAmount", decimals) or ZERO
    fee = row.amount("TransactionFeeAmount", decimals) or ZERO
    psp = row.required_identifier("TransactionID", "expected_transaction_number")
    amount = captured + refunded
    for column, computed in (("TransactionGrossAmount", amount), ("TransactionNetAmount", amount - fee)):
        stated = row.amount(column, decimals)
        if stated is not None and stated != computed:
            group.problems.append(row_problem(0, psp, stated, computed, currency))
    time = row.moment("TransactionTime")
    if time is None:
        raise row.unreadable("TransactionTime", "expected_iso_time")
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
        raw=row.raw(),
        fields=(kind, psp, amount, fee),
    )
