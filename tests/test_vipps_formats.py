"""The six shapes of a Vipps settlement."""

import csv
import datetime
import io
import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.common.values import ZERO
from odoo.addons.settlement_bridge.providers import vipps
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import Kind
from odoo.addons.settlement_bridge.tests import vipps_files
from odoo.addons.settlement_bridge.tests.vipps_files import Movement, capture, day, payout, refund

SAMPLES = Path(__file__).parent / "samples"
STORY = vipps_files.story()

#: Every shape, as a function from movements to a list of (name, content).
SHAPES = {
    "api": vipps_files.as_api_bundles,
    "api feed": lambda movements: [vipps_files.as_api_feed(movements)],
    "portal csv": lambda movements: [vipps_files.as_portal_csv(movements)],
    "portal xlsx": lambda movements: [vipps_files.as_portal_xlsx(movements)],
    "old xml": lambda movements: [vipps_files.as_old_xml(movements)],
    "old csv": lambda movements: [vipps_files.as_old_csv(movements)],
    "old xlsx": vipps_files.as_old_xlsx,
}
#: Composed once: a workbook's bytes hold the time it was made.
FILES = [file for shape in SHAPES.values() for file in shape(STORY)[:1]]
LEDGER_SHAPES = ("api", "api feed", "portal csv", "portal xlsx")
OLD_SHAPES = ("old xml", "old csv", "old xlsx")


def documents(shape, movements=None):
    return [vipps.parse(name, content) for name, content in SHAPES[shape](movements or STORY)]


def settlements(shape, movements=None):
    return [settlement for document in documents(shape, movements) for settlement in document.settlements]


def transactions(shape, movements=None):
    return [row for settlement in settlements(shape, movements) for row in settlement.transactions]


def payouts(shape, movements=None):
    return {s.external_id: s.payout_amount for s in settlements(shape, movements) if s.external_id}


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


def refused(name, content) -> str:
    with pytest.raises(DocumentError) as caught:
        vipps.parse(name, content)
    assert name in str(caught.value)
    return str(caught.value)


# --- The same month in every shape ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_recognised_by_content_and_proven(shape):
    for name, content in SHAPES[shape](STORY):
        assert vipps.identify("x.pdf", content)
        document = vipps.parse(name, content)
        assert document.code == vipps.CODE
        assert document.format
        assert {vipps_files.MSN, f"api:{vipps_files.MSN}", f"NO:{vipps_files.MSN}"} <= document.merchant_ids
        for settlement in document.settlements:
            assert has_proof(settlement)
            assert prove(settlement) == []
            assert settlement.merchant_id == vipps_files.MSN


@pytest.mark.parametrize("shape", SHAPES)
def test_same_payouts_in_every_shape(shape):
    expected = {"2000045": Decimal("1194.73"), "2000046": Decimal("990.04"), "2000047": Decimal("1355.04")}
    assert payouts(shape) == expected
    for settlement in settlements(shape):
        assert settlement.payout_reference == settlement.external_id


@pytest.mark.parametrize("shape", SHAPES)
def test_same_payments_and_refunds_in_every_shape(shape):
    own_kinds = (Kind.PAYMENT, Kind.REFUND)
    rows = [row for row in transactions(shape) if row.kind in own_kinds]
    found = {row.external_id: (row.kind, row.amount, row.order_reference) for row in rows}
    last = day(9) if shape in OLD_SHAPES else day(10)
    expected = {
        f"{m.type}:{m.psp}": (Kind.PAYMENT if m.amount > 0 else Kind.REFUND, m.amount, m.reference)
        for m in STORY
        if m.type in ("capture", "refund") and m.day <= last
    }
    assert found == expected
    for row in rows:
        assert str(row.amount) == f"{row.amount:.2f}"
        assert row.provider_reference in row.external_id
        assert row.sales_unit == vipps_files.MSN
        assert row.row > 0
        assert row.raw
        assert row.time is None or row.time.utcoffset() is not None


@pytest.mark.parametrize("shape", SHAPES)
def test_row_that_stands_twice_is_read_once(shape):
    repeated = [row for document in documents(shape) for row in document.repeated_rows]
    assert [row.external_id for row in repeated] == ["capture:4410020007"]
    of_settlement = [row for s in settlements(shape) for row in s.repeated]
    assert [row.external_id for row in of_settlement] == ["capture:4410020007"]


@pytest.mark.parametrize("shape", LEDGER_SHAPES)
def test_every_identity_is_the_same_from_api_and_portal(shape):
    reference = {row.external_id: (row.date, row.amount, row.kind) for row in transactions("api")}
    assert {row.external_id: (row.date, row.amount, row.kind) for row in transactions(shape)} == reference
    assert {"fees-retained:2026-03-04", "payout-scheduled:2000046"} <= set(reference)
    assert len(transactions(shape)) == len(reference)


@pytest.mark.parametrize("shape", LEDGER_SHAPES)
def test_retained_fees_are_rows_and_payments_bear_none(shape):
    fees = {row.date: row.amount for row in transactions(shape) if row.kind == Kind.FEE}
    assert fees[day(3)] == Decimal("-9.97")
    assert fees[day(4)] == Decimal("-31.39")
    assert all(row.fee == 0 for row in transactions(shape))


@pytest.mark.parametrize("shape", OLD_SHAPES)
def test_fees_of_earlier_files_are_on_their_row_positive(shape):
    assert {row.external_id: row.fee for row in transactions(shape)}["capture:4410020001"] == Decimal("38.35")
    assert all(row.fee >= 0 for row in transactions(shape))
    assert not [report for s in settlements(shape) for report in s.fee_reports]


@pytest.mark.parametrize("shape", LEDGER_SHAPES)
def test_fees_are_told_for_each_payment(shape):
    told = defaultdict(lambda: ZERO)
    for settlement in settlements(shape):
        for report in settlement.fee_reports:
            told[report.provider_reference] += report.fee
            assert report.is_total == shape.startswith("portal")
    assert told == {m.psp: m.fee for m in STORY if m.fee}


def test_late_fee_keeps_its_own_date():
    (report,) = [r for s in settlements("api") for r in s.fee_reports if r.provider_reference == "4410020004"]
    assert report.date == day(4)
    assert report.order_reference == "WEB-10233"


def test_two_day_payout_is_cut_right():
    portal = {s.external_id: s for s in settlements("portal csv")}
    assert {row.date for row in portal["2000046"].transactions} == {day(3), day(4)}
    assert portal["2000046"].opening_balance == 0
    first, second = (s for s in settlements("api") if s.date in (day(3), day(4)))
    assert (first.external_id, first.payout_amount, first.complete_to) == ("", None, day(3))
    assert (second.external_id, second.opening_balance) == ("2000046", Decimal("1140.53"))


@pytest.mark.parametrize(
    ("shape", "complete_to"), [("api", 10), ("api feed", 9), ("portal csv", 9), ("portal xlsx", 9)]
)
def test_open_run(shape, complete_to):
    last = settlements(shape)[-1]
    assert (last.external_id, last.payout_amount, last.payout_reference) == ("", None, "")
    assert (last.date, last.complete_to) == (day(10), day(complete_to))
    closed = [s for s in settlements(shape) if s.external_id]
    assert all(s.complete_to == s.date for s in closed)


# --- Changes of one øre are found -------------------------------------------------------------------------------------


def changed_api(position, topic="funds", name="amount"):
    """Return the two-day payout's last ledger date, with one number changed by one øre."""
    name_of_file, content = vipps_files.as_api_bundles(STORY)[2]
    bundle = json.loads(content)
    bundle[topic][0]["items"][position][name] += 1
    return vipps.parse(name_of_file, json.dumps(bundle).encode())


@pytest.mark.parametrize(("topic", "count"), [("funds", 5), ("fees", 3)])
def test_one_ore_in_the_api_is_found(topic, count):
    for position in range(count):
        document = changed_api(position, topic)
        assert any(prove(s) for s in document.settlements), position


def test_retained_fees_must_be_mirrored():
    name, content = vipps_files.as_api_bundles(STORY)[0]
    bundle = json.loads(content)
    for item in bundle["fees"][0]["items"]:
        for column in ("amount", "balanceBefore", "balanceAfter"):
            item[column] = item[column] * 2
    (message,) = prove(vipps.parse(name, json.dumps(bundle).encode()).settlements[0])
    assert "-54.27 NOK" in str(message)
    assert "108.54 NOK" in str(message)


def numbers(content: bytes):
    """The amounts in a text file: positions of their last digit."""
    return [m.end() - 1 for m in re.finditer(rb"\d+\.\d\d(?=[,<\n])", content)]


@pytest.mark.parametrize("shape", ["portal csv", "old xml", "old csv"])
def test_one_ore_in_a_text_file_is_found(shape):
    movements = [m for m in STORY if not m.is_repeated and m.day != day(10)]
    ((name, content),) = SHAPES[shape](movements)
    positions = numbers(content)
    assert len(positions) > 30
    for position in positions:
        digit = b"%d" % ((content[position] - 48 + 1) % 10)
        changed = content[:position] + digit + content[position + 1 :]
        found = [message for s in vipps.parse(name, changed).settlements for message in prove(s)]
        assert found, (position, content[position - 60 : position + 10])


# --- Property: what is rendered is read back --------------------------------------------------------------------------

amounts = st.integers(1, 5_000_000).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def months(draw):
    """Movements of some days. A day may end in a payout when the balance is positive; the last one does."""
    movements, number, balance = [], 0, ZERO
    last = draw(st.integers(1, 4))
    for when in range(1, last + 1):
        for _row in range(draw(st.integers(0, 4))):
            number += 1
            amount = draw(amounts)
            if draw(st.booleans()):
                movements.append(refund(f"44{number}", day(when), f"WEB-{number}", amount))
            else:
                fee = draw(st.sampled_from([ZERO, Decimal("0.01"), Decimal("3.33")]))
                movements.append(capture(f"44{number}", day(when), f"WEB-{number}", amount, fee))
            balance += movements[-1].amount - movements[-1].fee
        if when == last and balance <= 0:
            movements.append(capture("4499", day(when), "WEB-99", 1 - balance))
            balance = Decimal(1)
        if when == last or (balance > 0 and draw(st.booleans())):
            movements.append(payout(f"20000{when}", day(when)))
            balance = ZERO
    return movements


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(movements=months(), shape=st.sampled_from(sorted(SHAPES)))
def test_any_month_is_read_back_and_proven(movements, shape):
    rows = transactions(shape, movements)
    own = {r.external_id: r.amount for r in rows if r.kind in (Kind.PAYMENT, Kind.REFUND)}
    assert own == {f"{m.type}:{m.psp}": m.amount for m in movements if m.type != "payout-scheduled"}
    fees = sum((r.fee for r in rows), ZERO) - sum((r.amount for r in rows if r.kind == Kind.FEE), ZERO)
    assert fees == sum((m.fee for m in movements), ZERO)
    if shape not in OLD_SHAPES:
        assert sum((r.amount for r in rows), ZERO) == 0
    for settlement in settlements(shape, movements):
        assert [str(m) for m in prove(settlement)] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(movements=months(), data=st.data(), shape=st.sampled_from(["api", "portal csv"]))
def test_any_changed_amount_is_found(movements, data, shape):
    name, content = data.draw(st.sampled_from(SHAPES[shape](movements)))
    pattern = rb'(?<="amount": )-?\d+' if shape == "api" else rb"-?\d+\.\d\d(?=,-?\d+\.\d\d,)"
    match = data.draw(st.sampled_from(list(re.finditer(pattern, content))))
    value = match[0]
    sign = b"" if value.startswith(b"-") else b"-"
    step = data.draw(st.sampled_from(["one", "sign"]))
    if step == "sign" and value.strip(b"-0."):
        changed = sign + value.lstrip(b"-")
    elif shape == "api":
        changed = b"%d" % (int(value) + 1)
    else:
        changed = str(Decimal(value.decode()) + Decimal("0.01")).encode()
    content = content[: match.start()] + changed + content[match.end() :]
    found = vipps.parse(name, content).settlements
    # the balance before a portal report's first row is known through that row only; there the balance carried in tells
    assert [m for s in found for m in prove(s)] or (shape == "portal csv" and found[0].opening_balance)


# --- Vipps' own samples -----------------------------------------------------------------------------------------------


def test_official_xml():
    content = (SAMPLES / "vipps_Example-Net.xml").read_bytes()
    first, second = vipps.parse("Example-Net.xml", content).settlements
    assert (first.external_id, first.payout_amount, len(first.transactions)) == ("2000001", Decimal("15.00"), 7)
    assert (second.external_id, second.payout_amount, len(second.transactions)) == ("2000002", Decimal("2.00"), 8)
    assert prove(first) == prove(second) == []
    assert first.date == datetime.date(2018, 3, 1)
    assert first.merchant_id == "100716"
    assert first.transactions[1].order_reference == first.transactions[2].order_reference == "210"
    assert first.transactions[2].kind == Kind.REFUND
    assert second.transactions[0].date == datetime.date(2018, 3, 6)


def test_official_csv_stands_in_error_because_its_totals_leave_the_refund_out():
    content = (SAMPLES / "vipps_settlement-report.csv").read_bytes()
    document = vipps.parse("settlement-report.csv", content)
    (settlement,) = document.settlements
    assert settlement.external_id == "2000001"
    assert len(settlement.transactions) == 7
    assert settlement.payout_amount == Decimal("16450.62")
    found = [str(message) for message in prove(settlement)]
    assert any("Rows 9 to 15" in text and "2000720" in text and "2000001" in text for text in found)
    (totals,) = [text for text in found if "totals in row 6" in text]
    assert "16450.62 NOK" in totals
    assert "14960.62 NOK" in totals
    assert {"513428", "595976"} <= document.merchant_ids


def test_official_csv_with_its_totals_put_right_is_proven():
    content = (SAMPLES / "vipps_settlement-report.csv").read_bytes()
    content = content.replace(b"16450,62", b"14960.62").replace(b"2000720", b"2000001")
    (settlement,) = vipps.parse("settlement-report.csv", content).settlements
    assert prove(settlement) == []


# --- Report API -------------------------------------------------------------------------------------------------------


def api_bundle(*entries, fees=(), date="2026-03-02", **changes) -> bytes:
    """A one-date bundle of (type, psp, øre), with running balances."""
    topics = {}
    for topic, rows in (("funds", entries), ("fees", fees)):
        items, balance = [], 0
        for position, (kind, psp, amount) in enumerate(rows):
            items.append({
                "pspReference": psp, "time": f"{date}T10:00:{position:02}+0200", "ledgerDate": date, "entryType": kind,
                "reference": "WEB-1", "currency": "NOK", "amount": amount, "balanceBefore": balance,
                "balanceAfter": balance + amount, "recipientHandle": "NO:123455", **changes,
            })  # fmt: skip
            balance += amount
        topics[topic] = [{"items": items}]
    ledger = {**vipps_files.LEDGER_OBJECT, "settlesForRecipientHandles": ["api:123455", "NO:99"]}
    return json.dumps({"format": "vipps-report-v2", "ledger": ledger, "date": date, **topics}).encode()


@pytest.mark.parametrize(
    ("kind", "ore", "expected", "identity"),
    [
        ("capture", 100, Kind.PAYMENT, "capture:7"),
        ("refund", -100, Kind.REFUND, "refund:7"),
        ("fees-retained", -100, Kind.FEE, "fees-retained:2026-03-02"),
        ("fees-retained", 100, Kind.FEE_REFUND, "fees-retained:2026-03-02"),
        ("payout-aborted", 100, Kind.PAYOUT_RETURN, "payout-aborted:7"),
        ("retained-disputed-capture", -100, Kind.CHARGEBACK, "retained-disputed-capture:7:2026-03-02"),
        ("returned-disputed-capture", 100, Kind.CHARGEBACK_REVERSAL, "returned-disputed-capture:7:2026-03-02"),
        ("correction", -100, Kind.CORRECTION, "correction:7:2026-03-02"),
        ("credit-note", 100, Kind.CORRECTION, "credit-note:7:2026-03-02"),
        ("top-up", 100, Kind.TOP_UP, "top-up:7:2026-03-02"),
        ("moon-tax", -100, Kind.OTHER, "moon-tax:7:2026-03-02"),
    ],
)
def test_entry_types(kind, ore, expected, identity):
    fees = [("fees-retained", "7", -ore)] if kind == "fees-retained" else []
    (settlement,) = vipps.parse("x", api_bundle((kind, "7", ore), fees=fees)).settlements
    (row,) = settlement.transactions
    assert (row.kind, row.amount, row.external_id) == (expected, Decimal(ore).scaleb(-2), identity)
    assert kind in row.text
    assert prove(settlement) == []
    assert row.fee_type == (kind if "fee" in kind else "")


@pytest.mark.parametrize("kind", ["payout-scheduled", "scheduled-for-payout"])
def test_both_names_of_a_payout(kind):
    document = vipps.parse("x", api_bundle(("capture", "7", 500), (kind, "302321-2000810", -500)))
    (settlement,) = document.settlements
    assert (settlement.external_id, settlement.payout_amount) == ("2000810", Decimal("5.00"))
    assert settlement.transactions[-1].external_id == "payout-scheduled:2000810"
    assert settlement.transactions[-1].order_reference == ""
    assert settlement.merchant_id == "302321"  # several sales units: only the ledger is one
    assert {"302321", "123455", "api:123455", "NO:99", "99"} <= document.merchant_ids


def test_alike_rows_that_are_not_the_same_row_are_counted():
    entries = [("correction", "7", 100), ("correction", "7", 100), ("retained-disputed-capture", "8", -50)]
    entries += [("returned-disputed-capture", "8", 50), ("retained-disputed-capture", "8", -50)]
    (settlement,) = vipps.parse("x", api_bundle(*entries)).settlements
    assert [row.external_id for row in settlement.transactions] == [
        "correction:7:2026-03-02",
        "correction:7:2026-03-02#2",
        "retained-disputed-capture:8:2026-03-02",
        "returned-disputed-capture:8:2026-03-02",
        "retained-disputed-capture:8:2026-03-02#2",
    ]
    assert prove(settlement) == []


def test_alike_rows_taken_for_one_are_found_by_the_balance():
    entries = [("retained-disputed-capture", "8", -50), ("returned-disputed-capture", "8", 50)]
    content = api_bundle(*entries, entries[0], ("capture", "9", 100), time="2026-03-02T10:00:00Z")
    (settlement,) = vipps.parse("x", content).settlements
    (message,) = prove(settlement)
    assert "counting it twice would explain the difference" in str(message)


def test_same_id_with_another_amount_is_another_row():
    document = vipps.parse("x", api_bundle(("capture", "7", 100), ("capture", "7", 200)))
    assert [r.external_id for r in document.settlements[0].transactions] == ["capture:7", "capture:7#2"]
    assert document.repeated_rows == ()


def test_fees_topic():
    fees = [("capture-fee", "7", -300), ("capture-fee", "7", -20), ("correction", "7", 20), ("new-fee", "8", -1)]
    fees += [("fees-invoiced", "9", 301)]
    (settlement,) = vipps.parse("x", api_bundle(("capture", "7", 100), fees=fees)).settlements
    assert prove(settlement) == []
    assert [(r.external_id, str(r.fee), r.fee_type, r.is_total) for r in settlement.fee_reports] == [
        ("capture-fee:7:2026-03-02", "3.00", "capture-fee", False),
        ("capture-fee:7:2026-03-02#2", "0.20", "capture-fee", False),
        ("correction:7:2026-03-02", "-0.20", "correction", False),
        ("new-fee:8:2026-03-02", "0.01", "new-fee", False),
    ]


def test_fees_on_a_date_without_payments_are_kept():
    (settlement,) = vipps.parse("x", api_bundle(fees=[("capture-fee", "7", -300)])).settlements
    assert (settlement.transactions, len(settlement.fee_reports), settlement.complete_to) == ((), 1, day(2))


def test_date_without_anything():
    assert vipps.parse("x", api_bundle()).settlements == ()


def test_after_payout_a_new_run_begins():
    entries = [("capture", "1", 500), ("payout-scheduled", "302321-1", -500), ("payout-aborted", "302321-1", 500)]
    closed, opened = vipps.parse("x", api_bundle(*entries)).settlements
    assert closed.external_id == "1"
    assert (opened.external_id, opened.transactions[0].external_id) == ("", "payout-aborted:1")
    assert prove(closed) == prove(opened) == []


def test_currency_without_minor_units():
    (settlement,) = vipps.parse("x", api_bundle(("capture", "1", 500), currency="JPY")).settlements
    assert str(settlement.transactions[0].amount) == "500"


@pytest.mark.parametrize(
    ("changes", "column", "found"),
    [
        ({"amount": "12"}, "amount", "12"),
        ({"amount": None}, "amount", ""),
        ({"amount": 12.5}, "amount", "12.5"),
        ({"amount": True}, "amount", "True"),
        ({"ledgerDate": "soon"}, "ledgerDate", "soon"),
        ({"ledgerDate": None}, "ledgerDate", ""),
        ({"time": "soon"}, "time", "soon"),
        ({"currency": "kroner"}, "currency", "kroner"),
        ({"entryType": ""}, "entryType", ""),
    ],
)
def test_unreadable_entry(changes, column, found):
    message = refused("2026-03-02.json", api_bundle(("capture", "1", 500), **changes))
    for part in ("row 1", f'"{column}"', f'found "{found}"', "expected", "again"):
        assert part in message


def test_missing_optional_fields_are_no_error():
    content = api_bundle(("capture", "1", 500), recipientHandle=None, balanceBefore=None, balanceAfter=None, time=None)
    (row,) = vipps.parse("x", content).settlements[0].transactions
    assert (row.sales_unit, row.balance_after, row.time) == ("", None, None)


def test_new_fields_are_no_error_and_personal_ones_are_not_kept():
    content = api_bundle(("capture", "1", 500), newField=[1, {"a": 2}], name="Kari Nordmann", maskedPhoneNo="xxxx 1234")
    (row,) = vipps.parse("x", content).settlements[0].transactions
    assert "newField" in row.raw
    assert "Kari" not in str(row.raw)
    assert "xxxx" not in str(row.raw)


@pytest.mark.parametrize("end", [10, 200, -1])
def test_bundle_cut_off(end):
    content = api_bundle(("capture", "1", 500))
    assert "cut off or damaged" in refused("x.json", content[:end]) or end == 10


@pytest.mark.parametrize(
    "content",
    [
        b'{"format": "vipps-report-v2", "date": "2026-03-02", "funds": 7, "fees": []}',
        b'{"format": "vipps-report-v2", "date": "2026-03-02", "fees": []}',
        b'{"format": "vipps-report-v2", "date": "2026-03-02", "funds": [{"items": 7}], "fees": []}',
        b'{"format": "vipps-report-v2", "date": "2026-03-02", "funds": [{"items": [7]}], "fees": []}',
        b'{"format": "vipps-report-v2", "funds": [], "fees": []}',
        b'{"format": "other"}',
        b"{}",
        b'{"format": "vipps-report-v2", "a": NaN}',
        b'{"format": "vipps-report-v2", "a": ' + b"[" * 100_000,
        b'{"format": "vipps-report-v2", "a": ' + b"1" * 100_000 + b"}",
    ],
)
def test_bundle_of_another_form(content):
    refused("x.json", content)


def test_entry_of_another_date():
    message = refused("x.json", api_bundle(("capture", "1", 500), ledgerDate="2026-03-03"))
    assert "2026-03-03" in message
    assert "expected 2026-03-02" in message


# --- Portal report ----------------------------------------------------------------------------------------------------


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


# --- Files of earlier years -------------------------------------------------------------------------------------------


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
    assert any("fees to be invoiced 54.28 NOK" in text and "54.27 NOK" in text for text in found)


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


# --- Other files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"a,b,c\n1,2,3\n", b'{"hello": 1}', b"<a/>", b"", b"\0" * 50, b"PK\x03\x04", b"\x00\xff" * 500, b"[]", b'"'],
)
def test_other_files_are_refused_with_a_sentence(content):
    assert not vipps.identify("vipps.csv", content)
    refused("vipps.csv", content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_sentence(content):
    vipps.identify("x", content)
    refused("x", content)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_damage_gives_a_document_or_a_sentence(data):
    name, content = data.draw(st.sampled_from(FILES))
    start = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.binary(max_size=4))
    content = content[:start] + damage + content[start + data.draw(st.integers(0, 40)) :]
    vipps.identify(name, content)
    try:
        vipps.parse(name, content)
    except DocumentError as error:
        assert name in str(error)


def test_rows_are_counted_as_a_spreadsheet_counts():
    name, content = vipps_files.as_portal_csv(STORY)
    rows = list(csv.reader(io.StringIO(content.decode())))
    for row in (r for s in vipps.parse(name, content).settlements for r in s.transactions):
        assert rows[row.row - 1][16] == row.provider_reference


def test_unknown_movement_in_every_ledger_shape():
    movements = [capture("1", day(2), "WEB-1", "100.00"), Movement("moon-tax", "9", day(2), amount=Decimal("-5.00"))]
    for shape in LEDGER_SHAPES:
        assert {r.external_id for r in transactions(shape, movements)} == {"capture:1", "moon-tax:9:2026-03-02"}
