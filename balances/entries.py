"""What is open on an account as of a day, as plain values."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from ..common.values import ZERO


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A journal item of which something is open at the end of a day.

    :ivar open: in company currency. :ivar open_currency: in ``currency``. Debit is positive.
    :ivar name: its text. :ivar number: its entry's number.
    :ivar settlement_id: of an item of a voucher on the clearing account: the settlement whose it is.
    :ivar payout_id: of a bank line's counterpart: the settlement whose payout it is marked as.
    :ivar met_ids: the settlements that it is reconciled with, as of the day.
    :ivar later_ids: the settlements that it is reconciled with since.
    :ivar ended_on: the day on which nothing was open of it any more, or None.
    :ivar is_bank: whether it is a bank line's. :ivar is_payment: whether it is a payment's registered in Odoo.
    :ivar unexplained: what it has more than was booked by the stored copies and the transactions, in company currency.
    :ivar voucher_of: the settlement whose voucher it is in, or None.
    :ivar transaction_id: of the one transaction behind it; None where there are several, or none.
    """

    id: int
    account_id: int
    date: datetime.date
    move_id: int
    number: str
    name: str = ""
    partner: str = ""
    journal: str = ""
    currency: str
    open: Decimal
    open_currency: Decimal
    settlement_id: int | None = None
    payout_id: int | None = None
    met_ids: frozenset = frozenset()
    later_ids: frozenset = frozenset()
    ended_on: datetime.date | None = None
    is_bank: bool = False
    is_payment: bool = False
    unexplained: Decimal = ZERO
    voucher_of: int | None = None
    transaction_id: int | None = None

    def less(self, amount: Decimal, amount_currency: Decimal) -> "Entry":
        """Return the same entry with that much less open."""
        return replace(self, open=self.open - amount, open_currency=self.open_currency - amount_currency)


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """That an entry, or a part of it, was met by a reversal after the day, and its transactions are there once more.

    Who undoes a settlement and books it again leaves it in the ledger twice between the day of the new vouchers, which
    is the old ones', and that of the reversals.

    :ivar entry_id: the entry. :ivar date: of the reversal. :ivar number: of its voucher.
    :ivar of_number: of the voucher that it reverses, which may be another one than the entry's.
    """

    entry_id: int
    date: datetime.date
    number: str
    amount: Decimal
    amount_currency: Decimal
    of_number: str = ""


@dataclass(frozen=True)
class BookedAgain:
    """That a transaction stands in the ledger more than once on the day.

    :ivar net: what it is on the clearing account, in its currency. :ivar times: how often too many.
    """

    entry_id: int
    transaction_id: int
    net: Decimal
    times: int


def limit_undoings(entries: list, undoings: dict, booked_again: list) -> dict:
    """Return the undoings of what stands in the ledger more than once; what was undone since is else what it was.

    :param undoings: ``{entry id: [Undoing]}``. :param booked_again: list of :class:`BookedAgain`.
    """
    left, limits = {}, {}
    by_id = {entry.id: entry for entry in entries}
    for again in booked_again:
        entry = by_id.get(again.entry_id)
        key = (again.transaction_id, entry and entry.account_id)
        if entry and left.setdefault(key, again.times):
            left[key] -= 1
            limits[entry.id] = limits.get(entry.id, ZERO) + again.net
    found = {}
    for entry_id, of_entry in undoings.items():
        if entry_id not in limits:
            continue
        amount_currency = sum((undoing.amount_currency for undoing in of_entry), ZERO)
        is_part = by_id[entry_id].settlement_id and abs(limits[entry_id]) < abs(amount_currency)
        found[entry_id] = _cut(of_entry, limits[entry_id]) if is_part else of_entry
    return found


def _cut(undoings, limit):
    """Return undoings of which no more than ``limit`` is left, in their currency."""
    found = []
    for undoing in undoings:
        part = min(undoing.amount_currency, limit, key=abs)
        if part:
            share = (undoing.amount * part / undoing.amount_currency).quantize(undoing.amount)
            found.append(replace(undoing, amount=share, amount_currency=part))
        limit -= part
    return found


def sum_of(entries) -> tuple:
    """Return what entries have open together, in company currency and in their own."""
    return (
        sum((entry.open for entry in entries), ZERO),
        sum((entry.open_currency for entry in entries), ZERO),
    )
