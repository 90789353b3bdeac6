from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestOverviewTours(SettlementCase, HttpCase):
    """The overview and Odoo's accounting dashboard, in a real browser."""

    def settle_two(self):
        """One payout is on its way; the next could not be booked."""
        first = [capture("1", day(2), "W-1042", "300.00"), payout("2000007", day(2))]
        self.settle(first)
        second = self.settle([*first, capture("2", day(3), "X", "50.00"), payout("2000008", day(3))], process=False)
        failed = second.filtered(lambda settlement: settlement.external_id == "2000008")
        failed.sudo()._note_booking_failure(["text_only", {"error": "The fee account is archived."}])
        return failed

    def test_overview(self):
        failed = self.settle_two()
        self.start_tour(
            "/odoo/action-settlement_bridge.action_account_settlement_overview",
            "settlement_overview",
            login=self.accountant.login,
        )
        self.env.invalidate_all()
        self.assertEqual((failed.state, failed.error_message), ("booked", False))

    def test_odoos_dashboard(self):
        self.settle_two()
        self.start_tour("/odoo/accounting", "settlement_on_odoos_dashboard", login=self.accountant.login)
