"""The client, and the shop on this machine that it asks."""

import pytest

from odoo.addons.settlement_bridge.webshops.nettbutikk24 import Nettbutikk24Client

from ...servers.nettbutikk24 import Nettbutikk24Server


@pytest.fixture
def server():
    with Nettbutikk24Server() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    return Nettbutikk24Client(server.settings, sleep=pauses.append)
