from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestWhatStatementsSay(SettlementCase):
    """What the accountant reads about a part of a balance is true."""

    def said(self, date, role="clearing"):
        self.env.flush_all()
        [found] = [one for one in self.provider._get_statements(date) if one.role == role]
        self.assertTrue(found.is_proven, found)
        return [(str(item.kind), item.amount, item.reference, item.name) for item in found.items if item.is_in_ledger]

    def by_hand(self, account, amount, date):
        move = self.env["account.move"].create(
            {
                "date": date,
                "line_ids": [
                    (0, 0, {"account_id": one.id, "balance": balance, "name": "Rettelse"})
                    for one, balance in ((account, amount), (self.account("7770"), -amount))
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda item: item.account_id == account)

    def test_aborted_payout_undone_and_booked_again_when_it_had_come(self):
        movements = [capture("1", day(2), "W-1", "1250.00"), payout("2000001", day(2))]
        first = self.settle(movements)
        second = (
            self.settle(
                [
                    *movements,
                    Movement("payout-aborted", "302321-2000001", day(3), "", Decimal("1250.00")),
                    capture("2", day(4), "W-2", "100.00"),
                    payout("2000002", day(4)),
                ]
            )
            - first
        )
        self.assertIn("it comes with a later one", self.said(day(3))[0][3])
        self.bank_line(1350, "Utb. 2000002 Vippsnr 123455", "2026-03-05")
        (first | second)._match_bank()
        first._reverse("Feil", day(10))
        came = "Vipps 2000001: the payout did not arrive at first; it came with Vipps 2000002."
        self.assertEqual(self.said(day(10)), [("failed", Decimal("-1250.00"), "2000001", came)])
        first._process()
        self.assertEqual([part[0] for part in self.said(day(5))], ["undone_later"])
        self.assertEqual(self.said(day(10)), [])

    def test_reversed_voucher(self):
        settlement = self.settle([capture("1", day(2), "W-1", "98.00"), payout("2000001", day(3))])
        old = settlement.move_ids.name
        self.bank_line(98, "Utb. 2000001 Vippsnr 123455", day(4))
        settlement._match_bank()
        reversal = settlement._reverse("Feil", day(10, 4)).name
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        settlement._process()
        [twice] = self.said(day(5, 4))
        self.assertEqual(twice[:3], ("undone_later", Decimal("98.00"), old))
        self.assertRegex(twice[3], f"^{old}, .*reversed by {reversal} on 04/10/2026")
        self.assertEqual(self.said(day(10, 4)), [])
        [unknown] = self.said(day(31), "unknown")
        self.assertIn("unknown until 04/10/2026", unknown[3])

    def test_entry_by_hand_against_a_payout(self):
        settlement = self.settle([capture("1", day(2), "W-1", "98.00"), payout("2000001", day(3))])
        clearing = self.provider.clearing_account_id
        item = self.by_hand(clearing, -10, day(4))
        (item | settlement.clearing_line_ids).reconcile()
        on_its_way, taken_off = self.said(day(4))
        self.assertEqual((on_its_way[0], on_its_way[1]), ("in_transit", Decimal("98.00")))
        self.assertEqual((taken_off[0], taken_off[1]), ("by_others", Decimal("-10.00")))
        self.assertIn(f"reconciled with {item.move_id.name}, which is no bank line", taken_off[3])
        more = self.by_hand(clearing, -100, day(5))
        (more | settlement.clearing_line_ids).reconcile()
        [rest] = self.said(day(5))
        self.assertEqual(rest[:3], ("by_others", Decimal("-12.00"), more.move_id.name))
        self.assertIn("more than is open of Vipps 2000001", rest[3])

    def test_payment_registered_on_the_clearing_account(self):
        self.settle([capture("1", day(2), "W-1", "98.00"), payout("2000001", day(3))])
        invoice = self.invoice(55, "W-9")
        journal = (
            self.env["account.journal"]
            .sudo()
            .create({"name": "Vipps innbetalt", "type": "bank", "code": "VBI", "company_id": self.company.id})
        )
        method = journal.inbound_payment_method_line_ids[:1]
        method.payment_account_id = self.provider.clearing_account_id
        self.env["account.payment.register"].sudo().with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": journal.id, "payment_date": day(3)})._create_payments()
        payment = self.said(day(5))[1]
        self.assertEqual(payment[:2], ("payment", Decimal("55.00")))
        self.assertIn("a payment registered in Odoo, in journal Vipps innbetalt", payment[3])
