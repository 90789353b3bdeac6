"""The invoices of what is due, and what is invoiced or credited when the order is changed or called off."""

import datetime

from ..common.messages import Message
from ..common.values import ZERO
from .draft import Draft
from .due import Due
from .parts import (
    Part,
    add_tax_differences,
    amounts_by_line,
    merged_by_line,
    part_difference,
    scaled,
    sums_by_rate,
    total_amount,
    whole_line,
    with_positive_sums,
)
from .records import InvoiceOn
from .refund_parts import all_parts


def plan_sale(draft: Draft, due: Due, wanted: tuple, moment: datetime.datetime) -> None:
    """Plan the difference between what is to be invoiced and what is.

    :param wanted: the parts that are due. :param moment: since when.
    """
    sold = merged_by_line(draft.booked.sold)
    target = _with_what_stands(draft, due, merged_by_line(wanted), sold)
    invoiced, credited, same = [], [], []
    for key in [*target, *(key for key in sold if key not in target)]:
        nothing = Part(*key, ZERO, ZERO, ZERO)
        want, have = target.get(key, nothing), sold.get(key, nothing)
        if want.amount == have.amount:
            same.append((want, have))
        elif abs(want.amount) > abs(have.amount):
            invoiced.append(part_difference(want, have))
        else:
            credited.append(part_difference(want, have).negated())
    add_tax_differences(same, invoiced, credited)
    invoiced, credited = with_positive_sums(invoiced, credited)
    is_change = bool(draft.booked.sold) and (bool(credited) or not _is_next_part(draft, due))
    if is_change:
        key, moment = "change", draft.order.changed_at
        reason = _change_reason(draft, due)
    else:
        key, reason = "sale", _sale_reason(draft, due)
    if credited:
        draft.add(key, True, moment, credited, reason)
    if invoiced:
        draft.add(key, False, moment, invoiced, reason)


def plan_cancellation(draft: Draft) -> None:
    """Credit whatever is invoiced and not credited of an order that was called off."""
    left = draft.left()
    if not any(sums_by_rate(left.values()).values()):
        return
    parts = all_parts(left)
    moment = draft.order.cancelled_at or draft.order.changed_at
    reason = Message("order_cancelled", draft.named())
    draft.add("change", True, moment, parts, reason)


def _is_next_part(draft, due):
    """Whether what is invoiced is an earlier part of the order as it reads now: then more of it is no change."""
    sold = amounts_by_line(draft.booked.sold)
    return any(amounts_by_line(parts) == sold for parts in due.earlier())


def _with_what_stands(draft, due, target, sold):
    """Return the target, never less than what is invoiced of the lines as they read.

    A shop that goes back on an event (a status set back, another event chosen to invoice on) has not called off the
    sale: only a changed line, or a voided payment, is credited.
    """
    if due.limit is not None and (not due.follows_captures or due.is_named):
        return target
    standing = {}
    for line in draft.order.lines:
        have = sold.get((line.external_id, line.rate))
        if have:
            standing[have.line_id, have.rate] = have if abs(have.amount) < abs(line.amount) else whole_line(line)
    if due.follows_captures:
        paid_for = _paid_for(draft, target, _as_invoiced(standing, target, sold))
        if paid_for is not None or due.limit is not None:
            return target if paid_for is None else paid_for
    more = {
        key: part for key, part in standing.items() if key not in target or abs(part.amount) > abs(target[key].amount)
    }
    if total_amount(({**target, **more}).values()) < 0:
        # the goods are gone that a discount was given on
        more = {key: part for key, part in more.items() if part.amount > 0}
    return {**target, **more}


def _as_invoiced(standing, target, sold):
    """Return what stands with its own VAT, where money in parts made it another than that of the whole line."""
    result = dict(standing)
    for key, part in standing.items():
        if part.amount == sold[key].amount:
            is_aimed_at = key in target and target[key].amount == part.amount
            result[key] = target[key] if is_aimed_at else sold[key]
    return result


def _paid_for(draft, target, standing):
    """Return what stands, and of the target what more money pays for; None where there is less money than stands.

    A line added since is not paid for by money that an invoice has been made of already.
    """
    more = total_amount(target.values()) - total_amount(standing.values())
    if more < 0:
        return None
    if not more:
        return standing
    grown = [
        part_difference(part, standing.get(key, Part(*key, ZERO, ZERO, ZERO)))
        for key, part in target.items()
        if abs(part.amount) > abs(standing[key].amount if key in standing else ZERO)
    ]
    if total_amount(grown) < more:
        return target
    return merged_by_line([*standing.values(), *scaled(tuple(grown), more, draft.order.currency)])


def _change_reason(draft, due):
    if due.limit is not None and total_amount(draft.booked.sold) > due.limit:
        return Message("payment_voided", draft.named())
    return draft.change_reason()


def _sale_reason(draft, due):
    values = draft.named()
    if due.limit is not None:
        code = "order_captured_in_part" if draft.order.captured else "order_paid_by_gift_card"
        return Message(code, values)
    if due.invoice_on is InvoiceOn.CAPTURED:
        return Message("order_captured", values)
    if due.invoice_on is InvoiceOn.COMPLETED:
        return Message("order_completed", values)
    return Message("order_sent", values)
