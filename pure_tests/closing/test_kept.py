"""A signed month, and what has changed in it since."""

from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.closing.changes import MOST_OF_A_KIND, ChangeCode, find_changes
from odoo.addons.settlement_bridge.closing.kept import KeptMonth, Lack, Part, Transactions, Voucher, get_digest

VOUCHER = Voucher(
    7,
    "VIPPS/2026/03/0001",
    ((1522, Decimal("98.00")), (7772, Decimal("2.00"))),
    matched=((1522, Decimal("98.00")),),
)
PART = Part(1522, "1522 Vipps oppgjør", "31", "2000001", Decimal("98.00"))
LACK = Lack(64, "bank_without_payout", "Vipps 77", Decimal("77.00"))
KEPT = KeptMonth(
    checks=(
        ("days", "done", ["closing_days_complete", {}], 0, "0", ""),
        ("payouts", "note", ["closing_payouts_open", {}], 1, "98.00", ""),
        ("fees", "done", ["closing_fees_first", {}], 0, "2.00", ""),
    ),
    balances=((1522, "1522 Vipps oppgjør", Decimal("98.00")),),
    parts=(PART,),
    vouchers=(VOUCHER,),
    lacks=(LACK,),
    transactions=Transactions(1, 12, Decimal("98.00"), Decimal("2.00")),
)


def changes(**now):
    return [(str(change.code), change.ids) for change in find_changes(KEPT, replace(KEPT, **now))]


def test_month_that_stands_has_no_changes():
    assert changes() == []


def test_figures_are_stored_without_loss():
    """As JSON, with every øre, in the same words for the digest."""
    assert KeptMonth.from_json(KEPT.to_json()) == KEPT
    assert get_digest({"a": 1, "b": [KEPT.to_json()]}) == get_digest({"b": [KEPT.to_json()], "a": 1})
    assert get_digest({"month": replace(KEPT, transactions=Transactions(2, 13)).to_json()}) != get_digest(
        {"month": KEPT.to_json()}
    )


def test_what_happened_since_is_named():
    later = Voucher(9, "VIPPS/2026/03/0002", ((1522, Decimal("5.00")),))
    assert changes(vouchers=(VOUCHER, later)) == [("added", (9,))]
    assert changes(vouchers=()) == [("removed", (7,))]
    assert changes(vouchers=(replace(VOUCHER, amounts=((1522, Decimal("97.00")),)),)) == [("altered", (7,))]
    assert changes(vouchers=(replace(VOUCHER, reversed_by=(31,)),)) == [("reversed", (7,))]
    assert changes(vouchers=(replace(VOUCHER, matched=()),)) == [("reconciled", (7,))]
    assert changes(transactions=Transactions(3, 40)) == [("arrived", (12,))]
    assert changes(transactions=replace(KEPT.transactions, amount=Decimal("97.00"))) == [("transactions", ())]
    [balance] = find_changes(KEPT, replace(KEPT, balances=((1522, "1522", Decimal("103.00")),)))
    assert (balance.code, balance.message.values["kept"]) == (ChangeCode.BALANCE, Decimal("98.00"))


def test_parts_of_the_proof_are_compared():
    """Also where they make the same balance: another payout is on its way, or the same with another amount."""
    other = replace(PART, key="32", reference="2000002")
    assert changes(parts=(other,)) == [("part", (1522, 32)), ("part", (1522, 31))]
    assert changes(parts=(replace(PART, amount=Decimal("97.00")),)) == [("part", (1522, 31))]
    assert changes(parts=(replace(PART, amount=Decimal("90.00")), replace(PART, amount=Decimal("8.00")))) == []


def test_what_is_missing_is_told_when_it_is_new():
    """What was known when the month was signed, or has been mended since, is no change."""
    later = Lack(96, "document_not_read", "vipps.csv")
    assert changes(lacks=(LACK, later)) == [("lack", (96,))]
    assert changes(lacks=()) == changes(lacks=(replace(LACK, amount=Decimal("7.00")),)) == []
    assert changes(lacks=(replace(LACK, amount=Decimal("78.00")),)) == [("lack", (64,))]
    altered = Lack(64, "settlement_altered", "2000001")
    assert changes(lacks=(LACK, altered)) == [("settlement", (64,))]


def test_checks_that_have_become_worse_are_told():
    days, payouts, fees = KEPT.checks
    assert changes(checks=(("days", "open", *days[2:]), payouts, fees)) == [("check", ("days",))]
    assert changes(checks=(days, payouts, (*fees[:4], "3.00", ""))) == [("check", ("fees",))]
    # That a payout is on its way for longer, or has come, is no change of the month.
    assert changes(checks=(days, ("payouts", "open", *payouts[2:]), fees)) == []


def test_many_changes_are_summed_up():
    vouchers = tuple(replace(VOUCHER, id=number) for number in range(7, 7 + MOST_OF_A_KIND + 3))
    [*named, more] = find_changes(KEPT, replace(KEPT, vouchers=vouchers))
    assert (len(named), more.code, more.message.values) == (MOST_OF_A_KIND, ChangeCode.MORE, {"count": "2"})
