"""What version 19.0.1.3.0 kept in columns of the webshop is kept in rows, letter for letter."""

import importlib.util
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL, file_path
from odoo.tools.sql import column_exists

from ..webshops.webshop_case import WebshopCase

SCRIPT = Path(file_path("settlement_bridge/migrations/19.0.1.4.0/post-settings-as-rows.py"))

MAGENTO = {
    "api_key": "ck_%s",
    "api_secret": " cs æ ",
    "api_token": "t'1",
    "api_token_secret": '"ts"',
    "store_code": "no",
}


@tagged("post_install", "-at_install")
class TestSettingsAsRows(WebshopCase):
    def migrate(self, version):
        spec = importlib.util.spec_from_file_location("settings_as_rows", SCRIPT)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, version)
        self.env.invalidate_all()

    def enter_as_before(self, shop, **values):
        """Write to columns as they were in the version before."""
        for column in MAGENTO:
            self.env.cr.execute(
                SQL("ALTER TABLE sale_webshop ADD COLUMN IF NOT EXISTS %s varchar", SQL.identifier(column))
            )
        for column, value in values.items():
            self.env.cr.execute(
                SQL("UPDATE sale_webshop SET %s = %s WHERE id = %s", SQL.identifier(column), value, shop.id)
            )

    def entered(self, shop):
        return {row.name: row.value for row in shop.sudo().setting_ids}

    def test_every_key_is_kept(self):
        magento = self.make_shop("magento")
        archived = self.make_shop("prestashop", active=False)
        self.enter_as_before(magento, **MAGENTO)
        self.enter_as_before(archived, api_token="T" * 32, api_key="of an earlier platform")
        self.migrate("19.0.1.3.0")
        self.assertEqual(
            self.entered(magento),
            {
                "key": "ck_%s",
                "secret": " cs æ ",
                "token": "t'1",
                "token_secret": '"ts"',
                "store": "no",
                "admin_path": False,
            },
        )
        self.assertEqual(self.entered(archived), {"token": "T" * 32, "store": False})
        self.assertFalse([name for name in MAGENTO if column_exists(self.env.cr, "sale_webshop", name)])

    def test_nothing_happens_without_the_columns(self):
        """On a new installation, and where the upgrade has run already."""
        shop = self.make_shop("magento")
        shop.sudo()._set_settings({"key": "ck_1"})
        for version in (None, "19.0.1.3.0"):
            self.migrate(version)
            self.assertEqual(self.entered(shop)["key"], "ck_1")
