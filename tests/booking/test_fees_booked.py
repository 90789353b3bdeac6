"""Fees in the ledger."""

from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.providers.records import Fee, FeeReport, Kind, Settlement, Transaction
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase
from .fee_case import FeeCase


@tagged("post_install", "-at_install")
class TestFeesBooked(FeeCase):
    """Fees in the ledger and in the VAT return."""

    def settle_one(self, fee="125.00"):
        """A payment nobody knows, with a fee that Vipps retains the same day."""
        return self.settle([capture("1", day(2), "X", "1000.00", fee), payout("1", day(2))])

    def test_exempt_as_activated(self):
        """Reference posting number 3: code 0, nothing in the VAT return."""
        settlement = self.settle_one("21.88")
        self.assertBalances(a7772="21.88", a1522="978.12", a2710="0.00")
        self.assertEqual(self.vat_return(), {})
        self.assertFalse(settlement.line_ids.filtered("fee_vat_issue"))
        self.assertNotIn("VAT", "".join(filter(None, settlement.line_ids.mapped("explanation"))))

    def test_norwegian_vat_of_a_documented_supplier(self):
        """125.00 of which 25.00 is code 1; the line is stored as Odoo itself writes it on a bill."""
        self.deductible("fees-retained")
        settlement = self.settle_one()
        self.assertBalances(a7772="100.00", a2710="25.00", a1522="875.00")
        self.assertEqual(self.vat_return(), {"1 Tax": "25.00"})
        base, tax = settlement.move_ids.line_ids.filtered(lambda line: line.settlement_role in ("fee", "fee_tax"))
        self.assertEqual((base.tax_ids, base.partner_id, tax.partner_id), (self.high, self.norwegian, self.norwegian))
        self.assertEqual((tax.settlement_role, tax.tax_line_id, tax.display_type), ("fee_tax", self.high, "tax"))
        self.assertEqual(tax.tax_base_amount, 100)
        self.assertEqual(tax.settlement_line_ids, base.settlement_line_ids)
        row = settlement.line_ids.filtered(lambda line: line.kind == "fee")
        self.assertEqual(tax.settlement_line_ids, row)
        self.assertIn("includes 25.00 VAT by tax 25% of fee type “Fees deducted from the payouts”", row.explanation)
        self.assertLedgerHolds(settlement)

    def test_as_odoo_writes_it_on_a_bill(self):
        """Account, taxes, tags and repartition are those of a vendor bill with the same tax."""
        for code, tax, supplier in (("1", self.high, self.norwegian), ("86", self.abroad, self.irish)):
            self.fee_type(code, tax_id=tax.id, partner_id=supplier.id, has_invoice=True)
            settlement = self.settle_fees((code, "125", "0"), number=code, when=int(code) % 7 + 1)
            bill = self.env["account.move"].create(
                {
                    "move_type": "in_invoice",
                    "partner_id": supplier.id,
                    "invoice_date": "2026-03-02",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Leie",
                                "account_id": self.provider.fee_account_id.id,
                                "price_unit": 100 if tax == self.high else 125,
                                "tax_ids": [Command.set(tax.ids)],
                            }
                        )
                    ],
                }
            )
            bill.action_post()
            own = settlement.move_ids.line_ids.filtered(lambda line: line.settlement_role in ("fee", "fee_tax"))
            bought = bill.line_ids.filtered(lambda line: line.display_type in ("product", "tax"))

            def seen(lines):
                return sorted(
                    (
                        line.account_id.code, line.balance, line.tax_ids.ids, line.tax_repartition_line_id.id,
                        line.tax_tag_ids.ids, line.tax_base_amount, line.display_type, line.partner_id.id,
                    )
                    for line in lines
                )  # fmt: skip

            self.assertEqual(seen(own), seen(bought))

    def test_reverse_charge(self):
        """Code 86: base and tax in the return, both owed and deducted, nothing to pay."""
        self.fee_type("fees-retained", tax_id=self.abroad.id, partner_id=self.irish.id)
        settlement = self.settle_one("200.00")
        self.assertBalances(a7772="200.00", a2714="50.00", a2704="-50.00", a1522="800.00")
        self.assertEqual(self.vat_return()["86 Base"], "200.00")
        tag = self.abroad.invoice_repartition_line_ids.tag_ids.filtered(lambda tag: tag.name == "86 Tax")
        deducted, owed = settlement.move_ids.line_ids.filtered(lambda line: tag in line.tax_tag_ids)
        self.assertEqual((deducted.balance, owed.balance), (50, -50))
        row = settlement.line_ids.filtered(lambda line: line.kind == "fee")
        self.assertIn("50.00 VAT by tax 25% EX S D", row.explanation)
        self.assertLedgerHolds(settlement)

    def test_reverse_charge_without_deduction(self):
        """Code 87: the VAT owed is cost."""
        self.fee_type("fees-retained", tax_id=self.tax("87").id, partner_id=self.irish.id)
        self.settle_one("200.00")
        self.assertBalances(a7772="250.00", a2704="-50.00", a1522="800.00")
        self.assertEqual(self.vat_return()["87 Base"], "200.00")

    def test_one_line_per_type_and_tax_on_its_account(self):
        self.deductible("rent", account_id=self.account("7770").id)
        settlement = self.settle_fees(
            ("rent", "125", "0"), ("rent", "250", "0"), ("capture-fee", "7", "0"), ("other", "3", "0")
        )
        self.assertBalances(a7770="300.00", a2710="75.00", a7772="10.00", a1522="-385.00")
        self.assertEqual(
            [line.settlement_role for line in settlement.move_ids.line_ids.sorted("id")],
            ["clearing", "fee", "fee_tax", "fee", "fee"],
        )

    def test_fee_given_back(self):
        """A credit takes the refund side of the tax; the return is back to nothing."""
        self.deductible("rent")
        self.settle_fees(("rent", "125", "0"))
        settlement = self.settle_fees(("rent", "-125", "0"), number="2", when=3)
        self.assertBalances(a7772="0.00", a2710="0.00", a1522="0.00")
        self.assertEqual(self.vat_return(), {})
        tax = settlement.move_ids.line_ids.filtered(lambda line: line.settlement_role == "fee_tax")
        self.assertEqual((tax.balance, tax.tax_repartition_line_id.document_type), (-25, "refund"))

    def test_several_fees_of_one_payment(self):
        """20.00 for the card, exempt; 6.25 for the terminal's rent, of which 1.25 is VAT: each as its own type says."""
        self.deductible("rent")
        fees = (Fee("card", Decimal("20.00")), Fee("rent", Decimal("6.25"), Decimal("1.25")))
        row = Transaction(
            external_id="1", kind=Kind.PAYMENT, date=day(2), amount=Decimal(1000), fee=Decimal("26.25"),
            fee_vat=Decimal("1.25"), fees=fees, currency="NOK", order_reference="X", row=1,
        )  # fmt: skip
        document = self.env["account.settlement.document"].sudo()._store(self.provider, "1", b"1", "upload")
        reported = Settlement("1", "NOK", day(2), (row,), payout_amount=Decimal("973.75"))
        settlement = self.provider.sudo()._store_payout(reported, document).sudo(False)
        settlement._process()
        self.assertBalances(a1522="973.75", a1523="-1000.00", a7772="25.00", a2710="1.25")
        self.assertEqual(self.vat_return(), {"1 Tax": "1.25"})
        names = settlement.move_ids.line_ids.filtered(lambda line: line.settlement_role == "fee").mapped("name")
        self.assertEqual(len(names), 2)
        settlement._reverse("Prøve")
        self.assertBalances(a1522="0.00", a1523="0.00", a7772="0.00", a2710="0.00")

    def test_a_gross_contract_leaves_the_tax_to_the_invoice(self):
        provider = self.activate(merchant_id="GROSS", fee_mode="gross")
        self.fee_type("capture-fee", provider, tax_id=self.high.id, partner_id=self.norwegian.id, has_invoice=True)
        settlement = self.settle([capture("1", day(2), "X", "1000.00"), payout("1", day(2))], provider)
        report = FeeReport("f1", "1", day(2), Decimal("12.50"), "NOK", fee_type="capture-fee")
        fees = Settlement("1", "NOK", day(2), fee_reports=(report,))
        provider.sudo()._store_payout(fees, settlement.document_ids)
        settlement._process()
        owed = settlement.line_ids.filtered("fee_owed")
        self.assertTrue(owed)
        self.assertFalse(owed.move_line_ids.tax_ids | owed.move_line_ids.tax_line_id)
        self.assertEqual(self.vat_return(), {})

    def test_in_euro(self):
        """EUR 12.50 at 11.60: 2.50 euro VAT is 29.00 kroner in the return."""
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            {
                "currency_id": euro.id,
                "name": "2026-03-01",
                "inverse_company_rate": 11.60,
                "company_id": self.company.id,
            }
        )
        provider = self.activate(merchant_id="EUR-1", currency_id=euro.id)
        self.fee_type("rent", provider, tax_id=self.high.id, partner_id=self.norwegian.id, has_invoice=True)
        settlement = self.settle_fees(("rent", "12.50", "0"), provider=provider)
        tax = settlement.move_ids.line_ids.filtered(lambda line: line.settlement_role == "fee_tax")
        self.assertEqual((tax.amount_currency, tax.balance, tax.currency_id), (2.50, 29.00, euro))
        self.assertEqual(self.vat_return(), {"1 Tax": "29.00"})
        settlement._reverse("Feil")
        self.assertEqual(self.vat_return(), {})

    def test_rounded_over_the_whole_document(self):
        """A company that rounds taxes globally gets the same whole øre here."""
        self.company.sudo().tax_calculation_rounding_method = "round_globally"
        self.deductible("rent")
        self.settle_fees(("rent", "0.33", "0"))
        self.assertBalances(a7772="0.26", a2710="0.07")

    def test_an_account_with_a_default_tax_gets_none(self):
        """Nothing but the plan is written: an exempt fee stays exempt, whatever the account proposes."""
        self.provider.fee_account_id.tax_ids = self.high
        self.settle_one()
        self.assertBalances(a7772="125.00", a2710="0.00")

    def test_what_is_not_stored_as_planned_is_not_booked(self):
        """An automation that takes the tag off a tax line would falsify the VAT return."""
        self.deductible("rent")
        settlement = self.settle_fees(("rent", "125", "0"), process=False)
        prepare = type(settlement)._prepare_voucher_line_vals

        def without(name):
            def prepared(self, line, currencies):
                return {key: value for key, value in prepare(self, line, currencies).items() if key != name}

            return prepared

        for name in ("tax_tag_ids", "tax_repartition_line_id", "tax_ids"):
            with (
                self.subTest(name),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
                patch.object(type(settlement), "_prepare_voucher_line_vals", without(name)),
            ):
                settlement._process()
        self.assertFalse(settlement.move_ids)

    def test_analytic_distribution_of_a_type(self):
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Avdeling"})
        shop = self.env["account.analytic.account"].sudo().create({"name": "Nettbutikk", "plan_id": plan.id})
        self.deductible("rent", analytic_distribution={str(shop.id): 100})
        self.settle_fees(("rent", "125", "0"), ("other", "5", "0"))
        lines = self.env["account.analytic.line"].sudo().search([(plan._column_name(), "=", shop.id)])
        self.assertEqual(lines.mapped("amount"), [-100], "the cost, without the VAT that is deducted")


@tagged("post_install", "-at_install")
class TestOwedFee(SettlementCase):
    """A fee that is invoiced is owed once, however often it is reported."""

    def test_owed_fee_of_an_unknown_payment_is_owed_once(self):
        self.provider.fee_payable_account_id = self.account("2960")
        self.provider.fee_mode = "gross"
        self.settle([capture("1", day(2), "A", "100.00"), payout("2000001", day(2))])
        document = self.provider.document_ids[:1]
        report = FeeReport("f1", "UKJENT", day(3), Decimal("5.00"), "NOK")
        for _time in range(2):
            self.provider.sudo()._store_payout(Settlement("", "NOK", day(3), fee_reports=(report,)), document)
        owed = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider.id), ("fee_owed", "=", True)]
        )
        self.assertEqual(owed.mapped("amount"), [-5])
