"""The same month in each of the shapes of a Vipps settlement, and files that are none of them."""

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
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ...samples import vipps_files
from ...samples.vipps_files import Movement, capture, day, payout, refund
from .reading import SHAPES, STORY, documents, refused, settlements, transactions

SAMPLES = Path(vipps_files.__file__).parent / "published"

#: Composed once: a workbook's bytes hold the time it was made.
FILES = [file for shape in SHAPES.values() for file in shape(STORY)[:1]]
LEDGER_SHAPES = ("api", "api feed", "portal csv", "portal xlsx")
OLD_SHAPES = ("old xml", "old csv", "old xlsx", "old table")


def payouts(shape, movements=None):
    return {s.external_id: s.payout_amount for s in settlements(shape, movements) if s.external_id}


# --- The same month in every shape


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


# --- Changes of one øre are found


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


# --- Property: what is rendered is read back


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


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


# --- Vipps' own samples


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


def test_official_csv_stands_in_error_because_its_rows_name_another_settlement():
    content = (SAMPLES / "vipps_settlement-report.csv").read_bytes()
    document = vipps.parse("settlement-report.csv", content)
    (settlement,) = document.settlements
    assert settlement.external_id == "2000001"
    assert len(settlement.transactions) == 7
    (message,) = map(str, prove(settlement))
    assert all(text in message for text in ("Rows 9 to 15", "2000720", "2000001"))
    assert {"513428", "595976"} <= document.merchant_ids


def test_official_csv_leaves_the_refund_out_of_its_net():
    """16 511.71 − 61.09 = 16 450.62, as its totals have it; with the refund of 1 490.00 it is 14 960.62."""
    content = (SAMPLES / "vipps_settlement-report.csv").read_bytes().replace(b"2000720", b"2000001")
    (settlement,) = vipps.parse("settlement-report.csv", content).settlements
    assert prove(settlement) == []
    assert settlement.payout_amount == Decimal("14960.62")
    asked = str(settlement.confirm)
    assert all(text in asked for text in ("row 6", "16450.62 NOK", "-1490.00 NOK", "14960.62 NOK"))


def test_official_csv_with_its_totals_put_right_is_proven():
    content = (SAMPLES / "vipps_settlement-report.csv").read_bytes()
    content = content.replace(b"16450,62", b"14960.62").replace(b"2000720", b"2000001")
    (settlement,) = vipps.parse("settlement-report.csv", content).settlements
    assert prove(settlement) == []
    assert settlement.confirm is None


# --- Other files


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_sentence(content):
    vipps.identify("x", content)
    refused("x", content)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
