"""What has changed in a month since a person signed it.

What goes on after a month is no change of it: a payout that arrives, an invoice that is paid later. So the books are
compared as of the month's end, and of what stands open today only what has come to it.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from ..common.messages import Message
from ..common.values import TextEnum
from .checks import CheckCode, CheckState
from .kept import KeptMonth

#: How many changes of a kind are named one by one.
MOST_OF_A_KIND = 100

#: The checks that are compared: the others say how things stand today, or are compared by what they count.
COMPARED_CHECKS = (
    CheckCode.DAYS,
    CheckCode.BOOKED,
    CheckCode.ERRORS,
    CheckCode.CLEARING,
    CheckCode.UNKNOWN,
    CheckCode.BY_HAND,
    CheckCode.LATE,
    CheckCode.FEES,
    CheckCode.ROUNDING,
    CheckCode.DISPUTES,
    CheckCode.RESERVES,
    CheckCode.PREPAYMENTS,
    CheckCode.GIFT_CARDS,
)

#: The checks whose figures are of the month alone, and stay as they were.
COMPARED_FIGURES = (CheckCode.BY_HAND, CheckCode.FEES, CheckCode.ROUNDING, CheckCode.GIFT_CARDS)

_WORSE = {str(state): place for place, state in enumerate(CheckState)}


class ChangeCode(TextEnum):
    """What may have changed in a signed month, in the order in which it is shown."""

    SIGNATURE = "signature"
    BALANCE = "balance"
    PART = "part"
    ADDED = "added"
    REMOVED = "removed"
    ALTERED = "altered"
    RECONCILED = "reconciled"
    REVERSED = "reversed"
    ARRIVED = "arrived"
    TRANSACTIONS = "transactions"
    SETTLEMENT = "settlement"
    LACK = "lack"
    CHECK = "check"
    MORE = "more"


@dataclass(frozen=True)
class Change:
    """One thing that has changed.

    :ivar ids: of what it is about: accounts, vouchers, transactions, settlements, rows of what is missing; an account
        and its items; or the code of a check.
    """

    code: ChangeCode
    message: Message
    ids: tuple = ()


def find_changes(kept: KeptMonth, now: KeptMonth) -> list[Change]:
    """Return what has changed in a month since it was signed."""
    found = [
        *_changed_balances(kept, now),
        *_changed_parts(kept, now),
        *_changed_vouchers(kept, now),
        *_changed_transactions(kept, now),
        *_new_lacks(kept, now),
        *_changed_checks(kept, now),
    ]
    return [change for _code, changes in groupby(found, key=lambda change: change.code) for change in _few(changes)]  # pylint: disable=bad-builtin-groupby


def _few(changes):
    """Return changes of a kind, those after the first hundred as one that says how many they are."""
    changes = list(changes)
    more = changes[MOST_OF_A_KIND:]
    if not more:
        return changes
    return [*changes[:MOST_OF_A_KIND], Change(ChangeCode.MORE, Message("closing_more", {"count": str(len(more))}))]


def _changed_balances(kept, now):
    before = {account: (name, amount) for account, name, amount in kept.balances}
    today = {account: (name, amount) for account, name, amount in now.balances}
    for account, (name, _amount) in {**today, **before}.items():
        was, found = (known.get(account, (name, Decimal(0)))[1] for known in (before, today))
        if found != was:
            values = {"account": name, "kept": was, "found": found}
            yield Change(ChangeCode.BALANCE, Message("closing_balance_changed", values), (account,))


def _changed_parts(kept, now):
    before, today = _sum_parts(kept.parts), _sum_parts(now.parts)
    for key, (part, found) in today.items():
        _part, was = before.get(key, (part, None))
        if was != found:
            yield _part_change(part, was, found)
    for key, (part, was) in before.items():
        if key not in today:
            yield _part_change(part, was, None)


def _sum_parts(parts):
    found = {}
    for part in parts:
        key = (part.account_id, part.key)
        first, amount = found.get(key, (part, Decimal(0)))
        found[key] = (first, amount + part.amount)
    return found


def _part_change(part, was, found):
    values = {"account": part.account, "reference": part.reference}
    if was is None:
        message = Message("closing_part_new", {**values, "amount": found})
    elif found is None:
        message = Message("closing_part_gone", {**values, "amount": was})
    else:
        message = Message("closing_part_changed", {**values, "kept": was, "found": found})
    return Change(ChangeCode.PART, message, (part.account_id, *part.entry_ids))


def _changed_vouchers(kept, now):
    before = {voucher.id: voucher for voucher in kept.vouchers}
    today = {voucher.id: voucher for voucher in now.vouchers}
    added = [today[one] for one in today if one not in before]
    removed = [before[one] for one in before if one not in today]
    both = [(before[one], today[one]) for one in before if one in today]
    altered = [voucher for voucher, found in both if sorted(voucher.amounts) != sorted(found.amounts)]
    reconciled = [voucher for voucher, found in both if sorted(voucher.matched) != sorted(found.matched)]
    reversals = [voucher for voucher, found in both if set(found.reversed_by) - set(voucher.reversed_by)]
    for code, sentence, vouchers in (
        (ChangeCode.ADDED, "closing_voucher_added", added),
        (ChangeCode.REMOVED, "closing_voucher_removed", removed),
        (ChangeCode.ALTERED, "closing_voucher_altered", altered),
        (ChangeCode.RECONCILED, "closing_voucher_reconciled", reconciled),
        (ChangeCode.REVERSED, "closing_voucher_reversed", reversals),
    ):
        for voucher in vouchers:
            yield Change(code, Message(sentence, {"voucher": voucher.name}), (voucher.id,))


def _changed_transactions(kept, now):
    before, today = kept.transactions, now.transactions
    more = today.count - before.count
    if more:
        sentence = "closing_transactions_arrived" if more > 0 else "closing_transactions_gone"
        yield Change(ChangeCode.ARRIVED, Message(sentence, {"count": str(abs(more))}), (before.last_id,))
    elif (before.amount, before.fee) != (today.amount, today.fee):
        values = {"kept": before.amount, "kept_fee": before.fee, "found": today.amount, "found_fee": today.fee}
        yield Change(ChangeCode.TRANSACTIONS, Message("closing_transactions_altered", values))


def _new_lacks(kept, now):
    before = {_get_lack_key(lack): abs(lack.amount) for lack in kept.lacks}
    for lack in now.lacks:
        key = _get_lack_key(lack)
        if key in before and abs(lack.amount) <= before[key]:
            continue
        values = {"what": Message(f"closing_lack_{lack.cause}"), "reference": lack.reference, "amount": lack.amount}
        sentence = "closing_lack_amount" if lack.amount else "closing_lack"
        code = ChangeCode.SETTLEMENT if lack.is_of_settlement else ChangeCode.LACK
        yield Change(code, Message(sentence, values), (lack.id,))


def _get_lack_key(lack):
    return (lack.cause if lack.is_of_settlement else "", lack.id)


def _changed_checks(kept, now):
    before = {check[0]: check for check in kept.checks}
    for code, state, message, count, amount, *_currency in now.checks:
        if code not in COMPARED_CHECKS or code not in before:
            continue
        _code, was, said, kept_count, kept_amount, *_currency = before[code]
        is_worse = _WORSE[state] > _WORSE[was]
        has_other_figures = code in COMPARED_FIGURES and (count, Decimal(amount)) != (kept_count, Decimal(kept_amount))
        if is_worse or has_other_figures:
            values = {
                "check": Message(f"closing_check_{code}"),
                "kept": Message.from_json(said),
                "found": Message.from_json(message),
            }
            if said == message:
                values |= {"kept": Decimal(kept_amount), "found": Decimal(amount)}
            yield Change(ChangeCode.CHECK, Message("closing_check_changed", values), (code,))
