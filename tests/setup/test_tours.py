from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


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
