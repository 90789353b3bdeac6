"""Safe reading of the files providers hand out: CSV, XLSX and XML.

Nothing here knows a provider. What cannot be read is refused with a :class:`~.messages.DocumentError` that names the
file and where in it, what was found, what was expected and what to do.

Files come from people and from the network, so sizes, archives and XML are checked before they are opened: see
OWASP's "XML External Entity Prevention" and the notes on archives in the documentation of Python's ``zipfile``.
"""

import csv
import datetime
import io
import re
import zipfile
import zlib
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import ParseError

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel

from .limits import MAX_ID, clean_text, is_plausible_amount, is_plausible_date
from .messages import DocumentError, Message, _

#: Times without an offset in Norwegian files are local time in Norway.
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 200

#: A settlement workbook holds some ten parts. The sum of what they unpack to is what must fit in memory.
MAX_ARCHIVE_PARTS = 1_000
MAX_ARCHIVE_BYTES = 400 * 1024 * 1024
#: Real sheets shrink to between a fifth and a fiftieth; an archive made to exhaust memory, to a thousandth.
MAX_ARCHIVE_RATIO = 250

#: Currencies whose minor unit is not a hundredth (ISO 4217).
_MINOR_UNIT_DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


# --- Amounts, dates and times -----------------------------------------------------------------------------------------


def minor_unit_decimals(currency: str) -> int:
    """Return how many decimals the minor unit of ``currency`` (ISO 4217 code) stands for: 2 for NOK, 0 for JPY."""
    return _MINOR_UNIT_DECIMALS.get(currency, 2)


def from_minor_units(amount: int, currency: str) -> Decimal:
    """Return ``amount``, given in minor units (øre), in the major unit (kroner): 124900 is ``Decimal("1249.00")``."""
    return Decimal(amount).scaleb(-minor_unit_decimals(currency))


_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]")
_MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\u2011": "-"})
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED_BY_COMMA = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+")
_GROUPED_BY_DOT = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def parse_amount(value, decimals: int | None = 2) -> Decimal:
    """Return the amount written in ``value``, with the decimals it was written with (a number cell: of the currency).

    Understands a decimal dot or comma, ordinary and non-breaking spaces (or the other of dot and comma) between
    thousands, and the minus signs that word processors put in. Signs are kept as written.

    :param value: text, or a number cell of a workbook.
    :param decimals: how many decimals the currency has. More is refused, because ``12.500`` is twelve and a half in one
        country and twelve thousand five hundred in another. None accepts any number.
    :raises ValueError: when it is not an amount.
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if not isinstance(value, str):
        number = Decimal(value) if isinstance(value, int) else _from_number_cell(value)
        if not is_plausible_amount(number):
            raise ValueError(value)
        # 249 and 249.9 in a cell are 249.00 and 249.90; what has more decimals than the currency stays and is refused.
        places = max(decimals or 0, -number.as_tuple().exponent)
        if decimals is not None and places > decimals:
            raise ValueError(value)
        return number.quantize(Decimal(1).scaleb(-places))
    text = _SPACES.sub("", value).translate(_MINUS_SIGNS)
    if text.endswith("-") and not text.startswith("-"):
        text = "-" + text[:-1]
    if _PLAIN_NUMBER.fullmatch(text):
        pass  # as nearly all are: nothing to take out
    elif _GROUPED_BY_COMMA.fullmatch(text):
        text = text.replace(",", "")
    elif _GROUPED_BY_DOT.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not (text.isascii() and _PLAIN_NUMBER.fullmatch(text)):
        raise ValueError(value)
    number = Decimal(text)
    if not is_plausible_amount(number):
        raise ValueError(value)
    if decimals is not None and -number.as_tuple().exponent > decimals:
        raise ValueError(value)
    return number


def _from_number_cell(value) -> Decimal:
    """Return a workbook's number. Spreadsheets keep 15 digits; what follows is noise of binary arithmetic."""
    number = Decimal(format(value, ".15g"))
    if not number.is_finite() or abs(number.adjusted()) > 40:
        raise ValueError(value)
    return number.normalize() if number else Decimal(0)


_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NORWEGIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


def _split_day(text: str) -> tuple[datetime.date, str]:
    """Return the date ``text`` begins with, and what follows it."""
    if match := _ISO_DAY.match(text):
        year, month, day = match.groups()
    elif match := _NORWEGIAN_DAY.match(text):
        day, month, year = match.groups()
    else:
        raise ValueError(text)
    return _plausible(datetime.date(int(year), int(month), int(day))), text[match.end() :]


def _plausible(date):
    if not is_plausible_date(date.date() if isinstance(date, datetime.datetime) else date):
        raise ValueError(date)
    return date


def parse_day(value) -> datetime.date:
    """Return the date written in ``value``: ``2026-03-02``, ``02.03.2026``, either followed by a time, or a date cell.

    A time with an offset is *not* converted; use :func:`parse_moment` for that.

    :raises ValueError: when it is not a date.
    """
    if isinstance(value, datetime.datetime):
        return _plausible(value).date()
    if isinstance(value, datetime.date):
        return _plausible(value)
    if isinstance(value, str):
        day, rest = _split_day(value.strip())
        if rest and not _CLOCK.fullmatch(rest.lstrip("Tt ").strip()):
            raise ValueError(value)
        return day
    return _from_date_number(value).date()


def parse_moment(value, zone: datetime.tzinfo = OSLO) -> datetime.datetime:
    """Return the time written in ``value``, aware.

    Understands ISO 8601 with any number of decimals and ``Z``, ``+02:00`` or ``+0200``, the same with a space for the
    ``T``, ``02.03.2026 09:53``, a bare date (midnight), and a date cell. Without an offset it is local to ``zone``.

    :raises ValueError: when it is not a time.
    """
    if isinstance(value, str):
        day, rest = _split_day(value.strip())
        if not rest:
            return datetime.datetime.combine(day, datetime.time(), zone)
        match = _CLOCK.fullmatch(rest.lstrip("Tt ").strip())
        if not match:
            raise ValueError(value)
        hour, minute, second, fraction, offset = match.groups()
        clock = datetime.time(int(hour), int(minute), int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))
        return datetime.datetime.combine(day, clock, _offset(offset) if offset else zone)
    if isinstance(value, datetime.datetime):
        moment = _plausible(value)
    elif isinstance(value, datetime.date):
        moment = datetime.datetime.combine(value, datetime.time())
    else:
        moment = _from_date_number(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _offset(text: str) -> datetime.tzinfo:
    if text in "Zz":
        return datetime.timezone.utc
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return datetime.timezone(sign * datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _from_date_number(value) -> datetime.datetime:
    """Return the date a workbook keeps as a number of days; only dates of this century and the last."""
    if isinstance(value, bool) or value is None or not 20_000 <= value <= 80_000:
        raise ValueError(value)
    moment = from_excel(value)
    if not isinstance(moment, datetime.datetime):
        raise ValueError(value)
    # Excel's days are binary fractions; a second is as fine as they are.
    moment = _plausible(moment)
    return (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)


# --- Rows with named columns ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of a document, its values by our own column names.

    :ivar filename: for the sentences. :ivar number: counted from 1 as a spreadsheet counts (for XML: the line).
    :ivar values: text, or in a workbook whatever the cell holds; columns the document lacks are absent.
    :ivar headings: our column name to the heading as it stands in the document.
    """

    filename: str
    number: int
    values: dict
    headings: dict = field(default_factory=dict)

    def text(self, column: str) -> str:
        """Return the value as text without surrounding spaces; empty when blank or when there is no such column."""
        return cell_text(self.values.get(column))

    def identifier(self, column: str) -> str:
        """Return an id. Refuses one that a spreadsheet has rounded or turned into ``4.41E+09``."""
        value = self.values.get(column)
        text = cell_text(value)
        is_rounded = not isinstance(value, (str, int)) and len(text.lstrip("-")) > 15 and text.lstrip("-").isdigit()
        if is_rounded or re.fullmatch(r"\d+([.,]\d+)?[Ee]\+?\d+", text):
            raise DocumentError(
                _(
                    'The file "%(file)s", row %(row)s, column "%(column)s": "%(found)s" is an id that a spreadsheet'
                    " program has shortened. Download the file again and upload it without opening and saving it."
                ),
                file=self.filename,
                row=self.number,
                column=self.heading(column),
                found=text,
            )
        if len(text) > MAX_ID:
            raise self.unreadable(column, _("an id of at most 200 characters"))
        return text

    def amount(self, column: str, decimals: int | None = 2) -> Decimal | None:
        """Return the amount in the major unit, with its sign as written, or None when blank.

        :raises DocumentError: when it is not an amount, or has more than ``decimals`` decimals.
        """
        value = self.values.get(column)
        if not cell_text(value):
            return None
        try:
            return parse_amount(value, decimals)
        except (ValueError, ArithmeticError, TypeError):
            raise self.unreadable(column, _("an amount, for instance 1249.00 or -38,35")) from None

    def required_amount(self, column: str, decimals: int | None = 2) -> Decimal:
        """As :meth:`amount`, but blank is an error too."""
        amount = self.amount(column, decimals)
        if amount is None:
            raise self.unreadable(column, _("an amount, for instance 1249.00 or -38,35"))
        return amount

    def day(self, column: str) -> datetime.date:
        """Return the date; see :func:`parse_day`.

        :raises DocumentError: when blank or not a date.
        """
        try:
            return parse_day(self.values.get(column))
        except (ValueError, TypeError, OverflowError):
            raise self.unreadable(column, _("a date, for instance 2026-03-02 or 02.03.2026")) from None

    def moment(self, column: str, zone: datetime.tzinfo = OSLO) -> datetime.datetime | None:
        """Return the aware time (local to ``zone`` where it has no offset), None when blank; see :func:`parse_moment`.

        :raises DocumentError: when it is not a time.
        """
        value = self.values.get(column)
        if not cell_text(value):
            return None
        try:
            return parse_moment(value, zone)
        except (ValueError, TypeError, OverflowError):
            raise self.unreadable(column, _("a date and time, for instance 2026-03-02 09:53:00")) from None

    def integer(self, column: str) -> int | None:
        """Return the whole number, or None when blank.

        :raises DocumentError: when it is not a whole number.
        """
        text = self.text(column)
        if not text:
            return None
        if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
            raise self.unreadable(column, _("a whole number"))
        return int(text)

    def currency(self, column: str, default: str = "") -> str:
        """Return the ISO 4217 code, or ``default`` when blank.

        :raises DocumentError: when it is not three letters, or blank without a default.
        """
        text = self.text(column).upper() or default
        if not re.fullmatch(r"[A-Z]{3}", text):
            raise self.unreadable(column, _("a currency code of three letters, for instance NOK"))
        return text

    def heading(self, column: str) -> str:
        """Return what ``column`` is called in the document."""
        return self.headings.get(column, column)

    def unreadable(self, column: str, expected: str) -> DocumentError:
        """Return the error for a value that cannot be read; ``expected`` is a marked sentence part."""
        return DocumentError(
            _(
                'The file "%(file)s", row %(row)s, column "%(column)s": found "%(found)s", expected %(expected)s.'
                " Nothing was read. Download the file again and upload it unchanged, or correct the row."
            ),
            file=self.filename,
            row=self.number,
            column=self.heading(column),
            found=cell_text(self.values.get(column)),
            expected=Message(expected),
        )

    def raw(self, without: frozenset = frozenset()) -> dict:
        """Return the row as text by the document's own headings, less the columns in ``without`` (personal data)."""
        return {clean_text(self.heading(name)): cell_text(v) for name, v in self.values.items() if name not in without}


def cell_text(value) -> str:
    """Return a cell's value as a person would read it: a number of a workbook without the ``.0`` of a whole one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value.strip())
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, datetime.datetime) and not any((value.hour, value.minute, value.second)):
        return value.date().isoformat()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    try:
        return f"{_from_number_cell(value):f}"
    except (ValueError, TypeError, ArithmeticError):
        return clean_text(str(value).strip())


def normal_heading(text) -> str:
    """Return a heading in the form headings are compared in: lower case, single spaces, no decoration."""
    return re.sub(r"[\s_\u00a0]+", " ", cell_text(text)).strip(" *:").casefold()


def columns_of(cells: list, aliases: dict) -> dict | None:
    """Return which cell of a heading row holds which column, or None when it is not the heading row.

    :param cells: the cells of the row.
    :param aliases: our column name to the headings it may have. A name that begins with ``?`` is a column that may be
        missing; all others must be there.
    :return: our column name (without ``?``) to the cell's position.
    """
    positions: dict = {}
    for position, cell in enumerate(cells):
        positions.setdefault(normal_heading(cell), position)
    columns = {}
    for name, headings in aliases.items():
        found = next((positions[h] for h in map(normal_heading, headings) if h in positions), None)
        if found is not None:
            columns[name.removeprefix("?")] = found
        elif not name.startswith("?"):
            return None
    return columns


def find_heading_row(lines: list, aliases: dict, within: int = 40) -> tuple[int, dict] | None:
    """Return the position in ``lines`` of the heading row and its columns (see :func:`columns_of`), or None."""
    for position, cells in enumerate(lines[:within]):
        columns = columns_of(cells, aliases)
        if columns is not None:
            return position, columns
    return None


def rows_below(filename: str, lines: list, heading_position: int, columns: dict, is_padded: bool) -> Iterator[Row]:
    """Yield the rows below the heading row; blank rows are skipped.

    :param is_padded: True for a workbook, which leaves out blank cells at the end of a row. In a CSV file a row that
        is too short is one that has been cut off.
    :raises DocumentError: for a row with too few or too many cells.
    """
    heading = lines[heading_position]
    width = len(heading)
    headings = {name: cell_text(heading[position]) for name, position in columns.items()}
    for position in range(heading_position + 1, len(lines)):
        cells = lines[position]
        if not any(cell_text(cell) for cell in cells):
            continue
        if not is_padded:
            check_width(filename, position + 1, cells, width, is_last=not any(map(any, lines[position + 1 :])))
        values = {name: cells[at] if at < len(cells) else None for name, at in columns.items()}
        yield Row(filename, position + 1, values, headings)


def check_width(filename: str, number: int, cells: list, width: int, is_last: bool) -> None:
    """Refuse a CSV row with fewer cells than the heading, or with more that are not blank.

    :param number: the row, counted from 1. :param is_last: whether it is the file's last.
    """
    values = {"file": filename, "row": number, "found": len(cells), "expected": width}
    if len(cells) < width and is_last:
        raise DocumentError(
            _(
                'The file "%(file)s" is cut off: its last row, %(row)s, has %(found)s columns, expected %(expected)s.'
                " Download the file again."
            ),
            **values,
        )
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise DocumentError(
            _(
                'The file "%(file)s", row %(row)s has %(found)s columns, expected %(expected)s as in its heading.'
                " An amount with a decimal comma in a comma-separated file can be the cause."
                " Download the file again and upload it unchanged."
            ),
            **values,
        )


# --- Any file ---------------------------------------------------------------------------------------------------------


def check_size(filename: str, content: bytes) -> None:
    """Refuse a file that is empty or larger than :data:`MAX_BYTES`."""
    if not content.strip(b"\0 \t\r\n"):
        raise DocumentError(
            _('The file "%(file)s" is empty. A settlement was expected. Download it again.'), file=filename
        )
    if len(content) > MAX_BYTES:
        raise DocumentError(
            _(
                'The file "%(file)s" is %(size)s MB; the limit is %(limit)s MB.'
                " Download a shorter period at a time, and upload each file."
            ),
            file=filename,
            size=-(-len(content) // (1024 * 1024)),
            limit=MAX_BYTES // (1024 * 1024),
        )


def is_workbook(content: bytes) -> bool:
    """Return whether the content begins as a ZIP archive, which an XLSX file is."""
    return content.startswith(b"PK\x03\x04")


def is_xml(content: bytes) -> bool:
    """Return whether the content begins as XML."""
    head = content[:256].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    return head.startswith(b"<")


# --- CSV --------------------------------------------------------------------------------------------------------------


def decode(filename: str, content: bytes) -> str:
    """Return the text of a file in UTF-8 or UTF-16 (with or without a byte order mark) or Windows-1252.

    :raises DocumentError: when it is none of these, or not text at all.
    """
    if content.startswith(b"%PDF"):
        raise DocumentError(
            _('The file "%(file)s" is a PDF. Download the same settlement as CSV, XLSX or XML.'), file=filename
        )
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
                raise _cut_off(filename) from None
            if encoding == "utf-8-sig" and re.search(rb"\xc3[\x80-\xbf]", content):
                break  # both UTF-8 letters and bytes that are not: read as Windows-1252 it would be gibberish
            continue
        if re.search(r"[\x00-\x08\x0e-\x19\x1b-\x1f]", text):
            break
        return text
    raise DocumentError(
        _(
            'The file "%(file)s" is not text in UTF-8, UTF-16 or Windows-1252.'
            " Download it again as CSV, XLSX or XML and upload it unchanged."
        ),
        file=filename,
    )


def _cut_off(filename: str) -> DocumentError:
    return DocumentError(
        _('The file "%(file)s" is cut off: its end is missing. Download it again, and wait until it is complete.'),
        file=filename,
    )


def csv_lines(filename: str, content: bytes) -> list:
    """Return the lines of a CSV file as lists of texts; line number n of a spreadsheet is element n − 1.

    The delimiter (comma, semicolon or tab) is the one that gives the most columns in the first lines.

    :raises DocumentError: when it is empty, too large, not text, or has too many rows or columns.
    """
    check_size(filename, content)
    text = decode(filename, content)
    head = "".join(text[:65_536].splitlines(keepends=True)[:40])
    delimiter = max(",;\t", key=lambda mark: sum(len(line) for line in _split_csv(filename, head, mark) if line))
    return _split_csv(filename, text, delimiter)


def _split_csv(filename: str, text: str, delimiter: str) -> list:
    lines = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            lines.append(line)
            if len(lines) > MAX_ROWS or len(line) > MAX_COLUMNS:
                raise _too_many(filename, MAX_ROWS, MAX_COLUMNS)
    except csv.Error:
        raise DocumentError(
            _(
                'The file "%(file)s", row %(row)s cannot be split into columns: a quotation mark is not closed, or'
                " a cell is very long. Download it again and upload it unchanged."
            ),
            file=filename,
            row=len(lines) + 1,
        ) from None
    return lines


def _too_many(filename: str, rows: int, columns: int) -> DocumentError:
    return DocumentError(
        _(
            'The file "%(file)s" has more than %(rows)s rows or %(columns)s columns. A settlement was expected.'
            " Download a shorter period at a time, and upload each file."
        ),
        file=filename,
        rows=rows,
        columns=columns,
    )


# --- XLSX -------------------------------------------------------------------------------------------------------------


def workbook_sheets(filename: str, content: bytes, first_rows: int | None = None) -> list:
    """Return the sheets of an XLSX file: for each its name and its rows, lists of cell values.

    Row number n of the sheet is element n − 1. Formulas give the value that was last calculated.

    :param first_rows: read only so many rows of each sheet (to recognise a file).
    :raises DocumentError: when it is not a workbook, is damaged, encrypted or unsafe, or has too many rows or columns.
    """
    check_size(filename, content)
    _check_archive(filename, content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return [(sheet.title, _sheet_rows(filename, sheet, first_rows)) for sheet in workbook.worksheets]
        finally:
            workbook.close()
    except DocumentError:
        raise
    except (
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
    ):
        # openpyxl does not say in one exception that a workbook is not one.
        raise _damaged_workbook(filename) from None


def _damaged_workbook(filename: str) -> DocumentError:
    return DocumentError(
        _(
            'The file "%(file)s" is damaged or cut off: it cannot be opened as an XLSX workbook.'
            " Download it again and upload it unchanged, or choose CSV."
        ),
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
            raise _too_many(filename, MAX_ROWS, MAX_COLUMNS)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _check_archive(filename: str, content: bytes) -> None:
    """Refuse an archive that is damaged, encrypted, unpacks to too much, or has definitions in its XML."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(
            _(
                'The file "%(file)s" is protected by a password, or is a workbook of the old XLS kind.'
                " Save it without a password as XLSX or CSV, and upload that."
            ),
            file=filename,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            is_excessive = (
                len(parts) > MAX_ARCHIVE_PARTS
                or unpacked > MAX_ARCHIVE_BYTES
                or unpacked > max(len(content) * MAX_ARCHIVE_RATIO, 1024 * 1024)
                or sum(part.compress_size for part in parts) > len(content)  # parts that overlap
                or len({part.filename for part in parts}) < len(parts)
            )
            if is_excessive:
                raise DocumentError(
                    _(
                        'The file "%(file)s" unpacks to %(size)s MB in %(parts)s parts, far more than a settlement.'
                        " It was not opened. Download it again from the provider."
                    ),
                    file=filename,
                    size=-(-unpacked // (1024 * 1024)),
                    parts=len(parts),
                )
            for part in parts:
                if part.flag_bits & 0x1:
                    raise _damaged_workbook(filename)
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_part(filename, archive, part)
    except DocumentError:
        raise
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        raise _damaged_workbook(filename) from None


def _check_part(filename: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read one XML part through (which also checks its sum) and refuse definitions; workbooks never have any."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1024 * 1024):
            window = tail + chunk
            if _has_definitions(window):
                raise _unsafe_xml(filename)
            tail = window[-64:]


# --- XML --------------------------------------------------------------------------------------------------------------

_XML_ENCODING = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']""")
_XML_ENCODINGS = {b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"}


def _has_definitions(content: bytes) -> bool:
    plain = content.replace(b"\0", b"").upper()  # without the zero bytes, UTF-16 reads like ASCII
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _unsafe_xml(filename: str) -> DocumentError:
    return DocumentError(
        _(
            'The file "%(file)s" contains a document type definition (DOCTYPE or ENTITY). Settlements have none, and'
            " such definitions can be used to attack the server, so it was not read. Download it again from the"
            " provider."
        ),
        file=filename,
    )


def xml_root(filename: str, content: bytes):
    """Return the root element (lxml) of an XML file.

    No entity is resolved, nothing is fetched, no definition is loaded.

    :raises DocumentError: when it is empty, too large, cut off, not XML, or has a document type definition.
    """
    check_size(filename, content)
    declared = _XML_ENCODING.search(content[:512].replace(b"\0", b""))
    if _has_definitions(content) or (declared and declared[1].lower() not in _XML_ENCODINGS):
        # an unusual encoding could hide a definition
        raise _unsafe_xml(filename)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content.strip(b" \t\r\n") if b"\0" not in content[:4] else content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        lines = content.count(b"\n") + 1
        if line >= lines - 1:
            raise DocumentError(
                _(
                    'The file "%(file)s" is cut off: its XML ends in line %(row)s before it is complete.'
                    " Download it again, and wait until it is complete."
                ),
                file=filename,
                row=line,
            ) from None
        raise DocumentError(
            _(
                'The file "%(file)s" is not well-formed XML: it cannot be read from line %(row)s on.'
                " Download it again and upload it unchanged."
            ),
            file=filename,
            row=line,
        ) from None
    if root.getroottree().docinfo.doctype:
        raise _unsafe_xml(filename)
    return root
