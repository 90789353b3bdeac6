"""Amounts of web orders, to the øre. No database."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.amounts import divide, tax_within, to_amount, to_decimal
from odoo.addons.settlement_bridge.common.currencies import rounded, smallest_unit
from odoo.addons.settlement_bridge.common.limits import MAX_AMOUNT
from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.pure_tests.properties import examples


@pytest.mark.parametrize(
    ("currency", "unit"), [("NOK", "0.01"), ("EUR", "0.01"), ("ISK", "1"), ("JPY", "1"), ("KWD", "0.001")]
)
def test_smallest_amount_of_a_currency(currency, unit):
    assert smallest_unit(currency) == Decimal(unit)


@pytest.mark.parametrize(
    ("amount", "result"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1.0049", "1.00"), ("7", "7.00")]
)
def test_half_an_oere_is_rounded_up(amount, result):
    assert str(rounded(Decimal(amount), "NOK")) == result


@pytest.mark.parametrize(
    ("amount", "rate", "tax"),
    [
        ("125", "25", "25.00"),
        ("115", "15", "15.00"),
        ("112", "12", "12.00"),
        ("99.90", "25", "19.98"),
        ("111.11", "11.11", "11.11"),
        ("349", "0", "0.00"),
        ("-39.80", "25", "-7.96"),
    ],
)
def test_vat_is_taken_out_of_the_amount(amount, rate, tax):
    assert tax_within(Decimal(amount), Decimal(rate), "NOK") == Decimal(tax)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("199.00", "199.00"),
        (" 12.5 ", "12.5"),
        (7, "7"),
        (Decimal("0.1"), "0.1"),
        ("-3", "-3"),
        ("1e2", "100"),
        ("1e-400", "0"),
    ],
)
def test_amounts_as_shops_write_them(written, number):
    assert to_decimal(written, "total") == Decimal(number)


@pytest.mark.parametrize("written", ["", None, "12,50", "kr 12", True, "NaN", "sNaN", "Infinity", [], "1e12"])
def test_what_is_not_an_amount_is_refused_by_name(written):
    with pytest.raises(DocumentError, match="total_price is"):
        to_decimal(written, "total_price")


def test_amount_is_rounded_to_the_currency():
    assert to_amount("99.996", "NOK", "total") == Decimal("100.00")
    assert to_amount("99.5", "ISK", "total") == Decimal("100")


def test_the_odd_oere_goes_to_the_part_that_was_cut_most():
    assert divide(Decimal("100.00"), [Decimal(1)] * 3, "NOK") == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert divide(Decimal("0.01"), [Decimal(1), Decimal(3)], "NOK") == [Decimal("0.00"), Decimal("0.01")]


def test_discount_is_divided_like_the_goods():
    parts = divide(Decimal("-10.00"), [Decimal("200"), Decimal("100")], "NOK")
    assert parts == [Decimal("-6.67"), Decimal("-3.33")]


#: As large as an order may be.
WEIGHTS = st.lists(st.integers(0, int(MAX_AMOUNT) * 100), min_size=1, max_size=12).filter(any)


@given(
    total=st.integers(-int(MAX_AMOUNT) * 100, int(MAX_AMOUNT) * 100),
    weights=WEIGHTS,
    is_discount=st.booleans(),
    currency=st.sampled_from(["NOK", "ISK", "KWD"]),
)
@settings(max_examples=examples(300), deadline=None)
def test_parts_add_up_and_are_within_one_oere_of_their_share(total, weights, is_discount, currency):
    unit = smallest_unit(currency)
    weights = [-weight if is_discount else weight for weight in weights]
    parts = divide(total * unit, [weight * unit for weight in weights], currency)
    assert sum(parts) == total * unit
    for part, weight in zip(parts, weights, strict=True):
        units = int(part / unit)
        assert units * unit == part
        # whole numbers: exact however large
        assert abs(units * sum(weights) - total * weight) < abs(sum(weights))


@given(total=st.integers(1, 10**6), weights=st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_a_part_is_never_more_than_what_is_divided(total, weights):
    total = min(total, sum(weights))
    parts = divide(Decimal(total) / 100, [Decimal(weight) / 100 for weight in weights], "NOK")
    assert all(0 <= part <= Decimal(weight) / 100 for part, weight in zip(parts, weights, strict=True))
