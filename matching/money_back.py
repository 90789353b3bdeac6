"""Money that went both ways in one case: a refund takes back a payment that stands open there, or the reverse.

What a transaction leaves open stands on the customer or the prepayment account. Another one of the same order or
invoice with the opposite sign meets it there, so that nothing stays open on either side. Money of another order of the
same customer is never touched, and nothing is rounded.

Documents come first: what is credited is what a refund pays, and what is invoiced is what a payment pays. Only a credit
note of another amount gives way to a payment of just what is refunded. Then comes money of exactly the same amount.
Money of another amount is met, oldest first, only where nothing more is to be invoiced: before that, an invoice of all
and a credit note of a part may still come, and each needs its own.
"""

from ..common.messages import Message
from ..providers.records import Kind
from .candidates import meets_money
from .ledger import ItemType
from .outcomes import Decision, Status

#: The kinds of transaction that meet each other: a dispute has its own end.
MONEY_KINDS = frozenset({Kind.PAYMENT, Kind.REFUND})


class MoneyBack:
    """What the surpluses of a batch meet of each other, and of what earlier batches left open.

    :param allocator: :class:`~.allocation.Allocator`. :param ledger: :class:`~.ledger.Ledger`.
    :param get_place: ``(decision, case) -> (role, account id)`` of what stays open.
    """

    def __init__(self, allocator, ledger, get_place):
        self.allocator = allocator
        self.ledger = ledger
        self.get_place = get_place

    def meet(self, surpluses):
        """Take off each :class:`~.allocation.Surplus` what it meets, and note where its rest stands open."""
        for surplus in surpluses:
            if not self._meet_exact(surplus):
                surplus.item = self._find_own_item(surplus)
        turns = {id(surplus.item): turn for turn, surplus in enumerate(surpluses) if surplus.item}
        for turn, surplus in enumerate(surpluses):
            if surplus.item and surplus.case.is_finished:
                # What comes later in the batch is not booked yet when this one is: it meets this one in its turn.
                earlier = [item for item in self._find_money(surplus) if turns.get(id(item), -1) < turn]
                self._meet_oldest(surplus, earlier)
        for surplus in surpluses:
            if surplus.amount:
                self._say_taken_back(surplus)

    def _say_taken_back(self, surplus):
        """Say what a surplus could have met, had a person not taken it back from that."""
        line = surplus.decision.line
        for item in self.ledger.open_items(surplus.case.id, ItemType.ON_ACCOUNT):
            is_opposite = item.residual * line.amount > 0 and item.currency == line.currency
            if is_opposite and line.is_taken_back_from(item):
                surplus.decision.say("taken_back_before", name=item.name)

    def _find_own_item(self, surplus):
        """Return what the surplus leaves open: the journal item it is open on if it stays there, else a new one."""
        decision, case = surplus.decision, surplus.case
        role, account_id = self.get_place(decision, case)
        own = self.ledger.get_own_item(decision.line)
        if own and own.type is ItemType.ON_ACCOUNT:
            # It stays where it is if nothing of it is matched (see Decision.improves), or another has met it there.
            is_met = own.residual != -surplus.amount
            if not decision.allocations or own.account_id == account_id or is_met:
                return own
            own.residual += surplus.amount
        return self.ledger.add_own_item(decision, ItemType.ON_ACCOUNT, role, surplus.amount, account_id)

    def _find_money(self, surplus):
        line = surplus.decision.line
        items = self.ledger.open_items(surplus.case.id, ItemType.ON_ACCOUNT)
        return [item for item in items if meets_money(item, line) and item is not surplus.item]

    def _meet_exact(self, surplus):
        own = self.ledger.get_own_item(surplus.decision.line)
        if own and own.type is ItemType.ON_ACCOUNT and not own.residual:
            return False  # it was met meanwhile
        for item in self._find_money(surplus):
            if item.residual == surplus.amount:
                self._meet(surplus, item, surplus.amount)
                return True
        return False

    def _meet_oldest(self, surplus, items):
        for item in items:
            # What others have met of it is not there any more.
            left = -surplus.item.residual
            if not left:
                return
            part = min(left, item.residual, key=abs)
            if self.ledger.get_own_item(surplus.decision.line) is not surplus.item:
                surplus.item.residual += part
            self._meet(surplus, item, part)

    def _meet(self, surplus, item, part):
        self.allocator.allocate_to(surplus.decision, item, part)
        surplus.amount -= part
        say_met(surplus.decision, item, part)


def meet_unknown(line, allocator) -> Decision | None:
    """Let an unknown payment and its refund meet on the unknown account; return the decision, or None.

    Nobody knows what either is for. They meet only where the provider itself says that they belong together, by its own
    id, and there is just one, of just this amount.
    """
    if not line.provider_reference:
        return None
    others = [
        item
        for item in allocator.ledger.get_unknown_items(line.provider_reference)
        if item.residual * line.amount > 0 and item.currency == line.currency and line.may_meet(item)
    ]
    if len(others) != 1 or others[0].residual != line.amount or others[0].order_reference != line.order_reference:
        return None
    decision = Decision(line, Status.MATCHED)
    allocator.allocate_to(decision, others[0], line.amount)
    decision.say("met_unknown", name=others[0].name)
    note_met(others[0], line, line.amount)
    return decision


def say_met(decision, item, part):
    """Say on both sides that they met."""
    line = decision.line
    code = "matched_open_refund" if part > 0 else "matched_open_payment"
    decision.say(code, name=item.name, amount=abs(part), currency=line.currency)
    note_met(item, line, part)


def note_met(item, line, part):
    """Note on the transaction that was open, where it is not booked yet, that another has met it."""
    if item.decision:
        item.decision.explanation.insert(0, describe_met(line, part))
        if not item.residual:
            item.decision.status = Status.MATCHED
            item.decision.difference = ""


def describe_met(line, part) -> Message:
    """Return what is said on the transaction that was open when ``line`` met ``part`` of it."""
    code = "matched_later_payment" if part > 0 else "refunded_later"
    return Message(code, {"name": line.label, "amount": abs(part), "currency": line.currency})
