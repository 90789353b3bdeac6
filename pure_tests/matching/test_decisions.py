"""Where a transaction belongs, as an accountant would decide it. No database."""

import copy
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.matching.engine import decide_for_case
from odoo.addons.settlement_bridge.matching.ledger import ItemType
from odoo.addons.settlement_bridge.matching.outcomes import Attempt, Status
from odoo.addons.settlement_bridge.matching.roles import Role
from odoo.addons.settlement_bridge.matching.rules import Action, Key, Rule, TextCondition, TextOperator
from odoo.addons.settlement_bridge.providers.records import BANK_KINDS, Kind
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ..samples import plain
from ..samples.plain import RECEIVABLE, RULES, Books, line, parts_of, said, to_nok

UNKNOWN_RULE = Rule(
    90, "Kassert", Action.UNKNOWN, kinds=frozenset({Kind.PAYMENT}), text=TextCondition(TextOperator.CONTAINS, "test")
)
SPONSOR_RULE = Rule(91, "Sponsor", Action.ACCOUNT, kinds=frozenset({Kind.CORRECTION}), account_id=3900)


@pytest.fixture
def books():
    return Books()


# --- Which rule, which key --------------------------------------------------------------------------------------------


def test_provider_id_counts_before_the_order_reference(books):
    by_id = books.case("by id", "psp-1", key=Key.PROVIDER_REFERENCE)
    books.case("WEB-1")
    decision = books.decide_one(line(100, "WEB-1", provider_reference="psp-1"))
    assert decision.case is by_id
    assert decision.rule_id == 1


def test_rules_are_tried_in_the_order_given(books):
    books.case("by id", "psp-1", key=Key.PROVIDER_REFERENCE)
    by_reference = books.case("WEB-1")
    rules = (RULES[1], RULES[0])
    assert books.decide_one(line(100, "WEB-1", provider_reference="psp-1"), rules=rules).case is by_reference


def test_own_rule_before_the_search_wins(books):
    books.item(books.case("WEB-1"), 100)
    decision = books.decide_one(line(100, text="Test payment"), rules=(UNKNOWN_RULE, *RULES))
    assert (decision.status, decision.rule_id) == (Status.UNKNOWN, 90)
    assert "Kassert" in said(decision)


def test_rule_for_another_type_or_text_is_passed_over(books):
    books.item(books.case("WEB-1"), 100)
    assert books.decide_one(line(100, text="Real"), rules=(UNKNOWN_RULE, *RULES)).status is Status.MATCHED


def test_rule_books_a_correction_to_its_account(books):
    decision = books.decide_one(line(12, "", Kind.CORRECTION), rules=(*RULES, SPONSOR_RULE))
    assert (decision.status, decision.rule_id) == (Status.MATCHED, 91)
    assert [(part.role, part.account_id) for part in decision.allocations] == [(Role.ACCOUNT, 3900)]


def test_each_key_looks_among_its_own_values(books):
    """An invoice number that happens to be somebody's order reference is another key, tried in its turn."""
    books.case("INV-7", key=Key.INVOICE_NUMBER)
    decision = books.decide_one(line(100, "INV-7"))
    assert decision.rule_id == 3


def test_exact_spelling_counts_before_the_normal_form(books):
    exact = books.case("WEB-1")
    books.case("web-1")
    assert books.decide_one(line(100, "WEB-1")).case is exact


def test_normal_form_is_found_and_explained(books):
    case = books.case("#web-1")
    decision = books.decide_one(line(100, " WEB-1"))
    assert decision.case is case
    assert "web-1" in said(decision)


def test_reference_inside_another_is_not_found(books):
    books.item(books.case("10011"), 100)
    assert books.decide_one(line(100, "1001")).status is Status.UNKNOWN


def test_unknown_names_the_reference(books):
    decision = books.decide_one(line(100, "W-1042"))
    assert parts_of(decision) == [("unknown", "100")]
    assert "W-1042" in said(decision)


def test_each_attempt_names_its_rule_and_what_would_be_needed_names_none(books):
    attempts = books.decide_one(line(100, "W-1042", provider_reference="psp-9")).tried
    assert [attempt.rule_id for attempt in attempts] == [1, 2, 3, 4, None]
    assert [Attempt.from_json(attempt.to_json()) for attempt in attempts] == attempts


def test_no_reference_is_unknown_and_says_so(books):
    decision = books.decide_one(line(100, ""))
    assert decision.status is Status.UNKNOWN
    assert "no order reference" in said(decision)


# --- Lossy readings and ambiguity -------------------------------------------------------------------------------------


def test_attempt_number_needs_the_exact_amount(books):
    books.item(books.case("WEB-1001"), 100)
    assert books.decide_one(line(100, "WEB-1001-2")).status is Status.MATCHED


@pytest.mark.parametrize("amount", ["99.99", "100.01", "99.40", "1"])
def test_attempt_number_with_another_amount_is_turned_down(books, amount):
    """Not even a rounding difference is allowed where part of the reference was left out."""
    books.item(books.case("WEB-1001"), 100)
    decision = books.decide_one(line(amount, "WEB-1001-2"))
    assert decision.status is Status.UNKNOWN
    assert "WEB-1001 was rejected" in said(decision)


def test_prefix_needs_the_exact_amount(books):
    books.item(books.case("1001"), 100)
    assert books.decide_one(line(90, "NO-1001"), prefixes=("NO-",)).status is Status.UNKNOWN
    assert books.decide_one(line(100, "NO-1001"), prefixes=("NO-",)).status is Status.MATCHED


def test_same_reference_twice_is_never_guessed(books):
    for name in ("INV/1", "INV/2"):
        books.item(books.case(name, "1042"), 100)
    decision = books.decide_one(line(100, "1042"))
    assert decision.status is Status.UNKNOWN
    assert "INV/1, INV/2" in said(decision)


def test_same_reference_twice_but_one_has_the_amount_open(books):
    books.item(books.case("INV/1", "1042"), 250)
    item = books.item(books.case("INV/2", "1042"), 100)
    decision = books.decide_one(line(100, "1042"))
    assert decision.invoice_id == item.invoice_id


def test_same_reference_twice_and_nearly_the_amount(books):
    books.item(books.case("INV/1", "1042"), 250)
    books.item(books.case("INV/2", "1042"), "100.50")
    assert books.decide_one(line(100, "1042")).status is Status.UNKNOWN


def test_ambiguous_reference_is_not_settled_by_leaving_some_of_it_out(books):
    """Two orders are called 1001-1. That a third, 1001, has the amount open says nothing about which was paid."""
    books.item(books.case("A", "1001-1"), 250)
    books.item(books.case("B", "1001-1"), 250)
    books.item(books.case("C", "1001"), 100)
    decision = books.decide_one(line(100, "1001-1"))
    assert decision.status is Status.UNKNOWN
    assert "2 documents have the reference" in said(decision)


def test_sign_tells_an_ambiguous_refund_from_a_payment(books):
    books.item(books.case("A", "1042"), 100)
    note = books.item(books.case("B", "1042"), -100)
    assert books.decide_one(line(-100, "1042")).invoice_id == note.invoice_id


def test_chargeback_of_an_ambiguous_reference_is_unknown(books):
    books.case("A", "1042")
    books.case("B", "1042")
    assert books.decide_one(line(-100, "1042", Kind.CHARGEBACK)).status is Status.UNKNOWN


def test_turned_down_candidates_are_told_also_when_another_rule_finds_one(books):
    books.case("A", "1042")
    books.case("B", "1042")
    books.item(books.case("INV-1", "1042", key=Key.INVOICE_NUMBER), 100)
    decision = books.decide_one(line(100, "1042"))
    assert decision.rule_id == 3
    assert "A, B" in said(decision)


# --- What one takes, the next no longer finds -------------------------------------------------------------------------


def test_two_payments_of_one_invoice(books):
    item = books.item(books.case(), 1000)
    first, second = books.decide(line(600), line(400, id=2))
    assert item.residual == 0
    assert (parts_of(first), parts_of(second)) == ([("item", "600")], [("item", "400")])
    assert (first.difference, second.difference) == ("", "")


def test_same_invoice_paid_twice(books):
    books.item(books.case(), 100)
    first, second = books.decide(line(100), line(100, id=2))
    assert (first.status, second.status) == (Status.MATCHED, Status.ON_ACCOUNT)
    assert parts_of(second) == [("customer", "100")]
    assert second.difference == "excess"


def test_same_amount_open_twice_is_taken_once_each(books):
    """Two invoices of one order with the same amount, two payments: each invoice is paid once."""
    case = books.case()
    items = [books.item(case, 100), books.item(case, 100)]
    books.decide(line(100), line(100, id=2))
    assert [item.residual for item in items] == [0, 0]


def test_exact_invoice_of_an_order_before_the_oldest(books):
    case = books.case()
    older, exact = books.item(case, 60), books.item(case, 40)
    books.decide_one(line(40))
    assert (older.residual, exact.residual) == (60, 0)


def test_one_payment_of_several_invoices_oldest_first(books):
    case = books.case()
    newer = books.item(case, 200, date_due=plain.DAY.replace(month=5))
    older = books.item(case, 100, date_due=plain.DAY.replace(month=4))
    decision = books.decide_one(line(250))
    assert [part.item for part in decision.allocations] == [older, newer]
    assert (older.residual, newer.residual) == (0, 50)


def test_payment_is_never_taken_from_a_credit_note(books):
    note = books.item(books.case(), -100)
    decision = books.decide_one(line(100))
    assert note.residual == -100
    assert decision.status is Status.ON_ACCOUNT


# --- Rounding ---------------------------------------------------------------------------------------------------------


def rounding_of(decision):
    """What is booked as rounding: positive when the customer paid too little."""
    less = sum((part.rounding_company for part in decision.allocations), Decimal(0))
    return less - sum((part.amount for part in decision.allocations if part.role is Role.ROUNDING), Decimal(0))


@pytest.mark.parametrize(
    ("invoiced", "paid", "rounding", "difference"),
    [
        ("101.00", "100.00", "1.00", ""),
        ("100.00", "101.00", "-1.00", ""),
        ("101.01", "100.00", "0", "open"),
        ("100.00", "101.01", "0", "excess"),
        ("1249.60", "1250.00", "-0.40", ""),
        ("1249.60", "1249.00", "0.60", ""),
        ("100.01", "100.00", "0.01", ""),
    ],
)
def test_rounding_limit_is_one_krone_to_the_oere(books, invoiced, paid, rounding, difference):
    item = books.item(books.case(), invoiced)
    decision = books.decide_one(line(paid))
    assert rounding_of(decision) == Decimal(rounding)
    assert decision.difference == difference
    assert bool(item.residual) == (difference == "open")
    assert any("remains open" in str(said) for said in decision.explanation) == (difference == "open")


@pytest.mark.parametrize(
    ("credited", "refunded", "rounding", "difference"),
    [
        ("200.60", "200.00", "-0.60", ""),
        ("199.60", "200.00", "0.40", ""),
        ("201.01", "200.00", "0", "open"),
        ("201.00", "200.00", "-1.00", ""),
    ],
)
def test_rounding_of_a_credit_note(books, credited, refunded, rounding, difference):
    note = books.item(books.case(), -Decimal(credited))
    decision = books.decide_one(line(-Decimal(refunded)))
    assert rounding_of(decision) == Decimal(rounding)
    assert decision.difference == difference
    assert bool(note.residual) == (difference == "open")


def test_lowered_limit(books):
    item = books.item(books.case(), "100.11")
    books.decide_one(line(100), limit=Decimal("0.10"))
    assert item.residual == Decimal("0.11")


def test_rounding_is_decided_when_the_whole_batch_is_known(books):
    """The small rest after two captures is the third capture."""
    books.item(books.case(), "1249.60")
    decisions = books.decide(line("600"), line("649", id=2), line("0.60", id=3))
    assert [rounding_of(decision) for decision in decisions] == [0, 0, 0]


def test_no_rounding_while_captures_are_outstanding(books):
    item = books.item(books.case(awaits_capture=True), "100.50")
    decision = books.decide_one(line(100))
    assert (item.residual, decision.difference) == (Decimal("0.50"), "")


def test_no_rounding_while_more_is_to_be_invoiced(books):
    item = books.item(books.case(is_invoiced=False), "100.50")
    decision = books.decide_one(line(100))
    assert (item.residual, decision.difference) == (Decimal("0.50"), "")


def test_no_rounding_across_invoices(books):
    """The order's other invoice is open: the rest may belong there."""
    case = books.case()
    first, second = books.item(case, "100.50"), books.item(case, 300)
    books.decide_one(line(100))
    assert (first.residual, second.residual) == (Decimal("0.50"), 300)


def test_two_small_differences_are_two_roundings(books):
    books.item(books.case("WEB-1"), "100.60")
    books.item(books.case("WEB-2"), "100.60")
    decisions = books.decide(line(100, "WEB-1"), line(100, "WEB-2", id=2))
    assert [rounding_of(decision) for decision in decisions] == [Decimal("0.60")] * 2


def test_rounding_once_per_invoice_however_many_payments(books):
    books.item(books.case(), "1000.60")
    decisions = books.decide(line(600), line(400, id=2))
    assert [rounding_of(decision) for decision in decisions] == [0, Decimal("0.60")]


def test_no_rounding_on_a_chargeback(books):
    dispute = books.item(books.case(), 100, ItemType.DISPUTE)
    decision = books.decide_one(line("99.50", kind=Kind.CHARGEBACK_REVERSAL))
    assert dispute.residual == 100
    assert parts_of(decision) == [("dispute", "99.50")]


def test_no_rounding_on_a_chargeback_placed_by_hand_on_a_credit_note(books):
    case = books.case()
    note = books.item(case, "-100.50")
    decision = decide_for_case(line(-100, kind=Kind.CHARGEBACK), case, books.ledger, plain.settings())
    assert note.residual == Decimal("-0.50")
    assert rounding_of(decision) == 0


def test_no_rounding_against_a_registered_payment(books):
    payment = books.item(books.case(), "100.50", ItemType.PAYMENT)
    decision = books.decide_one(line(100))
    assert rounding_of(decision) == 0
    assert payment.residual in (Decimal("0.50"), Decimal("100.50"))


def test_rounding_limit_is_in_company_currency(books):
    """0.09 EUR is 1.04 NOK: above the limit, though less than one in its own currency."""
    small = books.item(books.case("WEB-1"), "100.08", currency="EUR")
    large = books.item(books.case("WEB-2"), "100.09", currency="EUR")
    first, _second = books.decide(line(100, "WEB-1", currency="EUR"), line(100, "WEB-2", currency="EUR", id=2))
    assert (small.residual, large.residual) == (0, Decimal("0.09"))
    assert rounding_of(first) == Decimal("0.93")


# --- More than open, nothing open -------------------------------------------------------------------------------------


def test_surplus_stays_on_the_customer(books):
    books.item(books.case(), 100)
    decision = books.decide_one(line(150))
    assert parts_of(decision) == [("item", "100"), ("customer", "50")]
    assert (decision.status, decision.difference) == (Status.MATCHED, "excess")


def test_already_paid_says_by_what(books):
    books.case(paid_by=("BNK1/2026/00012",))
    decision = books.decide_one(line(100))
    assert (decision.status, decision.partner_id) == (Status.ON_ACCOUNT, 7)
    assert "BNK1/2026/00012" in said(decision)


def test_nothing_open_and_no_certain_customer_is_unknown(books):
    books.case(partner_id=None)
    decision = books.decide_one(line(100))
    assert (decision.status, parts_of(decision)) == (Status.UNKNOWN, [("unknown", "100")])


def test_payment_before_the_invoice_stands_on_the_customer(books):
    books.case(is_invoiced=False, has_invoice=False)
    decision = books.decide_one(line(500))
    assert (decision.status, decision.difference) == (Status.ON_ACCOUNT, "")
    assert [(part.role, part.account_id) for part in decision.allocations] == [(Role.CUSTOMER, RECEIVABLE)]


def test_payment_before_the_invoice_is_a_prepayment_where_set(books):
    books.case(is_invoiced=False, has_invoice=False)
    decision = books.decide_one(line(500), prepayment_account_id=2900)
    assert [(part.role, part.account_id) for part in decision.allocations] == [(Role.PREPAYMENT, 2900)]


def test_refund_awaits_its_credit_note(books):
    books.item(books.case(), 500)
    decision = books.decide_one(line(-200))
    assert (decision.status, parts_of(decision)) == (Status.ON_ACCOUNT, [("customer", "-200")])


def test_refund_of_a_prepayment_goes_back_where_the_prepayment_stands(books):
    """Paid, never invoiced, refunded: both sides stand on the prepayment account, and it is zero."""
    books.case(is_invoiced=False, has_invoice=False)
    decisions = books.decide(line(500), line(-500, id=2), prepayment_account_id=2900)
    assert [part.account_id for decision in decisions for part in decision.allocations] == [2900, 2900]
    assert {decision.status for decision in decisions} == {Status.MATCHED}


def test_refund_larger_than_its_credit_note(books):
    note = books.item(books.case(), -200)
    decision = books.decide_one(line(-300))
    assert note.residual == 0
    assert parts_of(decision) == [("item", "-200"), ("customer", "-100")]


def test_zero_row_takes_nothing(books):
    item = books.item(books.case(), 100)
    decision = books.decide_one(line(0, fee="1.00"))
    assert (decision.allocations, item.residual) == ([], 100)


# --- Amounts whose sign their type does not explain -------------------------------------------------------------------


def test_negative_payment_never_makes_an_invoice_larger(books):
    """A capture taken back under the name of a capture: the sign decides."""
    item = books.item(books.case(), 100)
    decision = books.decide_one(line(-50, kind=Kind.PAYMENT))
    assert item.residual == 100
    assert parts_of(decision) == [("customer", "-50")]


def test_positive_refund_never_makes_a_credit_note_larger(books):
    note = books.item(books.case(), -100)
    books.decide_one(line(50, kind=Kind.REFUND))
    assert note.residual == -100


def test_rule_may_look_for_the_order_of_a_correction(books):
    rule = Rule(5, "Korreksjon", Action.MATCH, Key.ORDER_REFERENCE, kinds=frozenset({Kind.CORRECTION}))
    item = books.item(books.case("WEB-1001"), 12)
    decision = books.decide_one(line(12, "WEB-1001-2", Kind.CORRECTION), rules=(rule,))
    assert (decision.status, item.residual) == (Status.MATCHED, 0)


def test_correction_placed_by_hand_on_an_invoice_closes_it(books):
    case = books.case()
    item = books.item(case, 12)
    decide_for_case(line(12, "", Kind.CORRECTION), case, books.ledger, plain.settings())
    assert item.residual == 0


# --- Payments registered in Odoo --------------------------------------------------------------------------------------


def test_registered_payment_is_met_before_an_invoice(books):
    case = books.case()
    invoice, payment = books.item(case, 100), books.item(case, 100, ItemType.PAYMENT)
    decision = books.decide_one(line(100))
    assert (invoice.residual, payment.residual) == (100, 0)
    assert payment.name in said(decision)


def test_registered_refund_is_met(books):
    payment = books.item(books.case(), -100, ItemType.PAYMENT)
    books.decide_one(line(-100))
    assert payment.residual == 0


def test_registered_payment_settled_in_parts(books):
    """Odoo registered 100; the provider settles it as two captures. Both meet that payment, nothing is "paid twice"."""
    payment = books.item(books.case(), 100, ItemType.PAYMENT)
    decisions = books.decide(line(60), line(40, id=2))
    assert payment.residual == 0
    assert [decision.difference for decision in decisions] == ["", ""]


def test_open_invoice_of_exactly_the_amount_before_a_part_of_a_registered_payment(books):
    case = books.case()
    invoice, payment = books.item(case, 50), books.item(case, 100, ItemType.PAYMENT)
    books.decide(line(50), line(100, id=2))
    assert (invoice.residual, payment.residual) == (0, 0)


def test_part_of_one_of_two_registered_payments_is_not_guessed(books):
    case = books.case()
    payments = [books.item(case, 100, ItemType.PAYMENT), books.item(case, 80, ItemType.PAYMENT)]
    books.decide_one(line(50))
    assert [payment.residual for payment in payments] == [100, 80]


def test_registered_payment_in_the_customers_currency(books):
    """Odoo registered EUR 100; the settlement is in NOK and tells the original amount."""
    payment = books.item(books.case(), 100, ItemType.PAYMENT, currency="EUR")
    decision = books.decide_one(line(1160, amount_original=100, currency_original="EUR"))
    assert payment.residual == 0
    assert [(part.amount, part.amount_item) for part in decision.allocations] == [(1160, 100)]


# --- Disputes ---------------------------------------------------------------------------------------------------------


def test_dispute_stands_on_the_customer_and_leaves_the_invoice(books):
    item = books.item(books.case(invoice_id=101), 100)
    decision = books.decide_one(line(-100, kind=Kind.CHARGEBACK))
    assert decision.is_dispute
    assert (item.residual, decision.invoice_id) == (100, 101)
    assert [(part.role, part.account_id, part.partner_id) for part in decision.allocations] == [
        (Role.DISPUTE, RECEIVABLE, 7)
    ]


def test_payment_is_never_taken_for_a_disputed_amount(books):
    dispute = books.item(books.case(), 100, ItemType.DISPUTE)
    decision = books.decide_one(line(100))
    assert dispute.residual == 100
    assert decision.status is Status.ON_ACCOUNT


def test_dispute_won_closes_the_dispute_of_that_amount(books):
    case = books.case()
    other, dispute = books.item(case, 250, ItemType.DISPUTE), books.item(case, 100, ItemType.DISPUTE)
    decision = books.decide_one(line(100, kind=Kind.CHARGEBACK_REVERSAL))
    assert (other.residual, dispute.residual) == (250, 0)
    assert decision.is_dispute


def test_dispute_of_nobody_is_unknown(books):
    books.case(partner_id=None)
    assert books.decide_one(line(-100, kind=Kind.CHARGEBACK)).status is Status.UNKNOWN


def test_disputed_sale_is_rescinded_by_credit_note(books):
    """A person places the disputed amount on the credit note: it is closed."""
    case = books.case()
    note = books.item(case, -100)
    decision = decide_for_case(line(-100, kind=Kind.CHARGEBACK), case, books.ledger, plain.settings())
    assert note.residual == 0
    assert parts_of(decision) == [("item", "-100")]


# --- Currencies -------------------------------------------------------------------------------------------------------


def test_original_amount_closes_the_invoice_in_its_own_currency(books):
    item = books.item(books.case(), 100, currency="EUR")
    decision = books.decide_one(line("1157.30", amount_original=100, currency_original="EUR"))
    assert item.residual == 0
    assert [(part.amount, part.amount_item) for part in decision.allocations] == [(Decimal("1157.30"), 100)]


def test_invoice_in_another_currency_without_original_amount_is_left_open(books):
    item = books.item(books.case(), 100, currency="EUR")
    decision = books.decide_one(line(1160))
    assert item.residual == 100
    assert decision.status is Status.ON_ACCOUNT
    assert "does not state the amount in that currency" in said(decision)


@pytest.mark.parametrize("original", [None, 0])
def test_original_currency_without_amount_tells_nothing(books, original):
    item = books.item(books.case(), 100, currency="EUR")
    decision = books.decide_one(line(1160, amount_original=original, currency_original="EUR"))
    assert item.residual == 100
    assert parts_of(decision) == [("customer", "1160")]


def test_partial_payment_in_another_currency(books):
    item = books.item(books.case(), 100, currency="EUR")
    decision = books.decide_one(line(464, amount_original=40, currency_original="EUR"))
    assert item.residual == 60
    assert parts_of(decision) == [("item", "464")]


def test_surplus_in_another_currency(books):
    books.item(books.case(), 100, currency="EUR")
    decision = books.decide_one(line(1740, amount_original=150, currency_original="EUR"))
    assert parts_of(decision) == [("item", "1160"), ("customer", "580")]


def test_one_payment_of_two_invoices_in_another_currency(books):
    """150 EUR for invoices of 60 and 80: what the first took is not there for the second."""
    case = books.case()
    items = [books.item(case, 60, currency="EUR"), books.item(case, 80, currency="EUR")]
    decision = books.decide_one(line(1740, amount_original=150, currency_original="EUR"))
    assert [item.residual for item in items] == [0, 0]
    assert parts_of(decision) == [("item", "696"), ("item", "928"), ("customer", "116")]


def test_two_invoices_in_another_currency_and_money_for_one_and_a_half(books):
    case = books.case()
    items = [books.item(case, 60, currency="EUR"), books.item(case, 80, currency="EUR")]
    decision = books.decide_one(line(1160, amount_original=100, currency_original="EUR"))
    assert [item.residual for item in items] == [0, 40]
    assert parts_of(decision) == [("item", "696"), ("item", "464")]


def test_odd_rates_leave_no_oere_behind(books):
    """Thirds of an odd amount: the last part is the rest, not another rounding."""
    case = books.case()
    items = [books.item(case, "33.33", currency="EUR") for _number in range(3)]
    decision = books.decide_one(line("1157.77", amount_original="99.99", currency_original="EUR"))
    assert [item.residual for item in items] == [0, 0, 0]
    assert [part.role for part in decision.allocations] == [Role.ITEM] * 3


@pytest.mark.parametrize("original", [-100, 100])
def test_refund_in_another_currency(books, original):
    """Whether the provider writes what the customer got back with a minus sign or without."""
    note = books.item(books.case(), -100, currency="EUR")
    books.decide_one(line(-1160, amount_original=original, currency_original="EUR"))
    assert note.residual == 0


def test_invoice_and_settlement_in_the_same_foreign_currency(books):
    item = books.item(books.case(), 100, currency="EUR")
    assert parts_of(books.decide_one(line(100, currency="EUR"))) == [("item", "100")]
    assert item.residual == 0


# --- The provider's own rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(BANK_KINDS, key=str))
def test_rows_between_provider_and_bank_need_no_place(books, kind):
    decision = books.decide_one(line(-100, kind=kind))
    assert (decision.status, decision.allocations) == (Status.MATCHED, [])


@pytest.mark.parametrize(
    ("values", "role"),
    [
        ({"kind": Kind.FEE}, Role.FEE),
        ({"kind": Kind.FEE_REFUND}, Role.FEE),
        ({"kind": Kind.FEE, "fee_owed": True}, Role.FEE_OWED),
        ({"kind": Kind.CORRECTION}, Role.UNKNOWN),
        ({"kind": Kind.OTHER}, Role.UNKNOWN),
        ({"kind": Kind.RESERVE_HOLD}, Role.UNKNOWN),
    ],
)
def test_rows_of_the_provider_itself(books, values, role):
    assert [part.role for part in books.decide_one(line(-100, "", **values)).allocations] == [role]


@pytest.mark.parametrize("kind", [Kind.RESERVE_HOLD, Kind.RESERVE_RELEASE])
def test_reserve_goes_to_its_account_where_set(books, kind):
    [part] = books.decide_one(line(-100, "", kind), reserve_account_id=1580).allocations
    assert (part.role, part.account_id) == (Role.RESERVE, 1580)


def test_unknown_type_tells_the_raw_text(books):
    assert "brand-new-type" in said(books.decide_one(line(-5, "", Kind.OTHER, text="brand-new-type")))


# --- What always holds ------------------------------------------------------------------------------------------------

AMOUNTS = ["100", "100.50", "101", "101.01", "60", "40", "33.33", "0.60", "0.01", "250"]
CUSTOMER_KINDS = [Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL]


@st.composite
def worlds(draw, currency=None, max_lines=6):
    """A ledger of some orders with open items, and transactions that refer to them, rightly or not."""
    books = Books()
    currency = currency or draw(st.sampled_from(["NOK", "EUR"]))
    for number in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from([f"WEB-{number + 1}", "WEB-1", f"web-{number + 1}-1"]))
        case = books.case(
            f"S{number}",
            name,
            partner_id=draw(st.sampled_from([7, 8, None])),
            is_invoiced=draw(st.booleans()),
            has_invoice=draw(st.booleans()),
            awaits_capture=draw(st.sampled_from([False, False, True])),
        )
        for _item in range(draw(st.integers(0, 3))):
            type_ = draw(st.sampled_from(list(ItemType)))
            residual = Decimal(draw(st.sampled_from(AMOUNTS)))
            if type_ is ItemType.CREDIT_NOTE or (type_ is ItemType.PAYMENT and draw(st.booleans())):
                residual = -residual
            books.item(case, residual, type_, draw(st.sampled_from([currency, currency, "NOK", "EUR", "SEK"])))
    lines = []
    for number in range(draw(st.integers(1, max_lines))):
        kind = draw(st.sampled_from([*CUSTOMER_KINDS[:2] * 4, *Kind]))
        sign = -1 if kind in (Kind.REFUND, Kind.CHARGEBACK, Kind.FEE, Kind.RESERVE_HOLD) else 1
        if draw(st.integers(0, 9)) == 9:
            sign = -sign
        amount = sign * Decimal(draw(st.sampled_from(AMOUNTS)))
        original = draw(st.sampled_from(["", "", "NOK", "EUR", "SEK"]))
        lines.append(
            line(
                amount,
                draw(st.sampled_from(["WEB-1", "web-1", "WEB-2", "WEB-1-1", "WEB-3", "UKJENT", ""])),
                kind,
                id=number + 1,
                currency=currency,
                fee=draw(st.sampled_from(["0", "0", "1.75", "-0.33"])),
                fee_type=draw(st.sampled_from(["", "capture-fee"])),
                amount_original=sign * Decimal(draw(st.sampled_from(AMOUNTS))) if original else None,
                currency_original=original,
            )
        )
    values = draw(st.sampled_from([{}, {"prepayment_account_id": 2900, "reserve_account_id": 1580}]))
    return books, lines, values


@settings(max_examples=examples(300), deadline=None)
@given(worlds())
def test_every_decision_places_the_whole_amount(world):
    books, lines, values = world
    for decision in books.decide(*lines, **values):
        if decision.line.kind not in BANK_KINDS:
            assert sum((part.amount for part in decision.allocations), Decimal(0)) == decision.line.amount
        assert decision.explanation or not decision.line.amount, "every decision says why"


@settings(max_examples=examples(300), deadline=None)
@given(worlds())
def test_no_open_item_is_taken_beyond_what_is_open(world):
    books, lines, values = world
    before = {item.id: item.residual for item in books.ledger.items}
    decisions = books.decide(*lines, **values)
    taken, rounded = defaultdict(Decimal), defaultdict(Decimal)
    for part in (part for decision in decisions for part in decision.allocations if part.item):
        taken[part.item.id] += part.amount if part.amount_item is None else part.amount_item
        rounded[part.item.id] += part.rounding
    # What the batch itself leaves open for others to meet was not there before.
    for item in (item for item in books.ledger.items if item.id in before):
        assert taken[item.id] + rounded[item.id] + item.residual == before[item.id]
        assert item.residual * before[item.id] >= 0, "never below zero"
        assert abs(item.residual) <= abs(before[item.id]), "never larger than it was"
        assert taken[item.id] * before[item.id] >= 0, "never against its sign"
        assert abs(to_nok(rounded[item.id], item.currency)) <= 1
        assert not rounded[item.id] or item.type in (ItemType.INVOICE, ItemType.CREDIT_NOTE)


@settings(max_examples=examples(200), deadline=None)
@given(worlds())
def test_rounding_is_small_and_never_while_more_is_to_come(world):
    books, lines, values = world
    for decision in books.decide(*lines, **values):
        assert abs(to_nok(rounding_of_all(decision), decision.line.currency)) <= 1
        if not any(part.rounding or part.role is Role.ROUNDING for part in decision.allocations):
            continue
        assert decision.line.kind not in (Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL)
        last = [part.item for part in decision.allocations if part.item][-1]
        if last.type is ItemType.INVOICE:
            assert decision.case.is_invoiced and not decision.case.awaits_capture


def rounding_of_all(decision):
    return sum((part.amount for part in decision.allocations if part.role is Role.ROUNDING), Decimal(0))


@settings(max_examples=examples(150), deadline=None)
@given(worlds())
def test_deciding_is_deterministic(world):
    books, lines, values = world
    again = copy.deepcopy(books)
    assert [outcome(decision) for decision in books.decide(*lines, **values)] == [
        outcome(decision) for decision in again.decide(*lines, **values)
    ]


def outcome(decision):
    parts = [(part.role, part.amount, part.item and part.item.id, part.rounding) for part in decision.allocations]
    return decision.status, decision.rule_id, decision.invoice_id, decision.difference, parts, said(decision)


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_order_of_unrelated_transactions_does_not_matter(data):
    """Each transaction has orders of its own: whatever stands before it in the document, it goes to the same place."""
    books = Books()
    lines = []
    for number in range(1, data.draw(st.integers(2, 6)) + 1):
        for copy_number in range(data.draw(st.integers(0, 2))):
            case = books.case(
                f"S{number}.{copy_number}", f"W{number}00", partner_id=data.draw(st.sampled_from([7, None]))
            )
            for _item in range(data.draw(st.integers(0, 2))):
                books.item(case, data.draw(st.sampled_from(["100", "-100", "100.50"])))
        reference = data.draw(st.sampled_from([f"W{number}00", f"w{number}00", f"W{number}00-1"]))
        lines.append(line(data.draw(st.sampled_from([100, -100, 90])), reference, id=number))
    other = copy.deepcopy(books)
    shuffled = data.draw(st.permutations(lines))
    found = {decision.line.id: outcome(decision) for decision in books.decide(*lines)}
    assert {decision.line.id: outcome(decision) for decision in other.decide(*shuffled)} == found


@settings(max_examples=examples(100), deadline=None)
@given(worlds())
def test_no_case_means_unknown_and_unknown_means_no_open_item_was_left_out(world):
    """A customer's row is unknown only where no case was certain, or the certain one has neither item nor customer."""
    books, lines, values = world
    for decision in books.decide(*lines, **values):
        if decision.line.kind in CUSTOMER_KINDS and decision.status is Status.UNKNOWN:
            assert decision.case is None or decision.case.partner_id is None
            assert any(part.role is Role.UNKNOWN for part in decision.allocations)
