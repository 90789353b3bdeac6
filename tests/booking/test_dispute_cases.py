from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, refund

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

        self.assertEqual((self.case.invoice_id, self.case.partner_id), (self.sale, self.customer))
        self.assertFalse(self.case.outcome or self.case.outcome_reason or self.case.decided_by_id)

    def test_what_is_credited_already_is_not_credited_again(self):
        """The shop has refunded the sale before it was disputed: the buyer has the money twice, which is a loss."""
        note = self.credit_note(1250, reversed_entry_id=self.sale.id)
        with self.assertRaisesRegex(UserError, f"credited already by {note.name}.*not paid back yet"):
            self.lose("credited", credit_note_id=False)
        self.settle([self.paid, refund("2", day(7), "WEB-1", "1250.00"), taken()])
        self.line_of("2")._assign(note, "Refundert")
        with self.assertRaisesRegex(UserError, f"credited already by {note.name}.*paid back a second time"):
            self.lose("credited")
        self.assertEqual(self.sale.reversal_move_ids, note)
        self.lose("loss")
        self.assertBalances(a1500="0.00", a7830="1250.00")

    def test_a_part_is_credited_already(self):
        note = self.credit_note(250, reversed_entry_id=self.sale.id)
        self.settle([self.paid, refund("2", day(7), "WEB-1", "250.00"), taken()])
        self.line_of("2")._assign(note, "Refundert")
        with self.assertRaisesRegex(UserError, f"A part of .* is credited already by {note.name}"):
            self.lose("credited")

    def test_date_of_the_credit_note(self):
        """As of the loss: the day of the transaction, else the first open day after it; or the one that is chosen."""
        self.company.sudo().sale_lock_date = "2026-03-10"
        self.lose("credited")
        self.assertEqual(self.sale.reversal_move_ids.date, self.day(11))
        self.assertEqual(self.case.state, "credited")

    def test_credit_note_of_the_disputes_own_day(self):
        self.lose("credited")
        note = self.sale.reversal_move_ids
        self.assertEqual(note.date, self.case.line_ids.move_line_ids.filtered("matched_credit_ids").date)

    def test_matched_by_hand(self):
        """What became of it is read from the ledger, whichever way it was booked."""
        note = self.credit_note(1250)
        self.case.line_ids._assign(note, "Hevet")
        self.assertEqual((self.case.state, self.case.outcome), ("credited", False))
        self.case.line_ids._undo("Feil")
        self.case.line_ids._assign(self.account("7830"), "Tapt")
        self.assertEqual((self.case.state, self.case.invoice_id), ("loss", self.sale))

    def test_decision_is_not_told_after_another_one(self):
        self.lose("loss")
        self.case.line_ids._undo("Feil")
        self.case.line_ids._assign(self.account("3000"), "Rabatt")
        self.assertRecordValues(self.case, [{"state": "closed", "outcome": False, "decided_by_id": False}])

    def test_won_after_it_was_lost(self):
        """The money that comes back is no second loss: the decision is undone, and both close each other."""
        self.lose("loss")
        self.settle([self.paid, taken(), returned()])
        self.assertEqual(self.case.state, "returned")
        with self.assertRaisesRegex(UserError, "Undo Decision"):
            self.case.action_open_lost()
        action = self.case.action_open_undo_decision()
        self.env["settlement.line.assign"].with_context(**action["context"]).create(
            {"reason": "Vunnet"}
        ).action_confirm()
        self.assertRecordValues(self.case, [{"state": "open", "amount_open": 0.0, "can_meet": True}])
        with self.assertRaisesRegex(UserError, "Match Together"):
            self.case.action_open_lost()
        self.case.action_match_together()
        self.assertRecordValues(self.case, [{"state": "won", "amount_open": 0.0, "can_meet": False}])
        self.assertBalances(a1500="0.00", a7830="0.00")
        self.assertFalse(any(self.case.line_ids.mapped("open_as")))

    def test_no_loss_where_no_sale_is_booked(self):
        """Neither the payment nor what was taken back is known: both close each other."""
        self.settle([self.paid, taken(), capture("7", day(7), "UKJENT", "500.00"), taken("UKJENT", "-500.00", 8, "7")])
        self.case = self.env["account.settlement.dispute"].search([("reference", "=", "7")])
        for outcome in ("credited", "loss"):
            with self.assertRaisesRegex(UserError, "still stands open.*Match Together"):
                self.lose(outcome)
        self.case.action_match_together()
        self.assertEqual(self.case.state, "closed")
        self.assertFalse(any(self.line_of("7").mapped("open_as")))

    def test_order_that_is_not_invoiced(self):
        """Nothing was sold yet, so nothing is credited."""
        self.order(500, "WEB-5")
        self.settle([self.paid, taken(), capture("7", day(7), "WEB-5", "500.00"), taken("WEB-5", "-500.00", 8, "7")])
        self.case = self.env["account.settlement.dispute"].search([("reference", "=", "7")])
        with self.assertRaisesRegex(UserError, "is not invoiced.*cancel it.*Match Together"):
            self.lose("credited")
        self.case.action_match_together()
        self.assertFalse(any(self.line_of("7").mapped("open_as")))

    def test_only_costs_and_own_credit_notes_are_taken(self):
        """Also when the dialog is filled in by another program."""
        for code in ("1920", "3000"):
            with self.assertRaisesRegex(UserError, "no account of costs"):
                self.lose("loss", account_id=self.account(code).id)
        others = self.credit_note(1250, partner=self.env["res.partner"].create({"name": "Ola"}))
        with self.assertRaisesRegex(UserError, "no posted credit note of Kari Nordmann"):
            self.lose("credited", credit_note_id=others.id)
        with self.assertRaisesRegex(UserError, "no posted credit note of Kari Nordmann"):
            self.lose("credited", credit_note_id=self.sale.id)

    def test_nobody_writes_a_case_to_be_decided(self):
        """What follows from the ledger is not written; another's reference is not taken."""
        self.assertEqual(self.env["account.settlement.dispute"].search([("state", "=", "open")]), self.case)
        self.assertFalse(self.env["account.settlement.dispute"].search([("state", "in", ["won", "loss"])]))


@tagged("post_install", "-at_install")
class TestDisputeInEuro(SettlementCase):
    """What is disputed in another currency is compared in it, at whatever rate each is booked."""

    def test_lost_at_another_rate(self):
        euro = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            [
                {"name": date, "currency_id": euro.id, "company_id": self.company.id, "inverse_company_rate": rate}
                for date, rate in (("2026-03-01", 11.0), ("2026-03-04", 12.0))
            ]
        )
        provider = self.activate(merchant_id="654321", currency_id=euro.id)
        sale = self.invoice(100, "EUR-1", currency_id=euro.id)
        self.settle([capture("1", day(2), "EUR-1", "100.00"), taken("EUR-1", "-100.00")], provider)
        case = self.env["account.settlement.dispute"].search([("provider_id", "=", provider.id)])
        dialog = self.env["settlement.dispute.lost"].create(
            {"dispute_id": case.id, "outcome": "credited", "reason": "Hevet"}
        )
        dialog.action_confirm()
        note = sale.reversal_move_ids
        self.assertRecordValues(note, [{"currency_id": euro.id, "amount_total": 100.0, "amount_residual": 0.0}])
        self.assertEqual(case.state, "credited")
        self.assertBalances(a1500="0.00")
