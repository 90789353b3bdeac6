"""Settlements of Stripe's balance transactions: by the payout that each names, or as a ledger cut at manual payouts."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ...common.messages import Message
from ...common.values import ZERO
from ..ledgers import cut_at_payouts
from ..proof import amount_text
from ..records import Kind, PayoutStatus, Settlement, Transaction
from .entries import Entry, in_order, net_messages, transactions, withdrawn_by_dispute


@dataclass(frozen=True, kw_only=True)
class Payout:
    """What a document says of a payout besides its rows.

    :ivar amount: what goes to the bank; negative where Stripe takes money from it. None where the document has neither
        the payout nor a row for it.
    :ivar date: when it is expected in the bank.
    :ivar reference: what is looked for in the bank's text, see :func:`bank_reference`.
    """

    number: str
    currency: str
    date: datetime.date
    reference: str
    amount: Decimal | None = None
    status: PayoutStatus = PayoutStatus.SENT
    account: str = ""
    is_test: bool = False


def bank_reference(number: str, trace: str = "", own_text: str = "") -> str:
    """Return what is looked for in the bank's text of a payout.

    The bank's trace number where Stripe knows it; else the text that was given to this very payout, as to a manual one;
    else the payout's own number, which a bank shows seldom. The account's text for all its payouts is none: it would
    name every payout of the same amount. The bank line is then found by payer, amount and date.
    """
    return trace or own_text or number


def payout_settlement(payout: Payout, entries: Iterable, repeated: Iterable = ()) -> Settlement:
    """Return the settlement of a payout whose rows are named by Stripe.

    The payout's own row comes last. Files write it with either sign, or leave it out: its sign is that of the rows.
    """
    entries = in_order(entries)
    own = _own_row(payout.number, entries)
    others = [entry for entry in entries if entry is not own]
    rows = transactions(others, withdrawn_by_dispute(entries))
    amount, confirm = payout.amount, None
    if amount is None and own is not None:
        amount = abs(own.amount) if sum(row.net for row in rows) >= 0 else -abs(own.amount)
        own = replace(own, amount=-amount, stated_net=-amount - own.fee)
    if own is not None:
        rows += transactions([own], {})
    total = sum((row.net for row in rows if own is None or row.external_id != own.id), ZERO)
    if amount is None:
        amount, confirm = total, _unstated(payout, total)
    problems, warnings = net_messages(entries)
    return Settlement(
        external_id=payout.number,
        currency=payout.currency,
        date=payout.date,
        transactions=tuple(rows),
        merchant_id=payout.account,
        merchant_ids=frozenset(filter(None, [payout.account])),
        payout_amount=amount,
        payout_date=payout.date,
        payout_reference=payout.reference,
        payout_status=payout.status,
        problems=problems,
        warnings=(*warnings, *_warnings(payout, amount, total)),
        repeated=tuple(transactions(repeated, {})),
        confirm=confirm,
    )


def open_settlement(currency: str, entries: Iterable, account: str = "", repeated: Iterable = ()) -> Settlement:
    """Return the rows that no payout names yet as one open settlement."""
    entries = in_order(entries)
    problems, warnings = net_messages(entries)
    return Settlement(
        external_id="",
        currency=currency,
        date=max(entry.date for entry in entries),
        transactions=tuple(transactions(entries, withdrawn_by_dispute(entries))),
        merchant_id=account,
        merchant_ids=frozenset(filter(None, [account])),
        problems=problems,
        warnings=warnings,
        repeated=tuple(transactions(repeated, {})),
    )


def ledger_settlements(
    payouts: dict,
    currency: str,
    entries: Iterable,
    account: str,
    opening: Decimal,
    closing: Decimal,
    complete_to: datetime.date,
) -> list:
    """Return the settlements of an account whose payouts are made by hand: each payout closes the rows before it.

    A manual payout takes any amount, so each run knows the balance it starts from and leaves. The last row bears the
    balance that Stripe states, and proves the rest: where it does not, any run may hold the fault, and all say so.

    :param payouts: :class:`Payout` by number, as far as the document has them.
    :param opening: balance before the first row. :param closing: after the last. :param complete_to: the last day.
    """
    entries = in_order(entries)
    rows = _with_balances(transactions(entries, withdrawn_by_dispute(entries)), opening, closing)
    runs = cut_at_payouts(rows)
    by_id = {entry.id: entry for entry in entries}
    unproven = _unproven(rows, currency, opening, closing)
    settlements, balance = [], opening
    for run in runs:
        of_run = [by_id[row.external_id] for row in run if row.external_id in by_id]
        problems, warnings = net_messages(of_run)
        last = run[-1]
        settlement = Settlement(
            external_id="",
            currency=currency,
            date=max(row.date for row in run),
            transactions=run,
            merchant_id=account,
            merchant_ids=frozenset(filter(None, [account])),
            by_position=True,
            opening_balance=balance,
            closing_balance=last.balance_after,
            complete_to=complete_to,
            problems=problems if last is rows[-1] else problems + unproven,
            warnings=warnings,
        )
        if last.kind is Kind.PAYOUT:
            settlement = _closed(settlement, last, payouts.get(by_id[last.external_id].source))
        settlements.append(settlement)
        balance = last.balance_after if last.balance_after is not None else closing
    return settlements


def _unproven(rows: list, currency: str, opening: Decimal, closing: Decimal) -> tuple:
    """Return what is to be said of every run where the rows do not lead to the balance that Stripe states."""
    computed = opening + sum((row.net for row in rows), ZERO)
    if computed == closing:
        return ()
    values = {"computed": amount_text(computed, currency), "stated": amount_text(closing, currency)}
    return (Message("stripe_balance_differs", values),)


def _closed(settlement: Settlement, row: Transaction, payout: Payout | None) -> Settlement:
    number = row.provider_reference or row.external_id
    return replace(
        settlement,
        external_id=number,
        date=row.date,
        payout_amount=-row.amount,
        payout_date=payout.date if payout else row.date,
        payout_reference=payout.reference if payout else number,
        payout_status=payout.status if payout else PayoutStatus.SENT,
        complete_to=row.date,
    )


def _with_balances(rows: list, opening: Decimal, closing: Decimal) -> list:
    """Give each payout the balance it leaves, as the rows give it, and the last row the one that Stripe states."""
    balance, given = opening, []
    for position, row in enumerate(rows):
        balance += row.net
        if position == len(rows) - 1:
            row = replace(row, balance_after=closing)
        elif row.kind is Kind.PAYOUT:
            row = replace(row, balance_after=balance)
        given.append(row)
    return given


def _own_row(number: str, entries: list) -> Entry | None:
    """Return the payout's own row, if the document has it. Another payout among the rows was made by hand meanwhile."""
    found = [entry for entry in entries if entry.kind is Kind.PAYOUT]
    named = [entry for entry in found if entry.source == number]
    unnamed = [entry for entry in found if not entry.source]
    return next(iter(named or unnamed[-1:]), None)


def _unstated(payout: Payout, total: Decimal) -> Message:
    return Message(
        "stripe_payout_not_stated",
        {"payout": payout.number, "amount": amount_text(total, payout.currency), "date": payout.date},
    )


def _warnings(payout: Payout, amount: Decimal, total: Decimal) -> list:
    warnings = []
    if amount != total:
        warnings.append(
            Message(
                "stripe_payout_differs",
                {"payout": payout.number, "difference": amount_text(amount - total, payout.currency)},
            )
        )
    if payout.status is PayoutStatus.FAILED:
        warnings.append(Message("stripe_payout_failed", {"payout": payout.number}))
    if payout.is_test:
        warnings.append(Message("stripe_test_mode", {"payout": payout.number}))
    return warnings
