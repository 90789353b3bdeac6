"""The rows of a table, read by the names of their columns."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..limits import MAX_ID, clean_text
from ..messages import DocumentError, Message
from .dates import OSLO, parse_day, parse_moment
from .numbers import from_number_cell, parse_amount

#: An id as a spreadsheet program saves it in a CSV file once it has taken it for a number.
_SHORTENED_ID = re.compile(r"\d([.,]\d+)?[Ee]\+\d+")


@dataclass(frozen=True)
class Row:
    """One row of a document, its values by our own column names.

    :ivar filename: for the sentences. :ivar number: counted from 1 as a spreadsheet counts (for XML: the line).
    :ivar is_element: whether it is an element of an XML file, and its columns are the elements in it.
    :ivar values: text, or in a workbook whatever the cell holds; columns the document lacks are absent.
    :ivar headings: our column name to the heading as it stands in the document.
    :ivar is_csv: whether it is of a CSV file, where a spreadsheet program that saved it has written what it showed.
    """

    filename: str
    number: int
    values: dict
    headings: dict = field(default_factory=dict)
    is_csv: bool = False
    is_element: bool = False

    def text(self, column: str) -> str:
        """Return the value as text without surrounding spaces; empty when blank or when there is no such column."""
        return cell_text(self.values.get(column))

    def identifier(self, column: str) -> str:
        """Return an id. Refuses what has lost digits: a number cell with more than 15, ``4,41E+09`` in a CSV file.

        ``12345E67`` and ``1e5`` are ids: a spreadsheet program writes one digit before the decimals, and a sign.
        """
        value = self.values.get(column)
        text = cell_text(value)
        is_rounded = not isinstance(value, (str, int)) and len(text.lstrip("-")) > 15 and text.lstrip("-").isdigit()
        if is_rounded or (self.is_csv and _SHORTENED_ID.fullmatch(text)):
            raise DocumentError(
                "id_shortened_by_spreadsheet",
                file=self.filename,
                row=self.number,
                column=self.heading(column),
                found=text,
            )
        if len(text) > MAX_ID:
            raise self.unreadable(column, "expected_short_id")
        return text

    def required_identifier(self, column: str, expected: str) -> str:
        """As :meth:`identifier`, but blank is an error too.

        :param expected: the code of what was expected.
        """
        identifier = self.identifier(column)
        if not identifier:
            raise self.unreadable(column, expected)
        return identifier

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
            raise self.unreadable(column, "expected_amount") from None

    def required_amount(self, column: str, decimals: int | None = 2) -> Decimal:
        """As :meth:`amount`, but blank is an error too."""
        amount = self.amount(column, decimals)
        if amount is None:
            raise self.unreadable(column, "expected_amount")
        return amount

    def day(self, column: str) -> datetime.date:
        """Return the date; see :func:`parse_day`.

        :raises DocumentError: when blank or not a date.
        """
        try:
            return parse_day(self.values.get(column))
        except (ValueError, TypeError, OverflowError):
            raise self.unreadable(column, "expected_date") from None

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
            raise self.unreadable(column, "expected_date_and_time") from None

    def integer(self, column: str) -> int | None:
        """Return the whole number, or None when blank.

        :raises DocumentError: when it is not a whole number.
        """
        text = self.text(column)
        if not text:
            return None
        if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
            raise self.unreadable(column, "expected_whole_number")
        return int(text)

    def currency(self, column: str, default: str = "") -> str:
        """Return the ISO 4217 code, or ``default`` when blank.

        :raises DocumentError: when it is not three letters, or blank without a default.
        """
        text = self.text(column).upper() or default
        if not re.fullmatch(r"[A-Z]{3}", text):
            raise self.unreadable(column, "expected_currency_code")
        return text

    def heading(self, column: str) -> str:
        """Return what ``column`` is called in the document."""
        return self.headings.get(column, column)

    def unreadable(self, column: str, expected: str) -> DocumentError:
        """Return the error for a value that cannot be read; ``expected`` is a marked sentence part."""
        return DocumentError(
            "element_unreadable" if self.is_element else "cell_unreadable",
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
        return f"{from_number_cell(value):f}"
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
    """Yield the rows below the heading row; blank rows are skipped, and the heading where it stands once more.

    :param is_padded: True for a workbook, which leaves out blank cells at the end of a row. In a CSV file a row that
        is too short is one that has been cut off.
    :raises DocumentError: for a row with too few or too many cells.
    """
    heading = lines[heading_position]
    width = len(heading)
    headings = {name: cell_text(heading[position]) for name, position in columns.items()}
    for position in range(heading_position + 1, len(lines)):
        cells = lines[position]
        if cells == heading or not any(cell_text(cell) for cell in cells):
            continue
        if not is_padded and len(cells) != width:  # whether it is the last takes a look at all that follow
            check_width(filename, position + 1, cells, width, is_last=not any(map(any, lines[position + 1 :])))
        values = {name: cells[at] if at < len(cells) else None for name, at in columns.items()}
        yield Row(filename, position + 1, values, headings, is_csv=not is_padded)


def check_width(filename: str, number: int, cells: list, width: int, is_last: bool) -> None:
    """Refuse a CSV row with fewer cells than the heading, or with more that are not blank.

    :param number: the row, counted from 1. :param is_last: whether it is the file's last.
    """
    values = {"file": filename, "row": number, "found": len(cells), "expected": width}
    if len(cells) < width and is_last:
        raise DocumentError(
            "file_cut_off_in_row",
            **values,
        )
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise DocumentError(
            "row_with_wrong_width",
            **values,
        )
