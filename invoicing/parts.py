"""Parts of orders and documents, and their arithmetic: sums, shares, differences."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ..common.amounts import divide, tax_within
from ..common.currencies import rounded
from ..common.values import ZERO
from ..webshops.records import OrderLine


@dataclass(frozen=True)
class Part:
    """A piece of an order in a document: of one line, or of no line in particular (``line_id`` empty).

    ``quantity``, ``amount`` (with VAT) and ``tax`` have the sign of a sale in an invoice and of the money given back in
    a credit note: both positive, but for a discount.
    """

    line_id: str
    rate: Decimal
    quantity: Decimal
    amount: Decimal
    tax: Decimal

    def negated(self) -> "Part":
        """The same with the opposite sign."""
        return replace(self, quantity=-self.quantity, amount=-self.amount, tax=-self.tax)


def whole_line(line: OrderLine) -> Part:
    """Return all of an order line."""
    return Part(line.external_id, line.rate, line.quantity, line.amount, line.tax)


def share_of_line(line: OrderLine, share: Decimal, currency: str) -> Part:
    """Return a share (0 to 1) of a line, from its beginning: growing shares differ by parts that add up exactly."""
    if share >= 1:
        return whole_line(line)
    return Part(
        line.external_id,
        line.rate,
        line.quantity * share,
        rounded(line.amount * share, currency),
        rounded(line.tax * share, currency),
    )


def scaled(parts: tuple, amount: Decimal, currency: str) -> tuple:
    """Return the parts scaled in proportion, so that they add up to ``amount``."""
    total = total_amount(parts)
    if amount == total:
        return parts
    amounts = divide(amount, [part.amount for part in parts], currency)
    return tuple(
        replace(
            part,
            quantity=part.quantity * share / part.amount if part.amount else part.quantity,
            amount=share,
            tax=tax_within(share, part.rate, currency),
        )
        for part, share in zip(parts, amounts, strict=True)
        if share
    )


def total_amount(parts: Iterable) -> Decimal:
    """Return the sum of the amounts, VAT included. Order and refund lines have amounts too."""
    return sum((part.amount for part in parts), ZERO)


def sums_by_rate(parts: Iterable, name: str = "amount") -> dict:
    """Return the sum of the amounts (or with ``name="tax"`` of the VAT) of each rate."""
    result = {}
    for part in parts:
        result[part.rate] = result.get(part.rate, ZERO) + getattr(part, name)
    return result


def amounts_by_line(parts: Iterable[Part]) -> dict:
    """Return the sum of the amounts of each line and rate, where it is not zero."""
    return {key: part.amount for key, part in merged_by_line(parts).items() if part.amount}


def merged_by_line(parts: Iterable[Part]) -> dict:
    """Return one part of each line and rate, by (line, rate); those that come to nothing are dropped."""
    result = {}
    for part in parts:
        key = (part.line_id, part.rate)
        have = result.get(key)
        if have:
            part = Part(
                part.line_id,
                part.rate,
                have.quantity + part.quantity,
                have.amount + part.amount,
                have.tax + part.tax,
            )
        result[key] = part
    return {key: part for key, part in result.items() if part.amount or part.tax}


def part_difference(want: Part, have: Part) -> Part:
    """Return what has to be added to ``have`` to become ``want``."""
    quantity = want.quantity - have.quantity
    # a changed price: the piece has no quantity of its own
    grows = abs(want.amount) > abs(have.amount)
    if not quantity or (quantity > 0) != grows:
        quantity = Decimal(1) if grows else Decimal(-1)
    return Part(want.line_id, want.rate, quantity, want.amount - have.amount, want.tax - have.tax)


def add_tax_differences(same: list, invoiced: list, credited: list) -> None:
    """Add to the parts the øre of VAT by which lines of unchanged amount have changed.

    Where a shop rounds once an order, an added line may move an øre from one of the others. It goes along with a part
    of the same rate; where there is none, the largest line is credited and invoiced anew.

    :param same: pairs (wanted, booked) of parts of the same amount.
    """
    for rate in {want.rate: None for want, _have in same}:
        lines = [(want, have) for want, have in same if want.rate == rate]
        tax = sum((want.tax - have.tax for want, have in lines), ZERO)
        if not tax:
            continue
        for parts, sign in ((invoiced, 1), (credited, -1)):
            place = next((index for index, part in enumerate(parts) if part.rate == rate), None)
            if place is not None:
                parts[place] = replace(parts[place], tax=parts[place].tax + sign * tax)
                break
        else:
            want, have = max(lines, key=lambda line: abs(line[0].amount))
            invoiced.append(replace(want, tax=have.tax + tax))
            credited.append(have)


def with_positive_sums(invoiced: list, credited: list) -> tuple:
    """Return both lists so that neither sum is negative: a negative invoice is a credit note, and vice versa."""
    from_credited = [part.negated() for part in credited] if total_amount(credited) < 0 else []
    from_invoiced = [part.negated() for part in invoiced] if total_amount(invoiced) < 0 else []
    return (
        from_credited if from_invoiced else invoiced + from_credited,
        from_invoiced if from_credited else credited + from_invoiced,
    )
