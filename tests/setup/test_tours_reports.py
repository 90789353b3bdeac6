from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, payout
from odoo.addons.settlement_bridge.vat.terms import Term

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestReportTours(SettlementCase, HttpCase):
    """The VAT term and the fees, in a real browser."""

    def start(self, action, tour):
        self.start_tour(f"/odoo/action-settlement_bridge.{action}", tour, login=self.accountant.login)

    def test_vat_term(self):
        term = Term.ended_before(self.today())
        invoice = self.invoice(400, date=term.last)
        invoice.button_draft()
        invoice.invoice_line_ids.tax_ids = [Command.set(self.company.account_sale_tax_id.ids)]
        invoice.action_post()
        self.start("action_settlement_vat_term", "settlement_vat_term")

    def test_fees(self):
        today = self.today()
        self.settle([capture("1", today, "W-1", "1000.00", "17.50"), payout("1", today)])
        self.start("action_account_settlement_fee_rate", "settlement_fees_not_as_agreed")
