from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples import stripe_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout
from odoo.addons.settlement_bridge.pure_tests.servers import stripe as stripe_server

from ..common import SettlementCase
from ..settlements.test_route import CAFE, portal_of_two_units


@tagged("post_install", "-at_install")
class TestTours(SettlementCase, HttpCase):
    """What an accountant does most, in a real browser."""

    def start(self, action, tour):
        self.start_tour(f"/odoo/action-settlement_bridge.{action}", tour, login=self.accountant.login)
        self.env.invalidate_all()

    def test_activate(self):
        self.start("action_settlement_activate", "settlement_activate")
        provider = self.env["account.settlement.provider"].search([("merchant_id", "=", "654321")])
        self.assertEqual(provider.state, "active")
        self.assertEqual(provider.rounding_account_id, self.provider.rounding_account_id)

    def test_place_unknown(self):
        self.settle([capture("1", day(2), "W-1042", "300.00"), payout("2000001", day(2))])
        invoice = self.invoice(300, "X-W-1042")
        self.start("action_account_settlement_overview", "settlement_place_unknown")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.line_of("1").status, "resolved")

    def test_divide(self):
        self.settle([capture("1", day(2), "SAMLET", "300.00"), payout("2000001", day(2))])
        invoice = self.invoice(100, "SAMLET-2026")
        self.start("action_account_settlement_line_unknown", "settlement_divide")
        self.assertEqual((invoice.payment_state, self.line_of("1").status), ("paid", "resolved"))
        self.assertBalances(a1500="0.00", a1523="0.00", a2900="-200.00")

    def test_proposals(self):
        self.settle([capture("1", day(2), "W-1042", "300.00"), payout("2000001", day(2))])
        invoice = self.invoice(300, "X-W-1042")
        self.start("action_account_settlement_line_unknown", "settlement_proposals")
        self.assertEqual((invoice.payment_state, self.line_of("1").status), ("paid", "resolved"))

    def test_learn_a_rule(self):
        today = self.today()
        self.settle(
            [capture("1", today, "shop:1042", "100.00"), capture("2", today, "shop:1043", "250.00"), payout("1", today)]
        )
        self.invoice(100, "1042", date=today)
        invoice = self.invoice(250, "1043", date=today)
        self.start("action_account_settlement_line_unknown", "settlement_learn_rule")
        rule = self.env["account.settlement.rule"].search([("default_code", "=", False)])
        self.assertEqual((rule.state, rule.match_reference_param), ("used", r"^shop:(\d+)$"))
        self.line_of("2")._retry()
        self.assertEqual((self.line_of("2").rule_id, invoice.payment_state), (rule, "paid"))

    # ------------------------------------------------------------ a provider whose settlements are fetched

    def administrator(self):
        """Somebody who sets up the books, and enters keys."""
        return new_test_user(
            self.env(su=True),
            "keeper",
            "base.group_system,settlement_bridge.group_settlement_manager,account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def run_actions(self, *names):
        with self.enter_registry_test_mode():
            for name in names:
                self.trigger(f"ir_cron_settlement_{name}")
        self.env.invalidate_all()

    def test_stripe_from_the_wizard_to_the_books(self):
        invoice = self.invoice(100, "WEB-1")
        administrator = self.administrator()
        self.start_tour(
            "/odoo/action-settlement_bridge.action_settlement_activate",
            "settlement_activate_stripe",
            login=administrator.login,
        )
        provider = self.env["account.settlement.provider"].search([("merchant_id", "=", stripe_server.ACCOUNT)])
        self.assertEqual((provider.code, provider.state, provider.has_credentials), ("stripe", "active", False))
        month = [
            stripe_files.charge("1", stripe_files.at(2), "WEB-1", "100.00", "3.20"),
            stripe_files.payout("P1", stripe_files.at(9)),
        ]
        with stripe_server.StripeServer(
            stripe_files.api_payouts(month), stripe_files.api_transactions(month)
        ) as server:
            provider.sudo().write({"api_url": server.base_url, "start_date": "2026-03-01"})
            page = f"/odoo/settlement-providers/{provider.id}"
            self.start_tour(page, "settlement_fetch_with_a_key", login=administrator.login)
        self.run_actions("ingest", "process")
        self.assertTrue(provider.fetch_enabled)
        self.assertEqual(provider.settlement_ids.mapped("payout_amount"), [96.8])
        self.assertEqual(provider.settlement_ids.mapped("state"), ["booked"])
        self.assertEqual(invoice.payment_state, "paid")
        self.start_tour(page, "settlement_see_no_keys", login=self.accountant.login)

    def test_difference_is_accepted(self):
        month = [
            stripe_files.charge("1", stripe_files.at(2), "WEB-1", "100.00", "3.20"),
            stripe_files.payout("P1", stripe_files.at(9)),
        ]
        [(told, rows)] = stripe_files.api_payouts(month)
        paid_less = {**told, "amount": told["amount"] - 200}
        provider = self.activate(code="stripe", merchant_id=stripe_server.ACCOUNT)
        settlement = provider._ingest_file(*stripe_files.payout_document(paid_less, rows))
        settlement._process()
        self.assertEqual(settlement.state, "error")
        page = f"/odoo/settlements/{settlement.id}"
        self.start_tour(page, "settlement_accept_difference", login=self.accountant.login)
        self.env.invalidate_all()
        self.assertEqual((settlement.state, settlement.clearing_residual), ("booked", 94.8))

    # ------------------------------------------------------------ a document that waits

    def test_document_waits_for_the_other_unit_to_be_activated(self):
        self.invoice(100, "WEB-1")
        file = self.env["ir.attachment"].create({"name": "portal.csv", "raw": portal_of_two_units()})
        self.env["ir.model.data"].sudo().create(
            {"module": "settlement_bridge", "name": "tour_file", "model": "ir.attachment", "res_id": file.id}
        )
        self.start("action_settlement_upload", "settlement_upload_two_units")
        self.assertEqual(self.provider.settlement_ids.mapped("state"), ["booked"])
        document = self.provider.settlement_ids.document_ids
        self.assertEqual((document.name, document.state), ("portal.csv", "waiting"))
        self.start("action_account_settlement_document", "settlement_activate_what_waits")
        cafe = self.env["account.settlement.provider"].search([("merchant_id", "=", CAFE)])
        self.assertEqual((cafe.state, document.state), ("active", "done"))
        self.run_actions("process")
        self.assertEqual(cafe.settlement_ids.mapped("payout_amount"), [900])
        self.assertEqual(cafe.settlement_ids.mapped("state"), ["booked"])
