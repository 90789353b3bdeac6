"""Keys go only where they were entered for, and only system administrators enter them."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day

from ..webshops.webshop_case import WebshopCase

KEYS = {"api_key": "ck_1", "api_secret": "cs_1", "api_token": "t_1"}
VIPPS = {"vipps_client_id": "id", "vipps_client_secret": "secret", "vipps_subscription_key": "sub"}


@tagged("post_install", "-at_install")
class TestKeys(WebshopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.make_shop("woocommerce", api_url="https://shop.example.com")
        cls.shop.sudo().write(KEYS)
        cls.provider.sudo().write(VIPPS)

    def new_user(self, login, groups):
        return new_test_user(
            self.env(su=True), login, groups, company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )

    def held(self, records, names):
        return {name for name in names if records.sudo()[name]}

    def test_manager_changes_the_address_and_the_keys_are_gone(self):
        self.shop.api_url = "http://127.0.0.1:9931"
        self.assertFalse(self.held(self.shop, KEYS))
        self.assertIn("keys were emptied", str(self.shop.message_ids[:1].body))

    def test_everything_that_says_where_they_go(self):
        for name, value in (("platform", "magento"), ("store_code", "no"), ("company_id", False)):
            if name == "company_id":
                value = self.env["res.company"].sudo().create({"name": "En annen AS"}).id
                shop = self.shop.with_context(allowed_company_ids=[])
                self.assertTrue(shop.sudo()._is_changed_by({name: value}, name))
                continue
            with self.subTest(field=name):
                self.shop.sudo().write(KEYS)
                self.shop.write({name: value})
                self.assertFalse(self.held(self.shop, KEYS))

    def test_nothing_changes_and_the_keys_stay(self):
        self.shop.write({"api_url": "https://shop.example.com", "name": "Butikken"})
        self.assertEqual(self.held(self.shop, KEYS), set(KEYS))

    def test_providers_agreement_changes_and_the_keys_are_gone(self):
        self.provider.merchant_id = "999999"
        self.assertFalse(self.held(self.provider, VIPPS))

    def test_administrator_changes_the_address_and_the_keys_stay(self):
        administrator = self.new_user("keeper", "base.group_system")
        self.shop.with_user(administrator).api_url = "https://new.example.com"
        self.assertEqual(self.held(self.shop, KEYS), set(KEYS))

    def test_administrator_without_accounting_enters_keys(self):
        administrator = self.new_user("keeper", "base.group_system")
        for records, values, view in (
            (self.shop, KEYS, "view_webshop_keys_form"),
            (self.provider, VIPPS, "view_provider_keys_form"),
        ):
            records = records.with_user(administrator)
            records.web_read({name: {} for name in values})
            records.get_view(self.env.ref(f"settlement_bridge.{view}").id, "form")
            records.write(dict.fromkeys(values, "new"))
            self.assertEqual({records[name] for name in values}, {"new"})
            with self.assertRaises(AccessError):
                records.name = "Ours"
            with self.assertRaises(AccessError):
                records.unlink()
        menus = self.env["ir.ui.menu"].with_user(administrator)._visible_menu_ids()
        self.assertIn(self.env.ref("settlement_bridge.menu_provider_keys").id, menus)
        self.assertIn(self.env.ref("settlement_bridge.menu_webshop_keys").id, menus)

    def test_account_stays_while_something_is_open_on_it(self):
        """The rows of open settlements are looked for on the provider's accounts."""
        self.settle([capture("1", day(2), "X", "100.00")])
        for name in ("clearing_account_id", "unknown_account_id"):
            with self.subTest(account=name):
                other = self.provider[name].copy({"code": f"159{len(name) % 10}", "name": "Annen"})
                with self.assertRaisesRegex(UserError, "are open on"):
                    self.provider.write({name: other.id})
