"""Where a fee's VAT is decided: deducted, reverse charge, or part of the cost.

A fee is exempt unless its type has a tax: moving payments is. Norwegian VAT is deducted only where the fee's type has a
tax and a documented supplier; VAT that is stated but cannot be deducted is part of the cost, and a person looks at it.

Amounts are :class:`~decimal.Decimal`, positive when charged.
"""

from decimal import Decimal

from ..common.values import ZERO
from ..matching.roles import Role
from .fee_types import FeeBooking, Treatment, VatIssue

#: How far stated VAT may be from what the rate gives, on one row: both are rounded.
_TOLERANCE = Decimal("0.01")


def decide_fee_vat(decision, charged, stated, fee_type, split_tax) -> FeeBooking:
    """Return how a fee is booked, and explain in its decision what is done with VAT.

    :param decision: :class:`~..matching.outcomes.Decision`. :param charged: the fee, ``Decimal``.
    :param stated: the VAT in it, as the document states it; zero where it states none.
    :param fee_type: :class:`~.fee_types.FeeType`.
    :param split_tax: ``(tax id, amount, currency) -> TaxSplit`` (:class:`~.tax_split.TaxSplit`), debit positive.
    """
    line = decision.line
    values = {"fee_type": fee_type.name, "tax": fee_type.tax_name, "stated": stated}
    if fee_type.treatment is Treatment.EXEMPT and stated:
        decision.say(
            "fee_vat_without_tax",
            fee_type=fee_type.name,
            stated=stated,
        )
        return FeeBooking(fee_type, fee_type.tax_id, issue=VatIssue.UNTAXED)
    if fee_type.treatment is Treatment.REVERSE_CHARGE and stated:
        decision.say(
            "fee_vat_foreign",
            **values,
        )
        return FeeBooking(fee_type, issue=VatIssue.FOREIGN)
    if fee_type.treatment is Treatment.EXEMPT:
        return FeeBooking(fee_type, fee_type.tax_id)
    split = split_tax(fee_type.tax_id, charged, line.currency)
    if fee_type.treatment is Treatment.REVERSE_CHARGE:
        decision.say(
            "fee_reverse_charge",
            vat=max((abs(tax.amount) for tax in split.lines), default=ZERO),
            tax=fee_type.tax_name,
            fee_type=fee_type.name,
        )
        return FeeBooking(fee_type, fee_type.tax_id)
    if stated and abs(split.vat - stated) > _TOLERANCE:
        decision.say(
            "fee_vat_differs",
            amount=charged,
            expected=split.vat,
            **values,
        )
        return FeeBooking(fee_type, issue=VatIssue.DIFFERS)
    decision.say(
        "fee_vat_included",
        amount=charged,
        vat=stated or split.vat,
        tax=fee_type.tax_name,
        fee_type=fee_type.name,
    )
    return FeeBooking(fee_type, fee_type.tax_id, vat=stated or None)


def check_account_vat(decision, split_tax) -> VatIssue | None:
    """Compare stated VAT with the tax a rule books with; where they differ, take the tax off and return why."""
    line = decision.line
    parts = [part for part in decision.allocations if part.role is Role.ACCOUNT]
    if not parts:
        return None
    taxed = [part for part in parts if part.tax_id]
    if not taxed:
        decision.say("rule_without_tax", stated=line.fee_vat)
        return VatIssue.UNTAXED
    expected = sum((split_tax(part.tax_id, -part.amount, line.currency).vat for part in taxed), ZERO)
    if abs(expected - line.fee_vat) <= _TOLERANCE:
        return None
    for part in taxed:
        part.tax_id = None
    decision.say(
        "rule_vat_differs",
        stated=line.fee_vat,
        expected=expected,
    )
    return VatIssue.DIFFERS
