"""CSV files: encoding, delimiter and lines."""

import csv
import io
import re

from ..messages import DocumentError
from .size import MAX_COLUMNS, MAX_ROWS, check_size, cut_off, too_many

#: An id as programs protect it from a spreadsheet that would take it for a number: ``="0012"``.
_PROTECTED = re.compile(r'="([^"]*)"')

#: How many bytes of a text file are looked at to recognise it.
_HEAD = 64 * 1024


def decode(filename: str, content: bytes) -> str:
    """Return the text of a file in UTF-8 or UTF-16 (with or without a byte order mark) or Windows-1252.

    :raises DocumentError: when it is none of these, or not text at all.
    """
    if content.startswith(b"%PDF"):
        raise DocumentError("file_is_pdf", file=filename)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif content[:200:2].count(0) > len(content[:200]) // 3:
        encodings = ("utf-16-be",)
    elif content[1:200:2].count(0) > len(content[:200]) // 3:
        encodings = ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "windows-1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" or error.reason == "truncated data":
                raise cut_off(filename) from None
            if encoding == "utf-8-sig" and re.search(rb"\xc3[\x80-\xbf]", content):
                break  # both UTF-8 letters and bytes that are not: read as Windows-1252 it would be gibberish
            continue
        if re.search(r"[\x00-\x08\x0e-\x19\x1b-\x1f]", text):
            break
        return text
    raise DocumentError(
        "file_not_text",
        file=filename,
    )


def first_lines(content: bytes) -> bytes:
    """Return the first lines of a text file, whole: enough to see its heading."""
    if len(content) <= _HEAD:
        return content
    head = content[:_HEAD]
    is_little_endian = head.startswith(b"\xff\xfe") or head[1:2] == b"\0"
    newline = b"\n\0" if is_little_endian else b"\n"
    return head[: head.rfind(newline) + len(newline)]


def csv_lines(filename: str, content: bytes) -> list:
    """Return the lines of a CSV file as lists of texts; line number n of a spreadsheet is element n − 1.

    The delimiter (comma, semicolon or tab) is the one that gives the most columns in the first lines. A cell written
    as a formula that gives a text, ``="0012"``, is that text.

    :raises DocumentError: when it is empty, too large, not text, or has too many rows or columns.
    """
    check_size(filename, content)
    text = decode(filename, content)
    head = "".join(text[:65_536].splitlines(keepends=True)[:40])
    delimiter = max(",;\t", key=lambda mark: sum(len(line) for line in _split_csv(filename, head, mark) if line))
    lines = _split_csv(filename, text, delimiter)
    return [[_unprotected(cell) for cell in line] for line in lines] if '="' in text else lines


def _unprotected(cell: str) -> str:
    match = _PROTECTED.fullmatch(cell.strip()) if "=" in cell else None
    return match[1] if match else cell


def _split_csv(filename: str, text: str, delimiter: str) -> list:
    lines = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            lines.append(line)
            if len(lines) > MAX_ROWS or len(line) > MAX_COLUMNS:
                raise too_many(filename, MAX_ROWS, MAX_COLUMNS)
    except csv.Error:
        raise DocumentError(
            "csv_row_unreadable",
            file=filename,
            row=len(lines) + 1,
        ) from None
    return lines
