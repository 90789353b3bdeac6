from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestToursTexts(SettlementCase, HttpCase):
    def test_several_at_once(self):
        for reference, amount in (("W-1", 100), ("W-2", 200)):
            self.invoice(amount, reference)
        self.settle([capture("1", day(2), "W-1", "100.00"), capture("2", day(2), "W-2", "200.00")])
        lines = self.line_of("1") | self.line_of("2")
        self.assertEqual(set(lines.mapped("status")), {"matched"})
        self.start_tour(
            "/odoo/action-settlement_bridge.action_account_settlement_line",
            "settlement_several_at_once",
            login=self.accountant.login,
        )
        self.env.invalidate_all()
        self.assertEqual(set(lines.mapped("status")), {"unknown"})
        self.assertIn("Meant for another month", lines[0].explanation)
