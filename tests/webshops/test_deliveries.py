"""What a shop delivers is stored before it is acted on."""

import datetime
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.controllers.webshop import MAX_BYTES
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import new_order, refunded_order, sent_order
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer, order_document, signed

from .event_case import CONTROLLER_LOGGER, EVENT_LOGGER, NOW, UTC, EventCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDeliveries(EventCase):
    """What a shop sends is verified, kept once as it came, and answered before anything comes of it."""

    def setUp(self):
        super().setUp()
        self.shop = self.make_inbox()
        self.server = InboxServer()

    def deliveries(self, order):
        self.server.put(order)
        return self.server.webhooks(order.external_id)

    def tell(self, *orders):
        for order in orders:
            for headers, body in self.deliveries(order):
                self.assertTaken(self.shop, headers, body)

    def test_signed(self):
        """Answered 200 when it is stored; the order and the invoice come later."""
        [(headers, body)] = self.deliveries(sent_order())
        self.assertTaken(self.shop, headers, body)
        event = self.shop.event_ids
        self.assertEqual((event.state, event.source, event.content), ("new", "webhook", body.decode()))
        self.assertEqual(event.sha256, hashlib.sha256(body).hexdigest())
        self.assertFalse(self.shop.order_ids, "nothing is acted on within the call")
        self.run_actions("events", "documents")
        self.assertEqual(event.state, "done")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    @mute_logger(CONTROLLER_LOGGER)
    def test_not_signed_by_the_shop(self):
        [(headers, body)] = self.deliveries(sent_order())
        unsigned = {name: value for name, value in headers.items() if name != "x-settlement-signature"}
        self.assertRefused(401, self.shop, unsigned, body)
        self.assertRefused(401, self.shop, {**headers, "x-settlement-signature": "0" * 64}, body)
        self.assertRefused(401, self.shop, signed(body, "another secret"), body)
        self.assertRefused(401, self.shop, headers, body.replace(b"553.30", b"953.30"))
        old = datetime.datetime.now(UTC) - timedelta(minutes=6)
        self.assertRefused(401, self.shop, signed(body, self.server.webhook_secret, at=old), body)
        self.shop.sudo().webhook_secret = False
        self.assertRefused(401, self.shop, signed(body, ""), body)

    def test_shops_that_are_not_there(self):
        """Answered as a wrong signature is: nobody learns which shops there are."""
        [(headers, body)] = self.deliveries(sent_order())
        draft = self.env["sale.webshop"].create({"name": "Utkast", "platform": "inbox", "company_id": self.company.id})
        draft.sudo().webhook_secret = self.server.webhook_secret
        self.assertRefused(401, draft, headers, body)
        self.assertRefused(401, self.env["sale.webshop"].browse(2**31 - 1), headers, body)
        self.assertRefused(401, self.make_shop("odoo"), headers, body)
        self.shop.active = False
        self.assertRefused(401, self.shop, headers, body)

    def test_other_shops_secret(self):
        """A shop cannot speak for another."""
        other = self.make_inbox(name="En annen")
        other.sudo().webhook_secret = "something else"
        [(headers, body)] = self.deliveries(sent_order())
        with mute_logger(CONTROLLER_LOGGER):
            self.assertRefused(401, other, headers, body)

    def test_too_large(self):
        body = json.dumps({**order_document(sent_order()), "status": "x" * MAX_BYTES}).encode()
        self.assertRefused(413, self.shop, signed(body, self.server.webhook_secret), body)

    def test_without_a_length(self):
        [(headers, body)] = self.deliveries(sent_order())
        self.assertRefused(411, self.shop, headers, iter([body]))

    def test_not_a_document(self):
        for body in (b"not JSON", b"[]", b'{"type": "order"}', b'{"type": "parcel", "id": "1"}', b" "):
            with self.subTest(body=body):
                self.assertRefused(400, self.shop, signed(body, self.server.webhook_secret), body)

    def test_asked_with_a_browser(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"/webshop/{self.shop.id}/event").status_code, 405)

    def test_sent_twice(self):
        """The same delivery again, the same document in another delivery, and without any name."""
        [(headers, body)] = self.deliveries(sent_order())
        for _time in range(2):
            self.assertTaken(self.shop, headers, body)
        self.assertEqual(len(self.shop.event_ids), 1)
        for name in ("delivery-99", "", ""):
            self.assertTaken(self.shop, signed(body, self.server.webhook_secret, name), body)
        self.assertEqual(len(self.shop.event_ids), 1)
        self.run_actions("events", "documents")
        self.assertTaken(self.shop, headers, body)
        self.run_actions("events", "documents")
        self.assertEqual(len(self.shop.event_ids), 1)
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_refund_is_set_back(self):
        """100.00, then 50.00, then 100.00 after all, each reported in a delivery of its own: the last counts."""
        self.server.sends_refunds_apart = True
        order = refunded_order()
        for amount in ("100.00", "50.00", "100.00"):
            [refund] = order.refunds
            refund = replace(refund, amount=Decimal(amount), lines=())
            self.tell(replace(order, refunds=(refund,)))
        self.run_actions("events", "documents")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3), ("out_refund", 100.0)])

    def test_deliveries_without_a_name(self):
        for order in (new_order(), sent_order()):
            body = json.dumps(order_document(order)).encode()
            self.assertTaken(self.shop, signed(body, self.server.webhook_secret, ""), body)
        self.assertEqual(len(self.shop.event_ids), 2)

    def test_out_of_order(self):
        """An older state that comes after a newer one changes nothing."""
        self.tell(refunded_order())
        self.run_actions("events", "documents")
        order = self.shop.order_ids
        before = (order.webshop_status, order.webshop_changed_at, order.webshop_event_id)
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3), ("out_refund", 179.1)])
        self.tell(sent_order(), new_order())
        self.run_actions("events", "documents")
        self.assertEqual((order.webshop_status, order.webshop_changed_at, order.webshop_event_id), before)
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3), ("out_refund", 179.1)])
        self.assertEqual(self.shop.event_ids.sorted("id").mapped("state"), ["done", "ignored", "ignored"])
        self.assertIn("Older", self.shop.event_ids[0].message)

    def test_refund_before_its_order(self):
        self.server.sends_refunds_apart = True
        order, refund = self.deliveries(refunded_order())
        self.assertTaken(self.shop, *refund)
        self.run_actions("events", "documents")
        self.run_actions("events", "documents")
        waiting = self.shop.event_ids
        self.assertEqual(waiting.state, "new")
        self.assertIn("10512", waiting.message)
        self.assertTaken(self.shop, *order)
        self.run_actions("events", "documents")
        self.assertEqual((waiting.state, waiting.message or ""), ("done", ""))
        self.assertEqual(waiting.order_id, self.shop.order_ids)
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3), ("out_refund", 179.1)])

    def test_refund_in_another_currency_than_its_order(self):
        """What is said in kronor is not credited in kroner."""
        self.server.sends_refunds_apart = True
        order, _refund = self.deliveries(refunded_order())
        _order, refund = self.deliveries(replace(refunded_order(), currency="SEK"))
        self.assertTaken(self.shop, *order)
        self.assertTaken(self.shop, *refund)
        self.run_actions("events", "documents")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])
        refused = self.shop.event_ids.filtered(lambda event: event.state == "error")
        self.assertIn("SEK", refused.message)
        self.assertIn("NOK", refused.message)

    def test_refund_before_its_order_read_by_hand(self):
        self.server.sends_refunds_apart = True
        order, refund = self.deliveries(refunded_order())
        self.assertTaken(self.shop, *refund)
        self.assertTaken(self.shop, *order)
        self.shop.event_ids.action_read()
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3), ("out_refund", 179.1)])

    def test_paused(self):
        """A paused shop still takes what it is sent; it is acted on when it is resumed."""
        self.shop.action_pause()
        self.tell(sent_order())
        self.run_actions()
        self.assertEqual(self.shop.event_ids.state, "new")
        self.assertFalse(self.shop.order_ids)
        self.shop.action_activate()
        self.run_actions()
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_nothing_to_ask(self):
        """A shop that only sends is never asked, and nothing is wrong with that."""
        self.run_actions("fetch")
        self.assertFalse(self.shop.fetch_enabled)
        self.assertFalse(self.shop.fetch_error)
        self.assertFalse(self.shop.activity_ids)

    def test_one_that_cannot_be_read_never_stops_the_others(self):
        """It is refused with its sentence and asks for a person; read again when it is mended."""
        first, last = sent_order(), sent_order(external_id="10513", number="10513")
        # the signature is right and it is an order, but of a currency that is none
        document = {**order_document(replace(first, external_id="10511", number="10511")), "currency": "kroner"}
        body = json.dumps(document).encode()
        self.tell(first)
        self.assertTaken(self.shop, signed(body, self.server.webhook_secret, "damaged"), body)
        self.tell(last)
        self.run_actions("events", "documents")
        refused = self.shop.event_ids.filtered(lambda event: event.state == "error")
        self.assertEqual(refused.external_id, "10511")
        self.assertIn("kroner", refused.message)
        self.assertIn("NOK", refused.message, "what was expected")
        self.assertEqual(self.shop.refused_count, 1)
        self.assertIn("10511: ", self.shop.activity_ids.note)
        self.assertEqual(len(self.documents(self.shop)), 2)
        refused.action_read()
        self.assertEqual(refused.state, "error", "nothing was mended")
        refused.sudo().content = body.decode().replace("kroner", "NOK")
        refused.action_read()
        self.assertEqual((refused.state, refused.message or ""), ("done", ""))
        self.assertFalse(self.shop.activity_ids, "nobody has to look any more")
        self.assertEqual(len(self.documents(self.shop)), 3)

    @mute_logger(EVENT_LOGGER)
    def test_fault_of_our_own_never_stops_the_others(self):
        first, last = new_order(), new_order(external_id="10513", number="10513")
        self.tell(first, last)
        parse = type(self.all_events())._parse

        def stumble(event):
            if event.external_id == first.external_id:
                raise ZeroDivisionError("secret-of-the-house")
            return parse(event)

        self.patch(type(self.all_events()), "_parse", stumble)
        self.run_actions("events")
        self.assertEqual(self.shop.event_ids.sorted("id").mapped("state"), ["error", "done"])
        self.assertNotIn("secret-of-the-house", self.shop.event_ids.sorted("id")[0].message)

    def test_orders_as_nobody_writes_them(self):
        """A postcode with a raised two, names as long as a page, more lines than anybody buys: each is read, or refused
        with a sentence."""
        document = order_document(sent_order())
        long = "x" * 5000
        odd = [
            {"shipping_address": {**document["shipping_address"], "postcode": "01²5", "country": "NO"}},
            {"buyer": {**document["buyer"], "name": long, "email": f"{long}@example.com", "phone": long}},
            {"buyer": {**document["buyer"], "vat_number": long}},
            {"completed_at": "0001-01-01T00:00:00+01:00"},
            {"lines": [{**document["lines"][0], "id": str(number)} for number in range(1001)]},
        ]
        for number, values in enumerate(odd):
            body = json.dumps({**document, **values, "id": f"90{number}", "number": f"90{number}"}).encode()
            self.assertTaken(self.shop, signed(body, self.server.webhook_secret, f"odd {number}"), body)
        self.run_actions("events", "documents")
        said = {event.external_id: event.message or "" for event in self.shop.event_ids}
        self.assertNotIn("unexpected error", str(said))
        self.assertIn("a time with its offset", said["903"])
        self.assertIn("the limit of 1000", said["904"])
        self.assertEqual(self.shop.refused_count, 2)

    def test_one_that_cannot_be_read_and_does_not_say_which(self):
        """Given directly, and refused before its number is read: nobody is asked to look at an order False."""
        self.shop._ingest_orders([json.dumps({**order_document(sent_order()), "currency": "kroner"}).encode()])
        self.assertEqual(self.shop.refused_count, 1)
        self.assertIn("kroner", self.shop.activity_ids.note)
        self.assertIn(f"Document {self.shop.event_ids.id}: ", self.shop.activity_ids.note)

    def test_left_out_by_a_person(self):
        body = json.dumps({**order_document(sent_order()), "currency": "kroner"}).encode()
        self.assertTaken(self.shop, signed(body, self.server.webhook_secret), body)
        self.run_actions("events")
        event = self.shop.event_ids
        why = event.message
        event.action_leave_out()
        self.assertEqual(event.state, "ignored")
        self.assertFalse(self.shop.activity_ids, "nobody has to look any more")
        self.assertIn(why, event.message)
        self.assertIn(self.env.user.name, event.message)
        self.run_actions("events", "documents")
        self.assertEqual(event.state, "ignored")
        self.assertEqual(self.shop.refused_count, 0)

    def test_what_is_read_is_not_left_out(self):
        self.tell(sent_order())
        self.run_actions("events")
        self.shop.event_ids.action_leave_out()
        self.assertEqual(self.shop.event_ids.state, "done")

    def test_read_twice(self):
        self.tell(refunded_order())
        self.run_actions("events", "documents")
        order, lines = self.shop.order_ids, self.shop.order_ids.order_line
        before = (order.amount_total, order.state, order.webshop_state, lines.mapped("price_total"))
        documents = self.documents(self.shop)
        references = order.settlement_reference_ids
        for _time in range(2):
            self.shop.event_ids.sudo().state = "new"
            self.run_actions("events", "documents")
        self.assertEqual(self.shop.order_ids, order)
        self.assertEqual(order.order_line, lines)
        self.assertEqual(order.settlement_reference_ids, references)
        self.assertEqual((order.amount_total, order.state, order.webshop_state, lines.mapped("price_total")), before)
        self.assertEqual(self.documents(self.shop), documents)

    def test_read_by_somebody_who_only_places_transactions(self):
        """What comes of a document is not a question of who has it read."""
        user = self.settlement_user()
        self.tell(sent_order())
        self.shop.event_ids.with_user(user).action_read()
        self.assertEqual(self.shop.event_ids.state, "done")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])

    def test_used_events_are_kept(self):
        """What was invoiced from stays; hints that were followed up go after a month."""
        self.tell(sent_order())
        self.run_actions("events")
        self.all_events()._gc_hints()
        with freeze_time("2026-06-10"):
            self.all_events()._gc_hints()
        self.assertTrue(self.shop.event_ids)
