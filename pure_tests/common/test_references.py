"""One reference, written in the many ways shops, customers and providers write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.references import IGNORED, normalise, readings


def values(reference, *prefixes):
    return [reading.value for reading in readings(reference, prefixes)]


@pytest.mark.parametrize(
    "written", ["WEB-10231", "web-10231", " WEB-10231 ", "#WEB-10231", "WEB -10231", "WEB-\u00a010231", "\tweb-10231\n"]
)
def test_spellings_of_one_reference_are_equal(written):
    assert normalise(written) == "web-10231"


def test_white_space_of_every_kind_is_left_out():
    assert {character for character in map(chr, range(0x110000)) if character.isspace()} | {"#"} == set(IGNORED)


@pytest.mark.parametrize("other", ["WEB10231", "WEB-1023", "WEB-010231", "0WEB-10231", "WEB_10231", "WEB-10231-1"])
def test_what_may_be_another_order_is_not_equal(other):
    """Hyphens and leading zeros tell orders apart: they are never dropped."""
    assert normalise(other) != normalise("WEB-10231")


def test_norwegian_letters_are_compared_without_case():
    assert normalise("BØ-1001 Ærlig Åse") == normalise("bø-1001ÆRLIGÅSE")


def test_nothing_to_read():
    assert readings("") == []
    assert readings("  \t ") == []


def test_most_literal_reading_comes_first():
    found = readings(" WEB-10231-1 ", ["WEB-"])
    assert [(reading.value, reading.normalised, reading.is_lossy) for reading in found] == [
        ("WEB-10231-1", False, False),
        ("web-10231-1", True, False),
        ("10231-1", True, True),
        ("web-10231", True, True),
        ("10231", True, True),
    ]


def test_reading_as_it_came_needs_no_explanation():
    assert readings("WEB-1")[0].how is None
    assert all(reading.how is not None for reading in readings("WEB-1-2", ["WEB-"])[1:])


def test_prefix_is_taken_off_the_front_only():
    assert "10231" in values("WEB-10231", "WEB-")
    assert values("10231-WEB-", "WEB-") == ["10231-WEB-", "10231-web-"]


def test_prefix_alone_is_not_an_order():
    assert values("WEB-", "WEB-") == ["WEB-", "web-"]


def test_empty_prefix_changes_nothing():
    assert values("WEB-1", "", " ") == values("WEB-1")


def test_every_prefix_is_tried():
    assert {"1001", "1001-3"} <= set(values("NO-1001-3", "WEB-", "NO-"))


def test_attempt_number_is_short_and_follows_a_number():
    assert "1001" in values("1001-2")
    assert "1001" in values("1001-12")
    assert "1001" not in values("1001-123"), "three digits are part of the order's own number"
    assert values("WEB-1") == ["WEB-1", "web-1"], "what is left must still hold a number"


def test_only_one_attempt_number_is_taken_off():
    assert "1001" not in values("1001-2-3")


@given(st.text(max_size=20), st.lists(st.text(max_size=4), max_size=3))
def test_readings_of_any_text(reference, prefixes):
    """Whatever is sent: no reading is empty or comes twice, and only the first two lose nothing."""
    found = readings(reference, prefixes)
    forms = [(reading.value, reading.normalised) for reading in found]
    assert all(reading.value for reading in found)
    assert len(forms) == len(set(forms))
    assert sum(not reading.is_lossy for reading in found) <= 2
    assert [reading.is_lossy for reading in found] == sorted(reading.is_lossy for reading in found)
    for reading in found[1:]:
        assert reading.value in normalise(reference), "a reading only leaves out"


@given(st.text(max_size=20))
def test_normal_form_is_stable(reference):
    assert normalise(f" {normalise(reference)}# ") == normalise(reference)
