from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestToursClosing(SettlementCase, HttpCase):
    """What an accountant does at the end of a month, in a real browser."""

    def start(self, action, tour):
        self.start_tour(f"/odoo/action-settlement_bridge.{action}", tour, login=self.accountant.login)
        self.env.invalidate_all()

    def test_month_end(self):
        self.settle([capture("1", day(2), "W-1042", "300.00"), payout("2000001", day(2))])
        self.start("action_open_closings", "settlement_month_end")
        signatures = self.env["account.settlement.closing.signature"].search([])
        self.assertEqual(signatures.mapped("signed_by"), [self.accountant.name])
        self.assertEqual(signatures.comment, "The shop was closed all month")
        self.assertEqual(signatures.closing_id.state, "signed")

    def test_completeness(self):
        self.settle([capture("1", day(2), "W-1042", "300.00"), payout("2000001", day(2))])
        self.start("action_account_settlement_completeness", "settlement_completeness")
