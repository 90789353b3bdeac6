"""The figures that a person has signed, kept as they were, and what differs from them now."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from ..common.messages import Message
from ..common.values import TextEnum


class ChangeCode(TextEnum):
    """What may have changed in a signed month, in the order in which it is shown."""

    BALANCE = "balance"
    ADDED = "added"
    REMOVED = "removed"
    ALTERED = "altered"
    REVERSED = "reversed"
    ARRIVED = "arrived"


@dataclass(frozen=True)
class Voucher:
    """What an entry of the month has on the provider's accounts.

    :ivar amounts: ``{account id: amount}``, debit positive, in company currency. :ivar reversed_by: ids of reversals.
    """

    id: int
    name: str
    amounts: tuple = ()
    reversed_by: tuple = ()

    def to_json(self) -> list:
        """Return the form that is stored."""
        amounts = {str(account): str(amount) for account, amount in self.amounts}
        return [self.id, self.name, amounts, list(self.reversed_by)]

    @classmethod
    def from_json(cls, stored: list) -> "Voucher":
        """Return what :meth:`to_json` stored."""
        voucher_id, name, amounts, reversed_by = stored
        known = tuple((int(account), Decimal(amount)) for account, amount in sorted(amounts.items()))
        return cls(voucher_id, name, known, tuple(reversed_by))


@dataclass(frozen=True, kw_only=True)
class KeptMonth:
    """The figures of a month.

    :ivar checks: as shown, each ``(code, state, message as JSON, count, amount as text)``.
    :ivar balances: ``(account id, name, amount)`` at the end of the month.
    :ivar vouchers: :class:`Voucher` of the month. :ivar transactions: ids with a ledger date in the month, as
        ``(how many, the largest)``.
    """

    checks: tuple = ()
    balances: tuple = ()
    vouchers: tuple = ()
    transactions: tuple = (0, 0)

    def to_json(self) -> dict:
        """Return the form that is stored."""
        return {
            "checks": [list(check) for check in self.checks],
            "balances": [[account, name, str(amount)] for account, name, amount in self.balances],
            "vouchers": [voucher.to_json() for voucher in self.vouchers],
            "transactions": list(self.transactions),
        }

    @classmethod
    def from_json(cls, stored: dict) -> "KeptMonth":
        """Return what :meth:`to_json` stored."""
        return cls(
            checks=tuple(tuple(check) for check in stored["checks"]),
            balances=tuple((account, name, Decimal(amount)) for account, name, amount in stored["balances"]),
            vouchers=tuple(map(Voucher.from_json, stored["vouchers"])),
            transactions=tuple(stored["transactions"]),
        )


@dataclass(frozen=True)
class Change:
    """One thing that has changed. :ivar ids: of the accounts or vouchers it is about."""

    code: ChangeCode
    message: Message
    ids: tuple = ()


def get_digest(signed: dict) -> str:
    """Return the SHA-256 of what was signed, the same however a database orders its keys."""
    text = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def find_changes(kept: KeptMonth, now: KeptMonth) -> list[Change]:
    """Return what has changed in a month since it was signed."""
    return [*_changed_balances(kept, now), *_changed_vouchers(kept, now), *_arrived(kept, now)]


def _changed_balances(kept, now):
    today = {account: amount for account, _name, amount in now.balances}
    for account, name, amount in kept.balances:
        found = today.get(account, Decimal(0))
        if found != amount:
            values = {"account": name, "kept": amount, "found": found}
            yield Change(ChangeCode.BALANCE, Message("closing_balance_changed", values), (account,))


def _changed_vouchers(kept, now):
    before = {voucher.id: voucher for voucher in kept.vouchers}
    today = {voucher.id: voucher for voucher in now.vouchers}
    added = [today[one] for one in today if one not in before]
    removed = [before[one] for one in before if one not in today]
    both = [(before[one], today[one]) for one in before if one in today]
    altered = [voucher for voucher, found in both if sorted(voucher.amounts) != sorted(found.amounts)]
    reversals = [(voucher, set(found.reversed_by) - set(voucher.reversed_by)) for voucher, found in both]
    for code, sentence, vouchers in (
        (ChangeCode.ADDED, "closing_voucher_added", added),
        (ChangeCode.REMOVED, "closing_voucher_removed", removed),
        (ChangeCode.ALTERED, "closing_voucher_altered", altered),
        (ChangeCode.REVERSED, "closing_voucher_reversed", [voucher for voucher, new in reversals if new]),
    ):
        for voucher in vouchers:
            yield Change(code, Message(sentence, {"voucher": voucher.name}), (voucher.id,))


def _arrived(kept, now):
    more = now.transactions[0] - kept.transactions[0]
    if more:
        values = {"count": str(abs(more))}
        sentence = "closing_transactions_arrived" if more > 0 else "closing_transactions_gone"
        yield Change(ChangeCode.ARRIVED, Message(sentence, values), (kept.transactions[1],))
