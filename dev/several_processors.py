"""A plugin of pytest for tests on several processors: files of their own, and the slowest tests first."""

import os
import shutil
from pathlib import Path

import pytest

from odoo.tools import config

#: The files that take longest: begun last, one of them would run alone in the end.
SLOWEST = ("test_month", "test_invariants", "test_tryout", "test_totals", "test_roles", "test_tours")


def pytest_collection_modifyitems(items):
    """Put the slowest files first."""
    rank = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session", autouse=True)
def own_files(load_registry):
    """Give each process files of its own: a test that damages one must not be seen by the others."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        yield
        return
    shared = Path(config.filestore(""))
    own = shared.with_name(f"{shared.name}-{worker}")
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(shared, own) if shared.exists() else own.mkdir(parents=True)
    shared_filestore, config.filestore = config.filestore, lambda _database: str(own)
    yield
    config.filestore = shared_filestore
    shutil.rmtree(own, ignore_errors=True)
