"""An order's documents, begun anew for each test."""

import pytest

from .books import Books


@pytest.fixture
def books():
    return Books()
