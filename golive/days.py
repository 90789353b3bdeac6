"""The days of a period as they would be booked, and their sums."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

from ..common.values import ZERO


@dataclass(frozen=True)
class PlannedDay:
    """One ledger date of one settlement, matched and planned, and not written.

    :ivar settlement_id: in the database. :ivar decisions: :class:`~..matching.outcomes.Decision`, one a transaction.
    :ivar vouchers: :class:`~..booking.planned.Voucher`; none where it could not be booked.
    :ivar error: why it could not be booked, a sentence in the reader's language; else empty.
    """

    date: Date
    settlement_id: int
    decisions: tuple
    vouchers: tuple = ()
    error: str = ""


@dataclass(frozen=True)
class Sums:
    """What would be booked on one account on one day, in company currency.

    :ivar debit: sum of the debits, positive. :ivar credit: sum of the credits, positive.
    """

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """Debit less credit."""
        return self.debit - self.credit


def sum_up(days) -> dict[tuple[Date, int], Sums]:
    """Return ``{(booking date, account id): Sums}`` over the vouchers of :class:`PlannedDay`, by day, in the order of
    the vouchers' lines."""
    debits, credits = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
    keys = {}
    for day in days:
        for voucher in day.vouchers:
            for line in voucher.lines:
                key = voucher.date, line.account_id
                keys[key] = None
                side = debits if line.balance > 0 else credits
                side[key] += abs(line.balance)
    return {key: Sums(debits[key], credits[key]) for key in sorted(keys, key=lambda key: key[0])}
