"""What the tests of all platforms' clients share: the shop on this machine, and the client that asks it."""

import pytest

from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..servers.dummy import DummyServer
from ..servers.shops import SERVERS
from . import dummy


@pytest.fixture
def pauses():
    """The seconds a client has paused, one after another."""
    return []


@pytest.fixture
def code(request):
    """The platform whose folder the test is in; the tests of all platforms are given another."""
    return request.path.parent.name


@pytest.fixture
def server(code):
    """The running shop of that platform."""
    with {**SERVERS, "dummy": DummyServer}[code]() as running:
        yield running


@pytest.fixture
def client(server, pauses):
    """The client of that platform, which asks the shop."""
    return {**PLATFORMS, "dummy": dummy.PLATFORM}[server.platform].client(server.settings, sleep=pauses.append)
