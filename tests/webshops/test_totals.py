"""Whatever the basket, the documents come to what the customer paid."""

from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    RETURNED,
    line,
    refunded_order,
    sent_order,
    tax_totals,
)

from .web_order_case import NOON, WebOrderCase

ORES = st.integers(min_value=1, max_value=500_000).map(lambda ore: Decimal(ore) / 100)


@st.composite
def random_orders(draw):
    """Orders as shops make them: any lines, rates, quantities, discounts; VAT rounded per line or over the order."""
    lines = []
    for number in range(draw(st.integers(1, 6))):
        quantity = draw(st.sampled_from(["1", "2", "3", "7", "12", "0.5", "1.25", "0.375", "0.004"]))
        rate = draw(st.sampled_from([25, 15, 12]))
        unit = draw(ORES)
        discount = draw(st.sampled_from(["0", "7", "10", "12.5", "33"]))
        is_inclusive = draw(st.booleans())
        price = unit if is_inclusive else (unit * (100 + rate) / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        amount = (price * Decimal(quantity) * (100 - Decimal(discount)) / 100).quantize(
            Decimal("0.01"), "ROUND_HALF_UP"
        )
        if amount:
            lines.append(line(str(number), f"Vare {number}", amount, rate, quantity=quantity))
    lines = tuple(lines) or (line("9", "Vare", "1.00", 25),)
    taxes = tax_totals(lines)
    if draw(st.booleans()):
        taxes = tuple(
            replace(
                total,
                tax=(sum_of(lines, total.rate) * total.rate / (100 + total.rate)).quantize(
                    Decimal("0.01"), "ROUND_HALF_UP"
                ),
            )
            for total in taxes
        )
    total = sum((line.amount for line in lines), Decimal(0))
    return sent_order(lines=lines, total=total, taxes=taxes)


def sum_of(lines, rate):
    return sum((line.amount for line in lines if line.rate == rate), Decimal(0))


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestTotals(WebOrderCase):
    """The invoice is what the customer paid, to the øre, and VAT per rate the shop's, however the shop rounds."""

    def check(self, shop_order, number):
        shop_order = replace(shop_order, external_id=str(number), number=str(number))
        order = self.told(shop_order)
        self.assertFalse(order.webshop_problem)
        invoice = order._get_webshop_moves()
        self.assertEqual(f"{invoice.amount_total:.2f}", f"{shop_order.total:.2f}")
        booked = {}
        for tax_line in invoice.line_ids.filtered("tax_line_id"):
            rate = Decimal(repr(tax_line.tax_line_id.amount))
            booked[rate] = booked.get(rate, Decimal(0)) - Decimal(f"{tax_line.balance:.2f}")
        self.assertEqual(
            {rate: tax for rate, tax in booked.items() if tax},
            {total.rate: total.tax for total in shop_order.taxes if total.tax},
        )

    def run_random(self):
        numbers = iter(range(30_000, 40_000))

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(random_orders())
        def run(order):
            self.check(order, next(numbers))

        run()

    def test_rounded_over_the_document(self):
        self.company.sudo().tax_calculation_rounding_method = "round_globally"
        self.run_random()

    def test_rounded_per_line(self):
        self.company.sudo().tax_calculation_rounding_method = "round_per_line"
        self.run_random()

    def test_prices_with_tax_in_odoo(self):
        for code in ("3", "31", "33"):
            self.taxes[code].sudo().price_include_override = "tax_included"
        self.run_random()

    def test_refund_of_returned_goods_after_the_example(self):
        order = self.told(refunded_order())
        self.assertEqual(RETURNED.date().isoformat(), self.documents(order)[1][3])
