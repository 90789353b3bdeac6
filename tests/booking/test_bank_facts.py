from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from .bank_case import BankCase


@tagged("post_install", "-at_install")
class TestBankFacts(BankCase):
    """What of a payout has come is read from the ledger, whoever reconciled it, and in whichever view."""

    def test_accountant_puts_the_bank_line_on_the_clearing_account(self):
        settlement = self.settle_one()
        line = self.put_on_clearing(100, "Innbetaling", "2026-03-20")
        self.assertEqual((settlement.state, settlement.bank_state), ("booked", "in_transit"))
        self.run_bank()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertFalse(self.on_clearing(line).amount_residual)
        self.assertBalances(a1522="0.00")

    def test_bank_line_on_the_clearing_account_before_the_report(self):
        line = self.put_on_clearing(100, "Utb. 2000777 Vippsnr 123455", "2026-03-05")
        settlement = self.settle_one()
        self.run_bank()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))

    def test_entry_by_hand_on_the_clearing_account(self):
        """Without bank statements in Odoo: the accountant books the receipt by a journal entry."""
        settlement = self.settle_one()
        entry = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "date": "2026-03-06",
                    "line_ids": [
                        (0, 0, {"account_id": self.account("1920").id, "debit": 100}),
                        (0, 0, {"account_id": self.provider.clearing_account_id.id, "credit": 100}),
                    ],
                }
            )
        )
        entry.action_post()
        self.run_bank()
        self.assertEqual(settlement.state, "paid")
        self.assertBalances(a1522="0.00")

    def test_matched_by_hand_it_has_bank_line_button_and_note(self):
        settlement = self.settle_one()
        line = self.put_on_clearing(100)
        (self.on_clearing(line) | settlement.clearing_line_ids.sudo()).reconcile()
        self.assertEqual((settlement.state, settlement.bank_state, settlement.bank_line_ids), ("paid", "paid", line))
        self.assertEqual(settlement.action_open_bank_line()["res_id"], line.move_id.id)
        self.assertIn(line.move_id.name, settlement.message_ids[0].body)
        self.assertIn(settlement.name, self.on_clearing(line).settlement_explanation)

    def test_matched_by_hand_its_return_is_awaited(self):
        """Payout 2000001 reached the bank, a person matched it, and it was returned with the next."""
        movements = [capture("1", day(1), "A", "100.00"), payout("2000001", day(1))]
        first = self.settle(movements)
        line = self.put_on_clearing(100, "?", "2026-03-02")
        (self.on_clearing(line) | first.clearing_line_ids.sudo()).reconcile()
        back = self.bank_line(-100, "Retur Vipps MobilePay", "2026-03-03")
        movements += [
            Movement("payout-aborted", "302321-2000001", day(3), "", Decimal("100.00")),
            capture("3", day(3), "C", "50.00"),
            payout("2000003", day(3)),
        ]
        last = self.settle(movements).sorted("id")[-1]
        both = self.bank_line(150, "Utb. 2000003 Vippsnr 123455", "2026-03-04")
        self.run_bank()
        self.assertEqual((first.state, last.state), ("paid", "paid"))
        self.assertEqual((first.returned_bank_line_ids, last.bank_line_ids), (back, both))
        self.assertBalances(a1522="0.00")

    def test_named_line_takes_over_from_one_found_by_amount(self):
        settlement = self.settle_one()
        first = self.bank_line(100, "Vipps MobilePay", "2026-03-04")
        self.run_bank()
        self.assertEqual(settlement.bank_line_ids, first)
        named = self.bank_line(100, "Utb. 2000777 Vippsnr 123455", "2026-03-05")
        self.run_bank()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", named))
        self.assertFalse(first.is_reconciled, "it waits on the suspense account again")
        self.assertBalances(a1522="0.00")

    def test_line_that_a_person_matched_does_not_give_way(self):
        settlement = self.settle_one()
        line = self.put_on_clearing(100)
        (self.on_clearing(line) | settlement.clearing_line_ids.sudo()).reconcile()
        named = self.bank_line(100, "Utb. 2000777 Vippsnr 123455", "2026-03-05")
        self.run_bank()
        self.assertEqual(settlement.bank_line_ids, line)
        self.assertFalse(named.is_reconciled)

    def test_short_over_and_in_transit_are_told_apart(self):
        settlement = self.settle_one()
        self.assertIn("On its way", settlement.bank_message)
        line = self.put_on_clearing(83)
        (self.on_clearing(line) | settlement.clearing_line_ids.sudo()).reconcile()
        self.assertEqual((settlement.state, settlement.bank_state), ("booked", "short"))
        self.assertIn("17.00", settlement.bank_message)
        self.assertIn(settlement, settlement.search([("needs_bank_decision", "=", True)]))
        rest = self.put_on_clearing(20, date="2026-03-06")
        (self.on_clearing(rest) | settlement.clearing_line_ids.sudo()).reconcile()
        self.assertEqual((settlement.state, settlement.bank_state), ("booked", "over"))
        self.assertIn("3.00", settlement.bank_message)

    def test_bank_line_of_another_amount_than_what_is_open(self):
        """490 met 294 once, and both were paid out: a bank line is compared with what is open."""
        settlement = self.settle_one()
        # Somebody has taken 40 of what Vipps owes to another account by hand.
        entry = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "date": "2026-03-04",
                    "line_ids": [
                        (0, 0, {"account_id": self.account("7770").id, "debit": 40}),
                        (0, 0, {"account_id": self.provider.clearing_account_id.id, "credit": 40}),
                    ],
                }
            )
        )
        entry.action_post()
        (entry.line_ids[1] | settlement.clearing_line_ids.sudo()).reconcile()
        line = self.bank_line(100, "Utb. 2000777 Vippsnr 123455")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        self.assertFalse(line.is_reconciled)
        self.assertTrue(settlement.needs_bank_decision)

    def test_top_up(self):
        """Refunds exceeded sales: 150 was paid to Vipps, and 338 paid out. Both bank lines are met."""
        settlement = self.settle(
            [
                refund("1", day(2), "A", "150.00"),
                Movement("top-up", "T", day(3), "", Decimal("150.00")),
                capture("2", day(4), "B", "338.00"),
                payout("2000001", day(4)),
            ]
        ).sorted("id")[-1]
        self.assertEqual(settlement.payout_amount, 338)
        paid_out = self.bank_line(338, "Utb. 2000001 Vippsnr 123455", "2026-03-05")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        self.assertIn("188.00", settlement.bank_message, "the top-up has not come")
        paid_in = self.bank_line(-150, "Til Vipps MobilePay", "2026-03-03")
        self.run_bank()
        self.assertEqual((settlement.state, settlement.bank_state), ("paid", "paid"))
        self.assertEqual(settlement.bank_line_ids, paid_out)
        self.assertFalse(self.on_clearing(paid_in).amount_residual)
        self.assertBalances(a1522="0.00")

    def test_line_that_names_the_payout_with_another_amount_is_said_on_both(self):
        settlement = self.settle_one()
        line = self.bank_line(83, "Utb. 2000777 Vippsnr 123455")
        self.run_bank()
        self.assertIn("17.00 less", settlement.bank_message)
        self.assertIn("17.00 less", " ".join(line.move_id.sudo().message_ids.mapped("body")))
        notes = len(line.move_id.sudo().message_ids)
        self.run_bank()
        self.assertEqual(len(line.move_id.sudo().message_ids), notes, "said once")


@tagged("post_install", "-at_install")
class TestBankByHand(BankCase):
    """What is proposed, and a person agrees to."""

    def test_one_bank_line_for_two_payouts(self):
        first, second = self.settle_two()
        line = self.bank_line(350, "Vipps MobilePay AS", "2026-03-04")
        self.run_bank()
        self.assertEqual((first | second).mapped("state"), ["booked", "booked"])
        self.assertIn("sum of 2 payouts", first.bank_message)
        dialog = self.dialog(first)
        self.assertEqual(dialog.settlement_ids, first | second)
        self.assertEqual((dialog.open_amount, dialog.bank_amount, dialog.difference), (350, 350, 0))
        dialog.action_confirm()
        self.assertEqual((first | second).mapped("state"), ["paid", "paid"])
        self.assertEqual((first | second).bank_line_ids, line)
        self.assertBalances(a1522="0.00", a1921="350.00")

    def test_one_payout_in_two_bank_lines(self):
        settlement = self.settle_one()
        parts = self.bank_line(60, "Vipps del 1", "2026-03-05") | self.bank_line(40, "Vipps del 2", "2026-03-06")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        self.dialog(settlement).action_confirm()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", parts))
        self.assertBalances(a1522="0.00", a1921="100.00")

    def test_fee_taken_by_the_bank(self):
        settlement = self.settle_one()
        line = self.bank_line(85, "Utb. 2000777 Vippsnr 123455")
        self.run_bank()
        dialog = self.dialog(settlement, difference_account_id=self.account("7770"), reason="Bankens gebyr")
        self.assertEqual((dialog.open_amount, dialog.bank_amount, dialog.difference), (100, 85, 15))
        dialog.action_confirm()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertBalances(a1522="0.00", a1921="85.00", a7770="15.00")

    def test_difference_needs_a_reason(self):
        settlement = self.settle_one()
        line = self.bank_line(85, "Utb. 2000777 Vippsnr 123455")
        suspense = line.sudo()._seek_for_lines()[1].sudo(False)
        with self.assertRaisesRegex(UserError, "reason"):
            settlement._match_bank_items(suspense, self.account("7770"))
        self.assertBalances(a1522="100.00", a7770="0.00")

    def test_short_line_is_taken_back_and_matched_with_the_fee(self):
        """What the sentence on a short payout says, done."""
        settlement = self.settle_one()
        line = self.put_on_clearing(85)
        (self.on_clearing(line) | settlement.clearing_line_ids.sudo()).reconcile()
        self.assertIn("Take Back the Bank Line", settlement.bank_message)
        settlement.action_take_back_bank_line()
        self.assertEqual(settlement.bank_state, "in_transit")
        self.assertFalse(line.is_reconciled)
        dialog = self.dialog(settlement)
        dialog.item_ids = line.sudo()._seek_for_lines()[1].sudo(False)
        dialog.write({"difference_account_id": self.account("7770").id, "reason": "Bankens gebyr"})
        dialog.action_confirm()
        self.assertEqual(settlement.state, "paid")
        self.assertBalances(a1522="0.00", a1921="85.00", a7770="15.00")

    def test_fee_taken_by_the_bank_of_a_line_that_stands_on_the_clearing_account(self):
        settlement = self.settle_one()
        line = self.put_on_clearing(85, "Utb. 2000777 Vippsnr 123455")
        self.run_bank()
        self.dialog(settlement, difference_account_id=self.account("7770"), reason="Gebyr").action_confirm()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertBalances(a1522="0.00", a1921="85.00", a7770="15.00")

    def test_payer_unnamed(self):
        """The bank says nothing but the amount: a person says that it is this payout."""
        settlement = self.settle_one()
        line = self.bank_line(100, "Innbetaling", "2026-03-05")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        self.dialog(settlement).action_confirm()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))

    def test_payout_converted_by_the_bank(self):
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            {
                "currency_id": euro.id,
                "name": "2026-03-02",
                "inverse_company_rate": 11.60,
                "company_id": self.company.id,
            }
        )
        provider = self.activate(merchant_id="654321", currency_id=euro.id)
        settlement = self.settle_one(provider=provider)
        clearing = provider.clearing_account_id.code
        line = self.bank_line(1150, "Utb. 2000777 Vippsnr 654321", "2026-03-05")
        self.run_bank()
        self.assertEqual(settlement.state, "booked")
        self.dialog(settlement).action_confirm()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertBalances(**{f"a{clearing}": "0.00"}, a1921="1150.00", a8160="10.00")

    def test_lines_and_payouts_that_do_not_go_together(self):
        settlement = self.settle_one()
        other = self.invoice(100).line_ids.filtered(lambda item: item.account_id == self.account("1500"))
        with self.assertRaisesRegex(UserError, "no open bank line"):
            settlement._match_bank_items(other)
        with self.assertRaisesRegex(UserError, "at least one"):
            settlement._match_bank_items(self.env["account.move.line"])


@tagged("post_install", "-at_install")
class TestBankIsPrepared(BankCase):
    """Other views of the bank find the payout: by text, partner and account, and by a model before the report."""

    def test_clearing_item_has_partner_and_voucher_the_banks_text(self):
        settlement = self.settle_one()
        self.assertEqual(settlement.clearing_line_ids.partner_id, self.provider.partner_id)
        self.assertEqual(settlement.move_ids.payment_reference, "Utb. 2000777 Vippsnr 123455")

    def test_voucher_booked_before_the_payout_gets_the_text_when_it_is_known(self):
        movements = [capture("1", day(1), "A", "100.00"), capture("2", day(2), "B", "50.00")]
        run = self.settle(movements)
        first = run.move_ids
        self.assertEqual((bool(first), first[:1].payment_reference), (True, False))
        self.settle([*movements, payout("2000777", day(2))])
        self.assertEqual(set(run.move_ids.mapped("payment_reference")), {"Utb. 2000777 Vippsnr 123455"})

    def test_several_vouchers_are_gathered_in_one_item_where_that_is_wanted(self):
        """Also after an undo; nothing else changes on the clearing account, and the proof is silent."""
        self.provider.gathers_payouts = True
        movements = [
            capture("1", day(2), "A", "100.00"),
            capture("2", day(3), "B", "250.00"),
            payout("2000777", day(3)),
        ]
        settlement = self.settle(movements)
        for _time in range(2):
            self.assertEqual(settlement.clearing_line_ids.filtered("amount_residual").mapped("balance"), [350])
            self.assertBalances(a1522="350.00", a1523="-350.00")
            settlement._prove()
            self.assertFalse(settlement.is_altered, settlement.proof_message)
            settlement._reverse("Feil")
            self.assertBalances(a1522="0.00", a1523="0.00")
            settlement._process()
        self.bank_line(350, "Utb. 2000777 Vippsnr 123455")
        self.run_bank()
        self.assertEqual(settlement.state, "paid")
        settlement._reverse("Feil")
        settlement._process()
        self.assertEqual(settlement.state, "paid")
        self.assertBalances(a1522="0.00", a1921="350.00")

    def test_account_of_the_provider_is_learned_from_a_named_line(self):
        settlement = self.settle_one()
        self.bank_line(100, "Utb. 2000777 Vippsnr 123455", account_number="1503.20.80119")
        self.run_bank()
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(self.provider.partner_id.bank_ids.sanitized_acc_number, "15032080119")

    def test_activation_offers_a_reconciliation_model(self):
        model = self.env["account.reconcile.model"].search([("name", "=", self.provider.name)])
        self.assertEqual(model.match_label_param, "Vippsnr 123455")
        self.assertEqual(model.line_ids.account_id, self.provider.clearing_account_id)
