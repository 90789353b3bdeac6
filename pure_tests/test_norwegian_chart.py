"""The Norwegian standard chart of accounts: which numbers a provider's accounts get, and which a person may choose."""

import pytest

from odoo.addons.settlement_bridge.chart import norway
from odoo.addons.settlement_bridge.chart.names import ACCOUNT_NAMES, ROUNDING_WORDS, get_account_names, has_word
from odoo.addons.settlement_bridge.chart.roles import ACCOUNT_TYPES, REQUIRED_ROLES, ROLES, get_account_types
from odoo.addons.settlement_bridge.chart.saft import GROUPINGS, get_grouping, get_standard_account

#: An ordinary chart: trade receivables 1500, bank fees 7770, rounding differences 7740, VAT bases in 778x.
ORDINARY = {"1500", "1501", "1530", "1920", "2900", "7740", "7770", "7771", "7780", "7781"}

ALL_ROLES = [role for role, _label in ROLES]


@pytest.mark.parametrize(
    ("role", "number"),
    [
        ("clearing", "1522"),
        ("unknown", "1522"),
        ("reserve", "1522"),
        ("fee", "7772"),
        ("rounding", "7741"),
        ("prepayment", "2901"),
        ("fee_payable", "2960"),
    ],
)
def test_proposed_in_an_ordinary_chart(role, number):
    assert norway.find_free_code(role, ORDINARY, 4) == number


def test_a_gap_in_the_series_is_used():
    assert norway.find_free_code("clearing", {"1522", "1524"}, 4) == "1523"


def test_receivables_go_on_in_their_own_group_when_152x_is_full():
    taken = {str(number) for number in range(1522, 1530)}
    assert norway.find_free_code("clearing", taken, 4) == "1510"
    taken |= {str(number) for number in range(1501, 1530)}
    assert norway.find_free_code("clearing", taken, 4) == "1540"


def test_accrued_income_is_never_proposed_for_what_a_provider_owes():
    proposed = {n for first, last in norway.PROPOSED_SERIES["clearing"] for n in range(first, last + 1)}
    assert not proposed & set(range(1530, 1540))


def test_fees_go_on_behind_the_vat_bases():
    taken = {str(number) for number in range(7770, 7780)}
    assert norway.find_free_code("fee", taken, 4) == "7790"


@pytest.mark.parametrize("role", ALL_ROLES)
def test_a_full_series_proposes_nothing(role):
    taken = {str(number) for first, last in norway.PROPOSED_SERIES[role] for number in range(first, last + 1)}
    assert norway.find_free_code(role, taken, 4) is None


@pytest.mark.parametrize("role", ALL_ROLES)
def test_what_is_proposed_may_also_be_chosen(role):
    for first, last in norway.PROPOSED_SERIES[role]:
        assert all(norway.is_allowed(role, str(number)) for number in range(first, last + 1))


@pytest.mark.parametrize("role", norway.STANDARD_NUMBERS)
def test_the_usual_number_may_be_chosen(role):
    assert norway.is_allowed(role, str(norway.STANDARD_NUMBERS[role]))


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("clearing", "1500"),  # the trade receivables themselves
        ("clearing", "1600"),
        ("clearing", "2900"),
        ("fee", "7699"),
        ("fee", "7800"),  # losses on receivables
        ("fee", "7780"),  # a base of value added tax
        ("rounding", "7789"),
        ("prepayment", "3000"),
        ("clearing", "152"),  # too short
        ("clearing", "1522A"),
        ("clearing", ""),
    ],
)
def test_numbers_outside_the_group_are_refused(role, code):
    assert not norway.is_allowed(role, code)


def test_vat_bases_are_known_in_longer_numbers_too():
    assert norway.is_tax_base("7780") and norway.is_tax_base("778900")
    assert not norway.is_tax_base("7790") and not norway.is_tax_base("77A0")


@pytest.mark.parametrize(
    ("codes", "length"),
    [
        (["1500", "1920", "15001"], 4),
        (["150000", "192000", "1500"], 6),
        (["BANK", "1500"], 4),
        (["BANK"], 4),
        ([], 4),
    ],
)
def test_the_usual_length_is_the_companys_style(codes, length):
    assert norway.get_code_length(codes) == length


def test_longer_numbers():
    assert norway.format_number(1522, 6) == "152200"
    assert norway.format_series((7770, 7779), 5) == "77700–77790"
    assert norway.format_series((7740, 7740), 4) == "7740"
    assert norway.find_free_code("clearing", {"152200"}, 6) == "152300"
    assert norway.is_allowed("clearing", "152210")


@pytest.mark.parametrize(
    ("receivable", "follows"),
    [("1500", True), ("150000", True), ("121000", False), ("15", False), ("15AB", False), ("", False), (None, False)],
)
def test_a_chart_is_norwegian_when_receivables_are_in_15xx(receivable, follows):
    assert norway.follows_standard(receivable) is follows


def test_names():
    assert get_account_names("clearing", "Vipps") == ("Vipps settlement clearing", "Vipps oppgjør")
    assert get_account_names("rounding", "Vipps") == ("Rounding differences", "Øredifferanser")


def test_accounts_are_found_by_word():
    assert has_word(("Øredifferanser", "Rounding differences"), ROUNDING_WORDS)
    assert not has_word(("Gebyr", "Fees"), ROUNDING_WORDS)


def test_every_role_has_series_type_and_names():
    for table in (norway.PROPOSED_SERIES, norway.ALLOWED_SERIES, ACCOUNT_TYPES, ACCOUNT_NAMES):
        assert set(table) == set(ALL_ROLES)
    assert set(REQUIRED_ROLES) <= set(ALL_ROLES)
    assert all(get_account_types(role)[0] == ACCOUNT_TYPES[role] for role in ALL_ROLES)


@pytest.mark.parametrize("role", ALL_ROLES)
def test_every_proposed_account_has_its_place_in_the_standard_audit_file(role):
    code = norway.find_free_code(role, ORDINARY, 6)
    grouping = get_grouping(role, code)
    assert grouping == GROUPINGS[role]
    assert get_standard_account(code) == code[:2]


def test_a_number_of_another_class_has_no_place_in_the_standard_audit_file():
    assert get_grouping("clearing", "2990") is None
    assert get_standard_account("VIPPS") == ""
