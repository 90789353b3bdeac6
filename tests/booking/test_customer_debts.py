from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestCustomerDebts(SettlementCase):
    """What is owed to customers at the end of a day, as the ledger stood then."""

    def debts(self, on):
        self.env.invalidate_all()
        rows = self.env["settlement.customer.debt"].with_context(settlement_date=f"2026-03-{on:02}")
        return [(row.reference, row.kind, row.amount) for row in rows.search([], order="id")]

    def test_paid_in_advance_until_it_is_invoiced(self):
        """Closed today, it still stands on the last day before the invoice."""
        order = self.order(300, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "300.00")])
        self.assertEqual(self.debts(1), [])
        self.assertEqual(self.debts(2), [("WEB-1", "prepaid", 300.0)])
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        self.assertEqual(self.line_of("1").status, "matched")
        self.assertEqual(self.debts(9), [("WEB-1", "prepaid", 300.0)])
        self.assertEqual(self.debts(10), [])

    def test_paid_in_advance_on_the_prepayment_account(self):
        account = self.account("2900").sudo()
        account.reconcile = True
        self.provider.prepayment_account_id = account
        order = self.order(300, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "300.00")])
        self.assertBalances(a2900="-300.00")
        self.assertEqual(self.debts(5), [("WEB-1", "prepaid", 300.0)])
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        self.assertBalances(a2900="0.00", a1500="0.00")
        self.assertEqual(self.debts(5), [("WEB-1", "prepaid", 300.0)])
        self.assertEqual(self.debts(10), [])

    def test_paid_twice_and_credited_and_paid_back(self):
        self.invoice(300, "WEB-1")
        first, second = capture("1", day(2), "WEB-1", "300.00"), capture("2", day(3), "WEB-1", "300.00")
        self.settle([first, second])
        self.assertEqual(self.debts(3), [("WEB-1", "owed", 300.0)])
        self.settle([first, second, Movement("refund", "2", day(7), "WEB-1", -first.amount)])
        self.assertEqual(self.debts(6), [("WEB-1", "owed", 300.0)])
        self.assertEqual(self.debts(7), [])

    def test_paid_back_before_it_is_credited(self):
        self.invoice(300, "WEB-1")
        paid = capture("1", day(2), "WEB-1", "300.00")
        self.settle([paid, Movement("refund", "1", day(4), "WEB-1", -paid.amount)])
        self.assertEqual(self.debts(4), [("WEB-1", "refund", -300.0)])
        self.credit_note(300, "WEB-1", date="2026-03-08")
        self.assertEqual(self.debts(8), [])
        self.assertEqual(self.debts(7), [("WEB-1", "refund", -300.0)])

    def test_a_past_month_stays_as_it_stood_when_it_is_undone_and_booked_again(self):
        """March is closed: what was paid, owed and credited at its end does not change by an undo in April."""
        self.invoice(300, "WEB-1")
        self.invoice(200, "WEB-3")
        self.credit_note(200, "WEB-3", date="2026-03-04")
        self.order(100, "WEB-2")
        paid = capture("3", day(2), "WEB-3", "200.00")
        settlements = self.settle(
            [
                capture("1", day(2), "WEB-1", "300.00"),
                capture("2", day(2), "WEB-2", "100.00"),
                paid,
                Movement("refund", "3", day(5), "WEB-3", -paid.amount),
            ]
        )
        stood = self.debts(31)
        self.assertEqual(stood, [("WEB-2", "prepaid", 100.0)])
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        for _twice in range(2):
            dialog = self.env["settlement.reverse"].create(
                {"settlement_ids": [Command.set(settlements.ids)], "reason": "Feil konto"}
            )
            dialog.action_confirm()
            self.assertEqual(self.line_of("1").status, "matched")
            self.assertEqual(self.debts(31), stood)
        self.assertEqual(self.debts(1), [])

    def test_credit_note_of_a_web_order_made_by_hand(self):
        self.credit_note(300, "WEB-1", date="2026-03-08")
        self.assertEqual(self.debts(8), [("WEB-1", "credit_note", 300.0)])

    def test_the_report_comes_to_the_prepayment_account(self):
        """Entries by hand are named; the prepayment of an order that was cancelled is owed."""
        account = self.account("2900").sudo()
        account.reconcile = True
        self.provider.prepayment_account_id = account
        order = self.order(300, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "300.00")])
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-05",
                "line_ids": [
                    Command.create({"account_id": account.id, "credit": 75.0, "name": "Forskudd i kassen"}),
                    Command.create({"account_id": self.account("1920").id, "debit": 75.0}),
                ],
            }
        ).action_post()
        self.assertEqual(self.debts(9), [("WEB-1", "prepaid", 300.0), (False, "hand", 75.0)])
        self.assertBalances(a2900="-375.00")
        order._action_cancel()
        self.assertEqual(self.debts(9)[0], ("WEB-1", "owed", 300.0))

    def test_the_dialog_opens_the_day(self):
        self.order(300, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "300.00")])
        dialogs = self.env["settlement.report.day"].with_user(self.settlement_user())
        dialog = dialogs.create({"report": "customer_debt", "date": "2026-03-31"})
        action = dialog.action_open()
        rows = self.env["settlement.customer.debt"].with_user(self.settlement_user("other"))
        found = rows.with_context(**action["context"]).search(action["domain"])
        self.assertEqual((found.days, found.action_open_record()["res_id"]), (29, self.line_of("1").id))
        self.assertIn("3", action["name"])
