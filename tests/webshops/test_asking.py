"""A shop is asked every few minutes, whether or not a webhook came."""

import datetime
import json
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.models import settlement_source
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import refunded_order, sent_order
from odoo.addons.settlement_bridge.pure_tests.servers.local_server import Fault
from odoo.addons.settlement_bridge.pure_tests.servers.woocommerce import KEY, WooCommerceServer

from .event_case import NOW, SOURCE_LOGGER, EventCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAsking(EventCase):
    """A shop that is asked every few minutes: what no webhook told is found, and a shop that is down is caught up."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(WooCommerceServer())
        self.shop = self.make_woocommerce(self.server, sequence=1)
        self.other_server = self.enterContext(WooCommerceServer())
        self.other = self.make_woocommerce(self.other_server, name="En annen", sequence=2)
        self.other_server.put(sent_order(external_id="77", number="77"))

        get_client = type(self.shop)._get_client

        def without_pauses(shop):
            client = get_client(shop)
            client._connection._sleep = lambda seconds: None
            return client

        self.patch(type(self.shop), "_get_client", without_pauses)

    @contextmanager
    def later(self, minutes):
        with freeze_time(datetime.datetime.fromisoformat(NOW) + timedelta(minutes=minutes)):
            yield

    def assertCaughtUp(self, minutes, *numbers):
        with self.later(minutes):
            self.run_actions()
        self.assertEqual(sorted(self.shop.order_ids.mapped("webshop_external_id")), sorted(numbers))
        self.assertEqual((self.shop.fetch_failures, self.shop.fetch_error or ""), (0, ""))
        self.assertEqual(len(self.documents(self.shop)), len(numbers))

    def test_lost_webhook(self):
        self.server.put(sent_order())
        self.run_actions()
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])
        self.server.put(refunded_order())
        with self.later(6):
            self.run_actions()
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3), ("out_refund", 179.1)])

    def assertFaultIsTold(self, *words):
        self.run_actions()
        self.assertEqual(self.shop.fetch_failures, 1)
        for word in words:
            self.assertIn(word, self.shop.fetch_error)
        self.assertEqual(len(self.documents(self.other)), 1, "other shops go on")
        self.assertFalse(self.other.fetch_error)

    def test_down(self):
        """No connection: told on the card, asked with growing pauses, and caught up in the end."""
        self.server.put(sent_order())
        self.shop.sudo().api_url = "http://127.0.0.1:9"
        self.assertFaultIsTold("connection")
        now, pauses = datetime.datetime.fromisoformat(NOW), []
        for _time in range(5):
            pauses.append((self.shop.fetch_next_at - now).total_seconds() / 60)
            now = self.shop.fetch_next_at
            with freeze_time(now - timedelta(seconds=1)):
                self.run_actions("fetch")
            self.assertEqual(self.shop.fetch_failures, len(pauses), "not before it is due")
            with freeze_time(now):
                self.run_actions("fetch")
        self.assertEqual(pauses, [5, 15, 60, 240, 720])
        self.assertEqual(len(self.shop.activity_ids), 1, "a person is asked once")
        self.shop.sudo().api_url = self.server.base_url
        with freeze_time(self.shop.fetch_next_at):
            self.run_actions()
        self.assertEqual((self.shop.fetch_failures, self.shop.fetch_error or ""), (0, ""))
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_server_error(self):
        self.server.put(sent_order())
        self.server.faults += [Fault(status=500)] * 9
        self.assertFaultIsTold("500")
        self.server.faults.clear()
        self.assertCaughtUp(6, "10512")

    def test_asked_to_wait(self):
        self.server.put(sent_order())
        self.server.faults += [Fault(status=429, headers={"Retry-After": "1800"})] * 9
        self.assertFaultIsTold()
        self.assertEqual(self.shop.fetch_next_at, fields.Datetime.now() + timedelta(seconds=1800))
        self.assertEqual(len(self.server.requests), 1, "and it does wait")
        self.server.faults.clear()
        self.assertCaughtUp(31, "10512")

    def test_page_instead_of_data(self):
        self.server.put(sent_order())
        html = Fault(status=200, headers={"Content-Type": "text/html"}, body=b"<html>Vedlikehold</html>")
        self.server.faults += [html] * 9
        self.assertFaultIsTold("JSON")
        self.server.faults.clear()
        self.assertCaughtUp(6, "10512")

    def test_answer_that_is_cut_off(self):
        self.server.put(sent_order())
        self.server.faults += [Fault(cut=True)] * 9
        self.assertFaultIsTold()
        self.server.faults.clear()
        self.assertCaughtUp(6, "10512")

    def test_down_in_the_middle(self):
        """What came before the fault is kept and acted on; the rest comes the next time, and nothing twice."""
        numbers = [str(number) for number in range(20001, 20131)]
        start = sent_order().changed_at
        for position, number in enumerate(numbers):
            moment = start + timedelta(minutes=position)
            self.server.put(sent_order(external_id=number, number=number, changed_at=moment))
        answer = self.server.answer

        def fail_on_the_second_page(method, path, query, headers, body):
            is_second = path.endswith("/orders") and "modified_after" in query and query["page"] != "1"
            return (500, {}, b"") if is_second else answer(method, path, query, headers, body)

        self.server.answer = fail_on_the_second_page
        self.run_actions("fetch", "events")
        self.assertIn("500", self.shop.fetch_error)
        half = len(self.shop.event_ids)
        self.assertTrue(0 < half < len(numbers))
        self.server.answer = answer
        with self.later(6):
            self.run_actions("fetch", "events", "events")
        self.assertFalse(self.shop.fetch_error)
        self.assertEqual(sorted(self.shop.order_ids.mapped("webshop_external_id")), numbers)
        self.assertEqual(len(self.shop.event_ids), len(numbers))

    def test_wrong_keys_ask_for_a_person(self):
        """The sentence says what to do, and never which key was tried."""
        self.shop.sudo()._set_settings({"secret": "cs_hemmelig"})
        with patch.object(settlement_source, "_logger") as logger:
            self.run_actions("fetch")
        self.assertTrue(self.shop.activity_ids)
        self.assertTrue(logger.mock_calls)
        shown = [
            self.shop.fetch_error,
            json.dumps(self.shop.fetch_error_data),
            *self.shop.activity_ids.mapped("note"),
            *self.shop.message_ids.mapped("body"),
            *[str(call) for call in logger.mock_calls],
        ]
        for text in shown:
            for secret in ("cs_hemmelig", KEY):
                self.assertNotIn(secret, text)

    def test_faults_while_the_shop_is_paused(self):
        self.shop.action_pause()
        self.run_actions()
        self.assertFalse(self.server.requests)

    def test_fault_of_our_own(self):
        """One shop we stumble over does not keep the next from being asked."""

        fetch_new = type(self.shop)._fetch_new

        def stumble(webshop):
            if webshop == self.shop:
                raise ZeroDivisionError
            return fetch_new(webshop)

        self.patch(type(self.shop), "_fetch_new", stumble)
        with mute_logger(SOURCE_LOGGER):
            self.assertFaultIsTold("server log")

    def test_found_twice(self):
        """Every fetch looks back a while; an order that reads as before is not kept again."""
        self.server.put(sent_order())
        for minutes in (0, 6, 12):
            with self.later(minutes):
                self.run_actions()
        self.assertEqual(self.shop.event_ids.mapped("kind"), ["document"])
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])
