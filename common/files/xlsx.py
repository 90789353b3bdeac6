"""XLSX workbooks: their sheets, and an archive that is safe to open."""

import io
import zipfile
from xml.etree.ElementTree import ParseError

from lxml import etree
from openpyxl import Workbook, load_workbook

from ..messages import DocumentError
from .archives import UNREADABLE, check_parts, is_zip
from .rows import cell_text
from .size import MAX_COLUMNS, MAX_ROWS, check_size, too_many
from .xlsx_styles import XML_PARTS, with_plain_styles
from .xml import has_definitions, unsafe_xml

#: openpyxl does not say in one exception that a workbook is not one.
_NOT_A_WORKBOOK = (
    zipfile.BadZipFile,
    etree.XMLSyntaxError,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    ArithmeticError,
    NotImplementedError,
)


def is_workbook(content: bytes) -> bool:
    """Return whether the content begins as a ZIP archive, which an XLSX file is."""
    return is_zip(content)


def workbook_sheets(filename: str, content: bytes, first_rows: int | None = None) -> list:
    """Return the sheets of an XLSX file: for each its name and its rows, lists of cell values.

    Row number n of the sheet is element n − 1. Formulas give the value that was last calculated.

    :param first_rows: read only so many rows of each sheet (to recognise a file).
    :raises DocumentError: when it is not a workbook, is damaged, encrypted or unsafe, or has too many rows or columns.
    """
    check_size(filename, content)
    _check_archive(filename, content)
    try:
        workbook = _open(content)
        try:
            return [(sheet.title, _sheet_rows(filename, sheet, first_rows)) for sheet in workbook.worksheets]
        finally:
            workbook.close()
    except DocumentError:
        raise
    except _NOT_A_WORKBOOK:
        raise _damaged_workbook(filename) from None


def _open(content: bytes) -> Workbook:
    """Return the workbook; where openpyxl refuses it for its looks, without these."""
    options = {"read_only": True, "data_only": True, "keep_links": False}
    try:
        return load_workbook(io.BytesIO(content), **options)
    except _NOT_A_WORKBOOK:
        return load_workbook(io.BytesIO(with_plain_styles(content)), **options)


def _damaged_workbook(filename: str) -> DocumentError:
    return DocumentError(
        "workbook_damaged",
        file=filename,
    )


def _sheet_rows(filename: str, sheet, first_rows: int | None) -> list:
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    rows = []
    blank = None  # openpyxl gives the very same row for all that the sheet leaves out before one far down
    for row in sheet.iter_rows(max_row=first_rows, max_col=MAX_COLUMNS + 1, values_only=True):
        cells = [] if row is blank else list(row)
        if not any(cells):
            blank = row if row.count(None) == len(row) else blank
        while cells and cell_text(cells[-1]) == "":
            cells.pop()
        rows.append(cells)
        if len(rows) > MAX_ROWS or len(cells) > MAX_COLUMNS:
            raise too_many(filename, MAX_ROWS, MAX_COLUMNS)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _check_archive(filename: str, content: bytes) -> None:
    """Refuse an archive that is damaged, encrypted, unpacks to too much, or has definitions in its XML."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(
            "workbook_protected",
            file=filename,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            check_parts(filename, parts, len(content))
            for part in parts:
                if part.flag_bits & 0x1:
                    raise _damaged_workbook(filename)
                if part.filename.lower().endswith(XML_PARTS):
                    _check_part(filename, archive, part)
    except DocumentError:
        raise
    except UNREADABLE:
        raise _damaged_workbook(filename) from None


def _check_part(filename: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read one XML part through (which also checks its sum) and refuse definitions; workbooks never have any."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1024 * 1024):
            window = tail + chunk
            if has_definitions(window):
                raise unsafe_xml(filename)
            tail = window[-64:]
