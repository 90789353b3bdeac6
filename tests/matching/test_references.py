from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestReferences(SettlementCase):
    """What an order may be known by."""

    def test_what_is_written_alike_is_found(self):
        """The very text of the payment, with whatever kind of space or letter, is found in the ledger by PostgreSQL."""
        invoices = [
            self.invoice(100 + number, reference)
            for number, reference in enumerate(("WEB\u00a01001", "WEB\t1002", "Straße 1003", "ĲSJE-1004", "İ 1005"))
        ]
        references = [invoice.webshop_reference for invoice in invoices]
        rows = [
            capture(str(number), day(2), reference, str(100 + number), "0")
            for number, reference in enumerate(references)
        ]
        self.settle([*rows, payout("1", day(2))])
        for invoice in invoices:
            self.assertEqual(invoice.amount_residual, 0, invoice.webshop_reference)

    def test_orders_from_before_the_installation(self):
        """The installation indexes the orders that are there, as creating them does."""
        order = self.order(100, " WEB-1 #2")
        by_creation = {(row.kind, row.value, row.value_normalised) for row in order.settlement_reference_ids}
        order.settlement_reference_ids.sudo().unlink()
        self.env["sale.order"]._index_all_references()
        self.env.invalidate_all()
        self.assertEqual(
            {(row.kind, row.value, row.value_normalised) for row in order.settlement_reference_ids}, by_creation
        )
        self.env["sale.order"]._index_all_references()
        self.assertEqual(len(order.settlement_reference_ids), len(by_creation))

    def test_a_changed_reference_keeps_the_earlier_one(self):
        order = self.order(100, "WEB-1")
        order.webshop_reference = "WEB-2"
        self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("2000001", day(2))])
        self.assertEqual(self.line_of("1").sale_order_id, order)


@tagged("post_install", "-at_install")
class TestHandwrittenDocuments(SettlementCase):
    """An invoice or credit note that is not linked to the order's lines belongs to the order it names."""

    def test_credit_note_written_by_hand_belongs_to_the_order_it_names(self):
        """It is not linked to the order's lines: order and credit note were two places, and the refund unknown."""
        order = self.order(1000, "WEB-1")
        order._create_invoices().action_post()
        note = self.credit_note(199.60, "web-1")
        self.settle(
            [capture("1", day(2), "WEB-1", "1000.00"), refund("2", day(2), "WEB-1", "200.00"), payout("1", day(2))]
        )
        self.assertEqual(self.line_of("2").sale_order_id, order)
        self.assertEqual(note.amount_residual, 0)
        self.assertBalances(a1500="0.00", a7740="0.40", a1523="0.00", a1522="800.00")

    def test_invoice_written_by_hand_belongs_to_the_order_it_names(self):
        self.order(1000, "WEB-1")
        invoice = self.invoice(1000, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "600.00"), payout("1", day(2))])
        self.assertEqual(invoice.amount_residual, 400)

    def test_other_customers_document_does_not_belong_to_the_order(self):
        """The same reference, but another customer: never guessed."""
        self.order(1000, "WEB-1")
        self.invoice(900, "WEB-1", partner=self.env["res.partner"].create({"name": "Ola Nordmann"}))
        self.settle([capture("1", day(2), "WEB-1", "1000.00"), payout("1", day(2))])
        self.assertEqual(self.line_of("1").status, "unknown")


@tagged("post_install", "-at_install")
class TestTypedReferences(SettlementCase):
    """What a customer can type is no reference: it catches no payment of another's order."""

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
