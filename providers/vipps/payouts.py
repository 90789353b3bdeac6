"""A ledger's entries as settlements."""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from ...common.messages import DocumentError
from .. import ledgers
from ..records import Kind, Settlement
from .ledger import Identities, opening_balance, transaction


def cut_at_payouts(
    filename: str,
    entries: list,
    repeated: list,
    merchant_id: str,
    merchant_ids: frozenset,
    complete_to: datetime.date | None,
    fee_reports: Callable,
) -> list:
    """Return the settlements a run of ledger entries consists of: each payout closes one, the rest is open.

    "Each bank transfer covers a whole number of ledger dates, and payout-scheduled is always the last entry of a date
    where a payout happened" (Report API guide).

    :param entries: in the ledger's order, of one ledger, without repeats.
    :param merchant_id: of the agreement. :param merchant_ids: every form in which the document names it.
    :param repeated: entries that were removed as repeats; each is noted on the settlement that has its double.
    :param complete_to: the last date the source is known to be complete to. None: an open run is complete to the day
        before its last date, because the source may have been taken in the middle of that day.
    :param fee_reports: called with each run, returns its fee reports.
    :raises DocumentError: when the entries are in several currencies; a ledger has one.
    """
    for entry in entries:
        if entry.currency != entries[0].currency:
            raise DocumentError(
                "ledger_in_two_currencies",
                file=filename,
                row=entry.row,
                found=entry.currency,
                expected=entries[0].currency,
            )
    identities = Identities()
    known = {}
    for entry in entries:
        row = transaction(entry, identities.of(entry))
        known[row] = entry
    runs = [[(known[row], row) for row in run] for run in ledgers.cut_at_payouts(known)]
    repeated_fields = Counter(entry.fields for entry in repeated)
    settlements = []
    for run in runs:
        settlement = _settlement(run, complete_to, fee_reports, repeated_fields)
        settlement = replace(settlement, merchant_id=merchant_id, merchant_ids=merchant_ids)
        if settlements and settlements[-1].transactions[-1].balance_after is not None:
            # what the run before left: a run's own first row could not prove itself
            settlement = replace(settlement, opening_balance=settlements[-1].transactions[-1].balance_after)
        settlements.append(settlement)
    return settlements


def _settlement(run, complete_to, fee_reports, repeated_fields) -> Settlement:
    entries = [entry for entry, _transaction in run]
    last_entry, last = run[-1]
    is_closed = last.kind == Kind.PAYOUT
    last_date = last.date if is_closed else max(entry.date for entry in entries)
    if complete_to is None:
        complete_to = last_date if is_closed else last_date - datetime.timedelta(days=1)
    return Settlement(
        external_id=last_entry.payout_number if is_closed else "",
        currency=last.currency,
        date=last_date,
        transactions=tuple(row for _entry, row in run),
        fee_reports=tuple(fee_reports(entries)),
        by_position=opening_balance(entries) is not None,
        opening_balance=opening_balance(entries),
        payout_amount=-last.net if is_closed else None,
        payout_reference=last_entry.payout_number if is_closed else "",
        complete_to=complete_to,
        repeated=tuple(row for entry, row in run for _copy in range(repeated_fields[entry.fields])),
    )
