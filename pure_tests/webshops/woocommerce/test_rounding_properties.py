"""WooCommerce: whatever the basket and however the shop rounds, the invoice is what the buyer paid.

The sums are made as ``WC_Cart_Totals`` and ``WC_Order_Item_Product::set_taxes`` make them.
"""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ...invoicing.books import Books, said
from .documents import REFUND, meta
from .test_rounding import item, order, tax_line

RATES = {3: Decimal(25), 4: Decimal(15), 5: Decimal(12)}


@dataclass
class Shop:
    """How a shop is set up.

    :ivar decimals: it shows. :ivar is_inclusive: its prices are with VAT.
    :ivar at_subtotal: it rounds VAT once a rate, not once a line.
    """

    decimals: int
    is_inclusive: bool
    at_subtotal: bool

    def rounded(self, amount):
        return amount.quantize(Decimal(1).scaleb(-self.decimals), "ROUND_HALF_UP")

    def rounded_tax(self, amount):
        mode = "ROUND_HALF_DOWN" if self.is_inclusive else "ROUND_HALF_UP"
        return amount.quantize(Decimal(1).scaleb(-self.decimals), mode)

    def line(self, price, rate):
        """Net and VAT of a price, not rounded."""
        if self.is_inclusive:
            tax = (price * rate / (100 + rate)).quantize(Decimal("0.000001"))
            return price - tax, tax
        return price, (price * rate / 100).quantize(Decimal("0.000001"))


@st.composite
def baskets(draw):
    shop = Shop(draw(st.sampled_from([0, 1, 2])), draw(st.booleans()), draw(st.booleans()))
    prices = st.one_of(st.integers(1, 5000).map(Decimal), st.integers(100, 500_000).map(lambda ore: Decimal(ore) / 100))
    prices = prices.map(lambda price: price if draw(st.booleans()) else shop.rounded(price))
    lines = draw(st.lists(st.tuples(prices.filter(bool), st.sampled_from(list(RATES))), min_size=1, max_size=8))
    return shop, lines


def documents(shop, lines):
    """Return the total, VAT, items and tax lines as the shop tells them."""
    items, by_rate, net_sum, tax_sum = [], {}, Decimal(0), Decimal(0)
    for number, (price, rate_id) in enumerate(lines):
        net, tax = shop.line(price, RATES[rate_id])
        own = tax if shop.at_subtotal else shop.rounded_tax(tax)
        items.append(item(71 + number, f"{net:.6f}", {rate_id: f"{tax:f}"}, f"{own:.6f}"))
        by_rate[rate_id] = by_rate.get(rate_id, 0) + own
        net_sum += net if shop.at_subtotal else shop.rounded(net)
    by_rate = {rate_id: shop.rounded_tax(tax) for rate_id, tax in by_rate.items()}
    tax_sum = sum(by_rate.values())
    total = shop.rounded(net_sum + tax_sum)
    return total, tax_sum, items, [tax_line(rate_id, f"{tax:.6f}") for rate_id, tax in by_rate.items()]


@settings(max_examples=examples(300), deadline=None)
@given(baskets())
def test_the_invoice_is_what_the_buyer_paid(basket):
    shop, lines = basket
    total, tax, items, tax_lines = documents(shop, lines)
    books = Books(InvoiceOn.SHIPPED)
    plan = books.tell(order(f"{total:.6f}", f"{tax:.6f}", items, tax_lines))
    assert not said(plan)
    assert books.left() == total
    taxes = books.per_rate("tax")
    for rate, amount in books.per_rate().items():
        # of each line an øre, and as much again where the shop's own sum is followed
        assert abs(taxes.get(rate, 0) - amount * rate / (100 + rate)) <= Decimal("0.02") * (len(lines) + 1)


@settings(max_examples=examples(150), deadline=None)
@given(baskets(), st.data())
def test_each_line_given_back_by_itself_leaves_nothing(basket, data):
    """The shop keeper gives back line by line what the shop shows: in the end nothing is left, of no rate."""
    shop, lines = basket
    total, tax, items, tax_lines = documents(shop, lines)
    given_back, left = [], total
    for number, bought in enumerate(items):
        back = {**bought, "id": 800 + number, "quantity": -1, "meta_data": meta(_refunded_item_id=str(bought["id"]))}
        net, vat = shop.rounded(Decimal(bought["total"])), shop.rounded(Decimal(bought["total_tax"]))
        back |= {"total": f"{-net:f}", "total_tax": f"{-vat:f}"}
        back["taxes"] = [{**bought["taxes"][0], "total": f"{-vat:f}"}]
        amount = left if number == len(items) - 1 else min(left, net + vat)
        if not amount:
            continue
        left -= amount
        rate_id = bought["taxes"][0]["id"]
        refund = {**REFUND, "id": 900 + number, "amount": f"{amount:f}", "line_items": [back]}
        given_back.append({**refund, "tax_lines": [tax_line(rate_id, f"{-vat:f}")]})
    books = Books(InvoiceOn.SHIPPED)
    plan = books.tell(order(f"{total:.6f}", f"{tax:.6f}", items, tax_lines, given_back))
    assert not said(plan)
    assert (books.left(), books.per_rate(), books.per_rate("tax")) == (0, {}, {})
