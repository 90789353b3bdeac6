"""An order of which a person has said that the shop's VAT is none: the whole amount is the price.

A shop that shows its prices with VAT everywhere reports a rate for goods that leave the VAT area too, though it owes
that VAT to nobody.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from ..common.values import ZERO
from ..webshops.records import Order, TaxTotal


def without_vat(order: Order, line_ids: Collection) -> Order:
    """Return ``order`` without VAT on the lines with these ids, and on what is refunded of them. Amounts stay.

    The shop's own VAT per rate (``taxes``) is lowered likewise.
    """
    lines = [line for line in order.lines if line.external_id in line_ids]
    if not lines:
        return order
    # a refunded line that names no line of the order is of its rate, where all lines of that rate are without VAT
    rates = {line.rate for line in lines} - {line.rate for line in order.lines if line.external_id not in line_ids}

    def is_without(line):
        return line.external_id in line_ids or (not line.external_id and line.rate in rates)

    refunds = tuple(
        replace(refund, **_lines_and_taxes(refund.lines, refund.taxes, is_without, rates)) for refund in order.refunds
    )
    return replace(order, refunds=refunds, **_lines_and_taxes(order.lines, order.taxes, is_without, rates))


def _lines_and_taxes(lines, taxes, is_without, rates) -> dict:
    removed = Counter()
    for line in lines:
        if is_without(line):
            removed[line.rate] += line.tax
    kept = (TaxTotal(total.rate, total.tax - removed.get(total.rate, ZERO)) for total in taxes)
    return {
        "lines": tuple(replace(line, rate=ZERO, tax=ZERO) if is_without(line) else line for line in lines),
        "taxes": tuple(total for total in kept if total.rate not in rates),
    }
