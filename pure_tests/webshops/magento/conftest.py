"""The client, and the shop on this machine that it asks."""

import pytest

from odoo.addons.settlement_bridge.webshops.magento import MagentoClient

from ...servers.magento import MagentoServer


@pytest.fixture
def server():
    with MagentoServer() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    return MagentoClient(server.settings, sleep=pauses.append)
