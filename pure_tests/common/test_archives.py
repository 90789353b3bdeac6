"""Opening ZIP archives safely."""

import zipfile

import pytest

from odoo.addons.settlement_bridge.common.files.archives import MAX_ARCHIVE_PARTS, archived_files, is_archive
from odoo.addons.settlement_bridge.common.messages import DocumentError

from ..samples import vipps_files
from ..samples.vipps_files import zipped


def refused(content) -> str:
    with pytest.raises(DocumentError) as caught:
        archived_files("march.zip", content)
    assert '"march.zip"' in str(caught.value)
    return str(caught.value)


def encrypted(content: bytes) -> bytes:
    """Return an archive whose first file is marked as encrypted, in both places where that is said."""
    at = content.index(b"PK\x01\x02")
    return content[:6] + b"\x01" + content[7 : at + 8] + b"\x01" + content[at + 9 :]


def test_files_in_an_archive():
    content = zipped(("2026/march.xml", b"<a/>"), ("april.csv", b"a,b"))
    assert is_archive(content)
    assert archived_files("y.zip", content) == [("y.zip/2026/march.xml", b"<a/>"), ("y.zip/april.csv", b"a,b")]


def test_folders_and_what_a_mac_adds_are_left_out():
    content = zipped(("2026/", b""), ("2026/a.xml", b"<a/>"), ("__MACOSX/._a.xml", b"\0"), ("2026/.DS_Store", b"\0"))
    assert [name for name, _content in archived_files("y.zip", content)] == ["y.zip/2026/a.xml"]


def test_workbook_is_no_archive():
    (_name, content), *_others = vipps_files.as_old_xlsx(vipps_files.story())
    assert not is_archive(content)
    assert not is_archive(content[: len(content) // 2])
    assert [name for name, _content in archived_files("y.zip", zipped(("a.xlsx", content)))] == ["y.zip/a.xlsx"]


@pytest.mark.parametrize("content", [b"", b"PK", b"a,b\n1,2\n", b"<a/>"])
def test_other_content_is_no_archive(content):
    assert not is_archive(content)


@pytest.mark.parametrize("content", [zipped(), zipped(("2026/", b""))])
def test_archive_without_files(content):
    assert is_archive(content)
    assert "without any file" in refused(content)


def test_archive_cut_off():
    content = zipped(("a.xml", b"<a/>" * 1000))
    for length in (10, 40, len(content) // 2, len(content) - 10):
        assert is_archive(content[:length])
        assert "damaged or cut off" in refused(content[:length])


def test_archive_with_a_changed_file():
    content = zipped(("a.xml", b"<a/>"), compression=zipfile.ZIP_STORED)
    assert "damaged or cut off" in refused(content.replace(b"<a/>", b"<b/>"))


def test_archive_with_a_password():
    message = refused(encrypted(zipped(("a.xml", b"<a/>"))))
    assert "password" in message
    assert '"a.xml"' in message


def test_archive_in_an_archive():
    assert '"inner.zip"' in refused(zipped(("a.xml", b"<a/>"), ("inner.zip", zipped(("b.xml", b"<b/>")))))
    assert '"empty.zip"' in refused(zipped(("empty.zip", zipped())))


@pytest.mark.parametrize(
    "content",
    [
        zipped(("a.xml", b" " * 30_000_000)),
        zipped(*((f"{number}.xml", b"<a/>") for number in range(MAX_ARCHIVE_PARTS + 1))),
    ],
)
def test_archive_that_unpacks_to_very_much(content):
    assert len(content) < 200_000
    assert "far more than a settlement" in refused(content)


def test_archive_that_says_less_than_it_unpacks_to():
    """The size it states is small; what is read ends there, and its sum is then wrong."""
    content = zipped(("a.xml", b" " * 3_000_000))
    size = (3_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    assert "damaged" in refused(content.replace(size, (1000).to_bytes(4, "little")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_a_name_twice():
    assert "far more than a settlement" in refused(zipped(("a.xml", b"<a/>"), ("a.xml", b"<b/>")))
