"""The lines of an order and of a refund, and their VAT: WooCommerce lists net amounts, with the VAT beside them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ...common.amounts import divide, to_decimal
from ...common.currencies import rounded, smallest_unit
from ...common.json_reading import entries, required, text
from ..records import ZERO, LineKind, OrderLine, TaxTotal
from ..rounding import Slack, add_up, exact_tax, slack_of, unit_of
from .plugins import Meta

#: Lists of an order and of a refund, and what their lines are.
LISTS = (
    ("line_items", LineKind.PRODUCT),
    ("shipping_lines", LineKind.SHIPPING),
    ("fee_lines", LineKind.FEE),
)
#: Keys in a line's ``meta_data`` that only a gift card sold has (PW Gift Cards; WooCommerce Gift Cards).
GIFT_CARD_NUMBER = "pw_gift_card_number"
GIFT_CARD_KEYS = (GIFT_CARD_NUMBER, "pw_gift_card_amount", "wc_gc_giftcard_amount", "wc_gc_giftcards")


@dataclass(frozen=True)
class _ReadLine:
    """A line, rounded by itself.

    :ivar exact: its amount with VAT, as precise as the shop has it.
    :ivar slack: by how much the shop's rounding may have changed it.
    """

    line: OrderLine
    exact: Decimal
    slack: Slack


class LineReader:
    """Reads the lines and the VAT of an order and its refunds.

    :param order: the order's record.
    :ivar rates: the shop's own table of VAT, see :func:`rates_of`. :ivar names: what it calls them, see
        :func:`names_of`.
    :ivar unit: what the shop rounds its sums to.
    :ivar has_untaxed: whether something of the order is sold without VAT.
    """

    def __init__(self, order: dict, currency: str, rates: dict, names: dict):
        self.currency = currency
        self.rates = rates
        self.names = names
        self.unit = unit_of(_sums(order), currency)
        self.is_coarse = self.unit > smallest_unit(currency)
        self.has_untaxed = any(
            _number(item, "total") > 0 and not _number(item, "total_tax") for item, _kind in items(order)
        )

    def order_lines(self, record: dict, total: Decimal) -> tuple:
        """Return the lines of an order. A total that differs by what they were rounded by is divided over them."""
        read = [
            each for item, kind in items(record) for each in self._read(item, str(required(item, "id")), kind, sign=1)
        ]
        exact, slacks = [each.exact for each in read], [each.slack for each in read]
        return add_up((each.line for each in read), exact, slacks, total, self.unit, self.currency)

    def lines(self, item: dict, external_id: str, kind: LineKind, sign: int) -> list:
        """Return what one line of WooCommerce says: a line, one per rate, or nothing.

        :param sign: -1 for a refund, whose lines are negative.
        """
        return [each.line for each in self._read(item, external_id, kind, sign)]

    def _read(self, item: dict, external_id: str, kind: LineKind, sign: int) -> list:
        net = sign * to_decimal(required(item, "total"), "total") + ZERO  # a sum has no negative zero
        tax = sign * _number(item, "total_tax") + ZERO
        is_product = kind is LineKind.PRODUCT
        quantity = sign * to_decimal(required(item, "quantity"), "quantity") if is_product else Decimal(1)
        if not rounded(net + tax, self.currency) and not (is_product and quantity):
            return []
        if is_product and any(key in Meta(item) for key in GIFT_CARD_KEYS):
            kind = LineKind.GIFT_CARD
        elif kind is LineKind.FEE and net < 0:
            kind = LineKind.DISCOUNT
        told = self._told_taxes(item, sign)
        exact = self._exact_tax(tax, told)
        parts = self._parts(told, net, exact if self.is_coarse else tax, kind)
        amounts = [rounded(part_net + part_tax, self.currency) for _rate, part_net, part_tax in parts]
        discounts = self._discounts(item, amounts) if is_product and sign > 0 else [ZERO] * len(parts)
        lines = [
            OrderLine(
                external_id=f"{external_id}/{rate:f}" if external_id and len(parts) > 1 else external_id,
                kind=kind,
                name=text(item, "name") or text(item, "method_title"),
                amount=amount,
                tax=self._line_tax(amount, rounded(part_tax, self.currency), rate),
                rate=rate,
                quantity=quantity or Decimal(1),
                discount=discount,
                sku=text(item, "sku"),
                tax_class=self._tax_name(item, rate),
                gift_cards=tuple(Meta(item).texts(GIFT_CARD_NUMBER)),
            )
            for (rate, _net, part_tax), amount, discount in zip(parts, amounts, discounts, strict=True)
        ]
        pieces = [net, *(amount for _rate, amount in told or [(None, exact)])]
        allowed = slack_of(pieces, self.unit).divided(len(lines))
        if len(lines) == 1:
            return [_ReadLine(lines[0], net + exact, allowed)]
        sums = [part_net + part_tax for _rate, part_net, part_tax in parts]
        return [_ReadLine(line, whole, allowed) for line, whole in zip(lines, sums, strict=True)]

    def _line_tax(self, amount: Decimal, tax: Decimal, rate: Decimal | None) -> Decimal:
        """Return the VAT of a line; of one that a shop without decimals has rounded, what its rate makes of it."""
        return exact_tax(amount, tax, rate, self.unit, self.currency) if self.is_coarse else tax

    def _told_taxes(self, item: dict, sign: int) -> list:
        """Return (rate, VAT) of a line. ``taxes`` also lists the order's other rates, with an empty ``total``."""
        return [
            (self.rates.get(str(entry.get("id"))), sign * to_decimal(entry["total"], "taxes.total") + ZERO)
            for entry in entries(item, "taxes")
            if entry.get("total") not in (None, "")
        ]

    def _exact_tax(self, tax: Decimal, told: list) -> Decimal:
        """Return the VAT that ``total_tax`` was rounded from: ``taxes`` keeps it, in a shop without decimals too."""
        amounts = [amount for _rate, amount in told]
        exact = sum(amounts, ZERO)
        return exact if slack_of(amounts, self.unit).allows(tax - exact) else tax

    def _parts(self, told: list, net: Decimal, tax: Decimal, kind: LineKind) -> list:
        """Return a line's parts, one per rate: ``(rate, net, tax)``. ``net`` and ``tax`` are the whole line's.

        A line without any rate has no VAT.
        """
        charged = [entry for entry in told if entry[1]]
        if not charged:
            return [(told[0][0] if told else None if tax else ZERO, net, tax)]
        # Two rates on one line are of two parts of it (a bundle). Two rates on the same net amount, as some countries
        # have, would make the parts add up to more than the line, and are left for a person.
        bases = [100 * amount / rate if rate else ZERO for rate, amount in charged]
        rest, allowed = net - sum(bases), smallest_unit(self.currency) * 10 * len(bases)
        # A negative fee is taxed in proportion to the goods: the part of those without VAT has none.
        is_partly_free = any(rate == 0 for rate, _tax in told) or (kind is LineKind.DISCOUNT and self.has_untaxed)
        if is_partly_free and rest * net > 0 and abs(rest) > allowed and all(rate for rate, _tax in charged):
            charged, bases, rest = [*charged, (ZERO, ZERO)], [*bases, rest], ZERO
        if len(charged) == 1:
            return [(charged[0][0], net, tax)]
        if not all(base * net > 0 for base in bases) or abs(rest) > allowed:
            return [(None, net, tax)]
        nets = divide(rounded(net, self.currency), bases, self.currency)
        taxes = divide(rounded(tax, self.currency), [amount for _rate, amount in charged], self.currency)
        return [(rate, part, tax_part) for (rate, _amount), part, tax_part in zip(charged, nets, taxes, strict=True)]

    def _tax_name(self, item: dict, rate: Decimal | None) -> str:
        """Return the tax class of a line, and what the shop calls the tax it was charged (``SE-MOMS 25``)."""
        told = (str(entry.get("id")) for entry in entries(item, "taxes") if entry.get("total") not in (None, ""))
        charged = (self.names.get(rate_id, "") for rate_id in told if self.rates.get(rate_id) == rate)
        return ", ".join(dict.fromkeys(filter(None, (text(item, "tax_class"), *charged))))

    def _discounts(self, item: dict, amounts: list) -> list:
        """Return what was taken off each part of a line: coupons are already inside ``total``."""
        if item.get("subtotal") in (None, ""):
            return [ZERO] * len(amounts)
        before = to_decimal(item["subtotal"], "subtotal") + to_decimal(item.get("subtotal_tax") or 0, "subtotal_tax")
        discount = rounded(before, self.currency) - sum(amounts)
        return [discount] if len(amounts) == 1 else divide(discount, amounts, self.currency)

    def tax_totals(self, record: dict, lines: Iterable, sign: int) -> tuple:
        """Return the shop's own VAT per rate; empty when the rate of some of it is not reported.

        In a shop without decimals these are whole kroner: where they are what the VAT of the ``lines`` was rounded to,
        that is the VAT, and they tell nothing.
        """
        totals: dict = {}
        for tax_line in entries(record, "tax_lines"):
            tax, rate = sign * _tax_of(tax_line), self.rates[str(tax_line.get("rate_id"))]
            if rate is not None:
                totals[rate] = totals.get(rate, ZERO) + tax
            elif tax:
                return ()
        if self.is_coarse and all(self._is_rounded(totals[rate], rate, lines) for rate in totals):
            return ()
        return tuple(TaxTotal(rate, rounded(totals[rate], self.currency)) for rate in sorted(totals))

    def _is_rounded(self, total: Decimal, rate: Decimal, lines: Iterable) -> bool:
        taxes = [line.tax for line in lines if line.rate == rate]
        return abs(total - sum(taxes, ZERO)) <= self.unit / 2 * (len(taxes) + 1)


def _number(record: dict, name: str) -> Decimal:
    return to_decimal(record.get(name) or 0, name)


def _tax_of(tax_line: dict) -> Decimal:
    return _number(tax_line, "tax_total") + _number(tax_line, "shipping_tax_total")


def _sums(order: dict) -> list:
    """Return what the shop has rounded to the decimals it shows: the total and the VAT of the order."""
    return [_number(order, "total"), _number(order, "total_tax"), *map(_tax_of, entries(order, "tax_lines"))]


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


def names_of(records: list) -> dict:
    """Return what the shop calls its taxes: ``rate_id`` as text to ``SE-MOMS 25``, with the label if it says more.

    The last part of ``rate_code`` is the rate's priority. A refund often has neither.
    """
    names: dict = {}
    for record in records:
        for tax_line in entries(record, "tax_lines"):
            code, label = re.sub(r"-[0-9]+$", "", text(tax_line, "rate_code")), text(tax_line, "label")
            shown = code if label.casefold() in code.casefold() else ", ".join(filter(None, (code, label)))
            rate_id = str(tax_line.get("rate_id"))
            names[rate_id] = names.get(rate_id) or shown
    return names


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
