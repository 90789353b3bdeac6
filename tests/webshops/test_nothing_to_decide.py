"""What needs nobody: orders free of charge, free samples, a payment of a split order, money that went both ways."""

from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.invoicing.books import capture as shop_capture
from odoo.addons.settlement_bridge.pure_tests.invoicing.books import refund as shop_refund
from odoo.addons.settlement_bridge.pure_tests.invoicing.books import refunded
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import line, new_order, sent_order, tax_totals
from odoo.addons.settlement_bridge.webshops.records import LineKind, ReferenceKind, references

from .web_order_case import NOON, WebOrderCase


def free(number, name, **values):
    return replace(line(number, name, "0.00", 0), rate=None, **values)


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestNothingToDecide(WebOrderCase):
    def test_order_free_of_charge_is_finished(self):
        """It was sent, so Odoo's order stays; nothing is invoiced, and it is on no list."""
        order = self.told(sent_order(lines=(free("71", "Gratis prøve"),), total=Decimal(0), taxes=(), captures=()))
        self.assertEqual((order.webshop_state, order.state, order.webshop_problem), ("done", "sale", False))
        self.assertFalse(order._get_webshop_moves())
        self.assertEqual(order.order_line.mapped("name"), ["Gratis prøve"])

    def test_nothing_to_pay_but_vat_of_two_rates_is_invoiced(self):
        """125.00 at 25 % less 125.00 at 15 %: 8.70 of VAT is owed, and as much less was earned."""
        lines = (
            line("71", "Ullsokker", "125.00", 25, sku="SOKK-1"),
            line("74", "Rabatt", "-125.00", 15, kind=LineKind.DISCOUNT),
        )
        order = self.told(sent_order(lines=lines, total=Decimal(0), taxes=tax_totals(lines), captures=()))
        self.assertEqual(self.documents(order), [("out_invoice", "0.00", "8.70", "2026-03-03")])
        self.assertEqual((order.webshop_state, order._get_webshop_moves().payment_state), ("done", "paid"))

    def test_free_sample_keeps_no_order_back(self):
        """Without a rate, at a rate that no tax stands for, or 0 %, which may be several things at home."""
        samples = (free("74", "Gratis prøve"), line("75", "Fiskeprøve", "0.00", 11), line("76", "Bokmerke", "0.00", 0))
        order = self.told(sent_order(lines=(*sent_order().lines, *samples)))
        self.assertEqual(self.documents(order), [("out_invoice", "553.30", "102.58", "2026-03-03")])
        self.assertFalse(order.webshop_problem)

    def split_order(self):
        """Two orders are called XKBKNABJK, of 500 and 300; return their invoices."""
        orders = self.told(
            *(
                sent_order(
                    external_id=external_id,
                    number="XKBKNABJK",
                    references=references([(ReferenceKind.SHOP_NUMBER, "XKBKNABJK")]),
                    lines=(line("71", "Ullsokker", amount, 25),),
                    total=Decimal(amount),
                    taxes=(),
                    captures=None,
                )
                for external_id, amount in (("318", "500.00"), ("319", "300.00"))
            )
        )
        return orders.invoice_ids.sorted("amount_total")

    def pay_800(self):
        self.settle([capture("1", day(4), "XKBKNABJK", "800.00"), payout("2000001", day(4))])
        return self.line_of("1")

    def test_one_payment_of_a_split_order(self):
        invoices = self.split_order()
        paid = self.pay_800()
        self.assertEqual(invoices.mapped("amount_residual"), [0, 0])
        self.assertEqual(invoices.mapped("payment_state"), ["paid", "paid"])
        self.assertBalances(a1500="0.00", a1523="0.00")
        self.assertIn("2 orders of one customer", paid.explanation)
        paid.settlement_id._reverse("Prøve")
        self.assertEqual(invoices.mapped("amount_residual"), [300, 500])
        paid.settlement_id._process()
        self.assertEqual(invoices.mapped("amount_residual"), [0, 0])

    def test_split_order_that_is_paid_before_it_is_invoiced(self):
        """It is unknown so long; once both are invoiced, it is placed by itself."""
        paid = self.pay_800()
        self.assertEqual(paid.status, "unknown")
        invoices = self.split_order()
        paid._retry()
        self.assertEqual((paid.status, invoices.mapped("amount_residual")), ("matched", [0, 0]))
        self.assertBalances(a1500="0.00", a1523="0.00")

    def test_refund_that_came_before_its_credit_note_awaits_nothing_later(self):
        """The shop tells of 100 back without lines after the provider has paid it."""
        order = self.told(sent_order())
        paid = capture("1", day(4), "10512", "553.30")
        back = refund("2", day(5), "10512", "100.00")
        self.settle([paid, back, payout("2000001", day(5))])
        transaction = self.line_of("2")
        self.assertIn("awaits one", transaction.explanation)
        self.told(refunded(sent_order(), shop_refund("1", "100.00")))
        self.assertEqual(order._get_webshop_moves().mapped("amount_residual"), [0, 0])
        self.assertEqual((transaction.status, transaction.amount_open), ("matched", 0))
        self.assertNotIn("awaits one", transaction.explanation)
        self.assertIn("At first it stood open on the customer", transaction.explanation)
        self.assertBalances(a1500="0.00")

    def test_refund_without_lines_meets_its_credit_note_at_once(self):
        order = self.told(refunded(sent_order(), shop_refund("1", "100.00")))
        paid = capture("1", day(4), "10512", "553.30")
        self.settle([paid, refund("2", day(5), "10512", "100.00"), payout("2000001", day(5))])
        self.assertEqual(order._get_webshop_moves().mapped("amount_residual"), [0, 0])
        self.assertNotIn("awaits", self.line_of("2").explanation)

    def test_captured_settled_and_refunded_before_it_was_sent(self):
        shop_order = new_order(captures=(shop_capture("1", "553.30"),))
        order = self.told(shop_order)
        self.settle([capture("1", day(4), "10512", "553.30"), payout("2000001", day(4))])
        self.told(refunded(shop_order, shop_refund("1", "553.30")))
        self.assertEqual((order.state, order.webshop_state), ("cancel", "done"))
        self.settle(
            [capture("1", day(4), "10512", "553.30"), payout("2000001", day(4)), refund("2", day(6), "10512", "553.30")]
        )
        self.assertBalances(a1500="0.00", a1523="0.00")
        self.assertEqual(self.line_of("2").status, "matched")
