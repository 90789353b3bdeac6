"""What every platform declares, and how the registry finds it."""

import datetime
import pathlib
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.settings import Setting
from odoo.addons.settlement_bridge.webshops import registry
from odoo.addons.settlement_bridge.webshops.contract import Platform
from odoo.addons.settlement_bridge.webshops.records import Refund, ShopSettings
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.timezone.utc)


def test_every_folder_is_a_platform_with_its_name_as_code():
    folders = {path.parent.name for path in pathlib.Path(registry.__file__).parent.glob("*/__init__.py")}
    assert folders == set(PLATFORMS)


def test_refund_apart_from_its_order_must_be_declared():
    refund = Refund("1", "10512", Decimal(100), NOON)
    silent = Platform(code="x", name="X", parse=lambda content, settings: refund)
    with pytest.raises(TypeError):
        silent.parse(b"{}", ShopSettings())
    declared = Platform(code="x", name="X", parse=lambda content, settings: refund, has_refund_documents=True)
    assert declared.parse(b"{}", ShopSettings()) is refund


def test_settings_are_declared_once_and_the_address_is_none():
    for names in (("token", "token"), ("url",)):
        with pytest.raises(ValueError, match="declares a setting"):
            Platform(code="x", name="X", parse=bytes.strip, settings=tuple(Setting(name, "X") for name in names))


def test_what_is_no_field_of_every_shop_is_among_the_others():
    settings = ShopSettings.with_entered({"token": "t", "region": "no"}, url="https://shop.example.com")
    assert (settings.token, settings.others, settings.url) == ("t", {"region": "no"}, "https://shop.example.com")
