"""VAT in the ledger, tied to what it comes from."""

from decimal import Decimal

from odoo.addons.settlement_bridge.vat.tie_out import (
    Origin,
    Use,
    VatSum,
    get_amount_due,
    tie_by_code,
    tie_by_shop,
)


def part(code, base, owed="0", deducted="0", use=Use.SALE, origin=Origin.WEBSHOP, **values):
    amounts = {"base": base, "owed": owed, "deducted": deducted, "expected": values.pop("expected", owed)}
    values = {"webshop_id": 1 if origin is Origin.WEBSHOP else None, "is_credit": False, "is_late": False, **values}
    return VatSum(
        code=code, use=use, origin=origin, **values, **{name: Decimal(amount) for name, amount in amounts.items()}
    )


TERM = [
    part("3", "1000.00", "250.00"),
    part("3", "-400.00", "-100.00", is_credit=True, is_late=True),
    part("3", "80.00", "20.00", origin=Origin.ELSEWHERE, expected="20.00"),
    part("31", "100.00", "15.00", webshop_id=2),
    part("52", "500.00"),
    part("OSS SE 25 %", "400.00", "100.00", use=Use.ABROAD),
    part("86", "200.00", "50.00", "50.00", use=Use.PURCHASE, origin=Origin.SETTLEMENT, expected="0"),
    part("1", "100.00", "0", "25.00", use=Use.PURCHASE, origin=Origin.SETTLEMENT, expected="0"),
]


def test_codes_stand_as_in_the_return():
    """Sales by number, then purchases, then what is no part of it."""
    assert [line.code for line in tie_by_code(TERM)] == ["3", "31", "52", "1", "86", "OSS SE 25 %"]


def test_a_code_says_where_it_comes_from():
    line = tie_by_code(TERM)[0]
    assert (line.base, line.owed) == (Decimal("680.00"), Decimal("170.00"))
    assert line.by_origin[Origin.WEBSHOP] == [Decimal("600.00"), Decimal("150.00")]
    assert line.by_origin[Origin.ELSEWHERE] == [Decimal("80.00"), Decimal("20.00")]
    assert line.difference == 0


def test_what_is_paid_leaves_other_countries_out():
    """Output 170 + 15 + 50, less input 50 and 25; Sweden's 100 is paid elsewhere."""
    assert get_amount_due(tie_by_code(TERM)) == Decimal("160.00")


def test_a_shop_shows_sales_credit_notes_and_what_is_late():
    line = tie_by_shop(TERM)[0]
    assert (line.sale_vat, line.credit_vat, line.vat) == (Decimal("250.00"), Decimal("-100.00"), Decimal("150.00"))
    assert (line.late_base, line.late_vat) == (Decimal("-400.00"), Decimal("-100.00"))
    assert [(each.webshop_id, each.code) for each in tie_by_shop(TERM)] == [
        (1, "3"), (1, "52"), (1, "OSS SE 25 %"), (2, "31"),
    ]  # fmt: skip


def test_an_amount_that_somebody_changed_in_the_ledger_is_a_difference():
    """The lines of the documents give 250.00, and a person has made it 249.00 in the journal item."""
    line = tie_by_code([part("3", "1000.00", "249.00", expected="250.00")])[0]
    assert line.difference == Decimal("-1.00")
