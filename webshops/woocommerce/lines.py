"""The lines of an order and of a refund, and their VAT: WooCommerce lists net amounts, with the VAT beside them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ...common.amounts import divide, to_decimal
from ...common.currencies import rounded, smallest_unit
from ...common.json_reading import entries, required, text
from ..records import ZERO, LineKind, OrderLine, TaxTotal
from .plugins import Meta

#: Lists of an order and of a refund, and what their lines are.
LISTS = (
    ("line_items", LineKind.PRODUCT),
    ("shipping_lines", LineKind.SHIPPING),
    ("fee_lines", LineKind.FEE),
)
#: Keys in a line's ``meta_data`` that only a gift card sold has (PW Gift Cards; WooCommerce Gift Cards).
GIFT_CARD_KEYS = ("pw_gift_card_number", "pw_gift_card_amount", "wc_gc_giftcard_amount", "wc_gc_giftcards")


class LineReader:
    """Reads the lines and the VAT of an order and its refunds.

    :ivar rates: the shop's own table of VAT, see :func:`rates_of`.
    """

    def __init__(self, currency: str, rates: dict):
        self.currency = currency
        self.rates = rates

    def lines(self, item: dict, external_id: str, kind: LineKind, sign: int) -> list:
        """Return what one line of WooCommerce says: a line, one per rate, or nothing.

        :param sign: -1 for a refund, whose lines are negative.
        """
        net = sign * to_decimal(required(item, "total"), "total") + ZERO  # a sum has no negative zero
        tax = sign * to_decimal(item.get("total_tax") or 0, "total_tax") + ZERO
        is_product = kind is LineKind.PRODUCT
        quantity = sign * to_decimal(required(item, "quantity"), "quantity") if is_product else Decimal(1)
        if not rounded(net + tax, self.currency) and not (is_product and quantity):
            return []
        if is_product and any(key in Meta(item) for key in GIFT_CARD_KEYS):
            kind = LineKind.GIFT_CARD
        elif kind is LineKind.FEE and net < 0:
            kind = LineKind.DISCOUNT
        parts = self._parts(item, net, tax, sign)
        amounts = [rounded(part_net + part_tax, self.currency) for _rate, part_net, part_tax in parts]
        discounts = self._discounts(item, amounts) if is_product and sign > 0 else [ZERO] * len(parts)
        return [
            OrderLine(
                external_id=f"{external_id}/{rate:f}" if external_id and len(parts) > 1 else external_id,
                kind=kind,
                name=text(item, "name") or text(item, "method_title"),
                amount=amount,
                tax=rounded(part_tax, self.currency),
                rate=rate,
                quantity=quantity or Decimal(1),
                discount=discount,
                sku=text(item, "sku"),
                tax_class=text(item, "tax_class"),
            )
            for (rate, _net, part_tax), amount, discount in zip(parts, amounts, discounts, strict=True)
        ]

    def _parts(self, item: dict, net: Decimal, tax: Decimal, sign: int) -> list:
        """Return a line's parts, one per rate: ``(rate, net, tax)``. ``net`` and ``tax`` are the whole line's.

        ``taxes`` also lists the order's other rates, with an empty ``total``. A line without any rate has no VAT.
        """
        told = [
            (self.rates.get(str(entry.get("id"))), sign * to_decimal(entry["total"], "taxes.total"))
            for entry in entries(item, "taxes")
            if entry.get("total") not in (None, "")
        ]
        told = [entry for entry in told if entry[1]] or told[:1]
        if not told:
            return [(None if tax else ZERO, net, tax)]
        if len(told) == 1:
            return [(told[0][0], net, tax)]
        # Two rates on one line are of two parts of it (a bundle). Two rates on the same net amount, as some countries
        # have, would make the parts add up to more than the line, and are left for a person.
        bases = [100 * amount / rate if rate else ZERO for rate, amount in told]
        is_of_parts = all(base * net > 0 for base in bases)
        if not is_of_parts or abs(sum(bases) - net) > smallest_unit(self.currency) * 10 * len(bases):
            return [(None, net, tax)]
        nets = divide(rounded(net, self.currency), bases, self.currency)
        taxes = divide(rounded(tax, self.currency), [amount for _rate, amount in told], self.currency)
        return [(rate, part, tax_part) for (rate, _amount), part, tax_part in zip(told, nets, taxes, strict=True)]

    def _discounts(self, item: dict, amounts: list) -> list:
        """Return what was taken off each part of a line: coupons are already inside ``total``."""
        if item.get("subtotal") in (None, ""):
            return [ZERO] * len(amounts)
        before = to_decimal(item["subtotal"], "subtotal") + to_decimal(item.get("subtotal_tax") or 0, "subtotal_tax")
        discount = rounded(before, self.currency) - sum(amounts)
        return [discount] if len(amounts) == 1 else divide(discount, amounts, self.currency)

    def tax_totals(self, record: dict, sign: int) -> tuple:
        """Return the shop's own VAT per rate; empty when the rate of some of it is not reported."""
        totals: dict = {}
        for tax_line in entries(record, "tax_lines"):
            taxes = (to_decimal(tax_line.get(name) or 0, name) for name in ("tax_total", "shipping_tax_total"))
            tax, rate = sign * sum(taxes, ZERO), self.rates[str(tax_line.get("rate_id"))]
            if rate is not None:
                totals[rate] = totals.get(rate, ZERO) + tax
            elif tax:
                return ()
        return tuple(TaxTotal(rate, rounded(totals[rate], self.currency)) for rate in sorted(totals))


def items(record: dict) -> Iterator:
    """Yield the lines of an order or a refund, each with what it is."""
    for name, kind in LISTS:
        for item in entries(record, name):
            yield item, kind


def rates_of(records: list) -> dict:
    """Return the shop's own table of VAT: ``rate_id`` as text to percent, None where it does not report it."""
    rates: dict = {}
    for record in records:
        for tax_line in entries(record, "tax_lines"):
            rate_id = str(tax_line.get("rate_id"))
            if rates.get(rate_id) is None:
                rates[rate_id] = _percent(tax_line)
    return rates


def _percent(tax_line: dict) -> Decimal | None:
    """Return the percent of a ``tax_lines`` entry; older shops have it in the name alone (``NO-MVA 25-1``), if at all.

    The last part of ``rate_code`` is the rate's priority.
    """
    percent = text(tax_line, "rate_percent")
    if not percent:
        names = (text(tax_line, "label"), re.sub(r"-[0-9]+$", "", text(tax_line, "rate_code")))
        found = (re.findall(r"[0-9]+(?:[.,][0-9]+)?", name) for name in names)
        percent = next((numbers[0].replace(",", ".") for numbers in found if len(numbers) == 1), None)
    if not percent:
        return None
    percent = to_decimal(percent, "rate_percent")
    if not 0 <= percent < 100:
        return None
    return percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent.normalize()


def as_ordered(line: OrderLine, originals: dict) -> OrderLine:
    """Return a refund's line as the kind it was sold as. Without VAT of its own it has the rate of the order's line."""
    part = f"{line.external_id}/{line.rate}"  # of a line with two rates, one alone was given back
    original = originals.get(line.external_id) or originals.get(part)
    if original is None:
        return line
    rate = original.rate if not line.tax and not line.rate else line.rate
    return replace(line, external_id=original.external_id, kind=original.kind, rate=rate)
