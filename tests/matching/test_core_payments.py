from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestRegisteredPayments(SettlementCase):
    """Payments that Odoo's own payment providers have registered are met, never booked a second time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payment_provider = (
            cls.env["payment.provider"]
            .sudo()
            .create({"name": "Vipps i nettbutikken", "code": "none", "state": "test", "company_id": cls.company.id})
        )
        cls.method_line = cls.bank_journal.inbound_payment_method_line_ids[:1].sudo()

    def pay(self, invoice, amount, reference, psp, outstanding_account):
        """Odoo registers a payment of the invoice through its own payment transaction."""
        self.method_line.payment_account_id = outstanding_account
        payment = (
            self.env["account.payment"]
            .sudo()
            .create(
                {
                    "amount": abs(amount),
                    "payment_type": "inbound" if amount > 0 else "outbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "journal_id": self.bank_journal.id,
                    "payment_method_line_id": self.method_line.id
                    if amount > 0
                    else self.bank_journal.outbound_payment_method_line_ids[:1].id,
                    "date": "2026-03-01",
                }
            )
        )
        payment.outstanding_account_id = outstanding_account
        payment.action_post()
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": self.payment_provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "reference": reference,
                "provider_reference": psp,
                "partner_id": self.customer.id,
                "state": "done",
                "payment_id": payment.id,
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        (payment.move_id.line_ids | invoice.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        return payment

    def test_payment_on_the_clearing_account(self):
        """Native payments land on the clearing account; the settlement meets them and they turn paid."""
        invoice = self.invoice(500, "S00042")
        payment = self.pay(invoice, 500, "S00042", "4410", self.provider.clearing_account_id)
        self.assertBalances(a1500="0.00", a1522="500.00")
        settlement = self.settle([capture("4410", day(2), "S00042", "500.00", "8.75"), payout("2000001", day(2))])
        self.assertBalances(a1500="0.00", a1522="491.25", a7772="8.75", a1523="0.00")
        self.assertEqual(payment.state, "paid")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(settlement.clearing_residual, 491.25)
        self.assertIn(payment.move_id.name, self.line_of("4410").explanation)

    def test_payment_on_another_outstanding_account(self):
        """Payments made before the activation keep their own outstanding account, and are met there."""
        outstanding = self.account("1579") or self.account("1580")
        outstanding.reconcile = True
        invoice = self.invoice(500, "S00042")
        payment = self.pay(invoice, 500, "S00042-1", "4410", outstanding)
        self.settle([capture("4410", day(2), "ANNET", "500.00"), payout("2000001", day(2))])
        self.assertBalances(**{f"a{outstanding.code}": "0.00"}, a1522="500.00", a1500="0.00")
        self.assertEqual(payment.state, "paid")

    def test_registered_refund(self):
        note = self.credit_note(200, "S00042")
        payment = self.pay(note, -200, "R-S00042", "4411", self.provider.clearing_account_id)
        self.settle([refund("4411", day(2), "S00042", "200.00"), payout("2000001", day(2))])
        self.assertBalances(a1500="0.00", a1522="-200.00")
        self.assertEqual(payment.state, "paid")

    def test_payment_of_another_agreement_is_left_alone(self):
        """The order was paid through another agreement, and by Vipps once more: that payment is not this one."""
        other = self.activate(merchant_id="999")
        other.sudo().payment_provider_ids = self.payment_provider
        invoice = self.invoice(500, "S00042")
        payment = self.pay(invoice, 500, "S00042", "ANNEN-1", other.clearing_account_id)
        self.settle([capture("4410", day(2), "S00042", "500.00"), payout("2000001", day(2))])
        self.assertBalances(**{f"a{other.clearing_account_id.code}": "500.00"})
        self.assertEqual(payment.move_id.line_ids.mapped("amount_residual"), [500, 0])
        self.assertEqual(self.line_of("4410").status, "on_account")
        self.assertBalances(a1500="-500.00", a1522="500.00")

    def test_payment_link_without_order_or_invoice(self):
        payment = self.pay(self.env["account.move"], 75, "LINK-1", "4412", self.provider.clearing_account_id)
        self.settle([capture("4412", day(2), "LINK-1", "75.00"), payout("2000001", day(2))])
        self.assertEqual(payment.state, "paid")
        self.assertBalances(a1500="-75.00", a1522="75.00")
