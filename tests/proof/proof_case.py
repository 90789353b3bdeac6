"""What the tests of the proof share."""

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class BooksProofCase(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls.invoice(100, "WEB-1")
        cls.credit = cls.credit_note(30, "WEB-3")
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "WEB-1", "100.00", "2.00"),
                capture("2", day(2), "X", "50.00"),
                refund("3", day(2), "WEB-3", "30.00"),
                payout("1", day(2)),
            ]
        )
        cls.voucher = cls.settlement.move_ids
        cls.books = {"1500": "0.00", "1522": "118.00", "1523": "-50.00", "7772": "2.00"}

    def sql(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def item(self, role, move=None):
        return (move or self.voucher).line_ids.filtered(lambda item: item.settlement_role == role)[:1]

    def assertProven(self):
        self.settlement._prove()
        self.assertFalse(self.settlement.proof_message)
        self.assertFalse(self.settlement.is_altered)

    def assertDiffers(self, *texts):
        """The proof finds it, says so with these words, and shows it on the provider's card."""
        self.settlement._prove()
        self.assertTrue(self.settlement.is_altered)
        for text in texts:
            self.assertIn(text, self.settlement.proof_message.replace("\N{NO-BREAK SPACE}", " "))
        self.provider.invalidate_recordset()
        self.assertEqual(self.provider.altered_count, 1)
        self.assertTrue(self.provider.sudo().activity_ids)

    def assertMended(self):
        """The button brings the books back to what the document says, and nothing differs any more."""
        self.settlement.action_mend()
        self.assertEqual(self.settlement.proof_message, False)
        self.assertEqual(self.balances(*self.books), self.books)
        self.assertEqual(self.settlement.state, "booked")
        self.assertEqual(self.settlement.clearing_residual, 118)
        self.assertEqual(self.sale.payment_state, "paid")
        kinds = ("payment", "refund")
        statuses = {line.provider_reference: line.status for line in self.settlement.line_ids if line.kind in kinds}
        self.assertEqual(statuses, {"1": "matched", "2": "unknown", "3": "matched"})
        self.bank_line(118, "Utb. 1 Vippsnr 123455")
        self.settlement._match_bank()
        self.assertEqual(self.settlement.state, "paid")
        self.assertBalances(a1522="0.00")
        self.assertProven()
