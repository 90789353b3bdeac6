"""Damage of every kind to a file, by chance."""

import copy
import csv
import datetime
import io
import json
import re
from decimal import Decimal

import openpyxl

#: Values that stand where another was.
NASTY = (
    None, True, False, 0, -1, 1, "", " ", "0", "-0", "NaN", "Infinity", "1e400", "1e1000000", "9" * 400, 10**400,
    10**18 + 1, -(10**18), 0.1, 1.005, "1,00", "1.234,56", "1 000", "\u22125", "\u0660", "\0", "N\0K", "\ud800",
    "a\ud83d", "\u202eNOK", "x" * 100_000, "é" * 3000, [], {}, [None], [[]], {"a": {}}, ["x"], [1], "0001-01-01",
    "9999-12-31",
    "2062-02-30", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-02T24:00:00Z",
    "2026-03-02T10:00:00.123456789Z", "2026-03-02", "31.12.9999", "01.01.0001", "=1+1", "<b>x</b>", "%(x)s", "%s",
    "'; DROP TABLE x; --", "NOK", "SEK", "XXX", "nok",
)  # fmt: skip


def damage_bytes(content, chance):
    """Something happened to the file on its way."""
    content = bytearray(content)
    start = chance.randrange(max(1, len(content)))
    end = min(len(content), start + chance.choice((1, 2, 10, 200)))
    what = chance.randrange(8)
    if what == 0:
        del content[start:]
    elif what == 1:
        del content[start:end]
    elif what == 2:
        content[start:start] = content[start:end]
    elif what == 3 and content:
        content[start] ^= 1 << chance.randrange(8)
    elif what == 4:
        content[start:start] = chance.choice(
            (b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\r", b'"', b"<", b"&", b"\x1a", b"]")
        )
    elif what == 5:
        content[:0] = chance.choice(
            (b"\xef\xbb\xbf", b"\xff\xfe", b" \n", b"\0", b"<?xml version='1.0'?>", b"PK\x03\x04")
        )
    elif what == 6:
        content = bytearray(
            content.decode("utf-8", "replace").encode(
                chance.choice(("utf-16", "latin-1", "utf-32", "cp037")), "replace"
            )
        )
    else:
        digits = [position for position, byte in enumerate(content) if 48 <= byte <= 57]
        if digits:
            content[chance.choice(digits)] = chance.randrange(48, 58)
    return bytes(content)


def damage_json(content, chance):
    """A field is missing, doubled, of another kind, or another value."""
    if chance.random() < 0.25:
        return damage_bytes(content, chance)
    document = json.loads(content, parse_float=Decimal)
    for _time in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = chance.choice(places)
        what = chance.randrange(6)
        if what == 0:
            del holder[key]
        elif what == 1 and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif what == 2 and isinstance(holder, dict):
            holder[chance.choice(("note\0", "x\ud800", key.upper(), "", "__proto__"))] = holder.pop(key)
        elif what == 3 and isinstance(holder[key], (int, Decimal)) and not isinstance(holder[key], bool):
            holder[key] += chance.choice((1, -1, 100, -100))
        elif what == 4:
            other, name = chance.choice(places)
            if name in _keys(other):
                holder[key] = copy.deepcopy(other[name])
        else:
            holder[key] = copy.deepcopy(chance.choice(NASTY))
    return _written(document, chance)


def _written(document, chance):
    text = json.dumps(document, default=lambda number: f"@{number}@")
    text = re.sub(r'"@([^@"]*)@"', r"\1", text)
    if chance.random() < 0.1:
        # a number as no encoder writes it, but a server may
        numbers = list(re.finditer(r"(?<=: )-?\d+(\.\d+)?(?=[,}])", text))
        if numbers:
            number = chance.choice(numbers)
            odd = chance.choice(
                ("1e1000000", "1e-1000000", "-0", "1E400", "NaN", "9" * 5000, "1.0000000000000000000001")
            )
            text = text[: number.start()] + odd + text[number.end() :]
    return text.encode()


def _keys(holder):
    return holder.keys() if isinstance(holder, dict) else range(len(holder))


def _places(holder):
    """Every (object or list, key) of a document."""
    for key in list(_keys(holder)):
        yield holder, key
        if isinstance(holder[key], (dict, list)):
            yield from _places(holder[key])


def damage_table(rows, chance):
    """A cell, a row or a column is not as it was."""
    rows = [list(row) for row in rows]
    for _time in range(chance.choice((1, 1, 1, 2))):
        number = chance.randrange(len(rows))
        row = rows[number]
        column = chance.randrange(len(row)) if row else 0
        what = chance.randrange(8)
        if what == 0:
            del rows[number]
        elif what == 1:
            rows.insert(number, list(row))
        elif what == 2 and number + 1 < len(rows):
            rows[number], rows[number + 1] = rows[number + 1], rows[number]
        elif what == 3:
            for other in rows:
                del other[column : column + 1]
        elif what == 4 and row:
            del row[column]
        elif what == 5 and row:
            row[column:column] = [chance.choice(NASTY)]
        elif row:
            row[column] = chance.choice(NASTY)
        if not rows:
            break
    return rows


def damage_csv(content, chance):
    """A CSV file, saved by somebody who meant well."""
    if chance.random() < 0.3:
        return damage_bytes(content, chance)
    rows = list(csv.reader(io.StringIO(content.decode())))
    rows = damage_table(rows, chance)
    stream = io.StringIO()
    delimiter = chance.choice((",", ",", ",", ";", "\t", "|"))
    writer = csv.writer(stream, delimiter=delimiter, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    return stream.getvalue().encode("utf-8", "surrogatepass")


def damage_xlsx(content, chance):
    """A spreadsheet, opened and saved; or damaged on its way."""
    if chance.random() < 0.15:
        return damage_bytes(content, chance)
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    sheet = workbook.active
    for _time in range(chance.choice((1, 1, 2))):
        row, column = chance.randrange(1, sheet.max_row + 1), chance.randrange(1, sheet.max_column + 1)
        what = chance.randrange(9)
        if what == 0:
            sheet.delete_rows(row)
        elif what == 1:
            sheet.delete_cols(column)
        elif what == 2:
            sheet.insert_rows(row)
        elif what == 3:
            sheet.cell(chance.choice((3000, 600_000, 1_048_576)), chance.choice((1, 5, 200))).value = "x"
            break  # to change a sheet of that many rows again would take this library minutes
        elif what == 4:
            sheet.cell(row, column).value = chance.choice(
                (
                    datetime.time(10, 0),
                    datetime.datetime.fromisoformat("2026-03-02T10:00"),
                    datetime.date(9999, 12, 31),
                    datetime.timedelta(days=9),
                )
            )
        elif what == 5:
            sheet.cell(row, column).number_format = chance.choice(("h:mm", "yyyy-mm-dd", "0%", "[h]:mm", '"x"0'))
        elif what == 6:
            number = sheet.cell(row, column).value
            if isinstance(number, (int, float)):
                sheet.cell(row, column).value = number + chance.choice((1, -0.01, 1e15))
        else:
            value = chance.choice(NASTY)
            if isinstance(value, (list, dict)) or value in ("\0", "N\0K", "\ud800", "a\ud83d") or value == 10**400:
                value = "#REF!"
            sheet.cell(row, column).value = value if value != "x" * 100_000 else "x" * 30_000
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def damage_xml(content, chance):
    """An XML file whose elements are not as they were."""
    if chance.random() < 0.3:
        return damage_bytes(content, chance)
    text = content.decode()
    for _time in range(chance.choice((1, 1, 1, 2))):
        leaves = list(re.finditer(r"<(\w+)>([^<]*)</\1>", text))
        if not leaves:
            break
        leaf = chance.choice(leaves)
        what = chance.randrange(7)
        if what == 0:
            put = ""
        elif what == 1:
            put = leaf.group() * 2
        elif what == 2:
            put = leaf.group().replace(leaf.group(1), leaf.group(1) + chance.choice(("X", "", "Info")))
        elif what == 3:
            put = f"<{leaf.group(1)}><x>{leaf.group(2)}</x></{leaf.group(1)}>"
        elif what == 4:
            put = f"<{leaf.group(1)}><![CDATA[{leaf.group(2)}]]><!-- x --></{leaf.group(1)}>"
        else:
            value = chance.choice(NASTY)
            value = "" if value is None else str(value)
            value = value.replace("&", "&amp;").replace("<", "&lt;") if chance.random() < 0.8 else value
            put = f"<{leaf.group(1)}>{value}</{leaf.group(1)}>"
        text = text[: leaf.start()] + put + text[leaf.end() :]
    if chance.random() < 0.05:
        text = text.replace("?>", '?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>', 1)
    return text.encode("utf-8", "surrogatepass")
