"""Who sees what a shop sent, and its keys."""

import json
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import new_order, sent_order
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer, order_document, signed

from .event_case import CONTROLLER_LOGGER, NOW, EventCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWhoSees(EventCase):
    """Keys are for system administrators; a company's shops and what they told are its own."""

    def setUp(self):
        super().setUp()
        self.shop = self.make_inbox()
        body = json.dumps(order_document(sent_order())).encode()
        self.assertTaken(self.shop, signed(body, InboxServer.webhook_secret), body)

    def make_magento(self):
        """A shop with keys of its own, each of them entered."""
        shop = self.make_shop("magento", api_url="https://shop.example.com")
        rows = shop.sudo().setting_ids
        self.assertEqual(rows.mapped("name"), ["key", "secret", "token", "token_secret", "store", "admin_path"])
        shop.sudo()._set_settings({row.name: f"hemmelig-{row.name}" for row in rows})
        return shop

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
        shop = self.make_magento()
        for name in ("setting_ids", "webhook_secret"):
            with self.assertRaises(AccessError):
                shop.read([name])
            self.assertNotIn(name, shop.fields_get())
        for row in shop.sudo().setting_ids:
            with self.assertRaises(AccessError):
                row.with_env(self.env).read(["value"])
            self.assertNotIn("value", row.with_env(self.env).fields_get())
        copied = shop.sudo().copy({"name": "Kopi"})
        self.assertEqual(copied.setting_ids.mapped("name"), shop.sudo().setting_ids.mapped("name"))
        self.assertFalse([row.name for row in copied.setting_ids if row.value])
        self.assertNotEqual(copied.webhook_secret, shop.sudo().webhook_secret)
        self.assertNotIn("hemmelig", " ".join(shop.sudo().message_ids.mapped("body")))
        values = shop.sudo().message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertNotIn("hemmelig", " ".join(filter(None, values)))

    def test_signature_is_not_kept(self):
        event = self.shop.event_ids.sudo()
        kept = " ".join(str(value) for value in event.read()[0].values())
        self.assertNotIn(InboxServer.webhook_secret, kept)

    def test_neutralized_copy(self):
        """A copy of the database asks no shop, and takes nothing from one."""
        shop = self.make_magento().sudo()
        (self.shop | shop).sudo().write({"webhook_secret": "hemmelig", "fetch_enabled": True})
        self.env.flush_all()
        for query in get_neutralization_queries(["settlement_bridge"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual([row.name for row in shop.setting_ids if row.value], ["store", "admin_path"])
        self.assertFalse(self.shop.sudo().webhook_secret or shop.webhook_secret)
        self.assertFalse(self.shop.fetch_enabled or shop.fetch_enabled)
        body = json.dumps(order_document(new_order())).encode()
        with mute_logger(CONTROLLER_LOGGER):
            self.assertRefused(401, self.shop, signed(body, "hemmelig"), body)

    def test_prices_to_the_ore(self):
        self.run_actions("events", "documents")
        self.assertEqual(Decimal(f"{self.shop.order_ids.amount_total:.2f}"), sent_order().total)
