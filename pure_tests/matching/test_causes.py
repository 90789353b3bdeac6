"""Why a transaction is unknown, in one word for the list."""

import datetime

import pytest

from odoo.addons.settlement_bridge.common.messages import Message
from odoo.addons.settlement_bridge.matching.causes import CODES, Cause, find_cause

#: Sentences on what a person has done are said by the models.
OF_MODELS = {"undone_by"}

MARCH = datetime.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("codes", "reference", "cause"),
    [
        (["reference_unknown", "rule_finds_nothing", "needs_one_candidate"], "W-1", Cause.NEVER_SEEN),
        (["reference_ambiguous", "rejected_other_shop"], "W-1", Cause.OTHER_SHOP),
        (["reference_ambiguous", "reference_in_several_places"], "W-1", Cause.AMBIGUOUS),
        (["reference_ambiguous", "rejected_other_amount"], "W-1", Cause.OTHER_AMOUNT),
        (["reference_ambiguous", "amount_in_other_currency"], "W-1", Cause.OTHER_CURRENCY),
        (["reference_ambiguous", "nothing_open_customer_uncertain"], "W-1", Cause.ALREADY_PAID),
        (["no_order_reference", "needs_other_rule"], "", Cause.ELSEWHERE),
        (["no_rule_for_type", "needs_rule_for_type"], "", Cause.NO_RULE),
        (["rule_books_to_unknown"], "", Cause.BY_RULE),
        (["undone_by", "rule_found", "item_closed"], "W-1", Cause.TAKEN_BACK),
    ],
)
def test_the_cause_is_read_from_what_the_decision_says(codes, reference, cause):
    assert find_cause(codes, reference, MARCH, None) is cause


def test_what_was_paid_before_the_shop_started_here_is_told_apart():
    """The old system has invoiced those orders: the accountant looks there, not in the shop."""
    days = {MARCH - datetime.timedelta(1): Cause.BEFORE_START, MARCH: Cause.NEVER_SEEN}
    for day, cause in days.items():
        assert find_cause(["reference_unknown"], "W-1", day, MARCH) is cause


def test_every_code_is_a_sentence():
    """A code that is renamed would leave its transactions in the wrong place, without a word."""
    for _cause, codes in CODES:
        for code in codes:
            assert code in OF_MODELS or Message(code).sentence != code
