"""What was given back before its money was taken: it was called off, not sold and credited.

Some shops refund an order that is only reserved. No money goes back then, less is captured later. The same money would
be told twice, as captured too little and as refunded.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from ..common.amounts import divide, tax_within
from ..common.values import ZERO
from ..webshops.records import Order, OrderLine, Refund
from .parts import Part, merged_by_line, sums_by_rate, total_amount, whole_line
from .refund_parts import refund_parts


def without_released(order: Order, separate_lines: Iterable = frozenset()) -> tuple:
    """Return the order without what was called off before its money was taken, and the problems that hinder it.

    Its lines are less by that, and its refunds are those of money that was taken. Where all was called off it has none.

    :param separate_lines: ids of the lines that a refund without lines is never for.
    """
    order = _with_never_captured(order)
    released = sum((refund.released for refund in order.refunds), ZERO)
    if not released:
        return order, ()
    if released >= order.total:
        return replace(order, lines=(), total=ZERO, refunds=()), ()
    lines, refunds = order.lines, []
    for refund in sorted(order.refunds, key=lambda refund: (refund.time, refund.external_id)):
        gone, left = _divided(refund, order.currency)
        if gone:
            of_order = merged_by_line(whole_line(line) for line in lines)
            parts, problem = refund_parts(gone, of_order, order.currency, separate_lines)
            if problem:
                return order, (problem,)
            lines = _less(lines, parts, order.currency)
        if left:
            refunds.append(left)
    return replace(order, lines=lines, total=total_amount(lines), refunds=tuple(refunds)), ()


def _with_never_captured(order: Order) -> Order:
    """Return the order with refunds of lines marked as released that the money was never taken for.

    Only where the shop names the lines of what it captured, and gave up the rest.
    """
    captures = order.captures or ()
    is_told = captures and all(capture.quantities for capture in captures)
    if not (order.is_capture_final and is_told) or order.tenders:
        return order
    taken = Counter()
    for capture in captures:
        for line_id, quantity in capture.quantities:
            taken[line_id] += quantity
    refunds = []
    for refund in sorted(order.refunds, key=lambda refund: (refund.time, refund.external_id)):
        never = sum((line.amount for line in refund.lines if line.external_id and not taken[line.external_id]), ZERO)
        refunds.append(replace(refund, released=max(refund.released, min(never, refund.amount))))
    return replace(order, refunds=tuple(refunds))


def _divided(refund: Refund, currency: str) -> tuple:
    """Return a refund's part that was never taken, and the part that was given back; None where there is none."""
    if not refund.released:
        return None, refund
    if refund.released >= refund.amount:
        return refund, None
    weights = [refund.released, refund.amount - refund.released]
    shares = [[], []]
    for line in refund.lines:
        amounts, taxes = (divide(value, weights, currency) for value in (line.amount, line.tax))
        for place, (amount, tax, weight) in enumerate(zip(amounts, taxes, weights, strict=True)):
            quantity = line.quantity * weight / refund.amount
            shares[place].append(replace(line, amount=amount, tax=tax, quantity=quantity))
    return tuple(
        replace(refund, amount=amount, lines=tuple(lines), taxes=(), released=ZERO)
        for amount, lines in zip(weights, shares, strict=True)
    )


def _less(lines: tuple, parts: Iterable[Part], currency: str) -> tuple:
    """Return the lines less the parts; what is of no line in particular is taken off all of its rate."""
    known = {(line.external_id, line.rate) for line in lines}
    named = {key: part for key, part in merged_by_line(parts).items() if key in known}
    result = [_less_part(line, named.get((line.external_id, line.rate))) for line in lines]
    spread = sums_by_rate(part for part in parts if (part.line_id, part.rate) not in known)
    for place, (line, before) in enumerate(zip(result, lines, strict=True)):
        if line.amount < 0 < before.amount:
            # there was less left of the line than was given up of it
            spread[line.rate] = spread.get(line.rate, ZERO) - line.amount
            result[place] = replace(line, amount=ZERO, tax=ZERO)
    for rate, amount in spread.items():
        places = [place for place, line in enumerate(result) if line.rate == rate and line.amount > 0]
        shares = divide(amount, [result[place].amount for place in places], currency) if places and amount else ()
        for place, share in zip(places, shares, strict=False):
            line = result[place]
            tax = line.tax - tax_within(share, rate, currency)
            result[place] = replace(line, amount=line.amount - share, tax=tax)
    return tuple(line for line in result if line.amount)


def _less_part(line: OrderLine, part: Part | None) -> OrderLine:
    if part is None:
        return line
    quantity = line.quantity - part.quantity
    # money off goods that are kept, or a discount, has no pieces of its own
    return replace(
        line,
        amount=line.amount - part.amount,
        tax=line.tax - part.tax,
        quantity=quantity if quantity > 0 else line.quantity,
    )
