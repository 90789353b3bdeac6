import hashlib
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.models.own_writes import as_own
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.servers.local_server import Fault
from odoo.addons.settlement_bridge.pure_tests.servers.vipps import (
    CLIENT_ID,
    CLIENT_SECRET,
    SUBSCRIPTION_KEY,
    VippsServer,
)

from ..common import SettlementCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-11 05:30:00")
class TestFetch(SettlementCase):
    """From the provider's server to reconciled vouchers by the scheduled actions alone."""

    def setUp(self):
        super().setUp()
        funds, fees = vipps_files.api_items(vipps_files.story())
        self.server = self.enterContext(VippsServer(funds, fees, page_size=3))
        self.provider.sudo().write({"api_url": self.server.base_url, "start_date": "2026-03-02", "fetch_enabled": True})
        self.enter(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, subscription_key=SUBSCRIPTION_KEY)

    def enter(self, **settings):
        self.provider.sudo().connection_id._set_settings(settings)

    def run_actions(self, *names):
        with self.enter_registry_test_mode():
            for name in names or ("fetch", "ingest", "process", "retry", "bank"):
                self.trigger(f"ir_cron_settlement_{name}")

    def test_month(self):
        self.invoice(1249, "WEB-10231")
        self.run_actions()
        settlements = self.provider.settlement_ids.sorted("date")
        self.assertEqual(settlements.mapped("state"), ["booked", "booked", "booked", "open"])
        self.assertEqual(self.provider.fetch_cursor, {"302321": {"date": "2026-03-10"}})
        self.assertEqual(len(self.provider.document_ids), 9, "one a day from 2 to 10 March")
        moves = self.provider.settlement_ids.move_ids
        self.provider.fetch_next_at = False
        self.run_actions()
        self.assertEqual(self.provider.settlement_ids.move_ids, moves)

    def test_day_that_is_not_closed_yet(self):
        self.server.open_dates.add("2026-03-04")
        self.run_actions()
        self.assertEqual(self.provider.fetch_cursor, {"302321": {"date": "2026-03-03"}})
        self.assertEqual(self.provider.settlement_ids.sorted("date").mapped("state"), ["booked", "open"])
        self.server.open_dates.clear()
        self.provider.fetch_next_at = False
        self.run_actions()
        self.assertEqual(
            self.provider.settlement_ids.sorted("date").mapped("state"), ["booked", "booked", "booked", "open"]
        )

    def test_continuously(self):
        self.enter(fetch_mode="feed")
        self.run_actions()
        self.assertEqual(
            self.provider.settlement_ids.sorted("date").mapped("payout_amount"), [1194.73, 990.04, 1355.04, 0]
        )
        self.provider.fetch_next_at = False
        moves = self.provider.settlement_ids.move_ids
        self.run_actions()
        self.assertEqual(self.provider.settlement_ids.move_ids, moves)

    @mute_logger("odoo.addons.settlement_bridge.models.account_settlement_connection_fetch")
    def test_faults_are_told_and_tried_again_later(self):
        self.server.faults += [Fault(path="/dates/2026-03-04", status=500)] * 10
        self.run_actions()
        self.assertEqual(self.provider.fetch_cursor, {"302321": {"date": "2026-03-03"}}, "what came before is kept")
        self.assertEqual(self.provider.fetch_failures, 1)
        self.assertIn("500", self.provider.fetch_error)
        self.assertEqual(self.provider.fetch_next_at, fields.Datetime.now() + timedelta(minutes=5))
        self.server.faults.clear()
        self.provider.fetch_next_at = False
        self.run_actions()
        self.assertFalse(self.provider.fetch_error)
        self.assertEqual(
            self.provider.settlement_ids.sorted("date").mapped("state"), ["booked", "booked", "booked", "open"]
        )

    @mute_logger("odoo.addons.settlement_bridge.models.account_settlement_connection_fetch")
    def test_wrong_keys_ask_for_a_person(self):
        self.enter(client_secret="wrong-secret")
        self.run_actions("fetch")
        self.assertTrue(self.provider.activity_ids)
        self.assertNotIn("wrong-secret", self.provider.fetch_error)

    @mute_logger("odoo.addons.settlement_bridge.models.account_settlement_connection_fetch")
    def test_pause_the_provider_asks_for(self):
        self.server.faults += [Fault(path="/dates/", status=429, headers={"Retry-After": "1800"})] * 10
        self.run_actions("fetch")
        self.assertEqual(self.provider.fetch_next_at, fields.Datetime.now() + timedelta(seconds=1800))

    @mute_logger("odoo.addons.settlement_bridge.models.account_settlement_connection_fetch")
    def test_one_provider_never_stops_the_others(self):
        other = self.activate(merchant_id="999")
        other.sudo().write({"fetch_enabled": True, "sequence": 1, "api_url": self.server.base_url})
        self.run_actions("fetch")
        self.assertTrue(other.fetch_error)
        self.assertTrue(self.provider.document_ids)

    def test_with_the_keys_of_an_accounting_partner(self):
        """A partner's keys see the ledgers of many merchants: only this merchant's is fetched."""
        self.server.ledgers = [
            {"ledgerId": "999999", "currency": "NOK", "settlesForRecipientHandles": ["api:777777"]},
            *self.server.ledgers,
        ]
        self.enter(key_type="partner", subscription_key=False)
        self.run_actions("fetch")
        self.assertEqual(self.provider.fetch_cursor, {"302321": {"date": "2026-03-10"}})
        self.assertIn("/miami/v1/token", self.server.paths())
        self.assertNotIn("/accesstoken/get", self.server.paths())

    def test_by_hand(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            self.provider.with_env(self.env(cr=cursor)).action_fetch()
        self.assertTrue(self.provider.document_ids)

    @staticmethod
    def damage(document):
        """The provider has sent something that cannot be read: it is stored as it came."""
        as_own(document.sudo().attachment_id).raw = b"{"
        document.sudo().sha256 = hashlib.sha256(b"{").hexdigest()

    def test_paused_provider_is_left_alone(self):
        self.provider.action_pause()
        self.run_actions()
        self.assertFalse(self.server.requests)

    @mute_logger("odoo.addons.settlement_bridge.models.account_settlement_document")
    def test_refused_document_stops_nothing(self):
        """A fetched document that cannot be read is set aside with its reason; what does not hang on it goes on."""
        self.run_actions("fetch")
        damaged = self.provider.document_ids.filtered(lambda document: "2026-03-09" in document.name)
        self.damage(damaged)
        self.run_actions("ingest", "process")
        self.assertEqual(damaged.state, "error")
        self.assertIn(damaged.name, damaged.error_message)
        self.assertEqual(self.provider.settlement_ids.filtered("external_id").mapped("state"), ["booked", "booked"])

    @mute_logger("odoo.addons.settlement_bridge.models.account_settlement_document")
    def test_refused_document_is_left_out_by_a_person(self):
        """What waits behind it is told by another document, or not needed: the queue goes on when a person says so."""
        self.run_actions("fetch")
        damaged = self.provider.document_ids.filtered(lambda document: "2026-03-05" in document.name)
        self.damage(damaged)
        self.run_actions("ingest")
        waiting = self.provider.document_ids.filtered(lambda document: document.state == "new")
        self.assertTrue(waiting)
        damaged.action_leave_out()
        self.run_actions("ingest")
        self.assertEqual(set(waiting.mapped("state")), {"done"})
        self.assertIn(self.env.user.name, damaged.error_message)


@tagged("post_install", "-at_install")
class TestSecrets(SettlementCase):
    """Keys are for system administrators, and gone from a copy of the database."""

    def test_accountants_cannot_read_keys(self):
        self.provider.sudo().connection_id._set_settings({"client_secret": "hemmelig"})
        for records in (self.provider, self.provider.connection_id):
            with self.assertRaises(UserError):
                records.read(["setting_ids"])
            self.assertNotIn("setting_ids", records.fields_get())
        with self.assertRaises(UserError):
            self.provider.sudo().setting_ids.with_env(self.env).read(["value"])
        copy = self.provider.sudo().copy({"merchant_id": "2"})
        self.assertNotEqual(copy.connection_id, self.provider.connection_id)
        self.assertFalse(any(copy.setting_ids.mapped("value")))

    def test_neutralized_copy(self):
        from odoo.modules.neutralize import get_neutralization_queries

        self.provider.sudo().connection_id._set_settings({"client_secret": "hemmelig"})
        self.provider.fetch_enabled = True
        self.env.flush_all()
        for query in get_neutralization_queries(["settlement_bridge"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        secrets = self.provider.sudo().setting_ids.filtered("is_secret")
        self.assertFalse(any(secrets.mapped("value")))
        self.assertFalse(self.provider.fetch_enabled)
