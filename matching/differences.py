"""What becomes of a surplus or a shortage when the whole batch is allocated: rounding, the customer, or open."""

from ..common.messages import Message
from ..common.values import ZERO
from ..providers.records import DISPUTE_KINDS
from .candidates import NAMED_CANDIDATES
from .ledger import ItemType
from .money_back import MoneyBack
from .outcomes import Allocation, Status
from .roles import Role


def settle_differences(allocator, ledger, settings):
    """Book small differences as rounding, put the rest on the customer, and say what stays open.

    :param allocator: the :class:`~.allocation.Allocator` of the batch. :param ledger: :class:`~.ledger.Ledger`.
    :param settings: :class:`~.settings.Settings`.
    """
    differences = _Differences(ledger, settings)
    for surplus in allocator.surpluses:
        if surplus.is_deferred:
            allocator.allocate_deferred(surplus)
    left = [surplus for surplus in allocator.surpluses if surplus.amount and not differences.settle_at_once(surplus)]
    MoneyBack(allocator, ledger, differences.get_place).meet(left)
    for surplus in left:
        differences.put_on_customer(surplus)
    for last in allocator.last_allocations.values():
        if last.item.residual and last.item.type in (ItemType.INVOICE, ItemType.CREDIT_NOTE):
            differences.settle_shortage(last)


class _Differences:
    """What is settled when all of a batch is allocated, one surplus or shortage at a time."""

    def __init__(self, ledger, settings):
        self.ledger = ledger
        self.settings = settings

    def settle_at_once(self, surplus):
        """Book a surplus for which nothing was open as rounding, or where no customer is certain as unknown.

        :return: whether that was done.
        """
        decision, case, left = surplus.decision, surplus.case, surplus.amount
        line = decision.line
        items = [part.item for part in decision.allocations if part.role is Role.ITEM]
        last = items[-1] if items else None
        if last and not last.residual and self._is_rounding(decision, left, line.currency, case, last):
            self._leave(decision, left)
            decision.allocations.append(Allocation(Role.ROUNDING, left))
            decision.say("surplus_rounded", amount=abs(left))
            return True
        if not case.partner_id:
            decision.status = Status.UNKNOWN
            decision.allocations.append(Allocation(Role.UNKNOWN, left))
            decision.say("nothing_open_customer_uncertain", name=case.name)
            return True
        return False

    def _leave(self, decision, amount):
        if own := self.ledger.get_own_item(decision.line):
            own.residual += amount

    @staticmethod
    def _is_awaited(decision, case):
        """Return whether an invoice for a payment is yet to come."""
        return decision.line.amount > 0 and not (case.is_invoiced and case.has_invoice)

    def get_place(self, decision, case):
        """Return the role and the account of what stays open of a transaction."""
        # A refund of what was never invoiced goes where the prepayment is.
        if (self._is_awaited(decision, case) or not case.has_invoice) and self.settings.prepayment_account_id:
            return Role.PREPAYMENT, self.settings.prepayment_account_id
        return Role.CUSTOMER, case.receivable_account_id

    def put_on_customer(self, surplus):
        """Book what is left of a surplus to the customer, and say why as far as nothing has met it there."""
        decision, case, item = surplus.decision, surplus.case, surplus.item
        if not surplus.amount:
            return  # it has met other money in full
        is_first = not decision.allocations
        decision.allocations.append(
            Allocation(item.role, surplus.amount, account_id=item.account_id, partner_id=item.partner_id)
        )
        left = -item.residual
        if not left:
            return
        is_payment = decision.line.amount > 0
        is_awaited = self._is_awaited(decision, case)
        if is_first or is_awaited or not is_payment:
            decision.status = Status.ON_ACCOUNT
        if is_payment and not is_awaited:
            decision.difference = "excess"
        self._explain_surplus(decision, case, left, is_awaited, is_first)

    def _explain_surplus(self, decision, case, left, is_awaited, is_first):
        """Say why ``left`` is on the customer.

        :param is_awaited: an invoice is yet to come. :param is_first: nothing of the transaction met an open item.
        """
        values = {"amount": abs(left), "currency": decision.line.currency, "name": case.name}
        if is_awaited:
            decision.say("awaits_invoice", **values)
        elif self._is_open_in_other_currency(decision, case):
            decision.say("open_in_other_currency", **values)
        elif decision.line.amount < 0:
            decision.say(
                "awaits_credit_note",
                **values,
            )
        elif not is_first:
            decision.say(
                "surplus_on_customer",
                **values,
            )
        elif case.paid_by:
            decision.say(
                "already_paid_by",
                name=case.name,
                paid_by=", ".join(case.paid_by[:NAMED_CANDIDATES]),
            )
        else:
            decision.say("nothing_open", name=case.name)

    def _is_open_in_other_currency(self, decision, case):
        """Return whether a document is open that could take it, were it not for its currency."""
        line = decision.line
        documents = self.ledger.open_items(case.id, ItemType.INVOICE, ItemType.CREDIT_NOTE)
        return any(item.residual * line.amount > 0 and line.amount_in(item.currency) is None for item in documents)

    def settle_shortage(self, last):
        """Book what stays open of a document as rounding, or note that it is a difference.

        :param last: the :class:`~.allocation.LastAllocation` to the document.
        """
        decision, item = last.decision, last.item
        case = self.ledger.cases[item.case_id]
        if self._is_rounding(decision, item.residual, item.currency, case, item):
            part = next(part for part in reversed(decision.allocations) if part.item is item)
            part.rounding = item.residual
            part.rounding_company = self.settings.to_company(item.residual, item.currency)
            decision.explanation = [
                Message("item_closed", message.values) if message is last.message else message
                for message in decision.explanation
            ]
            decision.say("shortfall_rounded", amount=abs(item.residual))
            item.residual = ZERO
        elif case.is_invoiced and not case.awaits_capture:
            decision.difference = "open"

    def _is_rounding(self, decision, amount, currency, case, item):
        """Return whether ``amount`` may be booked as rounding on ``item``: small, and nothing more is to come."""
        limit = self.settings.limit if decision.tolerance is None else min(decision.tolerance, self.settings.limit)
        if decision.line.kind in DISPUTE_KINDS:
            return False
        if abs(self.settings.to_company(amount, currency)) > limit:
            return False
        if item.type not in (ItemType.INVOICE, ItemType.CREDIT_NOTE):
            return False
        if item.type is ItemType.CREDIT_NOTE:
            return True
        others = [other for other in self.ledger.open_items(case.id, ItemType.INVOICE) if other is not item]
        return case.is_invoiced and not case.awaits_capture and not others
