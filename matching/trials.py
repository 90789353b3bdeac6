"""Trying rules over transactions without booking anything: what would happen, and how that differs from today."""

from dataclasses import dataclass

from ..common.messages import Message, _
from .decisions import Decision, Role, Status, decide


@dataclass(frozen=True)
class Batch:
    """Transactions that are decided on together, as when they are booked.

    :ivar lines: :class:`~.ledger.Line`, in order. :ivar settings: :class:`~.decisions.Settings`.
    :ivar roles: for transactions that are looked at again, the role of the journal item each stands on; else empty.
    """

    lines: tuple
    settings: object
    roles: tuple = ()


def simulate(batches, rules, ledger) -> list:
    """Return a :class:`~.decisions.Decision` for each line of each batch; None for one that stays where it stands.

    Nothing is changed: ``ledger`` stays as it is, and what one batch takes the next no longer finds.
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
    """Return whether two outcomes for the same transaction put it in the same place."""
    return (now and now.place) == (then and then.place)


def describe_place(decision: Decision | None, names) -> Message:
    """Return where a transaction goes, for one row of a list.

    :param names: ``account id -> name`` of the accounts rules book to.
    """
    if decision is None:
        return Message(_("stays where it is"))
    if decision.status is Status.NEW:
        return Message(_("proposed to be left out"))
    if not decision.allocations:
        return Message(_("nothing to book"))
    parts = [_describe_part(part, decision, names) for part in decision.allocations]
    return (
        parts[0]
        if len(parts) == 1
        else Message(
            " + ".join(f"%(part{n})s" for n in range(len(parts))), {f"part{n}": part for n, part in enumerate(parts)}
        )
    )


def _describe_part(part, decision, names):
    if part.item:
        template = _("%(name)s with rounding") if part.rounding else "%(name)s"
        return Message(template, {"name": part.item.name})
    if part.account_id in names and part.role is Role.ACCOUNT:
        return Message("%(name)s", {"name": names[part.account_id]})
    name = decision.case.name if decision.case else ""
    if part.role is Role.CUSTOMER and name:
        return Message(_("the customer of %(name)s"), {"name": name})
    return Message(_ROLES[part.role])


def describe_group(decision: Decision | None, rule_names) -> Message:
    """Return what kind of place a transaction goes to and by which rule, for the summary.

    :param rule_names: ``rule id -> name``, text or message.
    """
    if decision is None:
        return Message(_("Stays where it is"))
    roles = {part.role for part in decision.allocations}
    if decision.status is Status.NEW:
        place = Message(_("Proposed to be left out"))
    elif not roles:
        place = Message(_("Nothing to book"))
    else:
        place = Message(_GROUPS[next(role for role in _GROUPS if role in roles)])
        if Role.ITEM in roles and any(part.rounding or part.role is Role.ROUNDING for part in decision.allocations):
            place = Message(_("Invoice or payment, with rounding"))
    rule = rule_names.get(decision.rule_id)
    return Message(_("%(place)s, by “%(rule)s”"), {"place": place, "rule": rule}) if rule else place


_ROLES = {
    Role.CUSTOMER: _("the customer"),
    Role.PREPAYMENT: _("the customer's prepayment"),
    Role.DISPUTE: _("disputed, on the customer"),
    Role.UNKNOWN: _("the unknown account"),
    Role.ACCOUNT: _("an account"),
    Role.FEE: _("the fee account"),
    Role.FEE_OWED: _("fees owed"),
    Role.RESERVE: _("the reserve account"),
    Role.ROUNDING: _("rounding"),
}

#: The first that occurs says what kind of place it is.
_GROUPS = {
    Role.ITEM: _("Invoice or payment"),
    Role.DISPUTE: _("Disputed, on the customer"),
    Role.PREPAYMENT: _("Prepayment"),
    Role.CUSTOMER: _("Customer"),
    Role.ACCOUNT: _("Account"),
    Role.FEE: _("Fee account"),
    Role.FEE_OWED: _("Fees owed"),
    Role.RESERVE: _("Reserve account"),
    Role.UNKNOWN: _("Unknown account"),
    Role.ROUNDING: _("Rounding"),
}
