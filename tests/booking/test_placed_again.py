"""What a person has placed, amount by amount, when the settlement is undone and booked again."""

from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from .fee_case import FeeCase

#: The accounts that must be as before.
ACCOUNTS = ("1500", "1522", "1523", "2700", "2900", "3000", "7740")


class PlacedCase(FeeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales, cls.gift = cls.account(cls, "3000"), cls.account(cls, "2900")
        cls.output = cls.sale_tax()
        cls.ola = cls.env["res.partner"].create({"name": "Ola Nordmann"})

    def book_again(self, settlement=None):
        settlement = settlement or self.settlement
        settlement._reverse("Prøve")
        settlement._process()

    def assertAsBefore(self, *moves):
        """Booked again, and again, the ledger is as it was, and so is what is open of each document."""
        documents = self.env["account.move"].union(*moves)
        before = self.balances(*ACCOUNTS), documents.mapped("amount_residual")
        for _time in range(2):
            self.book_again()
            self.assertEqual((self.balances(*ACCOUNTS), documents.mapped("amount_residual")), before)

    def open_of(self, partner):
        domain = [("partner_id", "=", partner.id), ("account_id.code", "=", "1500"), ("parent_state", "=", "posted")]
        return sum(self.env["account.move.line"].search(domain).mapped("amount_residual"))


@tagged("post_install", "-at_install")
class TestRestPlacedAgain(PlacedCase):
    """A payment of 300 on an invoice of 200: the person has only said where the surplus of 100 goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid = cls.invoice(200, "WEB-1")
        cls.settlement = cls.settle([capture("1", day(2), "WEB-1", "300.00"), payout("2000001", day(2))])
        cls.line = cls.line_of(cls, "1")

    def test_tips(self):
        self.line._assign(self.sales, "Tips", tax=self.output)
        self.assertBalances(a1500="0.00", a2700="-20.00", a3000="-280.00")
        self.assertAsBefore(self.paid)
        self.assertIn("Tips", self.line.explanation)
        self.assertEqual(self.line.status, "resolved")

    def test_another_customers(self):
        self.line._assign(self.ola, "Ola har betalt for mye")
        self.assertAsBefore(self.paid)
        self.assertEqual(self.open_of(self.ola), -100)

    def test_another_invoice(self):
        other = self.invoice(100, "ANNEN", partner=self.ola)
        self.line._assign(other, "Betalte begge")
        self.assertAsBefore(self.paid, other)
        self.assertEqual((self.paid.amount_residual, other.amount_residual), (0, 0))

    def test_an_order_that_is_not_invoiced_yet(self):
        order = self.order(300, "ANNEN")
        wizard = self.env["settlement.line.assign"].create({"line_ids": self.line.ids, "reason": "Forskudd"})
        order.with_context(settlement_assign_id=wizard.id).action_place_settlement_lines()
        self.assertAsBefore(self.paid)
        self.assertEqual(
            (self.line.sale_order_id, self.line.open_as, self.line.amount_open), (order, "awaits_invoice", 100)
        )

    def test_divided(self):
        other = self.invoice(60, "ANNEN")
        self.line._divide([(other, 60, None), (self.gift, 40, None)], "Delt")
        self.assertAsBefore(self.paid, other)
        self.assertBalances(a2900="-40.00")

    def test_divided_and_one_part_unreconciled(self):
        """That part is left over again; it was the invoice of 200 that was found by the rules."""
        other = self.invoice(60, "ANNEN")
        self.line._divide([(other, 60, None), (self.gift, 40, None)], "Delt")
        other.line_ids.remove_move_reconcile()
        self.assertAsBefore(self.paid, other)
        self.assertEqual((self.open_of(self.customer), self.line.amount_open, self.line.open_as), (0, 60, "owed"))

    def test_moved_on_in_two_steps(self):
        """Of the surplus, 60 met an invoice; the 40 that were left went elsewhere."""
        other = self.invoice(60, "ANNEN", partner=self.ola)
        self.line._assign(other, "Betalte også den")
        self.line._assign(self.gift, "Resten er et gavekort")
        self.assertBalances(a1500="0.00", a2900="-40.00")
        self.assertAsBefore(self.paid, other)

    def test_no_longer_exactly_that_amount(self):
        """The invoice was changed to 250 meanwhile: only 50 are left over, and 100 are not booked as income."""
        self.line._assign(self.sales, "Tips")
        self.settlement._reverse("Prøve")
        self.paid.button_draft()
        self.paid.invoice_line_ids.price_unit = 250
        self.paid.action_post()
        self.settlement._process()
        self.assertEqual((self.paid.amount_residual, self.open_of(self.customer)), (0, -50))
        self.assertBalances(a3000="-250.00")
        self.assertIn("100.00", self.line.explanation_summary)
        self.assertIn("Tips", self.line.explanation_summary)
        self.line._assign(self.gift, "Gavekort")
        self.assertAsBefore(self.paid)

    def test_target_is_gone(self):
        """The rest stays where the rules put it, and it says why."""
        other = self.invoice(100, "ANNEN", partner=self.ola)
        self.line._assign(other, "Betalte begge")
        self.settlement._reverse("Prøve")
        other.button_draft()
        other.button_cancel()
        self.settlement._process()
        self.assertEqual((self.paid.amount_residual, self.open_of(self.customer)), (0, -100))
        self.assertIn("not possible any more", self.line.explanation_summary)


@tagged("post_install", "-at_install")
class TestOtherRestsPlacedAgain(PlacedCase):
    """The same of refunds and disputes, of what was unknown, of divisions, and of several together."""

    def tell(self, *movements):
        self.settlement = self.settle([*movements, payout("2000003", day(3))])
        return self.line_of("1")

    def test_refund_of_which_a_credit_note_took_a_part(self):
        note = self.credit_note(60, "WEB-1")
        line = self.tell(refund("1", day(2), "WEB-1", "80.00"))
        line._assign(self.gift, "Fraktrabatt")
        self.assertBalances(a1500="0.00", a2900="20.00")
        self.assertAsBefore(note)

    def test_dispute_of_which_a_credit_note_took_a_part(self):
        self.invoice(100, "WEB-1")
        disputed = Movement("retained-disputed-capture", "1", day(3), "WEB-1", Decimal(-100))
        self.tell(capture("1", day(2), "WEB-1", "100.00"), disputed)
        line = self.line_of("1").filtered(lambda row: row.amount < 0)
        note = self.credit_note(60, "KREDIT")
        line._assign(note, "Godtatt")
        line._assign(self.gift, "Tapt")
        self.assertBalances(a2900="40.00")
        self.assertAsBefore(note)

    def test_unknown_that_met_one_invoice_after_the_other(self):
        first, second = self.invoice(100, "A"), self.invoice(200, "B", partner=self.ola)
        line = self.tell(capture("1", day(2), "UKJENT", "300.00"))
        line._assign(first, "Den ene")
        line._assign(second, "Den andre")
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 0))
        self.assertAsBefore(first, second)
        self.assertEqual((line.status, line.open_as), ("resolved", False))

    def test_a_part_of_a_division_that_is_placed_elsewhere(self):
        line = self.tell(capture("1", day(2), "UKJENT", "300.00"))
        line._divide([(self.ola, 100, None), (self.gift, 200, None)], "Delt")
        line._assign(self.sales, "Likevel ikke Olas")
        self.assertBalances(a1500="0.00", a2900="-200.00", a3000="-100.00")
        self.assertAsBefore()

    def test_a_part_of_a_division_that_is_unreconciled(self):
        """Only that part is forgotten; it is unknown when the settlement is booked again."""
        invoice = self.invoice(100, "A")
        line = self.tell(capture("1", day(2), "UKJENT", "300.00"))
        line._divide([(invoice, 100, None), (self.gift, 200, None)], "Delt")
        invoice.line_ids.remove_move_reconcile()
        for _time in range(2):
            self.book_again()
            self.assertBalances(a2900="-200.00", a1523="-100.00", a1500="100.00")
            self.assertEqual((line.status, line.open_as, line.amount_open), ("unknown", "unknown", 100))
            self.assertIn(f"100.00 of it back from {invoice.name}", line.explanation)
            line._retry(by_itself=True)
            self.assertEqual((line.open_as, invoice.amount_residual), ("unknown", 100))
        line._assign(self.ola, "Den var Olas")
        self.assertAsBefore(invoice)

    def test_the_unreconciled_part_is_matched_again_by_retry(self):
        invoice = self.invoice(100, "A")
        line = self.tell(capture("1", day(2), "UKJENT", "300.00"))
        line._divide([(invoice, 100, None), (self.gift, 200, None)], "Delt")
        invoice.line_ids.remove_move_reconcile()
        self.book_again()
        line.action_retry()
        self.assertEqual((invoice.amount_residual, line.status), (0, "resolved"))
        self.assertAsBefore(invoice)

    def test_another_part_than_the_unreconciled_was_placed_since(self):
        """What is forgotten is the invoice alone: the person has placed the amount anew."""
        invoice, other = self.invoice(100, "A"), self.invoice(100, "B", partner=self.ola)
        line = self.tell(capture("1", day(2), "UKJENT", "300.00"))
        line._divide([(invoice, 100, None), (self.gift, 200, None)], "Delt")
        invoice.line_ids.remove_move_reconcile()
        line._assign(other, "Det var denne")
        self.assertAsBefore(invoice, other)
        self.assertEqual((invoice.amount_residual, other.amount_residual, line.status), (100, 0, "resolved"))

    def test_several_payments_of_one_invoice(self):
        """They close it together again, though they are booked on different days."""
        invoice = self.invoice(200, "C")
        self.tell(capture("1", day(2), "DEL-1", "199.60"), capture("2", day(3), "DEL-2", "0.30"))
        (self.line_of("1") | self.line_of("2"))._assign(invoice, "To deler")
        self.assertBalances(a1500="0.00", a7740="0.10", a1523="0.00")
        self.assertAsBefore(invoice)
        self.assertEqual((self.line_of("1") | self.line_of("2")).mapped("status"), ["resolved", "resolved"])

    def test_several_payments_of_one_invoice_in_two_settlements(self):
        """The first waits until the other is booked again too."""
        invoice = self.invoice(200, "C")
        told = [capture("1", day(2), "DEL-1", "199.60"), payout("2000002", day(2))]
        first = self.settle(told)
        second = self.settle([*told, capture("2", day(3), "DEL-2", "0.30"), payout("2000003", day(3))])
        second = self.line_of("2").settlement_id
        (self.line_of("1") | self.line_of("2"))._assign(invoice, "To deler")
        for one in (first, second):
            one._reverse("Prøve")
        first._process()
        self.assertBalances(a1500="200.00", a7740="0.00", a1523="-199.60")
        self.assertIn("together", self.line_of("1").explanation_summary)
        self.line_of("1").action_retry()
        second._process()
        self.assertBalances(a1500="0.00", a7740="0.10", a1523="0.00")
        self.book_again(second)
        self.assertBalances(a1500="0.00", a7740="0.10", a1523="0.00")

    def test_the_date_a_person_chose(self):
        line = self.tell(capture("1", day(2), "UKJENT", "300.00"))
        line._assign(self.gift, "Solgt gavekort", date=day(20))

        def get_dates():
            items = line.move_line_ids.filtered(lambda item: item.account_id == self.gift)
            return items.filtered(lambda item: not item.move_id.reversed_entry_id).mapped("date")

        self.book_again()
        self.assertEqual(get_dates(), [day(20), day(20)])
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        self.book_again()
        self.assertEqual(get_dates()[-1], day(1, 4), "the first open day, as the rest of the settlement")
