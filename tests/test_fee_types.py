import datetime
from decimal import Decimal
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..booking.vouchers import Conversion, plan_voucher
from ..matching.decisions import Allocation, Decision, Role, Status
from ..providers.records import Document, Kind, Settlement, Transaction
from .common import SettlementCase
from .vipps_files import Movement, as_portal_csv, capture, day, payout


class FeeCase(SettlementCase):
    """A Norwegian webshop whose provider also sells taxable services, read off the accounts and the VAT return."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        countries = {code: cls.env.ref(f"base.{code}").id for code in ("no", "ie")}
        cls.norwegian, cls.irish = cls.env["res.partner"].create(
            [
                {"name": "Terminal AS", "country_id": countries["no"], "vat": "NO072274687MVA", "is_company": True},
                {"name": "Software Ltd", "country_id": countries["ie"], "is_company": True},
            ]
        )
        cls.high = cls.tax("1")
        cls.abroad = cls.tax("86")

    @classmethod
    def tax(cls, code):
        """The Norwegian purchase tax with a code of the VAT return."""
        return cls.env["account.tax"].search(
            [
                ("l10n_no_standard_code", "=", code),
                ("type_tax_use", "=", "purchase"),
                ("company_id", "=", cls.company.id),
            ]
        )

    def fee_type(self, code=False, provider=None, **values):
        """The provider's fee type of a code, changed as given; created where the document is yet to name it."""
        provider = provider or self.provider
        found = provider.fee_type_ids.filtered(lambda fee_type: fee_type.code == code)
        if not found:
            return found.create({"provider_id": provider.id, "code": code, "name": code, **values})
        found.write(values)
        return found

    def deductible(self, code=False, **values):
        return self.fee_type(code, tax_id=self.high.id, partner_id=self.norwegian.id, has_invoice=True, **values)

    def settle_fees(self, *rows, number="1", when=2, provider=None, process=True):
        """Store and book rows of kind fee, ``(code, fee, VAT stated)``, which no document of Vipps can have."""
        provider = provider or self.provider
        transactions = tuple(
            Transaction(
                external_id=f"{number}-{place}",
                kind=Kind.FEE if Decimal(fee) > 0 else Kind.FEE_REFUND,
                date=day(when),
                amount=-Decimal(fee),
                currency=provider.currency_id.name,
                fee_type=code,
                fee_vat=Decimal(vat),
                provider_reference=f"{number}-{place}",
                row=place,
            )
            for place, (code, fee, vat) in enumerate(rows, 1)
        )
        document = self.env["account.settlement.document"].sudo()._store(provider, number, number.encode(), "upload")
        net = sum((row.net for row in transactions), Decimal(0))
        settlement = Settlement(
            number, provider.currency_id.name, day(when), transactions, opening_balance=Decimal(0), payout_amount=net
        )
        settlements = provider.sudo()._store_settlements(Document("vipps", "rows", (settlement,)), document).sudo(False)
        settlements.sudo().needs_confirmation = False
        if process:
            settlements._process()
        return settlements

    def vat_return(self):
        """What the VAT return shows, by its boxes, as exact text; boxes at zero are left out."""
        self.env.flush_all()
        found = {}
        for tag, balance in self.env["account.move.line"]._read_group(
            [
                ("tax_tag_ids", "!=", False),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            ["tax_tag_ids"],
            ["balance:sum"],
        ):
            if tag and round(balance, 2):
                found[tag.with_context(lang="en_US").name] = f"{-balance if tag.balance_negate else balance:.2f}"
        return found

    def paper(self, moves):
        """A voucher's lines as ``(account, balance, taxes, boxes)``."""
        return [
            (
                line.account_id.code,
                f"{line.balance:.2f}",
                line.tax_ids.ids,
                line.tax_repartition_line_id.id,
                line.tax_tag_ids.ids,
            )
            for line in moves.line_ids.sorted("id")
        ]


@tagged("post_install", "-at_install")
class TestFeeTypes(FeeCase):
    """What a provider's fees are, and who may say so."""

    def test_an_activated_provider_has_its_fee_types(self):
        """Those Vipps names, and one for all others; all exempt, on the provider's fee account."""
        found = self.provider.fee_type_ids.sorted(lambda fee_type: (fee_type.sequence, fee_type.id))
        self.assertEqual(
            found.mapped("code"), ["fees-retained", "capture-fee", "fee-total", "correction", "credit-note", False]
        )
        self.assertEqual(found[-1].name, "All other fees")
        self.assertFalse(found.tax_id)
        self.assertFalse(found.account_id)

    def test_activating_again_changes_nothing_a_person_has_set(self):
        self.deductible("fees-retained", name="Gebyr fra Vipps", account_id=self.account("7770").id)
        self.provider.fee_type_ids.filtered(lambda fee_type: fee_type.code == "fee-total").unlink()
        before = self.provider.fee_type_ids.ids
        self.provider._create_fee_types()
        self.provider.action_resume()
        fee_type = self.fee_type("fees-retained")
        self.assertEqual((fee_type.name, fee_type.tax_id), ("Gebyr fra Vipps", self.high))
        self.assertEqual(len(self.provider.fee_type_ids), len(before) + 1, "only the missing one came back")

    def test_names_follow_the_reader(self):
        self.env["res.lang"].sudo()._activate_lang("nb_NO")
        provider = self.activate(merchant_id="2")
        norwegian = provider.with_context(lang="nb_NO")
        names = norwegian.fee_type_ids.mapped("name")
        self.assertEqual(names, [norwegian.env._(name) for name in provider.fee_type_ids.mapped("name")])  # pylint: disable=gettext-variable

    def test_a_fee_seen_for_the_first_time_gets_a_type(self):
        """So that the accountant finds it in the list; exempt, as all others. One that is there stays as it is."""
        self.deductible("terminal-rent")
        self.settle_fees(("terminal-rent", "125", "0"), ("statement", "10", "0"), process=False)
        self.settle_fees(("statement", "12", "0"), number="2", process=False)
        fee_type = self.provider.fee_type_ids.filtered(lambda fee_type: fee_type.code == "statement")
        self.assertEqual((len(fee_type), fee_type.name, fee_type.tax_id.id), (1, "statement", False))
        self.assertEqual(self.fee_type("terminal-rent").tax_id, self.high)

    def test_a_fee_seen_by_someone_who_may_not_set_up(self):
        user = self.settlement_user("fee_user")
        self.settle_fees(("statement", "10", "0"), provider=self.provider.with_user(user))
        self.assertIn("statement", self.provider.fee_type_ids.mapped("code"))
        with self.assertRaises(AccessError):
            self.fee_type("statement").with_user(user).note = "Fritatt"

    def test_fee_types_that_cannot_be_added_stop_no_document(self):
        FeeTypes = self.env.registry["account.settlement.fee.type"]
        with (
            patch.object(FeeTypes, "create", side_effect=ValueError("Full")),
            self.assertLogs("odoo.addons.settlement_bridge.models.account_settlement_provider_fee_types", "ERROR"),
        ):
            settlement = self.settle_fees(("statement", "10", "0"))
        self.assertEqual(settlement.state, "booked")
        self.assertBalances(a7772="10.00")

    def test_one_type_for_each_name(self):
        for code in ("fees-retained", False):
            with (
                self.subTest(code),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env["account.settlement.fee.type"].create(
                    {"provider_id": self.provider.id, "code": code, "name": "En gang til"}
                )

    def test_vat_is_deducted_only_with_the_invoice_of_a_registered_supplier(self):
        """Each thing that is missing is named."""
        unregistered = self.norwegian.copy({"vat": False, "name": "Enkeltpersonforetak"})
        for values, named in (
            ({}, "the supplier"),
            ({"partner_id": self.norwegian.id}, "invoice with VAT"),
            ({"partner_id": unregistered.id, "has_invoice": True}, "the VAT number of Enkeltpersonforetak"),
            ({"partner_id": self.irish.id, "has_invoice": True}, "Software Ltd has the country: Ireland"),
        ):
            with self.subTest(named), self.assertRaisesRegex(ValidationError, named), self.env.cr.savepoint():
                self.fee_type("fees-retained", tax_id=self.high.id, **values)
        self.deductible("fees-retained")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.fee_type("fees-retained").has_invoice = False

    def test_reverse_charge_needs_a_foreign_supplier(self):
        for supplier in (self.env["res.partner"], self.norwegian, self.irish.copy({"country_id": False})):
            with (
                self.subTest(supplier.name),
                self.assertRaisesRegex(ValidationError, "abroad"),
                self.env.cr.savepoint(),
            ):
                self.fee_type("fees-retained", tax_id=self.abroad.id, partner_id=supplier.id)
        self.fee_type("fees-retained", tax_id=self.abroad.id, partner_id=self.irish.id)

    def test_a_tax_on_sales_is_no_tax_on_fees(self):
        sale = self.env["account.tax"].search([("type_tax_use", "=", "sale"), ("amount", "=", 25)], limit=1)
        with self.assertRaises(ValidationError):
            self.fee_type("fees-retained", tax_id=sale.id, partner_id=self.norwegian.id, has_invoice=True)

    def test_code_0_needs_nobody(self):
        """A tax of nothing deducts nothing."""
        self.fee_type("fees-retained", tax_id=self.tax("0").id)
        self.settle([capture("1", day(2), "X", "1000.00", "125.00"), payout("1", day(2))])
        self.assertBalances(a7772="125.00", a2710="0.00")
        fee = self.env["account.move.line"].search([("settlement_role", "=", "fee")])
        self.assertEqual(fee.tax_ids, self.tax("0"))


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

    def test_a_gross_contract_leaves_the_tax_to_the_invoice(self):
        provider = self.activate(merchant_id="GROSS", fee_mode="gross")
        self.fee_type("capture-fee", provider, tax_id=self.high.id, partner_id=self.norwegian.id, has_invoice=True)
        settlement = self.settle([capture("1", day(2), "X", "1000.00", "12.50"), payout("1", day(2))], provider)
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
        settlement.action_agree_to_rules()
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


@tagged("post_install", "-at_install")
class TestPaymentMethod(SettlementCase):
    def test_payment_solution_of_the_portal_report(self):
        """The portal report has a column for it; the API does not."""
        name, content = as_portal_csv([capture("1", day(2), "X", "100.00"), payout("1", day(2))])
        self.provider._ingest_file(name, content)
        self.assertEqual(self.line_of("1").payment_method, "Online")
