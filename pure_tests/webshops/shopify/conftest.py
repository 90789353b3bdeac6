"""The client, which here does not wait long for an answer."""

import pytest

from odoo.addons.settlement_bridge.webshops.shopify import ShopifyClient


@pytest.fixture
def client(server, pauses):
    return ShopifyClient(server.settings, sleep=pauses.append, timeout=1)
