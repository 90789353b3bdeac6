from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SettlementCase
from .vipps_files import capture, day, payout, refund


@tagged("post_install", "-at_install")
class TestPlacedByHand(SettlementCase):
    """What a person does with the transactions that could not be placed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "W-1042", "300.00"),
                refund("2", day(2), "W-1043", "100.00"),
                payout("2000001", day(2)),
            ]
        )

    def test_on_a_customer(self):
        self.line_of("1")._assign(self.customer, "Kari har betalt uten ordre")
        self.assertBalances(a1500="-300.00", a1523="100.00", a1522="200.00")
        self.assertEqual(self.line_of("1").partner_id, self.customer)

    def test_on_an_account(self):
        self.line_of("1")._assign(self.account("2901") or self.account("2900"), "Solgt gavekort")
        self.assertBalances(a1523="100.00", a2900="-300.00")

    def test_refund_on_its_credit_note(self):
        note = self.credit_note(100, "OTHER")
        self.line_of("2")._assign(note, "Samme kunde")
        self.assertEqual(note.payment_state, "paid")
        self.assertBalances(a1523="-300.00", a1500="0.00")

    def test_invoice_smaller_than_the_payment(self):
        """The rest stays on the invoice's customer."""
        invoice = self.invoice(250, "OTHER")
        self.line_of("1")._assign(invoice, "Betalt for mye")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="-50.00", a1523="100.00")

    def test_invoice_some_oere_larger(self):
        invoice = self.invoice(300.40, "OTHER")
        self.line_of("1")._assign(invoice, "Samme ordre")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a7740="0.40")

    def test_what_cannot_be_chosen(self):
        line = self.line_of("1")
        draft = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.customer.id})
        paid_elsewhere = self.credit_note(10, "X")
        for target in (draft, paid_elsewhere, self.provider.clearing_account_id, self.provider.unknown_account_id):
            with self.subTest(target.display_name), self.assertRaises(UserError):
                line._assign(target, "Feil valg")
        with self.assertRaises(UserError):
            line._assign(self.customer, "  ")
        self.assertEqual(line.status, "unknown")

    def test_placed_twice(self):
        line = self.line_of("1")
        line._assign(self.customer, "Kari")
        second = self.env["res.partner"].create({"name": "Ola Nordmann"})
        line._assign(second, "Det var Ola")
        self.assertEqual(line.partner_id, second)
        self.assertBalances(a1500="-300.00")
        with self.assertRaises(UserError):
            line._assign(self.account("2900"), "Gavekort")
            line._assign(second, "Nei")

    def test_the_reason_and_the_voucher_are_kept(self):
        invoice = self.invoice(300, "OTHER")
        line = self.line_of("1")
        line._assign(invoice, "Bekreftet av kunden")
        self.assertIn("Bekreftet av kunden", line.explanation)
        self.assertIn(self.env.user.name, line.explanation)
        correction = self.settlement.move_ids.sorted("id")[-1]
        self.assertEqual(correction.line_ids.settlement_line_ids, line)
        self.assertEqual(correction.date, self.today())
        self.assertIn(line, invoice._get_settlement_lines())

    def test_in_the_dialog(self):
        """The dialog looks for the order reference by itself and offers the open invoice."""
        invoice = self.invoice(300, "X-W-1042")
        action = self.line_of("1").action_assign()
        wizard = Form(self.env["settlement.line.assign"].with_context(**action["context"]))
        self.assertIn(invoice.id, wizard.candidate_ids.ids)
        wizard.reason = "Samme nummer"
        invoice.with_context(settlement_assign_id=wizard.save().id).action_place_settlement_lines()
        self.assertEqual(invoice.payment_state, "paid")

    def test_found_later_by_itself(self):
        """The invoice comes after the payment: posting it is enough."""
        invoice = self.invoice(300, "W-1042")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.line_of("1").status, "matched")
        self.assertBalances(a1500="0.00", a1523="100.00")

    def test_a_transaction_is_undone(self):
        invoice = self.invoice(300, "W-1042")
        self.line_of("1")._undo("Feil kunde")
        self.assertEqual(self.line_of("1").status, "unknown")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertBalances(a1500="300.00", a1523="-200.00", a1522="200.00")
        other = self.invoice(300, "OTHER")
        self.line_of("1")._assign(other, "Riktig kunde")
        self.assertBalances(a1500="300.00", a1523="100.00")
        self.assertEqual(other.payment_state, "paid")

    def test_a_transaction_with_rounding_is_undone(self):
        invoice = self.invoice(299.60, "W-1042")
        self.assertBalances(a1500="0.00", a7740="-0.40")
        self.line_of("1")._undo("Feil kunde")
        self.assertBalances(a1500="299.60", a7740="0.00", a1523="-200.00")
        self.assertEqual(invoice.amount_residual, 299.60)

    def test_what_somebody_else_reconciled_is_not_undone(self):
        self.line_of("1")._assign(self.customer, "Kari")
        invoice = self.invoice(300, "HELT-ANNEN")
        credit = self.line_of("1")._get_open_move_lines()
        (credit | invoice.line_ids.filtered(lambda line: line.account_id.code == "1500")).reconcile()
        with self.assertRaises(UserError) as caught:
            self.line_of("1")._undo("Feil")
        self.assertIn(credit.move_name, str(caught.exception))


@tagged("post_install", "-at_install")
class TestUndoneSettlement(SettlementCase):
    """A whole settlement is undone by reversal and booked again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = cls.invoice(1000, "WEB-1"), cls.invoice(500, "WEB-2")
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "WEB-1", "1000.00", "17.50"),
                capture("2", day(2), "WEB-2", "500.40", "8.75"),
                capture("3", day(3), "UKJENT", "50.00"),
                payout("2000001", day(3)),
            ]
        )

    def undo_and_book_again(self):
        before = self.balances("1500", "1522", "1523", "7740", "7772")
        self.settlement._reverse("Prøver igjen")
        self.settlement._process()
        self.assertEqual(self.balances("1500", "1522", "1523", "7740", "7772"), before)

    def test_all_is_zero_in_between(self):
        self.settlement._reverse("Feil")
        self.assertBalances(a1500="1500.00", a1522="0.00", a1523="0.00", a7740="0.00", a7772="0.00")
        self.assertEqual(set(self.settlement.line_ids.mapped("status")), {"new"})
        for move in self.settlement.move_ids.filtered("reversal_move_ids"):
            self.assertEqual(len(move.reversal_move_ids), 1)
            for line in move.line_ids.filtered(lambda line: line.account_id.reconcile):
                self.assertEqual(line.amount_residual, 0)

    def test_booked_again(self):
        self.undo_and_book_again()
        self.assertEqual(self.settlement.state, "booked")
        self.assertEqual(self.first.payment_state, "paid")
        self.assertEqual(self.settlement.clearing_residual, self.settlement.payout_amount)
        self.undo_and_book_again()

    def test_after_the_bank_line(self):
        """The bank line keeps its place; the new vouchers meet the reversals."""
        self.bank_line(self.settlement.payout_amount, "Utb. 2000001 Vippsnr 123455", "2026-03-04")
        self.settlement._match_bank()
        self.assertEqual(self.settlement.state, "paid")
        self.undo_and_book_again()
        self.assertEqual(self.settlement.state, "paid")

    def test_after_a_placement_by_hand(self):
        self.line_of("3")._assign(self.customer, "Kari")
        self.settlement._reverse("Feil")
        self.assertBalances(a1500="1500.00", a1522="0.00", a1523="0.00")
        self.settlement._process()
        self.assertEqual(self.line_of("3").status, "unknown")

    def test_what_others_reconciled_is_left_alone(self):
        """The customer's credit of 50 was used by hand against another invoice since."""
        self.line_of("3")._assign(self.customer, "Kari")
        other = self.invoice(50, "HELT-ANNEN")
        credit = self.line_of("3")._get_open_move_lines()
        (credit | other.line_ids.filtered(lambda line: line.account_id.code == "1500")).reconcile()
        self.settlement._reverse("Feil")
        self.assertEqual(other.payment_state, "paid")
        self.assertIn(credit.move_id.name, self.settlement.message_ids[:1].body)

    def test_never_before_the_voucher_and_never_in_a_locked_period(self):
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        reversals = self.settlement._reverse("Feil", day(10))
        self.assertEqual(set(reversals.mapped("date")), {day(1, 4)})

    def test_in_the_dialog(self):
        action = self.settlement.action_reverse()
        wizard = Form(self.env["settlement.reverse"].with_context(**action["context"]))
        wizard.reason = "Feil konto"
        wizard.save().action_confirm()
        self.assertEqual(self.settlement.state, "booked")
        self.assertEqual(self.second.payment_state, "paid")


@tagged("post_install", "-at_install")
class TestLeftOut(SettlementCase):
    """A row may be left out only if its effect is zero or in the ledger already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [capture("1", day(2), "GAMMEL", "300.00"), capture("2", day(2), "NY", "50.00"), payout("2000001", day(2))],
            process=False,
        )

    def book_by_hand(self, amount):
        move = self.env["account.move"].create(
            {
                "journal_id": self.provider.journal_id.id,
                "date": "2026-03-02",
                "line_ids": [
                    (0, 0, {"account_id": self.provider.clearing_account_id.id, "balance": amount}),
                    (0, 0, {"account_id": self.account("3000").id, "balance": -amount, "tax_ids": False}),
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda line: line.account_id == self.provider.clearing_account_id)

    def test_with_the_journal_item_that_booked_it(self):
        item = self.book_by_hand(300)
        self.line_of("1")._exclude("Ført for hånd i mars", item)
        self.settlement._process()
        self.assertEqual(self.line_of("1").status, "excluded")
        self.assertEqual(self.settlement.clearing_residual, 350)
        self.assertBalances(a1522="350.00", a1523="-50.00")
        self.bank_line(350, "Utb. 2000001 Vippsnr 123455")
        self.settlement._match_bank()
        self.assertEqual(self.settlement.state, "paid")
        self.assertBalances(a1522="0.00")

    def test_not_without_one(self):
        for item in (None, self.book_by_hand(299)):
            with self.assertRaises(UserError):
                self.line_of("1")._exclude("Vil ikke", item)
        self.settlement._process()
        with self.assertRaises(UserError):
            self.line_of("2")._exclude("For sent", self.book_by_hand(50))
