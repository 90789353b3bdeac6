from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestToursOfTheWorkList(SettlementCase, HttpCase):
    """The accountant's morning, in a real browser."""

    def start(self, action, tour):
        self.settle([capture("1", day(2), "W-1042", "300.00"), payout("2000001", day(2))])
        self.start_tour(f"/odoo/action-settlement_bridge.{action}", tour, login=self.accountant.login)
        self.env.invalidate_all()

    def test_accept_and_undo(self):
        invoice = self.invoice(300, "X-W-1042")
        self.start("action_settlement_work", "settlement_work_list")
        self.assertEqual((invoice.amount_residual, self.line_of("1").status), (300, "unknown"))

    def test_found_by_name(self):
        self.start("action_account_settlement_line_unknown", "settlement_unknown_list")
        self.assertEqual((self.line_of("1").partner_id, self.line_of("1").status), (self.customer, "resolved"))
