"""A payment and a refund of one sale meet each other, as an accountant would pair them. No database."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.matching.ledger import ItemType
from odoo.addons.settlement_bridge.matching.outcomes import Status
from odoo.addons.settlement_bridge.matching.roles import Role
from odoo.addons.settlement_bridge.matching.rules import Action, Key, Rule
from odoo.addons.settlement_bridge.providers.records import Kind
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ..samples.plain import PREPAYMENT, RECEIVABLE, RULES, Books, line, parts_of, said


@pytest.fixture
def books():
    return Books()


def stands(books, case, amount, transaction_id=90, **values):
    """A payment (positive) or refund that was booked earlier and stands open on the customer."""
    values = {"role": Role.CUSTOMER, "transaction_id": transaction_id, "invoice_id": None, **values}
    return books.item(case, -Decimal(amount), ItemType.ON_ACCOUNT, **values)


# --- What a refund meets ----------------------------------------------------------------------------------------------


def test_refund_meets_a_surplus(books):
    surplus = stands(books, books.case(), 100)
    decision = books.decide_one(line(-100))
    assert (surplus.residual, decision.status, parts_of(decision)) == (0, Status.MATCHED, [("item", "-100")])
    assert surplus.name in said(decision)
    assert "credit note" not in said(decision)


def test_refund_meets_the_prepayment_where_it_stands(books):
    case = books.case(has_invoice=False, is_invoiced=False)
    stands(books, case, 100, account_id=PREPAYMENT, role=Role.PREPAYMENT)
    [part] = books.decide_one(line(-100)).allocations
    assert (part.role, part.account_id, part.partner_id) == (Role.ITEM, PREPAYMENT, 7)


def test_exact_amount_before_the_oldest_and_then_the_oldest(books):
    case = books.case()
    first, exact, last = stands(books, case, 60), stands(books, case, 100, 91), stands(books, case, 60, 92)
    books.decide_one(line(-100))
    assert (first.residual, exact.residual, last.residual) == (-60, 0, -60)
    books.decide_one(line(-70))
    assert (first.residual, last.residual) == (0, -50)


def test_credit_note_of_just_the_amount_comes_first(books):
    """It says that money goes back for goods; the surplus is owed all the same."""
    case = books.case()
    surplus, note = stands(books, case, 100), books.item(case, -100)
    books.decide_one(line(-100))
    assert (surplus.residual, note.residual) == (-100, 0)


def test_payment_of_just_the_amount_comes_before_another_credit_note(books):
    case = books.case()
    surplus, note = stands(books, case, 100), books.item(case, -250)
    books.decide_one(line(-100))
    assert (surplus.residual, note.residual) == (0, -250)


def test_credit_note_first_and_the_rest_from_the_surplus(books):
    case = books.case()
    surplus, note = stands(books, case, 100), books.item(case, -150)
    decision = books.decide_one(line(-250))
    assert (surplus.residual, note.residual, decision.status) == (0, 0, Status.MATCHED)


def test_part_of_a_prepayment_waits_as_long_as_an_invoice_may_come(books):
    """An invoice of all and a credit note of 200 may come as well as an invoice of 300."""
    paid = stands(books, books.case(has_invoice=False, is_invoiced=False), 500)
    decision = books.decide_one(line(-200))
    assert (paid.residual, decision.status, parts_of(decision)) == (-500, Status.ON_ACCOUNT, [("customer", "-200")])


def test_nothing_is_rounded_on_money(books):
    surplus = stands(books, books.case(), "100.40")
    decision = books.decide_one(line(-100))
    assert surplus.residual == Decimal("-0.40")
    assert parts_of(decision) == [("item", "-100")]


def test_more_is_refunded_than_stands_there(books):
    stands(books, books.case(), "99.60")
    decision = books.decide_one(line(-100))
    assert parts_of(decision) == [("item", "-99.60"), ("customer", "-0.40")]
    assert decision.status is Status.ON_ACCOUNT


def test_other_order_of_the_same_customer_is_left_alone(books):
    other = stands(books, books.case("WEB-2"), 100)
    books.case("WEB-1")
    assert books.decide_one(line(-100, "WEB-1")).status is Status.ON_ACCOUNT
    assert other.residual == -100


def test_customer_and_amount_find_documents_only(books):
    surplus = stands(books, books.case("WEB-2"), 100)
    rule = Rule(9, "Kari", Action.MATCH, Key.CUSTOMER_AMOUNT, partner_id=7, partner_name="Kari", days=30)
    assert books.decide_one(line(-100, ""), rules=(rule,)).status is Status.UNKNOWN
    assert surplus.residual == -100


def test_money_in_another_currency_is_left_alone(books):
    surplus = stands(books, books.case(), 100, currency="EUR")
    books.decide_one(line(-1160, amount_original=100, currency_original="EUR"))
    assert surplus.residual == -100


# --- What a payment meets ---------------------------------------------------------------------------------------------


def test_payment_meets_a_refund_told_before_it(books):
    refunded = stands(books, books.case(), -100)
    decision = books.decide_one(line(100))
    assert (refunded.residual, decision.status, decision.difference) == (0, Status.MATCHED, "")


def test_invoice_comes_before_a_refund(books):
    case = books.case()
    refunded, invoice = stands(books, case, -100), books.item(case, 250)
    books.decide_one(line(100))
    assert (refunded.residual, invoice.residual) == (100, 150)


# --- Within one batch -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(100, 100, -100), (100, -100, 100), (-100, 100, 100)])
def test_paid_twice_and_refunded_in_one_batch(books, order):
    invoice = books.item(books.case(), 100)
    decisions = books.decide(*(line(amount, id=number) for number, amount in enumerate(order, 1)))
    assert invoice.residual == 0
    assert {(decision.status, decision.difference) for decision in decisions} == {(Status.MATCHED, "")}
    assert "credit note" not in "".join(map(said, decisions))


def test_exact_pair_of_a_batch_before_an_older_one(books):
    books.case()
    first, second, refunded = books.decide(line(60), line(100, id=2), line(-100, id=3))
    assert (first.difference, second.difference) == ("excess", "")
    assert "WEB-1" in said(refunded)


# --- Matched again ----------------------------------------------------------------------------------------------------


def open_pair(books, case):
    """A payment and a refund that have both long been open, and the two as they are matched again."""
    paid, refunded = stands(books, case, 100, 1), stands(books, case, -100, 2)
    return paid, refunded, line(100, item_id=paid.id), line(-100, id=2, item_id=refunded.id)


@pytest.mark.parametrize("which", [(0,), (1,), (0, 1), (1, 0)])
def test_old_pair_closes_whichever_is_matched_again(books, which):
    paid, refunded, *lines = open_pair(books, books.case())
    decisions = books.decide(*(lines[number] for number in which))
    assert (paid.residual, refunded.residual) == (0, 0)
    assert [decision.improves(Role.CUSTOMER) for decision in decisions] == [True, False][: len(which)]


def test_alone_it_is_not_matched_with_itself(books):
    paid = stands(books, books.case(), 100, 1)
    decision = books.decide_one(line(100, item_id=paid.id))
    assert (paid.residual, decision.improves(Role.CUSTOMER)) == (-100, False)


def test_invoice_that_has_come_takes_the_payment_before_the_refund_does(books):
    """Order lowered from 500 to 300: the payment pays the invoice, and what is left of it meets the refund."""
    case = books.case()
    invoice, paid, refunded = books.item(case, 300), stands(books, case, 500, 1), stands(books, case, -200, 2)
    books.decide(line(-200, id=2, item_id=refunded.id), line(500, item_id=paid.id))
    assert (invoice.residual, paid.residual, refunded.residual) == (0, 0, 0)


# --- Cancelled orders -------------------------------------------------------------------------------------------------


def cancelled(books):
    return books.case(has_invoice=False, is_invoiced=False, is_cancelled=True)


def test_refund_of_a_cancelled_order_meets_what_was_paid(books):
    paid = stands(books, cancelled(books), 500)
    assert books.decide_one(line(-200)).status is Status.MATCHED
    assert paid.residual == -300


@pytest.mark.parametrize("amount", [500, -501])
def test_what_does_not_belong_to_a_cancelled_order_is_turned_down(books, amount):
    paid = stands(books, cancelled(books), 500)
    decision = books.decide_one(line(amount))
    assert (decision.status, paid.residual) == (Status.UNKNOWN, -500)
    assert "is cancelled" in said(decision)


@pytest.mark.parametrize(
    ("amounts", "left"),
    [
        ((100, -60, -40), 0),
        ((-60, 100, -40), 0),
        ((-100, 100), 0),
        ((100, -60), -40),
        ((60, 40, -100), 0),
        ((100, 100, -100), -100),
    ],
)
@pytest.mark.parametrize("currency", ["NOK", "EUR"])
def test_cancelled_order_paid_and_refunded_in_one_batch(books, amounts, left, currency):
    """In whatever parts and order; what was not refunded is owed to its customer, and nothing is unknown."""
    case = cancelled(books)
    decisions = books.decide(*(line(amount, id=number, currency=currency) for number, amount in enumerate(amounts, 1)))
    assert {decision.case.id for decision in decisions} == {case.id}
    assert sum(item.residual for item in books.ledger.items) == left
    assert "is cancelled" not in "".join(map(said, decisions))


def test_refunds_of_a_cancelled_order_under_the_payments_own_id(books):
    """Nothing of it stays on the unknown account, where it would have met what has the same id."""
    case = cancelled(books)
    decisions = books.decide(*(line(amount, id=amount, provider_reference="7") for amount in (100, -60, -40)))
    assert {decision.case.id for decision in decisions} == {case.id}
    assert not books.ledger.get_unknown_items("7")


@pytest.mark.parametrize("amounts", [(100,), (-100,), (100, -60, -60), (100, 60)])
def test_cancelled_order_that_the_batch_does_not_explain(books, amounts):
    cancelled(books)
    decisions = books.decide(*(line(amount, id=number) for number, amount in enumerate(amounts, 1)))
    assert {decision.status for decision in decisions} == {Status.UNKNOWN}
    assert [said(decision).count("is cancelled") for decision in decisions] == [1] * len(amounts)


def test_payment_of_a_cancelled_order_meets_the_part_of_it_that_was_refunded_before(books):
    refunded = stands(books, cancelled(books), -60)
    assert parts_of(books.decide_one(line(100))) == [("item", "60"), ("customer", "40")]
    assert refunded.residual == 0


def test_cancelled_orders_of_two_references_are_not_mixed(books):
    for name in ("WEB-1", "WEB-2"):
        books.case(name, has_invoice=False, is_invoiced=False, is_cancelled=True)
    decisions = books.decide(line(100, "WEB-1"), line(-100, "WEB-2", id=2))
    assert {decision.status for decision in decisions} == {Status.UNKNOWN}


def test_cancelled_order_known_by_the_providers_id_too(books):
    """Two rules turn it down; that is said once."""
    case = cancelled(books)
    books.know("7", case, Key.PROVIDER_REFERENCE)
    assert said(books.decide_one(line(100, provider_reference="7"))).count("is cancelled") == 1


# --- On the unknown account -------------------------------------------------------------------------------------------


def test_unknown_payment_and_its_refund(books):
    first, second = books.decide(line(80, "X", provider_reference="7"), line(-80, "X", provider_reference="7", id=2))
    assert (first.status, second.status) == (Status.MATCHED, Status.MATCHED)
    assert [parts_of(decision) for decision in (first, second)] == [[("unknown", "80")], [("item", "-80")]]


@pytest.mark.parametrize(
    "other",
    [
        line(-80, "X", provider_reference="8", id=2),
        line(-70, "X", provider_reference="7", id=2),
        line(-80, "Y", provider_reference="7", id=2),
        line(-80, "X", Kind.CHARGEBACK, provider_reference="7", id=2),
        line(-80, "X", id=2),
    ],
)
def test_unknown_money_that_is_not_certainly_the_same_stays(books, other):
    decisions = books.decide(line(80, "X", provider_reference="7"), other)
    assert {decision.status for decision in decisions} == {Status.UNKNOWN}


def test_refund_of_one_of_two_unknown_payments_is_not_guessed(books):
    lines = [line(amount, "X", provider_reference="7", id=number) for number, amount in enumerate((80, 80, -80))]
    assert {decision.status for decision in books.decide(*lines)} == {Status.UNKNOWN}


# --- Across keys ------------------------------------------------------------------------------------------------------


def test_amount_decides_between_an_order_and_an_invoice_of_the_same_number(books):
    order = books.item(books.case("order", "1001"), 100)
    invoice = books.item(books.case("invoice", "1001", key=Key.INVOICE_NUMBER), 777)
    decision = books.decide_one(line(777, "1001"))
    assert (order.residual, invoice.residual, decision.rule_id) == (100, 0, 3)
    assert "order has the same reference by another key" in said(decision)


@pytest.mark.parametrize("amount", [100, 60])
def test_order_counts_where_it_fits_or_neither_does(books, amount):
    order = books.item(books.case("order", "1001"), 100)
    invoice = books.item(books.case("invoice", "1001", key=Key.INVOICE_NUMBER), 777)
    decision = books.decide_one(line(amount, "1001"))
    assert (order.residual, invoice.residual, decision.rule_id) == (100 - amount, 777, 2)


def awaiting(books, ordered, **values):
    """Order 1001, and somebody else's invoice and credit note of 100.00 by the same number."""
    other = books.case("other", "1001", key=Key.INVOICE_NUMBER)
    documents = books.item(other, 100), books.item(other, -100)
    values = {"has_invoice": False, "is_invoiced": False, "ordered": Decimal(ordered), **values}
    return books.case("order", "1001", **values), *documents


@pytest.mark.parametrize(("ordered", "amounts"), [(100, [100]), (200, [100, 100]), ("150.50", [100])])
def test_order_that_awaits_its_invoice_keeps_its_payments(books, ordered, amounts):
    order, invoice, _note = awaiting(books, ordered)
    decisions = books.decide(*(line(amount, "1001", id=number) for number, amount in enumerate(amounts, 1)))
    assert (invoice.residual, {decision.case.id for decision in decisions}) == (100, {order.id})


@pytest.mark.parametrize(
    "values",
    [
        {"ordered": "99.99"},
        {"invoiced": Decimal(1)},
        {"is_invoiced": True},
        {"currency": "EUR"},
        {"currency": ""},
    ],
)
def test_order_that_cannot_take_the_payment_gives_way(books, values):
    _order, invoice, _note = awaiting(books, **{"ordered": 100, **values})
    decision = books.decide_one(line(100, "1001"))
    assert invoice.residual == 0
    assert "order has the same reference by another key, but is not known to await this amount" in said(decision)


def test_what_was_paid_before_is_not_awaited_any_more(books):
    """In the same batch, in an earlier one, and where all of them are matched again."""
    order, invoice, _note = awaiting(books, 200)
    first = stands(books, order, 100, 1)
    books.decide(line(100, "1001", item_id=first.id), line(100, "1001", id=2))
    assert invoice.residual == 100
    books.decide_one(line(100, "1001", id=3))
    assert invoice.residual == 0


def test_what_the_order_is_charged_in_another_currency(books):
    order, invoice, _note = awaiting(books, 10, currency="EUR")
    values = {"amount_original": 10, "currency_original": "EUR"}
    assert books.decide_one(line(100, "1001", **values)).case is order
    assert invoice.residual == 100


def test_invoice_of_the_order_that_is_paid_in_parts_comes_first(books):
    order, invoice, _note = awaiting(books, 300, has_invoice=True, invoiced=Decimal(200))
    own = books.item(order, 200)
    books.decide(line(100, "1001"), line(200, "1001", id=2))
    assert (own.residual, invoice.residual) == (0, 100)


@pytest.mark.parametrize(
    "values", [{}, {"has_invoice": True, "is_invoiced": True, "invoiced": Decimal(100)}], ids=["prepaid", "paid"]
)
def test_refund_of_what_was_paid_there_stays_there(books, values):
    """A credit note of the order is yet to come; the one of the other customer is not it."""
    order, _invoice, note = awaiting(books, 150, **values)
    if not values:
        stands(books, order, 150)
    assert books.decide_one(line(-100, "1001")).case is order
    assert note.residual == -100


def test_refund_stays_with_the_payment_of_its_batch(books):
    order, invoice, note = awaiting(books, 100)
    decisions = books.decide(line(100, "1001"), line(-100, "1001", id=2))
    assert {decision.case.id for decision in decisions} == {order.id}
    assert (invoice.residual, note.residual) == (100, -100)


def test_refund_of_what_was_never_paid_gives_way(books):
    _order, _invoice, note = awaiting(books, 100)
    books.decide_one(line(-100, "1001"))
    assert note.residual == 0


@pytest.mark.parametrize(("ordered", "paid", "is_certain"), [(100, 0, False), (250, 0, True), (100, 100, True)])
def test_order_and_invoice_of_one_amount_by_the_same_key(books, ordered, paid, is_certain):
    """Two shops number alike: that only one of the two sales is invoiced yet says nothing about which was paid."""
    order, _invoice, _note = awaiting(books, ordered)
    stands(books, order, paid)
    own = books.item(books.case("shop", "1001"), 100)
    rules = tuple(rule for rule in RULES if rule.key is not Key.INVOICE_NUMBER)
    decision = books.decide_one(line(100, "1001"), rules=rules)
    assert (own.residual == 0, decision.status is Status.MATCHED) == (is_certain, is_certain)
    assert is_certain or "order awaits it too" in said(decision)


def test_two_others_of_the_amount_decide_nothing(books):
    order = books.item(books.case("order", "1001"), 1000)
    for name in "AB":
        books.item(books.case(name, "1001", key=Key.INVOICE_NUMBER), 777)
    assert books.decide_one(line(777, "1001")).rule_id == 2
    assert order.residual == 223


def test_rule_in_between_decides_before_the_rules_after_it(books):
    books.item(books.case("order", "1001"), 100)
    invoice = books.item(books.case("invoice", "1001", key=Key.INVOICE_NUMBER), 777)
    rules = (*RULES[:2], Rule(90, "Kassert", Action.UNKNOWN), *RULES[2:])
    assert books.decide_one(line(777, "1001"), rules=rules).rule_id == 2
    assert invoice.residual == 777


# --- Other currencies -------------------------------------------------------------------------------------------------


def test_invoice_in_another_currency_is_not_said_to_be_paid(books):
    books.item(books.case(), 1800)
    decision = books.decide_one(line(155, currency="EUR"))
    assert "Nothing is open" not in said(decision)
    assert "open on WEB-1 is in another currency" in said(decision)


# --- What always holds ------------------------------------------------------------------------------------------------


@settings(max_examples=examples(300), deadline=None)
@given(st.data())
def test_money_of_a_finished_case_never_stands_open_on_both_sides(data):
    """Whatever came in and went out, in whichever batches: what is left is on one side only, and adds up."""
    books = Books()
    case = books.case()
    amounts = data.draw(st.lists(st.sampled_from([100, -100, 60, -60, "33.33", "-0.40"]), min_size=1, max_size=8))
    lines = [line(amount, id=number) for number, amount in enumerate(amounts, 1)]
    while lines:
        size = data.draw(st.integers(1, len(lines)))
        books.decide(*lines[:size])
        lines = lines[size:]
    left = [item.residual for item in books.ledger.open_items(case.id, ItemType.ON_ACCOUNT)]
    assert sum(left) == -sum(map(Decimal, amounts))
    assert len({residual > 0 for residual in left}) <= 1


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_matched_again_nothing_is_taken_twice(data):
    books = Books()
    case = books.case(is_invoiced=data.draw(st.booleans()))
    if invoiced := data.draw(st.sampled_from([0, 100, 160, -60])):
        books.item(case, invoiced)
    items, lines = [], []
    for number, amount in enumerate(data.draw(st.lists(st.sampled_from([100, -100, 60, -60]), max_size=5)), 1):
        item = stands(books, case, amount, number, account_id=data.draw(st.sampled_from([RECEIVABLE, PREPAYMENT])))
        items.append(item)
        lines.append(line(amount, id=number, item_id=item.id))
    before = {item.id: item.residual for item in books.ledger.items}
    decisions = books.decide(*data.draw(st.permutations(lines)), limit=Decimal(0))
    for item in items:
        assert item.residual * before[item.id] >= 0 and abs(item.residual) <= abs(before[item.id])
    for decision in decisions:
        if decision.improves(Role.CUSTOMER):
            assert sum(part.amount for part in decision.allocations) == decision.line.amount
    assert sum(item.residual for item in books.ledger.items) == sum(before.values())
