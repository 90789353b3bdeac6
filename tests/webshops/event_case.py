"""What the tests of a shop's messages share."""

import datetime

from odoo.tests import HttpCase

from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer
from odoo.addons.settlement_bridge.pure_tests.servers.woocommerce import KEY, SECRET

from .webshop_case import WebshopCase

NOW = "2026-03-10 09:00:00"
UTC = datetime.timezone.utc
EVENT_LOGGER = "odoo.addons.settlement_bridge.models.sale_webshop_event_read"
SOURCE_LOGGER = "odoo.addons.settlement_bridge.models.settlement_source"
CONTROLLER_LOGGER = "odoo.addons.settlement_bridge.controllers.webshop"


class EventCase(WebshopCase, HttpCase):
    """Shops that send and shops that are asked, over real HTTP."""

    def run_actions(self, *names):
        with self.enter_registry_test_mode():
            for name in names or ("fetch", "events", "documents"):
                self.trigger(f"ir_cron_webshop_{name}")
        self.env.invalidate_all()

    def send(self, shop, headers, body):
        self.env.flush_all()
        answer = self.url_open(f"/webshop/{shop.id}/event", data=body, headers=headers)
        self.env.invalidate_all()
        return answer

    def assertTaken(self, shop, headers, body):
        answer = self.send(shop, headers, body)
        self.assertEqual((answer.status_code, answer.text), (200, "ok"))

    def assertRefused(self, status, shop, headers, body):
        """The call is answered with ``status``, and nothing of it is kept."""
        before = self.all_events()
        answer = self.send(shop, headers, body)
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertEqual(self.all_events(), before)

    def all_events(self):
        return self.env["sale.webshop.event"].sudo().search([])

    def documents(self, shop):
        """Each posted document of the shop with its sum."""
        moves = self.env["account.move"].search([("webshop_id", "=", shop.id)], order="id")
        return [(move.move_type, move.amount_total) for move in moves]

    def make_inbox(self, **values):
        shop = self.make_shop("inbox", **values)
        shop.sudo().webhook_secret = InboxServer.webhook_secret
        return shop

    def make_woocommerce(self, server, **values):
        shop = self.make_shop("woocommerce", api_url=server.base_url, start_date="2026-03-01", **values)
        shop.sudo().webhook_secret = server.webhook_secret
        shop.sudo()._set_settings({"key": KEY, "secret": SECRET})
        return shop
