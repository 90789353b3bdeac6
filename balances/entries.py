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
    :ivar is_bank: whether it is a bank line's. :ivar is_ours: whether it is a settlement voucher's.
    :ivar unexplained: what it has more than the transactions behind it, in company currency.
    :ivar role: of the voucher's item. :ivar transaction_ids: of the transactions behind it.
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
    is_bank: bool = False
    is_ours: bool = False
    unexplained: Decimal = ZERO
    role: str = ""
    transaction_ids: tuple = ()

    def less(self, amount: Decimal, amount_currency: Decimal) -> "Entry":
        """Return the same entry with that much less open."""
        return replace(self, open=self.open - amount, open_currency=self.open_currency - amount_currency)


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """That an entry, or a part of it, was met by a reversal after the day.

    :ivar entry_id: the entry. :ivar date: of the reversal. :ivar number: of its voucher.
    """

    entry_id: int
    date: datetime.date
    number: str
    amount: Decimal
    amount_currency: Decimal


def sum_of(entries) -> tuple:
    """Return what entries have open together, in company currency and in their own."""
    return (
        sum((entry.open for entry in entries), ZERO),
        sum((entry.open_currency for entry in entries), ZERO),
    )
