"""The figures that a person has signed, kept as they were; :mod:`.changes` finds what differs from them later."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Voucher:
    """What an entry of the month has: one on the provider's accounts, or a document of its webshops.

    :ivar amounts: ``(account id, amount)``, debit positive, in company currency. :ivar reversed_by: ids of reversals.
    :ivar matched: ``(account id, amount)`` of what was reconciled at the end of the month, signed as the items are.
    """

    id: int
    name: str
    amounts: tuple = ()
    reversed_by: tuple = ()
    matched: tuple = ()

    def to_json(self) -> list:
        """Return the form that is stored."""
        return [self.id, self.name, _to_texts(self.amounts), list(self.reversed_by), _to_texts(self.matched)]

    @classmethod
    def from_json(cls, stored: list) -> "Voucher":
        """Return what :meth:`to_json` stored."""
        voucher_id, name, amounts, reversed_by, *matched = stored
        return cls(voucher_id, name, _from_texts(amounts), tuple(reversed_by), _from_texts(*matched or [{}]))


def _to_texts(amounts):
    return {str(account): str(amount) for account, amount in amounts}


def _from_texts(stored):
    return tuple(sorted((int(account), Decimal(amount)) for account, amount in stored.items()))


@dataclass(frozen=True)
class Part:
    """One part of an account's balance in the signed proof.

    :ivar key: what makes it the same part later: its journal items' ids, or the record that it is about.
    :ivar reference: as the reader knows it. :ivar amount: in company currency, debit positive.
    """

    account_id: int
    account: str
    key: str
    reference: str
    amount: Decimal

    @property
    def entry_ids(self) -> tuple:
        """The ids of its journal items, where they are few enough to be named."""
        names = self.key.split()
        return tuple(map(int, names)) if all(map(str.isdigit, names)) else ()

    def to_json(self) -> list:
        """Return the form that is stored."""
        return [self.account_id, self.account, self.key, self.reference, str(self.amount)]

    @classmethod
    def from_json(cls, stored: list) -> "Part":
        """Return what :meth:`to_json` stored."""
        return cls(*stored[:4], Decimal(stored[4]))


@dataclass(frozen=True)
class Lack:
    """Something of the month that lacks its counterpart, or no longer is what was booked.

    :ivar id: of the record: a settlement where ``cause`` says so, otherwise a row of account.settlement.completeness.
    :ivar cause: of account.settlement.completeness, or settlement_failed or settlement_altered.
    :ivar amount: in company currency; zero where none is known.
    """

    id: int
    cause: str
    reference: str
    amount: Decimal = Decimal(0)

    @property
    def is_of_settlement(self) -> bool:
        """Whether it is a settlement, and no row of what lacks its counterpart."""
        return self.cause in ("settlement_failed", "settlement_altered")

    def to_json(self) -> list:
        """Return the form that is stored."""
        return [self.id, self.cause, self.reference, str(self.amount)]

    @classmethod
    def from_json(cls, stored: list) -> "Lack":
        """Return what :meth:`to_json` stored."""
        return cls(*stored[:3], Decimal(stored[3]))


@dataclass(frozen=True)
class Transactions:
    """The transactions with a ledger date in the month.

    :ivar last_id: the largest id. :ivar amount: their sum; :ivar fee: of their fees; both in the provider's currency.
    """

    count: int = 0
    last_id: int = 0
    amount: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)

    def to_json(self) -> list:
        """Return the form that is stored."""
        return [self.count, self.last_id, str(self.amount), str(self.fee)]

    @classmethod
    def from_json(cls, stored: list) -> "Transactions":
        """Return what :meth:`to_json` stored."""
        return cls(*stored[:2], *map(Decimal, stored[2:]))


#: No transactions.
NO_TRANSACTIONS = Transactions()


@dataclass(frozen=True, kw_only=True)
class KeptMonth:
    """The figures of a month.

    :ivar checks: as shown, each ``(code, state, message as JSON, count, amount as text, its currency)``.
    :ivar balances: ``(account id, name, amount)`` at the end of the month. :ivar parts: :class:`Part` of each.
    :ivar vouchers: :class:`Voucher` of the month. :ivar lacks: :class:`Lack` at its end.
    :ivar transactions: :class:`Transactions`.
    """

    checks: tuple = ()
    balances: tuple = ()
    parts: tuple = ()
    vouchers: tuple = ()
    lacks: tuple = ()
    transactions: Transactions = NO_TRANSACTIONS

    def to_json(self) -> dict:
        """Return the form that is stored."""
        return {
            "checks": [list(check) for check in self.checks],
            "balances": [[account, name, str(amount)] for account, name, amount in self.balances],
            "parts": [part.to_json() for part in self.parts],
            "vouchers": [voucher.to_json() for voucher in self.vouchers],
            "lacks": [lack.to_json() for lack in self.lacks],
            "transactions": self.transactions.to_json(),
        }

    @classmethod
    def from_json(cls, stored: dict) -> "KeptMonth":
        """Return what :meth:`to_json` stored."""
        return cls(
            checks=tuple(map(tuple, stored["checks"])),
            balances=tuple((account, name, Decimal(amount)) for account, name, amount in stored["balances"]),
            parts=tuple(map(Part.from_json, stored.get("parts", ()))),
            vouchers=tuple(map(Voucher.from_json, stored["vouchers"])),
            lacks=tuple(map(Lack.from_json, stored.get("lacks", ()))),
            transactions=Transactions.from_json(stored["transactions"]),
        )


def get_digest(signed: dict) -> str:
    """Return the SHA-256 of what was signed, the same however a database orders its keys."""
    text = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
