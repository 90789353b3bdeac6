"""The tree as DESIGN § 2 and 3 describe it: where things are, what they are called, and who may import whom."""

import ast
from pathlib import Path

import pytest

ADDON = next(folder for folder in Path(__file__).resolve().parents if (folder / "__manifest__.py").exists())

#: The packages, from the ground floor up. A module imports from its own package and from floors below, nothing else.
FLOORS = (
    {"common"},
    {"providers", "webshops", "chart"},
    {"matching"},
    {"booking", "invoicing", "balances", "closing", "vat", "golive"},
    {"models"},
    {"wizard", "controllers"},
)
FLOOR_OF = {package: floor for floor, packages in enumerate(FLOORS) for package in packages}

#: The packages that import nothing of Odoo's.
PURE = (
    "common",
    "providers",
    "webshops",
    "chart",
    "matching",
    "booking",
    "invoicing",
    "balances",
    "closing",
    "vat",
    "golive",
)

#: The packages in which each file holds one model, or none: then it is what several of the models use.
WITH_MODELS = ("models", "wizard")

#: Files with several models, and why they belong together.
SEVERAL_MODELS = {
    "wizard/settlement_rule_tryout.py": "the dialog of the try-out, and the lists in it",
}

MAX_LINES = 500


def python_files(*packages):
    """Return the paths of Python files, relative to the addon."""
    return sorted(
        path.relative_to(ADDON).as_posix() for package in packages for path in (ADDON / package).rglob("*.py")
    )


def tree_of(path):
    return ast.parse((ADDON / path).read_text())


def models_of(path):
    """Return the names of the models that a file defines or extends, one for each class."""
    found = []
    for node in tree_of(path).body:
        if isinstance(node, ast.ClassDef):
            values = {
                statement.targets[0].id: ast.literal_eval(statement.value)
                for statement in node.body
                if isinstance(statement, ast.Assign) and statement.targets[0].id in ("_name", "_inherit")
            }
            if values:
                found.append(values.get("_name") or values["_inherit"])
    return found


def imports_of(path):
    """Return what a file imports, anywhere in it: the modules' names, our own as paths (``common.messages``)."""
    package = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
    if not path.endswith("/__init__.py"):
        package.pop()
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            # from .. import common: the names may be packages
            found += [module] if module else [name.name for name in node.names]
    return [name.removeprefix("odoo.addons.settlement_bridge.") for name in found]


@pytest.mark.parametrize("path", [path for path in python_files(*WITH_MODELS) if not path.endswith("__init__.py")])
def test_one_model_a_file_named_after_it(path):
    models = models_of(path)
    if path not in SEVERAL_MODELS:
        assert len(models) <= 1, f"{path} has the models {models}: give each a file of its own"
    for model in models[:1]:
        stem, name = Path(path).stem, model.replace(".", "_")
        assert stem == name or stem.startswith(f"{name}_"), f"{path} holds {model}: begin its name with {name}"


@pytest.mark.parametrize("package", WITH_MODELS)
def test_every_model_is_imported(package):
    imported = {
        name.name
        for node in tree_of(f"{package}/__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert {Path(path).stem for path in python_files(package) if models_of(path)} <= imported


@pytest.mark.parametrize("path", python_files(*FLOOR_OF))
def test_imports_go_down(path):
    package = path.split("/")[0]
    for module in imports_of(path):
        other = module.split(".")[0]
        if other in FLOOR_OF and other != package:
            assert FLOOR_OF[other] < FLOOR_OF[package], f"{path} imports {module}, which is not below {package}/"


@pytest.mark.parametrize("path", python_files(*PURE))
def test_pure_packages_import_nothing_of_odoo(path):
    assert not [module for module in imports_of(path) if module.split(".")[0] == "odoo"]


def test_no_file_is_too_long():
    long = {path for path in python_files(*FLOOR_OF, "dev") if len((ADDON / path).read_text().splitlines()) > MAX_LINES}
    assert not long, "split them by ideas"
