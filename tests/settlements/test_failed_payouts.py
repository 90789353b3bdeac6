"""A payout that failed at the provider: its bank line never comes, and the amount is part of a later payout."""

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples import stripe_files

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestFailedPayouts(SettlementCase):
    """Stripe's story: 448.35 is paid out on 10 March, fails, and is part of the payout of the 16th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stripe = cls.activate(code="stripe", merchant_id=stripe_files.ACCOUNT)
        cls.documents = stripe_files.as_payout_documents(stripe_files.story())

    def take(self, *documents):
        for name, content in documents:
            self.stripe._ingest_file(name, content)
            self.stripe.settlement_ids._process_each()

    def settlement(self, number):
        return self.stripe.settlement_ids.filtered(lambda one: one.external_id == number)

    def clearing(self):
        return self.balances(self.stripe.clearing_account_id.code)[self.stripe.clearing_account_id.code]

    def test_failed_payout_is_carried_to_the_later_one(self):
        self.take(*self.documents)
        failed, later = self.settlement("po_1Y"), self.settlement("po_1Z")
        self.assertEqual((failed.payout_failed, failed.carried_to_id), (True, later))
        self.assertEqual(set(self.stripe.settlement_ids.mapped("state")), {"booked"})
        for number in ("po_1X", "po_1Z"):
            one = self.settlement(number)
            self.bank_line(one.payout_amount, f"STRIPE {number}", date=one.payout_date)
        self.stripe.settlement_ids._match_bank()
        self.assertEqual(set(self.stripe.settlement_ids.mapped("state")), {"paid"})
        self.assertEqual(self.clearing(), "0.00")

    def test_later_payout_is_known_first(self):
        self.take(self.documents[2], self.documents[0], self.documents[1])
        self.assertEqual(self.settlement("po_1Y").carried_to_id, self.settlement("po_1Z"))

    def test_bank_line_of_another_is_not_taken_for_it(self):
        self.take(*self.documents[:2])
        self.bank_line(448.35, "Noen andre", date="2026-03-12")
        self.settlement("po_1Y")._match_bank()
        self.assertFalse(self.settlement("po_1Y").bank_line_ids)

    def test_payout_that_failed_after_it_was_reported(self):
        name, content = self.documents[1]
        sent = content.replace(b'"status": "failed"', b'"status": "paid"')
        self.assertNotEqual(sent, content)
        self.take((name, sent))
        failed = self.settlement("po_1Y")
        self.assertFalse(failed.payout_failed)
        self.take((name, content))
        self.assertTrue(failed.payout_failed)
        self.assertIn("payout failed", " ".join(failed.message_ids.mapped("body")))
