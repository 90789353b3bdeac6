"""The fee types of a provider, and where they are kept."""

from unittest.mock import patch

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import as_portal_csv, capture, day, payout

from ..common import SettlementCase
from .fee_case import FeeCase


@tagged("post_install", "-at_install")
class TestFeeTypes(FeeCase):
    """What a provider's fees are, and who may say so."""

    def test_conflict_with_somebody_else_is_retried(self):
        """It is not passed over: the fee would be booked as all others are."""
        file = as_portal_csv([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        name = "_create_missing_fee_types"
        with (
            patch.object(type(self.provider), name, side_effect=SerializationFailure()),
            self.assertRaises(SerializationFailure),
        ):
            self.provider._ingest_file(*file)

    def test_an_activated_provider_has_its_fee_types(self):
        """Those Vipps names, and one for all others; all exempt, on the provider's fee account."""
        found = self.provider.fee_type_ids.sorted(lambda fee_type: (fee_type.sequence, fee_type.id))
        self.assertEqual(
            found.mapped("code"),
            ["fees-retained", "capture-fee", "fee-total", "correction", "credit-note", "settlement-fee", False],
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
class TestPaymentMethod(SettlementCase):
    def test_payment_solution_of_the_portal_report(self):
        """The portal report has a column for it; the API does not."""
        name, content = as_portal_csv([capture("1", day(2), "X", "100.00"), payout("1", day(2))])
        self.provider._ingest_file(name, content)
        self.assertEqual(self.line_of("1").payment_method, "Online")
