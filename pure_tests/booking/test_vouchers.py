"""From decisions to vouchers, read line by line as an accountant would. No database."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.booking.planned import PlannedLine, Voucher
from odoo.addons.settlement_bridge.booking.transfers import plan_transfer
from odoo.addons.settlement_bridge.common.messages import SettlementError
from odoo.addons.settlement_bridge.matching.ledger import OpenItem
from odoo.addons.settlement_bridge.matching.outcomes import Allocation, Decision, Status
from odoo.addons.settlement_bridge.matching.roles import Role
from odoo.addons.settlement_bridge.matching.rules import Action, Rule
from odoo.addons.settlement_bridge.providers.records import BANK_KINDS, Kind
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ..matching.test_decisions import worlds
from ..samples.plain import (
    ACCOUNTS,
    CLEARING,
    DAY,
    FEE,
    FEE_OWED,
    GAIN,
    LABELS,
    LOSS,
    PREPAYMENT,
    RECEIVABLE,
    ROUNDING,
    UNKNOWN,
    Books,
    line,
    to_nok,
    voucher_of,
)


@pytest.fixture
def books():
    return Books()


def booked(voucher):
    """``[(account, balance)]`` as text, in the order of the voucher."""
    return [(planned.account_id, f"{planned.balance:.2f}") for planned in voucher.lines]


def in_currency(voucher):
    return [(planned.account_id, f"{planned.amount_currency} {planned.currency}") for planned in voucher.lines]


# --- The worked examples, in company currency -------------------------------------------------------------------------


def test_payment_with_fee(books):
    """Numbers 2 and 3: the clearing line is net, the receivable gross."""
    item = books.item(books.case(), 1250)
    voucher = voucher_of(books.decide(line(1250, fee="21.88")))
    assert booked(voucher) == [(CLEARING, "1228.12"), (FEE, "21.88"), (RECEIVABLE, "-1250.00")]
    assert voucher.lines[-1].item_id == item.id


def test_refund(books):
    """Number 6."""
    books.item(books.case(), -500)
    assert booked(voucher_of(books.decide(line(-500)))) == [(CLEARING, "-500.00"), (RECEIVABLE, "500.00")]


def test_unknown_payment_and_refund(books):
    """Numbers 7 and 12: one line each, with the reference on it."""
    voucher = voucher_of(books.decide(line(300, "W-1042"), line(-200, "W-9", id=2)))
    assert booked(voucher) == [(CLEARING, "100.00"), (UNKNOWN, "-300.00"), (UNKNOWN, "200.00")]
    assert [planned.name for planned in voucher.lines[1:]] == ["W-1042", "W-9"]


@pytest.mark.parametrize(
    ("invoiced", "paid", "rounding"), [("1249.60", "1250.00", "-0.40"), ("1249.60", "1249.00", "0.60")]
)
def test_rounding(books, invoiced, paid, rounding):
    """Numbers 9 and 10."""
    books.item(books.case(), invoiced)
    voucher = voucher_of(books.decide(line(paid)))
    assert booked(voucher) == [(CLEARING, paid), (ROUNDING, rounding), (RECEIVABLE, f"-{invoiced}")]


def test_rounding_stands_once_per_invoice(books):
    """Two invoices, two roundings: never one sum for both."""
    books.item(books.case("A"), "100.40")
    books.item(books.case("B"), "99.60")
    voucher = voucher_of(books.decide(line(100, "A"), line(100, "B", id=2)))
    assert [entry for entry in booked(voucher) if entry[0] == ROUNDING] == [(ROUNDING, "0.40"), (ROUNDING, "-0.40")]


def test_prepayment(books):
    """Number 13, before the invoice."""
    books.case(is_invoiced=False, has_invoice=False)
    voucher = voucher_of(books.decide(line(1250), prepayment_account_id=PREPAYMENT))
    assert booked(voucher) == [(CLEARING, "1250.00"), (PREPAYMENT, "-1250.00")]
    assert voucher.lines[1].partner_id == 7


def test_dispute_with_fee(books):
    """Number 16."""
    books.case()
    voucher = voucher_of(books.decide(line(-1250, kind=Kind.CHARGEBACK, fee="200")))
    assert booked(voucher) == [(CLEARING, "-1450.00"), (FEE, "200.00"), (RECEIVABLE, "1250.00")]


# --- Fees -------------------------------------------------------------------------------------------------------------


def test_one_fee_line_per_type(books):
    voucher = voucher_of(
        books.decide(
            line(-10, "", Kind.FEE, fee_type="capture-fee"),
            line(-20, "", Kind.FEE, fee_type="capture-fee", id=2),
            line(-5, "", Kind.FEE, fee_type="refund-fee", id=3),
        )
    )
    assert booked(voucher) == [(CLEARING, "-35.00"), (FEE, "30.00"), (FEE, "5.00")]
    assert [planned.name for planned in voucher.lines[1:]] == ["fee · capture-fee", "fee · refund-fee"]
    assert [planned.transaction_ids for planned in voucher.lines] == [(1, 2, 3), (1, 2), (3,)]


def test_fee_given_back(books):
    assert booked(voucher_of(books.decide(line(10, "", Kind.FEE_REFUND)))) == [(CLEARING, "10.00"), (FEE, "-10.00")]


def test_gross_contract_owes_the_fee(books):
    """The clearing account is not touched: the provider sends an invoice."""
    voucher = voucher_of(books.decide(line("-17.50", "", Kind.FEE, fee_owed=True)))
    assert booked(voucher) == [(FEE, "17.50"), (FEE_OWED, "-17.50")]


def test_gross_contract_takes_a_fee_back(books):
    voucher = voucher_of(books.decide(line("17.50", "", Kind.FEE_REFUND, fee_owed=True)))
    assert booked(voucher) == [(FEE, "-17.50"), (FEE_OWED, "17.50")]


@pytest.mark.parametrize(("action", "account"), [(Action.ACCOUNT, 7790), (Action.UNKNOWN, UNKNOWN)])
def test_own_rule_for_fees_that_are_owed(books, action, account):
    """A person's rule chooses the cost account; what is owed stays owed."""
    rule = Rule(9, "Abonnement", action, kinds=frozenset({Kind.FEE}), account_id=7790)
    voucher = voucher_of(books.decide(line("-99", "", Kind.FEE, fee_owed=True), rules=(rule,)))
    assert sorted(booked(voucher)) == sorted([(FEE_OWED, "-99.00"), (account, "99.00")])


def test_fees_owed_without_an_account_are_refused(books):
    decisions = books.decide(line(-10, "", Kind.FEE, fee_owed=True))
    with pytest.raises(SettlementError, match="fees owed"):
        voucher_of(decisions, accounts=replace(ACCOUNTS, fee_payable=None))


# --- Currencies -------------------------------------------------------------------------------------------------------


def test_settlement_and_invoice_in_euro(books):
    """Number 18: Odoo makes the exchange difference when the two are reconciled; the voucher is at the day's rate."""
    books.item(books.case(), 100, currency="EUR")
    voucher = voucher_of(books.decide(line(100, currency="EUR")), "EUR")
    assert booked(voucher) == [(CLEARING, "1160.00"), (RECEIVABLE, "-1160.00")]
    assert in_currency(voucher) == [(CLEARING, "100 EUR"), (RECEIVABLE, "-100 EUR")]


@pytest.mark.parametrize(
    ("invoiced", "exchange"), [("1150", (GAIN, "-10.00")), ("1170", (LOSS, "10.00")), ("1160", None)]
)
def test_settlement_in_euro_invoice_in_kroner(books, invoiced, exchange):
    """The customer was charged in kroner: the invoice is closed by that, the rest is exchange."""
    books.item(books.case(), invoiced)
    voucher = voucher_of(
        books.decide(line(100, currency="EUR", amount_original=invoiced, currency_original="NOK")), "EUR"
    )
    lines = [(CLEARING, "1160.00"), exchange, (RECEIVABLE, f"-{invoiced}.00")]
    assert booked(voucher) == [entry for entry in lines if entry]
    assert in_currency(voucher)[-1] == (RECEIVABLE, f"-{invoiced} NOK")


def test_refund_in_euro_of_a_credit_note_in_kroner(books):
    books.item(books.case(), -1150)
    decisions = books.decide(line(-100, currency="EUR", amount_original=-1150, currency_original="NOK"))
    assert booked(voucher_of(decisions, "EUR")) == [(CLEARING, "-1160.00"), (LOSS, "10.00"), (RECEIVABLE, "1150.00")]


def test_settlement_in_kroner_invoice_in_euro(books):
    books.item(books.case(), 100, currency="EUR")
    decisions = books.decide(line("1157.30", amount_original=100, currency_original="EUR"))
    voucher = voucher_of(decisions)
    assert booked(voucher) == [(CLEARING, "1157.30"), (RECEIVABLE, "-1157.30")]
    assert in_currency(voucher) == [(CLEARING, "1157.30 NOK"), (RECEIVABLE, "-100 EUR")]


def test_settlement_in_euro_invoice_in_swedish_kroner(books):
    books.item(books.case(), 1100, currency="SEK")
    decisions = books.decide(line(100, currency="EUR", amount_original=1100, currency_original="SEK"))
    voucher = voucher_of(decisions, "EUR")
    assert booked(voucher) == [(CLEARING, "1160.00"), (RECEIVABLE, "-1160.00")]
    assert in_currency(voucher)[-1] == (RECEIVABLE, "-1100 SEK")


def test_a_part_worth_less_than_an_oere_is_written_all_the_same(books):
    """0.01 kroner of an invoice are nothing in euro, but the invoice is closed by them."""
    case = books.case()
    items = [books.item(case, "1160.00"), books.item(case, "0.01")]
    decisions = books.decide(line("100.00", currency="EUR", amount_original="1160.01", currency_original="NOK"))
    voucher = voucher_of(decisions, "EUR")
    assert {planned.item_id: planned.amount_currency for planned in voucher.lines if planned.item_id} == {
        item.id: -amount for item, amount in zip(items, (Decimal("1160.00"), Decimal("0.01")), strict=True)
    }


def test_parts_of_a_payment_in_euro_are_together_the_payment(books):
    """10.01, 20.01 and 30.01 at 11.60, each rounded by itself, are an øre more than 60.03."""
    case = books.case()
    for amount in ("10.01", "20.01", "30.01"):
        books.item(case, amount, currency="EUR")
    voucher = voucher_of(books.decide(line("60.03", currency="EUR")), "EUR")
    assert [balance for _account, balance in booked(voucher)] == ["696.35", "-116.12", "-232.12", "-348.11"]


def test_rounding_in_euro(books):
    books.item(books.case(), "100.05", currency="EUR")
    voucher = voucher_of(books.decide(line(100, currency="EUR")), "EUR")
    assert booked(voucher) == [(CLEARING, "1160.00"), (ROUNDING, "0.58"), (RECEIVABLE, "-1160.58")]
    assert in_currency(voucher)[1:] == [(ROUNDING, "0.05 EUR"), (RECEIVABLE, "-100.05 EUR")]


def test_exchange_difference_without_an_account_is_refused(books):
    books.item(books.case(), 1150)
    decisions = books.decide(line(100, currency="EUR", amount_original=1150, currency_original="NOK"))
    with pytest.raises(SettlementError, match="exchange differences"):
        voucher_of(decisions, "EUR", replace(ACCOUNTS, exchange_gain=None))


# --- What always holds ------------------------------------------------------------------------------------------------


def test_an_unbalanced_voucher_is_refused():
    voucher = Voucher(DAY, [PlannedLine("clearing", CLEARING, Decimal("0.01"), Decimal("0.01"), "NOK", "")])
    with pytest.raises(SettlementError, match=r"0\.01"):
        voucher.check_balanced()


def check(voucher, lines, currency):
    """A voucher balances, its clearing line is the rows' net, and every row stands in it with its own amount."""
    assert sum(planned.balance for planned in voucher.lines) == 0
    clearing = [planned for planned in voucher.lines if planned.role == "clearing"]
    effective = [row for row in lines if row.kind not in BANK_KINDS and not row.fee_owed]
    assert sum(planned.amount_currency for planned in clearing) == sum(row.amount - row.fee for row in effective)
    assert len(clearing) <= 1 and all(planned.currency == currency for planned in clearing)
    for planned in voucher.lines:
        assert planned.account_id
        if planned.currency == "NOK":
            assert planned.balance == planned.amount_currency


@settings(max_examples=examples(300), deadline=None)
@given(worlds())
def test_every_planned_voucher_balances_and_holds_the_net_of_its_rows(world):
    books, lines, values = world
    currency = lines[0].currency
    before = {item.id: item.residual for item in books.ledger.items}
    decisions = books.decide(*lines, **values)
    voucher = voucher_of(decisions, currency)
    check(voucher, lines, currency)
    for decision in decisions:
        check(voucher_of([decision], currency), [decision.line], currency)
    for item in [item for item in books.ledger.items if item.id in before]:  # not what the batch itself leaves open
        written = [planned for planned in voucher.lines if planned.item_id == item.id]
        assert all(planned.currency == item.currency for planned in written)
        assert sum(planned.amount_currency for planned in written) == item.residual - before[item.id]


@settings(max_examples=examples(150), deadline=None)
@given(worlds())
def test_every_row_stands_in_the_voucher_exactly_once(world):
    """Against clearing stand lines of exactly the same rows, and those of one row alone sum to that row."""
    books, lines, values = world
    currency = lines[0].currency
    voucher = voucher_of(books.decide(*lines, **values), currency)
    for row in lines:
        if row.kind in BANK_KINDS:
            assert not any(row.id in planned.transaction_ids for planned in voucher.lines)
            continue
        own = [planned for planned in voucher.lines if planned.transaction_ids == (row.id,)]
        shared = [planned for planned in voucher.lines if row.id in planned.transaction_ids and planned not in own]
        assert {planned.role for planned in shared} <= {"clearing", "fee"}
        if not any(planned.role in ("clearing", "fee") for planned in own) and row.kind is not Kind.FEE:
            others = sum(planned.balance for planned in own)
            is_fee = row.kind is Kind.FEE_REFUND
            assert others == (0 if is_fee else -to_nok(row.amount, currency))


# --- Moving what stands open ------------------------------------------------------------------------------------------


def source_of(amount, account_id=UNKNOWN, partner_id=None, currency="NOK"):
    return OpenItem(900, None, "", "STJ/1", account_id, partner_id, currency, -Decimal(amount))


def transfer(decision, source, rate="1"):
    def to_company(amount, _currency):
        return (amount * Decimal(rate)).quantize(Decimal("0.01"))

    return plan_transfer(DAY, decision, source, ACCOUNTS, LABELS, to_company, "NOK")


def test_unknown_payment_moves_to_its_invoice(books):
    """Number 8."""
    item = books.item(books.case(), 300)
    voucher, pairs = transfer(books.decide_one(line(300)), source_of(300))
    assert booked(voucher) == [(UNKNOWN, "300.00"), (RECEIVABLE, "-300.00")]
    assert [planned.item_id for planned in voucher.lines] == [900, item.id]
    assert pairs == []


def test_amount_on_the_customer_only_meets_the_invoice(books):
    item = books.item(books.case(), 300)
    voucher, pairs = transfer(books.decide_one(line(300)), source_of(300, RECEIVABLE, 7))
    assert voucher.lines == []
    assert pairs == [(900, item.id)]


@pytest.mark.parametrize(("invoiced", "rounding"), [("499.60", "-0.40"), ("500.60", "0.60")])
@pytest.mark.parametrize(("account", "partner"), [(RECEIVABLE, 7), (PREPAYMENT, 7), (UNKNOWN, None)])
def test_transfer_with_rounding(books, invoiced, rounding, account, partner):
    item = books.item(books.case(), invoiced)
    voucher, pairs = transfer(books.decide_one(line(500)), source_of(500, account, partner))
    sums = {}
    for planned in voucher.lines:
        sums[planned.item_id] = sums.get(planned.item_id, 0) + planned.balance
    assert f"{sums[None]:.2f}" == rounding
    met = Decimal(0) if not pairs else min(Decimal(500), Decimal(invoiced))
    assert sums.get(900, 0) + met == 500, "the source is closed"
    assert sums.get(item.id, 0) - met == -Decimal(invoiced), "the invoice is closed"


def test_prepayment_moves_to_the_invoice_and_the_rest_to_the_customer(books):
    books.item(books.case(), 400)
    voucher, _pairs = transfer(
        books.decide_one(line(500), prepayment_account_id=PREPAYMENT), source_of(500, PREPAYMENT, 7)
    )
    assert booked(voucher) == [
        (PREPAYMENT, "400.00"), (RECEIVABLE, "-400.00"), (PREPAYMENT, "100.00"), (RECEIVABLE, "-100.00")
    ]  # fmt: skip


def test_unknown_refund_moves_to_its_credit_note(books):
    books.item(books.case(), -300)
    voucher, _pairs = transfer(books.decide_one(line(-300)), source_of(-300))
    assert booked(voucher) == [(UNKNOWN, "-300.00"), (RECEIVABLE, "300.00")]


def test_kroner_on_the_customer_close_an_invoice_in_euro(books):
    """Left to reconcile kroner with euro, Odoo would convert at a rate of its own and leave a rest open."""
    item = books.item(books.case(), 100, currency="EUR")
    decision = books.decide_one(line("1157.30", amount_original=100, currency_original="EUR"))
    voucher, pairs = transfer(decision, source_of("1157.30", RECEIVABLE, 7))
    assert (booked(voucher), pairs) == ([(RECEIVABLE, "1157.30"), (RECEIVABLE, "-1157.30")], [])
    assert in_currency(voucher)[-1] == (RECEIVABLE, "-100 EUR")
    assert voucher.lines[-1].item_id == item.id


@pytest.mark.parametrize(("invoiced", "exchange"), [(1150, (GAIN, "-10.00")), (1175, (LOSS, "15.00"))])
def test_unknown_payment_in_euro_moves_to_an_invoice_in_kroner(books, invoiced, exchange):
    books.item(books.case(), invoiced)
    decision = books.decide_one(line(100, currency="EUR", amount_original=invoiced, currency_original="NOK"))
    voucher, _pairs = transfer(decision, source_of(100, currency="EUR"), "11.60")
    assert sorted(booked(voucher)) == sorted([(UNKNOWN, "1160.00"), (RECEIVABLE, f"-{invoiced}.00"), exchange])
    for planned in voucher.lines:
        assert planned.currency == "EUR" or planned.balance == planned.amount_currency


def test_parts_of_a_source_in_euro_take_exactly_its_company_amount(books):
    """Three thirds of EUR 100 at 11.65, each rounded by itself, are an øre too little: none is left on the source."""
    case = books.case()
    for amount in ("33.33", "33.33", "33.34"):
        books.item(case, amount, currency="EUR")
    decision = books.decide_one(line(100, currency="EUR"))
    voucher, _pairs = transfer(decision, source_of(100, currency="EUR"), "11.65")
    assert sum(planned.balance for planned in voucher.lines if planned.item_id == 900) == Decimal("1165.00")


@settings(max_examples=examples(200), deadline=None)
@given(worlds(max_lines=1), st.sampled_from([(UNKNOWN, None), (RECEIVABLE, 7), (RECEIVABLE, 8), (PREPAYMENT, 7)]))
def test_every_transfer_balances_and_takes_no_more_than_its_source(world, place):
    books, [row], values = world
    row = replace(row, fee=Decimal(0))
    if row.kind not in (Kind.PAYMENT, Kind.REFUND):
        return
    before = {item.id: item.residual for item in books.ledger.items}
    source = source_of(row.amount, *place, currency=row.currency)
    decision = books.decide_one(row, **values)
    voucher, pairs = plan_transfer(
        DAY, decision, source, ACCOUNTS, LABELS, lambda amount, _currency: to_nok(amount, row.currency), "NOK"
    )
    assert sum((planned.balance for planned in voucher.lines), Decimal(0)) == 0
    moved = sum((planned.amount_currency for planned in voucher.lines if planned.item_id == 900), Decimal(0))
    assert moved * row.amount >= 0 and abs(moved) <= abs(row.amount)
    for planned in voucher.lines:
        if planned.currency == "NOK":
            assert planned.balance == planned.amount_currency
    for item in [item for item in books.ledger.items if item.id in before]:  # not what the row itself leaves open
        written = sum((planned.amount_currency for planned in voucher.lines if planned.item_id == item.id), Decimal(0))
        if (900, item.id) not in pairs:
            assert written == item.residual - before[item.id]


def test_transfer_leaves_unknown_where_it_is():
    decision = Decision(line(300), Status.UNKNOWN, [Allocation(Role.UNKNOWN, Decimal(300))])
    voucher, pairs = transfer(decision, source_of(300))
    assert (voucher.lines, pairs) == ([], [])
