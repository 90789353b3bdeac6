"""Import every module of the packages that need no Odoo, in an interpreter where Odoo cannot be imported.

The addon's own ``__init__`` is left out: it imports the models. Usage: check_pure.py CHECKOUT
"""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

PURE = (
    "common",
    "providers",
    "webshops",
    "matching",
    "booking",
    "invoicing",
    "balances",
    "closing",
    "vat",
    "golive",
    "chart",
)


def main(checkout):
    """Import the modules one by one, and report each that fails."""
    sys.modules["odoo"] = None  # makes any import of it fail
    addon = ModuleType("settlement_bridge")
    addon.__path__ = [checkout]
    sys.modules[addon.__name__] = addon
    failures = []
    for package in PURE:
        folder = Path(checkout, package)
        if not folder.is_dir():
            continue
        name = f"{addon.__name__}.{package}"
        for module in [name, *(found.name for found in pkgutil.walk_packages([str(folder)], f"{name}."))]:
            try:
                importlib.import_module(module)
            except Exception as error:
                failures.append(f"{module}: {error!r}")
    return "\n".join(failures) or None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
