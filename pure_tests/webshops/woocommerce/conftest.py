"""The client, and the shop on this machine that it asks."""

import pytest

from ...servers.woocommerce import WooCommerceServer


@pytest.fixture
def shop():
    with WooCommerceServer() as running:
        yield running
