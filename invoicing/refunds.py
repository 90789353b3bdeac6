"""Which refunds are credited, and which credit notes are taken back."""

from dataclasses import replace

from ..common.messages import Message
from ..common.values import ZERO
from ..webshops.records import LineKind
from .draft import Draft
from .parts import amounts_by_line, merged_by_line, sums_by_rate, total_amount
from .refund_parts import all_parts, refund_parts

#: The lines that are no income of the shop.
_NO_INCOME = frozenset({LineKind.GIFT_CARD, LineKind.TIP, LineKind.ROUNDING})


def plan_refunds(draft: Draft, is_finished: bool) -> None:
    """Plan the credit notes of the refunds, and take back those that do not stand any more.

    :param is_finished: whether all of the order is invoiced by then: a refund does not wait for more of it.
    """
    refunds = _due_refunds(draft)
    standing = _standing_refunds(draft, refunds)
    for refund in refunds.values():
        if refund.external_id in standing:
            continue
        left = draft.left()
        total = total_amount(left.values())
        if _waits(draft, is_finished, refund, left, total):
            continue
        if refund.amount > total:
            draft.problems.append(
                Message(
                    "refund_exceeds_invoiced",
                    {"amount": refund.amount, "left": total},
                )
            )
            continue
        parts, problem = refund_parts(refund, left, draft.order.currency, separate_lines(draft.order))
        if problem:
            draft.problems.append(problem)
            continue
        reason = Message("order_refunded", draft.named())
        if refund.reason:
            values = draft.named(reason=refund.reason)
            reason = Message("order_refunded_because", values)
        draft.add(f"refund:{refund.external_id}", True, refund.time, parts, reason)


def separate_lines(order):
    """Return the ids of the lines that are no income: an amount that is refunded without lines is never for these."""
    return {line.external_id for line in order.lines if line.kind in _NO_INCOME}


def _waits(draft, is_finished, refund, left, total):
    """Whether there is nothing to credit for a refund: what it is for is not invoiced yet, or credited already."""
    if draft.order.is_called_off:
        return refund.amount > total
    if not is_finished:
        named = [line for line in refund.lines if line.external_id]
        invoiced = amounts_by_line(left.values())
        return refund.amount > total or any(
            line.amount > invoiced.get((line.external_id, line.rate), ZERO) for line in named
        )
    return not total and not total_amount(merged_by_line(draft.sold()).values())


def _due_refunds(draft):
    """Return each refund by its id, with what of it is to be credited as a refund.

    The money back for a line that was taken out of the order, or lowered, is not: that is credited as a change.
    """
    overpaid = _overpaid(draft)
    known = {line.external_id for line in draft.order.lines}
    due = {}
    for refund in sorted(draft.order.refunds, key=lambda refund: (refund.time, refund.external_id)):
        lines = tuple(line for line in refund.lines if line.external_id in known)
        absorbed = max(ZERO, min(refund.amount - total_amount(lines), overpaid))
        if absorbed:
            overpaid -= absorbed
            refund = replace(refund, amount=refund.amount - absorbed, lines=lines, taxes=())
        if refund.amount:
            due[refund.external_id] = refund
    return due


def _standing_refunds(draft, refunds):
    """Return the parts of each credit note that stands, by its refund; what the others credited is invoiced again.

    A refund that the shop does not have any more never happened. One that comes to another amount since the order
    was changed, or credits VAT of a rate the order does not hold any more, is made anew.
    """
    standing = {}
    for refund_id, parts in draft.booked.refunds.items():
        refund = refunds.get(refund_id)
        if refund and (draft.order.is_called_off or refund.amount == total_amount(parts)):
            standing[refund_id] = parts
        elif any(refund_id == refund.external_id for refund in draft.order.refunds):
            _take_back(draft, refund_id, parts, draft.change_reason())
        else:
            reason = "refund_deleted"
            _take_back(draft, refund_id, parts, Message(reason, draft.named(refund=refund_id)))
    if draft.order.is_called_off:
        return standing
    left, sold = sums_by_rate(draft.left().values()), sums_by_rate(draft.sold())
    exceeded = {rate for rate, total in left.items() if total < min(ZERO, sold.get(rate, ZERO))}
    for refund_id, parts in list(standing.items()):
        if any(part.rate in exceeded for part in parts):
            _take_back(draft, refund_id, standing.pop(refund_id), draft.change_reason())
    return standing


def _take_back(draft, refund_id, parts, reason):
    draft.add(f"withdrawn:{refund_id}", False, draft.order.changed_at, all_parts(merged_by_line(parts)), reason)


def _overpaid(draft):
    """What was taken beyond what the order reads now: it was lowered after the money was taken.

    Where the platform does not report how much was taken, it is what lines were lowered by since they were invoiced,
    and what was paid back for lines that were taken out before.
    """
    order = draft.order
    if order.is_called_off:
        return ZERO
    if order.captures is not None and not order.is_captured_assumed:
        return max(ZERO, order.captured + order.tendered - order.total)
    # what a voided payment was credited for was never taken
    lowered = ZERO if order.is_capture_final else _lowered(draft.sold())
    return lowered + (_never_invoiced(draft) if order.captures else ZERO)


def _lowered(parts):
    """Return how much less there is of lines than there has been; the parts are in the order they were booked in."""
    most, now = {}, {}
    for part in parts:
        now[part.line_id] = now.get(part.line_id, ZERO) + part.amount
        most[part.line_id] = max(most.get(part.line_id, now[part.line_id]), now[part.line_id])
    return sum((most[line_id] - now[line_id] for line_id in now), ZERO)


def _never_invoiced(draft):
    """Return what was paid back for lines that the order does not have any more, and that were never invoiced."""
    known = {line.external_id for line in draft.order.lines} | {part.line_id for part in draft.sold()}
    lines = [line for refund in draft.order.refunds for line in refund.lines]
    return total_amount(line for line in lines if line.external_id and line.external_id not in known)
