"""Settlement files in a ZIP archive, as portals offer them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import registry
from odoo.addons.settlement_bridge.providers.contract import Provider
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.records import Document
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ..samples import vipps_files
from ..samples.vipps_files import zipped

STORY = vipps_files.story()
XML = vipps_files.as_old_xml(STORY)


def parse(*files, code=None):
    return registry.parse("march.zip", zipped(*files), code)


def refused(*files, code=None) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(*files, code=code)
    assert "march.zip" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("code", [None, "vipps"])
@pytest.mark.parametrize(
    "file",
    [
        XML,
        vipps_files.as_old_csv(STORY),
        vipps_files.as_old_table(STORY),
        vipps_files.as_portal_csv(STORY),
        vipps_files.as_portal_xlsx(STORY),
    ],
)
def test_archive_of_one_file_is_that_file(file, code):
    """The portal's own download is 123455-settlements.xml.zip."""
    alone = registry.parse(*file)
    content = zipped(file)
    assert registry.identify("x", content) == "vipps"
    document = registry.parse(f"{file[0]}.zip", content, code)
    assert document.settlements == alone.settlements
    assert [row.raw for s in document.settlements for row in s.transactions] == [
        row.raw for s in alone.settlements for row in s.transactions
    ]
    assert (document.merchant_ids, document.repeated_rows) == (alone.merchant_ids, alone.repeated_rows)
    assert document.format == f"{alone.format}, ZIP"


def test_archive_of_a_file_for_each_payout_oldest_first():
    files = vipps_files.as_old_xlsx(STORY)
    document = parse(*reversed(files))
    assert [s.external_id for s in document.settlements] == ["2000045", "2000046", "2000047"]
    assert [s.file for s in document.settlements] == [name for name, _content in files]
    assert [prove(s) for s in document.settlements] == [[], [], []]
    rows = [row for s in document.settlements for row in s.transactions]
    assert {row.raw["ZIP"] for row in rows} == {name for name, _content in files}
    assert document.format == "Vipps settlement report (XLSX), ZIP"


def test_archive_of_two_sales_units():
    _name, content = XML
    other = content.replace(b"123455", b"777").replace(b"44100", b"55100")
    document = parse(XML, ("777.xml", other))
    assert {"123455", "777"} <= document.merchant_ids
    assert len(document.settlements) == 6


def test_same_payout_in_two_formats_is_read_once():
    document = parse(XML, vipps_files.as_old_csv(STORY), vipps_files.as_portal_csv(STORY))
    assert [(s.external_id, s.file) for s in document.settlements] == [
        ("2000045", XML[0]),
        ("2000046", XML[0]),
        ("2000047", XML[0]),
        ("", "vipps-report.csv"),  # 10 March, not paid out yet
    ]


def test_same_payout_with_other_rows_is_not_left_out():
    changed = XML[1].replace(b"1249.00", b"1250.00")
    assert changed != XML[1]
    assert len(parse(XML, ("changed.xml", changed)).settlements) == 4


def test_what_does_not_add_up_names_the_file():
    _first, second, _third = vipps_files.as_old_xlsx(STORY)
    lines = vipps_files.old_table(STORY[:4])
    lines[-1] = ("Til utbetaling netto", *[""] * 11, 1195)
    document = parse(("wrong.xlsx", vipps_files.workbook_bytes(lines)), second)
    (message,) = map(str, prove(document.settlements[0]))
    assert message.startswith('In "wrong.xlsx": ')
    assert "1195.00 NOK" in message
    assert prove(document.settlements[1]) == []


def test_what_is_to_be_confirmed_names_the_file():
    name, content = vipps_files.as_old_csv(STORY)
    content = content.replace(b"-499.00,1194.73,3", b"-499.00,1693.73,3")
    later = vipps_files.as_old_xlsx(STORY)[2]
    confirm = str(parse((name, content), later).settlements[0].confirm)
    assert confirm.startswith('In "settlement-report.csv": ')
    assert "1693.73 NOK" in confirm


def test_unreadable_row_names_the_file():
    message = refused(XML, ("wrong.xml", XML[1].replace(b"1249.00", b"mye", 1)))
    assert "march.zip/wrong.xml" in message
    assert '"mye"' in message


@pytest.mark.parametrize("code", [None, "vipps"])
@pytest.mark.parametrize("other", [("readme.txt", b"hello"), ("page.html", b"<html/>"), ("a.pdf", b"%PDF-1.4")])
def test_file_inside_that_is_unknown_is_named(other, code):
    assert other[0] in refused(XML, other, code=code)
    assert other[0] in refused(other, XML, code=code)
    assert registry.identify("march.zip", zipped(XML, other)) is None


def test_archive_that_cannot_be_opened_is_of_nobody():
    content = zipped(XML)[:-30]
    assert registry.identify("march.zip", content) is None
    with pytest.raises(DocumentError, match="damaged or cut off"):
        registry.parse("march.zip", content)


def test_files_of_several_providers(monkeypatch):
    def read(_filename, _content, _settings):
        return Document(code="other", format="Other", settlements=())

    other = Provider("other", "Other", identify=lambda _name, content: content == b"other", parse=read)
    monkeypatch.setitem(registry.PROVIDERS, "other", other)
    assert parse(("a.txt", b"other")).code == "other"
    message = refused(XML, ("a.txt", b"other"))
    assert all(text in message for text in ('"a.txt"', "Other", "Vipps MobilePay"))
    assert XML[0] in refused(("a.txt", b"other"), XML)
    assert registry.identify("march.zip", zipped(XML, ("a.txt", b"other"))) is None


#: Composed once: an archive's bytes hold the time it was made.
ARCHIVES = [zipped(XML, vipps_files.as_portal_csv(STORY)), zipped(vipps_files.as_old_xlsx(STORY)[0])]


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_any_damage_gives_a_document_or_a_sentence(data):
    content = data.draw(st.sampled_from(ARCHIVES))
    start = data.draw(st.integers(0, len(content) - 1))
    content = content[:start] + data.draw(st.binary(max_size=4)) + content[start + data.draw(st.integers(0, 40)) :]
    registry.identify("march.zip", content)
    try:
        registry.parse("march.zip", content)
    except DocumentError as error:
        assert "march.zip" in str(error)
