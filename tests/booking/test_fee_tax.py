"""The VAT of fees: stated by a document, on the account, and after the tax lock."""

import datetime
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.booking.vouchers import Conversion, plan_voucher
from odoo.addons.settlement_bridge.matching.outcomes import Allocation, Decision, Status
from odoo.addons.settlement_bridge.matching.roles import Role
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout

from .fee_case import FeeCase


@tagged("post_install", "-at_install")
class TestStatedVat(FeeCase):
    """VAT that the document states: used, or booked as cost and looked at."""

    def only(self, settlement):
        [line] = settlement.line_ids
        return line

    def test_stored_and_shown(self):
        line = self.only(self.settle_fees(("rent", "125", "25"), process=False))
        self.assertEqual((line.fee_vat, line.fee_vat_issue), (25, False))

    def test_used_as_it_stands(self):
        """Each row's own VAT, also where the sum would round otherwise."""
        self.deductible("rent")
        settlement = self.settle_fees(("rent", "0.33", "0.07"), ("rent", "0.33", "0.07"))
        self.assertBalances(a7772="0.52", a2710="0.14")
        self.assertFalse(settlement.line_ids.filtered("fee_vat_issue"))
        paper = self.paper(settlement.move_ids)
        settlement._reverse("Feil konto")
        self.assertBalances(a7772="0.00", a2710="0.00")
        self.assertEqual(self.paper(settlement.move_ids.filtered("reversal_move_ids")), paper)

    def test_another_rate_is_booked_in_full_and_looked_at(self):
        self.deductible("rent")
        line = self.only(self.settle_fees(("rent", "115", "15")))
        self.assertBalances(a7772="115.00", a2710="0.00")
        self.assertEqual((line.fee_vat_issue, self.vat_return()), ("differs", {}))
        self.assertIn("states 15.00 VAT in a fee of 115.00", line.explanation)

    def test_on_a_type_without_tax(self):
        """The work list: a filter, a count on the provider's card, a reason for taking it off."""
        settlement = self.settle_fees(("rent", "125", "25"), ("capture-fee", "2", "0"))
        line = settlement.line_ids.filtered("fee_vat")
        self.assertBalances(a7772="127.00", a2710="0.00")
        self.assertEqual((line.fee_vat_issue, self.provider.fee_vat_count), ("untaxed", 1))
        self.assertEqual(settlement.line_ids.filtered("fee_vat_issue"), line)
        with self.assertRaises(UserError):
            line._settle_fee_vat(" ")
        settlement.line_ids._settle_fee_vat("Ikke fradragsrett for leie")
        self.provider.invalidate_recordset(["fee_vat_count"])
        self.assertEqual((line.fee_vat_issue, self.provider.fee_vat_count), (False, 0))
        said = line.explanation.split("\n")[0]
        self.assertIn("Ikke fradragsrett for leie", said)
        self.assertIn(self.accountant.name, said)
        self.assertIn("states 25.00 VAT", line.explanation, "what was said before stays")
        other = settlement.line_ids - line
        self.assertNotIn("Ikke fradragsrett", other.explanation or "")
        self.assertBalances(a7772="127.00")

    def test_in_the_dialog(self):
        """Only the transactions with something to look at are taken to the dialog."""
        settlement = self.settle_fees(("rent", "125", "25"), ("capture-fee", "2", "0"))
        line = settlement.line_ids.filtered("fee_vat")
        action = settlement.line_ids.action_settle_fee_vat()
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
        wizard.reason = "Ikke fradragsrett"
        wizard = wizard.save()
        self.assertEqual(wizard.line_ids, line)
        wizard.action_confirm()
        self.assertFalse(line.fee_vat_issue)
        found = self.provider.action_open_fee_vat()
        self.assertNotIn(line, self.env[found["res_model"]].search(found["domain"]))

    def test_taken_up_by_setting_the_type_and_booking_again(self):
        settlement = self.settle_fees(("rent", "125", "25"))
        self.deductible("rent")
        settlement._reverse("Leverandøren sender faktura")
        self.assertFalse(settlement.line_ids.fee_vat_issue)
        settlement._process()
        self.assertBalances(a7772="100.00", a2710="25.00", a1522="-125.00")
        self.assertEqual(self.vat_return(), {"1 Tax": "25.00"})
        self.assertFalse(settlement.line_ids.fee_vat_issue)

    def test_foreign_vat_is_cost(self):
        self.fee_type("software", tax_id=self.abroad.id, partner_id=self.irish.id)
        line = self.only(self.settle_fees(("software", "123", "23")))
        self.assertBalances(a7772="123.00", a2714="0.00", a2704="0.00")
        self.assertEqual((line.fee_vat_issue, self.vat_return()), ("foreign", {}))
        self.assertIn("foreign VAT is part of the cost", line.explanation)


@tagged("post_install", "-at_install")
class TestTaxOfAccounts(FeeCase):
    """What a rule or a person books to an account with tax, and taking it back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [
                Movement("correction", "9", day(2), "", Decimal("-125.00")),
                capture("1", day(2), "X", "1000.00"),
                payout("1", day(2)),
            ]
        )
        cls.plan = cls.env["account.analytic.plan"].sudo().create({"name": "Avdeling"})
        cls.shop = cls.env["account.analytic.account"].sudo().create({"name": "Nettbutikk", "plan_id": cls.plan.id})

    def decide(self, line, tax=None, **values):
        """A decision by hand: all of the row on 7770, with tax."""
        plain = line._to_plain()
        part = Allocation(
            Role.ACCOUNT, plain.amount,
            **{"account_id": self.account("7770").id, "tax_id": (tax or self.high).id, "label": "Leie", **values},
        )  # fmt: skip
        return Decision(plain, Status.MATCHED, [part])

    def transfer(self, **values):
        line = self.line_of("9")
        line.sudo()._book_transfer(self.decide(line, **values), line._get_open_move_lines(), reason="Leie av terminal")
        return line

    def analytic(self):
        lines = self.env["account.analytic.line"].sudo().search([(self.plan._column_name(), "=", self.shop.id)])
        return round(sum(lines.mapped("amount")), 2)

    def test_planned_and_written(self):
        line = self.line_of("9")
        currency = self.settlement.currency_id.name
        voucher = plan_voucher(
            datetime.date(2026, 3, 3),
            [self.decide(line)],
            self.settlement._get_accounts(),
            Conversion(currency, currency, self.settlement._get_conversion(day(3))),
            self.settlement._get_labels(day(3)),
            {},
            self.settlement._get_tax_split(),
        )
        move = self.settlement._write_vouchers([voucher])
        self.assertEqual(
            [(item.settlement_role, item.account_id.code, item.balance) for item in move.line_ids.sorted("id")],
            [("clearing", "1522", -125), ("account", "7770", 100), ("tax", "2710", 25)],
        )
        base, tax = move.line_ids.sorted("id")[1:]
        self.assertEqual((base.name, tax.name), ("Leie", "Leie · 25%"))
        self.assertEqual(base.settlement_line_ids | tax.settlement_line_ids, line)
        self.assertEqual(self.vat_return(), {"1 Tax": "25.00"})

    def test_transfer_from_unknown(self):
        self.assertBalances(a1523="-875.00")
        line = self.transfer(analytic_distribution={str(self.shop.id): 100})
        self.assertBalances(a1523="-1000.00", a7770="100.00", a2710="25.00")
        self.assertEqual((line.status, self.vat_return()), ("matched", {"1 Tax": "25.00"}))
        self.assertEqual(self.analytic(), -100)

    def test_undone_it_is_gone_from_the_vat_return(self):
        for tax, shown in ((self.high, {"1 Tax": "25.00"}), (self.abroad, None)):
            with self.subTest(tax.name):
                line = self.transfer(tax=tax, analytic_distribution={str(self.shop.id): 100})
                self.assertEqual(self.vat_return(), shown or self.vat_return())
                self.assertTrue(self.vat_return())
                line._undo("Feil konto")
                self.assertBalances(a1523="-875.00", a7770="0.00", a2710="0.00", a2714="0.00", a2704="0.00")
                self.assertEqual((self.vat_return(), self.analytic()), ({}, 0))
                self.assertEqual(line.status, "unknown")

    def test_undone_after_two_taxes(self):
        """Placed, undone, placed with another tax and undone again: each is turned as what it was."""
        self.transfer()._undo("Feil avgift")
        line = self.transfer(tax=self.tax("11"))
        self.assertEqual(set(self.vat_return()), {"11 Tax"})
        line._undo("Likevel ikke")
        self.assertEqual(self.vat_return(), {})
        self.assertBalances(a7770="0.00", a2710="0.00", a1523="-875.00")

    def test_undo_leaves_the_tax_of_fees(self):
        """A payment is taken back to unknown; its fee, with VAT, is booked rightly and stays."""
        self.deductible("fees-retained")
        invoice = self.invoice(500, "WEB-5")
        self.settle(
            [
                Movement("correction", "9", day(2), "", Decimal("-125.00")),
                capture("1", day(2), "X", "1000.00"),
                payout("1", day(2)),
                capture("5", day(5), "WEB-5", "500.00", "12.50"),
                payout("2", day(5)),
            ]
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.line_of("5")._undo("Feil ordre")
        fee = self.line_of("1").search([("kind", "=", "fee"), ("provider_id", "=", self.provider.id)])
        with self.assertRaisesRegex(UserError, "Undo its settlement"):
            fee._undo("Prøve")
        self.assertBalances(a7772="10.00", a2710="2.50")
        self.assertEqual(self.vat_return(), {"1 Tax": "2.50"})

    def test_reversed_it_is_gone_from_the_vat_return(self):
        """Odoo's own reversal carries the tags with the opposite amounts, line for line."""
        self.fee_type("software", tax_id=self.abroad.id, partner_id=self.irish.id)
        self.deductible("rent")
        # Stated VAT that no rate gives on the sum: a reversal that is computed anew would not be the opposite.
        settlement = self.settle_fees(
            ("rent", "0.33", "0.07"), ("rent", "0.33", "0.07"), ("software", "200", "0"), number="7", when=4
        )
        vouchers = settlement.move_ids
        self.assertTrue(self.vat_return())
        paper = self.paper(vouchers)
        settlement._reverse("Feil leverandør")
        [reversal] = vouchers.reversal_move_ids
        self.assertEqual(self.vat_return(), {})
        self.assertEqual(self.paper(vouchers), paper)
        self.assertEqual(
            [(code, f"{-float(balance):.2f}", *rest) for code, balance, *rest in self.paper(reversal)],
            [tuple(line) for line in paper],
        )
        settlement._process()
        self.assertEqual(self.paper(settlement.move_ids - vouchers - reversal), paper)

    def test_placed_and_undone_after_the_tax_lock(self):
        """What is done today, while today is locked for tax, is dated tomorrow."""
        self.company.sudo().tax_lock_date = self.today()
        before = self.settlement.move_ids
        self.transfer()._undo("Feil konto")
        tomorrow = self.today() + datetime.timedelta(days=1)
        self.assertEqual((self.settlement.move_ids - before).mapped("date"), [tomorrow, tomorrow])
        self.assertEqual(self.vat_return(), {})

    def test_transfer_is_reversed_with_its_settlement(self):
        self.transfer()
        self.settlement._reverse("Alt på nytt")
        self.assertBalances(a7770="0.00", a2710="0.00", a1522="0.00", a1523="0.00")
        self.assertEqual(self.vat_return(), {})


@tagged("post_install", "-at_install")
class TestTaxLock(FeeCase):
    """A VAT return that was sent stays as it was sent."""

    def setUp(self):
        super().setUp()
        self.company.sudo().tax_lock_date = "2026-03-15"

    def test_taxed_fees_are_booked_after_the_lock(self):
        self.deductible("rent")
        settlement = self.settle_fees(("rent", "125", "0"))
        line = settlement.line_ids
        self.assertEqual(settlement.move_ids.date, datetime.date(2026, 3, 16))
        self.assertTrue(line.is_late)
        self.assertIn("locked", line.explanation)

    def test_exempt_fees_are_booked_on_their_date(self):
        settlement = self.settle_fees(("rent", "125", "0"))
        self.assertEqual(settlement.move_ids.date, day(2))
        self.assertFalse(settlement.line_ids.is_late)

    def test_a_day_without_tax_is_booked_on_its_date(self):
        """Only the ledger date with the taxed fee moves."""
        self.deductible("rent")
        first = self.settle_fees(("rent", "125", "0"))
        second = self.settle_fees(("other", "10", "0"), number="2", when=3)
        self.assertEqual((first.move_ids.date, second.move_ids.date), (datetime.date(2026, 3, 16), day(3)))

    def test_reversal_lies_after_the_lock(self):
        self.company.sudo().tax_lock_date = False
        self.deductible("rent")
        taxed = self.settle_fees(("rent", "125", "0"))
        exempt = self.settle_fees(("other", "10", "0"), number="2", when=3)
        self.company.sudo().tax_lock_date = "2026-03-15"
        (taxed | exempt)._reverse("Feil", day(10))
        self.assertEqual(taxed.move_ids.reversal_move_ids.date, datetime.date(2026, 3, 16))
        self.assertEqual(exempt.move_ids.reversal_move_ids.date, day(10))
