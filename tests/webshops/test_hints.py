"""A webhook is only a hint: the order is asked for."""

import datetime
import hashlib
import hmac

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import new_order, sent_order
from odoo.addons.settlement_bridge.pure_tests.servers.local_server import Fault
from odoo.addons.settlement_bridge.pure_tests.servers.woocommerce import WooCommerceServer

from .event_case import CONTROLLER_LOGGER, EVENT_LOGGER, NOW, UTC, EventCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestHints(EventCase):
    """A webhook only says that something happened; what is so is asked for."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(WooCommerceServer())
        self.shop = self.make_woocommerce(self.server)
        self.shop.fetch_enabled = False

    def tell(self, order):
        self.server.put(order)
        for headers, body in self.server.webhooks(order.external_id):
            self.assertTaken(self.shop, headers, body)

    def test_hint(self):
        self.tell(sent_order())
        hint = self.shop.event_ids
        self.assertEqual((hint.kind, hint.state, hint.external_id), ("hint", "new", "10512"))
        self.assertFalse(self.server.requests, "the shop is not called while it waits for the answer")
        self.run_actions("events", "documents")
        self.assertEqual(set(self.shop.event_ids.mapped("state")), {"done"})
        self.assertEqual(self.shop.event_ids.sorted("id").mapped("kind"), ["hint", "document"])
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_body_of_a_hint_is_not_believed(self):
        """What stands in the webhook is never booked: the order may have changed since."""
        self.server.put(new_order())
        stale = self.server.webhooks("10512")
        self.server.put(sent_order())
        for headers, body in stale:
            self.assertTaken(self.shop, headers, body)
        self.run_actions("events", "documents")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    @mute_logger(CONTROLLER_LOGGER)
    def test_not_signed_by_the_shop(self):
        self.server.put(sent_order())
        [(headers, body)] = self.server.webhooks("10512")
        self.assertRefused(401, self.shop, {**headers, "x-wc-webhook-signature": ""}, body)
        self.assertRefused(401, self.shop, {**headers, "x-wc-webhook-signature": "AAAA"}, body)
        self.assertRefused(401, self.shop, headers, body + b" ")
        forged = hmac.new(b"", body, hashlib.sha256).hexdigest()
        self.assertRefused(401, self.shop, {**headers, "x-wc-webhook-signature": forged}, body)

    def test_ping(self):
        """WooCommerce asks, unsigned, whether the address answers when a webhook is saved."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertTaken(self.shop, headers, b"webhook_id=7")
        self.assertFalse(self.shop.event_ids)
        with mute_logger(CONTROLLER_LOGGER):
            self.assertRefused(401, self.shop, headers, b"webhook_id=7&id=10512")

    def test_webhook_about_something_else(self):
        headers, body = self.server.webhook("product.updated", {"id": 5})
        self.assertTaken(self.shop, headers, body)
        self.assertFalse(self.shop.event_ids)

    def test_names_no_order(self):
        self.assertRefused(400, self.shop, *self.server.webhook("order.updated", {"id": "DROP TABLE"}))

    def test_sent_twice(self):
        self.server.put(sent_order())
        [delivery] = self.server.webhooks("10512")
        for _time in range(3):
            self.assertTaken(self.shop, *delivery)
        self.assertEqual(len(self.shop.event_ids), 1)
        self.run_actions("events", "documents")
        self.tell(sent_order())
        self.run_actions("events", "documents")
        self.assertEqual(
            self.shop.event_ids.sorted("id").mapped("kind"),
            ["hint", "document", "hint"],
            "an order that reads as before is not kept again",
        )
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_deleted_in_the_shop(self):
        """After it was invoiced, a person has to say what it means; before, it is just gone."""
        self.tell(sent_order())
        self.tell(new_order(external_id="10513", number="10513"))
        self.run_actions("events", "documents")
        self.server.is_emptied = True
        for number in ("10512", "10513"):
            self.server.delete(number, datetime.datetime.now(UTC))
            for delivery in self.server.webhooks(number):
                self.assertTaken(self.shop, *delivery)
        self.run_actions("events", "documents")
        sold, begun = (
            self.shop.order_ids.filtered(lambda order, number=number: order.webshop_external_id == number)
            for number in ("10512", "10513")
        )
        self.assertEqual((sold.webshop_state, sold.state), ("waiting", "sale"))
        self.assertIn("deleted", sold.webshop_problem)
        self.assertEqual(begun.webshop_state, "done")
        self.assertEqual(begun.state, "cancel")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_deleted_before_it_was_known(self):
        self.server.put(new_order())
        deliveries = self.server.webhooks("10512")
        self.server.is_emptied = True
        self.server.delete("10512", datetime.datetime.now(UTC))
        for delivery in deliveries:
            self.assertTaken(self.shop, *delivery)
        self.run_actions("events", "documents")
        self.assertEqual(self.shop.event_ids.sorted("id").mapped("state"), ["done", "ignored"])
        self.assertFalse(self.shop.order_ids)

    def test_shop_is_down_when_it_is_asked(self):
        """The hint stays, and is followed up when the shop answers again."""
        self.tell(sent_order())
        self.server.faults += [Fault(status=500)] * 10
        self.run_actions("events", "documents")
        self.assertEqual(self.shop.event_ids.state, "new")
        self.assertEqual(self.shop.fetch_failures, 1)
        self.assertIn("500", self.shop.fetch_error)
        self.server.faults.clear()
        asked = len(self.server.requests)
        self.run_actions("events", "documents")
        self.assertEqual(len(self.server.requests), asked, "not before it is due again")
        with freeze_time("2026-03-10 09:06:00"):
            self.run_actions("events", "documents")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])
        self.assertEqual((self.shop.fetch_failures, self.shop.fetch_error or ""), (0, ""))

    def test_one_order_that_cannot_be_had_never_stops_the_others(self):
        self.tell(sent_order())
        self.tell(sent_order(external_id="10513", number="10513"))
        self.server.faults += [Fault(path="/orders/10512", status=500)] * 10
        self.run_actions("events", "documents")
        self.assertEqual(self.shop.order_ids.mapped("webshop_external_id"), ["10513"])
        self.assertIn("500", self.shop.fetch_error)
        self.server.faults.clear()
        with freeze_time("2026-03-10 09:06:00"):
            self.run_actions("events", "documents")
        self.assertEqual(sorted(self.shop.order_ids.mapped("webshop_external_id")), ["10512", "10513"])

    @mute_logger(EVENT_LOGGER)
    def test_fault_of_our_own_in_one_shop_never_stops_the_others(self):
        other = self.make_woocommerce(self.server, name="En annen")
        other.fetch_enabled = False
        self.tell(sent_order())
        self.assertTaken(other, *self.server.webhooks("10512")[0])
        fetch = type(self.shop)._fetch_order

        def stumble(webshop, client, external_id):
            if webshop == self.shop:
                raise ZeroDivisionError
            return fetch(webshop, client, external_id)

        self.patch(type(self.shop), "_fetch_order", stumble)
        self.run_actions("events", "documents")
        self.assertTrue(self.shop.fetch_error)
        self.assertEqual(self.documents(other), [("out_invoice", 553.3)])
