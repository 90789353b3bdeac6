import datetime
import hashlib
import hmac
import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.controllers.webshop import MAX_BYTES
from odoo.addons.settlement_bridge.models import settlement_source

from .local_server import Fault
from .webshop_case import WebshopCase
from .webshop_orders import new_order, refunded_order, sent_order
from .webshop_servers.inbox import InboxServer, order_document, signed
from .webshop_servers.woocommerce import KEY, SECRET, WooCommerceServer

NOW = "2026-03-10 09:00:00"
UTC = datetime.timezone.utc
EVENT_LOGGER = "odoo.addons.settlement_bridge.models.sale_webshop_event"
SOURCE_LOGGER = "odoo.addons.settlement_bridge.models.settlement_source"
CONTROLLER_LOGGER = "odoo.addons.settlement_bridge.controllers.webshop"


class EventCase(WebshopCase, HttpCase):
    """Shops that send and shops that are asked, over real HTTP."""

    def run_actions(self, *names):
        with self.enter_registry_test_mode():
            for name in names or ("fetch", "events", "documents"):
                self.env.ref(f"settlement_bridge.ir_cron_webshop_{name}").sudo().method_direct_trigger()
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
        shop.sudo().write({"api_key": KEY, "api_secret": SECRET, "webhook_secret": server.webhook_secret})
        return shop


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
        self.assertNotIn("unexpected fault", str(said))
        self.assertIn("a time with its offset", said["903"])
        self.assertIn("at most 1000", said["904"])
        self.assertEqual(self.shop.refused_count, 2)

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
        self.shop.sudo().api_secret = "cs_hemmelig"
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


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWhoSees(EventCase):
    """Keys are for system administrators; a company's shops and what they told are its own."""

    def setUp(self):
        super().setUp()
        self.shop = self.make_inbox()
        body = json.dumps(order_document(sent_order())).encode()
        self.assertTaken(self.shop, signed(body, InboxServer.webhook_secret), body)

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].sudo().create({"name": "En annen AS"})
        stranger = new_test_user(
            self.env(su=True),
            "stranger",
            "settlement_bridge.group_settlement_manager,sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for records in (self.shop, self.shop.event_ids, self.shop.tax_rule_ids):
            self.assertTrue(records)
            seen = records.with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(seen.search([]))
            with self.assertRaises(AccessError):
                seen.read(["display_name"])
        with self.assertRaises(AccessError):
            self.shop.event_ids.with_user(stranger).with_context(allowed_company_ids=other.ids).action_read()

    def test_same_order_in_two_companies(self):
        """Two companies' shops may have the same order numbers: each gets its own."""
        other = self.make_inbox(name="En annen")
        body = json.dumps(order_document(sent_order())).encode()
        self.assertTaken(other, signed(body, InboxServer.webhook_secret), body)
        self.run_actions("events", "documents")
        self.assertEqual(self.documents(self.shop), [("out_invoice", 553.3)])
        self.assertEqual(self.documents(other), [("out_invoice", 553.3)])
        self.assertNotEqual(self.shop.order_ids, other.order_ids)

    def test_keys(self):
        names = ["api_key", "api_secret", "api_token", "api_token_secret", "webhook_secret"]
        self.shop.sudo().write({name: f"hemmelig-{name}" for name in names})
        for name in names:
            with self.assertRaises(AccessError):
                self.shop.read([name])
            self.assertNotIn(name, self.shop.fields_get())
        copied = self.shop.sudo().copy({"name": "Kopi"})
        self.assertFalse([copied[name] for name in names[:-1] if copied[name]])
        self.assertNotEqual(copied.webhook_secret, self.shop.sudo().webhook_secret)
        self.assertNotIn("hemmelig", self.shop.sudo().message_ids.mapped("body"))
        values = self.shop.sudo().message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertNotIn("hemmelig", " ".join(filter(None, values)))

    def test_signature_is_not_kept(self):
        event = self.shop.event_ids.sudo()
        kept = " ".join(str(value) for value in event.read()[0].values())
        self.assertNotIn(InboxServer.webhook_secret, kept)

    def test_neutralized_copy(self):
        """A copy of the database asks no shop, and takes nothing from one."""
        names = ["api_key", "api_secret", "api_token", "api_token_secret", "webhook_secret"]
        self.shop.sudo().write({**dict.fromkeys(names, "hemmelig"), "fetch_enabled": True})
        self.env.flush_all()
        for query in get_neutralization_queries(["settlement_bridge"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse([name for name in names if self.shop.sudo()[name]])
        self.assertFalse(self.shop.fetch_enabled)
        body = json.dumps(order_document(new_order())).encode()
        with mute_logger(CONTROLLER_LOGGER):
            self.assertRefused(401, self.shop, signed(body, "hemmelig"), body)

    def test_prices_to_the_ore(self):
        self.run_actions("events", "documents")
        self.assertEqual(Decimal(f"{self.shop.order_ids.amount_total:.2f}"), sent_order().total)
