"""The settlement files of earlier years."""

import re
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import vipps
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import Kind

from ...samples import vipps_files
from ...samples.vipps_files import capture, day, payout
from .reading import SHAPES, STORY, refused, transactions


def test_xml_of_a_gross_contract():
    name, content = vipps_files.as_old_xml(STORY, is_gross=True)
    found = vipps.parse(name, content).settlements
    assert all(prove(s) == [] for s in found)
    assert found[0].payout_amount == Decimal("1249.00")
    assert all(row.fee == 0 for s in found for row in s.transactions)
    assert {r.provider_reference: r.fee for r in found[0].fee_reports}["4410020001"] == Decimal("38.35")
    assert all(r.is_total for s in found for r in s.fee_reports)
    changed = content.replace(b"<FeeSettlementAmount>54.27<", b"<FeeSettlementAmount>54.28<")
    found = [str(message) for message in prove(vipps.parse(name, changed).settlements[0])]
    assert any("fees to be invoiced: 54.28 NOK" in text and "54.27 NOK" in text for text in found)


def test_xml_of_several_sales_units():
    name, content = vipps_files.as_old_xml(STORY)
    start, end = content.index(b"<SettlementDetailsInfo>"), content.index(b"<VippsInfo>")
    other = content[start:end].replace(b"123455", b"777").replace(b"44100", b"55100")
    document = vipps.parse(name, content[:end] + other + content[end:])
    assert [s.merchant_id for s in document.settlements] == ["123455"] * 3 + ["777"] * 3
    assert {"123455", "777"} <= document.merchant_ids
    assert all(prove(s) == [] for s in document.settlements)


def test_xml_day_is_the_day_in_oslo():
    name, content = vipps_files.as_old_xml(STORY)
    content = content.replace(b"2026-03-02T10:30:11.005+01:00", b"2026-03-01T23:30:00Z", 1)
    assert vipps.parse(name, content).settlements[0].transactions[0].date == day(2)


def test_xml_with_a_settlement_missing():
    name, content = vipps_files.as_old_xml(STORY)
    content = content.replace(b"<NumOfSettlements>3<", b"<NumOfSettlements>4<")
    assert "NumOfSettlements says 4" in refused(name, content)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (b"<TransactionCaptureAmount>1249.00", b"<TransactionCaptureAmount>mye", "TransactionCaptureAmount"),
        (b"<TransactionTime>2026-03-02T10", b"<TransactionTime>2026-03-02T99", "TransactionTime"),
        (b"<TransactionID>4410020001", b"<TransactionID>", "TransactionID"),
        (b"<SettlementID>2000045", b"<SettlementID>", "SettlementID"),
        (b"<SettlementDate>2026-03-02", b"<SettlementDate>", "SettlementDate"),
        (b"<SettledAmount>1194.73", b"<SettledAmount>", "SettledAmount"),
    ],
)
def test_unreadable_xml(old, new, column):
    name, content = vipps_files.as_old_xml(STORY)
    assert old in content
    assert f'"{column}"' in refused(name, content.replace(old, new, 1))


def test_csv_in_sections_without_totals_has_no_proof():
    name, content = vipps_files.as_old_csv(STORY)
    lines = [line for line in content.splitlines() if not line.startswith(b"SettlementInfo,")]
    found = vipps.parse(name, b"\n".join(lines)).settlements
    assert [s.external_id for s in found] == ["2000045", "2000046", "2000047"]
    assert not any(has_proof(s) for s in found)


def test_csv_in_sections_with_rows_of_an_unknown_settlement():
    name, content = vipps_files.as_old_csv(STORY)
    lines = [line for line in content.splitlines() if b"SettlementInfo,Nettbutikk AS,123455,04.03" not in line]
    by_number = {s.external_id: s for s in vipps.parse(name, b"\n".join(lines)).settlements}
    assert "no totals" in str(prove(by_number["2000046"])[0])
    assert prove(by_number["2000045"]) == []


def test_csv_in_sections_whose_sections_stand_twice():
    """As in Vipps' sample of 2018: headings, totals and rows once more, word for word."""
    name, content = vipps_files.as_old_csv(STORY[:4])
    start = content.index(b"SettlementInfo")
    document = vipps.parse(name, content + content[start:])
    (settlement,) = document.settlements
    assert prove(settlement) == []
    assert len(settlement.transactions) == len(document.repeated_rows) == 3


def test_csv_in_sections_with_sections_for_each_settlement():
    name, content = vipps_files.as_old_csv(STORY)
    lines = content.splitlines(keepends=True)
    headings = {line.split(b",")[0]: line for line in reversed(lines)}
    by_settlement = lines[:2] + [
        part
        for number in (b",2000045,", b",2000046,", b",2000047,")
        for word in (b"SettlementInfo", b"TransactionInfo")
        for part in [headings[word], *(x for x in lines if x.startswith(word) and number in x)]
    ]
    assert by_settlement != lines
    found = vipps.parse(name, b"".join(by_settlement)).settlements
    assert [prove(settlement) for settlement in found] == [[], [], []]
    assert [row.external_id for s in found for row in s.transactions] == [
        row.external_id for s in vipps.parse(name, content).settlements for row in s.transactions
    ]


@pytest.mark.parametrize("reference", ["12345E67", "7E2", "1e5", "2026E10"])
@pytest.mark.parametrize("shape", SHAPES)
def test_order_reference_with_an_e_among_its_digits(shape, reference):
    movements = [capture("4410020001", day(2), reference, "100.00"), payout("2000045", day(2))]
    assert reference in {row.order_reference for row in transactions(shape, movements)}


@pytest.mark.parametrize("shape", ["portal csv", "old csv"])
def test_ids_protected_from_spreadsheets(shape):
    """4410020001 and WEB-10231 are the same payment and order, written ="4410020001" and ="WEB-10231"."""
    ((name, content),) = SHAPES[shape](STORY)
    protected = re.sub(rb"(?<=[,\n])(44100\d+|WEB-\d+)(?=[,\n])", rb'="\1"', content)
    assert protected.count(b'="') > 15
    assert vipps.parse(name, protected) == vipps.parse(name, content)


def test_csv_in_sections_cut_off():
    name, content = vipps_files.as_old_csv(STORY)
    assert "cut off" in refused(name, content[:-20])


def test_table_without_its_closing_row_is_cut_off():
    lines = vipps_files.old_table(STORY[:4])[:-1]
    assert "Til utbetaling netto" in refused("x.xlsx", vipps_files.workbook_bytes(lines))


def test_table_as_csv():
    content = vipps_files.csv_text(vipps_files.old_table(STORY[:4]), ";", ",").encode("windows-1252")
    assert vipps.identify("x", content)
    (settlement,) = vipps.parse("x.csv", content).settlements
    assert prove(settlement) == []


def test_table_with_another_sum():
    lines = vipps_files.old_table(STORY[:4])
    lines[-1] = tuple(Decimal("1194.74") if cell == Decimal("1194.73") else cell for cell in lines[-1])
    (settlement,) = vipps.parse("x.xlsx", vipps_files.workbook_bytes(lines)).settlements
    (message,) = prove(settlement)
    assert "1194.74 NOK" in str(message)
    assert "1194.73 NOK" in str(message)


def test_table_refunds_of_either_sign():
    def positive(lines):
        return [tuple(abs(c) if isinstance(c, Decimal) and "Refundering" in row else c for c in row) for row in lines]

    lines = positive(vipps_files.old_table(STORY[:4]))
    (settlement,) = vipps.parse("x.xlsx", vipps_files.workbook_bytes(lines)).settlements
    assert prove(settlement) == []
    assert {r.kind: r.amount for r in settlement.transactions}[Kind.REFUND] == Decimal("-499.00")
