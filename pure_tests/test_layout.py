"""Odoo's own runner finds every test that needs Odoo: each file is imported the way its loader looks for it."""

import ast
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
TESTS = CHECKOUT / "tests"


def imported(package):
    """Yield the test modules that a package of tests imports, itself or with all of a package in it."""
    for node in ast.parse((package / "__init__.py").read_text()).body:
        assert isinstance(node, ast.ImportFrom) and node.level == 1, ast.unparse(node)
        names = [alias.name for alias in node.names]
        if node.module:
            assert names == ["*"], ast.unparse(node)
            yield from imported(package / node.module)
        else:
            yield from (package / f"{name}.py" for name in names)


def is_case(node, cases):
    """Whether a class is a test case of Odoo's, or of one in ``cases``."""
    names = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    return any(name in cases or name.endswith(("Case", "TestInvoicingCommon")) for name in names)


def test_every_file_is_imported_once():
    assert Counter(imported(TESTS)) == Counter(dict.fromkeys(TESTS.rglob("test_*.py"), 1))


def test_no_two_files_have_the_same_name():
    """The packages' modules become members of one: the second of two with one name would hide the first."""
    names = Counter(path.name for path in TESTS.rglob("test_*.py"))
    assert not [name for name, count in names.items() if count > 1]


def test_tests_are_where_their_runner_looks():
    """Cases of Odoo's are in tests/, and functions for pytest in pure_tests/: neither runner would find the other's."""
    for path in CHECKOUT.glob("*tests/**/test_*.py"):
        cases, functions = set(), []
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and is_case(node, cases):
                cases.add(node.name)
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                functions.append(node.name)
        assert (bool(cases), bool(functions)) == (TESTS in path.parents, TESTS not in path.parents), path
