"""One never stops the others: refusals that fail, what others do at the same time, and unexpected faults."""

import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import fields
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.models import settlement_fault
from odoo.addons.settlement_bridge.providers.contract import Agreement
from odoo.addons.settlement_bridge.providers.registry import PROVIDERS
from odoo.addons.settlement_bridge.providers.vipps.documents import VippsDocuments
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase

FAULT_LOGGER = "odoo.addons.settlement_bridge.models.settlement_fault"
RETRY_LOGGER = "odoo.addons.settlement_bridge.models.account_settlement_line_retry"


@tagged("post_install", "-at_install")
class TestFaults(SettlementCase):
    """An accountant finds everything read and booked that can be, whatever one document or moment was like."""

    def run_action(self, name):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.trigger(f"ir_cron_settlement_{name}")
        self.env.invalidate_all()

    def fetched(self, name, content, provider=None):
        return (
            self.env["account.settlement.document"]
            .sudo()
            ._store((provider or self.provider).connection_id, name, content, source="fetch")
        )

    def garbled_day(self, currency):
        item = {"entryType": "capture", "pspReference": "1", "ledgerDate": "2026-03-02", "currency": currency}
        return json.dumps(
            {
                "format": "vipps-report-v2",
                "ledger": {"ledgerId": "302321", "settlesForRecipientHandles": [f"api:{vipps_files.MSN}"]},
                "date": "2026-03-02",
                "funds": [{"items": [item]}],
                "fees": [{"items": []}],
            }
        ).encode()

    def movements(self, number="1"):
        return [capture(number, day(2), "X", "100.00", "2.00"), payout(number, day(2))]

    # ------------------------------------------------------------ refusals

    def test_document_whose_refusal_holds_nul_or_half_an_emoji(self):
        """It is refused with a sentence, and the good file of the other provider is read."""
        other = self.activate(merchant_id="654321")
        for currency in ("N\0K", "N\ud800K"):
            with self.subTest(currency=currency):
                bad = self.fetched("bad.json", self.garbled_day(currency))
                name, content = vipps_files.as_old_xml(self.movements(str(ord(currency[1]))))
                good = self.fetched(name, content.replace(vipps_files.MSN.encode(), b"654321"), other)
                self.run_action("ingest")
                self.assertEqual((bad.state, good.state), ("error", "done"))
                self.assertIn("three letters", bad.error_message)
                bad.action_leave_out()

    @mute_logger(FAULT_LOGGER)
    def test_refusal_that_cannot_be_written_down(self):
        """Even then the next document is read."""
        other = self.activate(merchant_id="654321")
        bad = self.fetched("bad.json", self.garbled_day("kroner"))
        name, content = vipps_files.as_old_xml(self.movements())
        good = self.fetched(name, content.replace(vipps_files.MSN.encode(), b"654321"), other)
        self.patch(type(bad), "_refuse", lambda *_arguments: 1 / 0)
        self.run_action("ingest")
        self.assertEqual((bad.state, good.state), ("new", "done"))

    # ------------------------------------------------------------ at the same time

    def test_somebody_else_was_at_the_same_settlement(self):
        """A serialization failure is no error: it is booked a moment later."""
        settlement = self.settle(self.movements(), process=False)
        process, failures = type(settlement)._process, [SerializationFailure(), SerializationFailure()]

        def collide(records):
            if failures:
                raise failures.pop()
            return process(records)

        self.patch(type(settlement), "_process", collide)
        with patch.object(settlement_fault.time, "sleep"):
            self.run_action("process")
        self.assertEqual((settlement.state, failures), ("booked", []))

    def test_somebody_else_is_there_all_the_time(self):
        """Left for the next run: not an error, and nobody is asked."""
        settlement = self.settle(self.movements(), process=False)

        def collide(_records):
            raise SerializationFailure

        with patch.object(settlement_fault.time, "sleep"), patch.object(type(settlement), "_process", collide):
            self.run_action("process")
        self.assertEqual(settlement.state, "new")
        self.assertFalse(self.provider.activity_ids)
        self.run_action("process")
        self.assertEqual(settlement.state, "booked")

    def test_somebody_else_was_at_the_payment_of_an_invoice_that_is_posted(self):
        """The whole request is tried again; a fault of ours never keeps an invoice from being posted."""
        self.settle([capture("1", day(2), "WEB-1", "100.00", "2.00"), payout("1", day(2))])
        lines = type(self.env["account.settlement.line"])
        with (
            patch.object(lines, "_retry", side_effect=SerializationFailure()),
            self.assertRaises(SerializationFailure),
        ):
            self.invoice("100.00", "WEB-1")
        with patch.object(lines, "_retry", side_effect=ZeroDivisionError()), mute_logger(RETRY_LOGGER):
            self.assertEqual(self.invoice("100.00", "WEB-1").state, "posted")

    # ------------------------------------------------------------ unexpected

    @mute_logger(FAULT_LOGGER)
    def test_unexpected_fault_is_tried_again_with_growing_pauses(self):
        """A person is asked after the third time; the others are booked at once; it is never an end."""
        other = self.activate(merchant_id="654321")
        failing = self.settle(self.movements("1"), process=False)
        fine = self.settle(self.movements("2"), provider=other, process=False)
        process = type(failing)._process

        def stumble(records):
            if failing in records:
                raise ZeroDivisionError
            return process(records)

        fault = self.env["settlement.fault"].sudo()
        with patch.object(type(failing), "_process", stumble):
            for times, minutes in enumerate((5, 15, 60, 240, 720, 720), 1):
                self.run_action("process")
                known = fault.search([("task", "=", "book")])
                self.assertEqual(known.failures, times)
                pause = known.next_at - fields.Datetime.now()
                self.assertAlmostEqual(pause.total_seconds() / 60, minutes, delta=1)
                self.run_action("process")
                self.assertEqual(known.failures, times, "not before it is due")
                self.assertEqual(len(self.provider.activity_ids), int(times >= 3))
                known.next_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(fine.state, "booked")
        self.assertIn("ZeroDivisionError", self.provider.activity_ids.note)
        self.run_action("process")
        self.assertEqual(failing.state, "booked")
        self.assertFalse(self.provider.activity_ids, "nobody has to look any more")
        self.assertFalse(fault.search([]))

    # ------------------------------------------------------------ uploads

    def test_one_file_of_several_that_fails_unexpectedly(self):
        """The others are stored, and each that is not is named."""
        name, content = vipps_files.as_old_xml(self.movements())
        ingest = type(self.env["settlement.upload"])._ingest

        def stumble(wizard, filename, data):
            if filename == "bad.xml":
                raise OverflowError
            return ingest(wizard, filename, data)

        self.patch(type(self.env["settlement.upload"]), "_ingest", stumble)
        attachments = self.env["ir.attachment"].create(
            [{"name": "bad.xml", "raw": content}, {"name": name, "raw": content}]
        )
        wizard = self.env["settlement.upload"].create({"attachment_ids": [Command.set(attachments.ids)]})
        with mute_logger("odoo.addons.settlement_bridge.wizard.settlement_upload"):
            action = wizard.action_upload()
        self.assertIn("bad.xml", action["params"]["message"])
        self.assertTrue(self.env["account.settlement"].search([("provider_id", "=", self.provider.id)]))

    def test_same_file_uploaded_twice_at_the_same_moment(self):
        """What the other one stored meanwhile is no error: Odoo is asked to call again, and it is then found."""
        name, content = vipps_files.as_old_xml(self.movements())
        attachments = self.env["ir.attachment"].create([{"name": name, "raw": content}])
        wizard = self.env["settlement.upload"].create({"attachment_ids": [Command.set(attachments.ids)]})
        stored_meanwhile = patch.object(type(wizard), "_ingest", side_effect=UniqueViolation("open_uniq"))
        with stored_meanwhile, self.assertRaises(ConcurrencyError):
            wizard.action_upload()
        self.assertEqual(self.env["account.settlement"].browse(wizard.action_upload()["res_id"]).state, "booked")

    # ------------------------------------------------------------ asking a person

    def test_html_in_a_reason_is_shown_as_it_is(self):
        self.provider._ask_for_attention('total is <img src="x"> <a href="https://example.com">here</a>')
        note = str(self.provider.activity_ids.note)
        self.assertNotIn("<img", note)
        self.assertNotIn("<a ", note)
        self.assertIn("&lt;img", note)

    def test_activity_follows_the_reason(self):
        """The same reason is told once, another takes its place, and it closes when fetching works again."""
        for reason in ("No keys.", "No keys.", "No ledger."):
            self.provider._ask_for_attention(reason, key="fetch")
        self.assertEqual(len(self.provider.activity_ids), 1)
        self.assertIn("No ledger.", self.provider.activity_ids.note)
        self.provider._ask_for_attention("bad.json cannot be read.")
        self.provider._ask_for_attention("worse.json cannot be read.")
        self.assertEqual(len(self.provider.activity_ids), 3)
        self.provider.sudo()._note_fetch_success()
        self.assertEqual(len(self.provider.activity_ids), 2)

    # ------------------------------------------------------------ a garbled day

    def answer_days(self, *answers):
        """Let the provider's server give these days, one after another, and nothing else."""
        answers = list(answers)

        class Server:
            """A server that gives no ledger, so that nothing more is fetched."""

            def fetch_date(self, _ledger, _date):
                """Give the next answer."""
                return answers.pop(0)

            def ledgers(self):
                """Give none."""
                return []

        entered = {"client_id": "id", "client_secret": "secret", "subscription_key": "key"}
        client = VippsDocuments(PROVIDERS["vipps"].complete(entered), (Agreement(vipps_files.MSN, "NOK"),))
        client._client = Server()
        self.patch(type(self.provider.connection_id), "_get_client", lambda _connection: client)
        self.provider.fetch_enabled = True

    def test_garbled_day_is_asked_for_again(self):
        """By itself at the next fetch, and by the button; what waits behind it is read then."""
        document = self.fetched("vipps-302321-2026-03-02.json", self.garbled_day("kroner"))
        self.run_action("ingest")
        self.assertEqual(document.state, "error")
        good = json.loads(document.attachment_id.sudo().raw)
        good["funds"] = [{"items": []}]
        self.answer_days(document.attachment_id.sudo().raw, None, json.dumps(good).encode())
        with self.assertRaisesRegex(UserError, "still returns"):
            document.action_fetch_again()
        with self.assertRaisesRegex(UserError, "has not closed 2026-03-02 yet"):
            document.action_fetch_again()
        self.assertEqual(document.state, "error")
        self.run_action("fetch")
        self.assertEqual(document.state, "left_out")
        self.assertIn("(2)", document.error_message)

    def test_day_that_does_not_add_up_is_asked_for_again(self):
        """By itself at the next fetch, and by the settlement's button; its rows are then those of the right day."""
        [(name, content)] = vipps_files.as_api_bundles(self.movements())
        wrong = json.loads(content)
        wrong["funds"][0]["items"][0]["amount"] += 100
        wrong = json.dumps(wrong).encode()
        document = self.fetched(name, wrong)
        self.run_action("ingest")
        settlement = document.settlement_ids
        self.assertEqual(settlement.state, "error")
        self.assertTrue(settlement.can_fetch_again and document.can_fetch_again)
        self.answer_days(wrong, content)
        with self.assertRaisesRegex(UserError, "still returns"):
            settlement.action_fetch_again()
        self.run_action("fetch")
        self.assertEqual(settlement.state, "new")
        self.assertFalse(settlement.can_fetch_again or document.can_fetch_again)
        self.assertEqual(sorted(settlement.line_ids.mapped("amount")), [-98.0, -2.0, 100.0])

    # ------------------------------------------------------------ addresses

    def test_password_in_an_address_is_refused(self):
        """It is in no field, and not in the chatter."""
        shop = self.env["sale.webshop"].create({"name": "Butikk", "platform": "woocommerce"})
        with self.assertRaisesRegex(ValidationError, "before an @"), self.cr.savepoint():
            shop.sudo().api_url = "https://user:S3cretPw@shop.example.com"
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(shop.api_url)
        self.assertNotIn("S3cretPw", str(self.env["mail.tracking.value"].sudo().search([]).mapped("new_value_char")))
