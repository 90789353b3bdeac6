"""The client, and the shop on this machine that it asks."""

import pytest

from odoo.addons.settlement_bridge.webshops.prestashop import PrestaShopClient

from ...servers.prestashop import PrestaShopServer


@pytest.fixture
def server():
    with PrestaShopServer() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    return PrestaShopClient(server.settings, sleep=pauses.append)
