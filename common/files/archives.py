"""ZIP archives of files, as portals offer downloads; and the checks that make any archive safe to open."""

import io
import lzma
import struct
import zipfile
import zlib

from ..limits import clean_text
from ..messages import DocumentError
from .size import MAX_BYTES, check_size

#: A settlement workbook holds some ten parts. The sum of what they unpack to is what must fit in memory.
MAX_ARCHIVE_PARTS = 1_000
MAX_ARCHIVE_BYTES = 400 * 1024 * 1024

#: Real sheets shrink to between a fifth and a fiftieth; an archive made to exhaust memory, to a thousandth.
MAX_ARCHIVE_RATIO = 250

#: What every workbook has, and the first names in one: a workbook that is cut off has lost its list of parts.
_WORKBOOK_PART = "[Content_Types].xml"
_WORKBOOK_NAMES = (b"[Content_Types]", b"_rels/", b"docProps/", b"xl/")

#: What is wrong with an archive that cannot be read.
UNREADABLE = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)

#: What computers put beside the files they pack.
_LEFTOVERS = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def is_zip(content: bytes) -> bool:
    """Return whether the content begins as a ZIP archive of any kind, or as one with nothing in it."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_archive(content: bytes) -> bool:
    """Return whether the content is a ZIP archive of files; a workbook is an archive too, but one file."""
    if not is_zip(content):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORKBOOK_PART not in archive.namelist()
    except UNREADABLE:
        return not content[30:64].startswith(_WORKBOOK_NAMES)


def archived_files(filename: str, content: bytes) -> list:
    """Return the files in a ZIP archive: for each its name, which begins with the archive's own, and its content.

    Folders and what computers put beside the files are left out.

    :raises DocumentError: when the archive is damaged, encrypted, holds no file or another archive, or unpacks to far
        more than settlements do.
    """
    check_size(filename, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            check_parts(filename, parts, len(content))
            wanted = [part for part in parts if not part.is_dir() and not _is_leftover(part.filename)]
            for part in wanted:
                if part.flag_bits & 0x1:
                    raise DocumentError("archive_encrypted", file=filename, name=part.filename)
            files = [(f"{filename}/{clean_text(part.filename)}", _content(archive, part)) for part in wanted]
    except UNREADABLE:
        raise DocumentError("archive_damaged", file=filename) from None
    if not files:
        raise DocumentError("archive_empty", file=filename)
    for name, inner in files:
        if is_archive(inner):
            raise DocumentError("archive_in_archive", file=filename, name=name.removeprefix(f"{filename}/"))
    return files


def _is_leftover(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_LEFTOVERS[0]) or lower.rpartition("/")[2] in _LEFTOVERS


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Return one file's content, of at most one byte more than a file may have: then it is refused by its size."""
    with archive.open(part) as stream:
        return stream.read(MAX_BYTES + 1)


def check_parts(filename: str, parts: list, size: int) -> None:
    """Refuse an archive whose list of parts is made to exhaust memory, or has a name twice.

    :param parts: :class:`zipfile.ZipInfo`. :param size: of the archive, in bytes.
    """
    unpacked = sum(part.file_size for part in parts)
    is_excessive = (
        len(parts) > MAX_ARCHIVE_PARTS
        or unpacked > MAX_ARCHIVE_BYTES
        or unpacked > max(size * MAX_ARCHIVE_RATIO, 1024 * 1024)
        or sum(part.compress_size for part in parts) > size  # parts that overlap
        or len({part.filename for part in parts}) < len(parts)
    )
    if is_excessive:
        raise DocumentError(
            "archive_too_large",
            file=filename,
            size=-(-unpacked // (1024 * 1024)),
            parts=len(parts),
        )
