"""Statements as a workbook: one sheet an account, with numbers and dates as such."""

import io
import re
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

#: The columns of the parts, by the key of their heading, with their widths in characters.
COLUMNS = (
    ("kind", 26),
    ("date", 12),
    ("reference", 20),
    ("name", 70),
    ("amount", 15),
    ("amount_currency", 15),
    ("currency", 9),
    ("owner", 18),
    ("document", 34),
    ("sha256", 68),
)
_AMOUNT = "#,##0.00;[Red]-#,##0.00"
_DATE = "dd.mm.yyyy"
_BOLD = Font(bold=True)
_WRONG = Font(bold=True, color="B00020")
_SHADED = PatternFill("solid", fgColor="E9ECEF")


def without_control_characters(text: str) -> str:
    """Return a text without the characters that a workbook, and XML, cannot have."""
    return ILLEGAL_CHARACTERS_RE.sub(" ", text)


def write_workbook(statements: list, headings: dict, kinds: dict, facts: list) -> bytes:
    """Return an XLSX file.

    :param statements: :class:`~.statement.Statement`.
    :param headings: the words for people, by key: those of :data:`COLUMNS`, and ``balance``, ``explained``,
        ``difference``, ``held``, ``before``, ``booked``, ``not_booked``, ``account``, ``signature``, ``comment``.
    :param kinds: what each :class:`~.statement.Kind` is called.
    :param facts: pairs of a word and its value that stand above each account: company, day, who, when.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    for statement in statements:
        _Sheet(workbook, statement, headings, kinds).write(facts)
    if not statements:
        workbook.create_sheet("–")
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


class _Sheet:
    """The sheet of one account."""

    def __init__(self, workbook, statement, headings, kinds):
        title = re.sub(r"[\\/*?:\[\]]", " ", f"{statement.account.code} {statement.account.name}")
        self.sheet = workbook.create_sheet(title[:31].strip() or "–")
        self.statement = statement
        self.headings = headings
        self.kinds = kinds
        self.row = 0

    def write(self, facts):  # pylint: disable=method-required-super
        """Write all of it."""
        account = self.statement.account
        self._put([self.headings["account"], f"{account.code} {account.name}"], bold=True)
        for word, value in facts:
            self._put([word, value])
        self._put([])
        self._put_total("balance", self.statement.ledger)
        self._put([])
        self._put([self.headings[key] for key, _width in COLUMNS], bold=True, shaded=True)
        self.sheet.freeze_panes = self.sheet.cell(self.row + 1, 1)
        self.sheet.print_title_rows = f"{self.row}:{self.row}"
        for item in self.statement.items:
            self._put_item(item)
        self._put_total("explained", self.statement.explained)
        self._put_total("difference", self.statement.difference)
        for held in self.statement.held:
            self._put([])
            self._put([f"{self.headings['held']}: {held.owner}", held.known_to], bold=True)
            for key in ("stated", "before", "booked", "not_booked", "difference"):
                self._put_total(key, getattr(held, key), held.currency)
        self._put([])
        self._put([self.headings["comment"]])
        self._put([self.headings["signature"]])
        self._lay_out()

    def _put(self, values, bold=False, shaded=False, wrong=False):
        self.row += 1
        for column, value in enumerate(values, 1):
            if value in (None, ""):
                continue
            cell = self.sheet.cell(self.row, column)
            cell.value = without_control_characters(value) if isinstance(value, str) else value
            if isinstance(value, str):
                # what others have written is never a formula
                cell.data_type = "s"
            elif isinstance(value, Decimal):
                cell.number_format = _AMOUNT
            elif hasattr(value, "isoformat"):
                cell.number_format = _DATE
                cell.alignment = Alignment(horizontal="left")
            if bold:
                cell.font = _BOLD
            if wrong:
                cell.font = _WRONG
            if shaded:
                cell.fill = _SHADED

    def _put_total(self, key, amount, currency=""):
        """Write a sum; one in another currency stands in the column of those."""
        place = [name for name, _width in COLUMNS].index("amount")
        is_foreign = currency not in ("", self.statement.currency)
        amounts = (None, amount) if is_foreign else (amount, None)
        is_wrong = key == "difference" and bool(amount)
        values = [self.headings[key], *[None] * (place - 1), *amounts, currency]
        self._put(values, bold=True, wrong=is_wrong)

    def _put_item(self, item):
        self._put(
            [
                self.kinds[item.kind],
                item.date,
                item.reference,
                item.name,
                item.amount if item.is_in_ledger else None,
                item.amount_currency,
                item.currency,
                item.owner,
                ", ".join(document.name for document in item.documents),
                ", ".join(document.sha256 for document in item.documents),
            ],
            wrong=item.is_wrong,
        )

    def _lay_out(self):
        for number, (_key, width) in enumerate(COLUMNS, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.paperSize = self.sheet.PAPERSIZE_A4
        self.sheet.page_setup.fitToWidth = 1
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
