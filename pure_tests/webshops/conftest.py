"""What the tests of all platforms' clients share: the shop on this machine, and the client that asks it."""

import pytest

from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..servers.shops import SERVERS


@pytest.fixture
def pauses():
    """The seconds a client has paused, one after another."""
    return []


@pytest.fixture
def server(request):
    """The running shop of the platform whose folder the test is in."""
    with SERVERS[request.path.parent.name]() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    """The client of that platform, which asks the shop."""
    return PLATFORMS[server.platform].client(server.settings, sleep=pauses.append)
