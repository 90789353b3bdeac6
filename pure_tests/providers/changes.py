"""A settlement file changed: with more fields, cut off, or with one amount altered. Whatever the provider."""

import io
import json
import re

from lxml import etree
from openpyxl import load_workbook

#: Amounts in text: two decimals. In JSON also whole numbers in minor units, by the names such fields have.
_DECIMALS = re.compile(r"(?<![\d.:])\d+\.\d\d(?![\d.:])|(?<![\d.,:])\d+,\d\d(?![\d.,:])")
_MINOR_UNITS = re.compile(r'(?<=amount": )-?\d+|(?<="fee": )-?\d+|(?<="net": )-?\d+|(?<="balanceAfter": )-?\d+')

#: How many changes of one file are tried, spread over it.
CHANGES = 24


def _is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK")


def _encoding(content: bytes) -> str:
    return "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"


def _spread(values: list) -> list:
    """Some of the values, the first and the last among them."""
    step = max((len(values) - 1) / (CHANGES - 1), 1)
    return [values[round(place * step)] for place in range(min(len(values), CHANGES))]


# --- With more fields


def with_more_fields(content: bytes) -> bytes:
    """The file as it is once the provider tells more: fields in each object, a column in each table."""
    if _is_workbook(content):
        workbook = load_workbook(io.BytesIO(content))
        for row in workbook.active.iter_rows():
            if any(cell.value not in (None, "") for cell in row):
                workbook.active.cell(row[0].row, len(row) + 1, "Invented")
        return _saved(workbook)
    if content.lstrip(b"\xef\xbb\xbf").startswith(b"{"):
        return json.dumps(_more(json.loads(content))).encode()
    if content.startswith(b"<"):
        root = etree.fromstring(content)
        for element in [each for each in root.iter(etree.Element) if len(each)]:
            etree.SubElement(element, f"{{{etree.QName(element).namespace}}}Invented").text = "5.00"
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    encoding = _encoding(content)
    lines = content.decode(encoding).splitlines()
    delimiter = max(";,\t", key=next(filter(None, lines)).count)
    return "\n".join(f"{line}{delimiter}Invented" if line else line for line in [*lines, ""]).encode(encoding)


def _more(value):
    if isinstance(value, dict):
        return {**{name: _more(entry) for name, entry in value.items()}, "invented": {"deep": [1, None, "x"]}}
    return [_more(entry) for entry in value] if isinstance(value, list) else value


def _saved(workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


# --- Cut off


def cut(content: bytes):
    """Yield beginnings of the file, of any length."""
    yield from (content[:end] for end in _spread(range(1, len(content))))
    yield from (content[: len(content) - less] for less in range(1, min(len(content), 12)))


# --- One amount altered


def altered(content: bytes):
    """Yield ``(where, file)`` with one amount changed by one øre."""
    if _is_workbook(content):
        yield from _altered_cells(content)
        return
    encoding = _encoding(content)
    text = content.decode(encoding)
    matches = [*_DECIMALS.finditer(text)]
    if text.lstrip("\ufeff").startswith("{"):
        matches += _MINOR_UNITS.finditer(text)
    for match in _spread(matches):
        last = "1" if match[0][-1] == "0" else "0"
        changed = text[: match.end() - 1] + last + text[match.end() :]
        yield text[max(match.start() - 60, 0) : match.end()], changed.encode(encoding)


def _altered_cells(content: bytes):
    cells = [
        cell.coordinate
        for row in load_workbook(io.BytesIO(content)).active.iter_rows()
        for cell in row
        if isinstance(cell.value, (int, float))
    ]
    for place in _spread(cells):
        workbook = load_workbook(io.BytesIO(content))
        cell = workbook.active[place]
        cell.value = round(cell.value + 0.01, 2)
        yield place, _saved(workbook)
