"""The same month in each shape of a Klarna report, however it is printed, and files that are none."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.common.values import ZERO
from odoo.addons.settlement_bridge.providers import klarna, registry
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import Kind
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ...samples import klarna_files
from ...samples.klarna_files import Happening, Payout, chain, day, refund, sale, story, utc
from .reading import SHAPES, WITH_VAT, parse, refused, settlements

STORY = story()
WITH_TAX = story(vat=True)
SLOW = [HealthCheck.too_slow]


def seen(settlement):
    """What a settlement says, without where it stood in its report."""
    rows = {
        row.external_id: (row.kind, row.date, row.amount, row.fee_vat, row.order_reference, row.provider_reference)
        for row in settlement.transactions
    }
    assert len(rows) == len(settlement.transactions)
    amounts = (settlement.opening_balance, settlement.closing_balance, settlement.payout_amount)
    return settlement.external_id, settlement.date, settlement.payout_date, settlement.currency, amounts, rows


# --- The same month


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("payouts", [STORY, WITH_TAX], ids=["without VAT", "with VAT"])
def test_recognised_by_content_and_proven(shape, payouts):
    for name, content in SHAPES[shape](payouts):
        assert registry.identify("x.pdf", content) == "klarna"
        document = registry.parse(name, content)
        for settlement in document.settlements:
            assert has_proof(settlement)
            assert [str(message) for message in prove(settlement)] == []
            assert [str(message) for message in settlement.warnings] == []
            assert settlement.payout_reference == settlement.external_id
        if shape != "moves":
            assert document.merchant_ids == {klarna_files.MERCHANT_ID}


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"moves"}))
def test_the_api_and_files_give_the_same_settlements(shape):
    assert [seen(each) for each in settlements(shape, STORY)] == [seen(each) for each in settlements("api", STORY)]


@pytest.mark.parametrize("shape", sorted(set(WITH_VAT) - {"moves"}))
def test_the_api_and_files_with_the_vat_column_give_the_same_settlements(shape):
    found = [seen(each) for each in settlements(shape, WITH_TAX)]
    assert found == [seen(each) for each in settlements("api", WITH_TAX)]


def test_what_goes_to_the_bank():
    paid = {each.external_id: each.payout_amount for each in settlements("api", STORY)}
    assert paid == {
        "XISA93DJ": Decimal("1442.13"),
        "XISA93DK": Decimal("0.00"),
        "XISA93DL": Decimal("1007.79"),
        "XISA93DM": Decimal("1071.00"),
    }


def test_a_debt_is_carried_to_the_next_payout():
    _first, second, third, fourth = settlements("full", STORY)
    assert (second.opening_balance, second.closing_balance) == (ZERO, Decimal("-905.91"))
    assert (third.opening_balance, third.closing_balance) == (Decimal("-905.91"), ZERO)
    assert (fourth.opening_balance, fourth.closing_balance) == (ZERO, ZERO)


def test_without_debts_what_was_repaid_and_added_tells_them():
    _first, second, third, _fourth = settlements("moves", STORY)
    assert (second.opening_balance, second.closing_balance) == (ZERO, Decimal("-905.91"))
    assert (third.opening_balance, third.closing_balance) == (Decimal("-905.91"), ZERO)
    first, *_others = settlements("moves", STORY)
    assert first.opening_balance is first.closing_balance is None


def test_each_type_is_what_an_accountant_calls_it():
    kinds = {row.external_id.split(":")[1]: row.kind for each in settlements("api", STORY) for row in each.transactions}
    assert kinds == {
        "SALE": Kind.PAYMENT,
        "FEE": Kind.FEE,
        "RETURN": Kind.REFUND,
        "REVERSAL": Kind.CHARGEBACK,
        "REVERSAL_MERCHANT_PROTECTION": Kind.CHARGEBACK_REVERSAL,
        "HOLDBACK": Kind.RESERVE_HOLD,
        "RELEASE": Kind.RESERVE_RELEASE,
        "FEE_REFUND": Kind.FEE_REFUND,
        "CORRECTION": Kind.CORRECTION,
        "CREDIT": Kind.OTHER,
        "CHARGE": Kind.OTHER,
        "COMMISSION": Kind.FEE_REFUND,
    }


@pytest.mark.parametrize("shape", ["api", "full", "sftp"])
def test_each_fee_is_a_row_of_its_own_and_shown_on_its_payment(shape):
    first = settlements(shape, STORY)[0]
    fees = [row for row in first.transactions if row.kind == Kind.FEE]
    assert [(row.fee_type, row.amount) for row in fees] == [
        ("PURCHASE_FEE_PERCENTAGE", Decimal("-36.35")),
        ("PURCHASE_FEE_FIXED", Decimal("-3.00")),
        ("PURCHASE_FEE_PERCENTAGE", Decimal("-14.52")),
        ("PURCHASE_FEE_FIXED", Decimal("-3.00")),
    ]
    assert all(row.fee == 0 for row in first.transactions)
    sales = {row.provider_reference: row for row in first.transactions if row.kind == Kind.PAYMENT}
    told = dict.fromkeys(sales, ZERO)
    for report in first.fee_reports:
        told[report.provider_reference] += report.fee
        assert report.order_reference == sales[report.provider_reference].order_reference
        assert not report.is_total
    assert list(told.values()) == [Decimal("39.35"), Decimal("17.52")]


def test_a_payment_is_found_by_the_order_number_and_by_klarnas_order_id():
    payment = settlements("default", STORY)[0].transactions[0]
    assert payment.order_reference == "WEB-10231"
    assert payment.provider_reference == "ce17b4cb-147f-48b7-b8e6-0000abcd0001"


def test_captures_of_one_order_with_the_same_amount_are_two_payments():
    third = settlements("api", STORY)[2]
    alike = [row.external_id for row in third.transactions if row.amount == 500]
    assert len(set(alike)) == 2
    assert alike[1] == f"{alike[0]}#2"


@pytest.mark.parametrize("shape", ["api", "full", "default"])
def test_the_order_of_the_rows_is_no_part_of_their_identity(shape):
    backwards = [replace(payout, happenings=payout.happenings[::-1]) for payout in STORY]
    for one, other in zip(settlements(shape, STORY), settlements(shape, backwards), strict=True):
        assert seen(one) == seen(other)


# --- However it is printed


@pytest.mark.parametrize("payouts", [STORY, WITH_TAX], ids=["without VAT", "with VAT"])
def test_amounts_with_and_without_signs_are_the_same(payouts):
    expected = [seen(each) for each in settlements("api", payouts)]
    for name, content in klarna_files.as_api_bundles(payouts, is_signed=True):
        assert seen(parse(name, content).settlements[0]) == expected.pop(0)
    for shape in klarna_files.CSV_SHAPES.values():
        signed = replace(shape, is_signed=True)
        for payout in payouts:
            (found,) = parse(*klarna_files.as_csv(payout, signed)).settlements
            (unsigned,) = parse(*klarna_files.as_csv(payout, shape)).settlements
            assert prove(found) == []
            assert seen(found) == seen(unsigned)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("decimal_mark", [".", ","])
def test_encodings_delimiters_and_decimal_marks(encoding, delimiter, decimal_mark):
    shape = replace(klarna_files.FULL, encoding=encoding, delimiter=delimiter, decimal_mark=decimal_mark)
    (found,) = parse(*klarna_files.as_csv(STORY[2], shape)).settlements
    assert seen(found) == seen(settlements("api", STORY)[2])


# --- What is wrong is found


def numbers(content, pattern):
    return list(re.finditer(pattern, content))


@pytest.mark.parametrize("payouts", [STORY, WITH_TAX], ids=["without VAT", "with VAT"])
@pytest.mark.parametrize("shape", ["full", "default", "sftp"])
def test_one_ore_in_a_row_of_a_file_is_found(shape, payouts):
    for payout in payouts:
        name, content = klarna_files.as_csv(payout, klarna_files.CSV_SHAPES[shape])
        rows = content.index(b"\ntype" if shape != "sftp" else b"\ndetailed_type")
        columns = klarna_files.CSV_SHAPES[shape].columns
        position = columns.index("amount")
        changed = 0
        for line in content[rows + 1 :].split(b"\r\n")[1:-1]:
            cells = line.split(b";")
            cells[position] = str(Decimal(cells[position].decode()) + Decimal("0.01")).encode()
            altered = content.replace(line, b";".join(cells), 1)
            assert prove(parse(name, altered).settlements[0]), line
            changed += 1
        assert changed == len(payout.happenings)


def test_one_ore_in_the_api_is_found():
    for name, content in klarna_files.as_api_bundles(WITH_TAX):
        for match in numbers(content, rb'(?<="amount": )-?\d+'):
            altered = content[: match.start()] + b"%d" % (int(match[0]) + 1) + content[match.end() :]
            assert prove(parse(name, altered).settlements[0]), match[0]


@pytest.mark.parametrize("field", ["settlement_amount", "opening_debt_balance_amount", "closing_debt_balance_amount"])
def test_another_payout_or_debt_is_found(field):
    for name, content in klarna_files.as_api_bundles(STORY):
        bundle = json.loads(content)
        bundle["payout"]["totals"][field] += 1
        assert prove(parse(name, json.dumps(bundle).encode()).settlements[0])


@pytest.mark.parametrize("shape", ["full", "default", "sftp"])
def test_a_report_that_ends_too_early_is_refused_or_does_not_add_up(shape):
    name, content = klarna_files.as_csv(STORY[2], klarna_files.CSV_SHAPES[shape])
    whole = seen(parse(name, content).settlements[0])
    for end in range(len(content) - 3):
        cut = content[:end]
        try:
            (found,) = parse(name, cut).settlements
        except DocumentError as error:
            assert name in str(error)
        else:
            assert prove(found) or seen(found) == whole, cut[-40:]  # without the last row's currency all is there


def test_a_bundle_that_ends_too_early_is_refused():
    name, content = klarna_files.as_api_bundle(STORY[0])
    for end in range(60, len(content) - 1, 7):
        assert "cut off" in refused(name, content[:end])


def test_where_neither_reading_adds_up_the_error_says_the_sum_of_both():
    name, content = klarna_files.as_csv(STORY[0], replace(klarna_files.FULL, is_signed=True))
    altered = content.replace(b";1249.00;", b";1248.00;")
    said = " ".join(str(message) for message in prove(parse(name, altered).settlements[0]))
    assert "to 1441.13 NOK; with the signs of their types, to 2052.87 NOK; expected 1442.13 NOK" in said
    assert "type SALE add up to 1747.00 NOK" in said
    assert "1748.00 NOK" in said


def test_a_total_that_differs_where_the_payout_adds_up_is_only_a_warning():
    name, content = klarna_files.as_api_bundle(STORY[0])
    bundle = json.loads(content)
    bundle["payout"]["totals"]["fee_amount"] += 100
    (found,) = parse(name, json.dumps(bundle).encode()).settlements
    assert prove(found) == []
    (warning,) = found.warnings
    assert "type FEE add up to 56.87 NOK" in str(warning)


# --- Properties


amounts = st.integers(1, 2_000_000).map(lambda number: Decimal(number).scaleb(-2))
OTHER_TYPES = ("REVERSAL", "REVERSAL_MERCHANT_PROTECTION", "HOLDBACK", "RELEASE", "CREDIT", "CHARGE", "COMMISSION")


@st.composite
def months(draw):
    payouts = []
    for number in range(draw(st.integers(1, 3))):
        rows = []
        for at in range(draw(st.integers(1, 6))):
            order = f"ord{number}{at % 3}"
            kind = draw(st.sampled_from(("SALE", "SALE", "RETURN", "CORRECTION", *OTHER_TYPES)))
            when = utc(draw(st.integers(2, 6)) + 7 * number, draw(st.integers(0, 23)))
            if kind == "SALE":
                fee = draw(st.sampled_from(["0", "0.01", "3.33", "120.00"]))
                rows += sale(order, f"WEB-{order}", draw(amounts), when, fee, "3.00", draw(st.booleans()), str(at))
            elif kind == "RETURN":
                rows.append(refund(order, f"WEB-{order}", draw(amounts), when, str(at)))
            else:
                amount = draw(amounts) * (draw(st.sampled_from((1, -1))) if kind == "CORRECTION" else 1)
                rows.append(Happening(kind, "", amount, when, order if "REVERSAL" in kind else ""))
        payouts.append(Payout(f"XISA000{number}", day(6 + 7 * number), tuple(rows)))
    return chain(payouts)


@settings(max_examples=examples(120), deadline=None, suppress_health_check=SLOW)
@given(payouts=months(), shape=st.sampled_from(sorted(SHAPES)))
def test_any_month_adds_up_in_every_shape(payouts, shape):
    found = settlements(shape, payouts)
    assert [each.payout_amount for each in found] == [payout.amount for payout in payouts]
    for settlement, payout in zip(found, payouts, strict=True):
        assert [str(message) for message in prove(settlement)] == []
        moved = sum((row.amount for row in settlement.transactions), ZERO)
        assert moved == payout.balance + payout.opening_debt
    if shape in WITH_VAT and shape != "moves":
        assert [seen(each) for each in found] == [seen(each) for each in settlements("api", payouts)]


@settings(max_examples=examples(120), deadline=None, suppress_health_check=SLOW)
@given(payouts=months(), shape=st.sampled_from(("api", *klarna_files.CSV_SHAPES)))
def test_any_month_adds_up_with_signs(payouts, shape):
    for payout in payouts:
        if shape == "api":
            file, other = klarna_files.as_api_bundle(payout, is_signed=True), klarna_files.as_api_bundle(payout)
        else:
            plain = klarna_files.CSV_SHAPES[shape]
            file = klarna_files.as_csv(payout, replace(plain, is_signed=True))
            other = klarna_files.as_csv(payout, plain)
        (signed,), (unsigned,) = parse(*file).settlements, parse(*other).settlements
        assert [str(message) for message in prove(signed)] == []
        assert seen(signed) == seen(unsigned)


# --- Other files


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_sentence(content):
    klarna.identify("x", content)
    refused("x", content)


FILES = [file for shape in SHAPES.values() for file in shape(WITH_TAX)[:1]]


@settings(max_examples=examples(150), deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_any_damage_gives_a_document_or_a_sentence(data):
    name, content = data.draw(st.sampled_from(FILES))
    start = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.binary(max_size=4))
    content = content[:start] + damage + content[start + data.draw(st.integers(0, 40)) :]
    klarna.identify(name, content)
    try:
        parse(name, content)
    except DocumentError as error:
        assert name in str(error)
