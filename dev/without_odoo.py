"""A plugin of pytest: the tests that need no Odoo, run where there is none.

Property tests take minutes, and are left out.

The addon's own ``__init__`` is left out, as it imports the models; a module that imports Odoo fails.
"""

import re
import sys
from pathlib import Path
from types import ModuleType

from _pytest import pathlib
from hypothesis import is_hypothesis_test

CHECKOUT = Path(__file__).resolve().parent.parent
ADDON = "odoo.addons.settlement_bridge"
#: An import of anything else of Odoo's, or of what the tests with a database share.
NEEDS_ODOO = re.compile(
    r"^\s*(from odoo\.(?!addons\.settlement_bridge)|from odoo import|import odoo|from \.(common|webshop_case) )", re.M
)


def pytest_configure():
    """Put empty packages in the places of Odoo and of the addon."""
    own = ((ADDON, CHECKOUT), (f"{ADDON}.tests", CHECKOUT / "tests"))
    for name, folder in (("odoo", None), ("odoo.addons", None), *own):
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [str(folder)] if folder else []
        package.__file__ = str(folder / "__init__.py") if folder else None
    # the tests import each other, and the addon, by the name it has within Odoo
    resolve = pathlib.resolve_pkg_root_and_module_name

    def resolve_within_odoo(path, **options):
        root, _name = resolve(path, **options)
        inner = path.relative_to(CHECKOUT).with_suffix("").parts
        return root, ".".join((ADDON, *(part for part in inner if part != "__init__")))

    pathlib.resolve_pkg_root_and_module_name = resolve_within_odoo


def pytest_collection_modifyitems(config, items):
    """Leave out the property tests."""
    left_out = [item for item in items if is_hypothesis_test(item.obj)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_ignore_collect(collection_path):
    """Leave out the tests that need a database."""
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    return True if is_test and NEEDS_ODOO.search(collection_path.read_text()) else None
