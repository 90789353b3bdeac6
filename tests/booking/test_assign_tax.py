from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from .fee_case import FeeCase


@tagged("post_install", "-at_install")
class TestTaxOfCorrections(FeeCase):
    """A sale that was never invoiced is booked on the sales account, with its VAT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settle(
            [
                capture("1", day(2), "UKJENT-3", "75.00"),
                refund("2", day(2), "UKJENT-4", "25.00"),
                capture("3", day(2), "X", "0.99"),
                payout("1", day(2)),
            ]
        )
        cls.line = cls.line_of(cls, "1")
        cls.sales = cls.account(cls, "3000")
        cls.output = cls.sale_tax()
        cls.sales.tax_ids = cls.output

    def test_the_amount_is_gross(self):
        self.line._assign(self.sales, "Kontantsalg", tax=self.output)
        self.assertBalances(a1523="24.01", a3000="-60.00", a2700="-15.00")
        self.assertEqual(set(self.vat_return().values()), {"60.00", "15.00"})
        self.assertIn(self.output.name, self.line.explanation)

    def test_a_refund_takes_it_back(self):
        self.line_of("2")._assign(self.sales, "Tilbake", tax=self.output)
        self.assertBalances(a3000="20.00", a2700="5.00")

    def test_undone_it_is_gone_from_the_vat_return(self):
        self.line._assign(self.sales, "Kontantsalg", tax=self.output)
        self.line._undo("Feil konto")
        self.assertBalances(a1523="-50.99", a3000="0.00", a2700="0.00")
        self.assertEqual((self.vat_return(), self.line.status), ({}, "unknown"))

    def test_booked_again_with_its_tax(self):
        self.line._assign(self.sales, "Kontantsalg", tax=self.output)
        self.line.settlement_id._reverse("Prøve")
        self.assertBalances(a3000="0.00", a2700="0.00")
        self.line.settlement_id._process()
        self.assertBalances(a1523="24.01", a3000="-60.00", a2700="-15.00")

    def test_without_tax_it_says_so(self):
        self.line._assign(self.sales, "Kontantsalg")
        self.assertBalances(a3000="-75.00", a2700="0.00")
        self.assertIn("Booked without VAT, although 3000", self.line.explanation)
        self.assertEqual(self.vat_return(), {})

    def test_the_lock_of_the_vat_return_counts(self):
        """What touches it is booked after the lock; what does not keeps its date."""
        self.company.sudo().tax_lock_date = "2026-03-31"
        self.line._assign(self.sales, "Kontantsalg", tax=self.output)
        self.line_of("3")._assign(self.account("2900"), "Gavekort")
        vouchers = [line.move_line_ids.move_id.sorted("id")[-1:] for line in (self.line, self.line_of("3"))]
        self.assertEqual([f"{voucher.date}" for voucher in vouchers], ["2026-04-01", "2026-03-02"])

    def test_what_cannot_be_chosen(self):
        fixed = self.output.sudo().copy({"name": "Fast", "amount_type": "fixed"})
        for target, tax, words in (
            (self.customer, self.output, "Leave the tax out"),
            (self.sales, fixed, "no percentage"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.line._assign(target, "Kontantsalg", tax=tax)
        self.assertEqual(self.line.status, "unknown")

    def test_as_on_the_latest_invoice_where_the_account_has_no_tax_of_its_own(self):
        """The Norwegian chart has no tax on its accounts."""
        self.sales.tax_ids = False
        self.assertFalse(self.line._get_proposed_tax(self.sales))
        taxed = {"name": "Vare", "price_unit": 80, "account_id": self.sales.id, "tax_ids": self.output.ids}
        self.invoice(0, "SALG", invoice_line_ids=[Command.create(taxed)])
        self.assertEqual(self.line._get_proposed_tax(self.sales), self.output)
        self.assertFalse(self.line._get_proposed_tax(self.account("2900")))

    def test_in_the_dialog(self):
        """The account's own tax is proposed, and what it comes to is shown before it is booked."""
        values = {"line_ids": self.line.ids, "reason": "Kontantsalg", "action": "account"}
        wizard = self.env["settlement.line.assign"].create({**values, "account_id": self.sales.id})
        self.assertEqual(wizard.tax_id, self.output)
        self.assertEqual(wizard.tax_text.replace("\xa0", " "), "kr 75.00, of which VAT kr 15.00, net kr 60.00.")
        wizard.tax_id = False
        self.assertIn("without VAT", wizard.tax_text)
        wizard.tax_id = self.output
        wizard.account_id = self.account("2900")
        self.assertFalse(wizard.tax_id or wizard.tax_text)
        wizard.account_id = self.sales
        wizard.action_confirm()
        self.assertBalances(a3000="-60.00", a2700="-15.00")

    def test_several_are_divided_one_by_one(self):
        lines = self.line | self.line_of("3")
        values = {"line_ids": lines.ids, "reason": "Kontantsalg", "action": "account", "account_id": self.sales.id}
        wizard = self.env["settlement.line.assign"].create(values)
        self.assertEqual(wizard.tax_text.replace("\xa0", " "), "kr 75.99, of which VAT kr 15.20, net kr 60.79.")
        wizard.action_confirm()
        self.assertBalances(a3000="-60.79", a2700="-15.20")

    def test_the_rule_that_is_learned_has_the_tax(self):
        target = self.line._get_learning_target(self.sales, self.output)
        self.assertEqual((target.account_id, target.tax_id), (self.sales.id, self.output.id))
