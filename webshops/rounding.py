"""What a shop's own rounding explains: amounts that were rounded one by one need not add up to the total.

The total of the document is what the buyer paid. Where it differs from the lines by no more than the rounding of just
these lines can make, it is divided over them; any other difference is the shop's to explain.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ..common.amounts import round_together, tax_within
from ..common.currencies import smallest_unit
from ..common.values import ZERO


def unit_of(sums: Iterable, currency: str) -> Decimal:
    """Return what a shop rounds its sums to: whole kroner, say, in a shop without decimals.

    :param sums: what the shop has rounded. :return: the currency's smallest unit where it does not round to more.
    """
    sums, unit = list(sums), Decimal(1)
    while unit > smallest_unit(currency) and any(amount % unit for amount in sums):
        unit /= 10
    return unit


@dataclass(frozen=True)
class Slack:
    """By how much an amount changes where its pieces are rounded, some of them or all: from ``low`` to ``high``."""

    low: Decimal = ZERO
    high: Decimal = ZERO

    def __add__(self, other: "Slack") -> "Slack":
        return Slack(self.low + other.low, self.high + other.high)

    def divided(self, count: int) -> "Slack":
        """Return the share of each of so many parts."""
        return Slack(self.low / count, self.high / count)

    def allows(self, difference: Decimal) -> bool:
        """Return whether rounding may have made this difference."""
        return self.low <= difference <= self.high


def slack_of(amounts: Iterable, unit: Decimal) -> Slack:
    """Return by how much a sum changes where these pieces of it are rounded to ``unit``; half of it up or down."""
    slack = Slack()
    for amount in amounts:
        up = (amount / unit).to_integral_value(rounding="ROUND_CEILING") * unit - amount
        if up:
            slack += Slack(up - unit if up >= unit / 2 else ZERO, up if up <= unit / 2 else ZERO)
    return slack


def divide_total(total: Decimal, exact: list, slacks: list, unit: Decimal, currency: str) -> list | None:
    """Return the exact amounts rounded so that they add up to ``total``; None where rounding does not explain it.

    :param exact: the amounts as precise as the shop has them. :param slacks: the :class:`Slack` of each of them.
    :param unit: what the shop rounds its sums to, see :func:`unit_of`.
    """
    difference, widths = total - sum(exact), [slack.high - slack.low for slack in slacks]
    # what was rounded in the middle is rounded once more in the end
    last = Slack(-unit / 2, unit / 2) if any(widths) else Slack()
    if not sum(slacks, last).allows(difference):
        return None
    if difference:
        exact = [amount + difference * width / sum(widths) for amount, width in zip(exact, widths, strict=True)]
    return round_together(exact, total, currency)


def add_up(lines: Iterable, exact: list, slacks: list, total: Decimal, unit: Decimal, currency: str) -> tuple:
    """Return an order's lines with amounts that add up to ``total`` where rounding explains why they do not.

    :param lines: :class:`~.records.OrderLine`, each rounded by itself. The others as for :func:`divide_total`.
    """
    lines = list(lines)
    if sum((line.amount for line in lines), ZERO) == total:
        return tuple(lines)
    for index, amount in enumerate(divide_total(total, exact, slacks, unit, currency) or ()):
        line = lines[index]
        if amount != line.amount:
            tax = tax_within(amount, line.rate, currency) if line.rate and line.tax else line.tax
            lines[index] = replace(line, amount=amount, tax=tax)
    return tuple(lines)


def exact_tax(amount: Decimal, tax: Decimal, rate: Decimal | None, allowed: Decimal, currency: str) -> Decimal:
    """Return the VAT of an amount at its rate where that is what ``tax`` was rounded from, else ``tax``.

    :param allowed: less than this rounding may have changed it by: the amount and its net are each half a unit off at
        most. Zero in a shop that shows all decimals.
    """
    if not tax or not rate:
        return tax
    exact = tax_within(amount, rate, currency)
    return exact if abs(exact - tax) < allowed else tax
