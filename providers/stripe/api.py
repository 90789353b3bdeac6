"""The API's answers, kept as raw documents: one automatic payout, or a stretch of the balance.

A document is JSON that holds the pages of the answers, less personal data (see :mod:`.kept_fields`)::

    {"format": "stripe-payout-v1", "account": "acct_…", "payout": {…}, "pages": [{"data": [balance transaction, …],
     "has_more": false}]}
    {"format": "stripe-balance-v1", "account": "acct_…", "from": 1772406000, "to": 1772492400,
     "balances": {"nok": {"opening": 0, "closing": 122846}}, "pages": […]}

Balance transactions have their ``source`` expanded, and in it the charge and the payment intent. Amounts are in minor
units, times in seconds since 1970 (UTC). Sources: docs.stripe.com/api/balance_transactions/object, /payouts/object,
/payouts/reconciliation.
"""

import datetime
import json
import re
from decimal import Decimal

from ...common.currencies import from_minor_units
from ...common.files.rows import Row
from ...common.files.size import check_size
from ...common.json_reading import load_json
from ...common.limits import MAX_AMOUNT, is_plausible_date
from ...common.messages import DocumentError
from ..records import Document, PayoutStatus
from .entries import CODE, Entry, day_in_oslo, without_repeats
from .payouts import Payout, bank_reference, ledger_settlements, payout_settlement
from .references import from_descriptions, from_metadata

PAYOUT_FORMAT = "stripe-payout-v1"
BALANCE_FORMAT = "stripe-balance-v1"

_FINGERPRINT = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"format"\s*:\s*"stripe-(payout|balance)-v1"')
_FAILED = ("failed", "canceled")


def identify(content: bytes) -> bool:
    """Return whether the content is one of our raw documents of Stripe's API."""
    return bool(_FINGERPRINT.match(content[:512]))


def parse(filename: str, content: bytes, reference_key: str = "") -> Document:
    """Read a raw document.

    :param reference_key: the metadata key that holds the order's number.
    :raises DocumentError: when it is not such a document, is cut off, or a row cannot be read.
    """
    check_size(filename, content)
    bundle = _load(filename, content)
    account = bundle.get("account") if isinstance(bundle.get("account"), str) else ""
    entries = [
        _entry(filename, number, item, reference_key) for number, item in enumerate(_items(filename, bundle), 1)
    ][::-1]  # the newest come first
    entries, repeated = without_repeats(filename, entries)
    if bundle["format"] == PAYOUT_FORMAT:
        name = "Stripe API, one payout"
        settlements = [_settlement_of_payout(filename, bundle, account, entries, repeated)]
    else:
        name = "Stripe API, balance"
        settlements = _settlements_of_balance(filename, bundle, account, entries)
    return Document(
        code=CODE,
        format=name,
        settlements=tuple(settlements),
        merchant_ids=frozenset(filter(None, [account])),
        repeated_rows=tuple(row for settlement in settlements for row in settlement.repeated),
    )


def _load(filename: str, content: bytes) -> dict:
    try:
        bundle = load_json(content)
    except ValueError:
        raise DocumentError("stripe_json_cut_off", file=filename) from None
    if not isinstance(bundle, dict) or bundle.get("format") not in (PAYOUT_FORMAT, BALANCE_FORMAT):
        raise DocumentError("stripe_json_of_another_kind", file=filename, payout=PAYOUT_FORMAT, balance=BALANCE_FORMAT)
    return bundle


def _items(filename: str, bundle: dict) -> list:
    """Return the balance transactions of all pages; refuses pages that are not all there."""
    pages = bundle.get("pages")
    items = []
    for page in pages if isinstance(pages, list) and pages else [None]:
        data = page.get("data") if isinstance(page, dict) else None
        if not isinstance(data, list):
            raise DocumentError("stripe_pages_missing", file=filename)
        items += data
    if pages[-1].get("has_more"):
        raise DocumentError("stripe_pages_missing", file=filename)
    return items


# --- payouts


def _settlement_of_payout(filename, bundle, account, entries, repeated):
    payout = _payout(filename, bundle.get("payout"), account)
    if payout is None:
        raise DocumentError("stripe_json_cut_off", file=filename)
    for entry in entries:
        if entry.currency != payout.currency:
            raise DocumentError(
                "stripe_row_in_other_currency",
                file=filename,
                row=entry.row,
                found=entry.currency,
                payout=payout.number,
                expected=payout.currency,
            )
    return payout_settlement(payout, entries, repeated)


def _payout(filename: str, item, account: str) -> Payout | None:
    if not isinstance(item, dict):
        return None
    row = Row(filename, 0, item)
    currency = row.currency("currency")
    trace = item.get("trace_id") if isinstance(item.get("trace_id"), dict) else {}
    own_text = "" if item.get("automatic") else row.text("statement_descriptor")
    number = row.required_identifier("id", "stripe_expected_payout")
    return Payout(
        number=number,
        currency=currency,
        # the bank's day, which Stripe writes as midnight UTC
        date=_moment(row, "arrival_date").date(),
        amount=_minor_units(row, "amount", currency),
        status=PayoutStatus.FAILED if row.text("status") in _FAILED else PayoutStatus.SENT,
        reference=bank_reference(number, _text(trace.get("value")), own_text),
        account=account,
        is_test=item.get("livemode") is False,
    )


# --- balance


def _settlements_of_balance(filename: str, bundle: dict, account: str, entries: list) -> list:
    complete_to = day_in_oslo(_moment(Row(filename, 0, bundle), "to")) - datetime.timedelta(days=1)
    balances = bundle.get("balances") if isinstance(bundle.get("balances"), dict) else {}
    sources = [_expanded(item.get("source")) for item in _items(filename, bundle)]
    payouts = [_payout(filename, source, account) for source in sources if source.get("object") == "payout"]
    settlements = []
    for currency in sorted({entry.currency for entry in entries}):
        balance = balances.get(currency.lower())
        row = Row(filename, 0, balance if isinstance(balance, dict) else {})
        settlements += ledger_settlements(
            {payout.number: payout for payout in payouts},
            currency,
            [entry for entry in entries if entry.currency == currency],
            account,
            _minor_units(row, "opening", currency),
            _minor_units(row, "closing", currency),
            complete_to,
        )
    return settlements


# --- rows


def _entry(filename: str, number: int, item, reference_key: str) -> Entry:
    row = Row(filename, number, item if isinstance(item, dict) else {})
    currency = row.currency("currency")
    moment = _moment(row, "created")
    source = _expanded(row.values.get("source"))
    kind = _text(source.get("object"))
    charge = source if kind == "charge" else _expanded(source.get("charge"))
    intent = _expanded(charge.get("payment_intent") or source.get("payment_intent"))
    amount = _minor_units(row, "amount", currency)
    original, original_currency = _original(row, source, amount)
    details = row.values.get("fee_details")
    method = _expanded(charge.get("payment_method_details"))
    return Entry(
        id=row.required_identifier("id", "stripe_expected_transaction"),
        date=day_in_oslo(moment),
        time=moment,
        amount=amount,
        fee=_minor_units(row, "fee", currency),
        stated_net=_minor_units(row, "net", currency),
        currency=currency,
        category=row.text("reporting_category").lower(),
        type=row.text("type").lower(),
        description=row.text("description"),
        source=_text(source.get("id")),
        charge=_text(charge.get("id")),
        intent=_text(intent.get("id")),
        order_reference=_order_reference(source, charge, intent, reference_key),
        dispute_status=_text(source.get("status")) if kind == "dispute" else "",
        fee_details=tuple(_fee_details(filename, number, details if isinstance(details, list) else [])),
        amount_original=original,
        currency_original=original_currency,
        exchange_rate=_decimal(row.values.get("exchange_rate")),
        payment_method=_text(method.get("type")),
        row=number,
        raw={name: _as_text(value) for name, value in row.values.items()},
        fields=(json.dumps(item, sort_keys=True, default=str),),
    )


def _order_reference(source: dict, charge: dict, intent: dict, reference_key: str) -> str:
    """The charge's metadata, then those of its payment intent and of the refund; then what a description says."""
    metadata = (charge.get("metadata"), intent.get("metadata"), source.get("metadata"))
    return from_metadata(metadata, reference_key) or from_descriptions(
        (charge.get("description"), intent.get("description"))
    )


def _original(row: Row, source: dict, amount: Decimal) -> tuple[Decimal | None, str]:
    """Return what the customer was charged, given back or disputed, with the sign of the row, and its currency."""
    if source.get("object") not in ("charge", "refund", "dispute"):
        return None, ""
    of_source = Row(row.filename, row.number, source)
    currency = of_source.currency("currency", default="XXX")
    if currency in ("XXX", row.currency("currency")):
        return None, ""
    original = abs(_minor_units(of_source, "amount", currency))
    return original if amount >= 0 else -original, currency


def _fee_details(filename: str, number: int, details: list):
    for detail in details:
        row = Row(filename, number, detail if isinstance(detail, dict) else {})
        yield row.text("type") or "stripe_fee", _minor_units(row, "amount", row.currency("currency"))


def _expanded(value) -> dict:
    """Return an object that may have been left as its id."""
    if isinstance(value, dict):
        return value
    return {"id": value} if isinstance(value, str) else {}


def _text(value) -> str:
    return value.strip() if isinstance(value, str) else ""


def _decimal(value) -> Decimal | None:
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _as_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _minor_units(row: Row, column: str, currency: str) -> Decimal:
    value = row.values.get(column)
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    # the size first: 1e1000000 written out would not end
    if not is_number or not -MAX_AMOUNT * 100 < value < MAX_AMOUNT * 100 or value != int(value):
        raise row.unreadable(column, "stripe_expected_minor_units")
    return from_minor_units(int(value), currency)


def _moment(row: Row, column: str) -> datetime.datetime:
    value = row.values.get(column)
    try:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(value)
        moment = datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
        if not is_plausible_date(moment.date()):
            raise ValueError(value)
    except (ValueError, OverflowError, OSError):
        raise row.unreadable(column, "stripe_expected_seconds") from None
    return moment
