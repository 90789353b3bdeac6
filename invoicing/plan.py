"""Which invoices and credit notes an order calls for, given what is booked of it already.

The plan is a difference: what the shop says now, less what is in the ledger. So it may be asked again at any time, and
where nothing has changed it is empty. A posted document is never changed; a difference is credited or invoiced.
"""

from ..common.messages import Message
from ..common.values import ZERO
from ..webshops.records import Order
from .checks import with_settled_tax
from .draft import Draft
from .due import Due
from .parts import merged_by_line, sums_by_rate
from .records import Booked, InvoiceOn, Plan
from .refunds import plan_refunds, separate_lines
from .released import without_released
from .sale import plan_cancellation, plan_sale
from .tenders import plan_tenders


def plan_documents(order: Order, invoice_on: InvoiceOn, booked: Booked) -> Plan:
    """Return what is to be invoiced and credited of ``order`` now."""
    if order.is_test:
        return Plan(is_finished=True, nothing_because=Message("nothing_test", {"order": order.number}))
    if order.accepted_at is None and booked.is_empty:
        return Plan(is_finished=order.is_called_off, nothing_because=_explain_nothing(order))
    if order.is_deleted and not order.cancelled_at and merged_by_line(booked.left):
        # Shops also clear out old orders: a person has to say which it was.
        reason = "order_deleted_after_invoice"
        return Plan(problems=(Message(reason, {"order": order.number}),))
    if order.is_called_off:
        # what is credited then stands in the ledger; many shops empty the lines
        problems = () if booked.is_empty else order.problems
    else:
        order, problems = with_settled_tax(order)
    if problems:
        return Plan(problems=tuple(problems))
    if not order.total and booked.is_empty and not any(sums_by_rate(order.lines).values()):
        return Plan(is_finished=True)  # free of charge: there is nothing to invoice, and nothing to decide
    told = order
    if not order.is_called_off:
        order, problems = without_released(order, separate_lines(order))
        if problems:
            return Plan(problems=tuple(problems))
    draft = Draft(order, booked)
    if order.is_called_off or (told.lines and not order.lines):
        is_finished = True
        plan_refunds(draft, is_finished)
        plan_cancellation(draft)
    else:
        due = Due(order, invoice_on)
        wanted, is_finished, moment = due.now()
        if not wanted and booked.is_empty and _is_given_back(order):
            is_finished = True
        plan_sale(draft, due, wanted, moment)
        plan_refunds(draft, is_finished)
    if draft.problems:
        return Plan(problems=tuple(draft.problems))
    because = _explain_nothing(told) if is_finished and booked.is_empty and not draft.documents else None
    return Plan(tuple(draft.documents), plan_tenders(draft), is_finished=is_finished, nothing_because=because)


def _explain_nothing(order):
    """Say why nothing is invoiced of an order that comes to nothing."""
    if order.is_called_off:
        code = "nothing_cancelled"
    elif _is_given_back(order):
        code = "nothing_refunded"
    else:
        code = "nothing_voided"
    return Message(code, {"order": order.number})


def _is_given_back(order):
    """Whether all of the order was refunded."""
    return 0 < order.total <= sum((refund.amount for refund in order.refunds), ZERO)
