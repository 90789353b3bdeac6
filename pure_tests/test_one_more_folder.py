"""A provider or a platform is one folder more: it is found by itself, and nothing else is edited for it."""

import sys
from pathlib import Path

import pytest

from odoo.addons.settlement_bridge import providers, webshops
from odoo.addons.settlement_bridge.providers.registry import PROVIDERS, find_providers
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS, find_platforms

from .providers import dummy as dummy_provider
from .webshops import dummy as dummy_platform


@pytest.mark.parametrize(
    ("package", "find", "known", "dummy"),
    [
        (providers, find_providers, PROVIDERS, dummy_provider),
        (webshops, find_platforms, PLATFORMS, dummy_platform),
    ],
    ids=["a provider", "a platform"],
)
def test_a_new_folder_is_found(package, find, known, dummy, tmp_path, monkeypatch):
    folder = tmp_path / "moonshop"
    folder.mkdir()
    source = Path(dummy.__file__).read_text().replace('code="dummy"', 'code="moonshop"')
    (folder / "__init__.py").write_text(source)
    (tmp_path / "no_provider").mkdir()
    (tmp_path / "no_provider" / "__init__.py").write_text("")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    try:
        found = find()
    finally:
        for name in ("moonshop", "no_provider"):
            sys.modules.pop(f"{package.__name__}.{name}", None)
    assert found.keys() == {*known, "moonshop"}
    assert found["moonshop"].code == "moonshop"
