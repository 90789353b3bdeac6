"""Fees by type, with the tax in them, read line by line as an accountant would. No database."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.booking.fee_types import FeeType, Treatment, VatIssue
from odoo.addons.settlement_bridge.booking.fees import book_fees
from odoo.addons.settlement_bridge.booking.tax_split import TaxLine, TaxSplit
from odoo.addons.settlement_bridge.booking.transfers import plan_transfer
from odoo.addons.settlement_bridge.booking.vouchers import Conversion, plan_voucher
from odoo.addons.settlement_bridge.matching.ledger import OpenItem
from odoo.addons.settlement_bridge.matching.outcomes import Allocation, Decision, Status
from odoo.addons.settlement_bridge.matching.roles import Role
from odoo.addons.settlement_bridge.providers.records import Kind
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ..samples.plain import (
    ACCOUNTS,
    CLEARING,
    DAY,
    FEE,
    FEE_OWED,
    LABELS,
    RECEIVABLE,
    UNKNOWN,
    Books,
    line,
    said,
    to_nok,
)

#: 2710 input VAT, 2714 and 2704 VAT on services from abroad: deducted and owed.
INPUT_VAT, DEDUCTED, OWED = 2710, 2714, 2704
#: Taxes by the code of the Norwegian VAT return, with the rate and the repartition: (factor, account).
HIGH, MEDIUM, ABROAD, ABROAD_COST, HALF = 1, 11, 86, 87, 501
TAXES = {
    HIGH: (25, [(100, INPUT_VAT)]),
    MEDIUM: (15, [(100, INPUT_VAT)]),
    ABROAD: (25, [(100, DEDUCTED), (-100, OWED)]),
    ABROAD_COST: (25, [(100, None), (-100, OWED)]),
    HALF: (25, [(50, INPUT_VAT), (50, None)]),
}
CENT = Decimal("0.01")


def split_tax(tax_id, amount, _currency):
    """As Odoo computes it: the whole tax is rounded, the last part takes the rest of it."""
    rate, repartition = TAXES[tax_id]
    is_abroad = any(factor < 0 for factor, _account in repartition)
    vat = (amount * rate / (100 if is_abroad else 100 + rate)).quantize(CENT, ROUND_HALF_UP)
    lines, left = [], Decimal(0) if is_abroad else vat
    for number, (factor, account) in enumerate(repartition, 1):
        part = left if number == len(repartition) else (vat * factor / 100).quantize(CENT, ROUND_HALF_UP)
        left -= part
        lines.append(TaxLine(part, account, tax_id * 10 + number, (tax_id,), account is None))
    net = amount - sum(tax.amount for tax in lines)
    return TaxSplit(net, (tax_id * 100,) if is_abroad else (), tuple(lines), f"code {tax_id}")


def fee_type(tax_id=None, **values):
    treatment = Treatment.EXEMPT
    if tax_id:
        is_abroad = tax_id in (ABROAD, ABROAD_COST)
        treatment = Treatment.REVERSE_CHARGE if is_abroad else Treatment.DEDUCTIBLE
    return FeeType(
        **{"name": "Terminal", "tax_id": tax_id, "tax_name": f"code {tax_id}", "treatment": treatment, **values}
    )


def fee(amount, code="terminal", **values):
    """A row of kind fee: a fee of 100 has the amount −100. ``fee_vat`` as the document states it."""
    amount = -Decimal(amount)
    values["fee_vat"] = Decimal(values.get("fee_vat", 0))
    return line(amount, "", Kind.FEE if amount <= 0 else Kind.FEE_REFUND, fee_type=code, **values)


def decided(row):
    """A row of kind fee as the rules decide on it."""
    if row.kind in (Kind.FEE, Kind.FEE_REFUND):
        role = Role.FEE_OWED if row.fee_owed else Role.FEE
        return Decision(row, Status.MATCHED, [Allocation(role, row.amount)])
    return Decision(row, Status.UNKNOWN, [Allocation(Role.UNKNOWN, row.amount)])


def voucher_of(decisions, fees, currency="NOK"):
    conversion = Conversion(currency, "NOK", to_nok)
    return plan_voucher(DAY, decisions, ACCOUNTS, conversion, LABELS, fees, split_tax)


def book(types, *rows, currency="NOK"):
    """The decisions with what was said, how the fees are booked, and the voucher."""
    decisions = [decided(row) for row in rows]
    fees = book_fees(decisions, types, split_tax)
    return decisions, fees, voucher_of(decisions, fees, currency)


def booked(voucher):
    """``[(account, balance)]`` without the clearing line."""
    return [(row.account_id, f"{row.balance:.2f}") for row in voucher.lines if row.role != "clearing"]


# --- By type ----------------------------------------------------------------------------------------------------------


def test_a_fee_is_exempt_unless_its_type_says_otherwise():
    """Nothing is said about it either: it is the rule."""
    [decision], _fees, voucher = book({}, fee(125))
    assert booked(voucher) == [(FEE, "125.00")]
    assert not voucher.lines[1].tax_ids and said(decision) == ""


def test_an_exempt_fee_on_an_account_of_its_own():
    _decisions, _fees, voucher = book({"terminal": fee_type(account_id=7790, partner_id=5)}, fee(125))
    assert booked(voucher) == [(7790, "125.00")]
    assert voucher.lines[1].partner_id == 5


def test_fees_without_a_type_of_their_own_go_by_the_one_for_all_others():
    types = {"": fee_type(account_id=7791), "terminal": fee_type(account_id=7790)}
    _decisions, _fees, voucher = book(types, fee(10), fee(20, "unheard-of", id=2), line(100, fee="5", id=3))
    assert booked(voucher)[:3] == [(7790, "10.00"), (7791, "20.00"), (7791, "5.00")]


def test_norwegian_vat_is_taken_out_of_the_fee():
    [decision], _fees, voucher = book({"terminal": fee_type(HIGH, partner_id=5)}, fee(125))
    assert booked(voucher) == [(FEE, "100.00"), (INPUT_VAT, "25.00")]
    base, tax = voucher.lines[1:]
    assert (base.role, base.tax_ids, base.tax_tag_ids, base.partner_id) == ("fee", (HIGH,), (), 5)
    assert (tax.role, tax.tax_ids, tax.tax_tag_ids, tax.tax_repartition_line_id) == ("fee_tax", (), (HIGH,), 11)
    assert (tax.partner_id, tax.tax_base) == (5, Decimal(100))
    assert tax.transaction_ids == base.transaction_ids == (1,)
    assert said(decision) == "The fee of 125 includes 25.00 VAT by tax code 1 of fee type “Terminal”."


def test_vat_is_computed_on_the_sum_of_a_voucher():
    """Three fees of 0.33 have 0.07 VAT each, but 0.20 together."""
    types = {"terminal": fee_type(HIGH)}
    _decisions, _fees, voucher = book(types, *(fee("0.33", id=number) for number in (1, 2, 3)))
    assert booked(voucher) == [(FEE, "0.79"), (INPUT_VAT, "0.20")]
    assert voucher.lines[2].transaction_ids == (1, 2, 3)


def test_one_line_per_type_and_tax():
    types = {"terminal": fee_type(HIGH), "software": fee_type(ABROAD), "": fee_type()}
    _decisions, _fees, voucher = book(types, fee(125), fee(200, "software", id=2), fee(7, "capture-fee", id=3))
    assert booked(voucher) == [
        (FEE, "100.00"), (INPUT_VAT, "25.00"), (FEE, "200.00"), (DEDUCTED, "50.00"), (OWED, "-50.00"), (FEE, "7.00")
    ]  # fmt: skip


def test_reverse_charge_leaves_the_whole_fee_as_base():
    [decision], _fees, voucher = book({"terminal": fee_type(ABROAD)}, fee(200))
    assert booked(voucher) == [(FEE, "200.00"), (DEDUCTED, "50.00"), (OWED, "-50.00")]
    assert voucher.lines[1].tax_tag_ids == (8600,)
    assert "50.00 VAT by tax code 86" in said(decision) and "reverse charge" in said(decision)


def test_reverse_charge_without_deduction_is_cost():
    """Code 87: the VAT owed is cost, on the fee's own account and by its own analytic distribution."""
    types = {"terminal": fee_type(ABROAD_COST, account_id=7790, analytic_distribution={"3": 100})}
    _decisions, _fees, voucher = book(types, fee(200))
    assert booked(voucher) == [(7790, "200.00"), (7790, "50.00"), (OWED, "-50.00")]
    assert [row.analytic_distribution for row in voucher.lines[1:]] == [{"3": 100}, {"3": 100}, None]


def test_a_fee_given_back_takes_its_vat_back():
    _decisions, _fees, voucher = book({"terminal": fee_type(HIGH)}, fee(-125))
    assert booked(voucher) == [(FEE, "-100.00"), (INPUT_VAT, "-25.00")]


def test_a_fee_deducted_on_a_payment_is_taxed_too():
    types = {"": fee_type(HIGH)}
    _decisions, _fees, voucher = book(types, line(1000, fee="12.50"))
    assert booked(voucher) == [(FEE, "10.00"), (INPUT_VAT, "2.50"), (UNKNOWN, "-1000.00")]


def test_a_fee_that_is_invoiced_afterwards_has_no_tax_here():
    """The provider's invoice carries it; also what the document says of it is no reason to look."""
    row = fee(125, fee_owed=True, fee_vat=25)
    _decisions, fees, voucher = book({"terminal": fee_type(HIGH, account_id=7790)}, row)
    assert booked(voucher) == [(7790, "125.00"), (FEE_OWED, "-125.00")]
    assert fees[1].issue is None and not voucher.lines[0].tax_ids


def test_vat_in_another_currency_is_converted_and_the_base_keeps_the_rest():
    """EUR 12.51 at 11.60 is 145.12 kroner: 2.50 euro VAT is 29.00 of them."""
    row = replace(fee("12.51"), currency="EUR")
    _decisions, _fees, voucher = book({"terminal": fee_type(HIGH)}, row, currency="EUR")
    assert booked(voucher) == [(FEE, "116.12"), (INPUT_VAT, "29.00")]
    assert [row.amount_currency for row in voucher.lines[1:]] == [Decimal("10.01"), Decimal("2.50")]


# --- VAT that the document states -------------------------------------------------------------------------------------


def test_stated_vat_is_used_as_it_stands():
    """Two rows of 0.33 with 0.07 VAT each: 0.14 are deducted, although the sum of 0.66 has 0.13."""
    types = {"terminal": fee_type(HIGH)}
    decisions, fees, voucher = book(types, fee("0.33", fee_vat="0.07"), fee("0.33", fee_vat="0.07", id=2))
    assert booked(voucher) == [(FEE, "0.52"), (INPUT_VAT, "0.14")]
    assert fees[1].issue is fees[2].issue is None
    assert said(decisions[0]) == "The fee of 0.33 includes 0.07 VAT by tax code 1 of fee type “Terminal”."


def test_stated_and_computed_vat_do_not_stand_on_one_line():
    _decisions, _fees, voucher = book({"terminal": fee_type(HIGH)}, fee(125, fee_vat="25.01"), fee(125, id=2))
    assert booked(voucher) == [(FEE, "99.99"), (INPUT_VAT, "25.01"), (FEE, "100.00"), (INPUT_VAT, "25.00")]


def test_stated_vat_of_a_fee_given_back():
    _decisions, fees, voucher = book({"terminal": fee_type(HIGH)}, fee(-125, fee_vat="-25"))
    assert booked(voucher) == [(FEE, "-100.00"), (INPUT_VAT, "-25.00")]
    assert fees[1].issue is None


def test_stated_vat_of_a_tax_that_is_partly_cost():
    """Half of it is not deducted; an øre more is put on the first of two equal halves."""
    _decisions, _fees, voucher = book({"terminal": fee_type(HALF)}, fee(125, fee_vat="25.01"))
    assert booked(voucher) == [(FEE, "99.99"), (INPUT_VAT, "12.51"), (FEE, "12.50")]


@pytest.mark.parametrize(("stated", "issue"), [("25.01", None), ("24.99", None), ("25.02", VatIssue.DIFFERS)])
def test_stated_vat_is_checked_against_the_rate(stated, issue):
    """One øre is rounding. More is another rate, or another amount: booked in full, and looked at."""
    [decision], fees, voucher = book({"terminal": fee_type(HIGH)}, fee(125, fee_vat=stated))
    assert fees[1].issue is issue
    if issue:
        assert booked(voucher) == [(FEE, "125.00")]
        assert not voucher.lines[1].tax_ids
        assert "25.02" in said(decision) and "25.00" in said(decision) and "booked in full" in said(decision)


def test_stated_vat_with_the_wrong_sign_differs():
    _decisions, fees, voucher = book({"terminal": fee_type(HIGH)}, fee(125, fee_vat="-25"))
    assert (fees[1].issue, booked(voucher)) == (VatIssue.DIFFERS, [(FEE, "125.00")])


def test_stated_vat_on_a_type_without_tax_is_cost_and_looked_at():
    [decision], fees, voucher = book({"terminal": fee_type()}, fee(125, fee_vat=25))
    assert (fees[1].issue, booked(voucher)) == (VatIssue.UNTAXED, [(FEE, "125.00")])
    assert "states 25 VAT" in said(decision) and "no tax" in said(decision)


def test_foreign_vat_is_cost_and_looked_at():
    [decision], fees, voucher = book({"terminal": fee_type(ABROAD)}, fee(125, fee_vat=25))
    assert (fees[1].issue, booked(voucher)) == (VatIssue.FOREIGN, [(FEE, "125.00")])
    assert "foreign VAT is part of the cost" in said(decision)


def test_stated_vat_of_a_fee_deducted_on_a_payment():
    _decisions, fees, voucher = book({"": fee_type(HIGH)}, line(1000, fee="12.50", fee_vat=Decimal("2.50")))
    assert booked(voucher)[:2] == [(FEE, "10.00"), (INPUT_VAT, "2.50")]
    assert fees[1].vat == Decimal("2.50")


# --- Booked to an account by a rule or by hand ------------------------------------------------------------------------


def placed(row, **values):
    """A row that a rule books to account 7790."""
    part = Allocation(Role.ACCOUNT, row.amount, **{"account_id": 7790, **values})
    return Decision(row, Status.MATCHED, [part])


def test_tax_of_an_account():
    decision = placed(line(-125), tax_id=HIGH, label="Leie av terminal", analytic_distribution={"3": 100}, partner_id=5)
    voucher = voucher_of([decision], {})
    assert booked(voucher) == [(7790, "100.00"), (INPUT_VAT, "25.00")]
    base, tax = voucher.lines[1:]
    assert [base.role, tax.role] == ["account", "tax"]
    assert [base.name, tax.name] == ["Leie av terminal", "Leie av terminal · code 1"]
    assert [base.analytic_distribution, tax.analytic_distribution] == [{"3": 100}, None]
    assert base.partner_id == tax.partner_id == 5


def test_tax_of_an_account_in_a_transfer():
    """What stood unknown turns out to be terminal rent: the whole amount leaves the unknown account."""
    decision = placed(line(-125), tax_id=HIGH, label="Leie av terminal")
    source = OpenItem(900, None, "", "STJ/1", UNKNOWN, None, "NOK", Decimal(125))
    voucher, pairs = plan_transfer(
        DAY, decision, source, ACCOUNTS, LABELS, lambda amount, _currency: amount, "NOK", split_tax
    )
    assert booked(voucher) == [(UNKNOWN, "-125.00"), (7790, "100.00"), (INPUT_VAT, "25.00")]
    assert [row.name for row in voucher.lines] == ["WEB-1", "Leie av terminal", "Leie av terminal · code 1"]
    assert [row.item_id for row in voucher.lines] == [900, None, None] and pairs == []


@pytest.mark.parametrize(
    ("tax_id", "stated", "issue", "taxed"),
    [
        (None, 25, VatIssue.UNTAXED, False),
        (HIGH, 25, None, True),
        (HIGH, 10, VatIssue.DIFFERS, False),
        (ABROAD, 25, VatIssue.DIFFERS, False),
        (HIGH, 0, None, True),
    ],
)
def test_stated_vat_of_a_fee_that_a_rule_books_to_an_account(tax_id, stated, issue, taxed):
    decision = placed(fee(125, fee_vat=stated), tax_id=tax_id)
    fees = book_fees([decision], {"terminal": fee_type(HIGH)}, split_tax)
    voucher = voucher_of([decision], fees)
    assert (fees[1].issue if 1 in fees else None) is issue
    assert any(row.tax_ids for row in voucher.lines) is taxed


# --- What always holds ------------------------------------------------------------------------------------------------

amounts = st.decimals(min_value="-20000", max_value="20000", places=2)


@st.composite
def rows(draw):
    """Fees of every sort, some on payments, with VAT stated rightly, nearly, wrongly or not at all."""
    found = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        amount = draw(amounts)
        assume(amount)
        code = draw(st.sampled_from(["high", "medium", "abroad", "abroad_cost", "half", "exempt", "unheard-of"]))
        stated = draw(st.sampled_from([Decimal(0), Decimal(0), Decimal(5), amount / 5, amount / 5 + CENT]))
        vat = {"id": number, "fee_vat": stated.quantize(CENT)}
        if draw(st.booleans()):
            found.append(fee(amount, code, **vat))
        else:
            found.append(line(draw(amounts), fee=amount, fee_type=code, **vat))
    return found


@settings(max_examples=examples(300), deadline=None)
@given(rows(), st.sampled_from(["NOK", "EUR", "SEK"]))
def test_whatever_the_rates_base_and_tax_are_exactly_the_fee(transactions, currency):
    types = {
        "high": fee_type(HIGH), "medium": fee_type(MEDIUM), "abroad": fee_type(ABROAD),
        "abroad_cost": fee_type(ABROAD_COST), "half": fee_type(HALF), "": fee_type(),
    }  # fmt: skip
    transactions = [replace(row, currency=currency) for row in transactions]
    _decisions, fees, voucher = book(types, *transactions, currency=currency)
    assert sum(row.balance for row in voucher.lines) == 0
    clearing = sum(row.amount_currency for row in voucher.lines if row.role == "clearing")
    assert clearing == sum(row.amount - row.fee for row in transactions)
    parts = [row for row in voucher.lines if row.role in ("fee", "fee_tax")]
    charged = {row.id: row.fee - (row.amount if row.kind in (Kind.FEE, Kind.FEE_REFUND) else 0) for row in transactions}
    assert sum(row.amount_currency for row in parts) == sum(charged.values())
    for ids in {row.transaction_ids for row in parts}:
        same = [row for row in parts if row.transaction_ids == ids]
        assert sum(row.amount_currency for row in same) == sum(charged[number] for number in ids)
        assert sum(row.balance for row in same) == sum(
            to_nok(row.fee, currency) - (to_nok(row.amount, currency) if row.kind in (Kind.FEE, Kind.FEE_REFUND) else 0)
            for row in transactions
            if row.id in ids
        )
    for row in parts:
        assert row.account_id
        if currency == "NOK":
            assert row.balance == row.amount_currency
    for row in transactions:
        assert not fees[row.id].issue or row.fee_vat, "only stated VAT is a reason to look"


@settings(max_examples=examples(200), deadline=None)
@given(amounts, st.sampled_from(sorted(TAXES)), st.sampled_from(["1", "11.65", "0.0931"]))
def test_whatever_the_rate_a_taxed_transfer_takes_exactly_its_source(amount, tax_id, rate):
    assume(amount)
    decision = placed(line(amount), tax_id=tax_id)
    source = OpenItem(900, None, "", "STJ/1", RECEIVABLE, 7, "NOK", -amount)

    def to_company(part, _currency):
        return (part * Decimal(rate)).quantize(CENT, ROUND_HALF_UP)

    voucher, _pairs = plan_transfer(DAY, decision, source, ACCOUNTS, LABELS, to_company, "SEK", split_tax)
    moved, *placed_lines = voucher.lines
    assert (moved.amount_currency, moved.balance) == (amount, to_company(amount, "NOK"))
    assert sum(row.amount_currency for row in placed_lines) == -amount
    assert sum(row.balance for row in voucher.lines) == 0


def test_books_without_fees_are_as_before():
    """A payment without a fee has nothing to do with fee types."""
    books = Books()
    books.item(books.case(), 100)
    decisions = books.decide(line(100))
    assert book_fees(decisions, {"": fee_type(HIGH)}, split_tax) == {}
    assert [row.account_id for row in voucher_of(decisions, {}).lines] == [CLEARING, RECEIVABLE]
