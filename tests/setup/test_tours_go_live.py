import logging
import time

from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import MSN, as_portal_csv, capture, day, payout

from ..common import SettlementCase

_logger = logging.getLogger(__name__)

NEW = "654321"


@tagged("post_install", "-at_install")
class TestToursGoLive(SettlementCase, HttpCase):
    """Beginning, in a real browser: from nothing to the first booking, with and without a shadow month."""

    def start(self, address, tour):
        started = time.monotonic()
        self.start_tour(address, tour, login=self.accountant.login)
        self.env.invalidate_all()
        _logger.info("The tour %s took %.1f seconds.", tour, time.monotonic() - started)

    def store_file(self, movements):
        name, content = as_portal_csv(movements)
        file = self.env["ir.attachment"].create({"name": name, "raw": content.replace(MSN.encode(), NEW.encode())})
        self.env["ir.model.data"].sudo().create(
            {"module": "settlement_bridge", "name": "tour_file", "model": "ir.attachment", "res_id": file.id}
        )

    def find_new(self):
        return self.env["account.settlement.provider"].search([("merchant_id", "=", NEW)])

    def test_a_new_provider_and_a_new_shop(self):
        """Activated, uploaded, booked: the log says how long it took. Then a shop."""
        invoice = self.invoice(100, "WEB-1")
        self.store_file([capture("1", day(2), "WEB-1", "100.00", "2.00"), payout("2000001", day(2))])
        self.start("/odoo/action-settlement_bridge.action_settlement_activate", "settlement_new_provider")
        self.assertEqual(self.find_new().settlement_ids.mapped("state"), ["booked"])
        self.assertEqual(invoice.payment_state, "paid")

        self.start("/odoo/webshops/new", "settlement_add_shop")
        webshop = self.env["sale.webshop"].search([("name", "=", "Kopper")])
        self.assertEqual((webshop.state, webshop.lacks_keys, webshop.lacks_taxes), ("active", True, False))

    def test_go_live_with_a_shadow_month(self):
        invoice = self.invoice(100, "WEB-1")
        self.store_file(
            [
                capture("1", day(2), "WEB-1", "100.00", "2.00"),
                capture("2", day(2), "WEB-9", "50.00"),
                payout("2000001", day(2)),
            ]
        )
        self.start("/odoo/action-settlement_bridge.action_settlement_activate", "settlement_go_live")
        provider = self.find_new()
        self.assertEqual((provider.state, invoice.payment_state), ("active", "not_paid"))
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_process")
        self.env.invalidate_all()
        self.assertEqual(provider.settlement_ids.mapped("state"), ["booked"])
        self.assertEqual(invoice.payment_state, "paid")
