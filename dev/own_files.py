"""A plugin of pytest: what each processor has for itself, beside its copy of the database."""

import os
import shutil
from pathlib import Path

import pytest

from odoo.tools import config


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
