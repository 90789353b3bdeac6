"""A plugin of pytest: run pure_tests/ where there is no Odoo.

The addon's own ``__init__`` is left out, as it imports the models; a module that imports Odoo fails.
"""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from _pytest import pathlib
from hypothesis import is_hypothesis_test, settings

CHECKOUT = Path(__file__).resolve().parent.parent
ADDON = "odoo.addons.settlement_bridge"


def pytest_addoption(parser):
    """Let property tests, which take minutes, be asked for."""
    parser.addoption("--properties", action="store_true", help="run the property tests too")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    """Put empty packages in the places of Odoo and of the addon; let property tests try the same examples each time."""
    settings.register_profile("repeatable", derandomize=True)
    settings.load_profile("repeatable")
    for name, folder in (("odoo", None), ("odoo.addons", None), (ADDON, CHECKOUT)):
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [str(folder)] if folder else []
        package.__file__ = str(folder / "__init__.py") if folder else None
    # The tests import each other, and the addon, by the name it has within Odoo, whatever the folder is called.
    resolve = pathlib.resolve_pkg_root_and_module_name

    def resolve_within_odoo(path, **options):
        if not path.is_relative_to(CHECKOUT):
            return resolve(path, **options)
        inner = path.relative_to(CHECKOUT).with_suffix("").parts
        return CHECKOUT / "dev", ".".join((ADDON, *(part for part in inner if part != "__init__")))

    pathlib.resolve_pkg_root_and_module_name = resolve_within_odoo


def pytest_collection_modifyitems(config, items):
    """Leave out the property tests, unless they are asked for."""
    if config.getoption("properties"):
        return
    left_out = [item for item in items if is_hypothesis_test(item.obj)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
