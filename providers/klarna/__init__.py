"""Klarna, and Kustom, which runs the same reports and API for Klarna Checkout: the Settlements API and CSV reports."""

from ...common.files.csv import csv_lines, first_lines
from ...common.files.size import check_size
from ...common.files.xlsx import is_workbook
from ...common.files.xml import is_xml
from ...common.messages import DocumentError, SettlementError, _
from ..contract import Provider
from ..records import Document
from . import payout_api, report_csv, sentences
from .documents import SETTINGS, KlarnaDocuments
from .types import CODE, FEE_TYPES

__all__ = ["PROVIDER", "sentences"]


def identify(filename: str, content: bytes) -> bool:
    """Return whether the content is a report of Klarna or Kustom. The file's name is not trusted; never raises."""
    if payout_api.identify(content):
        return True
    if is_workbook(content) or is_xml(content):
        return False
    try:
        return report_csv.is_report(csv_lines(filename, first_lines(content)))
    except SettlementError:
        return False


def parse(filename: str, content: bytes, settings: dict) -> Document:
    """Read a payout of the Settlements API, or a settlement report as CSV.

    Amounts are signed as the effect on what Klarna owes the merchant, in the currency's major unit. Dates are days in
    Norway.

    :raises DocumentError: when the file is neither, or a row cannot be read; then nothing of it is kept.
    """
    check_size(filename, content)
    reference = settings["reference"]
    if payout_api.identify(content) or content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return payout_api.parse(filename, content, reference)
    if is_workbook(content) or is_xml(content):
        raise DocumentError("not_a_klarna_report", file=filename)
    lines = csv_lines(filename, content)
    if not report_csv.is_report(lines):
        raise DocumentError("not_a_klarna_report", file=filename)
    return report_csv.parse(filename, lines, reference)


PROVIDER = Provider(
    code=CODE,
    name="Klarna / Kustom",
    short_name="Klarna",
    identify=identify,
    parse=parse,
    merchant_id=_(
        "The merchant id (MID, called store id by Kustom), for instance K123456: shown in the portal beside the "
        "store's name, and on each settlement report as PDF."
    ),
    report_hint=_("In the merchant portal, open Settlements and download the report of each payout as CSV."),
    settings=SETTINGS,
    fee_types=FEE_TYPES,
    payer_name="Klarna Bank AB",
    bank_texts=("klarna", "kustom"),
    client=KlarnaDocuments,
)
