"""The business portal's report."""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import vipps
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import Kind

from ...samples import vipps_files
from .reading import STORY, refused, settlements, transactions


def parse_portal(*lines, name="report.csv"):
    heading = ",".join(vipps_files.PORTAL_HEADING)
    return vipps.parse(name, "\n".join([heading, *lines, ""]).encode())


def portal_line(
    kind, amount, balance="", fee="", psp="1", date="2026-03-02", reference="WEB-1", msn="123455", currency="NOK"
):
    net = "" if fee == "" else str(Decimal(amount) + Decimal(fee))
    cells = [
        "Butikk", msn, "Norway", "", f"{date} 10:00:00", date, kind, amount, balance, fee, net, currency,
        "Kari Nordmann", "+47 90000000", "", "", psp, reference,
    ]  # fmt: skip
    return ",".join(cells)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("is_norwegian", [False, True])
def test_portal_csv_of_any_dialect(delimiter, encoding, is_norwegian):
    mark = "." if delimiter == "," else ","
    name, content = vipps_files.as_portal_csv(STORY, delimiter, mark, encoding, is_norwegian)
    assert vipps.identify(name, content)
    expected = {r.external_id: (r.amount, r.date, r.balance_after) for r in transactions("portal csv")}
    found = [r for s in vipps.parse(name, content).settlements for r in s.transactions]
    assert {r.external_id: (r.amount, r.date, r.balance_after) for r in found} == expected


@pytest.mark.parametrize("is_norwegian", [False, True])
def test_portal_workbook_with_numbers(is_norwegian):
    name, content = vipps_files.as_portal_xlsx(STORY, is_norwegian)
    found = [r for s in vipps.parse(name, content).settlements for r in s.transactions]
    assert {r.external_id: str(r.amount) for r in found} == {r.external_id: str(r.amount) for r in transactions("api")}


def test_portal_report_newest_first():
    heading, *rows = vipps_files.portal_table(STORY)
    content = vipps_files.csv_text([heading, *reversed(rows)]).encode()
    found = vipps.parse("x.csv", content).settlements
    assert [[r.external_id for r in s.transactions] for s in found] == [
        [r.external_id for r in s.transactions] for s in settlements("portal csv")
    ]
    assert all(prove(s) == [] for s in found)


def test_portal_report_that_begins_with_a_balance():
    content = vipps_files.csv_text(vipps_files.portal_table(STORY, opening=Decimal("-20.00"))).encode()
    first = vipps.parse("x.csv", content).settlements[0]
    assert first.opening_balance == Decimal("-20.00")
    assert prove(first) == []


def test_portal_report_of_two_sales_units_with_a_ledger_each():
    document = parse_portal(
        portal_line("Capture", "4000.00", "4000.00", "-70.00", psp="111", msn="610090"),
        portal_line("Fees retained", "-70.00", "3930.00", psp="21630-20260302", reference="", msn="610090"),
        portal_line("Payout scheduled", "-3930.00", "0.00", psp="21630-2000400", reference="", msn="610090"),
        portal_line("Refund", "-10000.00", "0.00", psp="333", msn="1111805"),
    )
    closed, opened = document.settlements
    assert (closed.merchant_id, closed.external_id) == ("610090", "2000400")
    assert (opened.merchant_id, opened.opening_balance) == ("1111805", Decimal("10000.00"))
    assert prove(closed) == prove(opened) == []
    assert {"610090", "1111805", "21630"} <= document.merchant_ids


def test_portal_report_of_two_sales_units_on_one_ledger():
    document = parse_portal(
        portal_line("Capture", "10.00", "10.00", psp="1", msn="1"),
        portal_line("Capture", "5.00", "15.00", psp="2", msn="2"),
        portal_line("Payout scheduled", "-15.00", "0.00", psp="21630-2000400", msn=""),
    )
    (settlement,) = document.settlements
    assert [r.sales_unit for r in settlement.transactions] == ["1", "2", ""]
    assert settlement.merchant_id == "21630"
    assert prove(settlement) == []


def test_portal_report_of_a_gross_contract_has_no_retained_fees():
    document = parse_portal(
        portal_line("Capture", "100.00", "100.00", "-2.50", psp="1"),
        portal_line("Payout scheduled", "-100.00", "0.00", psp="21630-2000400"),
    )
    (settlement,) = document.settlements
    assert prove(settlement) == []
    assert settlement.payout_amount == Decimal("100.00")
    ((report),) = settlement.fee_reports
    assert (report.fee, report.is_total, report.provider_reference) == (Decimal("2.50"), True, "1")


def test_payout_number_column_wins():
    lines = [",".join([*vipps_files.PORTAL_HEADING, "Payout number"])]
    lines.append(portal_line("Capture", "5.00", "5.00") + ",")
    lines.append(portal_line("Payout scheduled", "-5.00", "0.00", psp="") + ",2000777")
    (settlement,) = vipps.parse("x.csv", "\n".join(lines).encode()).settlements
    assert settlement.external_id == "2000777"


def test_payout_number_from_the_bank_text():
    document = parse_portal(
        portal_line("Capture", "5.00", "5.00"),
        portal_line("Payout scheduled", "-5.00", "0.00", psp="", reference="Utb. 2000810 Vippsnr 117703"),
    )
    assert document.settlements[0].external_id == "2000810"


def test_portal_report_without_balance_column():
    table = [[c for i, c in enumerate(row) if i != 8] for row in vipps_files.portal_table(STORY)]
    found = vipps.parse("x.csv", vipps_files.csv_text(table).encode()).settlements
    assert [s.external_id for s in found] == ["2000045", "2000046", "2000047", ""]
    assert all(prove(s) == [] for s in found)
    assert [has_proof(s) for s in found] == [True, True, True, False]


def test_personal_data_is_not_kept():
    document = parse_portal(portal_line("Capture", "5.00", "5.00"))
    assert "Kari" not in repr(document)
    assert "90000000" not in repr(document)


@pytest.mark.parametrize(
    ("line", "column", "found"),
    [
        (portal_line("Capture", "fem"), "Amount", "fem"),
        (portal_line("Capture", ""), "Amount", ""),
        (portal_line("Capture", "1.005"), "Amount", "1.005"),
        (portal_line("Capture", "5.00", "mye"), "Balance", "mye"),
        (portal_line("Capture", "5.00", date="i går"), "Booking date", "i går"),
        (portal_line("Capture", "5.00", date="31.02.2026"), "Booking date", "31.02.2026"),
        (portal_line("Capture", "5.00", currency="kr"), "Currency", "KR"),
        (portal_line("", "5.00"), "Type", ""),
        (portal_line("Capture", "5.00", psp="4,4E+09".replace(",", ".")), "PSP reference", "4.4E+09"),
    ],
)
def test_unreadable_portal_row(line, column, found):
    content = "\n".join([",".join(vipps_files.PORTAL_HEADING), portal_line("Capture", "1.00"), line]).encode()
    message = refused("mars.csv", content)
    assert "row 3" in message
    assert f'"{column}"' in message
    assert f'"{found}"'.casefold() in message.casefold()


def test_portal_net_amount_is_checked():
    line = portal_line("Capture", "100.00", "100.00", "-2.50").replace("97.50", "97.51")
    (message,) = prove(parse_portal(line).settlements[0])
    assert "Row 2" in str(message)
    assert "97.50 NOK" in str(message)
    assert "97.51 NOK" in str(message)


def test_portal_unknown_type_is_kept_with_its_text():
    (row,) = parse_portal(portal_line("Moon tax", "-5.00", "-5.00", psp="9")).settlements[0].transactions
    assert (row.kind, row.text, row.external_id) == (Kind.OTHER, "Moon tax", "moon-tax:9:2026-03-02")


def test_portal_heading_without_rows():
    assert "no rows" in refused("x.csv", ",".join(vipps_files.PORTAL_HEADING).encode())


def test_missing_column_is_not_recognised_and_says_what_is_expected():
    content = vipps_files.as_portal_csv(STORY)[1].replace(b"Booking date", b"Dato")
    assert not vipps.identify("x.csv", content)
    assert "Booking date" in refused("x.csv", content)


def test_last_row_cut_off():
    content = vipps_files.as_portal_csv(STORY)[1].rstrip()
    assert "cut off" in refused("x.csv", content[: content.rindex(b",") - 15])
