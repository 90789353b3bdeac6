"""What is known of one provider's month, as plain values: the checks are judged by it.

Amounts are :class:`~decimal.Decimal` in company currency, signed as in the ledger (debit positive) unless said
otherwise.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from ..common.values import ZERO
from .days import NO_DAYS, Days


@dataclass(frozen=True)
class Tally:
    """How many there are of something, and their sum.

    :ivar oldest: the date of the first one. :ivar currency: of the amount; the company's where it is empty.
    """

    count: int = 0
    amount: Decimal = ZERO
    oldest: datetime.date | None = None
    currency: str = ""

    def __bool__(self) -> bool:
        return bool(self.count)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.count + other.count,
            self.amount + other.amount,
            min(filter(None, (self.oldest, other.oldest)), default=None),
            self.currency or other.currency,
        )


#: None of something.
NOTHING = Tally()


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What the proof of one account says at the end of the month.

    :ivar role: of the account: clearing, unknown, prepayment, fee_payable, reserve.
    :ivar explained: the sum of its named parts. :ivar items: how many there are.
    :ivar is_proven: neither the ledger nor the provider's own balance has more than the parts explain.
    :ivar stated: what the provider says it holds; None where it does not say. :ivar not_booked: what of that is known
        and not booked yet.
    """

    role: str
    account_id: int
    account: str
    ledger: Decimal
    explained: Decimal
    items: int = 0
    is_proven: bool = True
    stated: Decimal | None = None
    not_booked: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """What the ledger has more than the parts explain."""
        return self.ledger - self.explained


@dataclass(frozen=True)
class Fees:
    """What a provider charged in a month, of what customers paid through it; both positive.

    :ivar currency: of both; the company's where it is empty.
    """

    charged: Decimal = ZERO
    turnover: Decimal = ZERO
    currency: str = ""

    @property
    def percent(self) -> Decimal | None:
        """The fees in percent of the payments, with two decimals; None without payments."""
        if not self.turnover:
            return None
        return (self.charged * 100 / self.turnover).quantize(Decimal("0.01"))


#: No fees, and no payments.
NO_FEES = Fees()


@dataclass(frozen=True, kw_only=True)
class MonthFacts:
    """One provider's month.

    :ivar last: the month's last day. :ivar today: when it is looked at.
    :ivar is_ledger: the provider tells day by day; :ivar days: which of them are here.
    :ivar missing: tallies of what lacks its counterpart, by cause, see account.settlement.completeness.
    :ivar booked: settlements of the month that are booked; :ivar failed: in error; :ivar altered: they differ from
        what was booked; :ivar unbooked: transactions that are not booked.
    :ivar balances: :class:`Balance` of each account. :ivar late: transactions booked in a later period.
    :ivar by_hand: entries on the clearing account that are neither ours, the bank's nor a payment's: of the month, and
        earlier ones that are open at its end; :ivar by_whom: who made them. :ivar registered: payments of the same
        kind that a person has registered in Odoo. :ivar earlier_items: ids of those of earlier months.
    :ivar lock: until when the company's books are locked, as they concern the provider's journal.
    """

    last: datetime.date
    today: datetime.date
    is_ledger: bool = False
    days: Days = NO_DAYS
    missing: dict = field(default_factory=dict)
    booked: Tally = NOTHING
    failed: Tally = NOTHING
    altered: Tally = NOTHING
    unbooked: Tally = NOTHING
    balances: tuple = ()
    late: Tally = NOTHING
    fees: Fees = NO_FEES
    fees_before: Fees = NO_FEES
    by_hand: Tally = NOTHING
    by_whom: str = ""
    registered: Tally = NOTHING
    earlier_items: tuple = ()
    rounding: Tally = NOTHING
    disputes: Tally = NOTHING
    gift_cards: Tally = NOTHING
    lock: datetime.date | None = None

    def get_missing(self, *causes) -> Tally:
        """Return what is missing for any of these causes."""
        return sum((self.missing.get(cause, NOTHING) for cause in causes), NOTHING)

    def get_balances(self, role) -> tuple:
        """Return the balances of the accounts with a role."""
        return tuple(balance for balance in self.balances if balance.role == role)
