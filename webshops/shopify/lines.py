"""What an order of Shopify says of its lines: prices, discounts and VAT, as the order reads now.

``quantity``, ``taxLines`` and ``discountAllocations`` of a line count units that were given back or taken off;
``currentQuantity`` does not. Units of a refund that pays money back were bought and given back: they stay in the order.
Other units that are gone were taken off by an edit: they leave the order, with their share of the amount.
"""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from ...common.amounts import divide, tax_within, to_amount, to_decimal
from ...common.currencies import rounded, smallest_unit
from ...common.json_reading import entries, nested, required, text
from ...common.messages import DocumentError
from ..records import ZERO, LineKind, OrderLine


def number(gid) -> str:
    """Return the number at the end of a global id (``gid://shopify/LineItem/71`` gives ``71``)."""
    return str(gid or "").rpartition("/")[2].partition("?")[0]


def nodes(record: dict, name: str) -> list:
    """Return the nodes of a connection or the items of a list; empty where there are none."""
    value = record.get(name)
    return entries({name: value.get("nodes")} if isinstance(value, dict) else record, name)


def stays_in_order(refund: dict, item: dict) -> bool:
    """Whether units of a refund stay among what the order sold: money follows them, or they had been sent.

    A cancelled unit without money was taken off the order before it was paid for.
    """
    pays = any(transaction.get("kind") == "REFUND" for transaction in nodes(refund, "transactions"))
    return pays or item.get("restockType") == "RETURN"


def total_of(parts) -> Decimal:
    """Return the sum of the amounts of lines, captures or tenders."""
    return sum((part.amount for part in parts), ZERO)


class Lines:
    """Reads the lines of one order's node.

    :ivar lines_of: gid of a line item or shipping line to its lines as they read now: several where it has several
        rates.
    """

    def __init__(self, node: dict):
        self.node = node
        self.currency = text(node, "presentmentCurrencyCode") or str(required(node, "currencyCode"))
        self.taxes_included = bool(node.get("taxesIncluded"))
        self.lines_of: dict = {}

    def amount(self, record: dict, name: str, is_required: bool = False) -> Decimal:
        """Return an amount in the order's currency; zero where the field is empty."""
        bag = nested(record, name)
        if not bag and not is_required:
            return ZERO
        required(record, name)
        money = nested(bag, "presentmentMoney") or nested(bag, "shopMoney")
        amount = to_amount(required(money, "amount"), self.currency, name)
        currency = money.get("currencyCode") or self.currency
        if currency != self.currency:
            raise DocumentError(
                "order_in_two_currencies",
                field=name,
                currency=currency,
                order_currency=self.currency,
            )
        return amount

    def to_lines(self, keeps_all: bool) -> tuple:
        """Return the lines as the order reads now, and what was taken off them.

        :param keeps_all: nothing was paid and the order is cancelled: its lines stay, to tell what was ordered.
        """
        lines, removed = [], []
        given_back = self._units_given_back()
        for item in nodes(self.node, "lineItems"):
            quantity = to_decimal(required(item, "quantity"), "quantity")
            if not quantity:
                continue
            left = to_decimal(item["currentQuantity"], "currentQuantity") if "currentQuantity" in item else quantity
            gone = ZERO if keeps_all else max(ZERO, quantity - left - given_back[item.get("id")])
            ordered = self._line_item(item, quantity)
            kept = []
            for line in ordered:
                parts = _divided(line, [quantity - gone, gone], self.currency)
                kept += parts[:1] if quantity > gone else []
                removed += parts[1:] if gone else []
            self.lines_of[item.get("id")] = kept or ordered
            lines += kept
        for position, item in enumerate(nodes(self.node, "shippingLines"), 1):
            amount = self.amount(item, "discountedPriceSet", is_required=True)
            discount = max(ZERO, self.amount(item, "originalPriceSet") - amount)
            shipping = self._charge(item, LineKind.SHIPPING, f"shipping-{position}", "title", amount, discount)
            self.lines_of[item.get("id") or f"shipping-{position}"] = shipping
            lines += [line for line in shipping if line.amount]
        for position, item in enumerate(nodes(self.node, "additionalFees"), 1):
            amount = self.amount(item, "price", is_required=True)
            fee = self._charge(item, LineKind.FEE, f"fee-{position}", "name", amount)
            lines += [line for line in fee if line.amount]
        # Of duties that are not in the prices Shopify gives the sum alone: they are charged on goods that are sent out
        # of the country, and without VAT. The table of taxes may say otherwise of what is called so.
        duties = ZERO if self.node.get("dutiesIncluded") else self.amount(self.node, "originalTotalDutiesSet")
        if duties:
            lines.append(OrderLine("duties", LineKind.FEE, "Duties", duties, ZERO, ZERO, tax_class="Duties"))
        lines = self._with_tip(lines)
        rounding = self.amount(nested(self.node, "totalCashRoundingAdjustment"), "paymentSet")
        if rounding:
            lines.append(OrderLine("rounding", LineKind.ROUNDING, "Cash rounding", rounding, ZERO, ZERO))
        return tuple(lines), tuple(removed)

    def _units_given_back(self) -> Counter:
        """Return how many units of each line were given back."""
        units = Counter()
        for refund in nodes(self.node, "refunds"):
            for item in nodes(refund, "refundLineItems"):
                if stays_in_order(refund, item):
                    quantity = to_decimal(required(item, "quantity"), "refundLineItems.quantity")
                    units[nested(item, "lineItem").get("id")] += quantity
        return units

    def _line_item(self, item: dict, quantity: Decimal) -> list:
        """Return the lines of a line item as ordered."""
        allocations = nodes(item, "discountAllocations")
        discount = sum((self.amount(each, "allocatedAmountSet") for each in allocations), ZERO)
        line = OrderLine(
            external_id=number(required(item, "id")),
            kind=LineKind.GIFT_CARD if item.get("isGiftCard") else LineKind.PRODUCT,
            name=text(item, "name") or text(item, "title"),
            amount=self.amount(item, "originalUnitPriceSet", is_required=True) * quantity - discount,
            tax=ZERO,
            rate=ZERO,
            quantity=quantity,
            discount=discount,
            sku=text(item, "sku"),
        )
        return self._with_tax(line, nodes(item, "taxLines"))

    def _charge(self, item: dict, kind: LineKind, place: str, name: str, amount: Decimal, discount=ZERO) -> list:
        """Return the lines of shipping or a fee; ``place`` is its id where it has none."""
        external_id = number(item.get("id")) or place
        line = OrderLine(external_id, kind, text(item, name), amount, ZERO, ZERO, discount=discount)
        return self._with_tax(line, nodes(item, "taxLines"))

    def _with_tip(self, lines: list) -> list:
        """Return the lines with the tip among them. Shopify reports its sum, and lists some tips as a line item too."""
        tip = self.amount(self.node, "totalTipReceivedSet")
        if not tip:
            return lines
        for index, line in enumerate(lines):
            is_bare = line.kind is LineKind.PRODUCT and not line.sku and not line.rate and not line.tax_class
            if is_bare and line.amount == tip:
                lines[index] = replace(line, kind=LineKind.TIP)
                for read in self.lines_of.values():
                    read[:] = [lines[index] if item is line else item for item in read]
                return lines
        return [*lines, OrderLine("tip", LineKind.TIP, "Tip", tip, ZERO, ZERO)]

    # --- VAT

    def _with_tax(self, line: OrderLine, tax_lines: list) -> list:
        """Return a line with the VAT of its tax lines; several lines where each rate is of a part of the amount.

        ``line.amount`` and ``line.discount`` are as the shop's prices are: with or without VAT.
        """
        taxes, titles = {}, {}
        for item in tax_lines:
            rate = to_decimal(required(item, "rate"), "taxLines.rate") * 100
            taxes[rate] = taxes.get(rate, ZERO) + self.amount(item, "priceSet", is_required=True)
            titles.setdefault(rate, []).append(text(item, "title"))
        if not any(taxes.values()) and tax_within(line.amount, sum(taxes, ZERO), self.currency):
            # a buyer who is exempt: the rates are named and nothing is charged
            taxes, titles = {ZERO: ZERO}, {ZERO: next(iter(titles.values()))}
        tax = sum(taxes.values(), ZERO)
        gross = line.amount if self.taxes_included else line.amount + tax
        discount = line.discount
        if not self.taxes_included and line.amount:
            discount = rounded(discount * gross / line.amount, self.currency)
        shares = self._taxed_shares(gross - tax, taxes)
        if len(shares) < 2:
            rates = list(shares) or list(taxes)
            tax_class = _joined(title for rate in rates for title in titles[rate])
            return [replace(line, amount=gross, tax=tax, discount=discount, rate=sum(rates, ZERO), tax_class=tax_class)]
        weights = list(shares.values())
        nets, discounts = (divide(value, weights, self.currency) for value in (gross - tax, discount))
        return [
            replace(
                line,
                external_id=f"{line.external_id}/{rate.normalize():f}",
                amount=net + taxes[rate],
                tax=taxes[rate],
                rate=rate,
                discount=part,
                tax_class=_joined(titles[rate]),
            )
            for rate, net, part in zip(shares, nets, discounts, strict=True)
        ]

    def _taxed_shares(self, net: Decimal, taxes: dict) -> dict:
        """Return rate to the part of ``net`` it was charged on; empty where the rates are charged on one another's.

        Two taxes of one country are both of the whole amount; two rates of a bundle are each of their part.
        """
        if len(taxes) < 2:
            return {}
        if not net:
            return {next(iter(taxes)): ZERO}
        charged = {rate: tax * 100 / rate for rate, tax in taxes.items() if rate and tax}
        rest = net - sum(charged.values(), ZERO)
        allowed = sum((smallest_unit(self.currency) * 100 / rate for rate in charged), ZERO)
        if rest < -allowed:
            return {}
        if rest > allowed:
            return {**charged, ZERO: rest} if ZERO in taxes else {}
        return charged

    def refunded(self, gid, quantity: Decimal, price: Decimal, tax: Decimal) -> list:
        """Return the lines given back of an ordered line.

        Whether the price is with VAT in a shop whose prices are is not documented; the ordered line shows it.
        """
        ordered = self.lines_of.get(gid, [])
        whole = total_of(ordered)
        gross = price + tax
        if self.taxes_included:
            expected = whole * quantity / ordered[0].quantity if ordered else price
            gross = min(price, price + tax, key=lambda amount: abs(amount - expected))
        if not ordered:
            return [OrderLine("", LineKind.PRODUCT, "", gross, tax, None if tax else ZERO, quantity)]
        if not whole:
            return [replace(ordered[0], amount=gross, tax=tax, quantity=quantity, discount=ZERO)]
        amounts = divide(gross, [line.amount for line in ordered], self.currency)
        is_taxed = any(line.tax for line in ordered)
        taxes = divide(tax, [line.tax if is_taxed else line.amount for line in ordered], self.currency)
        return [
            replace(line, amount=amount, tax=share, quantity=quantity, discount=ZERO)
            for line, amount, share in zip(ordered, amounts, taxes, strict=True)
        ]


def _divided(line: OrderLine, quantities: list, currency: str) -> list:
    """Return the line divided into quantities, whose amounts, taxes and discounts add up to its own."""
    parts = [divide(value, quantities, currency) for value in (line.amount, line.tax, line.discount)]
    return [
        replace(line, quantity=quantity, amount=amount, tax=tax, discount=discount)
        for quantity, amount, tax, discount in zip(quantities, *parts, strict=True)
    ]


def _joined(titles) -> str:
    return " + ".join(dict.fromkeys(filter(None, titles)))
