import re
from decimal import Decimal

from odoo.tests import tagged

from ..providers.records import FeeReport, Settlement
from . import vipps_files
from .common import SettlementCase
from .vipps_files import Movement, capture, day, payout


@tagged("post_install", "-at_install")
class TestNoDeadEnds(SettlementCase):
    """Whatever went wrong can be put right again, and nothing that was right is touched on the way."""

    def run_action(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"settlement_bridge.ir_cron_settlement_{name}").sudo().method_direct_trigger()

    def test_closing_day_told_wrongly_after_a_booked_day(self):
        """The first day is booked; the day of the payout comes with a wrong payout, and then as it should be."""
        movements = [
            capture("1", day(2), "A", "100.00"),
            capture("2", day(3), "B", "200.00"),
            payout("2000001", day(3)),
        ]
        first, second = vipps_files.as_api_bundles(movements)
        settlement = self.provider._ingest_file(*first)
        settlement._process()
        voucher = settlement.move_ids
        wrong = re.sub(rb"(:\s*)20000(?=\D)", rb"\g<1>19000", second[1])
        self.assertNotEqual(wrong, second[1])
        self.assertEqual(self.provider._ingest_file("wrong.json", wrong), settlement)
        self.assertEqual(settlement.state, "error")
        self.assertEqual(self.provider._ingest_file(*second), settlement)
        settlement._process()
        self.assertEqual((settlement.state, settlement.error_message), ("booked", False))
        self.assertIn(voucher, settlement.move_ids)
        self.assertBalances(a1522="300.00", a1523="-300.00")

    def test_closing_day_told_wrongly_and_the_settlement_undone_first(self):
        movements = [
            capture("1", day(2), "A", "100.00"),
            capture("2", day(3), "B", "200.00"),
            payout("2000001", day(3)),
        ]
        first, second = vipps_files.as_api_bundles(movements)
        settlement = self.provider._ingest_file(*first)
        settlement._process()
        self.provider._ingest_file("wrong.json", re.sub(rb"(:\s*)20000(?=\D)", rb"\g<1>19000", second[1]))
        settlement._reverse("Feil fil")
        self.provider._ingest_file(*vipps_files.as_portal_csv(movements))
        settlement._process()
        self.assertEqual(settlement.state, "booked")
        self.assertBalances(a1522="300.00", a1523="-300.00")

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

    def test_order_chosen_by_hand_meets_its_invoice(self):
        order = self.order(100, "OTHER")
        self.settle([capture("1", day(1), "NOPE", "100.00"), payout("2000001", day(1))])
        line = self.line_of("1")
        wizard = self.env["settlement.line.assign"].create({"line_ids": line.ids, "reason": "Samme kunde"})
        order.with_context(settlement_assign_id=wizard.id).action_place_settlement_lines()
        self.assertEqual((line.status, line.sale_order_id), ("on_account", order))
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")

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

    def test_bank_line_taken_back_is_awaited_again(self):
        settlement = self.settle([capture("1", day(1), "A", "100.00"), payout("2000001", day(1))])
        line = self.bank_line(100, "Utb. 2000001", "2026-03-02")
        settlement._match_bank()
        line.sudo().action_undo_reconciliation()
        self.assertEqual((settlement.state, settlement.bank_line_id.id), ("booked", False))
        settlement._match_bank()
        self.assertEqual((settlement.state, settlement.bank_line_id), ("paid", line))

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

    def test_owed_fee_of_an_unknown_payment_is_owed_once(self):
        self.provider.fee_payable_account_id = self.account("2960")
        self.provider.fee_mode = "gross"
        self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        document = self.provider.document_ids[:1]
        report = FeeReport("f1", "UKJENT", day(3), Decimal("5.00"), "NOK")
        for _time in range(2):
            self.provider.sudo()._store_settlement(Settlement("", "NOK", day(3), fee_reports=(report,)), document)
        owed = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider.id), ("fee_owed", "=", True)]
        )
        self.assertEqual(owed.mapped("amount"), [-5])
