"""Stripe: payouts and balance from the API, the itemised payout reconciliation report, and the dashboard's export."""

from ...common.files.csv import csv_lines, first_lines
from ...common.files.size import check_size
from ...common.messages import DocumentError, SettlementError, _
from ..contract import Provider
from ..records import Document
from . import api, sentences, tables
from .documents import SETTINGS, StripeDocuments
from .entries import CODE
from .kinds import FEE_TYPES

__all__ = ["PROVIDER", "sentences"]


def identify(filename: str, content: bytes) -> bool:
    """Return whether the content is a Stripe settlement of any kind. The file's name is not trusted; never raises."""
    try:
        return api.identify(content) or tables.heading(csv_lines(filename, first_lines(content))) is not None
    except SettlementError:
        return False


def parse(filename: str, content: bytes, settings: dict | None = None) -> Document:
    """Read a Stripe settlement of any of its shapes.

    Amounts are signed as the effect on what Stripe owes the merchant, in the currency's major unit. The ledger date of
    a row is the day in Oslo on which Stripe made it.

    :raises DocumentError: when the file is none of them, or a row cannot be read; then nothing of it is kept.
    """
    check_size(filename, content)
    reference_key = (settings or {}).get("reference_key") or ""
    if api.identify(content) or content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return api.parse(filename, content, reference_key)
    lines = csv_lines(filename, content)
    if tables.heading(lines) is None:
        raise DocumentError("not_a_stripe_settlement", file=filename)
    return tables.parse(filename, lines, reference_key)


PROVIDER = Provider(
    code=CODE,
    name="Stripe",
    identify=identify,
    parse=parse,
    merchant_id=_("The account id (acct_…), which Stripe shows in its dashboard under Settings, Account details."),
    report_hint=_(
        "In the dashboard, open Reporting, Reports, Payout reconciliation, and download it itemised as CSV with the "
        "columns payment_intent_id, source_id, created_utc and payment_metadata[order_id] added."
    ),
    settings=SETTINGS,
    fee_types=FEE_TYPES,
    bank_texts=("stripe",),
    client=StripeDocuments,
)
