"""A balance account's statement as of a day: what the ledger has, and the parts that explain it.

Amounts are :class:`~decimal.Decimal`; positive is debit, as in the ledger.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from ..common.values import ZERO, TextEnum


class AccountRole(TextEnum):
    """Which of a provider's balance accounts it is, in the order in which they are shown."""

    CLEARING = "clearing"
    UNKNOWN = "unknown"
    PREPAYMENT = "prepayment"
    FEE_PAYABLE = "fee_payable"
    RESERVE = "reserve"


class Kind(TextEnum):
    """Why an amount stands on the account, in the order in which it is shown."""

    IN_TRANSIT = "in_transit"
    SHORT = "short"
    OVER = "over"
    BANK_EARLY = "bank_early"
    FAILED = "failed"
    CARRIED = "carried"
    NOT_PAID_OUT = "not_paid_out"
    TOP_UP = "top_up"
    UNKNOWN = "unknown"
    PREPAYMENT = "prepayment"
    FEE_OWED = "fee_owed"
    RESERVE = "reserve"
    UNDONE_LATER = "undone_later"
    MISSING = "missing"
    EXCHANGE = "exchange"
    PAYMENT = "payment"
    BANK_STRAY = "bank_stray"
    BY_OTHERS = "by_others"
    NOT_BOOKED = "not_booked"
    NOT_FETCHED = "not_fetched"
    ALTERED = "altered"


#: The order in which kinds are shown.
_ORDER = {kind: place for place, kind in enumerate(Kind)}

#: What the provider has and the ledger does not: it explains the difference between the two, not the balance.
OUTSIDE_LEDGER = frozenset({Kind.NOT_BOOKED, Kind.NOT_FETCHED, Kind.ALTERED})


@dataclass(frozen=True)
class Account:
    """The account of a statement.

    :ivar id: of the ``account.account``.
    """

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Document:
    """A raw document that an amount is known from, with the digest it was stored with."""

    id: int
    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One part of a balance.

    :ivar date: since when it stands there. :ivar amount: in company currency, as its source explains it.
    :ivar ledger: what the ledger has of it; None where that is the same.
    :ivar reference: the payout's number, the order's reference or the voucher's number.
    :ivar name: a sentence that says why it is there.
    :ivar model / res_id: the record that it opens.
    :ivar entry_ids: the journal items that it stands for.
    :ivar owner: the name of the agreement, or empty.
    :ivar amount_currency: in ``currency``, where that is not the company's; else None.
    """

    kind: Kind
    date: datetime.date
    amount: Decimal
    reference: str = ""
    name: object = ""
    model: str = ""
    res_id: int | None = None
    entry_ids: tuple = ()
    documents: tuple = ()
    owner: str = ""
    ledger: Decimal | None = None
    amount_currency: Decimal | None = None
    currency: str = ""

    @property
    def is_in_ledger(self) -> bool:
        """Whether it is a part of the ledger's balance."""
        return self.kind not in OUTSIDE_LEDGER

    @property
    def difference(self) -> Decimal:
        """By how much the ledger has more than its source explains."""
        return ZERO if self.ledger is None else self.ledger - self.amount

    @property
    def is_wrong(self) -> bool:
        """Whether the ledger, or what is stored, is not what was booked."""
        return bool(self.difference) or self.kind is Kind.ALTERED

    def get_age(self, date: datetime.date) -> int:
        """Return for how many days it has stood there on ``date``."""
        return (date - self.date).days


@dataclass(frozen=True, kw_only=True)
class HeldBalance:
    """What a provider says it holds, beside what the ledger says is not paid out yet.

    :ivar owner: the name of the agreement. :ivar currency: of all amounts.
    :ivar stated: by the provider's own running balance. :ivar known_to: the last day that its documents tell of.
    :ivar before: what it held before the first transaction that is booked here.
    :ivar booked: what is booked and not paid out. :ivar not_booked: what is known and not booked yet.
    """

    owner: str
    currency: str
    stated: Decimal
    known_to: datetime.date
    before: Decimal = ZERO
    booked: Decimal = ZERO
    not_booked: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """By how much the provider says it holds more than the books explain."""
        return self.stated - self.before - self.booked - self.not_booked


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The proof of one account at the end of a day.

    :ivar currency: the company's. :ivar ledger: the account's balance.
    :ivar items: :class:`Item`, in order. :ivar held: :class:`HeldBalance` of each agreement that states one.
    """

    role: AccountRole
    account: Account
    date: datetime.date
    currency: str
    ledger: Decimal
    items: tuple = ()
    held: tuple = ()

    @property
    def explained(self) -> Decimal:
        """The sum of the parts."""
        return sum((item.amount for item in self.items if item.is_in_ledger), ZERO)

    @property
    def difference(self) -> Decimal:
        """What the ledger has more than the parts explain; zero where the account is proven."""
        return self.ledger - self.explained

    @property
    def provider_balance(self) -> Decimal | None:
        """What the providers say they hold; None where one does not say, or in another currency than the company's."""
        if not self.held or any(held.currency != self.currency for held in self.held):
            return None
        return sum((held.stated for held in self.held), ZERO)

    @property
    def is_proven(self) -> bool:
        """Whether nothing is left unexplained, neither in the ledger nor beside the provider's own balance, and nothing
        has been altered since it was booked. Differences that cancel each other out are differences."""
        is_wrong = self.difference or any(item.is_wrong for item in self.items)
        return not is_wrong and not any(held.difference for held in self.held)

    @property
    def groups(self) -> list:
        """The items by kind: list of ``(kind, items, sum)``."""
        found = []
        for kind, items in groupby(self.items, key=lambda item: item.kind):  # pylint: disable=bad-builtin-groupby
            items = tuple(items)
            found.append((kind, items, sum((item.amount for item in items), ZERO)))
        return found


def in_order(items) -> tuple:
    """Return items as they are shown: by kind, then the oldest first."""
    return tuple(sorted(items, key=lambda item: (_ORDER[item.kind], item.date, item.reference, item.entry_ids)))
