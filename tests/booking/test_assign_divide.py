from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from .fee_case import FeeCase


@tagged("post_install", "-at_install")
class TestDivided(FeeCase):
    """One payment for two invoices, or for an invoice and something else; several payments for one invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "SAMLET", "300.00"),
                capture("2", day(2), "DEL-1", "199.60"),
                capture("3", day(3), "DEL-2", "0.30"),
                refund("4", day(3), "RETUR", "100.00"),
                payout("1", day(3)),
            ]
        )
        cls.line = cls.line_of(cls, "1")
        cls.sales = cls.account(cls, "3000")
        cls.output = cls.sale_tax()
        cls.sales.tax_ids = cls.output

    def test_two_invoices_the_customer_and_an_account_with_tax(self):
        first, second = self.invoice(100, "A"), self.invoice(80, "B")
        self.assertBalances(a1500="180.00", a1523="-399.90", a3000="-180.00")
        shares = [(first, 100, None), (second, 30, None), (self.customer, 45, None), (self.sales, 125, self.output)]
        self.line._divide(shares, "Kari ringte", date=day(5))
        self.assertBalances(a1500="5.00", a1523="-99.90", a3000="-280.00", a2700="-25.00")
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 50))
        voucher = self.line.move_line_ids.move_id.sorted("id")[-1:]
        self.assertEqual((voucher.date, self.line.status), (day(5), "resolved"))
        account = self.sales.with_context(show_account_code=True).display_name
        self.assertEqual(set(self.line.booked_to.split(" + ")), {first.name, second.name, "Kari Nordmann", account})
        for words in (first.name, second.name, "Kari Nordmann", "3000", "Kari ringte"):
            self.assertIn(words, self.line.explanation)

    def test_undone_all_of_it_comes_back(self):
        invoice = self.invoice(100, "A")
        self.line._divide([(invoice, 100, None), (self.sales, 200, self.output)], "Delt")
        self.line._undo("Feil delt")
        self.assertBalances(a1500="100.00", a1523="-399.90", a3000="-100.00", a2700="0.00")
        self.assertEqual((self.vat_return(), invoice.amount_residual, self.line.booked_to), ({}, 100, False))

    def test_booked_again_it_is_divided_as_before(self):
        """A person's division, with its tax and reason, outlives undoing the settlement."""
        invoice = self.invoice(100, "A")
        self.line._divide([(invoice, 100, None), (self.sales, 200, self.output)], "Delt av Kari")
        before = self.balances("1500", "1523", "2700", "3000")
        settlement = self.line.settlement_id
        settlement._reverse("Prøve")
        settlement._process()
        self.assertEqual((self.balances("1500", "1523", "2700", "3000"), self.line.status), (before, "resolved"))
        self.assertIn("Delt av Kari", self.line.explanation)

    def test_booked_again_where_the_division_no_longer_fits(self):
        """The invoice was paid otherwise: all of it is unknown, and it says why."""
        invoice = self.invoice(100, "A")
        self.line._divide([(invoice, 100, None), (self.sales, 200, self.output)], "Delt")
        self.line.settlement_id._reverse("Prøve")
        paid = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
        paid.create({"journal_id": self.bank_journal.id})._create_payments()
        self.line.settlement_id._process()
        self.assertEqual(self.line.status, "unknown")
        self.assertIn(invoice.name, self.line.explanation)
        self.assertBalances(a2700="0.00")

    def test_what_stands_on_the_customer_is_divided(self):
        """Only as much of each invoice as was said, although the invoice could take more."""
        self.line._assign(self.customer, "Kari")
        first, second = self.invoice(500, "A"), self.invoice(500, "B")
        self.line._divide([(first, 100, None), (second, 200, None)], "Slik Kari ville")
        self.assertEqual((first.amount_residual, second.amount_residual), (400, 300))
        self.assertBalances(a1500="700.00")

    def test_a_refund_is_divided(self):
        note = self.credit_note(60, "A")
        self.line_of("4")._divide([(note, 60, None), (self.account("7770"), 40, None)], "Retur og gebyr")
        self.assertBalances(a1500="0.00", a7770="40.00", a1523="-499.90")
        self.assertEqual(note.amount_residual, 0)

    def test_what_is_refused(self):
        invoice = self.invoice(100, "A")
        draft = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.customer.id})
        before = self.balances("1500", "1523", "2900")
        gift = self.account("2900")
        for words, shares in {
            "above zero": [(gift, 0, None), (invoice, 300, None)],
            "Enter each part": [(gift, 350, None), (self.customer, -50, None)],
            "350.00.*together": [(gift, 250, None), (invoice, 100, None)],
            "299.99.*together": [(gift, 199.99, None), (invoice, 100, None)],
            "less than .*200.00.* open": [(gift, 100, None), (invoice, 200, None)],
            "not a posted invoice": [(gift, 200, None), (draft, 100, None)],
            "on that account already": [(self.provider.unknown_account_id, 200, None), (invoice, 100, None)],
            "holds what the provider owes": [(self.provider.clearing_account_id, 200, None), (invoice, 100, None)],
        }.items():
            with self.subTest(words), self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self.line._divide(shares, "Delt")
        self.assertEqual((self.balances("1500", "1523", "2900"), self.line.status), (before, "unknown"))

    def test_another_company_has_no_part_in_it(self):
        other = self.env["res.company"].sudo().create({"name": "En annen AS"})
        theirs = self.env["res.partner"].sudo().create({"name": "Deres kunde", "company_id": other.id})
        tax = self.output.sudo().copy({"name": "Deres avgift"})
        self.cr.execute("UPDATE account_tax SET company_id = %s WHERE id = %s", [other.id, tax.id])
        tax.invalidate_recordset()
        for shares in ([(theirs, 300, None)], [(self.sales, 300, tax)]):
            with self.subTest(shares[0][0]._name), self.assertRaisesRegex(UserError, "does not belong to"):
                self.line.sudo()._divide(shares, "Feil firma")

    def test_several_payments_of_one_invoice(self):
        """Together they close it, whichever came first; the ører that are missing are decided on once."""
        invoice = self.invoice(200, "C")
        (self.line_of("2") | self.line_of("3"))._assign(invoice, "To deler")
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("paid", 0))
        self.assertBalances(a1500="0.00", a7740="0.10", a1523="-200.00")
        self.assertFalse(self.line_of("2").has_difference)

    def test_several_payments_one_of_which_is_left_over(self):
        """The invoice has nothing for the second: nothing is booked, and it says which."""
        invoice = self.invoice(300, "C")
        with self.assertRaisesRegex(UserError, "DEL-1"), self.env.cr.savepoint():
            (self.line | self.line_of("2"))._assign(invoice, "Begge")
        self.assertEqual(invoice.amount_residual, 300)

    # ------------------------------------------------------------ the dialog

    def test_in_the_dialog(self):
        """Divide proposes the invoice that was found and the remainder; a new row proposes what is left."""
        invoice = self.invoice(100, "SAMLET-2026")
        action = self.line.action_assign()
        form = Form(self.env["settlement.line.assign"].with_context(**action["context"]))
        form.reason = "Delt"
        form.action = "divide"
        self.assertEqual(len(form.part_ids), 2)
        with form.part_ids.edit(0) as part:
            self.assertEqual((part.move_id, part.amount), (invoice, 100))
        with form.part_ids.edit(1) as part:
            self.assertEqual((part.target_type, part.amount), ("account", 200))
            part.account_id = self.sales
            self.assertEqual(part.tax_id, self.output)
            part.amount = 125
        self.assertEqual(form.amount_left, 75)
        with form.part_ids.new() as part:
            self.assertEqual(part.amount, 75)
            part.target_type = "customer"
            part.partner_id = self.customer
        wizard = form.save()
        answer = wizard.action_confirm()
        self.assertEqual(answer["tag"], "settlement_done")
        self.assertBalances(a1500="-75.00", a3000="-200.00", a2700="-25.00", a1523="-99.90")

    def test_the_dialog_says_what_is_missing(self):
        dialogs = self.env["settlement.line.assign"]
        part = Command.create({"target_type": "account", "amount": 300})
        for values, words in (
            ({"action": "divide"}, "Enter the parts"),
            ({"action": "divide", "part_ids": [part]}, "of each part"),
            ({"action": "divide", "line_ids": self.settlement.line_ids.ids, "part_ids": [part]}, "One transaction"),
            ({"action": "customer"}, "Choose the document"),
        ):
            wizard = dialogs.create({"line_ids": self.line.ids, "reason": "Delt", **values})
            with self.subTest(values), self.assertRaisesRegex(UserError, words):
                wizard.action_confirm()
