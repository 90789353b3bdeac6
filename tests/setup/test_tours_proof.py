from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestToursProof(SettlementCase, HttpCase):
    def test_account_proof(self):
        month_end = fields.Date.context_today(self.provider).replace(day=1) - timedelta(days=1)
        date = month_end - timedelta(days=1)
        self.settle([capture("1", date, "W-1", "300.00"), payout("2000001", date)])
        page = "/odoo/action-settlement_bridge.action_settlement_account_proof_open"
        self.start_tour(page, "settlement_account_proof", login=self.accountant.login)
