"""The Report API's answers, kept as raw documents: one ledger date, or a stretch of the feed.

A document is JSON that holds each page exactly as the server sent it::

    {"format": "vipps-report-v2", "ledger": {…}, "date": "2026-03-02", "funds": [page, …], "fees": [page, …]}
    {"format": "vipps-report-v2-feed", "ledger": {…}, "after": {"funds": "2026-03-01", "fees": ""},
     "funds": [page, …], "fees": [page, …], "cursors": {"funds": "…", "fees": "…"}}

``after`` (may be left out) is the last ledger date that earlier documents have given completely; a feed's first page
may begin with entries of it.

Source: Report API v2, developer.vippsmobilepay.com/api/report and the guide's pages on fetching data and entry types.
"""

import datetime
import json
import re
from dataclasses import replace
from decimal import Decimal

from ...common.currencies import from_minor_units
from ...common.files.rows import Row
from ...common.files.size import check_size
from ...common.json_reading import load_json
from ...common.limits import MAX_AMOUNT
from ...common.messages import DocumentError, Message
from ...common.values import ZERO
from ..proof import amount_text, balance_differences
from ..records import Document, FeeReport, Settlement
from .ledger import (
    CODE,
    Entry,
    Identities,
    bare_handle,
    entry_type,
    merchant_names,
    opening_balance,
    payout_number,
    repeated_rows,
    without_repeats,
)
from .payouts import cut_at_payouts

DATE_FORMAT = "vipps-report-v2"
FEED_FORMAT = "vipps-report-v2-feed"

_FINGERPRINT = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"format"\s*:\s*"vipps-report-v2(-feed)?"')

#: Only with a query parameter we never send; kept out of the stored row all the same.
_PERSONAL = frozenset({"name", "maskedPhoneNo"})

#: In the fees topic these two move the owed fees elsewhere: into the funds topic's own row, or onto an invoice.
_NOT_FEES = frozenset({"fees-retained", "fees-invoiced"})


def identify(content: bytes) -> bool:
    """Return whether the content is one of our raw documents of the Report API."""
    return bool(_FINGERPRINT.match(content[:512]))


def parse(filename: str, content: bytes) -> Document:
    """Read a raw document. Amounts in it are minor units, signed as the effect on the balance.

    A ledger date on which nothing happened gives a document without settlements.

    :raises DocumentError: when it is not such a document or a row cannot be read.
    """
    check_size(filename, content)
    bundle = _load(filename, content)
    ledger = bundle.get("ledger") if isinstance(bundle.get("ledger"), dict) else {}
    is_feed = bundle.get("format") == FEED_FORMAT
    date = None if is_feed else _bundle_date(filename, bundle)
    after = bundle.get("after") if isinstance(bundle.get("after"), dict) else {}
    funds, repeated = _topic(filename, bundle, "funds", date, after)
    fees, repeated_fees = _topic(filename, bundle, "fees", date, after)
    handles = _handles(ledger)
    merchant_id = bare_handle(handles[0]) if len(handles) == 1 else str(ledger.get("ledgerId") or "")
    names = merchant_names(str(ledger.get("ledgerId") or ""), *handles, *(e.sales_unit for e in funds))
    complete_to = date or _feed_complete_to(funds, fees)
    reports = _fee_reports(fees)
    settlements = cut_at_payouts(filename, funds, repeated, merchant_id, names, complete_to, lambda _run: ())
    settlements = _with_completeness(settlements, complete_to)
    settlements = _with_fee_reports(settlements, reports, merchant_id, names, complete_to)
    settlements = _with_problems(settlements, [*_fee_balances(fees), *_unmirrored_fees(funds, fees, bundle)])
    return Document(
        code=CODE,
        format="Vipps Report API, feed" if is_feed else "Vipps Report API, one ledger date",
        settlements=tuple(settlements),
        merchant_ids=names,
        repeated_rows=(*repeated_rows(repeated), *_fee_reports(repeated_fees)),
    )


def _load(filename: str, content: bytes) -> dict:
    try:
        bundle = load_json(content)
    except ValueError:
        raise DocumentError(
            "json_cut_off",
            file=filename,
        ) from None
    if not isinstance(bundle, dict) or bundle.get("format") not in (DATE_FORMAT, FEED_FORMAT):
        raise DocumentError(
            "json_not_a_vipps_report",
            file=filename,
            date=DATE_FORMAT,
            feed=FEED_FORMAT,
        )
    return bundle


def _bundle_date(filename: str, bundle: dict) -> datetime.date:
    return Row(filename, 0, {"date": bundle.get("date")}).day("date")


def _topic(filename: str, bundle: dict, topic: str, date, after: dict) -> tuple[list, list]:
    """Return the entries of a topic, each once, and the repeated ones; without what earlier documents have given."""
    entries = []
    pages = bundle.get(topic)
    for page in pages if isinstance(pages, list) else [None]:
        items = page.get("items") if isinstance(page, dict) else None
        if items is None and isinstance(page, dict):
            items = []
        if not isinstance(items, list):
            raise DocumentError(
                "json_without_items",
                file=filename,
                topic=topic,
            )
        for item in items:
            entries.append(_entry(filename, topic, len(entries) + 1, item))
    for entry in entries:
        if date is not None and entry.date != date:
            raise DocumentError(
                "json_row_of_another_date",
                file=filename,
                topic=topic,
                row=entry.row,
                found=entry.date.isoformat(),
                expected=date.isoformat(),
            )
    if after.get(topic):
        given_to = Row(filename, 0, {"after": after[topic]}).day("after")
        entries = [entry for entry in entries if entry.date > given_to]
    return without_repeats(entries)


def _entry(filename: str, topic: str, number: int, item) -> Entry:
    row = Row(filename, number, item if isinstance(item, dict) else {}, {})
    name = row.text("entryType")
    if not name:
        raise row.unreadable("entryType", "expected_entry_type")
    currency = row.currency("currency")
    kind = entry_type(name)
    psp = row.identifier("pspReference")
    reference = row.text("reference")
    return Entry(
        type=kind,
        name=name,
        psp=psp,
        date=row.day("ledgerDate"),
        time=row.moment("time", datetime.timezone.utc),
        reference=reference,
        amount=_minor_units(row, "amount", currency),
        balance_before=_minor_units(row, "balanceBefore", currency, is_required=False),
        balance_after=_minor_units(row, "balanceAfter", currency, is_required=False),
        currency=currency,
        sales_unit=bare_handle(row.text("recipientHandle")),
        message=row.text("message"),
        payout_number=payout_number(psp, reference) if kind.startswith("payout-") else "",
        row=number,
        raw=row.raw(_PERSONAL),
        fields=(topic, json.dumps(item, sort_keys=True, default=str)),
    )


def _minor_units(row: Row, column: str, currency: str, is_required: bool = True) -> Decimal | None:
    value = row.values.get(column)
    if value is None and not is_required:
        return None
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    # the size first: 1e1000000 written out would not end
    if not is_number or not -MAX_AMOUNT * 100 < value < MAX_AMOUNT * 100 or value != int(value):
        raise row.unreadable(column, "expected_minor_units")
    return from_minor_units(int(value), currency)


def _handles(ledger: dict) -> list:
    handles = ledger.get("settlesForRecipientHandles")
    units = ledger.get("salesUnits")
    return list(
        dict.fromkeys(
            [
                *(str(handle) for handle in (handles if isinstance(handles, list) else []) if handle),
                *(
                    str(unit["recipientHandle"])
                    for unit in (units if isinstance(units, list) else [])
                    if isinstance(unit, dict) and unit.get("recipientHandle")
                ),
            ]
        )
    )


def _feed_complete_to(funds: list, fees: list) -> datetime.date | None:
    """Return the last date of which a feed will give nothing more: only a payout, or a later date, closes a date."""
    dates = [entry.date for entry in (*funds, *fees)]
    if not dates:
        return None
    last = max(dates)
    is_closed = bool(funds) and funds[-1].type == "payout-scheduled" and funds[-1].date == last
    return last if is_closed else last - datetime.timedelta(days=1)


def _with_completeness(settlements: list, complete_to: datetime.date | None) -> list:
    """A payout closes its date, also where a stretch of the feed goes on after it."""
    return [replace(s, complete_to=s.date if s.external_id else complete_to) if complete_to else s for s in settlements]


def _fee_reports(fees: list) -> list:
    identities = Identities()
    return [
        FeeReport(
            external_id=identities.of_fee(entry),
            provider_reference=entry.psp,
            date=entry.date,
            fee=-entry.amount,
            currency=entry.currency,
            order_reference=entry.reference,
            fee_type=entry.type,
            row=entry.row,
        )
        for entry in fees
        if entry.type not in _NOT_FEES
    ]


def _with_fee_reports(settlements: list, reports: list, merchant_id: str, merchant_ids: frozenset, complete_to) -> list:
    """Give each fee report to the first settlement that reaches its date, else to the last one.

    A fee may come on a date when nothing else happened. Then it is all there is of an open run.
    """
    if not reports:
        return settlements
    if not settlements:
        last = max(report.date for report in reports)
        settlements = [
            Settlement(
                external_id="",
                currency=reports[0].currency,
                date=last,
                merchant_id=merchant_id,
                merchant_ids=merchant_ids,
                by_position=True,
                complete_to=complete_to,
            )
        ]
    given: list = [[] for _settlement in settlements]
    for report in reports:
        at = next((i for i, s in enumerate(settlements) if s.date >= report.date), len(settlements) - 1)
        given[at].append(report)
    return [replace(s, fee_reports=tuple(given[i])) for i, s in enumerate(settlements)]


def _with_problems(settlements: list, problems: list) -> list:
    """Give each (date, sentence) to the first settlement that reaches the date, else to the last one."""
    given: list = [[] for _settlement in settlements]
    for date, message in problems:
        if settlements:
            at = next((i for i, s in enumerate(settlements) if s.date >= date), len(settlements) - 1)
            given[at].append(message)
    return [replace(s, problems=(*s.problems, *given[i])) for i, s in enumerate(settlements)]


def _fee_balances(fees: list) -> list:
    """Return (date, sentence) for each row of the fees topic whose running balance does not follow."""
    problems = []
    identities = Identities()
    names = {entry.row: identities.of_fee(entry) for entry in fees}
    for entry, before, computed in balance_differences(fees, opening_balance(fees)):
        values = {
            "row": str(entry.row),
            "id": names[entry.row],
            "before": amount_text(before, entry.currency),
            "amount": amount_text(entry.amount, entry.currency),
            "computed": amount_text(computed, entry.currency),
            "stated": amount_text(entry.balance_after, entry.currency),
        }
        code = "fee_balance_differs"
        problems.append((entry.date, Message(code, values)))
    return problems


def _unmirrored_fees(funds: list, fees: list, bundle: dict) -> list:
    """Return (date, sentence) for each date whose retained fees differ between the two topics.

    What the funds topic retains, the fees topic receives, on the same ledger date. In a feed only dates that both
    topics have given completely are compared.
    """
    if bundle.get("format") == FEED_FORMAT:
        last_dates = [max((entry.date for entry in topic), default=None) for topic in (funds, fees)]
        if None in last_dates:
            return []
        end = min(last_dates)
        after = bundle.get("after") if isinstance(bundle.get("after"), dict) else {}
        start = max(str(after.get("funds") or ""), str(after.get("fees") or ""))
        compared = {e.date for e in (*funds, *fees) if e.date < end and e.date.isoformat() > start}
    else:
        compared = {e.date for e in (*funds, *fees)}
    problems = []
    for date in sorted(compared):
        retained = [e for e in funds if e.type == "fees-retained" and e.date == date]
        received = [e for e in fees if e.type == "fees-retained" and e.date == date]
        taken = sum((e.amount for e in retained), ZERO)
        arrived = sum((e.amount for e in received), ZERO)
        if taken + arrived:
            currency = (retained or received)[0].currency
            code = "retained_fees_differ"
            values = {
                "date": date.isoformat(),
                "taken": amount_text(taken, currency),
                "arrived": amount_text(arrived, currency),
                "row": ", ".join(str(e.row) for e in retained) or "-",
            }
            problems.append((date, Message(code, values)))
    return problems
