from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestBank(SettlementCase):
    """The payout meets its bank line: by reference, else by amount and date if unique."""

    def settle_two(self, first="100.00", second="100.00"):
        return self.settle(
            [
                capture("1", day(2), "A", first),
                payout("2000001", day(2)),
                capture("2", day(3), "B", second),
                payout("2000002", day(3)),
            ]
        ).sorted("external_id")

    def test_by_reference_among_equal_amounts(self):
        first, second = self.settle_two()
        later = self.bank_line(100, "Utb. 2000002 Vippsnr 123455", "2026-03-05")
        earlier = self.bank_line(100, "Vipps utbet. 2000001 Vippsnr 123455", "2026-03-04")
        (first | second)._match_bank()
        self.assertEqual((first.bank_line_ids, second.bank_line_ids), (earlier, later))
        self.assertEqual((first | second).mapped("state"), ["paid", "paid"])
        self.assertBalances(a1522="0.00", a1921="200.00")

    def test_equal_amounts_without_reference_are_never_guessed(self):
        settlements = self.settle_two()
        self.bank_line(100, "Innbetaling", "2026-03-04")
        self.assertFalse(settlements._match_bank())
        self.assertEqual(settlements.mapped("state"), ["booked", "booked"])

    def test_unique_amount_and_date(self):
        settlements = self.settle_two(second="250.00")
        line = self.bank_line(250, "Vipps MobilePay AS", "2026-03-05")
        settlements._match_bank()
        self.assertEqual(settlements[1].bank_line_ids, line)
        self.assertEqual(settlements.mapped("state"), ["booked", "paid"])

    def test_right_amount_too_late(self):
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        self.bank_line(100, "Innbetaling", "2026-03-20")
        self.assertFalse(settlement._match_bank())

    def test_number_inside_another_number(self):
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        self.bank_line(100, "Faktura 12000001", "2026-06-01")
        self.assertFalse(settlement._match_bank())

    def test_reference_with_another_amount(self):
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        self.bank_line(99, "Utb. 2000001 Vippsnr 123455")
        self.assertFalse(settlement._match_bank())

    def test_line_that_is_reconciled_already(self):
        """A person has placed the bank line elsewhere: it is left alone."""
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        self.bank_line(100, "Utb. 2000001 Vippsnr 123455", counterpart_account_id=self.account("3000").id)
        self.assertFalse(settlement._match_bank())

    def test_a_person_reconciles_the_bank_line(self):
        """The state is read from the clearing lines, whoever reconciled them."""
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        line = self.bank_line(100, "?", "2026-06-01", counterpart_account_id=self.provider.clearing_account_id.id)
        counterpart = line.sudo().line_ids.filtered(lambda item: item.account_id == self.provider.clearing_account_id)
        (counterpart | settlement.clearing_line_ids).reconcile()
        self.assertEqual(settlement.state, "paid")
        counterpart.remove_move_reconcile()
        self.assertEqual(settlement.state, "booked")

    def test_twice_changes_nothing(self):
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        line = self.bank_line(100, "Utb. 2000001 Vippsnr 123455")
        settlement._match_bank()
        items = line.sudo().line_ids
        settlement._match_bank()
        settlement._process()
        self.assertEqual(line.sudo().line_ids, items)
        self.assertEqual(settlement.state, "paid")

    def test_amount_the_merchant_pays_in(self):
        """The bank's own line of a top-up is booked on the clearing account by a person; nothing is booked twice."""
        settlements = self.settle(
            [
                refund("1", day(2), "A", "100.00"),
                Movement("top-up", "T", day(3), "", Decimal("100.00")),
                capture("2", day(4), "B", "50.00"),
                payout("2000001", day(4)),
            ]
        )
        self.assertEqual(settlements.payout_amount, 50)
        self.bank_line(-100, "Faktura Vipps", counterpart_account_id=self.provider.clearing_account_id.id)
        self.bank_line(50, "Utb. 2000001 Vippsnr 123455", "2026-03-05")
        settlements._match_bank()
        self.assertBalances(a1522="0.00")

    def test_payout_in_another_currency_than_the_bank_account(self):
        """Settled in EUR, converted by the bank: matched by the amount in EUR."""
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            [
                {
                    "currency_id": euro.id,
                    "name": f"2026-03-0{number}",
                    "inverse_company_rate": rate,
                    "company_id": self.company.id,
                }
                for number, rate in ((2, 11.60), (4, 11.50))
            ]
        )
        provider = self.activate(merchant_id="654321", currency_id=euro.id)
        settlement = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))], provider)
        clearing = provider.clearing_account_id.code
        self.assertBalances(**{f"a{clearing}": "1160.00"})
        self.bank_line(
            1150, "Utb. 2000001 Vippsnr 654321", "2026-03-04", foreign_currency_id=euro.id, amount_currency=100
        )
        settlement._match_bank()
        self.assertEqual(settlement.state, "paid")
        self.assertBalances(**{f"a{clearing}": "0.00"}, a8160="10.00")


@tagged("post_install", "-at_install")
class TestSeveralPayouts(SettlementCase):
    """Each payout waits for its own bank line, whatever became of the others."""

    def run_action(self, name):
        with self.enter_registry_test_mode():
            self.trigger(f"ir_cron_settlement_{name}")

    def test_aborted_payout_is_the_named_one_only(self):
        """Two paid payouts of the same amount, one of them aborted: the other stays as it is, day after day."""
        movements = [
            capture("1", day(1), "A", "100.00"),
            payout("2000001", day(1)),
            capture("2", day(2), "B", "100.00"),
            payout("2000002", day(2)),
        ]
        first, second = self.settle(movements).sorted("external_id")
        self.bank_line(100, "Utb. 2000001", "2026-03-02")
        self.bank_line(100, "Utb. 2000002", "2026-03-03")
        (first | second)._match_bank()
        movements.append(Movement("payout-aborted", "302321-2000002", day(3), "", Decimal("100.00")))
        run = self.settle([*movements, capture("3", day(3), "C", "50.00")]) - first - second
        self.settle([*movements, capture("3", day(3), "C", "50.00"), capture("4", day(4), "D", "60.00")])
        self.assertEqual((first.carried_to_id.id, second.carried_to_id), (False, run))
        self.assertEqual(first.state, "paid")

    def test_old_payouts_without_bank_line_do_not_hold_up_new_ones(self):
        movements = []
        for number in range(1, 5):
            movements += [
                capture(str(number), day(number), "A", f"{number}00.00"),
                payout(f"200000{number}", day(number)),
            ]
        settlements = self.settle(movements).sorted("external_id")
        self.bank_line(400, "Utb. 2000004", "2026-03-05")
        self.run_action("bank")
        self.assertEqual(settlements.mapped("state"), ["booked", "booked", "booked", "paid"])

    def test_bank_line_of_another_payout_is_left_to_it(self):
        """The text names a payout that is not stored yet: its amount alone does not make it ours."""
        first = self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        self.bank_line(100, "Utb. 2000002 Vippsnr 123455", "2026-03-04")
        self.assertFalse(first._match_bank())

    def test_equal_payout_not_booked_yet_is_a_rival(self):
        movements = [capture("1", day(2), "A", "100.00"), payout("2000001", day(2))]
        first = self.settle(movements)
        self.settle([*movements, capture("2", day(3), "B", "100.00"), payout("2000002", day(3))], process=False)
        self.bank_line(100, "Innbetaling", "2026-03-04")
        self.assertFalse(first._match_bank())

    def test_bank_line_taken_back_stays_taken_back(self):
        """No scheduled action matches it again; the person does, or another bank line that names the payout."""
        settlement = self.settle([capture("1", day(1), "A", "100.00"), payout("2000001", day(1))])
        line = self.bank_line(100, "Utb. 2000001", "2026-03-02")
        settlement._match_bank()
        line.sudo().action_undo_reconciliation()
        self.assertEqual((settlement.state, settlement.bank_line_ids.id), ("booked", False))
        self.assertIn("taken back by", settlement.message_ids[0].body)
        self.run_action("bank")
        self.assertEqual(settlement.state, "booked")
        settlement.action_match_bank()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        line.sudo().action_undo_reconciliation()
        other = self.bank_line(100, "Utb. 2000001", "2026-03-09")
        self.run_action("bank")
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", other))
