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

from ..servers.shops import SERVERS

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.timezone.utc)


def test_every_folder_is_a_platform_with_its_name_as_code():
    folders = {path.parent.name for path in pathlib.Path(registry.__file__).parent.glob("*/__init__.py")}
    assert folders == set(PLATFORMS)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_every_platform_can_be_asked_or_sends(platform):
    assert platform.name
    assert platform.client or platform.verify
    assert bool(platform.verify) == bool(platform.read_hint)


def test_refund_apart_from_its_order_must_be_declared():
    refund = Refund("1", "10512", Decimal(100), NOON)
    silent = Platform(code="x", name="X", parse=lambda content, settings: refund)
    with pytest.raises(TypeError):
        silent.parse(b"{}", ShopSettings())
    declared = Platform(code="x", name="X", parse=lambda content, settings: refund, has_refund_documents=True)
    assert declared.parse(b"{}", ShopSettings()) is refund


@pytest.mark.parametrize("code", PLATFORMS)
def test_every_key_that_a_client_is_reached_with_is_declared(code):
    declared = {setting.name: setting for setting in PLATFORMS[code].settings}
    with SERVERS[code]() as server:
        entered = {
            name for name in ("key", "secret", "token", "token_secret", "store") if getattr(server.settings, name)
        }
    assert entered <= declared.keys()
    assert all(setting.label and setting.is_secret == (name != "store") for name, setting in declared.items())


def test_settings_are_declared_once_and_the_address_is_none():
    for names in (("token", "token"), ("url",)):
        with pytest.raises(ValueError, match="declares a setting"):
            Platform(code="x", name="X", parse=bytes.strip, settings=tuple(Setting(name, "X") for name in names))


def test_what_is_no_field_of_every_shop_is_among_the_others():
    settings = ShopSettings.with_entered({"token": "t", "region": "no"}, url="https://shop.example.com")
    assert (settings.token, settings.others, settings.url) == ("t", {"region": "no"}, "https://shop.example.com")
