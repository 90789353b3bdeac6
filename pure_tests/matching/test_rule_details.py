"""What rules once got wrong, as an accountant would expect it. No database."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import SettlementError
from odoo.addons.settlement_bridge.matching.descriptions import describe_action, describe_condition
from odoo.addons.settlement_bridge.matching.ledger import ItemType
from odoo.addons.settlement_bridge.matching.lookups import collect_lookups
from odoo.addons.settlement_bridge.matching.outcomes import Status
from odoo.addons.settlement_bridge.matching.patterns import compile_pattern, search_pattern
from odoo.addons.settlement_bridge.matching.rules import Action, Key, Rule, TextCondition, TextOperator
from odoo.addons.settlement_bridge.matching.trials import describe_group, describe_place
from odoo.addons.settlement_bridge.providers.records import Kind

from ..samples.plain import DAY, Books, line, said

SHOP = {"webshop_ids": frozenset({1}), "webshop_names": ("Sko",)}
FROM_TEXT = TextCondition(TextOperator.REGEX, r"ordre (\S+)")
OF_KARI = {"key": Key.CUSTOMER_AMOUNT, "days": 14, "partner_id": 7, "partner_name": "Kari"}


def make_rule(action=Action.MATCH, key=None, **values):
    if action is Action.MATCH and not key:
        key = Key.ORDER_REFERENCE
    return Rule(**{"id": 50, "name": "Regel", "action": action, "key": key, **values})


def tried(decision):
    return "\n".join(map(str, decision.tried))


@pytest.fixture
def books():
    return Books()


def test_account_rule_of_a_shop_is_not_applied_where_two_shops_have_the_order(books):
    """1001 of one shop and 1001 of another: nobody knows which shop the payment is from."""
    books.case("Sko 1001", "1001", webshop_id=1)
    books.case("Hatt 1001", "1001", webshop_id=2)
    rule = make_rule(Action.ACCOUNT, account_id=3900, **SHOP)
    assert books.decide_one(line(100, "1001"), rules=(rule,)).status is Status.UNKNOWN


def test_account_rule_of_a_shop_exact_order_of_another_shop_counts_before_the_attempt(books):
    """1001-2 is another shop's order, exactly; 1001 (read without "-2", amount not compared) is this shop's."""
    books.case("Hatt 1001-2", "1001-2", webshop_id=2)
    books.case("Sko 1001", "1001", webshop_id=1)
    rule = make_rule(Action.ACCOUNT, account_id=3900, **SHOP)
    assert books.decide_one(line(100, "1001-2"), rules=(rule,)).status is Status.UNKNOWN


def test_account_rule_of_a_shop_lossy_reading_without_the_amount(books):
    books.item(books.case("Sko 1001", "1001", webshop_id=1), 250)
    rule = make_rule(Action.ACCOUNT, account_id=3900, **SHOP)
    assert books.decide_one(line(100, "1001-2"), rules=(rule,)).status is Status.UNKNOWN


def test_customer_and_amount_turns_down_a_cancelled_order(books):
    """By its reference the same order is turned down too."""
    item = books.item(books.case("WEB-1", is_cancelled=True, has_invoice=False), 100, ItemType.PAYMENT, date=DAY)
    decision = books.decide_one(line(100, ""), rules=(make_rule(**OF_KARI),))
    assert (decision.status, item.residual) == (Status.UNKNOWN, 100)


def test_customer_by_captured_key_of_a_shop(books):
    """The captured key tells the shop, as it tells the order."""
    books.case("WEB-7", webshop_id=1)
    rule = make_rule(Action.CUSTOMER, Key.ORDER_REFERENCE, text=FROM_TEXT, **SHOP)
    assert books.decide_one(line(100, "", text="ordre WEB-7"), rules=(rule,)).rule_id == 50


def test_captured_provider_id_is_collected_as_one():
    """Earlier transactions of that id are looked up by it."""
    rule = make_rule(key=Key.PROVIDER_REFERENCE, text=FROM_TEXT)
    assert "psp-7" in collect_lookups([line(100, "", text="ordre psp-7")], [rule]).provider_references


@pytest.mark.parametrize("transaction", [line(0, fee="1.00"), line(-100, kind=Kind.PAYOUT)])
def test_place_of_what_needs_no_place_can_be_told(books, transaction):
    """An empty sentence in the try-out's list."""
    books.item(books.case(), 100)
    assert str(describe_place(books.decide_one(transaction), {}))


@pytest.mark.parametrize("transaction", [line(0, fee="1.00"), line(-100, kind=Kind.PAYOUT)])
def test_group_of_what_needs_no_place_can_be_told(books, transaction):
    """A row of zero, or a payout, has nothing to book and no place."""
    books.item(books.case(), 100)
    assert str(describe_group(books.decide_one(transaction), {}))


def test_half_a_surrogate_pair_in_an_expression_is_refused():
    with pytest.raises(SettlementError):
        compile_pattern("\ud83d")


def test_half_a_surrogate_pair_in_a_text_is_just_not_found():
    assert search_pattern("ordre", "\ud83d") is None


def test_ambiguous_reference_is_not_said_to_be_unknown(books):
    for name in ("S1", "S2"):
        books.item(books.case(name, "1042"), 100)
    decision = books.decide_one(line(100, "1042"))
    assert "No order or invoice has the reference 1042" not in said(decision)


def test_dispute_of_a_known_order_without_customer_says_why(books):
    books.case("WEB-1", partner_id=None)
    decision = books.decide_one(line(-100, kind=Kind.CHARGEBACK))
    assert "No order or invoice has the reference WEB-1" not in said(decision)
    assert "customer" in said(decision) + tried(decision)


def test_customer_rule_that_finds_an_order_without_customer_says_why(books):
    books.case("WEB-1", partner_id=None)
    decision = books.decide_one(line(100), rules=(make_rule(Action.CUSTOMER, Key.ORDER_REFERENCE),))
    assert "customer" in said(decision) + tried(decision)


def test_what_would_be_needed_names_the_captured_key(books):
    decision = books.decide_one(line(100, "tekst", text="ordre WEB-9"), rules=(make_rule(text=FROM_TEXT),))
    assert "WEB-9" in str(decision.tried[-1])


def test_customer_document_out_of_time_is_not_said_not_to_exist(books):
    books.item(books.case("WEB-1"), 100, date=DAY - datetime.timedelta(days=60))
    decision = books.decide_one(line(100, ""), rules=(make_rule(**OF_KARI),))
    assert "has no document with exactly this amount open." not in tried(decision)


def test_customer_document_of_another_shop_is_named(books):
    books.item(books.case("WEB-1", webshop_id=2), 100, date=DAY)
    decision = books.decide_one(line(100, ""), rules=(make_rule(**OF_KARI, **SHOP),))
    assert "WEB-1 was rejected" in said(decision)


def test_largest_amount_of_zero_is_told():
    rule = make_rule(amount_to=Decimal(0))
    assert rule.get_unmet(line(1)) == "amounts"
    assert describe_condition(rule, "amounts")


@pytest.mark.parametrize("name", ["without_prefix", "without_attempt"])
def test_how_a_customer_rule_reads_is_told(name):
    rule = make_rule(Action.CUSTOMER, Key.ORDER_REFERENCE)
    assert describe_action(rule) != describe_action(replace(rule, **{name: False}))


def test_customer_and_amount_by_a_captured_key_is_told():
    rule = make_rule(key=Key.CUSTOMER_AMOUNT, text=TextCondition(TextOperator.REGEX, "kunde (.*)"))
    assert "captures" in " ".join(map(str, describe_action(rule)))
