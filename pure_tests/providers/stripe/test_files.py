"""Stripe's CSV files as people download them: columns, times, several payouts, rows that stand twice."""

import csv
import datetime
import io
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import stripe
from odoo.addons.settlement_bridge.providers.proof import prove

from ...samples import stripe_files
from ...samples.stripe_files import at, charge, payout
from ...samples.vipps_files import csv_text
from .reading import STORY, refused

TABLE = stripe_files.itemized_table(STORY)
DEFAULT_COLUMNS = (
    "automatic_payout_id", "automatic_payout_effective_at", "balance_transaction_id", "created", "available_on",
    "currency", "gross", "fee", "net", "reporting_category", "description",
)  # fmt: skip


def with_columns(table, names):
    """Return a table with these columns only, in this order; one that it lacks is empty."""
    heading, *rows = table
    places = [heading.index(name) if name in heading else None for name in names]
    return [names, *([row[at] if at is not None else "" for at in places] for row in rows)]


def read(table, settings=None):
    return stripe.parse("report.csv", csv_text(table).encode(), settings)


def rows(document):
    return {row.external_id: row for settlement in document.settlements for row in settlement.transactions}


def test_columns_in_any_order_and_more_of_them():
    heading, *lines = TABLE
    turned = [[*reversed(line), "Kari Nordmann"] for line in lines]
    document = read([[*reversed(heading), "customer_name"], *turned])
    assert document.settlements == read(TABLE).settlements
    assert "Kari Nordmann" not in repr(document)


def test_columns_that_stripe_gives_of_itself_are_enough():
    heading = ["created" if name == "created_utc" else name for name in TABLE[0]]
    document = read(with_columns([heading, *TABLE[1:]], DEFAULT_COLUMNS))
    assert not any(prove(settlement) for settlement in document.settlements)
    found = rows(document)
    assert (found["txn_3A"].provider_reference, found["txn_3A"].order_reference) == ("", "")
    assert found["txn_3C"].order_reference == "WEB-10233", "from the description"


def test_times_without_utc_are_the_accounts_own():
    heading = ["created" if name == "created_utc" else name for name in TABLE[0]]
    found = rows(read([heading, *TABLE[1:]]))["txn_3C"]
    assert found.date == datetime.date(2026, 3, 2), "half past eleven in the evening in Oslo"
    assert rows(read(TABLE))["txn_3C"].date == datetime.date(2026, 3, 3), "half past eleven in the evening in UTC"


def test_currency_in_either_case_is_one():
    heading, *lines = TABLE
    place = heading.index("currency")
    lines[1] = [*lines[1][:place], "NOK", *lines[1][place + 1 :]]
    assert read([heading, *lines]).settlements == read(TABLE).settlements


def test_one_payout_with_several_days_comes_on_the_last():
    heading, *lines = TABLE
    lines[0] = [lines[0][0], "2026-03-09 00:00:00", *lines[0][2:]]
    (first, *_others) = read([heading, *lines]).settlements
    assert (first.external_id, first.payout_date, len(first.transactions)) == ("po_1X", datetime.date(2026, 3, 9), 5)


def test_trace_number_is_what_the_bank_shows():
    heading, *lines = TABLE
    document = read([[*heading, "trace_id"], *([*line, "NO77" if line[0] == "po_1X" else ""] for line in lines)])
    assert [s.payout_reference for s in document.settlements] == ["NO77", "po_1Y", "po_1Z", ""]


@pytest.mark.parametrize(
    ("names", "entered", "expected"),
    [
        (("payment_metadata[order_id]",), "", "WEB-10231"),
        (("payment_metadata[webordre]",), "", "WEB-10231"),  # the only one
        (("payment_metadata[colour]", "payment_metadata[Order_ID]"), "", "WEB-10231"),
        (("payment_metadata[colour]", "payment_metadata[webordre]"), "webordre", "WEB-10231"),
        (("payment_metadata[colour]", "payment_metadata[webordre]"), "", ""),
        (("refund_metadata[order_id]",), "", "WEB-10231"),
    ],
)
def test_column_of_metadata_that_holds_the_order(names, entered, expected):
    heading, *lines = TABLE
    place = heading.index("payment_metadata[order_id]")
    table = [[*heading[:place], *names, *heading[place + 1 :]]]
    for line in lines:
        table.append([*line[:place], *(["red"] * (len(names) - 1)), line[place], *line[place + 1 :]])
    assert rows(read(table, {"reference_key": entered}))["txn_3A"].order_reference == expected


def test_a_row_that_stands_twice_is_read_once():
    document = read([*TABLE, TABLE[2]])
    assert document.settlements[0].transactions == read(TABLE).settlements[0].transactions
    assert [row.external_id for row in document.repeated_rows] == ["txn_3B"]
    assert [row.external_id for row in document.settlements[0].repeated] == ["txn_3B"]


def test_two_rows_with_one_id_that_differ_are_refused():
    other = list(TABLE[2])
    other[TABLE[0].index("gross")] = Decimal("500.00")
    message = refused("report.csv", csv_text([*TABLE, other]).encode())
    assert "txn_3B" in message and "3" in message and str(len(TABLE) + 1) in message


def test_a_file_may_list_the_newest_first():
    heading, *lines = TABLE
    turned = {
        s.external_id: [row.external_id for row in s.transactions] for s in read([heading, *lines[::-1]]).settlements
    }
    assert turned == {s.external_id: [row.external_id for row in s.transactions] for s in read(TABLE).settlements}


def test_rows_without_a_payout_are_open_by_currency():
    movements = [charge("C", at(9), "WEB-1", "10.00"), charge("E", at(9), "WEB-2", "20.00", currency="EUR")]
    found = read(stripe_files.itemized_table(movements)).settlements
    assert {(s.external_id, s.currency, s.payout_amount) for s in found} == {("", "NOK", None), ("", "EUR", None)}


def test_export_without_payouts_is_open():
    table = stripe_files.dashboard_table(STORY)
    names = table[0][: table[0].index("Description") + 1]
    (settlement,) = read(with_columns(table, names)).settlements
    assert (settlement.external_id, settlement.payout_amount, len(settlement.transactions)) == ("", None, 14)


def test_yen_written_with_decimals():
    table = stripe_files.itemized_table(
        [charge("C", at(9), "WEB-1", "1000", currency="JPY"), payout("1", at(10), currency="JPY")]
    )
    document = read(table)  # csv_text writes two decimals
    assert b"1000.00" in csv_text(table).encode()
    assert str(document.settlements[0].payout_amount) == "1000"
    assert "1000.50" in refused("report.csv", csv_text(table).replace("1000.00", "1000.50").encode())


@pytest.mark.parametrize(
    ("column", "found"),
    [("gross", "much"), ("net", ""), ("balance_transaction_id", ""), ("currency", "kroner"), ("created_utc", "soon")],
)
def test_a_cell_that_cannot_be_read_is_named(column, found):
    lines = [list(line) for line in TABLE]
    lines[3][TABLE[0].index(column)] = found
    message = refused("report.csv", csv_text(lines).encode())
    assert column in message
    assert "row 4" in message


def test_a_row_without_any_time_is_named():
    lines = [list(line) for line in TABLE]
    lines[3][TABLE[0].index("created_utc")] = ""
    assert "row 4" in refused("report.csv", csv_text(lines).encode())


def test_a_file_with_a_heading_only_is_refused():
    assert "no rows" in refused("report.csv", csv_text(TABLE[:1]).encode())


def test_files_in_other_encodings():
    text = csv_text(TABLE)
    for encoding in ("utf-8-sig", "utf-16", "windows-1252"):
        content = text.encode(encoding)
        assert stripe.identify("x", content)
        assert stripe.parse("x", content).settlements == read(TABLE).settlements


def test_descriptions_with_commas_and_line_breaks():
    lines = [list(line) for line in TABLE]
    lines[1][TABLE[0].index("description")] = 'Blomster, "røde"\nog gule'
    stream = io.StringIO()
    csv.writer(stream).writerows([[f"{c:.2f}" if isinstance(c, Decimal) else c for c in line] for line in lines])
    document = stripe.parse("x.csv", stream.getvalue().encode())
    assert rows(document)["txn_3A"].text == 'charge · Blomster, "røde"\nog gule'
