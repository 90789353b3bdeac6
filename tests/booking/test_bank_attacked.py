from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from .bank_case import BankCase


@tagged("post_install", "-at_install")
class TestBankTakenBack(BankCase):
    """What a person has matched or taken back stays so, whatever kind of entry it is."""

    def merged(self):
        settlements = self.settle_two()
        line = self.bank_line(350, "Vipps MobilePay AS", "2026-03-04")
        self.run_bank()
        self.dialog(settlements[0]).action_confirm()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        return settlements, line

    def test_line_that_a_person_chose_does_not_give_way(self):
        settlement = self.settle_one()
        line = self.bank_line(100, "Innbetaling", "2026-03-05")
        self.run_bank()
        self.dialog(settlement).action_confirm()
        self.bank_line(100, "Utb. 2000777 Vippsnr 123455", "2026-03-06")
        self.run_bank()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertIn("another bank line already", settlement.bank_message)

    def test_line_of_two_payouts_does_not_give_way(self):
        settlements, line = self.merged()
        self.bank_line(100, "Utb. 2000001 Vippsnr 123455", "2026-03-06")
        self.run_bank()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        self.assertEqual(settlements.bank_line_ids, line)

    def test_entry_by_hand_taken_back(self):
        settlement = self.settle_one()
        values = {"account_id": self.provider.clearing_account_id.id, "credit": 100}
        lines = [(0, 0, {"account_id": self.account("1920").id, "debit": 100}), (0, 0, values)]
        entry = self.env["account.move"].sudo().create({"date": "2026-03-06", "line_ids": lines})
        entry.action_post()
        self.run_bank()
        self.assertEqual(settlement.state, "paid")
        settlement.action_take_back_bank_line()
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        self.assertEqual(self.provider.stray_count, 1)

    def test_top_up_taken_back(self):
        self.settle(
            [
                refund("1", day(2), "A", "150.00"),
                Movement("top-up", "T", day(3), "", Decimal("150.00")),
                capture("2", day(4), "B", "338.00"),
                payout("2000001", day(4)),
            ]
        )
        line = self.bank_line(-150, "Til Vipps MobilePay", "2026-03-03")
        self.run_bank()
        self.assertTrue(self.on_clearing(line))
        line.sudo().action_undo_reconciliation()
        self.run_bank()
        self.assertFalse(self.on_clearing(line), "it stays taken back")

    def test_after_a_named_line_was_taken_back_only_a_named_one_is_matched(self):
        settlement = self.settle_one()
        line = self.bank_line(100, "Utb. 2000777")
        self.run_bank()
        line.sudo().action_undo_reconciliation()
        self.bank_line(100, "Vipps MobilePay", "2026-03-05")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")

    def test_merged_undone_taken_back_and_matched_again(self):
        """Each payout's vouchers meet their own reversals, not another's bank line."""
        settlements, line = self.merged()
        settlements[0]._reverse("Feil")
        line.sudo().action_undo_reconciliation()
        settlements[0]._process()
        dialog = self.dialog(settlements)
        dialog.item_ids = line.sudo()._seek_for_lines()[1].sudo(False)
        dialog.action_confirm()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        settlements[1]._reverse("Feil")
        settlements[1]._process()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        self.assertBalances(a1522="0.00")

    def test_payout_and_one_below_zero_in_one_line_taken_back(self):
        """Then each is met by its own line."""
        first, second = self.settle(
            [
                capture("1", day(2), "A", "100.00"),
                payout("2000001", day(2)),
                refund("2", day(3), "B", "30.00"),
                payout("2000002", day(3)),
            ]
        ).sorted("external_id")
        self.assertEqual(second.payout_amount, -30)
        line = self.bank_line(70, "Vipps MobilePay AS", "2026-03-04")
        dialog = self.dialog(first | second)
        dialog.item_ids = line.sudo()._seek_for_lines()[1].sudo(False)
        dialog.action_confirm()
        self.assertEqual((first | second).mapped("state"), ["paid", "paid"])
        line.sudo().action_undo_reconciliation()
        self.assertEqual((first.clearing_residual, second.clearing_residual), (100, -30))
        self.bank_line(100, "Utb. 2000001 Vippsnr 123455", "2026-03-05")
        self.bank_line(-30, "Utb. 2000002 Vippsnr 123455", "2026-03-05")
        self.run_bank()
        self.assertEqual((first | second).mapped("state"), ["paid", "paid"])
        self.assertBalances(a1522="0.00")


@tagged("post_install", "-at_install")
class TestBankOfOthers(BankCase):
    """Lines, accounts and currencies that are somebody else's."""

    def with_euro(self):
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        rate = {"currency_id": euro.id, "name": "2026-03-01", "inverse_company_rate": 11.60}
        self.env["res.currency.rate"].sudo().create({**rate, "company_id": self.company.id})
        return euro

    def test_line_of_another_provider_on_a_shared_account(self):
        self.activate(code="stripe", merchant_id="acct_1")
        stripe = self.env["account.settlement.provider"].search([("code", "=", "stripe")])
        stripe.clearing_account_id = self.provider.clearing_account_id
        settlement = self.settle_one()
        self.put_on_clearing(100, "STRIPE PAYMENTS EUROPE po_1X")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        line = self.put_on_clearing(100, "Vipps MobilePay AS")
        self.run_bank()
        self.assertEqual(settlement.bank_line_ids, line)

    def test_difference_to_an_account_that_is_followed_elsewhere(self):
        settlement = self.settle_one()
        line = self.bank_line(115, "Utb. 2000777 Vippsnr 123455")
        item = line.sudo()._seek_for_lines()[1].sudo(False)
        for account in (
            self.provider.unknown_account_id,
            self.account("1500"),
            self.account("2400"),
            self.bank_journal.suspense_account_id,
        ):
            with self.assertRaisesRegex(UserError, "followed elsewhere"):
                settlement._match_bank_items(item, account, "Feil")
        self.assertEqual(settlement.state, "booked")

    def test_line_that_goes_the_other_way(self):
        settlement = self.settle_one()
        line = self.bank_line(-50, "Vipps")
        with self.assertRaisesRegex(UserError, "other way"):
            settlement._match_bank_items(line.sudo()._seek_for_lines()[1].sudo(False))

    def test_converted_payout_that_includes_an_aborted_one(self):
        """150 EUR, of which 100 came with it: 1740 NOK are all of it."""
        provider = self.activate(merchant_id="654321", currency_id=self.with_euro().id)
        movements = [
            capture("1", day(1), "A", "100.00"),
            payout("2000001", day(1)),
            Movement("payout-aborted", "302321-2000001", day(2), "", Decimal("100.00")),
            capture("3", day(3), "C", "50.00"),
            payout("2000003", day(3)),
        ]
        settlements = self.settle(movements, provider).sorted("external_id")
        last = settlements.filtered(lambda one: one.external_id == "2000003")
        self.bank_line(1740, "Utb. 2000003 Vippsnr 654321", "2026-03-04")
        self.run_bank()
        self.dialog(last).action_confirm()
        self.assertEqual(set(settlements.filtered("external_id").mapped("state")), {"paid"})
        self.assertBalances(**{f"a{provider.clearing_account_id.code}": "0.00"}, a8060="0.00", a8160="0.00")

    def test_converted_amount_far_from_the_rate_needs_a_reason(self):
        provider = self.activate(merchant_id="654321", currency_id=self.with_euro().id)
        settlement = self.settle_one(provider=provider)
        line = self.bank_line(1, "Vipps", "2026-03-05")
        item = line.sudo()._seek_for_lines()[1].sudo(False)
        with self.assertRaisesRegex(UserError, "day's rate"):
            settlement._match_bank_items(item)
        wrong = self.bank_line(-1160, "Vipps", "2026-03-05")
        with self.assertRaisesRegex(UserError, "day's rate"):
            settlement._match_bank_items(wrong.sudo()._seek_for_lines()[1].sudo(False), reason="Feil")
        self.assertEqual(settlement.state, "booked")

    def test_kroner_paid_into_an_account_in_euro(self):
        euro = self.with_euro()
        journal = self.bank_journal.sudo().copy({"name": "EUR", "currency_id": euro.id, "code": "EURB"})
        settlement = self.settle_one(amount="1160.00")
        line = self.bank_line(99.5, "Utb. 2000777 Vippsnr 123455", journal_id=journal.id)
        self.run_bank()
        dialog = self.dialog(settlement)
        self.assertEqual((dialog.open_amount, dialog.bank_amount), (1160, 1154.2))
        dialog.write({"difference_account_id": self.account("7770").id, "reason": "Vekslet"})
        dialog.action_confirm()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertBalances(a1522="0.00", a7770="5.80")

    def test_archived_bank_account_of_the_provider_stops_nothing(self):
        self.settle_one()
        self.bank_line(100, "Utb. 2000777 Vippsnr 123455", account_number="15032080119")
        self.run_bank()
        self.provider.partner_id.sudo().bank_ids.active = False
        second = self.settle(
            [
                capture("2000777", day(4), "A", "100.00"),
                payout("2000777", day(4)),
                capture("5", day(5), "B", "70.00"),
                payout("2000778", day(5)),
            ]
        ).filtered(lambda one: one.external_id == "2000778")
        self.bank_line(70, "Utb. 2000778 Vippsnr 123455", "2026-03-06", account_number="15032080119")
        self.run_bank()
        self.assertEqual(second.state, "paid")

    def test_named_line_long_before_the_payout(self):
        settlement = self.settle_one()
        self.bank_line(100, "Faktura 2000777", "2025-11-20")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")

    def test_sentences_go_when_what_they_say_is_done(self):
        settlements = self.settle_two()
        self.bank_line(350, "Vipps MobilePay AS", "2026-03-04")
        self.run_bank()
        for settlement in settlements:
            self.bank_line(settlement.payout_amount, f"Utb. {settlement.external_id} Vippsnr 123455", "2026-03-05")
        self.run_bank()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        self.assertEqual(settlements.mapped("bank_message"), [False, False])
