"""The documents say what is so: what they link to is there, and what is read off the program is as the program is."""

import ast
import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ADDON = next(folder for folder in Path(__file__).resolve().parents if (folder / "__manifest__.py").exists())
DOCUMENTS = sorted([*ADDON.glob("*.md"), *ADDON.glob("doc/**/*.md"), ADDON / "static" / "description" / "inbox.md"])
PAGE = ADDON / "static" / "description" / "index.html"
MANIFEST = ast.literal_eval((ADDON / "__manifest__.py").read_text())


@pytest.fixture(scope="module")
def writer():
    """What dev/documents runs."""
    sys.path.insert(0, str(ADDON / "dev"))
    try:
        spec = importlib.util.spec_from_file_location("documents_write", ADDON / "dev" / "documents_write.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(ADDON / "dev"))


def headings(path):
    """The anchors of a document's headings, as they are made where it is shown."""
    found = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ADDON).as_posix())
def test_what_is_linked_to_is_there(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _sign, anchor = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), f"{path.name} links to {target}"
        if anchor:
            assert anchor in headings(linked), f"{path.name} links to {target}, which has no such heading"


def test_generated_parts_are_as_the_program_is(writer):
    for path in DOCUMENTS:
        text = path.read_text()
        assert writer.written(text) == text, f"{path.name}: run dev/documents"


def test_every_message_is_in_the_troubleshooting(writer):
    """Each stands in one table: what a person searches for is found."""
    module = sys.modules["documents_messages"]
    text, taken = (ADDON / "doc" / "feilsoking.md").read_text(), set()
    for patterns in re.findall(r"<!-- messages: (.*?) -->", text):
        module.messages_table(ADDON, patterns.split(), taken)
    left = [f"{message.place}: {message.code}" for message in module.all_texts(ADDON) if message not in taken]
    assert not left
    assert len(taken) > 400


def test_what_a_message_asks_for_is_told_apart(writer):
    divided = sys.modules["documents_messages"].divided
    assert divided("Filen er en PDF. Last ned oppgjøret som CSV.") == (
        "Filen er en PDF.",
        "Last ned oppgjøret som CSV.",
    )
    assert divided("En rad mangler; hent dokumentet på nytt.") == ("En rad mangler.", "Hent dokumentet på nytt.")
    assert divided("Velg minst én banklinje.") == ("Velg minst én banklinje.", "Det den sier.")
    assert divided("Ingen faktura har referansen W-1.") == ("Ingen faktura har referansen W-1.", "–")


def test_the_page_under_apps_is_one_that_odoo_shows():
    """Its sanitiser drops scripts and style sheets; pictures are beside it, and nothing comes from elsewhere."""
    page = ET.fromstring(f"<page>{PAGE.read_text()}</page>")
    tags = {element.tag for element in page.iter()} - {"page"}
    assert not tags & {"script", "style", "link", "iframe", "html", "body"}
    for element in page.iter():
        for name in ("src", "href"):
            target = element.get(name)
            if target and not target.startswith("#"):
                assert (PAGE.parent / target).exists(), target
    assert "oppgjør" in PAGE.read_text() and "settlements" in PAGE.read_text()


def test_pictures_are_small():
    for path in PAGE.parent.glob("*.png"):
        assert path.stat().st_size < 200_000, path.name


def test_what_changed_in_this_version_is_told():
    version = MANIFEST["version"]
    assert f"## {version}" in (ADDON / "CHANGELOG.md").read_text()


def test_what_the_manifest_names_is_there():
    for name in (*MANIFEST["images"], *MANIFEST["demo"], *MANIFEST["data"]):
        assert (ADDON / name).exists(), name
    requirements = (ADDON / "requirements.txt").read_text().splitlines()
    assert [line for line in requirements if not line.startswith("#")] == MANIFEST["external_dependencies"]["python"]
    for name in MANIFEST["external_dependencies"]["python"]:
        assert f'dependencies = ["{name}"]' in (ADDON / "pyproject.toml").read_text()
