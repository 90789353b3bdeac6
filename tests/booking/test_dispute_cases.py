from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day

from ..common import SettlementCase


def taken(reference="WEB-1", amount="-1250.00", on=5, psp="1"):
    return Movement("retained-disputed-capture", psp, day(on), reference, Decimal(amount))


def returned(reference="WEB-1", amount="1250.00", on=9, psp="1"):
    return Movement("returned-disputed-capture", psp, day(on), reference, Decimal(amount))


@tagged("post_install", "-at_install")
class TestDisputeCases(SettlementCase):
    """A disputed payment is one case, from the day it is taken back until it is won or lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls.invoice(1250, "WEB-1")
        cls.paid = capture("1", day(2), "WEB-1", "1250.00")
        cls.settle([cls.paid, taken()])
        cls.case = cls.env["account.settlement.dispute"].search([])

    def lose(self, outcome, **values):
        action = self.case.action_open_lost()
        dialog = (
            self.env["settlement.dispute.lost"]
            .with_context(**action["context"])
            .create({"outcome": outcome, "reason": "Pakken kom aldri fram", **values})
        )
        dialog.action_confirm()
        return dialog

    def test_opened_by_the_settlement(self):
        self.assertRecordValues(
            self.case,
            [
                {
                    "name": "WEB-1",
                    "state": "open",
                    "amount": 1250.0,
                    "amount_open": 1250.0,
                    "invoice_id": self.sale.id,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertEqual(self.case.move_ids, self.case.line_ids.move_line_ids.move_id)
        self.case.deadline = "2026-03-20"
        self.assertRecordValues(self.case.activity_ids, [{"user_id": self.accountant.id}])

    def test_won(self):
        """The amount comes back: the same case is closed, and nothing is asked."""
        self.settle([self.paid, taken(), returned()])
        self.assertEqual((self.case.state, self.case.amount_open, len(self.case.line_ids)), ("won", 0.0, 2))
        self.assertBalances(a1500="0.00")
        with self.assertRaisesRegex(UserError, "Nothing of the dispute"):
            self.case.action_open_lost()

    def test_disputed_again_after_it_was_won(self):
        self.settle([self.paid, taken(), returned(), taken(on=12)])
        self.assertRecordValues(self.case, [{"state": "open", "amount": 2500.0, "amount_open": 1250.0}])

    def test_lost_and_the_sale_is_called_off(self):
        """The invoice is credited by Odoo's own reversal, and the disputed amount closes the credit note."""
        self.lose("credited")
        note = self.sale.reversal_move_ids
        self.assertRecordValues(note, [{"state": "posted", "amount_total": 1250.0, "amount_residual": 0.0}])
        self.assertEqual((self.case.state, self.case.decided_by_id), ("credited", self.accountant))
        self.assertBalances(a1500="0.00", a1522="0.00")

    def test_lost_and_a_part_of_the_sale_is_called_off(self):
        """A disputed part is not the whole invoice: a person makes the credit note, and chooses it."""
        self.settle([self.paid, taken(), taken("WEB-1", "-200.00", 12, "9")])
        self.case = self.env["account.settlement.dispute"].search([("reference", "=", "9")])
        with self.assertRaisesRegex(UserError, "Another amount is disputed"):
            self.lose("credited")
        note = self.credit_note(200)
        self.lose("credited")
        self.assertEqual((self.case.state, note.amount_residual), ("credited", 0.0))

    def test_lost_and_the_goods_are_gone(self):
        """A loss on receivables: no credit note, and the VAT of the sale stays."""
        dialog = self.lose("loss")
        self.assertEqual(dialog.account_id.code, "7830")
        self.assertFalse(self.sale.reversal_move_ids)
        self.assertEqual(self.case.state, "loss")
        self.assertBalances(a1500="0.00", a7830="1250.00")
        self.assertIn("Pakken kom aldri fram", self.case.line_ids.explanation)

    def test_open_again_when_the_decision_is_undone(self):
        self.lose("loss")
        self.case.line_ids._undo("Feil")
        self.assertEqual((self.case.state, self.case.amount_open), ("open", 1250.0))
        self.assertBalances(a7830="0.00")

    def test_nobody_writes_a_case_to_be_decided(self):
        """What follows from the ledger is not written; another's reference is not taken."""
        self.assertEqual(self.env["account.settlement.dispute"].search([("state", "=", "open")]), self.case)
        self.assertFalse(self.env["account.settlement.dispute"].search([("state", "in", ["won", "loss"])]))
