"""A document may speak of several agreements: each settlement is booked with the one it names, once."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.providers import dummy
from odoo.addons.settlement_bridge.pure_tests.samples import stripe_files, vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import MSN, capture, day, payout

from ..common import SettlementCase
from .dummy_case import DummyCase

CAFE = "987654"


def portal_of_two_units():
    """The webshop's 100.00 and the café's 900.00, each with its own running balance and payout."""
    _name, shop = vipps_files.as_portal_csv(
        [capture("1", day(2), "WEB-1", "100.00", "2.00"), payout("2000001", day(2))]
    )
    _name, cafe = vipps_files.as_portal_csv([capture("2", day(2), "KAFE-1", "900.00"), payout("2000001", day(2))])
    rows = cafe.replace(MSN.encode(), CAFE.encode()).replace(b"302321", b"302322").split(b"\n", 1)[1]
    return shop.rstrip(b"\r\n") + b"\n" + rows


def xml_of_two_units():
    _name, shop = vipps_files.as_old_xml([capture("1", day(2), "WEB-1", "100.00", "2.00"), payout("2000001", day(2))])
    _name, cafe = vipps_files.as_old_xml([capture("2", day(2), "KAFE-1", "900.00"), payout("2000001", day(2))])
    start, end = b"<SettlementDetailsInfo>", b"</SettlementDetailsInfo>"
    part = cafe[cafe.index(start) : cafe.index(end) + len(end)].replace(MSN.encode(), CAFE.encode())
    return shop.replace(end, end + part, 1)


@tagged("post_install", "-at_install")
class TestTwoSalesUnits(SettlementCase):
    """A café and a webshop of one company, in one report of the portal, or in one XML; payouts have the same number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice(100, "WEB-1")

    def assertEachOnce(self, cafe):
        """98.00 from the shop and 900.00 from the café are owed."""
        self.assertEqual(self.provider.settlement_ids.mapped("clearing_residual"), [98])
        self.assertEqual(cafe.settlement_ids.mapped("clearing_residual"), [900])
        self.assertEqual(set((self.provider | cafe).settlement_ids.mapped("state")), {"booked"})
        self.assertEqual(self.provider.settlement_ids.line_ids.filtered("order_reference").order_reference, "WEB-1")
        self.assertBalances(a1500="0.00", a1522="98.00", **{f"a{cafe.clearing_account_id.code}": "900.00"})

    def upload(self, name, content, **values):
        attachment = self.env["ir.attachment"].create({"name": name, "raw": content})
        return self.env["settlement.upload"].create({"attachment_ids": attachment.ids, **values}).action_upload()

    def test_each_unit_to_its_own_agreement(self):
        for name, content in (("portal.csv", portal_of_two_units()), ("rapport.xml", xml_of_two_units())):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                cafe = self.activate(merchant_id=CAFE)
                self.upload(name, content)
                self.assertEachOnce(cafe)
                self.upload(name, content, provider_id=cafe.id)
                self.provider._ingest_file("igjen", content)
                cafe._ingest_file("igjen", content)
                self.assertEachOnce(cafe)
                for settlement in (self.provider | cafe).settlement_ids:
                    settlement._prove()
                    self.assertFalse(settlement.proof_message)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_unit_that_is_not_in_odoo_waits_until_it_is_activated(self):
        self.upload("portal.csv", portal_of_two_units())
        self.assertEqual(self.provider.settlement_ids.mapped("payout_amount"), [98])
        document = self.env["account.settlement.document"].search([("name", "=", "portal.csv")])
        self.assertEqual(document.state, "waiting")
        self.assertIn("900.00 NOK of settlement 2000001", document.error_message.replace("\N{NO-BREAK SPACE}", " "))
        self.assertIn(CAFE, document.error_message)
        self.assertEqual(self.provider.waiting_count, 1)
        self.assertEqual(
            self.env["account.settlement.document"].search(self.provider.action_open_waiting()["domain"]), document
        )
        action = document.action_activate()
        wizard = self.env["settlement.activate"].with_context(**action["context"]).create({})
        cafe = self.env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])
        self.assertEqual((cafe.merchant_id, document.state, document.error_message), (CAFE, "done", False))
        cafe.settlement_ids._process()
        self.assertEachOnce(cafe)

    def test_what_waits_for_another_is_no_alteration_here(self):
        """The proof of the shop says nothing of the café's payout, and Put Right does not book it on the shop."""
        for name, content in (("portal.csv", portal_of_two_units()), ("rapport.xml", xml_of_two_units())):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.upload(name, content)
                settlement = self.provider.settlement_ids
                settlement._prove()
                self.assertFalse(settlement.proof_message)
                settlement.action_mend()
                self.assertEqual((settlement.payout_amount, settlement.clearing_residual), (98, 98))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_archived_agreement_is_restored_by_activating_it(self):
        """Its file is not taken by an agreement without a number."""
        self.provider.sudo().active = False
        other = self.activate(name="Kafe", merchant_id=False)
        _name, content = vipps_files.as_portal_csv([capture("1", day(2), "WEB-1", "100.00"), payout("2000001", day(2))])
        self.upload("portal.csv", content)
        self.assertFalse(other.settlement_ids)
        document = self.env["account.settlement.document"].search([("name", "=", "portal.csv")])
        wizard = self.env["settlement.activate"].with_context(**document.action_activate()["context"]).create({})
        self.assertEqual(wizard.action_activate()["res_id"], self.provider.id)
        self.assertTrue(self.provider.active)
        self.assertIn(self.provider, document.settlement_ids.provider_id)

    def test_document_that_is_not_ours_is_excluded(self):
        self.upload("portal.csv", portal_of_two_units())
        document = self.env["account.settlement.document"].search([("name", "=", "portal.csv")])
        document.action_leave_out()
        self.assertEqual((document.state, self.provider.waiting_count), ("left_out", 0))
        self.activate(merchant_id=CAFE)
        self.assertEqual(document.state, "left_out")

    def test_two_agreements_that_share_the_number_of_a_ledger(self):
        """Neither is guessed."""
        content = portal_of_two_units().replace(CAFE.encode(), MSN.encode())
        self.env["account.settlement.provider"].sudo().create(
            {**self.provider.sudo().copy_data()[0], "name": "Ledger", "merchant_id": "302321", "state": "active"}
        )
        self.upload("portal.csv", content)
        document = self.env["account.settlement.document"].search([("name", "=", "portal.csv")])
        self.assertEqual(document.state, "waiting")
        self.assertIn("several providers fit: Ledger, Vipps", document.error_message)

    def test_paused_agreement_takes_its_settlement_in_and_books_it_later(self):
        self.provider.action_pause()
        name, content = vipps_files.as_portal_csv([capture("1", day(2), "WEB-1", "100.00"), payout("2000001", day(2))])
        self.upload(name, content)
        self.assertEqual(self.provider.settlement_ids.state, "new")
        self.provider.action_resume()
        self.provider.settlement_ids._process()
        self.assertEqual(self.provider.settlement_ids.state, "booked")


@tagged("post_install", "-at_install")
class TestRoute(DummyCase):
    def test_two_currencies_in_one_file(self):
        """Kroner and euro of one account: each to the agreement in its currency, and neither refused for the other."""
        euro = self.env.ref("base.EUR").sudo()
        euro.active = True
        abroad = self.activate(code="dummy", merchant_id="A-1", currency_id=euro.id)
        file = json.loads(
            dummy.file_of(("P-1", "97.00", 5, [("1", "100.00", "3.00")]), ("P-2", "50.00", 5, [("2", "50.00")]))
        )
        file["payouts"][1]["currency"] = "EUR"
        settlements = self.second._ingest_file("begge.json", json.dumps(file).encode())
        settlements._process()
        self.assertEqual(set(settlements.mapped("state")), {"booked"})
        self.assertEqual(self.settlement_of("P-1").currency_id.name, "NOK")
        self.assertEqual(self.settlement_of("P-2", abroad).currency_id.name, "EUR")
        self.assertFalse(self.settlement_of("P-2"))
        self.assertEqual(abroad.connection_id, self.first.connection_id, "one account, one set of keys")

    def test_what_one_agreement_refuses_does_not_stop_the_other(self):
        """The first contradicts what is stored of it, and is said; the second is booked all the same."""
        self.take(("P-1", "97.00", 5, [("1", "100.00", "3.00")]))
        payouts = json.loads(
            dummy.file_of(("P-1", "90.00", 5, [("1", "100.00", "10.00")]), ("P-2", "50.00", 5, [("2", "50.00")]))
        )
        payouts["payouts"][1]["account"] = "B-2"
        settlements = self.first._ingest_file("begge.json", json.dumps(payouts).encode())
        settlements._process()
        self.assertEqual((settlements.external_id, settlements.provider_id), ("P-2", self.second))
        document = settlements.document_ids
        self.assertEqual(document.state, "error")
        self.assertIn("97.00", document.error_message)
        self.assertEqual(settlements.state, "booked")

    def test_two_agreements_share_journal_and_accounts(self):
        """Each settlement is still met by its own bank line."""
        wizard = self.env["settlement.activate"].create(
            {"code": "dummy", "merchant_id": "C-3", "journal_id": self.first.journal_id.id}
        )
        for line in wizard.line_ids.filtered("selected"):
            line.account_id = self.first[f"{line.role}_account_id"]
        third = self.env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])
        self.assertEqual(
            (third.journal_id, third.clearing_account_id), (self.first.journal_id, self.first.clearing_account_id)
        )
        self.take(("P-1", "97.00", 5, [("1", "100.00", "3.00")]))
        self.take(("P-1", "50.00", 5, [("1", "50.00", "0")]), account="C-3", name="c.json")
        self.bank_line(97, "Dummy P-1", date="2026-03-05")
        self.bank_line(50, "Dummy P-1", date="2026-03-05")
        (self.first | third).settlement_ids._match_bank()
        self.assertEqual((self.first | third).settlement_ids.mapped("state"), ["paid", "paid"])
        self.assertBalances(**{f"a{self.first.clearing_account_id.code}": "0.00"})

    def test_uploaded_for_the_wrong_agreement(self):
        """A file that names no account is moved by doing what the sentence says: undo, upload it for the other one."""
        name, content = stripe_files.as_itemized_csv(stripe_files.story()[:5])
        shop = self.activate(code="stripe", merchant_id="acct_A")
        cafe = self.activate(code="stripe", merchant_id="acct_B")
        attachment = self.env["ir.attachment"].create({"name": name, "raw": content})
        dialog = self.env["settlement.upload"].create({"attachment_ids": attachment.ids})
        with self.assertRaisesRegex(UserError, "Choose one in the dialog"):
            dialog.action_upload()
        shop._ingest_file(name, content)._process_each()
        wrong = shop.settlement_ids.filtered("external_id")
        self.assertEqual(wrong.state, "booked")
        with self.assertRaisesRegex(UserError, "Undo Stripe"):
            cafe._ingest_file(name, content)
        shop.settlement_ids.filtered("move_ids")._reverse("Feil avtale")
        cafe._ingest_file(name, content)._process_each()
        right = cafe.settlement_ids.filtered("external_id")
        self.assertEqual((right.state, right.payout_amount), ("booked", 2306.61))
        self.assertEqual(wrong.clearing_residual, 0)

    def test_keys_that_were_shared_stay_with_the_others(self):
        euro = self.env.ref("base.EUR").sudo()
        euro.active = True
        abroad = self.activate(code="dummy", merchant_id="A-1", currency_id=euro.id)
        self.first.sudo().connection_id._set_settings({"key": "hemmelig"})
        self.assertEqual(abroad.connection_id, self.first.connection_id)
        abroad.merchant_id = "A-11"
        self.assertNotEqual(abroad.connection_id, self.first.connection_id)
        self.assertEqual(self.first.sudo().setting_ids.mapped("value"), ["hemmelig"])
        self.assertFalse(any(abroad.sudo().setting_ids.mapped("value")))

    def test_company_of_somebody_else(self):
        other = self.env["res.company"].sudo().create({"name": "Nabo AS"})
        with self.assertRaises(AccessError):
            self.env["account.settlement.document"]._receive(
                other.with_env(self.env), self.env["account.settlement.provider"], "x", dummy.file_of()
            )

    def test_document_of_the_company_is_seen_by_its_accountants_alone(self):
        self.take(("P-9", "97.00", 5, [("1", "100.00", "3.00")]), account="C-3")
        document = self.env["account.settlement.document"].search([("state", "=", "waiting")])
        self.assertEqual(document.company_id, self.company)
        self.assertEqual(document.missing_agreements, [{"code": "dummy", "merchant_id": "C-3", "currency": "NOK"}])
