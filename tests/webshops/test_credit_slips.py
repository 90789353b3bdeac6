"""What PrestaShop credits: vouchers for returns, slips without VAT, slips that are unclear."""

import json

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund
from odoo.addons.settlement_bridge.pure_tests.webshops.prestashop.test_orders import (
    DETAILS,
    PAYMENT,
    SLIP,
    VOUCHER,
    document,
)

from .web_order_case import NOON
from .webshop_case import WebshopCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestCreditSlips(WebshopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.make_shop("prestashop", api_url="https://shop.example.com")

    def told(self, *documents):
        orders = self.shop._ingest_orders([json.dumps(each).encode() for each in documents])
        self.assertFalse(self.shop.event_ids.filtered(lambda event: event.state == "error").mapped("message"))
        orders._make_webshop_documents()
        return orders

    def returned(self):
        """Order 318: one pair of socks came back, 179.10 credited; the buyer got a voucher V12C77O318."""
        return self.told(document(slips=[SLIP]))

    def bought_again(self):
        """Order 400: two pairs of socks and freight, 398 and 79; 179.10 by the voucher, 297.90 by Vipps."""
        paid = {**PAYMENT, "id": 300, "order_reference": "NESTE", "amount": "297.90", "transaction_id": "ps-400"}
        rule = {**VOUCHER, "id_order": "400", "name": "V12C77O318", "value": "179.100000"}
        return self.told(
            document(
                id=400,
                reference="NESTE",
                details=[{**DETAILS[0], "id": "711", "id_order": "400"}],
                payments=[paid],
                cart_rules=[rule],
                total_paid_tax_incl="297.900000",
                total_products_wt="398.000000",
                total_discounts_tax_incl="179.100000",
            )
        )

    def test_voucher_for_a_return_pays_the_next_order(self):
        first = self.returned()
        settled = [capture("1", day(4), "XKBKNABJK", "553.30"), payout("2000001", day(4))]
        self.settle(settled)
        note = first._get_webshop_moves().filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((note.amount_total, note.amount_residual), (179.10, 179.10))
        second = self.bought_again()
        self.assertFalse(second.webshop_problem)
        invoice = second._get_webshop_moves()
        self.assertEqual((invoice.amount_total, invoice.amount_tax), (477.00, 95.40))
        self.assertEqual((note.amount_residual, invoice.amount_residual), (0, 297.90))
        self.settle([*settled, capture("2", day(5), "NESTE", "297.90"), payout("2000002", day(5))])
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (0, "paid"))
        self.assertBalances(a1500="0.00", a2902="0.00", a1523="0.00")
        second._make_webshop_documents()
        self.assertEqual(second._get_webshop_moves(), invoice, "told again, it makes nothing")
        self.assertEqual(len(second.webshop_move_ids), 2)

    def test_voucher_that_paid_before_its_return_was_credited(self):
        """The first order waits when the second is paid with its voucher: a debt, until the return is credited."""
        row = {**SLIP["associations"]["order_slip_details"][0], "amount_tax_excl": "150"}
        first = self.told(document(slips=[{**SLIP, "associations": {"order_slip_details": [row]}}]))
        self.assertEqual(first.webshop_state, "waiting")
        second = self.bought_again()
        self.assertBalances(a1500="297.90", a2902="179.10")
        settled = [
            capture("1", day(4), "XKBKNABJK", "553.30"),
            capture("2", day(5), "NESTE", "297.90"),
            payout("2000002", day(5)),
        ]
        self.settle(settled)
        self.assertEqual(self.returned(), first)
        self.assertEqual(first.webshop_state, "done")
        with self.enter_registry_test_mode():
            for cron in ("webshop_documents", "settlement_process", "settlement_retry"):
                self.trigger(f"ir_cron_{cron}")
        self.env.invalidate_all()
        documents = (first | second).webshop_move_ids.filtered(lambda move: move.move_type != "entry")
        self.assertEqual(documents.mapped("amount_residual"), [0, 0, 0])
        entries = (first | second).webshop_move_ids - documents
        self.assertEqual(len(entries), 2)
        (first | second)._make_webshop_documents()
        self.assertEqual((first | second).webshop_move_ids - documents, entries, "checked again, it makes nothing")
        self.assertBalances(a1500="0.00", a2902="0.00", a1523="0.00")

    def test_voucher_for_an_order_that_is_not_known_here(self):
        """What was credited elsewhere is a debt on the account of store credit."""
        second = self.bought_again()
        self.assertFalse(second.webshop_problem)
        self.assertBalances(a1500="297.90", a2902="179.10")

    def test_refund_without_its_vat_is_booked(self):
        row = {**SLIP["associations"]["order_slip_details"][0], "amount_tax_excl": "179.100000"}
        order = self.told(document(slips=[{**SLIP, "associations": {"order_slip_details": [row]}}]))
        self.assertFalse(order.webshop_problem)
        self.assertEqual(order._get_webshop_moves().mapped("amount_tax"), [102.58, 35.82])

    def test_unclear_slip_says_what_to_do_and_that_helps(self):
        """12.00 of VAT in 100.00 at 25 % is no rounding: the accountant makes the credit note, and it counts."""
        row = {**SLIP["associations"]["order_slip_details"][0], "amount_tax_incl": "100", "amount_tax_excl": "88"}
        slip = {**SLIP, "amount": "100.00", "total_products_tax_incl": "100", "total_products_tax_excl": "88"}
        order = self.told(document())
        invoice = order._get_webshop_moves()
        settled = [capture("1", day(4), "XKBKNABJK", "553.30"), payout("2000001", day(4))]
        self.settle(settled)
        self.told(document(slips=[{**slip, "associations": {"order_slip_details": [row]}}]))
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn("The refund 41 of 100.00 cannot be credited", order.webshop_problem)
        self.assertIn("Include Documents Made by Hand", order.webshop_problem)
        note = invoice._reverse_moves([{"invoice_date": "2026-03-09"}])
        line = note.invoice_line_ids.filtered(lambda item: item.tax_ids.amount == 25)[0]
        note.write({"invoice_line_ids": [Command.delete(other.id) for other in note.invoice_line_ids - line]})
        line.write({"quantity": 1, "price_unit": 80.0})
        note.action_post()
        self.assertEqual((note.amount_total, note.amount_tax), (100, 20))
        order.action_webshop_adopt()
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))
        self.settle([*settled, refund("2", day(10), "XKBKNABJK", "100.00"), payout("2000002", day(10))])
        self.assertEqual((note.amount_residual, invoice.amount_residual), (0, 0))
        self.assertBalances(a1500="0.00", a1523="0.00")
