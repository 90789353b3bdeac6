"""Allocating a transaction to what is open in a case: a payment in Odoo, invoices and credit notes, a dispute."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ..common.messages import Message
from ..common.values import ZERO
from ..providers.records import DISPUTE_KINDS, Kind
from .candidates import PAYABLE_TYPES, meets_money
from .ledger import Case, ItemType, OpenItem
from .outcomes import Allocation, Decision, Status
from .roles import Role


@dataclass
class Unallocated:
    """The part of a transaction that is not allocated yet.

    :ivar amount: in its own currency. :ivar original: the same as what the customer was charged, or None.
    """

    amount: Decimal
    original: Decimal | None = None

    def take(self, item, currency):
        """Take as much as ``item`` has open; return the part, and the same part in the item's currency.

        :param currency: of ``amount``.
        """
        if item.currency == currency:
            part = part_item = min(self.amount, item.residual, key=abs)
            part_original = self._share(self.original, part, self.amount)
        else:
            part_item = part_original = min(self.original, item.residual, key=abs)
            part = self._share(self.amount, part_original, self.original)
        self.amount -= part
        self.original = self.original and self.original - part_original
        return part, part_item

    @staticmethod
    def _share(amount, part, whole):
        """Return the share of ``amount`` that ``part`` is of ``whole``; the last part is all that is left."""
        return amount and (amount if part == whole else (amount * part / whole).quantize(amount))


@dataclass
class Surplus:
    """What is left of a transaction when nothing more is open in its case.

    :ivar is_deferred: the documents were not asked yet, because other money of exactly this amount stands there.
    :ivar item: what it leaves open of its own, a :class:`~.ledger.OpenItem`, once that is decided.
    """

    decision: Decision
    case: Case
    amount: Decimal
    is_deferred: bool = False
    item: OpenItem | None = None


@dataclass
class LastAllocation:
    """The latest allocation of a batch to an open item.

    :ivar message: the sentence on what is open of it, where one was said.
    """

    item: OpenItem
    decision: Decision
    message: Message | None = None


class Allocator:
    """Allocates the transactions of a batch to open items.

    :ivar surpluses: list of :class:`Surplus`. :ivar last_allocations: ``{item id: LastAllocation}``. Both wait until
        the whole batch is allocated, see :mod:`.differences`.
    """

    def __init__(self, ledger):
        self.ledger = ledger
        self.surpluses = []
        self.last_allocations = {}
        self._surpluses_by_case = defaultdict(list)

    def allocate(self, line, case):
        """Return the decision for ``line`` in ``case``; None where the case cannot take it."""
        if line.kind in DISPUTE_KINDS:
            return self._allocate_dispute(line, case)
        return self.allocate_to_documents(line, case)

    def allocate_to_documents(self, line, case):
        """Allocate to what is open in ``case``; what is left over is settled with the batch."""
        decision = Decision(line, Status.MATCHED, case=case, invoice_id=case.invoice_id)
        if documents := self._find_partly_credited(line, case):
            for item in documents:
                self._add_whole(decision, item)
            return decision
        surplus = Surplus(decision, case, line.amount)
        usable = self._find_usable(decision, case)
        if line.amount < 0 and not self._find_exact(line, usable) and self._is_exact_money_there(surplus):
            surplus.is_deferred = True
        else:
            surplus.amount = self._allocate_to_usable(decision, usable)
        if surplus.amount:
            self.surpluses.append(surplus)
            self._surpluses_by_case[case.id].append(surplus)
        return decision

    def get_left_over(self, case_id) -> dict:
        """Return what the batch has left over in a case so far, ``{currency: amount}``, as far as it is new there."""
        left_over = defaultdict(Decimal)
        for surplus in self._surpluses_by_case[case_id]:
            line = surplus.decision.line
            own = self.ledger.get_own_item(line)
            if not own or own.case_id != case_id:
                left_over[line.currency] += surplus.amount
        return left_over

    def allocate_deferred(self, surplus):
        """Allocate what was deferred to documents, unless money of exactly its amount still stands there."""
        if self._is_exact_money_there(surplus):
            return
        usable = self._find_usable(surplus.decision, surplus.case, is_said=True)
        surplus.amount = self._allocate_to_usable(surplus.decision, usable)

    def _is_exact_money_there(self, surplus):
        """Return whether exactly the amount of a refund stands open as money of its case.

        A credit note of exactly this amount is asked before: it says that money goes back, while a payment on account
        may wait for an invoice still. One of another amount says less than a payment of just what is refunded.
        """
        line, case = surplus.decision.line, surplus.case
        items = self.ledger.open_items(case.id, ItemType.ON_ACCOUNT)
        return any(meets_money(item, line) and item.residual == line.amount for item in items) or any(
            other.amount == -line.amount and other.decision.line.currency == line.currency
            for other in self._surpluses_by_case[case.id]
        )

    def _allocate_dispute(self, line, case):
        decision = Decision(line, Status.MATCHED, case=case, invoice_id=case.invoice_id, is_dispute=True)
        if line.kind is Kind.CHARGEBACK_REVERSAL:
            for item in self.ledger.open_items(case.id, ItemType.DISPUTE):
                if item.residual != line.amount or item.currency != line.currency:
                    continue
                if line.may_meet(item):
                    self._add(decision, item, line.amount)
                    decision.say("dispute_won", name=item.name)
                    return decision
                if line.is_taken_back_from(item):
                    decision.say("taken_back_before", name=item.name)
        if not case.partner_id:
            return None
        decision.allocations.append(
            Allocation(Role.DISPUTE, line.amount, account_id=case.receivable_account_id, partner_id=case.partner_id)
        )
        if line.kind is Kind.CHARGEBACK:
            decision.say("payment_disputed")
        else:
            decision.say("dispute_not_found")
        return decision

    def _find_usable(self, decision, case, is_said=False):
        """Return what is open with the line's sign and can be compared with it; say why not where it cannot."""
        line = decision.line
        usable = []
        for item in self.ledger.open_items(case.id, *PAYABLE_TYPES):
            if item.residual * line.amount <= 0:
                continue
            if not line.may_meet(item):
                decision.say("taken_back_before", name=item.name)
            elif line.amount_in(item.currency) is not None:
                usable.append(item)
            elif not is_said:
                decision.say(
                    "amount_in_other_currency",
                    name=item.name,
                    currency=item.currency,
                )
        return usable

    @staticmethod
    def _find_exact(line, usable):
        """Return what has exactly the line's amount open, payments registered in Odoo first."""
        exact = [item for item in usable if item.residual == line.amount_in(item.currency)]
        return sorted(exact, key=lambda item: item.type is not ItemType.PAYMENT)

    def _allocate_to_usable(self, decision, usable):
        """Allocate to what is open with the line's sign; return what is left of the line.

        What has exactly this amount open comes first: a payment registered in Odoo, then a document. Else a registered
        payment if there is one only, and the documents, oldest first.
        """
        line = decision.line
        payments = [item for item in usable if item.type is ItemType.PAYMENT]
        documents = [item for item in usable if item.type is not ItemType.PAYMENT]
        exact = self._find_exact(line, usable)
        left = Unallocated(line.amount, line.amount_in(line.currency_original))
        for item in exact[:1] or (payments if len(payments) == 1 else []) + documents:
            if left.amount if item.currency == line.currency else left.original:
                self._allocate_part(decision, item, left)
        return left.amount

    def allocate_to_all(self, line, cases):
        """Return the decision that closes all that is open in these cases, which is just what ``line`` pays."""
        decision = Decision(line, Status.MATCHED, case=cases[0], invoice_id=cases[0].invoice_id)
        for case in cases:
            for item in self.ledger.open_items(case.id, ItemType.INVOICE):
                self._add_whole(decision, item)
        return decision

    def _find_partly_credited(self, line, case):
        """Return the open documents of ``case`` that a payment closes together: invoices less credit notes; or nothing.

        Credit notes are among them only if they were written by themselves: Odoo reconciles the others with what they
        credit. What has exactly this amount open by itself comes first. While more is to be captured, a credit note
        may be meant for what has been paid.
        """
        if line.amount <= 0 or case.awaits_capture or self.ledger.open_items(case.id, ItemType.PAYMENT):
            return []
        documents = self.ledger.open_items(case.id, ItemType.CREDIT_NOTE, ItemType.INVOICE)
        is_alike = len({(item.account_id, item.partner_id, item.currency) for item in documents}) == 1
        if not is_alike or documents[0].currency != line.currency or not all(map(line.may_meet, documents)):
            return []
        residuals = [item.residual for item in documents]
        if min(residuals) > 0 or line.amount in residuals or sum(residuals) != line.amount:
            return []
        return sorted(documents, key=lambda item: item.residual > 0)

    def _add_whole(self, decision, item):
        """Allocate all that is open on ``item``."""
        closed = {"name": item.name, "amount": abs(item.residual), "currency": item.currency}
        self._add(decision, item, item.residual)
        decision.say("item_closed", open=ZERO, **closed)

    def allocate_to_item(self, decision, item):
        """Allocate the whole of a decision's line to ``item``, as far as it is open."""
        line = decision.line
        self._allocate_part(decision, item, Unallocated(line.amount, line.amount_in(line.currency_original)))

    def _allocate_part(self, decision, item, left):
        """Allocate as much of ``left`` as ``item`` has open."""
        currency = decision.line.currency
        part, part_item = left.take(item, currency)
        allocated = self._add(decision, item, part, amount_item=None if item.currency == currency else part_item)
        if item.type is ItemType.PAYMENT:
            decision.say("payment_registered_in_odoo", name=item.name)
        else:
            values = {"name": item.name, "amount": abs(part), "currency": currency, "open": abs(item.residual)}
            decision.say("item_stays_open" if item.residual else "item_closed", **values)
            allocated.message = decision.explanation[-1]

    def _add(self, decision, item, part, amount_item=None):
        self.allocate_to(decision, item, part, amount_item)
        decision.invoice_id = item.invoice_id or decision.invoice_id
        allocated = self.last_allocations[item.id] = LastAllocation(item, decision)
        return allocated

    def allocate_to(self, decision, item, part, amount_item=None):
        """Allocate ``part`` to ``item``, and take it off where the transaction was open, if it is matched again."""
        decision.allocations.append(
            Allocation(
                Role.ITEM,
                part,
                item=item,
                account_id=item.account_id,
                partner_id=item.partner_id,
                amount_item=amount_item,
            )
        )
        item.residual -= part if amount_item is None else amount_item
        if own := self.ledger.get_own_item(decision.line):
            own.residual += part
