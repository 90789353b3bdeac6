"""What is known of people is kept as long as bookkeeping needs it, and no longer; the ledger never notices."""

import hashlib
import importlib.util
import json
from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.modules import get_module_path
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import as_portal_csv, capture, day, payout
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    RETURNED,
    line,
    new_order,
    refunded_order,
    sent_order,
)
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer
from odoo.addons.settlement_bridge.webshops.records import RawOrder

from .personal_data_case import IN_TIME, NEXT_YEAR, NOON, RETENTION, TOO_OLD, PersonalDataCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestLeftOut(PersonalDataCase):
    def test_traces_of_the_buyer_are_not_stored(self):
        shop = self.make_shop("woocommerce", api_url="https://www.example.com")
        order = {"id": 7, "total": "1.10", "customer_ip_address": "192.0.2.77", "customer_user_agent": "Mozilla"}
        content = json.dumps({"order": order, "refunds": []}).encode()
        Event = self.env["sale.webshop.event"].sudo()
        event = Event._store_raw(shop, [RawOrder("7", None, content)], "poll")
        self.assertNotIn("192.0.2.77", event.content)
        self.assertNotIn("Mozilla", event.content)
        self.assertEqual(Event._store_raw(shop, [RawOrder("7", None, content)], "poll"), event, "it is the same order")
        moved = content.replace(b"192.0.2.77", b"192.0.2.78")
        self.assertEqual(Event._store_raw(shop, [RawOrder("7", None, moved)], "poll"), event, "nothing booked changed")

    def test_hint_keeps_no_order(self):
        shop = self.make_shop("woocommerce", api_url="https://www.example.com")
        body = json.dumps({"id": 7, "billing": {"first_name": "Kari"}, "customer_ip_address": "192.0.2.77"}).encode()
        headers = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": "d1"}
        event = self.env["sale.webshop.event"].sudo()._store_delivery(shop, headers, body)
        self.assertEqual((event.kind, event.external_id, event.content), ("hint", "7", False))
        self.assertTrue(event.sha256)


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestRetentionOfOrders(PersonalDataCase):
    """Raw orders go a year after their last change; order, invoice and rows stay."""

    def test_a_year_after_the_last_change(self):
        order = self.told(sent_order())
        self.pay()
        self.close()
        before = self.ledger()
        event = order.webshop_event_id
        digest = event.sha256
        self.run_retention("2027-03-20 11:00:00")
        self.assertTrue(event.content, "a year is not over")
        self.run_retention("2027-03-20 13:00:00")
        self.assertFalse(event.content)
        self.assertFalse(event.content_shown)
        self.assertEqual((event.sha256, event.state, event.order_id), (digest, "done", order))
        self.assertEqual(str(event.content_removed_on), "2027-03-20")
        self.assertIn("removed on", event.removed_note)
        self.assertEqual(self.ledger(), before)
        self.assertEqual((order.webshop_state, order.amount_total), ("done", 553.30))
        self.assertEqual(self.documents(order), [("out_invoice", "553.30", "102.58", "2026-03-03")])
        with self.assertRaisesRegex(UserError, "was removed on"):
            event.action_read()
        self.assertEqual(event.state, "done")

    def test_company_sets_the_months(self):
        order = self.told(sent_order())
        self.pay()
        self.close()
        self.company.sudo().settlement_raw_order_months = 24
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True])
        self.company.sudo().settlement_raw_order_months = 3
        self.run_retention("2026-07-01 03:00:00")
        self.assertEqual(self.contents(order), [False])

    def test_never_invoiced(self):
        order = self.told(new_order(cancelled_at=RETURNED, changed_at=RETURNED))
        self.assertEqual((order.state, order.webshop_state), ("cancel", "done"))
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [False])

    def test_what_is_not_paid_stays(self):
        order = self.told(sent_order())
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True])

    def test_what_is_paid_in_part_stays(self):
        order = self.told(refunded_order())
        self.pay()
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True], "the credit note is open")

    def test_what_waits_stays(self):
        order = self.told(sent_order(currency="USD"))
        self.assertEqual(order.webshop_state, "waiting")
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True])

    def test_what_lies_in_an_open_period_stays(self):
        order = self.told(sent_order())
        self.pay()
        self.close("2026-02-28")
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True])

    def test_what_has_an_unknown_transaction_stays(self):
        order = self.told(sent_order())
        self.pay()
        self.settle([capture("2", day(9), "10512", "7.00"), payout("2000701", day(9))])
        self.assertIn(self.line_of("2").status, ("unknown", "on_account"))
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True])

    def test_what_is_told_and_not_read_stays(self):
        order = self.told(sent_order())
        self.pay()
        order.webshop_event_id.sudo().copy({"state": "error", "order_id": False, "external_id": "10512"})
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [True])

    @mute_logger(RETENTION)
    def test_one_that_fails_does_not_stop_the_others(self):
        orders = self.told(sent_order(), sent_order(external_id="20001", number="20001"))
        first, second = orders.sorted("id")
        self.settle(
            [capture("1", day(3), "10512", "553.30"), capture("2", day(3), "20001", "553.30"), payout("7", day(3))]
        )
        self.close()
        real = type(first)._remove_what_is_old

        def fail_for_first(self):
            if first in self:
                raise ZeroDivisionError
            return real(self)

        with patch.object(type(first), "_remove_what_is_old", fail_for_first):
            self.run_retention(NEXT_YEAR)
        self.assertEqual((self.contents(first), self.contents(second)), ([True], [False]))


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestReplacedVersions(PersonalDataCase):
    """A document that a later one replaces goes once that is booked, unless it alone documents something."""

    def test_replaced_and_booked(self):
        self.told(new_order())
        order = self.told(sent_order())
        self.pay()
        self.close()
        before = order._get_webshop_order()
        self.run_retention(NOON)
        self.assertEqual(self.contents(order), [False, True])
        self.assertIn("later document", order.webshop_event_ids.sorted("id")[0].removed_note)
        self.assertEqual(order._get_webshop_order(), before)

    def test_not_before_it_is_paid(self):
        self.told(new_order())
        order = self.told(sent_order())
        self.close()
        self.run_retention(NOON)
        self.assertEqual(self.contents(order), [True, True])

    def test_what_was_invoiced_and_changed_then(self):
        """The invoice was made of what the first document says; the change alone is in the second."""
        self.told(sent_order())
        cheaper = (*sent_order().lines[:2], line("73", "Posten", "49.00", 25, kind=sent_order().lines[2].kind))
        changed = sent_order(lines=cheaper, total=Decimal("523.30"))
        order = self.told(replace(changed, changed_at=RETURNED))
        self.assertEqual(len(order._get_webshop_moves()), 2)
        order._get_webshop_moves()._get_webshop_receivables().reconcile()
        self.pay(amount="523.30")
        self.close()
        self.run_retention(NOON)
        self.assertEqual(self.contents(order), [True, True])
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [False, False])

    def test_refund_told_apart_stays_until_all_goes(self):
        order, event = self.refunded_apart()
        self.run_retention(NOON)
        self.assertTrue(event.content)
        [refund] = order._get_webshop_order().refunds
        self.assertEqual(refund.external_id, "10533")


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestAfterRemoval(PersonalDataCase):
    """An order goes on after what the shop told of it is gone: it is booked rightly, or a person is asked."""

    def removed(self):
        order = self.told(sent_order())
        self.pay()
        self.close()
        self.run_retention(NEXT_YEAR)
        self.assertEqual(self.contents(order), [False])
        return order

    def test_told_anew_with_a_refund(self):
        order = self.removed()
        with freeze_time(NEXT_YEAR):
            self.told(refunded_order())
            self.told(refunded_order())
        _invoice, *refunds = self.documents(order)
        self.assertEqual([(kind, amount) for kind, amount, *_rest in refunds], [("out_refund", "179.10")])
        self.assertFalse(order.webshop_problem)

    def test_the_same_told_again_is_not_stored_again(self):
        order = self.removed()
        with freeze_time(NEXT_YEAR):
            server = InboxServer()
            server.put(sent_order())
            [(_headers, body)] = server.webhooks("10512")
            event = self.env["sale.webshop.event"].sudo()._store_raw(self.shop, [RawOrder("10512", None, body)], "poll")
        self.assertEqual(event, order.webshop_event_id)
        self.assertEqual(self.contents(order), [False])

    def test_deleted_in_the_shop(self):
        order = self.removed()
        before = self.ledger()
        with freeze_time(NEXT_YEAR):
            self.env["sale.webshop.event"].sudo()._store_deleted(self.shop, "10512")._read()
            order._make_webshop_documents()
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn("was removed on", order.webshop_problem)
        self.assertIn("exclude the order", order.webshop_problem)
        self.assertEqual(self.ledger(), before)
        order.action_webshop_leave_out()
        order._make_webshop_documents()
        self.assertEqual(order.webshop_state, "left_out")

    def test_refund_told_apart_is_gone(self):
        """What was refunded is not known any more: it must not be taken for a refund that was taken back."""
        order, event = self.refunded_apart()
        self.run_retention(NEXT_YEAR)
        self.assertFalse(event.content)
        self.assertTrue(event.is_refund)
        before = self.ledger()
        with freeze_time(NEXT_YEAR):
            self.told(replace(sent_order(), status="archived", changed_at=RETURNED))
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn("was removed on", order.webshop_problem)
        self.assertEqual(self.ledger(), before)


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestRetentionOfSettlements(PersonalDataCase):
    """Settlement documents go five years after the financial year; settlement, rows and vouchers stay."""

    def setUp(self):
        super().setUp()
        self.invoice(553.30, "10512")

    def uploaded(self):
        movements = [capture("910512", day(3), "10512", "553.30"), payout("2000700", day(3))]
        settlement = self.provider._ingest_file(*as_portal_csv(movements))
        settlement._process()
        self.bank_line(553.30, "Utb. 2000700 Vippsnr 123455")
        settlement.action_match_bank()
        self.assertEqual(settlement.state, "paid")
        return settlement

    def test_five_years_after_the_year(self):
        settlement = self.uploaded()
        self.close()
        document = settlement.document_ids
        settlement.line_ids.sudo().provider_text = "Hilsen Kari"
        before, digest = self.ledger(), document.sha256
        attachment = document.sudo().attachment_id
        copy = attachment.search([("settlement_document_id", "=", document.id)])
        self.assertEqual(copy.res_model, "account.move")
        self.run_retention(IN_TIME)
        self.assertTrue(document.sudo().attachment_id)
        self.assertTrue(all(line.raw for line in settlement.line_ids.filtered("document_id")))
        self.run_retention(TOO_OLD)
        self.assertFalse(attachment.exists() | copy.exists())
        self.assertEqual((document.sha256, document.state), (digest, "done"))
        self.assertEqual(str(document.content_removed_on), "2032-01-01")
        self.assertFalse(any(settlement.line_ids.mapped("raw")))
        self.assertFalse(any(settlement.line_ids.mapped("provider_text")))
        self.assertIn("was removed on", settlement.line_ids[0].raw_text)
        self.assertEqual(self.ledger(), before)
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(self.line_of("910512").amount, 553.30)

    def test_removed_document_says_so(self):
        settlement = self.uploaded()
        self.close()
        self.run_retention(TOO_OLD)
        document = settlement.document_ids
        self.assertIn("was removed on", document.removed_note)
        self.assertFalse(document.content)
        for action in (document.action_download, document.action_ingest, document._ingest):
            with self.assertRaisesRegex(UserError, "was removed on"):
                action()
        before = self.ledger()
        movements = [capture("910512", day(3), "10512", "553.30"), payout("2000700", day(3))]
        with self.assertRaisesRegex(UserError, "was removed on"), self.env.cr.savepoint():
            self.provider._ingest_file(*as_portal_csv(movements))
        self.assertEqual(self.ledger(), before)
        self.assertFalse(document.sudo().attachment_id)

    def test_company_keeps_longer(self):
        settlement = self.uploaded()
        self.close()
        self.company.sudo().settlement_document_years = 10
        self.run_retention(TOO_OLD)
        self.assertFalse(settlement.document_ids.content_removed_on)
        self.run_retention("2037-01-01 03:00:00")
        self.assertTrue(settlement.document_ids.content_removed_on)

    def test_financial_year_of_the_company(self):
        settlement = self.uploaded()
        self.close()
        self.company.sudo().write({"fiscalyear_last_day": 30, "fiscalyear_last_month": "6"})
        self.run_retention("2031-06-30 03:00:00")
        self.assertFalse(settlement.document_ids.content_removed_on)
        self.run_retention("2031-07-01 03:00:00")
        self.assertTrue(settlement.document_ids.content_removed_on)

    def test_year_that_is_not_locked_stays(self):
        settlement = self.uploaded()
        self.close("2026-11-30")
        self.run_retention(TOO_OLD)
        self.assertFalse(settlement.document_ids.content_removed_on)
        self.assertFalse(any(settlement.line_ids.mapped("content_removed_on")))

    def test_unknown_transaction_keeps_its_settlement(self):
        movements = [capture("5", day(3), "NOBODY", "10.00"), payout("2000700", day(3))]
        settlement = self.provider._ingest_file(*as_portal_csv(movements))
        settlement._process()
        self.assertEqual(self.line_of("5").status, "unknown")
        self.bank_line(10, "Utb. 2000700 Vippsnr 123455")
        settlement.action_match_bank()
        self.close()
        self.run_retention(TOO_OLD)
        self.assertFalse(settlement.document_ids.content_removed_on)
        self.assertTrue(self.line_of("5").raw)

    def test_payout_that_has_not_come_keeps_its_settlement(self):
        settlement = self.settle([capture("910512", day(3), "10512", "553.30"), payout("2000700", day(3))])
        self.assertEqual(settlement.mapped("state"), ["booked"])
        self.close()
        self.run_retention(TOO_OLD)
        self.assertFalse(any(settlement.document_ids.mapped("content_removed_on")))

    def test_fewer_than_five_years_are_refused(self):
        for wrong in ({"settlement_document_years": 4}, {"settlement_raw_order_months": 0}):
            with self.assertRaises(ValidationError):
                self.company.sudo().write(wrong)

    def test_settings_page(self):
        settings = self.env["res.config.settings"].sudo().create({})
        self.assertEqual((settings.settlement_raw_order_months, settings.settlement_document_years), (12, 5))


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestUpdate(PersonalDataCase):
    """What was stored before anything was left out is put right by the update."""

    def test_stored_before(self):
        shop = self.make_shop("woocommerce", api_url="https://www.example.com")
        content = '{"order": {"id": 7, "total": 1.10, "customer_ip_address": "192.0.2.77"}, "refunds": []}'
        values = {"webshop_id": shop.id, "source": "poll", "external_id": "7", "content": content, "sha256": "old"}
        Event = self.env["sale.webshop.event"].sudo()
        hint, document = Event.create([{**values, "kind": "hint"}, {**values, "kind": "document"}])
        other = self.told(sent_order()).webshop_event_id
        before = other.content
        self.env.flush_all()
        path = get_module_path("settlement_bridge") + "/migrations/19.0.1.2.0/post-left_out.py"
        spec = importlib.util.spec_from_file_location("post_left_out", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertFalse(hint.content)
        self.assertEqual(document.content, '{"order": {"id": 7, "total": 1.10}, "refunds": []}')
        self.assertEqual(document.sha256, hashlib.sha256(document.content.encode()).hexdigest())
        self.assertEqual(other.content, before)
        again = Event._store_raw(shop, [RawOrder("7", None, content.encode())], "poll")
        self.assertEqual(again, document, "told again, it is the same order")
