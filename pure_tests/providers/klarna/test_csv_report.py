"""The settlement report as CSV: columns chosen, dropped or renamed, several payouts, and what is refused."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import klarna, registry
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.records import Kind

from ...samples import klarna_files
from ...samples.klarna_files import DEFAULT, FULL, SFTP, Happening, Payout, as_csv, day, refund, sale, story, utc
from .reading import one, parse, refused

PAYOUT = story()[0]
WITH_TAX = story(vat=True)[0]


def without(shape, *columns):
    return replace(
        shape,
        summary=tuple(name for name in shape.summary if name not in columns),
        columns=tuple(name for name in shape.columns if name not in columns),
    )


def ids(settlement):
    return [row.external_id for row in settlement.transactions]


# --- Columns


@pytest.mark.parametrize(
    "columns",
    [
        ("detailed_type",),
        ("capture_id", "refund_id"),
        ("short_order_id",),
        ("merchant_reference1", "merchant_reference2"),
        ("posting_currency",),
        ("sale_date",),
        ("merchant_id", "merchant_settlement_type"),
        ("total_sale_amount", "total_fee_amount", "total_return_amount", "total_tax_amount"),
        ("opening_debt_balance", "closing_debt_balance"),
        ("purchase_country", "tax_rate", "tax_rate_1", "tax_amount_1", "klarna_comment"),
    ],
)
def test_a_column_the_merchant_leaves_out_changes_no_identity(columns):
    found = one(as_csv(PAYOUT, without(FULL, *columns)))
    assert prove(found) == []
    assert ids(found) == ids(one(as_csv(PAYOUT, FULL)))


def test_columns_in_any_order():
    backwards = replace(FULL, summary=FULL.summary[::-1], columns=FULL.columns[::-1])
    assert one(as_csv(PAYOUT, backwards)).transactions == tuple(one(as_csv(PAYOUT, FULL)).transactions)


def test_names_as_people_write_them_are_known():
    renamed = replace(
        FULL,
        names=(
            ("type", "Transaction type"),
            ("amount", "AMOUNT"),
            ("merchant_reference1", "Merchant reference 1"),
            ("total_settlement_amount", "Payout amount"),
            ("settlement_currency", "Currency"),
        ),
    )
    found = one(as_csv(PAYOUT, renamed))
    assert prove(found) == []
    assert ids(found) == ids(one(as_csv(PAYOUT, FULL)))


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (("type",), "lacks type,"),
        (("amount",), "lacks amount,"),
        (("type", "amount"), "lacks type, amount,"),
        (("order_id", "short_order_id", "merchant_reference1", "merchant_reference2"), "lacks order_id,"),
        (("payment_reference",), "lacks payment_reference,"),
        (("total_settlement_amount",), "lacks total_settlement_amount,"),
        (("settlement_currency", "posting_currency"), "lacks settlement_currency,"),
        (("payout_date", "capture_date", "sale_date"), "lacks payout_date,"),
    ],
)
def test_what_cannot_be_missing_is_named(columns, named):
    said = refused(*as_csv(PAYOUT, without(FULL, *columns)))
    assert named in said
    assert "report configurator" in said


def test_what_the_sentence_asks_for_helps():
    broken = without(FULL, "type")
    assert "lacks type" in refused(*as_csv(PAYOUT, broken))
    assert one(as_csv(PAYOUT, replace(broken, columns=(*broken.columns, "type")))).transactions


def test_a_renamed_column_is_missing_and_named():
    assert "lacks amount, or it has been renamed" in refused(*as_csv(PAYOUT, replace(FULL, names=(("amount", "Sum"),))))


def test_a_column_nobody_knows_is_not_kept():
    shape = replace(FULL, columns=(*FULL.columns, "customer_email"))
    name, content = as_csv(PAYOUT, shape)
    lines = content.decode().split("\r\n")
    lines = [line if "type" in line else line + "someone@example.com" for line in lines if line]
    found = one((name, "\n".join([lines[0], lines[1].removesuffix("someone@example.com"), *lines[2:], ""]).encode()))
    assert prove(found) == []
    assert "someone" not in str([row.raw for row in found.transactions])
    assert found.transactions[0].raw["merchant_reference1"] == "WEB-10231"


# --- What a row says


def test_the_order_number_may_be_the_other_reference():
    row = replace(PAYOUT.happenings[0], reference="4000123")
    name, content = as_csv(replace(PAYOUT, happenings=(row,)))
    content = content.replace(b";4000123;;", b";4000123;WEB-10231;")
    first, second = (one((name, content), reference=f"merchant_reference{number}") for number in (1, 2))
    assert first.transactions[0].order_reference == "4000123"
    assert second.transactions[0].order_reference == "WEB-10231"
    assert ids(first) == ids(second)


def test_where_the_chosen_reference_is_empty_the_other_one_is_taken():
    found = one(as_csv(PAYOUT), reference="merchant_reference2")
    assert found.transactions[0].order_reference == "WEB-10231"


def test_a_reference_longer_than_any_order_number_stays_in_the_row():
    long = "x" * 255
    name, content = as_csv(PAYOUT)
    document = registry.parse(name, content.replace(b"WEB-10231", long.encode()))
    row = document.settlements[0].transactions[0]
    assert row.order_reference == ""
    assert row.raw["merchant_reference1"] == long
    assert row.provider_reference.endswith("abcd0001")


def test_without_order_ids_the_short_one_or_the_reference_tells_the_orders_apart():
    short = one(as_csv(PAYOUT, without(FULL, "order_id")))
    assert short.transactions[0].provider_reference == "ABCD0001"
    bare = one(as_csv(PAYOUT, without(FULL, "order_id", "short_order_id")))
    assert bare.transactions[0].provider_reference == ""
    assert ids(bare)[0] == "XISA93DJ:SALE:WEB-10231:1249.00"


def test_an_order_number_a_spreadsheet_has_rounded_is_refused():
    name, content = as_csv(PAYOUT)
    assert "spreadsheet" in refused(name, content.replace(b"WEB-10231", b"1,00E+11"))


def test_a_capture_after_midnight_in_norway_is_of_the_new_day():
    # summer time: 00:30 on the first of July is 22:30 UTC on the last of June
    early = sale("abcd0009", "WEB-1", "100.00", utc(30, 22, 30, month=6))
    found = one(as_csv(Payout("XISA1", day(3, month=7), early)))
    assert found.transactions[0].date == day(1, month=7)
    assert found.transactions[0].time == utc(30, 22, 30, month=6)


def test_a_return_dated_like_its_sale_of_long_ago_is_booked_with_its_payout():
    old = refund("abcd0009", "WEB-1", "100.00", utc(2, month=1))
    late_sale = sale("abcd0008", "WEB-2", "300.00", utc(2, month=1))
    found = one(as_csv(Payout("XISA1", day(20, month=6), (*late_sale, old))))
    assert [(row.kind, row.date) for row in found.transactions] == [
        (Kind.PAYMENT, day(2, month=1)),
        (Kind.REFUND, day(20, month=6)),
    ]


def test_without_a_payout_date_the_last_row_dates_the_settlement():
    found = one(as_csv(PAYOUT, without(FULL, "payout_date")))
    assert (found.date, found.payout_date) == (day(4), None)


def test_a_type_nobody_knows_is_other_and_keeps_its_name():
    odd = Happening("MOON_TAX", "LUNAR", Decimal("-5.00"), utc(4), comment="See letter")
    found = one(as_csv(Payout("XISA1", day(6), (*sale("a", "WEB-1", "100.00", utc(3)), odd))))
    row = found.transactions[1]
    assert (row.kind, row.amount, row.text) == (Kind.OTHER, Decimal("-5.00"), "MOON_TAX · LUNAR · See letter")
    assert prove(found) == []


def test_the_payout_tells_which_way_an_unsigned_correction_goes():
    payout = Payout(
        "XISA1", day(6), (*sale("a", "WEB-1", "100.00", utc(3)), Happening("CORRECTION", "", Decimal("-5.00"), utc(4)))
    )
    name, content = as_csv(payout)
    found = one((name, content.replace(b";-5.00;", b";5.00;")))
    assert found.transactions[1].amount == Decimal("-5.00")
    assert found.payout_amount == Decimal("95.00")
    assert prove(found) == []


def test_a_fee_taken_back_within_the_fees_is_a_fee_refund():
    payout = Payout(
        "XISA1",
        day(6),
        (*sale("a", "WEB-1", "100.00", utc(3), "3.00"), Happening("FEE", "RETURN_FEE", Decimal("-1.00"), utc(4), "a")),
    )
    found = one(as_csv(payout))
    assert found.payout_amount == Decimal("98.00")
    assert [(row.kind, row.amount) for row in found.transactions[1:]] == [
        (Kind.FEE, Decimal("-3.00")),
        (Kind.FEE_REFUND, Decimal("1.00")),
    ]


def test_a_currency_without_decimals():
    payout = replace(PAYOUT, currency="JPY", happenings=sale("a", "WEB-1", "1000", utc(3)))
    shape = replace(
        FULL, summary=("payment_reference", "payout_date", "settlement_currency", "total_settlement_amount")
    )
    name, content = as_csv(payout, shape)
    found = one((name, content.replace(b".00", b"")))
    assert str(found.transactions[0].amount) == str(found.payout_amount) == "1000"


# --- VAT on fees


def test_vat_in_its_column_is_part_of_the_fee():
    fees = [row for row in one(as_csv(WITH_TAX)).transactions if row.kind == Kind.FEE]
    assert [(row.amount, row.fee_vat) for row in fees[:2]] == [
        (Decimal("-45.44"), Decimal("9.09")),
        (Decimal("-3.75"), Decimal("0.75")),
    ]


def test_the_consumers_vat_is_never_a_fees():
    found = one(as_csv(PAYOUT))
    assert all(row.fee_vat == 0 for row in found.transactions)
    assert "tax_amount_1" not in found.transactions[0].raw


def test_vat_that_only_the_totals_have_becomes_a_row_that_says_so():
    found = one(as_csv(WITH_TAX, DEFAULT))
    row = found.transactions[-1]
    assert (row.kind, row.fee_type, row.amount, row.fee_vat) == (
        Kind.FEE,
        "TAX",
        Decimal("-14.22"),
        Decimal("14.22"),
    )
    assert row.external_id == "XISA93DJ:TAX:total"
    assert row.date == day(6)
    assert prove(found) == []
    assert "TAX" not in [report.fee_type for report in found.fee_reports]
    with_column = {each.external_id: each.amount for each in one(as_csv(WITH_TAX, FULL)).transactions}
    others = {each.external_id: each.amount for each in found.transactions if each.kind is not Kind.FEE}
    assert len(others) == 3
    assert others.items() <= with_column.items()


def test_a_payments_fee_is_reported_once_with_and_without_the_vat_column():
    with_column, without_it = one(as_csv(WITH_TAX, FULL)), one(as_csv(WITH_TAX, DEFAULT))
    names = [report.external_id for report in with_column.fee_reports]
    assert len(set(names)) == 4
    assert [report.external_id for report in without_it.fee_reports] == names
    assert with_column.fee_reports[0].fee == Decimal("45.44")


def test_commission_is_no_fee_of_a_payment():
    commission = Happening("COMMISSION", "COMMISSION", Decimal("8.00"), utc(4), "abcd0001")
    found = one(as_csv(replace(PAYOUT, happenings=(*PAYOUT.happenings, commission))))
    row = found.transactions[-1]
    assert (row.kind, row.fee_type, row.amount) == (Kind.FEE_REFUND, "COMMISSION", Decimal("8.00"))
    assert "COMMISSION" not in [report.fee_type for report in found.fee_reports]


def test_vat_given_back_with_a_fee_lessens_it():
    last = one(as_csv(story(vat=True)[3]))
    (back,) = [row for row in last.transactions if row.fee_type == "DISPUTE_FEE_REFUND"]
    assert (back.amount, back.fee_vat) == (Decimal("187.50"), Decimal("-37.50"))
    in_one_sum = one(as_csv(story(vat=True)[3], DEFAULT)).transactions[-1]
    assert (in_one_sum.kind, in_one_sum.amount) == (Kind.FEE_REFUND, Decimal("36.20"))


def test_vat_within_the_fees_is_told_by_the_payout():
    name, content = as_csv(PAYOUT, SFTP)
    found = one((name, content.replace(b";0.00;NOK", b";0.60;NOK", 1)))
    fee = next(row for row in found.transactions if row.fee_vat)
    assert (fee.amount, fee.fee_vat) == (Decimal("-36.35"), Decimal("0.60"))
    assert prove(found) == []


def test_fee_corrections_that_only_the_totals_have_become_a_row():
    found = one(as_csv(replace(PAYOUT, fee_correction=Decimal("7.50"))))
    row = found.transactions[-1]
    assert (row.kind, row.fee_type, row.amount) == (Kind.FEE_REFUND, "FEE_CORRECTION", Decimal("7.50"))
    assert prove(found) == []


def test_fee_corrections_that_are_rows_are_not_counted_twice():
    rows = (*PAYOUT.happenings, Happening("CORRECTION", "PERCENTAGE_FEE_CORRECTION", Decimal("7.50"), utc(4)))
    name, content = as_csv(replace(PAYOUT, happenings=rows))
    found = one((name, content.replace(b";56.87;0.00;", b";56.87;7.50;")))
    assert [row.kind for row in found.transactions].count(Kind.CORRECTION) == 1
    assert not [row for row in found.transactions if row.fee_type == "FEE_CORRECTION"]
    assert prove(found) == []


@pytest.mark.parametrize("kind", ["GROSS", "GROSS_FEE"])
def test_under_a_gross_contract_fees_are_reported_and_not_deducted(kind):
    name, content = as_csv(replace(WITH_TAX, type="GROSS"))
    found = one((name, content.replace(b";GROSS;", f";{kind};".encode())))
    assert found.payout_amount == Decimal("1499.00")
    assert prove(found) == []
    assert not [row for row in found.transactions if row.kind == Kind.FEE]
    assert sum(report.fee for report in found.fee_reports) == Decimal("71.09")


# --- Several payouts in one file


def test_rows_of_another_payout_than_the_files_are_refused():
    name, content = klarna_files.as_csv_list(story())
    said = refused(name, content.replace(b"\nXISA93DK;", b"\nXISA93XX;", 1).replace(b"XISA93DK;SALE", b"XISA93YY;SALE"))
    assert "belongs to" in said


def test_several_payouts_and_rows_that_do_not_say_which_is_theirs():
    first, second = story()[:2]
    one_file, other = as_csv(first)[1].decode(), as_csv(second)[1].decode()
    summary = other.split("\r\n")[1]
    lines = one_file.split("\r\n")
    said = refused("both.csv", "\n".join([*lines[:2], summary, *lines[2:]]).encode())
    assert "Tick payment_reference" in said


@pytest.mark.parametrize("render", [klarna_files.as_csv_list, klarna_files.as_csv_bundle])
def test_the_same_payout_twice_in_one_file(render):
    name, content = render([PAYOUT, PAYOUT])
    assert "payout XISA93DJ twice" in refused(name, content)


def test_another_currency_than_the_payouts():
    name, content = as_csv(PAYOUT)
    said = refused(name, content.replace(b";36.35;NOK", b";36.35;SEK"))
    assert "belongs to XISA93DJ SEK, expected XISA93DJ NOK" in said


# --- Other reports of the portal


def test_the_transaction_report_is_refused_by_name():
    lines = as_csv(PAYOUT)[1].decode().split("\r\n")[2:]
    content = "\n".join(lines).encode()
    assert klarna.identify("transactions.csv", content)
    assert "Kustom's transaction report" in refused("transactions.csv", content)


def test_a_summary_without_transactions_is_refused_by_name():
    content = "\n".join(as_csv(PAYOUT)[1].decode().split("\r\n")[:2]).encode()
    assert klarna.identify("summary.csv", content)
    assert "not its transactions" in refused("summary.csv", content)


def test_rows_are_counted_as_a_spreadsheet_counts():
    name, content = as_csv(PAYOUT, SFTP)
    lines = content.decode().split("\r\n")
    for row in one((name, content)).transactions:
        assert f"{abs(row.amount)};{row.raw['type']}" in lines[row.row - 1]


def test_a_row_that_cannot_be_read_is_named():
    name, content = as_csv(PAYOUT)
    assert 'row 5, column "amount": found "36.3x"' in refused(name, content.replace(b";36.35;", b";36.3x;"))


def test_a_settlement_is_of_the_day_of_its_payout_in_norway():
    name, content = as_csv(PAYOUT)
    found = one((name, content.replace(b"2026-03-06T00:00:00Z", b"2026-03-05T23:00:00Z")))
    assert found.date == datetime.date(2026, 3, 6)


def test_a_payout_of_returns_only_leaves_a_debt_and_pays_nothing():
    found = one(as_csv(Payout("XISA1", day(6), (refund("a", "WEB-1", "50.00", utc(3)),))))
    assert (found.payout_amount, found.closing_balance) == (Decimal("0.00"), Decimal("-50.00"))
    assert prove(found) == []


def test_a_debt_that_does_not_follow_from_its_parts_is_a_warning():
    name, content = as_csv(story()[2])
    found = one((name, content.replace(b";905.91;0.00;905.91;0.00;", b";900.00;0.00;905.91;0.00;")))
    (warning,) = found.warnings
    assert "905.91 NOK" in str(warning)
    assert prove(found) == []


def test_several_reports_are_several_settlements():
    document = parse(*klarna_files.as_csv_bundle(story()))
    assert [each.external_id for each in document.settlements] == ["XISA93DJ", "XISA93DK", "XISA93DL", "XISA93DM"]
