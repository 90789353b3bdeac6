from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestPlacedByHand(SettlementCase):
    """What a person does with the transactions that could not be placed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "W-1042", "300.00"),
                refund("2", day(2), "W-1043", "100.00"),
                payout("2000001", day(2)),
            ]
        )

    def test_on_a_customer(self):
        self.line_of("1")._assign(self.customer, "Kari har betalt uten ordre")
        self.assertBalances(a1500="-300.00", a1523="100.00", a1522="200.00")
        self.assertEqual(self.line_of("1").partner_id, self.customer)

    def test_on_an_account(self):
        self.line_of("1")._assign(self.account("2901") or self.account("2900"), "Solgt gavekort")
        self.assertBalances(a1523="100.00", a2900="-300.00")

    def test_refund_on_its_credit_note(self):
        note = self.credit_note(100, "OTHER")
        self.line_of("2")._assign(note, "Samme kunde")
        self.assertEqual(note.payment_state, "paid")
        self.assertBalances(a1523="-300.00", a1500="0.00")

    def test_invoice_smaller_than_the_payment(self):
        """The rest stays on the invoice's customer."""
        invoice = self.invoice(250, "OTHER")
        self.line_of("1")._assign(invoice, "Betalt for mye")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="-50.00", a1523="100.00")

    def test_invoice_some_oere_larger(self):
        invoice = self.invoice(300.40, "OTHER")
        self.line_of("1")._assign(invoice, "Samme ordre")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a7740="0.40")

    def test_what_cannot_be_chosen(self):
        line = self.line_of("1")
        draft = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.customer.id})
        paid_elsewhere = self.credit_note(10, "X")
        for target in (draft, paid_elsewhere, self.provider.clearing_account_id, self.provider.unknown_account_id):
            with self.subTest(target.display_name), self.assertRaises(UserError):
                line._assign(target, "Feil valg")
        with self.assertRaises(UserError):
            line._assign(self.customer, "  ")
        self.assertEqual(line.status, "unknown")

    def test_placed_twice(self):
        line = self.line_of("1")
        line._assign(self.customer, "Kari")
        second = self.env["res.partner"].create({"name": "Ola Nordmann"})
        line._assign(second, "Det var Ola")
        self.assertEqual(line.partner_id, second)
        self.assertBalances(a1500="-300.00")
        with self.assertRaises(UserError):
            line._assign(self.account("2900"), "Gavekort")
            line._assign(second, "Nei")

    def test_the_reason_and_the_voucher_are_kept(self):
        invoice = self.invoice(300, "OTHER")
        line = self.line_of("1")
        line._assign(invoice, "Bekreftet av kunden")
        self.assertIn("Bekreftet av kunden", line.explanation)
        self.assertIn(self.env.user.name, line.explanation)
        correction = self.settlement.move_ids.sorted("id")[-1]
        self.assertEqual(correction.line_ids.settlement_line_ids, line)
        self.assertEqual(correction.date, day(2))
        self.assertIn(line, invoice._get_settlement_lines())

    def test_in_the_dialog(self):
        """The dialog looks for the order reference by itself and offers the open invoice."""
        invoice = self.invoice(300, "X-W-1042")
        action = self.line_of("1").action_assign()
        wizard = Form(self.env["settlement.line.assign"].with_context(**action["context"]))
        self.assertIn(invoice.id, wizard.candidate_ids.ids)
        wizard.reason = "Samme nummer"
        invoice.with_context(settlement_assign_id=wizard.save().id).action_place_settlement_lines()
        self.assertEqual(invoice.payment_state, "paid")

    def test_found_later_by_itself(self):
        """The invoice comes after the payment: posting it is enough."""
        invoice = self.invoice(300, "W-1042")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.line_of("1").status, "matched")
        self.assertBalances(a1500="0.00", a1523="100.00")

    def test_a_transaction_is_undone(self):
        invoice = self.invoice(300, "W-1042")
        self.line_of("1")._undo("Feil kunde")
        self.assertEqual(self.line_of("1").status, "unknown")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertBalances(a1500="300.00", a1523="-200.00", a1522="200.00")
        other = self.invoice(300, "OTHER")
        self.line_of("1")._assign(other, "Riktig kunde")
        self.assertBalances(a1500="300.00", a1523="100.00")
        self.assertEqual(other.payment_state, "paid")

    def test_a_transaction_with_rounding_is_undone(self):
        invoice = self.invoice(299.60, "W-1042")
        self.assertBalances(a1500="0.00", a7740="-0.40")
        self.line_of("1")._undo("Feil kunde")
        self.assertBalances(a1500="299.60", a7740="0.00", a1523="-200.00")
        self.assertEqual(invoice.amount_residual, 299.60)

    def test_what_somebody_else_reconciled_is_not_undone(self):
        self.line_of("1")._assign(self.customer, "Kari")
        invoice = self.invoice(300, "HELT-ANNEN")
        credit = self.line_of("1")._get_open_move_lines()
        (credit | invoice.line_ids.filtered(lambda line: line.account_id.code == "1500")).reconcile()
        with self.assertRaises(UserError) as caught:
            self.line_of("1")._undo("Feil")
        self.assertIn(credit.move_name, str(caught.exception))


@tagged("post_install", "-at_install")
class TestChosenByHand(SettlementCase):
    """The invoice, or the order, that a person chooses."""

    def test_correction_is_placed_by_hand_on_an_invoice(self):
        """A correction of +12 on an invoice of 12: the sign decides, not that it is called a correction."""
        invoice = self.invoice(12, "X")
        self.settle([Movement("correction", "K1", day(2), "", Decimal("12.00"))])
        self.line_of("K1")._assign(invoice, "Manglende frakt")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a1523="0.00")

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

    def test_order_of_which_no_invoice_will_come(self):
        """The dialog does not offer it; chosen all the same, a sentence says what to do, and that can be done."""
        order = self.order(100, "OTHER")
        quotation = order.copy()
        cancelled = order.copy()
        cancelled._action_cancel()
        invoice = order._create_invoices()
        invoice.action_post()
        self.settle([capture("1", day(1), "NOPE", "100.00"), payout("2000001", day(1))])
        line = self.line_of("1")
        wizard = self.env["settlement.line.assign"].create({"line_ids": line.ids, "reason": "Samme kunde"})
        for one, said in ((cancelled, "is cancelled"), (quotation, "is a quotation"), (order, "is fully invoiced")):
            with self.subTest(said), self.assertRaisesRegex(UserError, said):
                one.with_context(settlement_assign_id=wizard.id).action_place_settlement_lines()
        self.assertEqual((line.status, line.sale_order_id.id), ("unknown", False))
        quotation.action_confirm()
        quotation.with_context(settlement_assign_id=wizard.id).action_place_settlement_lines()
        self.assertEqual(line.sale_order_id, quotation)
        line._undo("Feil ordre")
        wizard = self.env["settlement.line.assign"].create({"line_ids": line.ids, "reason": "Samme kunde"})
        invoice.with_context(settlement_assign_id=wizard.id).action_place_settlement_lines()
        self.assertEqual(invoice.amount_residual, 0)


@tagged("post_install", "-at_install")
class TestAssignRefused(SettlementCase):
    """What is not done, and nobody reads through a dialog what is another company's."""

    def unknown(self):
        self.settle([capture("1", day(2), "UKJENT", "300.00")])
        self.settle([capture("1", day(2), "UKJENT", "300.00"), payout("2000001", day(2))])
        return self.line_of("1")

    def test_accounts_that_are_followed_elsewhere(self):
        line = self.unknown()
        line._assign(self.customer, "Kjent kunde")
        other = self.activate(merchant_id="999999")
        for account in (
            self.provider.unknown_account_id,
            other.unknown_account_id,
            other.clearing_account_id,
            self.account("2400"),
        ):
            with self.assertRaisesRegex(UserError, "on no list"):
                line._assign(account, "Feil")
        self.assertBalances(a1500="-300.00", a1523="0.00")

    def test_reason_of_blanks(self):
        line = self.unknown()
        with self.assertRaisesRegex(UserError, "Enter a reason"):
            line._undo("  ")

    def test_dialog_shows_nothing_of_another_company(self):
        company = self.env["res.company"].sudo().create({"name": "Annet AS"})
        partner = self.env["res.partner"].sudo().create({"name": "Hemmelig", "company_id": company.id})
        line = self.unknown()
        user = self.settlement_user()
        dialogs = self.env["settlement.line.assign"].with_user(user)
        with self.assertRaises(AccessError):
            dialogs.create({"line_ids": line.ids, "action": "customer", "partner_id": partner.id, "reason": "x"})
        theirs = self.env["account.move"].sudo().with_company(company)
        rows = self.env["settlement.line.propose"].with_user(user)
        journal = (
            self.env["account.journal"]
            .sudo()
            .create({"name": "Diverse", "code": "DIV", "type": "general", "company_id": company.id})
        )
        move = theirs.create({"journal_id": journal.id, "date": "2026-03-01"})
        with self.assertRaises(AccessError):
            rows.create({"row_ids": [(0, 0, {"line_id": line.id, "move_id": move.id})]})
