"""The platforms by their code: every package of this folder that has a ``PLATFORM``."""

import importlib
import pkgutil
from pathlib import Path

from .contract import Platform


def _find_platforms() -> dict[str, Platform]:
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.ispkg)
    packages = [importlib.import_module(f"{__package__}.{name}") for name in names]
    return {package.PLATFORM.code: package.PLATFORM for package in packages if hasattr(package, "PLATFORM")}


PLATFORMS = _find_platforms()
