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

PAYOUTS = [("2000045", Decimal("1194.73")), ("2000046", Decimal("990.04")), ("2000047", Decimal("1355.04"))]


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
    name, content = vipps_files.as_old_csv(STORY)
    document = vipps.parse(name, content + content[content.index(b"SettlementInfo") :])
    assert [(s.external_id, s.payout_amount) for s in document.settlements] == PAYOUTS
    assert [prove(s) for s in document.settlements] == [[], [], []]
    count = sum(len(s.transactions) for s in document.settlements)
    assert len(document.repeated_rows) == count + 2  # one of them stands twice in each half


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


def test_table_of_several_payouts_without_numbers_in_their_closing_rows():
    found = vipps.parse("x.xlsx", vipps_files.workbook_bytes(vipps_files.old_table(STORY))).settlements
    assert [(s.external_id, s.payout_amount) for s in found] == PAYOUTS
    assert [prove(s) for s in found] == [[], [], []]


def test_table_with_all_closing_rows_at_its_end():
    lines = vipps_files.old_table(STORY, is_numbered=True)
    lines.sort(key=lambda line: "Til utbetaling netto" in line)
    found = vipps.parse("x.xlsx", vipps_files.workbook_bytes(lines)).settlements
    assert [(s.external_id, s.payout_amount) for s in found] == PAYOUTS
    assert [prove(s) for s in found] == [[], [], []]


def test_table_with_one_sum_for_all_its_payouts():
    lines = [line for line in vipps_files.old_table(STORY) if "Til utbetaling netto" not in line]
    closing = ("Til utbetaling netto", *[""] * 11, sum(amount for _number, amount in PAYOUTS))
    found = vipps.parse("x.xlsx", vipps_files.workbook_bytes([*lines, closing])).settlements
    assert [prove(s) for s in found] == [[], [], []]
    wrong = (*closing[:-1], closing[-1] + 1)
    found = vipps.parse("x.xlsx", vipps_files.workbook_bytes([*lines, wrong])).settlements
    assert ["3540.81 NOK" in str(message) for s in found for message in prove(s)] == [True] * 3


def test_table_with_another_sum_for_one_of_its_payouts():
    lines = vipps_files.old_table(STORY, is_numbered=True)
    lines = [tuple(Decimal("990.05") if cell == Decimal("990.04") else cell for cell in line) for line in lines]
    first, second, third = vipps.parse("x.xlsx", vipps_files.workbook_bytes(lines)).settlements
    assert prove(first) == prove(third) == []
    (message,) = map(str, prove(second))
    assert "990.05 NOK" in message
    assert "990.04 NOK" in message


def test_table_with_a_closing_row_that_differs_from_the_sum_on_the_rows():
    def with_sums(number, line):
        is_row = number in line and "Til utbetaling netto" not in line
        return (*line[:12], Decimal("990.04"), *line[13:]) if is_row else line

    lines = [with_sums("2000046", line) for line in vipps_files.old_table(STORY, is_numbered=True)]
    found = vipps.parse("x.xlsx", vipps_files.workbook_bytes(lines)).settlements
    assert [prove(s) for s in found] == [[], [], []]
    closing = next(n for n, line in enumerate(lines) if "2000046" in line and "Til utbetaling netto" in line)
    lines[closing] = tuple(Decimal("991.04") if cell == Decimal("990.04") else cell for cell in lines[closing])
    (message,) = map(str, prove(vipps.parse("x.xlsx", vipps_files.workbook_bytes(lines)).settlements[1]))
    assert all(text in message for text in (f"Row {closing + 1}", "2000046", "991.04 NOK", "990.04 NOK"))


def test_table_cut_off_before_the_last_closing_row():
    lines = vipps_files.old_table(STORY, is_numbered=True)[:-1]
    assert "settlement 2000047 has no row" in refused("x.xlsx", vipps_files.workbook_bytes(lines))


def test_table_whose_rows_of_one_payout_are_missing():
    lines = vipps_files.old_table(STORY, is_numbered=True)
    lines = [line for line in lines if "2000046" not in line or "Til utbetaling netto" in line]
    message = refused("x.xlsx", vipps_files.workbook_bytes(lines))
    assert all(text in message for text in ("2000046", "990.04 NOK", "0.00 NOK"))


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


# --- Totals without rows


def xml_without_rows(**totals) -> tuple:
    """An XML report of one settlement whose rows are missing, with some of its totals changed."""
    name, content = vipps_files.as_old_xml(STORY[:4])
    content = re.sub(rb"<TransactionInfo>.*</TransactionInfo>\n", b"", content, flags=re.DOTALL)
    for element, value in totals.items():
        content, count = re.subn(rf"<{element}>[^<]*<".encode(), f"<{element}>{value}<".encode(), content)
        assert count == 1
    return name, content


NO_PAYMENTS = {
    "NumOfTransactions": 0,
    "CaptureSettlementAmount": "0.00",
    "RefundSettlementAmount": "0.00",
    "GrossSettlementAmount": "0.00",
}
FEE_OF_99 = {"FeeSettlementAmount": "99.00", "NetSettlementAmount": "-99.00", "SettledAmount": "-99.00"}


def test_settlement_of_a_fee_alone():
    """Nothing was sold; a fee of 99 is deducted: the merchant owes Vipps 99, and it is in the ledger as a fee."""
    (settlement,) = vipps.parse(*xml_without_rows(**NO_PAYMENTS, **FEE_OF_99)).settlements
    assert (settlement.external_id, settlement.payout_amount) == ("2000045", Decimal("-99.00"))
    (row,) = settlement.transactions
    assert (row.kind, row.amount, row.fee, row.date) == (Kind.FEE, Decimal("-99.00"), 0, day(2))
    assert row.external_id == "settlement-fee:123455-2000045:2026-03-02"
    assert row.fee_type in dict(vipps.FEE_TYPES)
    assert prove(settlement) == []


def test_fee_alone_in_csv_in_sections():
    _name, content = vipps_files.as_old_csv(STORY[:4])
    lines = [line for line in content.splitlines() if not line.startswith(b"TransactionInfo,02")]
    totals = next(n for n, line in enumerate(lines) if b",2000045," in line)
    lines[totals] = re.sub(rb"1748.00,NOK,.*", b"0.00,NOK,-99.00,0.00,-99.00,0", lines[totals])
    (settlement,) = vipps.parse("x.csv", b"\n".join(lines)).settlements
    assert [(row.kind, row.amount) for row in settlement.transactions] == [(Kind.FEE, Decimal("-99.00"))]
    assert prove(settlement) == []


def test_fee_alone_under_a_gross_contract_is_reported_and_not_deducted():
    values = {**NO_PAYMENTS, **FEE_OF_99, "SettlementType": "Gross", "SettledAmount": "0.00"}
    (settlement,) = vipps.parse(*xml_without_rows(**values)).settlements
    assert (settlement.transactions, settlement.payout_amount) == ((), 0)
    (report,) = settlement.fee_reports
    assert (report.fee, report.date) == (Decimal("99.00"), day(2))
    assert prove(settlement) == []


@pytest.mark.parametrize(
    "totals",
    [
        {},
        {"SettledAmount": "0.00"},
        {**NO_PAYMENTS, "NumOfTransactions": 3, **FEE_OF_99},
        {**NO_PAYMENTS, **FEE_OF_99, "SettledAmount": "-98.00"},
        {**NO_PAYMENTS, **FEE_OF_99, "CaptureSettlementAmount": "499.00", "RefundSettlementAmount": "-499.00"},
    ],
)
def test_xml_whose_rows_are_missing(totals):
    message = refused(*xml_without_rows(**totals))
    stated = totals.get("SettledAmount", "1194.73")
    assert f"state {stated if stated != '0.00' else '1249.00'} NOK" in message
    assert "add up to 0.00 NOK" in message


def test_csv_in_sections_cut_off_after_its_totals():
    name, content = vipps_files.as_old_csv(STORY)
    message = refused(name, content[: content.index(b"TransactionInfo,")])
    assert all(text in message for text in ("2000045", "1194.73 NOK", "0.00 NOK", "cut off"))


def test_table_with_nothing_but_its_closing_row():
    lines = vipps_files.old_table(STORY[:4], is_numbered=True)
    message = refused("x.xlsx", vipps_files.workbook_bytes([*lines[:4], lines[-1]]))
    assert all(text in message for text in ("2000045", "1194.73 NOK", "0.00 NOK"))


def test_settlement_of_nothing():
    """Totals of zero beside other settlements say nothing; alone in a file, it has no settlement."""
    name, content = xml_without_rows(
        **NO_PAYMENTS, FeeSettlementAmount="0.00", NetSettlementAmount="0.00", SettledAmount="0.00"
    )
    assert "contains no settlement" in refused(name, content)
    info = re.search(rb"<SettlementInfo>.*</SettlementInfo>", content, re.DOTALL)[0].replace(b"2000045", b"2000044")
    name, whole = vipps_files.as_old_xml(STORY)
    whole = whole.replace(b"<SettlementInfo>", info + b"<SettlementInfo>", 1).replace(
        b"<NumOfSettlements>3", b"<NumOfSettlements>4"
    )
    assert [s.external_id for s in vipps.parse(name, whole).settlements] == [number for number, _amount in PAYOUTS]


# --- A net that leaves the refunds out


def csv_without_refunds_in_net() -> tuple:
    """The first payout, whose refund of 499.00 its net leaves out: 1 693.73 for 1 194.73."""
    name, content = vipps_files.as_old_csv(STORY)
    assert content.count(b"-499.00,1194.73,3") == 1
    return name, content.replace(b"-499.00,1194.73,3", b"-499.00,1693.73,3")


def test_net_that_leaves_the_refunds_out():
    first, *others = vipps.parse(*csv_without_refunds_in_net()).settlements
    assert first.payout_amount == Decimal("1194.73")
    assert prove(first) == []
    assert all(text in str(first.confirm) for text in ("1693.73 NOK", "-499.00 NOK", "1194.73 NOK", "2000045"))
    assert [other.confirm for other in others] == [None, None]


def test_rows_whose_net_leaves_the_refund_out():
    name, content = csv_without_refunds_in_net()
    assert content.count(b"-499.00,-499.00\n") == 1
    found = vipps.parse(name, content.replace(b"-499.00,-499.00\n", b"-499.00,0.00\n")).settlements
    assert prove(found[0]) == []
    found = vipps.parse(name, content.replace(b"-499.00,-499.00\n", b"-499.00,-1.00\n")).settlements
    assert any("-1.00 NOK" in str(message) for message in prove(found[0]))


def test_net_that_is_wrong_in_another_way_is_no_question_but_an_error():
    name, content = csv_without_refunds_in_net()
    first, *_others = vipps.parse(name, content.replace(b"1693.73", b"1693.74")).settlements
    assert first.confirm is None
    assert any("1693.74 NOK" in str(message) and "1194.73 NOK" in str(message) for message in prove(first))
