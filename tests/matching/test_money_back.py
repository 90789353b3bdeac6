"""Money that goes back: a refund meets the payment it takes back, so that neither stays open on the customer."""

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.matching import engine
from odoo.addons.settlement_bridge.matching.money_back import MoneyBack
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


class MoneyBackCase(SettlementCase):
    """What an accountant looks at: what is open of each transaction, and on which account."""

    def use_prepayments(self):
        """Payments of orders that are not invoiced stand on 2900."""
        self.account("2900").reconcile = True
        self.provider.prepayment_account_id = self.account("2900")

    def settle_days(self, *movements):
        """Each day is told and booked by itself."""
        days = sorted({movement.day for movement in movements})
        for last in days:
            told = [movement for movement in movements if movement.day <= last]
            self.settle([*told, *(payout(f"20000{each.day:02}", each) for each in days if each <= last)])

    def open_of(self, psp):
        """What stands open of a transaction: ``{account: amount}``."""
        items = self.line_of(psp).move_line_ids.filtered(
            lambda item: item.amount_residual and item.settlement_role != "clearing"
        )
        return {item.account_id.code: item.amount_residual for item in items}

    def assertClosed(self, *psps):
        """Each is matched, nothing is open of it, and it is on no list."""
        for psp in psps:
            line = self.line_of(psp)
            self.assertEqual((self.open_of(psp), line.status, line.difference), ({}, "matched", False), psp)
            self.assertFalse(line.has_difference)

    @staticmethod
    def without_meeting():
        """Booked as the version before did: nothing meets."""
        return patch.object(MoneyBack, "_find_money", lambda self, surplus: [])


@tagged("post_install", "-at_install")
class TestPaidTwice(MoneyBackCase):
    def test_paid_twice_and_one_refunded(self):
        self.invoice(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(3), "T1", "100.00"),
            refund("3", day(4), "T1", "100.00"),
        )
        self.assertClosed("1", "2", "3")
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="100.00")
        self.assertIn("Matched with the payment T1 · 2", self.line_of("3").explanation)
        self.assertIn("refunded by T1 · 3", self.line_of("2").explanation)

    def test_all_of_it_in_one_voucher(self):
        self.invoice(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(2), "T1", "100.00"),
            refund("3", day(2), "T1", "100.00"),
        )
        self.assertClosed("1", "2", "3")
        self.assertNotIn("credit note", self.line_of("3").explanation)

    def test_refund_is_told_before_the_second_payment(self):
        self.invoice(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            refund("3", day(3), "T1", "100.00"),
            capture("2", day(4), "T1", "100.00"),
        )
        self.assertClosed("1", "2", "3")
        self.assertBalances(a1500="0.00", a1522="100.00")

    def test_part_of_a_surplus_is_refunded(self):
        """30 of 100 too much goes back: 70 is owed still, and nothing is rounded."""
        self.invoice(100, "T1")
        self.settle_days(capture("1", day(2), "T1", "200.00"), refund("2", day(3), "T1", "30.00"))
        self.assertClosed("2")
        self.assertEqual((self.open_of("1"), self.line_of("1").difference), ({"1500": -70}, "excess"))
        self.settle_days(
            capture("1", day(2), "T1", "200.00"), refund("2", day(3), "T1", "30.00"), refund("3", day(4), "T1", "69.60")
        )
        self.assertEqual(self.open_of("1"), {"1500": -0.4})
        self.assertBalances(a7740="0.00", a1500="-0.40")

    def test_surplus_of_another_order_is_left_alone(self):
        self.invoice(100, "T1")
        self.invoice(100, "T2")
        self.settle_days(
            capture("1", day(2), "T1", "200.00"),
            capture("2", day(2), "T2", "100.00"),
            refund("3", day(3), "T2", "100.00"),
        )
        self.assertEqual((self.open_of("1"), self.open_of("3")), ({"1500": -100}, {"1500": 100}))
        self.assertIn("no open credit note", self.line_of("3").explanation)

    def test_credit_note_of_just_the_amount_comes_before_a_surplus(self):
        """Paid twice, and goods of 100 came back: the credit note is what the refund pays; 100 is owed still."""
        self.invoice(100, "T1")
        note = self.credit_note(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(2), "T1", "100.00"),
            refund("3", day(3), "T1", "100.00"),
        )
        self.assertEqual(note.amount_residual, 0)
        self.assertClosed("1", "3")
        self.assertEqual(self.open_of("2"), {"1500": -100})

    def test_surplus_of_just_the_amount_comes_before_a_larger_credit_note(self):
        self.invoice(500, "T1")
        note = self.credit_note(300, "T1")
        self.settle_days(capture("1", day(2), "T1", "600.00"), refund("3", day(3), "T1", "100.00"))
        self.assertClosed("1", "3")
        self.assertEqual(note.amount_residual, 300)

    def test_what_has_long_been_open_on_both_sides(self):
        """Booked by the version before: the next retry closes both, from whichever side."""
        for retried in ("2", "3"):
            with self.subTest(retried=retried), self.env.cr.savepoint() as savepoint:
                self.invoice(100, "T1")
                with self.without_meeting():
                    self.settle_days(
                        capture("1", day(2), "T1", "100.00"),
                        capture("2", day(3), "T1", "100.00"),
                        refund("3", day(4), "T1", "100.00"),
                    )
                self.assertEqual((self.open_of("2"), self.open_of("3")), ({"1500": -100}, {"1500": 100}))
                vouchers = self.line_of("3").settlement_id.move_ids
                self.line_of(retried)._retry()
                self.assertClosed("1", "2", "3")
                self.assertEqual(self.line_of("3").settlement_id.move_ids, vouchers, "no voucher is needed")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_scheduled_action_closes_old_pairs(self):
        self.invoice(100, "T1")
        with self.without_meeting():
            self.settle_days(
                refund("3", day(2), "T1", "100.00"),
                capture("1", day(2), "T1", "100.00"),
                capture("2", day(2), "T1", "100.00"),
            )
        lines = self.line_of("1") | self.line_of("2") | self.line_of("3")
        lines._retry()
        self.assertClosed("1", "2", "3")
        before = [(line.explanation, line.move_line_ids) for line in lines]
        lines._retry()
        self.assertEqual([(line.explanation, line.move_line_ids) for line in lines], before)

    def test_payment_undone_opens_the_refund_again(self):
        """Booked again, it meets the refund that has stood open since."""
        self.invoice(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(3), "T1", "100.00"),
            refund("3", day(4), "T1", "100.00"),
        )
        settlement = self.line_of("2").settlement_id
        settlement._reverse("Prøve")
        self.assertEqual(self.open_of("3"), {"1500": 100})
        settlement._process()
        self.assertClosed("1", "2", "3")
        self.assertBalances(a1500="0.00")

    def test_refund_taken_back_by_a_person(self):
        """It is unknown then, and the payment is what is owed again."""
        self.invoice(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(3), "T1", "100.00"),
            refund("3", day(4), "T1", "100.00"),
        )
        self.line_of("3")._undo("Feil kunde")
        payment = self.line_of("2")
        self.assertEqual((self.open_of("3"), self.open_of("2")), ({"1523": 100}, {"1500": -100}))
        self.assertEqual((payment.status, payment.open_as), ("on_account", "reopened"))
        self.assertIn("open again", payment.explanation)

    def test_refund_undone_opens_the_payment_again(self):
        self.invoice(100, "T1")
        self.settle_days(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(2), "T1", "100.00"),
            refund("3", day(3), "T1", "100.00"),
        )
        settlement = self.line_of("3").settlement_id
        settlement._reverse("Prøve")
        self.assertEqual((self.open_of("2"), self.line_of("2").status), ({"1500": -100}, "on_account"))
        settlement._process()
        self.assertClosed("1", "2", "3")
        self.assertBalances(a1500="0.00")

    def test_invoice_and_credit_note_reconciled_by_hand_before_the_money(self):
        invoice, note = self.invoice(100, "R1"), self.credit_note(100, "R1")
        (invoice | note).line_ids.filtered(lambda item: item.account_id.code == "1500").reconcile()
        self.settle_days(capture("1", day(2), "R1", "100.00"), refund("2", day(3), "R1", "100.00"))
        self.assertClosed("1", "2")
        self.assertBalances(a1500="0.00")


@tagged("post_install", "-at_install")
class TestOrdersThatComeToNothing(MoneyBackCase):
    def test_paid_cancelled_and_refunded(self):
        order = self.order(500, "X1")
        self.settle_days(capture("1", day(2), "X1", "500.00"))
        self.assertBalances(a1500="-500.00")
        order._action_cancel()
        self.settle_days(capture("1", day(2), "X1", "500.00"), refund("2", day(3), "X1", "500.00"))
        self.assertClosed("1", "2")
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="0.00")

    def test_where_prepayments_are_used(self):
        """The payment stands on 2900, and there the refund meets it, in parts too."""
        self.use_prepayments()
        order = self.order(500, "X1")
        self.settle_days(capture("1", day(2), "X1", "500.00"))
        order._action_cancel()
        told = (capture("1", day(2), "X1", "500.00"), refund("2", day(3), "X1", "200.00"))
        self.settle_days(*told)
        self.assertEqual(self.open_of("1"), {"2900": -300})
        self.settle_days(*told, refund("3", day(4), "X1", "300.00"))
        self.assertClosed("1", "2", "3")
        self.assertBalances(a2900="0.00", a1500="0.00", a1523="0.00")

    def test_payment_on_2900_and_an_old_refund_on_1500(self):
        """They meet on 2900: the refund is moved there."""
        order = self.order(500, "X1")
        with self.without_meeting():
            self.settle_days(refund("2", day(2), "X1", "500.00"))
            self.use_prepayments()
            self.settle_days(refund("2", day(2), "X1", "500.00"), capture("1", day(3), "X1", "500.00"))
        self.assertBalances(a1500="500.00", a2900="-500.00")
        order._action_cancel()
        self.line_of("2")._retry()
        self.assertClosed("1", "2")
        self.assertBalances(a1500="0.00", a2900="0.00")

    def test_cancelled_and_not_refunded(self):
        """The money stands on the customer with its order: that is what is owed."""
        order = self.order(600, "X2")
        self.settle_days(capture("1", day(2), "X2", "600.00"))
        order._action_cancel()
        self.line_of("1")._retry()
        line = self.line_of("1")
        self.assertEqual(
            (line.sale_order_id, line.partner_id, self.open_of("1")), (order, self.customer, {"1500": -600})
        )

    def test_more_is_refunded_than_stands_there(self):
        """Nothing says what the rest is for: both are a person's."""
        order = self.order(500, "X1")
        self.settle_days(capture("1", day(2), "X1", "500.00"))
        order._action_cancel()
        self.settle_days(capture("1", day(2), "X1", "500.00"), refund("2", day(3), "X1", "600.00"))
        self.assertEqual((self.open_of("1"), self.open_of("2")), ({"1500": -500}, {"1523": 600}))

    def test_payment_of_a_cancelled_order_is_turned_down_as_before(self):
        order = self.order(500, "X1")
        order._action_cancel()
        self.settle_days(capture("1", day(2), "X1", "500.00"))
        self.assertEqual(self.line_of("1").status, "unknown")

    def test_cancelled_before_it_was_paid_and_refunded_in_parts(self):
        """All in one voucher; undone and booked again it is as before. Nothing of it is ever unknown."""
        for prepaid in (False, True):
            with self.subTest(prepaid=prepaid), self.env.cr.savepoint() as savepoint:
                if prepaid:
                    self.use_prepayments()
                order = self.order(100, "X1")
                order._action_cancel()
                self.settle_days(
                    capture("1", day(2), "X1", "100.00"),
                    refund("2", day(2), "X1", "60.00"),
                    refund("3", day(2), "X1", "40.00"),
                )
                lines = self.line_of("1") | self.line_of("2") | self.line_of("3")
                self.assertClosed("1", "2", "3")
                lines.settlement_id._reverse("Prøve")
                lines.settlement_id._process()
                self.assertClosed("1", "2", "3")
                self.assertEqual((lines.sale_order_id, set(lines.mapped("is_undone"))), (order, {False}))
                self.assertBalances(a1500="0.00", a2900="0.00", a1523="0.00", a1522="0.00")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_was_unknown_on_both_sides_closes_when_retried(self):
        """As the version before booked it: each was turned down by itself."""
        order = self.order(100, "X1")
        order._action_cancel()
        told = (
            capture("1", day(2), "X1", "100.00"),
            refund("2", day(2), "X1", "60.00"),
            refund("3", day(2), "X1", "40.00"),
        )
        with patch.object(engine, "find_returned", lambda *batch: {}):
            self.settle_days(*told)
        lines = self.line_of("1") | self.line_of("2") | self.line_of("3")
        self.assertEqual(set(lines.mapped("status")), {"unknown"})
        lines._retry()
        self.assertClosed("1", "2", "3")
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="0.00")

    def test_payment_in_euro_is_undone_when_a_part_was_refunded(self):
        """Booked again, the payment meets that part, and the rest of it is owed."""
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        for date, rate in (("2026-03-01", 11.5), ("2026-03-03", 11.9)):
            self.env["res.currency.rate"].sudo().create(
                {"currency_id": euro.id, "name": date, "inverse_company_rate": rate, "company_id": self.company.id}
            )
        provider = self.activate(merchant_id="EUR-1", currency_id=euro.id)
        order = self.order(100, "X1")
        told = [capture("1", day(2), "X1", "100.00"), payout("2000002", day(2))]
        paid = self.settle(told, provider)
        order._action_cancel()
        self.settle([*told, refund("2", day(3), "X1", "60.00"), payout("2000003", day(3))], provider)
        lines = self.lines_of(provider).filtered(lambda line: line.kind != "payout").sorted("provider_reference")
        for again in (False, True):
            if again:
                paid._reverse("Prøve")
                paid._process()
            self.assertEqual(lines.mapped("amount_open"), [460, 0])
            self.assertEqual(lines.mapped("status"), ["on_account", "matched"])

    def test_refund_told_first_and_the_order_cancelled(self):
        order = self.order(500, "X1")
        self.settle_days(refund("2", day(2), "X1", "500.00"))
        order._action_cancel()
        self.settle_days(refund("2", day(2), "X1", "500.00"), capture("1", day(3), "X1", "500.00"))
        self.assertClosed("1", "2")
        self.assertBalances(a1500="0.00", a1523="0.00")

    def test_refunded_in_parts_and_cancelled_afterwards(self):
        """The parts wait as long as an invoice may come; when the order is cancelled, they meet the payment."""
        order = self.order(500, "X1")
        self.settle_days(
            capture("1", day(2), "X1", "500.00"),
            refund("2", day(3), "X1", "200.00"),
            refund("3", day(4), "X1", "300.00"),
        )
        self.assertBalances(a1500="0.00")
        self.assertEqual(self.open_of("1"), {"1500": -500})
        order._action_cancel()
        self.assertClosed("1", "2", "3")


@tagged("post_install", "-at_install")
class TestOrdersStillToBeInvoiced(MoneyBackCase):
    def test_part_is_refunded_before_the_invoice(self):
        """An invoice of all and a credit note of the part come later: each finds its own money."""
        order = self.order(500, "WEB-1")
        self.settle_days(capture("1", day(2), "WEB-1", "500.00"), refund("2", day(3), "WEB-1", "200.00"))
        self.assertEqual((self.open_of("1"), self.open_of("2")), ({"1500": -500}, {"1500": 200}))
        invoice = order._create_invoices()
        invoice.action_post()
        note = invoice._reverse_moves([{"invoice_date": "2026-03-02"}])
        note.invoice_line_ids.price_unit = 200
        note.action_post()
        self.assertEqual((invoice.amount_residual, note.amount_residual), (0, 0))
        self.assertClosed("1", "2")

    def test_order_is_lowered_by_what_was_refunded(self):
        """Or the invoice is of the rest alone: then what is left of the payment meets the refund."""
        order = self.order(500, "WEB-1")
        self.settle_days(capture("1", day(2), "WEB-1", "500.00"), refund("2", day(3), "WEB-1", "200.00"))
        order.order_line.price_unit = 300
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertClosed("1", "2")
        self.assertBalances(a1500="0.00")

    def test_credit_note_is_there_so_the_payment_on_account_is_not_eaten(self):
        order = self.order(100, "WEB-1")
        order.order_line.product_uom_qty = 2
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.action_post()
        self.settle_days(capture("1", day(2), "WEB-1", "200.00"))
        note = first._reverse_moves([{"invoice_date": "2026-03-02"}])
        note.action_post()
        self.settle_days(capture("1", day(2), "WEB-1", "200.00"), refund("2", day(3), "WEB-1", "100.00"))
        self.assertEqual((note.amount_residual, self.open_of("1")), (0, {"1500": -100}))
        self.assertClosed("2")


@tagged("post_install", "-at_install")
class TestUnknownMoney(MoneyBackCase):
    def test_unknown_payment_and_its_refund(self):
        """The provider's own id says that they belong together: 1523 shows neither any more."""
        self.settle_days(capture("7", day(2), "NOE", "80.00"), refund("7", day(3), "NOE", "80.00"))
        for line in self.line_of("7"):
            self.assertEqual(line.status, "matched")
            self.assertFalse(line._get_open_move_lines())
        self.assertBalances(a1523="0.00", a1522="0.00")

    def test_undone_and_booked_again(self):
        self.settle_days(capture("7", day(2), "NOE", "80.00"), refund("7", day(3), "NOE", "80.00"))
        paid, refunded = self.line_of("7").sorted("date")
        for one, other in ((paid, refunded), (refunded, paid)):
            one.settlement_id._reverse("Prøve")
            self.assertTrue(other.move_line_ids.filtered("amount_residual"))
            self.assertEqual([str(said) for said in other.settlement_id._get_differences()], [])
            one.settlement_id._process()
            self.assertEqual((paid | refunded).mapped("status"), ["matched", "matched"])
            self.assertBalances(a1523="0.00")
            self.assertFalse(
                (paid | refunded).move_line_ids.filtered(
                    lambda item: item.amount_residual and item.settlement_role != "clearing"
                )
            )
        paid._undo("Feil")
        self.assertEqual((paid.status, paid.is_undone), ("unknown", True))

    def test_in_one_voucher(self):
        self.settle_days(capture("7", day(2), "NOE", "80.00"), refund("7", day(2), "NOE", "80.00"))
        self.assertEqual(set(self.line_of("7").mapped("status")), {"matched"})
        self.assertFalse(self.line_of("7")._get_open_move_lines())

    def test_another_id_or_amount_stays_listed(self):
        self.settle_days(
            capture("7", day(2), "NOE", "80.00"),
            refund("8", day(3), "NOE", "80.00"),
            refund("7", day(4), "NOE", "70.00"),
        )
        self.assertEqual(set((self.line_of("7") | self.line_of("8")).mapped("status")), {"unknown"})
        self.assertBalances(a1523="70.00")


@tagged("post_install", "-at_install")
class TestWhichDocument(MoneyBackCase):
    def order_known_to_the_provider(self):
        """Order 10512 is invoiced; the provider calls it kco-9."""
        order = self.order(500, "10512")
        self.env["sale.order.reference"].sudo().create({"order_id": order.id, "kind": "provider_id", "value": "kco-9"})
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_credit_note_of_an_amount_is_found_by_the_providers_reference(self):
        """It is not linked to the order's lines, and the provider sends another reference than stands on it."""
        invoice = self.order_known_to_the_provider()
        self.settle_days(capture("1", day(2), "kco-9", "500.00"))
        note = self.credit_note(120, "10512")
        reversal = self.credit_note(80, None, reversed_entry_id=invoice.id)
        self.settle_days(
            capture("1", day(2), "kco-9", "500.00"),
            refund("2", day(3), "kco-9", "120.00"),
            refund("3", day(3), "kco-9", "80.00"),
        )
        self.assertEqual((note.amount_residual, reversal.amount_residual), (0, 0))
        self.assertClosed("1", "2", "3")
        self.assertNotIn("no open credit note", self.line_of("2").explanation)

    def test_another_customers_document_of_that_name_is_not_found(self):
        self.order_known_to_the_provider()
        note = self.credit_note(120, "10512", partner=self.env["res.partner"].create({"name": "Ola Nordmann"}))
        self.settle_days(capture("1", day(2), "kco-9", "500.00"), refund("2", day(3), "kco-9", "120.00"))
        self.assertEqual(note.amount_residual, 120)
        self.assertIn("no open credit note", self.line_of("2").explanation)

    def test_order_number_and_invoice_number_are_the_same(self):
        """Order 1001 of 100.00 and invoice 1001 of 777.00: 777.00 with 1001 pay the invoice."""
        other = self.env["res.partner"].create({"name": "Ola Nordmann"})
        order_invoice = self.invoice(100, "1001")
        numbered = self.invoice(777, partner=other)
        numbered.name = "1001"
        self.settle_days(capture("1", day(2), "1001", "777.00"))
        self.assertEqual((numbered.amount_residual, order_invoice.amount_residual), (0, 100))
        self.assertEqual(self.line_of("1").rule_id.key, "invoice_number")
        self.assertIn("exactly this amount is open there", self.line_of("1").explanation)
        self.assertClosed("1")
        self.settle_days(capture("1", day(2), "1001", "777.00"), capture("2", day(3), "1001", "100.00"))
        self.assertEqual(order_invoice.amount_residual, 0)

    def test_neither_has_the_amount(self):
        """Then the order counts, as ever."""
        order_invoice = self.invoice(100, "1001")
        numbered = self.invoice(777)
        numbered.name = "1001"
        self.settle_days(capture("1", day(2), "1001", "60.00"))
        self.assertEqual((numbered.amount_residual, order_invoice.amount_residual), (777, 40))

    def order_and_another_customers_invoice(self, amount):
        """Kari's order 1001 with 25 % VAT, not invoiced yet, and Ola's invoice of 100.00 with the same number."""
        order = self.order(amount, "1001")
        tax = self.env["account.tax"].search(
            [("type_tax_use", "=", "sale"), ("amount", "=", 25), ("company_id", "=", self.company.id)], limit=1
        )
        order.order_line.write({"tax_ids": [Command.set(tax.ids)], "price_unit": amount / 1.25})
        self.assertEqual(order.amount_total, amount)
        other = self.invoice(100, partner=self.env["res.partner"].create({"name": "Ola Nordmann"}))
        other.name = "1001"
        return order, other

    def test_order_not_invoiced_yet_keeps_its_payment(self):
        order, other = self.order_and_another_customers_invoice(100)
        self.settle_days(capture("1", day(2), "1001", "100.00"), refund("2", day(2), "1001", "100.00"))
        self.assertEqual(other.amount_residual, 100)
        self.assertEqual((self.line_of("1") | self.line_of("2")).sale_order_id, order)
        self.assertClosed("1", "2")

    def test_order_captured_in_parts_and_invoiced_in_parts(self):
        """The third capture of 100.00 is more than the order: it is Ola's."""
        order, other = self.order_and_another_customers_invoice(200)
        first, second, third = (capture(str(number), day(1 + number), "1001", "100.00") for number in (1, 2, 3))
        self.settle_days(first)
        order.order_line.product_uom_qty = 2
        order.order_line.price_unit /= 2
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 1
        invoice.action_post()
        self.assertEqual((invoice.amount_residual, order.amount_total), (0, 200))
        self.settle_days(first, second)
        self.assertEqual((other.amount_residual, self.line_of("2").sale_order_id), (100, order))
        self.settle_days(first, second, third)
        self.assertEqual(other.amount_residual, 0)
        self.assertIn("is not known to await this amount", self.line_of("3").explanation)

    def test_invoiced_order_gives_way(self):
        order, other = self.order_and_another_customers_invoice(100)
        order._create_invoices().action_post()
        self.settle_days(capture("1", day(2), "1001", "100.00"), capture("2", day(2), "1001", "100.00"))
        self.assertEqual((self.line_of("1").sale_order_id, other.amount_residual), (order, 0))

    def test_invoice_in_another_currency_is_not_said_to_be_paid(self):
        """A payment in EUR of an invoice in NOK stays on the customer; reconciled there by hand, both are closed."""
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            {"currency_id": euro.id, "name": "2026-03-01", "inverse_company_rate": 11.5, "company_id": self.company.id}
        )
        provider = self.activate(merchant_id="EUR-1", currency_id=euro.id)
        invoice = self.invoice(115, "V-1")
        self.settle([capture("1", day(2), "V-1", "10.00"), payout("2000002", day(2))], provider)
        line = self.lines_of(provider).filtered(lambda line: line.kind == "payment")
        self.assertNotIn("Nothing is open", line.explanation)
        self.assertIn("in another currency", line.explanation)
        receivable = invoice.line_ids.filtered(lambda item: item.account_id.code == "1500")
        (receivable | line.move_line_ids.filtered(lambda item: item.settlement_role == "customer")).reconcile()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(line._get_open_move_lines())
