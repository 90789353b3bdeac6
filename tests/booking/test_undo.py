from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


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

    def test_a_reason_does_not_run_into_the_next_sentence(self):
        said = ["Undone by Kari: feil konto", "Found by the order reference.\nBy the amount", "Matched"]
        self.assertEqual(
            self.env["settlement.message"]._join(said),
            "Undone by Kari: feil konto. Found by the order reference. By the amount. Matched",
        )

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
        self.assertBalances(a1500="-50.00", a1523="0.00")
        self.assertEqual((self.line_of("3").status, self.line_of("3").partner_id), ("resolved", self.customer))

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

    def get_balances_of(self, date):
        """The balance of each account at the end of a day."""
        groups = self.env["account.move.line"]._read_group(
            [("date", "<=", date), ("parent_state", "=", "posted"), ("company_id", "=", self.company.id)],
            ["account_id"],
            ["balance:sum"],
        )
        return {account.code: round(balance, 2) for account, balance in groups if round(balance, 2)}

    def undo_in_dialog(self, **values):
        values = {"settlement_ids": self.settlement.ids, "reason": "Feil konto", **values}
        self.env["settlement.reverse"].create(values).action_confirm()

    def test_booked_again_a_month_is_as_it_was(self):
        """Undone months later: the month it was booked in is neither without it nor has it twice."""
        before = self.get_balances_of("2026-03-31")
        self.undo_in_dialog()
        self.assertEqual(self.get_balances_of("2026-03-31"), before)

    def test_booked_again_in_a_locked_month_nothing_of_it_changes(self):
        before = self.get_balances_of("2026-03-31")
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        self.undo_in_dialog()
        self.assertEqual(self.get_balances_of("2026-03-31"), before)
        self.assertEqual(self.get_balances_of("2026-04-01"), before)

    def test_a_date_of_ones_own_is_for_what_is_not_booked_again(self):
        with self.assertRaisesRegex(UserError, "Leave the reversal date empty"):
            self.undo_in_dialog(date="2026-04-15")
        self.undo_in_dialog(date="2026-04-15", book_again=False)
        self.assertEqual(set(self.settlement.move_ids.filtered("reversed_entry_id").mapped("date")), {day(15, 4)})


@tagged("post_install", "-at_install")
class TestUndoneTransaction(SettlementCase):
    """One transaction is undone by one small voucher, and matched again."""

    def test_undo_of_an_unknown_transaction_writes_no_voucher(self):
        settlement = self.settle([capture("1", day(2), "W-1", "300.00"), payout("1", day(2))])
        self.line_of("1")._undo("Prøver igjen")
        self.assertEqual(len(settlement.move_ids), 1)
        self.assertEqual(self.line_of("1").status, "unknown")

    def test_undo_twice_turns_only_what_stands(self):
        """Placed with rounding, undone, placed again, undone again: the second undo turns one voucher, not two."""
        self.invoice(99.60, "WEB-1")
        settlement = self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])
        line = self.line_of("1")
        line._undo("Feil")
        line._retry()
        self.assertBalances(a1500="0.00", a7740="-0.40", a1523="0.00")
        line._undo("Feil igjen")
        self.assertBalances(a1500="99.60", a7740="0.00", a1523="-100.00")
        last = settlement.move_ids.sorted("id")[-1]
        self.assertEqual(sorted(last.line_ids.mapped("balance")), [-100.0, 0.40, 99.60])
