"""A signed month, and what has changed in it since."""

from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.closing.kept import ChangeCode, KeptMonth, Voucher, find_changes, get_digest

VOUCHER = Voucher(7, "VIPPS/2026/03/0001", ((1522, Decimal("98.00")), (7772, Decimal("2.00"))))
KEPT = KeptMonth(
    checks=(("days", "done", ["closing_days_complete", {}], 0, "0"),),
    balances=((1522, "1522 Vipps oppgjør", Decimal("98.00")),),
    vouchers=(VOUCHER,),
    transactions=(1, 12),
)


def changes(**now):
    return [(str(change.code), change.ids) for change in find_changes(KEPT, replace(KEPT, **now))]


def test_month_that_stands_has_no_changes():
    assert changes() == []


def test_figures_are_stored_without_loss():
    """As JSON, with every øre, in the same words for the digest."""
    assert KeptMonth.from_json(KEPT.to_json()) == KEPT
    assert get_digest({"a": 1, "b": [KEPT.to_json()]}) == get_digest({"b": [KEPT.to_json()], "a": 1})
    assert get_digest({"month": replace(KEPT, transactions=(2, 13)).to_json()}) != get_digest({"month": KEPT.to_json()})


def test_what_happened_since_is_named():
    later = Voucher(9, "VIPPS/2026/03/0002", ((1522, Decimal("5.00")),))
    assert changes(vouchers=(VOUCHER, later)) == [("added", (9,))]
    assert changes(vouchers=()) == [("removed", (7,))]
    assert changes(vouchers=(replace(VOUCHER, amounts=((1522, Decimal("97.00")),)),)) == [("altered", (7,))]
    assert changes(vouchers=(replace(VOUCHER, reversed_by=(31,)),)) == [("reversed", (7,))]
    assert changes(transactions=(3, 40)) == [("arrived", (12,))]
    [balance] = find_changes(KEPT, replace(KEPT, balances=((1522, "1522", Decimal("103.00")),)))
    assert (balance.code, balance.message.values["kept"]) == (ChangeCode.BALANCE, Decimal("98.00"))
