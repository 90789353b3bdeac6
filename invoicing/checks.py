"""Whether an order adds up: its lines with its total, and the VAT of each line and rate."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..common.amounts import tax_within
from ..common.currencies import smallest_unit
from ..common.messages import Message
from ..common.values import ZERO
from ..webshops.records import LineKind, Order, OrderLine, TaxTotal

#: The lines that may take something off.
_MAY_BE_NEGATIVE = frozenset({LineKind.DISCOUNT, LineKind.ROUNDING, LineKind.FEE})


def with_settled_tax(order: Order) -> tuple:
    """Return the order with VAT per rate equal to the shop's own, and the problems that keep it from being booked.

    A shop that rounds VAT once an order, not once a line, is followed: the øre goes to the largest lines.
    """
    problems = list(order.problems)
    total = sum((line.amount for line in order.lines), ZERO)
    if total != order.total:
        problems.append(
            Message(
                "order_total_differs",
                {"lines": total, "total": order.total, "difference": order.total - total},
            )
        )
    if order.tendered > order.total:
        problems.append(
            Message(
                "tenders_exceed_order",
                {"tendered": order.tendered, "total": order.total},
            )
        )
    for line in order.lines:
        # reading may have said the same of a line
        problems += [problem for problem in line_problems(line, order.currency) if problem not in problems]
    if problems:
        return order, tuple(problems)
    lines, problems = settle_tax(order.lines, order.taxes, order.currency)
    return replace(order, lines=lines), problems


def line_problems(line: OrderLine, currency: str) -> Iterator[Message]:
    """Yield what keeps a line of an order or a refund from being booked."""
    if not line.amount and not line.tax:
        return  # nothing of it is booked
    values = {"line": line.name or line.external_id, "amount": line.amount}
    if line.amount < 0 and line.kind not in _MAY_BE_NEGATIVE:
        yield Message("line_negative", values)
    if line.rate is None:
        yield Message("line_rate_unknown", values)
        return
    expected = tax_within(line.amount, line.rate, currency)
    # each unit may have been rounded by itself
    allowed = smallest_unit(currency) * (2 + abs(line.quantity)) if line.amount and line.rate else ZERO
    if abs(line.tax - expected) > allowed:
        yield Message(
            "line_vat_differs",
            {**values, "tax": line.tax, "rate": f"{line.rate.normalize():f}", "expected": expected},
        )


def settle_tax(lines: Iterable[OrderLine], taxes: Iterable[TaxTotal], currency: str) -> tuple:
    """Return ``lines`` with VAT per rate as in ``taxes``, and the problems where they are too far apart."""
    unit = smallest_unit(currency)
    problems = []
    result = list(lines)
    declared = Counter()
    for total in taxes:
        declared[total.rate] += total.tax
    for line in lines if taxes else ():
        declared[line.rate] += ZERO  # a rate that is missing from the shop's sums has no VAT
    for rate, tax in declared.items():
        places = [index for index, line in enumerate(result) if line.rate == rate and line.amount]
        difference = tax - sum((result[index].tax for index in places), ZERO)
        steps = int(abs(difference) / unit)
        if steps > (len(places) + 1 if places and rate else 0):
            problems.append(
                Message(
                    "order_vat_differs",
                    {"rate": f"{rate.normalize():f}", "lines": tax - difference, "total": tax},
                )
            )
            continue
        largest = sorted(places, key=lambda index: (-abs(lines[index].amount), index))
        for step in range(steps):
            index = largest[step % len(largest)]
            result[index] = replace(result[index], tax=result[index].tax + unit.copy_sign(difference))
    return tuple(result), tuple(problems)
