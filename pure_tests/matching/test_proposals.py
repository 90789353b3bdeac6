"""The rule that would have placed a transaction where a person placed it. No database."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.references import normalise
from odoo.addons.settlement_bridge.matching.learning import PROPOSED, Target, propose_rule
from odoo.addons.settlement_bridge.matching.ledger import ItemType
from odoo.addons.settlement_bridge.matching.rules import Action, Key, TextOperator
from odoo.addons.settlement_bridge.providers.records import Kind

from ..samples.plain import RULES, Books, line

SPONSOR = Target(Action.ACCOUNT, account_id=3900, account_name="3900 Annen inntekt")
KARI = Target(Action.CUSTOMER, partner_id=7, partner_name="Kari Nordmann", account_id=1500)


def order(value):
    """A document known by this order reference."""
    return Target(Action.MATCH, ((Key.ORDER_REFERENCE, value),))


# --- Documents: the key is taken out of what the provider sent --------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "value", "pattern"),
    [
        ("NO-WEB-1042", "WEB-1042", r"^NO\-(WEB\-\d+)$"),
        ("1042/2026", "1042", r"^(\d+)/\d+$"),
        ("order#1042", "1042", r"^order\#(\d+)$"),
        ("Bestilling Å-17 ", "17", r"^Bestilling\ Å\-(\d+)$"),
        ("(1042) [x]", "1042", r"^\((\d+)\)\ \[x\]$"),
    ],
)
def test_key_inside_the_reference(reference, value, pattern):
    rule = propose_rule(line(100, reference), order(value))
    assert (rule.action, rule.key) == (Action.MATCH, Key.ORDER_REFERENCE)
    assert (rule.reference.operator, rule.reference.value) == (TextOperator.REGEX, pattern)


def test_key_inside_the_text():
    rule = propose_rule(line(100, "", text="Capture of order 1042 paid"), order("1042"))
    assert rule.text.value == r"(?:^|[^\pL\d])order\s*(\d+)(?:[^\pL\d]|$)"
    assert rule.get_reference(line(50, "", text="Payment, ORDER 77 again")) == "77"


def test_the_rule_then_finds_the_next_one_by_itself():
    """What a person taught with one order holds for the others of the same shape, and for nothing else."""
    rule = propose_rule(line(100, "NO-WEB-1042"), order("WEB-1042"))
    books = Books()
    books.item(books.case("WEB-2000"), 250)
    decision = books.decide_one(line(250, "NO-WEB-2000"), rules=(*RULES, rule))
    assert (decision.rule_id, decision.case.name) == (PROPOSED, "WEB-2000")
    assert books.decide_one(line(250, "SE-WEB-2000"), rules=(*RULES, rule)).rule_id is None


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("WEB-1042", "WEB-1042"),
        (" web-1042", "WEB-1042"),
        ("10429", "1042"),
        ("A1042", "1042"),
        ("noe helt annet", "1042"),
        ("", "1042"),
        ("1042-x", ""),
    ],
)
def test_no_rule_where_the_reference_does_not_lead_there(reference, value):
    """The same reference needs no rule; a part of a longer number would be a guess."""
    assert propose_rule(line(100, reference), order(value)) is None


def test_the_key_that_is_there_is_taken():
    target = Target(
        Action.MATCH,
        ((Key.ORDER_REFERENCE, "WEB-7"), (Key.INVOICE_NUMBER, "INV/2026/00012"), (Key.PAYMENT_REFERENCE, "")),
    )
    rule = propose_rule(line(100, "faktura INV/2026/00012"), target)
    assert rule.key is Key.INVOICE_NUMBER


# --- Accounts and customers: what stays the same from one to the next -------------------------------------------------


def test_account_by_the_words_of_the_text():
    rule = propose_rule(line("-99", "", Kind.CORRECTION, text="Sponsorstøtte 2026-03 (nr. 4)"), SPONSOR)
    assert (rule.action, rule.account_id, rule.kinds) == (Action.ACCOUNT, 3900, frozenset({Kind.CORRECTION}))
    assert (rule.text.operator, rule.text.value) == (TextOperator.CONTAINS, "Sponsorstøtte")


def test_account_by_the_words_of_the_reference():
    rule = propose_rule(line(100, "GAVEKORT-1007"), SPONSOR)
    assert (rule.action, rule.account_id) == (Action.ACCOUNT, 3900)
    assert rule.reference.value == "GAVEKORT"


def test_account_with_its_tax():
    rule = propose_rule(line(100, "GAVEKORT-1007"), replace(SPONSOR, tax_id=3, tax_name="25 %"))
    assert (rule.tax_id, rule.tax_name) == (3, "25 %")


def test_one_payment_of_a_customer_teaches_nothing_about_others():
    """Kari paid GAVEKORT-1007: that says nothing of who pays GAVEKORT-1008."""
    others = [line(50, f"WEB-{number}") for number in range(5)]
    assert propose_rule(line(100, "GAVEKORT-1007"), KARI) is None
    assert propose_rule(line(100, "GAVEKORT-1007"), KARI, others) is None
    assert propose_rule(line(100, "1007", text="Gave til butikken"), KARI, others) is None


def test_customer_by_the_name():
    rule = propose_rule(line(100, "1007", text="Gave fra Kari Nordmann, takk"), KARI)
    assert (rule.action, rule.partner_id, rule.account_id) == (Action.CUSTOMER, 7, 1500)
    assert (rule.text.operator, rule.text.value) == (TextOperator.CONTAINS, "Kari Nordmann")
    assert propose_rule(line(100, "kari nordmann 7"), KARI).reference.value == "Kari Nordmann"


def test_customer_by_a_reference_that_comes_again():
    """Every month the same: that reference, and no other."""
    others = [line(100, "AVT-2231"), *(line(50, f"WEB-{number}") for number in range(5))]
    rule = propose_rule(line(100, "avt-2231"), KARI, others)
    assert (rule.reference.operator, rule.reference.value) == (TextOperator.REGEX, r"^avt\-2231$")
    assert rule.applies_to(others[0])
    assert not rule.applies_to(line(100, "AVT-22310"))


def test_payments_without_a_word_teach_nothing():
    assert propose_rule(line(100, "1007"), KARI) is None


def test_what_every_payment_says_teaches_nothing():
    """“capture” is what Vipps calls any payment: a rule on it would put them all on Kari."""
    others = [line(50, f"WEB-{number}", text="capture") for number in range(5)]
    assert propose_rule(line(100, "1007", text="capture"), KARI, others) is None
    assert propose_rule(line(100, "1007", text="capture"), KARI) is None
    assert propose_rule(line(100, "WEB-1007", text="capture"), KARI, others) is None
    assert propose_rule(line(100, "1007", text="Gavekort i butikk"), SPONSOR, others).text.value == "Gavekort i butikk"


def test_rows_of_the_provider_without_a_word_are_told_by_their_type():
    rule = propose_rule(line("-12", "", Kind.CORRECTION), SPONSOR)
    assert rule.text is None
    assert rule.kinds == frozenset({Kind.CORRECTION})


# --- Whatever the texts -----------------------------------------------------------------------------------------------


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=9), st.text("1Aå-# /.(", max_size=9), st.text(max_size=9), st.booleans())
def test_a_proposal_always_applies_to_what_it_was_learned_from(before, value, after, is_reference):
    whole = before + value + after
    transaction = line(100, whole if is_reference else "", text="" if is_reference else whole)
    for target in (order(value), SPONSOR, KARI):
        rule = propose_rule(transaction, target)
        if rule:
            assert rule.applies_to(transaction)
            if target.action is Action.MATCH:
                assert normalise(rule.get_reference(transaction)) == normalise(value)


def test_a_dispute_is_no_document():
    books = Books()
    books.item(books.case("WEB-7"), 100, ItemType.DISPUTE)
    rule = propose_rule(line(100, "NO-WEB-7"), order("WEB-7"))
    decision = books.decide_one(line(100, "NO-WEB-7"), rules=(rule,))
    assert not any(part.item for part in decision.allocations)
