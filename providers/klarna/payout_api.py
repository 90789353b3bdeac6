"""The Settlements API's answers, kept as raw documents: one payout with its transactions.

A document is JSON that holds each answer as the server sent it::

    {"format": "klarna-settlement-v1", "payout": {…}, "transactions": [page, …]}

Amounts in it are minor units (øre). Klarna and Kustom answer alike.

Source: the Settlements API's specification, ``/payouts/{payment_reference}`` and ``/transactions``.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from ...common.currencies import from_minor_units
from ...common.files.dates import OSLO
from ...common.files.rows import Row
from ...common.files.size import check_size
from ...common.json_reading import load_json
from ...common.messages import DocumentError
from ..records import Document
from .columns import TOTALS
from .entries import KEPT, Entry, Payout, read_entry
from .settlements import settlement
from .types import CODE

FORMAT = "klarna-settlement-v1"

_FINGERPRINT = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"format"\s*:\s*"klarna-settlement-v1"')

#: Our names of a transaction's fields, where the API has others.
_FIELDS = {
    "currency": "currency_code",
    "vat": "vat_amount",
    "payment_method": "initial_payment_method_type",
    "comment": "klarna_comment",
}


def identify(content: bytes) -> bool:
    """Return whether the content is one of our raw documents of the Settlements API."""
    return bool(_FINGERPRINT.match(content[:512]))


def parse(filename: str, content: bytes, reference: str) -> Document:
    """Read a raw document.

    :param reference: which of the merchant's references is the order: ``merchant_reference1`` or ``2``.
    :raises DocumentError: when it is not such a document, or a transaction cannot be read.
    """
    check_size(filename, content)
    bundle = _load(filename, content)
    payout = _payout(filename, bundle.get("payout"))
    entries = []
    for page in bundle["transactions"]:
        for item in page["transactions"]:
            entries.append(_entry(filename, len(entries) + 1, item, payout, reference))
    read = settlement(payout, entries)
    return Document(
        code=CODE,
        format="Klarna Settlements API, one payout",
        settlements=(read,),
        merchant_ids=read.merchant_ids,
    )


def _load(filename: str, content: bytes) -> dict:
    try:
        bundle = load_json(content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        raise DocumentError("klarna_json_cut_off", file=filename) from None
    is_ours = isinstance(bundle, dict) and bundle.get("format") == FORMAT and isinstance(bundle.get("payout"), dict)
    pages = bundle.get("transactions") if is_ours else None
    if not isinstance(pages, list) or not all(
        isinstance(page, dict) and isinstance(page.get("transactions"), list) for page in pages
    ):
        raise DocumentError("klarna_json_not_a_payout", file=filename, format=FORMAT)
    return bundle


def _payout(filename: str, found: dict) -> Payout:
    totals = found.get("totals") if isinstance(found.get("totals"), dict) else {}
    row = Row(filename, 0, {**found, **totals})
    currency = row.currency("currency_code")
    # a bare date is a day in Norway; with a clock it is UTC
    moment = row.moment("payout_date", OSLO)
    if moment is None:
        raise row.unreadable("payout_date", "expected_date_and_time")
    amount = _minor_units(row, "settlement_amount", currency)
    if amount is None:
        raise row.unreadable("settlement_amount", "klarna_expected_minor_units")
    if not row.text("payment_reference"):
        raise row.unreadable("payment_reference", "klarna_expected_payment_reference")
    named = {name: _minor_units(row, f"{name}_amount", currency) for name in TOTALS}
    opening, closing = (_minor_units(row, f"{name}_debt_balance_amount", currency) for name in ("opening", "closing"))
    return Payout(
        reference=row.text("payment_reference"),
        amount=amount,
        currency=currency,
        date=moment.astimezone(OSLO).date(),
        merchant_id=row.text("merchant_id"),
        settlement_type=row.text("merchant_settlement_type").upper(),
        totals={name: total for name, total in named.items() if total is not None},
        opening_debt=None if opening is None else abs(opening),
        closing_debt=None if closing is None else abs(closing),
    )


def _entry(filename: str, number: int, item, payout: Payout, reference: str) -> Entry:
    row = Row(filename, number, _kept(item if isinstance(item, dict) else {}), _FIELDS)
    currency = row.currency("currency", payout.currency)
    amount = _minor_units(row, "amount", currency)
    if amount is None:
        raise row.unreadable("amount", "klarna_expected_minor_units")
    entry = read_entry(row, amount, _minor_units(row, "vat", currency), currency, reference)
    check_of_payout(filename, entry, payout)
    return entry


def check_of_payout(filename: str, entry: Entry, payout: Payout) -> None:
    """Refuse a transaction that names another payout or currency than the one it stands in."""
    found = (entry.payment_reference or payout.reference, entry.currency)
    if found != (payout.reference, payout.currency):
        raise DocumentError(
            "klarna_row_of_another_payout",
            file=filename,
            row=entry.row,
            found=" ".join(found),
            expected=f"{payout.reference} {payout.currency}",
        )


def _kept(item: Mapping) -> dict:
    """Return what is kept of a transaction, by our own names; what is empty is left out."""
    values = {name: item.get(_FIELDS.get(name, name)) for name in KEPT}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _minor_units(row: Row, column: str, currency: str) -> Decimal | None:
    units = row.integer(column)
    return None if units is None else from_minor_units(units, currency)
