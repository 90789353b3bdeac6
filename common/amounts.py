"""Exact amounts: read as the shops write them, with VAT taken out, and divided without losing an øre."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from .currencies import rounded, smallest_unit
from .limits import MIN_AMOUNT, is_plausible_amount
from .messages import DocumentError


def to_decimal(value, field: str) -> Decimal:
    """Return an amount or quantity as a shop writes it: text or JSON number (read as ``Decimal`` or ``int``).

    :param field: where it stood, for the sentence.
    :raises DocumentError: when it is no number, or of a size that is not kept exactly.
    """
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not is_plausible_amount(number):
        raise DocumentError(
            "number_expected",
            field=field,
            value=repr(value),
        )
    return Decimal(0) if -MIN_AMOUNT < number < MIN_AMOUNT else number


def to_amount(value, currency: str, field: str) -> Decimal:
    """Return an amount rounded to what the currency has; see :func:`to_decimal`."""
    return rounded(to_decimal(value, field), currency)


def tax_within(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Return the VAT contained in an amount with VAT, at ``rate`` percent."""
    return rounded(amount * rate / (100 + rate), currency)


def explaining_rate(
    amount: Decimal, tax: Decimal, rates: Iterable, currency: str, unit: Decimal | None = None
) -> Decimal | None:
    """Return the one of the shop's own ``rates`` (percent) that makes ``tax`` of ``amount`` (with VAT).

    Zero where there is no tax; None where no rate does, or several do, and a person has to say which.

    :param unit: what the shop rounds to, where that is more than the smallest unit.
    """
    if not tax:
        return Decimal(0)
    unit = unit or smallest_unit(currency)
    fitting = {rate for rate in rates if abs(tax_within(amount, rate, currency) - tax) <= unit}
    return fitting.pop() if len(fitting) == 1 else None


def divide(total: Decimal, weights: list, currency: str) -> list:
    """Divide ``total`` in proportion to ``weights``, to the smallest unit: the parts add up to ``total`` exactly.

    :param weights: not all zero, none of another sign than the rest.
    """
    whole = sum(weights)
    return round_together([total * weight / whole for weight in weights], total, currency)


def round_together(exact: list, total: Decimal, currency: str) -> list:
    """Round amounts that add up to ``total`` so that they still do, to the smallest unit.

    What rounding leaves goes to the amounts that were cut most, the first ones when equal.
    """
    unit = smallest_unit(currency)
    parts = [(part / unit).to_integral_value(rounding="ROUND_FLOOR") * unit for part in exact]
    left = int((total - sum(parts)) / unit)
    by_loss = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_loss[:left]:
        parts[index] += unit
    return parts
