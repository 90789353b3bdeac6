"""What the tests of all platforms' clients share."""

import pytest


@pytest.fixture
def pauses():
    """The seconds a client has paused, one after another."""
    return []
