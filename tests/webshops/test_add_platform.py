"""A platform that is one folder more: nothing else knows of it, and yet its keys are asked for, its orders booked."""

from dataclasses import replace
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from odoo.addons.settlement_bridge.common.settings import Setting
from odoo.addons.settlement_bridge.pure_tests.servers.dummy import DummyServer
from odoo.addons.settlement_bridge.pure_tests.webshops.dummy import PLATFORM
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from .event_case import NOW, EventCase

ORDER = {"id": "D-1", "changed_at": "2026-03-09T14:05:11+01:00", "total": "125.00", "is_sent": True}

#: A choice, a key that only one of the choices needs, and one that is no field of ShopSettings.
MORE_SETTINGS = (
    Setting("mode", "Kind of Key", choices=(("own", "Our own"), ("partner", "A partner's")), default="own"),
    *PLATFORM.settings,
    Setting("partner_id", "Partner Number", help="On the partner's card.", needed_if=("mode", "partner")),
)


class DummyCase(EventCase):
    """The dummy is known while these tests run."""

    platform = PLATFORM

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(PLATFORMS, dummy=self.platform))

    def make_administrator(self):
        return new_test_user(
            self.env(su=True),
            "keeper",
            "base.group_system,settlement_bridge.group_settlement_manager,sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAddPlatform(DummyCase):
    def test_its_key_is_entered_and_its_orders_are_booked(self):
        with DummyServer(ORDER) as server:
            shop = self.make_shop("dummy", api_url=server.base_url)
            rows = shop.sudo().setting_ids
            self.assertEqual([(row.label, row.is_secret) for row in rows], [("Key of the Dummy", True)])
            self.assertFalse(shop.has_local_times or shop.has_webhooks)
            self.assertEqual(shop.address_example, "https://dummy.example.com")
            with self.assertRaisesRegex(UserError, "Key of the Dummy is not entered"):
                shop.action_check_connection()
            administrator = self.make_administrator()
            for view in ("view_webshop_keys_form", "view_sale_webshop_form"):
                form = Form(shop.with_user(administrator), f"settlement_bridge.{view}")
                with form, form.setting_ids.edit(0) as row:
                    self.assertEqual(row.help, "In the dummy's left pocket.")
                    row.value = server.token
                self.assertEqual(rows.value, server.token)
                if view == "view_webshop_keys_form":
                    rows.value = False
            self.assertIn("Attrappen", shop.action_check_connection()["params"]["message"])
            self.run_actions()
        self.assertEqual(self.documents(shop), [("out_invoice", 125.0)])

    def test_keys_are_asked_for_once_the_platform_is_saved(self):
        """Before, their rows are those of the platform before it, or there are none."""
        form = Form(self.env["sale.webshop"].with_user(self.make_administrator()))
        form.name, form.platform = "Attrappen", "dummy"
        self.assertFalse(form.is_platform_saved)
        self.assertTrue(form.has_settings)
        shop = form.save()
        self.assertTrue(shop.is_platform_saved)
        self.assertEqual(shop.setting_ids.mapped("name"), ["token"])
        form = Form(shop)
        form.platform = "woocommerce"
        self.assertFalse(form.is_platform_saved)

    def test_a_secret_is_in_no_export(self):
        fields = self.env["settlement.setting"].sudo().fields_get(["value"])
        self.assertFalse(fields["value"]["exportable"])

    def test_other_settings_reach_the_client_too(self):
        with patch.dict(PLATFORMS, dummy=replace(PLATFORM, settings=MORE_SETTINGS)):
            shop = self.make_shop("dummy", api_url="https://dummy.example.com").sudo()
            shop._set_settings({"token": " t_1 ", "partner_id": "77"})
            self.assertEqual(shop._get_settings().token, "t_1")
            self.assertEqual(shop._get_settings().others, {"mode": "own", "partner_id": ""})
            shop._set_settings({"mode": "partner"})
            self.assertEqual(shop._get_settings().others, {"mode": "partner", "partner_id": "77"})
            with self.assertRaises(ValueError):
                shop._set_settings({"pin": "1"})


@tagged("post_install", "-at_install")
class TestKeysInTheBrowser(DummyCase, HttpCase):
    platform = replace(PLATFORM, settings=MORE_SETTINGS)

    def test_keys_are_entered_in_the_form(self):
        """As the platform calls them; what does not count beside the rest is not asked for; secrets are masked."""
        shop = self.make_shop("dummy", api_url="https://dummy.example.com")
        administrator = self.make_administrator()
        self.start_tour(f"/odoo/webshops/{shop.id}", "settlement_enter_keys", login=administrator.login)
        self.env.invalidate_all()
        self.assertEqual(
            {row.name: row.value for row in shop.sudo().setting_ids},
            {"mode": "partner", "token": "hemmelig", "partner_id": "77"},
        )
