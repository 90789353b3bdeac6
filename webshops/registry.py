"""Which platforms there are."""

import importlib
import pkgutil
import sys

from .contract import Platform


def find_platforms() -> dict[str, Platform]:
    """Return the platforms by their code: of every package of this folder that has a ``PLATFORM``."""
    folders = sys.modules[__package__].__path__
    names = sorted(module.name for module in pkgutil.iter_modules(folders) if module.ispkg)
    packages = [importlib.import_module(f"{__package__}.{name}") for name in names]
    return {package.PLATFORM.code: package.PLATFORM for package in packages if hasattr(package, "PLATFORM")}


PLATFORMS = find_platforms()
