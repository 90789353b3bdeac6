"""Deliveries that nobody should send: replayed, too large, with ids that are none."""

import json

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import sent_order
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer, order_document, signed
from odoo.addons.settlement_bridge.pure_tests.servers.woocommerce import WooCommerceServer

from .event_case import EventCase


@tagged("post_install", "-at_install")
class TestUnwantedDeliveries(EventCase):
    """Whoever has caught a signed delivery, or a shop that cuts an emoji in two, does no harm with it."""

    def test_replayed_under_other_delivery_ids(self):
        """The id of a delivery is not signed; what is signed is stored once."""
        server = self.enterContext(WooCommerceServer())
        shop = self.make_woocommerce(server)
        server.put(sent_order())
        [(headers, body)] = server.webhooks(sent_order().external_id)
        for number in range(7):
            self.assertTaken(shop, {**headers, "x-wc-webhook-delivery-id": f"replayed-{number}"}, body)
        self.assertEqual(len(shop.event_ids), 1)

    def test_ids_that_cannot_be_stored(self):
        shop = self.make_inbox()
        for external_id in ("a\0b", "\ud800", "1" * 100_000):
            with self.subTest(external_id=external_id[:3]):
                body = json.dumps({**order_document(sent_order()), "id": external_id}).encode()
                self.assertRefused(400, shop, signed(body, InboxServer.webhook_secret), body)

    def test_field_name_that_cannot_be_stored(self):
        """It is refused with a sentence, and the good order after it is read."""
        shop = self.make_inbox()
        document = order_document(sent_order())
        for number, extra in enumerate(({"note\0": 1}, {"note\ud800": 1}, {"changed_at": "\ud800"})):
            body = json.dumps({**document, "id": f"poison-{number}", **extra}).encode()
            self.assertTaken(shop, signed(body, InboxServer.webhook_secret, f"delivery-{number}"), body)
        body = json.dumps(document).encode()
        self.assertTaken(shop, signed(body, InboxServer.webhook_secret, "the last"), body)
        self.run_actions("events")
        self.assertEqual(shop.event_ids.sorted("id").mapped("state"), ["error", "error", "error", "done"])
        self.assertNotIn("server log", str(shop.event_ids.mapped("message")))

    def test_large_form_is_not_read(self):
        shop = self.make_inbox()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        self.assertRefused(413, shop, headers, b"a=" + b"x" * 3 * 1024 * 1024)
