from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


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


@tagged("post_install", "-at_install")
class TestExcludedByMistake(SettlementCase):
    """An exclusion can be taken back."""

    def test_left_out_by_mistake(self):
        settlement = self.settle([capture("1", day(1), "A", "100.00"), payout("2000001", day(1))], process=False)
        move = self.env["account.move"].create(
            {
                "journal_id": self.provider.journal_id.id,
                "date": "2026-03-01",
                "line_ids": [
                    (0, 0, {"account_id": self.provider.clearing_account_id.id, "balance": 100}),
                    (0, 0, {"account_id": self.account("3000").id, "balance": -100, "tax_ids": False}),
                ],
            }
        )
        move.action_post()
        item = move.line_ids.filtered(lambda line: line.account_id == self.provider.clearing_account_id)
        line = self.line_of("1")
        line._exclude("Ført for hånd", item)
        line._undo("Det var en annen")
        self.assertEqual((line.status, item.settlement_clearing_id.id), ("new", False))
        settlement._process()
        self.assertEqual((line.status, settlement.clearing_residual), ("unknown", 100))
