"""What a customer can type is no reference: it catches no payment of another's order."""

from odoo.tests import tagged

from .common import SettlementCase
from .vipps_files import capture, day, payout


@tagged("post_install", "-at_install")
class TestTypedReferences(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Ola Fremmed"})

    def type_reference(self, order, reference):
        """The customer types what the order is called, in Odoo's own shop or to a salesman."""
        order.client_order_ref = reference
        return order

    def pay(self, reference, amount):
        self.settle([capture("1", day(2), reference, amount), payout("9", day(2))])
        return self.line_of("1")

    def test_typed_number_of_another_order_catches_nothing(self):
        self.type_reference(self.order(80000, "S-1", self.stranger), "WEB-5001")
        line = self.pay("WEB-5001", "500.00")
        self.assertEqual(line.status, "unknown")
        self.assertFalse(line.partner_id)

    def test_typed_number_alone_is_not_enough_before_the_invoice(self):
        """Also with the right amount: nothing is open that it could be compared with."""
        self.type_reference(self.order(500, "S-1", self.stranger), "WEB-5001")
        self.assertEqual(self.pay("WEB-5001", "500.00").status, "unknown")

    def test_shops_number_wins(self):
        """The real order is paid although somebody else has typed its number."""
        self.type_reference(self.order(80000, "S-1", self.stranger), "WEB-5001")
        order = self.order(500, "WEB-5001")
        line = self.pay("WEB-5001", "500.00")
        self.assertEqual((line.status, line.sale_order_id, line.partner_id), ("on_account", order, self.customer))

    def test_shops_number_in_another_spelling_wins(self):
        self.type_reference(self.order(80000, "S-1", self.stranger), "WEB-5001")
        order = self.order(500, "web-5001")
        self.assertEqual(self.pay("WEB-5001", "500.00").sale_order_id, order)

    def test_typed_reference_and_exact_amount_of_an_open_invoice(self):
        invoice = self.invoice(500, partner=self.stranger, ref="PO-77")
        line = self.pay("PO-77", "500.00")
        self.assertEqual((line.status, line.invoice_id), ("matched", invoice))

    def test_typed_reference_and_another_amount(self):
        invoice = self.invoice(499, partner=self.stranger, ref="PO-77")
        line = self.pay("PO-77", "500.00")
        self.assertEqual(line.status, "unknown")
        self.assertIn("not exactly this amount open", line.explanation)
        self.assertEqual(invoice.amount_residual, 499)
