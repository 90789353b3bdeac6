import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestDateOfCorrections(SettlementCase):
    """At month-end the unknown account is brought to zero in the month the payments belong to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [capture("1", day(2), "W-1042", "300.00"), capture("2", day(4), "W-1043", "50.00"), payout("1", day(4))]
        )
        cls.line = cls.line_of(cls, "1")

    def corrections(self):
        """The vouchers after those the settlement was booked by."""
        return self.settlement.move_ids.sorted("id")[2:]

    def balance_at(self, code, date):
        """What an account stands at on a date, as its ledger shows it."""
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.account(code).id), ("date", "<=", date), ("parent_state", "=", "posted")]
        )
        return round(sum(items.mapped("balance")), 2)

    def lock(self, date, field="fiscalyear_lock_date"):
        self.company.sudo()[field] = date

    def test_as_the_transaction_while_its_period_is_open(self):
        invoice = self.invoice(300, "OTHER")
        self.line._assign(invoice, "Samme kunde")
        self.assertEqual(self.corrections().date, day(2))
        self.assertEqual(self.balance_at("1523", day(31)), -50)
        self.assertEqual((invoice.payment_state, self.balance_at("1500", day(31))), ("paid", 0))

    def test_each_its_own_where_several_are_matched(self):
        (self.line | self.line_of("2"))._assign(self.customer, "Kari")
        self.assertEqual(self.corrections().mapped("date"), [day(2), day(4)])
        self.assertEqual(self.balance_at("1523", day(4)), 0)

    def test_a_locked_date_becomes_the_first_open_day_and_it_says_so(self):
        self.lock("2026-03-31")
        self.line._assign(self.customer, "Kari")
        self.assertEqual(self.corrections().date, datetime.date(2026, 4, 1))
        self.assertIn("Dated 03/02/2026, which is locked: booked on 04/01/2026.", self.line.explanation)

    def test_not_before_the_invoice(self):
        """An invoice of the tenth is not paid on the second."""
        invoice = self.invoice(300, "OTHER", date="2026-03-10")
        self.line._assign(invoice, "Betalt på forhånd")
        self.assertEqual(self.corrections().date, day(10))
        self.assertEqual(invoice.payment_state, "paid")

    def test_chosen(self):
        self.line._assign(self.customer, "Kari", date=day(20))
        self.assertEqual(self.corrections().date, day(20))

    def test_chosen_but_locked_or_before_the_invoice(self):
        self.lock("2026-03-15")
        self.line._assign(self.customer, "Kari", date=day(10))
        self.assertEqual(self.corrections().date, day(16))
        second = self.line_of("2")
        second._assign(self.invoice(50, "OTHER", date="2026-03-25"), "Kari", date=day(20))
        self.assertEqual(self.corrections()[-1:].date, day(25))

    def test_what_cannot_be_chosen(self):
        """Before the payment came, and tomorrow."""
        tomorrow = self.today() + datetime.timedelta(days=1)
        for date, words in ((day(1), "03/02/2026"), (tomorrow, "in the future")):
            with self.subTest(date), self.assertRaisesRegex(UserError, words):
                self.line._assign(self.customer, "Kari", date=date)
        self.line._assign(self.customer, "Kari", date=day(20))
        with self.assertRaisesRegex(UserError, "03/20/2026"):
            # It stands on the customer since the twentieth.
            self.line._undo("Feil", date=day(10))
        self.assertBalances(a1500="-300.00", a1523="-50.00")

    def test_undone_in_the_month_it_belongs_to(self):
        self.line._assign(self.customer, "Kari")
        self.line._undo("Feil kunde")
        self.assertEqual(self.corrections().mapped("date"), [day(2), day(2)])
        self.assertEqual((self.balance_at("1500", day(31)), self.balance_at("1523", day(31))), (0, -350))

    def test_undone_on_a_chosen_date_and_after_a_lock(self):
        self.line._assign(self.customer, "Kari")
        self.lock("2026-03-31")
        self.line._undo("Feil kunde", date=day(20))
        self.assertEqual(self.corrections()[-1:].date, datetime.date(2026, 4, 1))
        self.assertIn("03/20/2026, which is locked", self.line.explanation)

    def test_in_the_dialog(self):
        """Proposed as the transaction's own; one of several keeps its own."""
        dialogs = self.env["settlement.line.assign"]
        wizard = dialogs.create({"line_ids": self.line.ids, "reason": "Kari", "action": "customer"})
        self.assertEqual((wizard.date, wizard.date_note), (day(2), False))
        wizard.partner_id = self.customer
        wizard.date = day(9)
        wizard.action_confirm()
        self.assertEqual(self.corrections().date, day(9))
        wizard = dialogs.create({"line_ids": self.settlement.line_ids[:2].ids, "reason": "Kari", "action": "customer"})
        self.assertFalse(wizard.date)
        self.lock("2026-03-15")
        undo = dialogs.create({"line_ids": self.line.ids, "reason": "Nei", "action": "undo"})
        self.assertEqual(undo.date, day(16))
        self.assertIn("03/09/2026", undo.date_note)
        undo.action_confirm()
        self.assertEqual(self.corrections()[-1:].date, day(16))
