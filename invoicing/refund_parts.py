"""How the amount of a refund is divided over what is invoiced."""

from dataclasses import replace
from decimal import Decimal

from ..common.amounts import divide, tax_within
from ..common.currencies import rounded, smallest_unit
from ..common.messages import Message
from ..common.values import ZERO
from ..webshops.records import Refund
from .checks import line_problems, settle_tax
from .parts import Part, sums_by_rate, total_amount


def refund_parts(refund: Refund, left: dict, currency: str, separate_lines=frozenset()) -> tuple:
    """Return the parts of a refund's credit note and the problem that keeps it from being made, or None.

    An amount without lines is divided over the rates in proportion to what is left of each; what the lines do not
    explain of the amount likewise. No more of a rate is credited than is left of it.

    :param left: (line, rate) to :class:`~.parts.Part`: what is invoiced and not credited.
    :param separate_lines: ids of lines that only a refund of just them credits.
    """
    if refund.amount == total_amount(left.values()):
        return all_parts(left), None
    lines = [line for line in refund.lines if line.amount]
    for line in lines:
        if line.rate is None:
            values = {"line": line.name or line.external_id, "amount": line.amount}
            return (), _of_refund(refund, Message("refund_rate_unknown", values))
    told = lines
    lines = _with_tax_left_out(lines, refund.amount, currency)
    for line in lines:
        for problem in line_problems(line, currency):
            return (), _of_refund(refund, problem)
    if refund.taxes and lines == told and total_amount(lines) == refund.amount:
        lines, problems = settle_tax(lines, refund.taxes, currency)
        if problems:
            return (), _of_refund(refund, problems[0])
    parts = [Part(line.external_id, line.rate, line.quantity or Decimal(1), line.amount, line.tax) for line in lines]
    if total_amount(parts) > refund.amount:
        # goods that came back worn: less is given back for just these
        parts += _divided_by_rate(refund.amount - total_amount(parts), parts, currency)
    by_rate = sums_by_rate(left.values())
    for rate, credited in sums_by_rate(parts).items():
        excess = credited - max(ZERO, by_rate.get(rate, ZERO))
        if credited > 0 and excess > 0:
            parts.append(_part_of_rate(rate, -excess, currency))
    if missing := refund.amount - total_amount(parts):
        unused = [part for part in left.values() if part.line_id not in separate_lines]
        unused += [part.negated() for part in parts if part.line_id not in separate_lines]
        if missing > sum(max(ZERO, total) for total in sums_by_rate(unused).values()):
            return (), Message(
                "refund_without_lines_exceeds_goods",
                {"amount": refund.amount},
            )
        parts += _divided_by_rate(missing, unused, currency)
    return _with_remaining_tax(parts, left), None


def _of_refund(refund, problem):
    values = {"refund": refund.number or refund.external_id, "amount": refund.amount, "problem": problem}
    return Message("refund_unclear", values)


def _with_tax_left_out(lines, amount, currency):
    """Return a refund's lines with the VAT at their rate where the shop keeper left the field of the VAT empty.

    What was filled in is the amount with VAT; without it where that, with VAT, is just what was paid back.

    :param amount: of the refund, with VAT.
    """
    without = [line for line in lines if not line.tax and tax_within(line.amount, line.rate, currency)]
    if not without:
        return lines
    left_out = sum(line.amount * line.rate / 100 for line in without)
    is_net = abs(total_amount(lines) + left_out - amount) <= len(without) * smallest_unit(currency)
    result = []
    for line in lines:
        if line in without:
            gross = rounded(line.amount * (100 + line.rate) / 100, currency) if is_net else line.amount
            line = replace(line, amount=gross, tax=tax_within(gross, line.rate, currency))
        result.append(line)
    return result


def _divided_by_rate(amount, parts, currency):
    """Divide an amount in proportion to what the parts hold of each rate."""
    by_rate = {rate: total for rate, total in sums_by_rate(parts).items() if total > 0}
    shares = divide(amount, list(by_rate.values()), currency)
    return [_part_of_rate(rate, share, currency) for rate, share in zip(by_rate, shares, strict=True) if share]


def _part_of_rate(rate, amount, currency):
    return Part("", rate, Decimal(1), amount, tax_within(amount, rate, currency))


def all_parts(left: dict) -> tuple:
    """Return the parts of a document for everything that is left. ``left`` is as in :func:`refund_parts`."""
    return _with_remaining_tax([part for part in left.values() if part.amount], left)


def _with_remaining_tax(parts, left):
    """Return the parts with exactly the VAT that is left, for each rate of which they credit all: no øre remains."""
    result = list(parts)
    amounts, taxes = sums_by_rate(left.values()), sums_by_rate(left.values(), "tax")
    for rate, credited in sums_by_rate(parts).items():
        if credited == amounts.get(rate):
            places = [index for index, part in enumerate(result) if part.rate == rate]
            place = max(places, key=lambda index: abs(result[index].amount))
            tax = taxes[rate] - sum((result[index].tax for index in places), ZERO)
            result[place] = replace(result[place], tax=result[place].tax + tax)
    return tuple(result)
