"""What the tests of single web orders share."""

from freezegun import freeze_time

from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer

from .webshop_case import WebshopCase

NOON = "2026-03-20 12:00:00"


@freeze_time(NOON)
class WebOrderCase(WebshopCase):
    """A shop that sends its orders to the inbox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.make_shop()

    def told(self, *orders, shop=None, is_booked=True):
        """Let the shop tell of orders as they read; return Odoo's orders, after what they call for was made."""
        shop = shop or self.shop
        server = InboxServer()
        payloads = []
        for order in orders:
            server.put(order)
            payloads += [body for _headers, body in server.webhooks(order.external_id)]
        found = shop._ingest_orders(payloads)
        refused = shop.event_ids.filtered(lambda event: event.state == "error")
        self.assertFalse(refused.mapped("message"))
        if is_booked:
            found._make_webshop_documents()
        return found

    def documents(self, order):
        return [
            (move.move_type, f"{move.amount_total:.2f}", f"{move.amount_tax:.2f}", str(move.invoice_date))
            for move in order._get_webshop_moves().sorted("id")
        ]

    def assertWaits(self, order, text):
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn(text, order.webshop_problem)
        self.assertFalse(order._get_webshop_moves())
