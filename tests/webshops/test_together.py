"""Many orders at once: read and booked together, and each by itself where one of them cannot be."""

from dataclasses import replace
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.models import settlement_fault
from odoo.addons.settlement_bridge.pure_tests.samples import webshop_orders
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer
from odoo.addons.settlement_bridge.webshops.records import Address, RawOrder

from .web_order_case import NOON, WebOrderCase

FAULT_LOGGER = "odoo.addons.settlement_bridge.models.settlement_fault"
DOCUMENTS_LOGGER = "odoo.addons.settlement_bridge.models.sale_order_documents"


def order_of(number, make=webshop_orders.sent_order, **values):
    """The reference order under another number, of another buyer."""
    order = make(external_id=number, number=number, references=(), **values)
    name = f"Kunde {number}"
    return replace(
        order,
        buyer=replace(order.buyer, name=name, email=f"kunde{number}@example.com"),
        billing=Address(name, "", f"Gate {number}", "", "0155", "Oslo", "NO"),
        shipping=Address(name, "", f"Gate {number}", "", "0155", "Oslo", "NO"),
    )


@tagged("post_install", "-at_install")
class TestTogether(WebOrderCase):
    """The ledger is the same whether the shop's orders came one by one or all at once."""

    def stored(self, *orders, shop=None):
        """Let the shop's documents be stored, none of them read; return them."""
        server = InboxServer()
        raw_orders = []
        for order in orders:
            server.put(order)
            raw_orders += [
                RawOrder(order.external_id, None, body) for _headers, body in server.webhooks(order.external_id)
            ]
        return self.env["sale.webshop.event"].sudo()._store_raw(shop or self.shop, raw_orders, "asked")

    def read_and_booked(self, events, together=True):
        """Read documents and make what they call for; return the orders by number."""
        with freeze_time(NOON):
            for some in [events] if together else events.sorted("id"):
                some._read()
                some.order_id._make_webshop_documents()
        orders = self.env["sale.order"].browse(events.order_id.ids)
        return {order.webshop_external_id: order for order in orders}

    def month(self):
        """Orders of all fates: sent, reserved, refunded, called off before anything was sent, and one of nothing."""
        return (
            order_of("1"),
            order_of("2"),
            order_of("3", webshop_orders.new_order),
            order_of("4", webshop_orders.refunded_order),
            replace(order_of("5", webshop_orders.new_order), cancelled_at=webshop_orders.SENT, status="cancelled"),
            order_of("6"),
        )

    def as_booked(self, orders):
        """What an accountant compares: each order's state, its buyer, its documents and their items."""
        return {
            number: (
                order.state,
                order.webshop_state,
                order.partner_id.name,
                sorted(order.settlement_reference_ids.mapped("value"))[:2],
                self.documents(order),
                [
                    (line.account_id.code, line.name, line.balance, line.tax_line_id.name, line.amount_residual)
                    for line in order._get_webshop_moves()
                    .sorted("id")
                    .line_ids.sorted(lambda line: (line.move_id.id, line.account_id.code, line.balance))
                    if line.display_type in ("product", "tax")
                ],
                [message.preview for message in order._get_webshop_moves().sorted("id").message_ids.sorted("id")],
            )
            for number, order in orders.items()
        }

    def test_at_once_is_as_one_by_one(self):
        at_once = self.as_booked(self.read_and_booked(self.stored(*self.month())))
        other = self.make_shop(name="Den andre butikken")
        one_by_one = self.as_booked(self.read_and_booked(self.stored(*self.month(), shop=other), together=False))
        self.assertEqual(at_once, one_by_one)
        self.assertEqual([len(documents) for *_rest, documents, _lines, _notes in at_once.values()], [1, 1, 0, 2, 0, 1])

    def test_one_that_cannot_be_posted_waits_and_the_others_are_invoiced(self):
        """Odoo turns down one of the invoices: its order waits with Odoo's words, the others know nothing of it."""
        events = self.stored(*(order_of(str(number)) for number in range(1, 5)))
        words = "The customer is blocked."
        move = type(self.env["account.move"])
        post = move._post

        def turn_down(moves, soft=True):
            if "Kunde 3" in moves.mapped("partner_id.name"):
                raise UserError(words)
            return post(moves, soft)

        with patch.object(move, "_post", turn_down):
            orders = self.read_and_booked(events)
        self.assertEqual([orders[number].webshop_state for number in "1234"], ["done", "done", "waiting", "done"])
        self.assertIn(words, orders["3"].webshop_problem)
        self.assertFalse(orders["3"].invoice_ids)
        self.assertEqual(len(orders["1"].invoice_ids), 1)

    @mute_logger(DOCUMENTS_LOGGER)
    def test_an_unexpected_fault_of_one_is_its_own(self):
        """It is retried later by itself, and the others are booked."""
        events = self.stored(*(order_of(str(number)) for number in range(1, 4)))
        model = type(self.env["sale.order"])
        prepare = model._prepare_webshop_document

        def fail(order, document):
            return 1 / 0 if order.webshop_external_id == "2" else prepare(order, document)

        with patch.object(model, "_prepare_webshop_document", fail):
            orders = self.read_and_booked(events)
        self.assertEqual([orders[number].webshop_state for number in "123"], ["done", "waiting", "done"])
        faults = self.env["settlement.fault"].sudo().search([("task", "=", "invoice")])
        self.assertEqual(faults.mapped("res_id"), orders["2"].ids)

    @mute_logger(DOCUMENTS_LOGGER, FAULT_LOGGER)
    def test_a_fault_that_cannot_be_written_down_is_its_own_too(self):
        """What was booked of the orders before it stays."""
        events = self.stored(*(order_of(str(number)) for number in range(1, 4)))
        events._read()
        self.env.flush_all()
        model, faults = type(self.env["sale.order"]), type(self.env["settlement.fault"])
        prepare = model._prepare_webshop_document

        def fail(order, document):
            return 1 / 0 if order.webshop_external_id == "2" else prepare(order, document)

        with (
            freeze_time(NOON),
            self.enter_registry_test_mode(),
            patch.object(model, "_prepare_webshop_document", fail),
            patch.object(faults, "_note", side_effect=ZeroDivisionError()),
        ):
            self.trigger("ir_cron_webshop_documents")
        self.env.invalidate_all()
        self.assertEqual(events.sorted("id").order_id.mapped("webshop_state"), ["done", "waiting", "done"])

    def test_one_that_cannot_be_read_is_refused_and_the_others_are_orders(self):
        server = InboxServer()
        payloads = []
        for number in ("1", "2", "3"):
            server.put(order_of(number))
            payloads += [body for _headers, body in server.webhooks(number)]
        payloads[1] = payloads[1].replace(b'"currency": "NOK"', b'"currency": "KRONER"')
        Event = self.env["sale.webshop.event"].sudo()
        raw_orders = [RawOrder(str(number), None, body) for number, body in enumerate(payloads, 1)]
        events = Event._store_raw(self.shop, raw_orders, "asked")
        events._read()
        self.assertEqual(events.sorted("id").mapped("state"), ["done", "error", "done"])

    def test_a_conflict_over_one_keeps_what_is_done_of_the_others(self):
        """Somebody else is at the last order all the time: it is left for the next run, the others are invoiced."""
        events = self.stored(*(order_of(str(number)) for number in range(1, 5)))
        events._read()
        last = events.sorted("id")[-1].order_id
        model = type(last)
        plan = model._plan_documents

        def collide(order):
            if order == last:
                raise SerializationFailure
            return plan(order)

        self.env.flush_all()
        with (
            freeze_time(NOON),
            self.enter_registry_test_mode(),
            patch.object(settlement_fault.time, "sleep"),
            patch.object(model, "_plan_documents", collide),
        ):
            self.trigger("ir_cron_webshop_documents")
        self.env.invalidate_all()
        self.assertEqual(events.sorted("id").order_id.mapped("webshop_state"), ["done", "done", "done", "open"])
        self.assertFalse(self.env["settlement.fault"].sudo().search([]))

    def test_two_reports_of_one_order_are_read_in_their_order(self):
        """Reserved and then sent, both in one delivery: one order, invoiced once."""
        events = self.stored(order_of("1", webshop_orders.new_order), order_of("2"))
        events |= self.stored(order_of("1"))
        orders = self.read_and_booked(events)
        self.assertEqual(len(orders), 2)
        self.assertEqual(orders["1"].webshop_status, "completed")
        self.assertEqual(self.documents(orders["1"]), self.documents(orders["2"]))
