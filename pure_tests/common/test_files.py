"""Reading CSV, XLSX and XML safely."""

import datetime
import io
import re
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from odoo.addons.settlement_bridge.common.currencies import from_minor_units
from odoo.addons.settlement_bridge.common.files import archives, csv, dates, numbers, rows, xlsx
from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import vipps

from ..samples import vipps_files

OSLO = dates.OSLO
UTC = datetime.timezone.utc


def refused(call, *arguments) -> str:
    with pytest.raises(DocumentError) as caught:
        call(*arguments)
    return str(caught.value)


# --- amounts


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1249.00", "1249.00"),
        ("1249,00", "1249.00"),
        ("1 249,00", "1249.00"),
        ("1\u00a0249,00", "1249.00"),
        ("1\u202f249.50", "1249.50"),
        ("12.340,50", "12340.50"),
        ("1,234.50", "1234.50"),
        ("1,234,567.50", "1234567.50"),
        ("-38.35", "-38.35"),
        ("\u221238,35", "-38.35"),
        ("- 75,5", "-75.5"),
        ("75,50-", "-75.50"),
        ("+5", "5"),
        ("0.00", "0.00"),
        ("249.9", "249.9"),
    ],
)
def test_amount(text, amount):
    found = numbers.parse_amount(text)
    assert (found, str(found)) == (Decimal(amount), amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "12.500",
        "12,500",
        "1.2.3",
        "1,2,3",
        "1e3",
        "NaN",
        "Infinity",
        "--1",
        "1-2",
        "(100,00)",
        "kr 5",
        "٣",
        "1_0",
    ],
)
def test_not_an_amount(text):
    with pytest.raises(ValueError):
        numbers.parse_amount(text)


def test_more_decimals_only_where_allowed():
    assert numbers.parse_amount("1.2345", decimals=None) == Decimal("1.2345")
    assert numbers.parse_amount("12.500", decimals=3) == Decimal("12.500")
    assert numbers.parse_amount("12", decimals=0) == Decimal(12)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [(1249, "1249.00"), (1249.0, "1249.00"), (249.9, "249.90"), (0.1 + 0.2, "0.30"), (-38.35, "-38.35"), (0, "0.00")],
)
def test_amount_in_a_number_cell(cell, amount):
    assert str(numbers.parse_amount(cell)) == amount


@pytest.mark.parametrize("cell", [12.345, True, float("nan"), float("inf")])
def test_not_an_amount_in_a_number_cell(cell):
    with pytest.raises((ValueError, ArithmeticError)):
        numbers.parse_amount(cell)


def test_minor_units():
    assert str(from_minor_units(124900, "NOK")) == "1249.00"
    assert str(from_minor_units(-5427, "DKK")) == "-54.27"
    assert str(from_minor_units(500, "JPY")) == "500"
    assert str(from_minor_units(1234, "KWD")) == "1.234"


# --- dates and times


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02", "02.03.2026", "2.3.2026", "2026-03-02T23:30:00Z", "2026-03-02 09:53:00", "02.03.2026 09:53",
        datetime.date(2026, 3, 2), datetime.datetime(2026, 3, 2, 9, tzinfo=OSLO), 46083, 46083.4,
    ],
)  # fmt: skip
def test_day(value):
    assert dates.parse_day(value) == datetime.date(2026, 3, 2)


@pytest.mark.parametrize(
    "value", ["", "31.02.2026", "2026-13-01", "Saldo", "03/02/2026", "2026-03-02x", 5, True, None, 10**9]
)
def test_not_a_day(value):
    with pytest.raises((ValueError, TypeError)):
        dates.parse_day(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T08:11:40.120000Z", datetime.datetime(2026, 3, 2, 8, 11, 40, 120000, UTC)),
        ("2026-03-02T08:11:40.12345678Z", datetime.datetime(2026, 3, 2, 8, 11, 40, 123456, UTC)),
        ("2026-07-02T10:11:40+0200", datetime.datetime(2026, 7, 2, 8, 11, 40, 0, UTC)),
        ("2018-03-01T11:30:11.005+01:00", datetime.datetime(2018, 3, 1, 10, 30, 11, 5000, UTC)),
        ("2026-03-02 09:53:00", datetime.datetime(2026, 3, 2, 9, 53, tzinfo=OSLO)),
        ("02.03.2026 09:53", datetime.datetime(2026, 3, 2, 9, 53, tzinfo=OSLO)),
        ("2026-07-02", datetime.datetime(2026, 7, 2, tzinfo=OSLO)),
    ],
)
def test_moment(text, moment):
    found = dates.parse_moment(text)
    assert found == moment
    assert found.utcoffset() is not None


@pytest.mark.parametrize("text", ["2026-03-02T25:00:00Z", "2026-03-02 ten", "nå", "2026-03-02T10:00:00+99:99"])
def test_not_a_moment(text):
    with pytest.raises(ValueError):
        dates.parse_moment(text)


def test_times_in_cells():
    noon = datetime.datetime(2026, 7, 1, 12)  # noqa: DTZ001  a workbook knows no zones
    assert dates.parse_moment(noon).astimezone(UTC).hour == 10
    assert dates.parse_moment(46083.5) == datetime.datetime(2026, 3, 2, 12, tzinfo=OSLO)


# --- encodings and delimiters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding, delimiter):
    text = delimiter.join(["Beløp", "Ærlig", "Ååå"]) + "\r\n" + delimiter.join(["5", "x", "y"]) + "\r\n"
    assert csv.csv_lines("f.csv", text.encode(encoding)) == [["Beløp", "Ærlig", "Ååå"], ["5", "x", "y"]]


def test_delimiter_with_decimal_commas_and_quotes():
    assert csv.csv_lines("f", b'a;b;c\n"1,5,6,7,8";2,5;3\n') == [["a", "b", "c"], ["1,5,6,7,8", "2,5", "3"]]


def test_ids_protected_from_spreadsheets():
    """Written as formulas that give a text, in quotation marks or without them."""
    content = b'psp,reference,amount\n="4410020001",="00231",5\n"=""4410020002""","=""1,2""",6\n'
    assert csv.csv_lines("f", content) == [
        ["psp", "reference", "amount"],
        ["4410020001", "00231", "5"],
        ["4410020002", "1,2", "6"],
    ]
    assert csv.csv_lines("f", b'a,b\n=1+1,x="5"\n') == [["a", "b"], ["=1+1", 'x="5"']]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "not a settlement|not a Vipps|empty"),
        (b"%PDF-1.4 ...", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "not text"),
        ("Beløp;ø".encode()[:-1], "cut off"),
        (b"\xff\xfea\0b", "cut off"),
        ("Beløp".encode() + b";\xf8;", "not text"),
        (b"a,b\n1,\x00\x01\n" * 100, "not text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0\x01\x02" * 200, "not text"),
    ],
)
def test_not_a_text_file(content, said):
    message = refused(vipps.parse, "march.csv", content)
    assert re.search(said, message)
    assert '"march.csv"' in message
    assert not vipps.identify("march.csv", content)


def test_too_large():
    content = b"a,b\n" * (26 * 1024 * 1024 // 2)
    message = refused(csv.csv_lines, "big.csv", content)
    assert "52 MB" in message
    assert "50 MB" in message


def test_too_many_rows_and_columns(monkeypatch):
    monkeypatch.setattr(csv, "MAX_ROWS", 10)
    monkeypatch.setattr(xlsx, "MAX_ROWS", 10)
    assert "more than 10 rows" in refused(csv.csv_lines, "f", b"a,b\n" * 11)
    assert "more than" in refused(csv.csv_lines, "f", b"," * 500)
    assert "more than 10 rows" in refused(xlsx.workbook_sheets, "f", vipps_files.workbook_bytes([["a"]] * 11))
    assert "more than" in refused(xlsx.workbook_sheets, "f", vipps_files.workbook_bytes([["a"] * 300]))


def test_unclosed_quotation_mark_swallows_nothing_silently():
    name, content = vipps_files.as_portal_csv(vipps_files.story())
    lines = content.split(b"\n")
    lines[4] = b'"' + lines[4]
    refused(vipps.parse, name, b"\n".join(lines))


# --- rows


def row(is_csv=False, **values):
    return rows.Row("march.xlsx", 7, values, {"amount": "Beløp"}, is_csv)


def test_unreadable_value_says_where_what_and_expected():
    message = refused(row(amount="mange penger").amount, "amount")
    for part in ('"march.xlsx"', "row 7", '"Beløp"', '"mange penger"', "an amount", "Download"):
        assert part in message


def test_required_amount_may_not_be_blank():
    assert row(amount=" ").amount("amount") is None
    refused(row(amount=" ").required_amount, "amount")
    refused(row().required_amount, "amount")


@pytest.mark.parametrize("value", ["4,41E+09", "4.41002E+09", "1E+09", 4.410020001e15])
def test_id_that_a_spreadsheet_has_shortened(value):
    assert "shortened" in refused(row(is_csv=True, psp=value).identifier, "psp")


@pytest.mark.parametrize("value", ["12345E67", "7E2", "1e5", "2026E10", "12,5E+09", "44E+3"])
def test_id_with_one_e_among_its_digits(value):
    """Shops with hexadecimal order references have one in about seventy orders."""
    assert row(is_csv=True, psp=value).identifier("psp") == value


@pytest.mark.parametrize("value", ["4,41E+09", "1E+09"])
def test_text_cells_and_xml_are_never_shortened(value):
    assert row(psp=value).identifier("psp") == value


@pytest.mark.parametrize(
    ("value", "text"), [(4410020001, "4410020001"), (4410020001.0, "4410020001"), (" 00012 ", "00012")]
)
def test_id(value, text):
    assert row(psp=value).identifier("psp") == text


def test_other_values():
    assert row(count="7").integer("count") == 7
    assert row().integer("count") is None
    refused(row(count="7.5").integer, "count")
    assert row(currency="nok").currency("currency") == "NOK"
    refused(row(currency="kr").currency, "currency")
    refused(row(day="snart").day, "day")
    refused(row(day=None).day, "day")
    refused(row(time="snart").moment, "time")
    assert row(time="").moment("time") is None


def test_columns_by_name_whatever_order_and_case():
    aliases = {"amount": ("Amount", "Beløp"), "?fee": ("Fee",)}
    assert rows.columns_of(["x", "BELØP "], aliases) == {"amount": 1}
    assert rows.columns_of(["fee", "Amount*"], aliases) == {"amount": 1, "fee": 0}
    assert rows.columns_of(["fee"], aliases) is None


def test_row_with_too_few_or_too_many_cells():
    lines = [["a", "b", "c"], ["1", "2"], ["1", "2", "3"]]
    columns = {"a": 0}
    assert "row 2 has 2 columns" in refused(list, rows.rows_below("f", lines, 0, columns, False))
    assert "cut off" in refused(list, rows.rows_below("f", [lines[0], lines[2], lines[1]], 0, columns, False))
    assert "decimal comma" in refused(list, rows.rows_below("f", [lines[0], ["1", "2", "3", "4"]], 0, columns, False))
    found = list(rows.rows_below("f", [lines[0], ["1", "2", "3", ""], [], ["4", "5", "6"]], 0, columns, False))
    assert [(r.number, r.text("a")) for r in found] == [(2, "1"), (4, "4")]


def test_heading_that_stands_once_more():
    """As when reports are put together in one file."""
    heading = ["a", "b"]
    found = list(rows.rows_below("f", [heading, ["1", "2"], heading, ["3", "4"]], 0, {"a": 0}, False))
    assert [(r.number, r.text("a")) for r in found] == [(2, "1"), (4, "3")]


# --- XLSX


def workbook():
    return vipps_files.as_portal_xlsx(vipps_files.story())[1]


def with_part(content: bytes, name: str, change) -> bytes:
    """Return the archive with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_workbook_cut_off(share):
    content = workbook()
    assert "damaged or cut off" in refused(vipps.parse, "f.xlsx", content[: int(len(content) * share)])


def test_zip_that_is_no_workbook():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "damaged or cut off" in refused(vipps.parse, "f.xlsx", stream.getvalue())
    assert not vipps.identify("f.xlsx", stream.getvalue())


def test_password_protected_workbook():
    assert "password" in refused(vipps.parse, "f.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_workbook_that_unpacks_to_very_much():
    content = with_part(workbook(), SHEET, lambda data: data + b" " * (30 * 1024 * 1024))
    assert len(content) < 100_000
    assert "far more than a settlement" in refused(vipps.parse, "f.xlsx", content)


def test_workbook_of_very_many_parts():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(archives.MAX_ARCHIVE_PARTS + 1):
            archive.writestr(f"{number}.txt", "x")
    assert "far more than a settlement" in refused(vipps.parse, "f.xlsx", stream.getvalue())


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("is_utf16", [False, True])
def test_definitions_in_a_workbook(part, is_utf16):
    def change(data):
        start = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
        data = LAUGHS + data[start:]
        return data.decode().encode("utf-16") if is_utf16 else data

    assert "document type definition" in refused(vipps.parse, "f.xlsx", with_part(workbook(), part, change))


def test_sheet_whose_xml_ends_early():
    content = with_part(workbook(), SHEET, lambda data: data[: len(data) // 2])
    assert "damaged or cut off" in refused(vipps.parse, "f.xlsx", content)


def test_sheet_with_a_row_far_down(monkeypatch):
    monkeypatch.setattr(csv, "MAX_ROWS", 1000)
    monkeypatch.setattr(xlsx, "MAX_ROWS", 1000)
    content = with_part(workbook(), SHEET, lambda data: data.replace(b'<row r="3"', b'<row r="99999999"'))
    assert "more than" in refused(xlsx.workbook_sheets, "f.xlsx", content)


def test_sheet_with_a_wrong_size_is_read_whole():
    content = with_part(workbook(), SHEET, lambda data: data.replace(b'<dimension ref="A1:R', b'<dimension ref="A1:A'))
    ((_name, rows),) = xlsx.workbook_sheets("f.xlsx", content)
    assert len(rows[0]) == 18


def without_fills(styles: bytes) -> bytes:
    """Return the styles with empty fills, as Vipps' own report of 2018 has them. Excel does not mind."""
    changed = re.sub(rb"<fills.*</fills>", b'<fills count="2"><fill></fill><fill></fill></fills>', styles)
    assert changed != styles
    return changed


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/styles.xml", without_fills),
        ("xl/styles.xml", lambda data: data.replace(b"<font>", b'<font><color rgb="red"/>')),
        ("xl/styles.xml", lambda data: data.replace(b'xfId="0"', b'xfId="7"')),
        ("docProps/core.xml", lambda data: re.sub(rb">[^<>]*</dcterms:created>", b">snart</dcterms:created>", data)),
    ],
)
def test_workbook_whose_looks_cannot_be_read(part, change):
    name, content = vipps_files.as_portal_xlsx(vipps_files.story())
    changed = with_part(content, part, change)
    with pytest.raises((TypeError, ValueError, IndexError)):
        load_workbook(io.BytesIO(changed))
    assert vipps.identify(name, changed)
    assert vipps.parse(name, changed) == vipps.parse(name, content)


@pytest.mark.parametrize("form", ["dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss", "General"])
def test_dates_and_ids_of_a_workbook_whose_looks_cannot_be_read(form):
    book = Workbook()
    book.active.append(["00231", 4410020001, datetime.datetime(2026, 3, 2, 12)])  # noqa: DTZ001  as a workbook has it
    book.active["C1"].number_format = form
    stream = io.BytesIO()
    book.save(stream)
    content = with_part(stream.getvalue(), "xl/styles.xml", without_fills)
    ((_name, [[reference, psp, day]]),) = xlsx.workbook_sheets("f.xlsx", content)
    found = rows.Row("f.xlsx", 1, {"reference": reference, "psp": psp, "day": day})
    assert (found.identifier("reference"), found.identifier("psp")) == ("00231", "4410020001")
    assert found.moment("day") == datetime.datetime(2026, 3, 2, 12, tzinfo=OSLO)


def test_workbook_counted_from_1904_whose_looks_cannot_be_read():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active["A1"] = datetime.date(2026, 3, 2)
    stream = io.BytesIO()
    book.save(stream)
    content = with_part(stream.getvalue(), "xl/styles.xml", without_fills)
    ((_name, [[day]]),) = xlsx.workbook_sheets("f.xlsx", content)
    assert dates.parse_day(day) == datetime.date(2026, 3, 2)


def test_workbook_whose_looks_cannot_be_read_with_a_damaged_picture():
    changed = with_part(workbook(), "xl/styles.xml", without_fills)
    stream = io.BytesIO(changed)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/logo.png", b"logo" * 1000)
    content = bytearray(stream.getvalue())
    at = content.index(b"xl/media/logo.png") + len("xl/media/logo.png")
    content[at : at + 8] = b"\xff" * 8
    assert vipps.parse("f.xlsx", bytes(content)) == vipps.parse("f.xlsx", workbook())


def test_workbook_whose_styles_are_cut_off():
    content = with_part(workbook(), "xl/styles.xml", lambda data: data[: len(data) // 2])
    assert "damaged or cut off" in refused(vipps.parse, "f.xlsx", content)


def test_settlement_on_another_sheet():
    book = load_workbook(io.BytesIO(workbook()))
    book.create_sheet("Sammendrag", 0).append(["Sum", 5])
    stream = io.BytesIO()
    book.save(stream)
    assert vipps.identify("f.xlsx", stream.getvalue())
    assert len(vipps.parse("f.xlsx", stream.getvalue()).settlements) == 4


# --- XML


def xml():
    return vipps_files.as_old_xml(vipps_files.story())[1]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_xml_cut_off(share):
    content = xml().replace(b"\n", b"")
    assert "cut off" in refused(vipps.parse, "f.xml", content[: int(len(content) * share)])
    content = xml()
    assert "cut off" in refused(vipps.parse, "f.xml", content[: int(len(content) * share)])


def test_xml_that_is_not_well_formed():
    message = refused(vipps.parse, "f.xml", xml().replace(b"</OrderID>", b"</OrderId>", 1))
    assert "not well-formed XML" in message
    assert "line" in message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "definition",
    [
        LAUGHS.decode(),
        '<!DOCTYPE SettlementReport SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_definitions_in_xml(definition, encoding):
    text = xml().decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    text = text.replace("<SettlementReport", definition + "<SettlementReport", 1)
    message = refused(vipps.parse, "f.xml", text.encode(encoding))
    assert "document type definition" in message


def test_definition_hidden_by_an_encoding():
    content = xml().replace(b'encoding="UTF-8"', b'encoding="UTF-7"')
    assert "document type definition" in refused(vipps.parse, "f.xml", content)


def test_xml_in_utf16():
    content = xml().decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert vipps.identify("f.xml", content)
    assert len(vipps.parse("f.xml", content).settlements) == 3


def test_other_xml():
    assert "not a Vipps settlement" in refused(vipps.parse, "f.xml", b"<html><body/></html>")
    assert not vipps.identify("f.xml", b"<html><body/></html>")


def test_large_xml_is_read():
    one, end_tag = xml(), b"</TransactionInfo>"
    start, end = one.index(b"<TransactionInfo>"), one.index(end_tag) + len(end_tag)
    many = one[:end] + one[start:end] * 30_000 + one[end:]
    assert len(many) > 12_000_000
    (first, *_others) = vipps.parse("f.xml", many).settlements
    assert len(first.repeated) == 30_000
