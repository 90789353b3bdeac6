"""Vipps MobilePay: the Report API, the business portal's report, and the settlement files of earlier years."""

from ...common.files.csv import csv_lines, first_lines
from ...common.files.size import check_size
from ...common.files.xlsx import is_workbook, workbook_sheets
from ...common.files.xml import is_xml, xml_root
from ...common.messages import DocumentError, SettlementError, _
from ..contract import Provider
from ..records import Document
from . import earlier_sections, earlier_table, earlier_xml, portal, report_api, sentences
from .documents import SETTINGS, VippsDocuments
from .ledger import CODE, FEE_TYPES

__all__ = ["PROVIDER", "sentences"]


def identify(filename: str, content: bytes) -> bool:
    """Return whether the content is a Vipps settlement of any kind. The file's name is not trusted; never raises."""
    try:
        if report_api.identify(content):
            return True
        if is_workbook(content):
            return any(_is_table(lines) for _name, lines in workbook_sheets(filename, content, first_rows=40))
        if is_xml(content):
            return earlier_xml.is_settlement_xml(content)
        lines = csv_lines(filename, first_lines(content))
    except SettlementError:
        return False
    return _is_table(lines) or earlier_sections.is_sectioned(lines)


def _is_table(lines: list) -> bool:
    return portal.heading(lines) is not None or earlier_table.heading(lines) is not None


def parse(filename: str, content: bytes, settings: dict | None = None) -> Document:
    """Read a Vipps settlement of any of its six shapes.

    Amounts are signed as the effect on what Vipps owes the merchant, in the currency's major unit. Dates are ledger
    dates; in files of earlier years, which have none, the transaction's own day in Oslo.

    :raises DocumentError: when the file is none of them, or a row cannot be read; then nothing of it is kept.
    """
    check_size(filename, content)
    if report_api.identify(content) or content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return report_api.parse(filename, content)
    if is_workbook(content) or content.startswith(b"\xd0\xcf\x11\xe0"):
        for _name, lines in workbook_sheets(filename, content):
            if _is_table(lines):
                return _parse_table(filename, lines, True)
        raise _unknown(filename)
    if is_xml(content):
        root = xml_root(filename, content)
        if not earlier_xml.is_settlement_root(root):
            raise _unknown(filename)
        return earlier_xml.parse_xml(filename, root)
    lines = csv_lines(filename, content)
    if earlier_sections.is_sectioned(lines):
        return earlier_sections.parse_sections(filename, lines)
    if _is_table(lines):
        return _parse_table(filename, lines, False)
    raise _unknown(filename)


def _parse_table(filename: str, lines: list, is_padded: bool) -> Document:
    if portal.heading(lines) is not None:
        return portal.parse(filename, lines, is_padded)
    return earlier_table.parse_table(filename, lines, is_padded)


def _unknown(filename: str) -> DocumentError:
    return DocumentError(
        "not_a_vipps_settlement",
        file=filename,
    )


PROVIDER = Provider(
    code=CODE,
    name="Vipps MobilePay",
    short_name="Vipps",
    sequence=10,
    identify=identify,
    parse=parse,
    merchant_id=_("The merchant serial number (MSN), which Vipps shows for each sales unit in its business portal."),
    report_hint=_(
        "At portal.vippsmobilepay.com, choose Reports, the sales unit and the period, and download the report with all "
        "transactions as CSV or Excel."
    ),
    settings=SETTINGS,
    fee_types=FEE_TYPES,
    payer_name="Vipps MobilePay AS",
    bank_texts=("vipps", "mobilepay"),
    # "Utb. 2000810 Vippsnr 117703" in Vipps' documentation; "Vipps utbet. 2000023 Vippsnr 57860" on older statements.
    bank_text="Utb. {payout} Vippsnr {merchant}",
    bank_pattern=r"\butb(?:et)?(?:aling)?\.?\s*(?P<payout>\d{5,})|vippsnr\.?\s*(?P<merchant>\d+)",
    client=VippsDocuments,
)
