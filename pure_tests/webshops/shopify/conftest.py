"""The client, and the shop on this machine that it asks."""

import pytest

from odoo.addons.settlement_bridge.webshops.shopify import ShopifyClient

from ...servers import shopify as shop


@pytest.fixture
def server():
    with shop.ShopifyServer() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    return ShopifyClient(server.settings, sleep=pauses.append, timeout=1)
