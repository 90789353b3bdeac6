"""What of an order of Magento was cancelled while the rest of it stands: row by row, as ``qty_canceled`` says.

Magento leaves the rows and ``grand_total`` as they were ordered. Shipping is cancelled where no invoice has it.

Source: github.com/magento/magento2, module ``Sales``: ``Order::registerCancellation``, ``Item::cancel`` of its rows.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ...common.amounts import divide
from ...common.currencies import smallest_unit
from ...common.json_reading import entries
from ..records import ZERO, TaxTotal
from .lines import SHIPPING_ID, number


def without_cancelled(record: dict, lines: tuple, currency: str, paid: Decimal | None) -> tuple:
    """Return the lines of an order that were not cancelled, and what the others come to: their total, VAT by rate.

    :param paid: where nothing more will be paid: what was. Where the lines that are left come to less, which goods
        were cancelled is not certain, and all lines stay. None where more may be paid.
    """
    cancelled = {str(item.get("item_id")): number(item, "qty_canceled") for item in entries(record, "items")}
    shipping = number(record, "shipping_amount")
    if shipping and number(record, "shipping_canceled") >= shipping:
        cancelled[SHIPPING_ID] = Decimal(1)
    kept, cut = [], []
    for line in lines:
        gone = min(cancelled.get(line.external_id, ZERO), line.quantity)
        if gone <= 0:
            kept.append(line)
        elif gone < line.quantity:
            cut.append(len(kept))
            kept.append(_share(line, line.quantity - gone, currency))
    difference = ZERO if paid is None else paid - sum((line.amount for line in kept), ZERO)
    if difference and cut and abs(difference) <= smallest_unit(currency) * len(cut):
        kept[cut[0]] = replace(kept[cut[0]], amount=kept[cut[0]].amount + difference)
    elif difference > 0:
        kept = lines
    return tuple(kept), *_difference(lines, kept)


def _share(line, quantity, currency):
    """The part of a line that was not cancelled."""
    weights = [quantity, line.quantity - quantity]
    amount, tax, discount = (divide(value, weights, currency)[0] for value in (line.amount, line.tax, line.discount))
    return replace(line, quantity=quantity, amount=amount, tax=tax, discount=discount)


def _difference(lines, kept) -> tuple:
    """The total and the VAT by rate that the lines have more than those that were kept."""
    total = sum((line.amount for line in lines), ZERO) - sum((line.amount for line in kept), ZERO)
    taxes: dict = {}
    for sign, some in ((1, lines), (-1, kept)):
        for line in some:
            taxes[line.rate] = taxes.get(line.rate, ZERO) + sign * line.tax
    return total, taxes


def taxes_left(totals: Iterable[TaxTotal], cancelled: dict) -> tuple:
    """Return the shop's VAT per rate without that of what was cancelled."""
    return tuple(replace(total, tax=total.tax - cancelled.get(total.rate, ZERO)) for total in totals)
