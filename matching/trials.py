"""Trying rules on transactions without booking anything: where each would go, and how that differs from today."""

from dataclasses import dataclass

from ..common.messages import Message, joined
from .engine import decide
from .outcomes import Decision, Status
from .roles import Role


@dataclass(frozen=True)
class Batch:
    """Transactions that are matched together, as when they are booked.

    :ivar lines: :class:`~.ledger.Line`, in order. :ivar settings: :class:`~.settings.Settings`.
    :ivar roles: where booked transactions are matched again, the role of the journal item each is open on; else empty.
    """

    lines: tuple
    settings: object
    roles: tuple = ()


def simulate(batches, rules, ledger) -> list:
    """Return a :class:`~.outcomes.Decision` for each line of each batch, or None where the line stays where it is.

    ``ledger`` is not changed; but an item that one batch has closed is not open for the next.
    """
    ledger = ledger.branch()
    outcomes = []
    for batch in batches:
        decisions = decide(batch.lines, rules, ledger, batch.settings)
        if batch.roles:
            decisions = [
                decision if decision.improves(role) else None
                for decision, role in zip(decisions, batch.roles, strict=True)
            ]
        ledger.note(filter(None, decisions))
        outcomes += decisions
    return outcomes


def is_same_place(now: Decision | None, then: Decision | None) -> bool:
    """Return whether two decisions on the same transaction book it alike."""
    return (now and now.place) == (then and then.place)


def describe_place(decision: Decision | None, names) -> Message:
    """Return where a transaction goes, in short, for a row of a list.

    :param dict names: ``account id -> name`` of the accounts that rules book to.
    """
    if decision is None:
        return Message("place_unchanged")
    if decision.status is Status.NEW:
        return Message("place_exclusion")
    if not decision.allocations:
        return Message("place_nothing")
    parts = [_describe_part(part, decision, names) for part in decision.allocations]
    return parts[0] if len(parts) == 1 else joined(parts, " + ")


def _describe_part(part, decision, names):
    if part.item:
        code = "place_with_rounding" if part.rounding else "name_only"
        return Message(code, {"name": part.item.name})
    if part.account_id in names and part.role is Role.ACCOUNT:
        return Message("name_only", {"name": names[part.account_id]})
    name = decision.case.name if decision.case else ""
    if part.role is Role.CUSTOMER and name:
        return Message("place_customer_of", {"name": name})
    return Message(_ROLES[part.role])


def describe_group(decision: Decision | None, rule_names) -> Message:
    """Return the kind of place a transaction goes to, and by which rule, for the summary.

    :param dict rule_names: ``rule id -> name``, text or message.
    """
    if decision is None:
        return Message("group_unchanged")
    roles = {part.role for part in decision.allocations}
    if decision.status is Status.NEW:
        place = Message("group_exclusion")
    elif not roles:
        place = Message("group_nothing")
    else:
        place = Message(_GROUPS[next(role for role in _GROUPS if role in roles)])
        if Role.ITEM in roles and any(part.rounding or part.role is Role.ROUNDING for part in decision.allocations):
            place = Message("group_item_with_rounding")
    rule = rule_names.get(decision.rule_id)
    return Message("group_by_rule", {"place": place, "rule": rule}) if rule else place


_ROLES = {
    Role.CUSTOMER: "place_customer",
    Role.PREPAYMENT: "place_prepayment",
    Role.DISPUTE: "place_dispute",
    Role.UNKNOWN: "place_unknown",
    Role.ACCOUNT: "place_account",
    Role.FEE: "place_fee",
    Role.FEE_OWED: "place_fee_payable",
    Role.RESERVE: "place_reserve",
    Role.ROUNDING: "place_rounding",
}

#: In order of weight: a transaction divided among several is named after the first of them.
_GROUPS = {
    Role.ITEM: "group_item",
    Role.DISPUTE: "group_dispute",
    Role.PREPAYMENT: "group_prepayment",
    Role.CUSTOMER: "group_customer",
    Role.ACCOUNT: "group_account",
    Role.FEE: "group_fee",
    Role.FEE_OWED: "group_fee_payable",
    Role.RESERVE: "group_reserve",
    Role.UNKNOWN: "group_unknown",
    Role.ROUNDING: "group_rounding",
}
