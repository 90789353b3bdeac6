"""The client, and the shop on this machine that it asks."""

import pytest

from odoo.addons.settlement_bridge.webshops.mystore import MystoreClient

from ...servers.mystore import MystoreServer


@pytest.fixture
def server():
    with MystoreServer() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    return MystoreClient(server.settings, sleep=pauses.append)
