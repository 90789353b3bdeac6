"""Keys go only where they were entered for, and only system administrators enter them."""

from dataclasses import replace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.settlement_bridge.common.settings import Setting
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..webshops.webshop_case import WebshopCase

KEYS = {"key": "ck_1", "secret": "cs_1", "token": "t_1", "token_secret": "ts_1"}
VIPPS = {"client_id": "id", "client_secret": "secret", "subscription_key": "sub"}


@tagged("post_install", "-at_install")
class TestKeys(WebshopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.make_shop("magento", api_url="https://shop.example.com")
        cls.shop.sudo()._set_settings({**KEYS, "store": "no"})
        cls.provider.sudo().connection_id._set_settings(VIPPS)

    def new_user(self, login, groups):
        return new_test_user(
            self.env(su=True), login, groups, company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )

    def entered(self, shop=None):
        """The names of the settings with a value, of the shop or another source."""
        return {row.name for row in (shop or self.shop).sudo().setting_ids if row.value}

    def test_manager_changes_the_address_and_the_keys_are_gone(self):
        self.shop.api_url = "http://127.0.0.1:9931"
        self.assertEqual(self.entered(), {"store"})
        self.assertIn("keys were emptied", str(self.shop.message_ids[:1].body))

    def test_everything_that_says_where_they_go(self):
        for name, value in (("platform", "shopify"), ("company_id", False)):
            if name == "company_id":
                value = self.env["res.company"].sudo().create({"name": "En annen AS"}).id
                shop = self.shop.with_context(allowed_company_ids=[])
                self.assertTrue(shop.sudo()._is_changed_by({name: value}, name))
                continue
            with self.subTest(field=name):
                self.shop.write({name: value})
                self.assertFalse(self.entered())
                self.assertIn("keys were emptied", str(self.shop.message_ids[:1].body))
        with self.assertRaises(AccessError):
            self.shop.setting_ids[:1].value = "no"

    def test_another_platform_has_other_settings(self):
        """What was entered for the one is never sent to the other, even where they call it the same."""
        self.shop.sudo().platform = "prestashop"
        rows = self.shop.sudo().setting_ids
        self.assertEqual(
            [(row.name, row.label, row.value) for row in rows],
            [("token", "Webservice Key", False), ("store", "Shop Id", False)],
        )
        self.shop.sudo().platform = "odoo"
        self.assertFalse(self.shop.sudo().setting_ids)

    def test_upgrade_keeps_what_was_entered(self):
        """A setting that is new gets its row, one that is gone goes, and the rest stay as they are."""
        before = {row.name: (row.id, row.value) for row in self.shop.sudo().setting_ids}
        declared = PLATFORMS["magento"].settings
        changed = replace(PLATFORMS["magento"], settings=(Setting("region", "Region"), *declared[1:]))
        with patch.dict(PLATFORMS, magento=changed):
            self.env["sale.webshop"]._update_all_settings()
            rows = self.shop.sudo().setting_ids
            self.assertEqual(rows.sorted().mapped("name"), ["region", *[setting.name for setting in declared[1:]]])
            self.assertEqual({row.name: (row.id, row.value) for row in rows[1:]} | {"key": before["key"]}, before)
        with patch.dict(PLATFORMS):
            del PLATFORMS["magento"]
            self.env["sale.webshop"]._update_all_settings()
            self.assertEqual(len(self.shop.sudo().setting_ids), len(declared))

    def test_nothing_changes_and_the_keys_stay(self):
        self.shop.write({"api_url": "https://shop.example.com", "name": "Butikken"})
        self.assertEqual(self.entered(), {*KEYS, "store"})

    def test_providers_agreement_changes_and_the_keys_are_gone(self):
        self.provider.merchant_id = "999999"
        self.assertFalse(self.entered(self.provider))

    def test_administrator_changes_the_address_and_the_keys_stay(self):
        administrator = self.new_user("keeper", "base.group_system")
        self.shop.with_user(administrator).api_url = "https://new.example.com"
        self.assertEqual(self.entered(), {*KEYS, "store"})

    def test_administrator_without_accounting_enters_keys(self):
        administrator = self.new_user("keeper", "base.group_system")
        provider = self.provider.connection_id.with_user(administrator)
        with Form(provider, "settlement_bridge.view_provider_keys_form") as form:
            for number in range(1, 4):
                with form.setting_ids.edit(number) as row:
                    row.value = "new"
        self.assertEqual({row.value for row in provider.setting_ids if row.name in VIPPS}, {"new"})
        shop = self.shop.with_user(administrator)
        with Form(shop, "settlement_bridge.view_webshop_keys_form") as form:
            for number in range(len(KEYS)):
                with form.setting_ids.edit(number) as row:
                    row.value = "new"
        self.assertEqual({row.value for row in shop.setting_ids if row.name in KEYS}, {"new"})
        for records in (provider, shop):
            with self.assertRaises(AccessError):
                records.name = "Ours"
            with self.assertRaises(AccessError):
                records.unlink()
        menus = self.env["ir.ui.menu"].with_user(administrator)._visible_menu_ids()
        self.assertIn(self.env.ref("settlement_bridge.menu_provider_keys").id, menus)
        self.assertIn(self.env.ref("settlement_bridge.menu_webshop_keys").id, menus)

    def test_key_is_entered_on_the_agreement(self):
        """There its connection's keys are shown as its own."""
        groups = "base.group_system,settlement_bridge.group_settlement_manager"
        provider = self.provider.with_user(self.new_user("keeper", groups))
        key = provider.setting_ids[0]
        provider.write({"fetch_enabled": True, "setting_ids": [Command.update(key.id, {"value": "new"})]})
        self.assertEqual(key.value, "new")
        self.assertEqual(provider.setting_ids.connection_id, self.provider.connection_id)
        other = provider.connection_id.sudo().copy()
        with self.assertRaises(AccessError):
            provider.setting_ids[0].connection_id = other

    def test_account_stays_while_something_is_open_on_it(self):
        """The rows of open settlements are looked for on the provider's accounts."""
        self.settle([capture("1", day(2), "X", "100.00")])
        for name in ("clearing_account_id", "unknown_account_id"):
            with self.subTest(account=name):
                other = self.provider[name].copy({"code": f"159{len(name) % 10}", "name": "Annen"})
                with self.assertRaisesRegex(UserError, "are open on"):
                    self.provider.write({name: other.id})
