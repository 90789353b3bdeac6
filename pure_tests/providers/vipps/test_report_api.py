"""The Report API's answers."""

import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import vipps
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.records import Kind

from ...samples import vipps_files
from ...samples.vipps_files import day
from .reading import refused


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
