"""The checks of a month: what is done, what is to be known, and what is open.

Nothing is guessed: each check says its figures, and the accountant decides.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from ..common.messages import Message
from ..common.values import ZERO, TextEnum
from .facts import NOTHING, MonthFacts, Tally

#: By how much the fees may differ from the month before, in percent of the payments, without a word.
FEE_DEVIATION = Decimal("0.25")

#: For how many days a payout may be on its way.
DAYS_ON_THE_WAY = 7


class CheckState(TextEnum):
    """How a check stands. A note is explained by itself, and is to be known by who signs; what is open is not."""

    DONE = "done"
    NOTE = "note"
    OPEN = "open"


class CheckCode(TextEnum):
    """What is checked, in the order in which it is shown."""

    DAYS = "days"
    DOCUMENTS = "documents"
    BOOKED = "booked"
    ERRORS = "errors"
    CLEARING = "clearing"
    UNKNOWN = "unknown"
    PAYOUTS = "payouts"
    BANK = "bank"
    BY_HAND = "by_hand"
    ORDERS = "orders"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    LATE = "late"
    FEES = "fees"
    ROUNDING = "rounding"
    DISPUTES = "disputes"
    RESERVES = "reserves"
    PREPAYMENTS = "prepayments"
    GIFT_CARDS = "gift_cards"
    LOCK = "lock"


#: What lacks its counterpart, by the check that counts it: causes of account.settlement.completeness.
CAUSES = {
    CheckCode.DOCUMENTS: ("document_not_read", "message_not_read", "balances_differ"),
    CheckCode.PAYOUTS: ("payout_without_bank",),
    CheckCode.BANK: ("bank_without_payout",),
    CheckCode.ORDERS: ("order_not_invoiced", "order_waits", "captured_not_invoiced"),
    CheckCode.INVOICES: ("invoice_not_paid", "credit_note_not_refunded"),
    CheckCode.PAYMENTS: (
        "payment_not_invoiced",
        "refund_not_credited",
        "transaction_not_matched",
        "payment_not_settled",
    ),
}


@dataclass(frozen=True)
class Check:
    """One check.

    :ivar tally: what the row shows as figures, where there are any. :ivar ids: of records of earlier months that it
        counts too.
    """

    code: CheckCode
    state: CheckState
    message: Message
    tally: Tally = NOTHING
    ids: tuple = ()


def check_month(facts: MonthFacts) -> list[Check]:
    """Return all checks of a month, in order."""
    return [check(facts) for check in _CHECKS]


def _found(code, tally, found, nothing, state=CheckState.OPEN, **values) -> Check:
    """Return a check that is done where there is nothing, with the sentences for both."""
    if not tally:
        return Check(code, CheckState.DONE, Message(nothing))
    return Check(code, state, Message(found, {"count": str(tally.count), **values}), tally)


def _days(facts):
    code = CheckCode.DAYS
    if not facts.is_ledger:
        return Check(code, CheckState.NOTE, Message("closing_days_not_told"))
    days = facts.days
    if not days.complete_to:
        return Check(code, CheckState.OPEN, Message("closing_days_none"))
    values = {"date": days.complete_to}
    if days.complete_to < facts.last:
        return Check(code, CheckState.OPEN, Message("closing_days_missing", values))
    if not days.silent:
        return Check(code, CheckState.DONE, Message("closing_days_complete", values))
    values["count"] = str(days.silent)
    if days.may_lack:
        return Check(code, CheckState.NOTE, Message("closing_days_may_lack", values))
    return Check(code, CheckState.DONE, Message("closing_days_no_gap", values))


def _documents(facts):
    tally = facts.get_missing(*CAUSES[CheckCode.DOCUMENTS])
    return _found(CheckCode.DOCUMENTS, tally, "closing_documents_open", "closing_documents_read")


def _booked(facts):
    code = CheckCode.BOOKED
    if facts.unbooked:
        return Check(
            code, CheckState.OPEN, Message("closing_unbooked", {"count": str(facts.unbooked.count)}), facts.unbooked
        )
    if not facts.booked:
        return Check(code, CheckState.NOTE, Message("closing_no_settlements"))
    return Check(code, CheckState.DONE, Message("closing_booked", {"count": str(facts.booked.count)}), facts.booked)


def _errors(facts):
    return _found(CheckCode.ERRORS, facts.failed + facts.altered, "closing_errors", "closing_no_errors")


def _clearing(facts):
    code, balances = CheckCode.CLEARING, facts.get_balances("clearing")
    ledger = sum((balance.ledger for balance in balances), ZERO)
    tally = Tally(sum(balance.items for balance in balances), ledger)
    accounts = ", ".join(balance.account for balance in balances)
    if unproven := [balance for balance in balances if not balance.is_proven]:
        difference = sum((balance.difference for balance in unproven), ZERO)
        values = {"account": accounts, "amount": ledger, "difference": difference}
        return Check(code, CheckState.OPEN, Message("closing_clearing_unproven", values), tally)
    stated = [balance.stated for balance in balances if balance.stated is not None]
    values = {"account": accounts, "amount": ledger}
    not_booked = sum((balance.not_booked for balance in balances), ZERO)
    if stated and not_booked:
        held = sum(stated, ZERO)
        values = {**values, "stated": held, "booked": held - not_booked, "not_booked": not_booked}
        message = Message("closing_clearing_not_booked", values)
    elif stated:
        message = Message("closing_clearing_stated", {**values, "stated": sum(stated, ZERO)})
    else:
        message = Message("closing_clearing_proven", values)
    return Check(code, CheckState.DONE, message, tally)


def _balance(code, facts, role, found, nothing):
    """Return a check of an account that is best at zero: named parts are a note, anything else is open."""
    balances = facts.get_balances(role)
    tally = Tally(sum(balance.items for balance in balances), sum((balance.ledger for balance in balances), ZERO))
    if not any(balance.ledger or balance.items or not balance.is_proven for balance in balances):
        return Check(code, CheckState.DONE, Message(nothing))
    state = CheckState.NOTE if all(balance.is_proven for balance in balances) else CheckState.OPEN
    values = {"count": str(tally.count), "account": ", ".join(balance.account for balance in balances)}
    return Check(code, state, Message(found, values), tally)


def _unknown(facts):
    return _balance(CheckCode.UNKNOWN, facts, "unknown", "closing_unknown_named", "closing_unknown_zero")


def _payouts(facts):
    tally = facts.get_missing(*CAUSES[CheckCode.PAYOUTS])
    is_long = tally.oldest and (facts.today - tally.oldest).days > DAYS_ON_THE_WAY
    state = CheckState.OPEN if is_long else CheckState.NOTE
    return _found(CheckCode.PAYOUTS, tally, "closing_payouts_open", "closing_payouts_met", state, date=tally.oldest)


def _bank(facts):
    tally = facts.get_missing(*CAUSES[CheckCode.BANK])
    return _found(CheckCode.BANK, tally, "closing_bank_open", "closing_bank_met")


def _by_hand(facts):
    code, values = CheckCode.BY_HAND, {"registered": str(facts.registered.count)}
    tally = facts.by_hand + facts.registered
    if facts.by_hand:
        values |= {"count": str(facts.by_hand.count), "who": facts.by_whom}
        found = "closing_by_hand_and_registered" if facts.registered else "closing_by_hand"
        return Check(code, CheckState.OPEN, Message(found, values), tally, facts.earlier_items)
    found = _found(code, tally, "closing_registered", "closing_not_by_hand", CheckState.NOTE, **values)
    return replace(found, ids=facts.earlier_items)


def _orders(facts):
    tally = facts.get_missing(*CAUSES[CheckCode.ORDERS])
    return _found(CheckCode.ORDERS, tally, "closing_orders_open", "closing_orders_invoiced")


def _invoices(facts):
    tally = facts.get_missing(*CAUSES[CheckCode.INVOICES])
    return _found(CheckCode.INVOICES, tally, "closing_invoices_open", "closing_invoices_paid", CheckState.NOTE)


def _payments(facts):
    tally = facts.get_missing(*CAUSES[CheckCode.PAYMENTS])
    return _found(CheckCode.PAYMENTS, tally, "closing_payments_open", "closing_payments_matched")


def _late(facts):
    return _found(CheckCode.LATE, facts.late, "closing_late", "closing_not_late", CheckState.NOTE)


def _fees(facts):
    code, now, before = CheckCode.FEES, facts.fees.percent, facts.fees_before.percent
    tally = Tally(0, facts.fees.charged, currency=facts.fees.currency)
    if now is None:
        state = CheckState.OPEN if facts.fees.charged else CheckState.DONE
        return Check(code, state, Message("closing_fees_without_payments"), tally)
    if before is None:
        return Check(code, CheckState.DONE, Message("closing_fees_first", {"percent": now}), tally)
    state = CheckState.DONE if abs(now - before) <= FEE_DEVIATION else CheckState.OPEN
    return Check(code, state, Message("closing_fees", {"percent": now, "before": before}), tally)


def _rounding(facts):
    return _found(CheckCode.ROUNDING, facts.rounding, "closing_rounding", "closing_no_rounding", CheckState.NOTE)


def _disputes(facts):
    return _found(CheckCode.DISPUTES, facts.disputes, "closing_disputes", "closing_no_disputes", CheckState.NOTE)


def _reserves(facts):
    return _balance(CheckCode.RESERVES, facts, "reserve", "closing_reserve", "closing_no_reserve")


def _prepayments(facts):
    return _balance(CheckCode.PREPAYMENTS, facts, "prepayment", "closing_prepayments", "closing_no_prepayments")


def _gift_cards(facts):
    code = CheckCode.GIFT_CARDS
    if not facts.gift_cards.amount:
        return Check(code, CheckState.DONE, Message("closing_no_gift_cards"))
    return Check(code, CheckState.NOTE, Message("closing_gift_cards"), Tally(0, facts.gift_cards.amount))


def _lock(facts):
    if facts.lock and facts.lock >= facts.last:
        return Check(CheckCode.LOCK, CheckState.DONE, Message("closing_locked", {"date": facts.lock}))
    return Check(CheckCode.LOCK, CheckState.NOTE, Message("closing_not_locked"))


_CHECKS = (
    _days,
    _documents,
    _booked,
    _errors,
    _clearing,
    _unknown,
    _payouts,
    _bank,
    _by_hand,
    _orders,
    _invoices,
    _payments,
    _late,
    _fees,
    _rounding,
    _disputes,
    _reserves,
    _prepayments,
    _gift_cards,
    _lock,
)
