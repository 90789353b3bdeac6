"""How a provider's fees are booked: account and tax by type of fee, and what becomes of the VAT a document states.

A fee is exempt unless its type has a tax: moving payments is. Norwegian VAT is deducted only where the type has a tax
and a documented supplier; VAT that is stated but cannot be deducted is part of the cost, and a person looks at it.

Amounts are :class:`~decimal.Decimal`; a fee and its VAT are positive when charged.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..common.messages import _
from ..common.values import ZERO, TextEnum
from ..matching.decisions import Role
from ..matching.rules import FEE_KINDS

#: How far stated VAT may be from what the rate gives, on one row: both are rounded.
_TOLERANCE = Decimal("0.01")


class Treatment(TextEnum):
    """What a tax does with a fee."""

    EXEMPT = "exempt"
    DEDUCTIBLE = "deductible"
    REVERSE_CHARGE = "reverse_charge"


class VatIssue(TextEnum):
    """Why VAT that a document states was not deducted. The values are stored in the database."""

    UNTAXED = "untaxed"
    FOREIGN = "foreign"
    DIFFERS = "differs"


@dataclass(frozen=True)
class FeeType:
    """How fees of one name are booked.

    :ivar name: for people. :ivar account_id: the cost, or None for the provider's own fee account.
    :ivar tax_id: the tax contained in the fee (added to it under reverse charge), or None.
    :ivar tax_name: for people. :ivar treatment: what that tax does; exempt also where its rate is zero.
    :ivar partner_id: the supplier, or None.
    :ivar analytic_distribution: as Odoo keeps it, or None for what it proposes.
    """

    name: str = ""
    account_id: int | None = None
    tax_id: int | None = None
    tax_name: str = ""
    treatment: Treatment = Treatment.EXEMPT
    partner_id: int | None = None
    analytic_distribution: dict | None = field(default=None, hash=False)


@dataclass(frozen=True)
class FeeBooking:
    """How the fee of one transaction is booked.

    :ivar fee_type: gives account, supplier and analytic distribution.
    :ivar tax_id: the tax that is taken out, or None: booked as it stands.
    :ivar vat: the VAT as the document states it, positive when charged, or None where the tax's rate gives it.
    :ivar issue: why stated VAT was not deducted, or None.
    """

    fee_type: FeeType = FeeType()
    tax_id: int | None = None
    vat: Decimal | None = None
    issue: VatIssue | None = None

    @property
    def summed_by(self) -> tuple:
        """What fees must have in common to stand on one journal item, beside account and name."""
        return self.tax_id, self.fee_type.partner_id, self.vat is not None


def book_fees(decisions, fee_types, split_tax) -> dict:
    """Return ``{transaction id: FeeBooking}`` for the decisions that book a fee, and say in them what is done with VAT.

    A transaction that a rule books to an account is looked at too: VAT its document states must agree with the rule's
    tax, else the tax is taken off its allocation.

    :param decisions: :class:`~.decisions.Decision`.
    :param fee_types: ``{code: FeeType}``; the one without a code is for all that are not named.
    :param split_tax: ``(tax id, amount, currency) -> TaxSplit`` (:class:`~.vouchers.TaxSplit`), debit positive.
    """
    bookings = {}
    for decision in decisions:
        line = decision.line
        fee_type = fee_types.get(line.fee_type) or fee_types.get("") or FeeType()
        charged = line.fee - sum((part.amount for part in decision.allocations if part.role is Role.FEE), ZERO)
        if charged:
            bookings[line.id] = _book_fee(decision, charged, fee_type, split_tax)
        elif any(part.role is Role.FEE_OWED for part in decision.allocations):
            # The invoice that follows carries the VAT.
            bookings[line.id] = FeeBooking(fee_type)
        elif line.fee_vat and line.kind in FEE_KINDS:
            issue = _check_account(decision, split_tax)
            if issue:
                bookings[line.id] = FeeBooking(fee_type, issue=issue)
    return bookings


def move_fee(decision, booking: FeeBooking, fee_account_id: int):
    """Let a fee that stood on another account be moved to the account of its type, with its tax.

    :param booking: of :func:`book_fees`. :param fee_account_id: the provider's own fee account.
    """
    for part in decision.allocations:
        if part.role in (Role.FEE, Role.FEE_OWED):
            part.role = Role.ACCOUNT
            part.account_id = booking.fee_type.account_id or fee_account_id
            part.partner_id = booking.fee_type.partner_id
            part.tax_id = booking.tax_id
            part.analytic_distribution = booking.fee_type.analytic_distribution


def _book_fee(decision, charged, fee_type, split_tax):
    line = decision.line
    values = {"fee_type": fee_type.name, "tax": fee_type.tax_name, "stated": line.fee_vat}
    if fee_type.treatment is Treatment.EXEMPT and line.fee_vat:
        decision.say(
            _(
                "The document states %(stated)s VAT in the fee, but fee type “%(fee_type)s” has no tax: booked in full "
                "as cost. If the supplier's invoice shows that VAT, set the tax on the fee type and book again."
            ),
            fee_type=fee_type.name,
            stated=line.fee_vat,
        )
        return FeeBooking(fee_type, fee_type.tax_id, issue=VatIssue.UNTAXED)
    if fee_type.treatment is Treatment.REVERSE_CHARGE and line.fee_vat:
        decision.say(
            _(
                "The document states %(stated)s VAT in the fee, but fee type “%(fee_type)s” is bought from abroad: "
                "foreign VAT is part of the cost. Booked in full, without reverse charge by tax %(tax)s: ask the "
                "supplier for an invoice without VAT."
            ),
            **values,
        )
        return FeeBooking(fee_type, issue=VatIssue.FOREIGN)
    if fee_type.treatment is Treatment.EXEMPT:
        return FeeBooking(fee_type, fee_type.tax_id)
    split = split_tax(fee_type.tax_id, charged, line.currency)
    if fee_type.treatment is Treatment.REVERSE_CHARGE:
        decision.say(
            _(
                "The fee is bought from abroad: %(vat)s VAT by tax %(tax)s of fee type “%(fee_type)s” is reported, "
                "reverse charge."
            ),
            vat=max((abs(tax.amount) for tax in split.lines), default=ZERO),
            tax=fee_type.tax_name,
            fee_type=fee_type.name,
        )
        return FeeBooking(fee_type, fee_type.tax_id)
    if line.fee_vat and abs(split.vat - line.fee_vat) > _TOLERANCE:
        decision.say(
            _(
                "The document states %(stated)s VAT in a fee of %(amount)s, but tax %(tax)s of fee type "
                "“%(fee_type)s” gives %(expected)s: booked in full as cost, until a person has looked at it."
            ),
            amount=charged,
            expected=split.vat,
            **values,
        )
        return FeeBooking(fee_type, issue=VatIssue.DIFFERS)
    decision.say(
        _("The fee of %(amount)s includes %(vat)s VAT by tax %(tax)s of fee type “%(fee_type)s”."),
        amount=charged,
        vat=line.fee_vat or split.vat,
        tax=fee_type.tax_name,
        fee_type=fee_type.name,
    )
    return FeeBooking(fee_type, fee_type.tax_id, vat=line.fee_vat or None)


def _check_account(decision, split_tax):
    """Compare stated VAT with the tax of the account a rule books to; return what is wrong, or None."""
    line = decision.line
    parts = [part for part in decision.allocations if part.role is Role.ACCOUNT]
    if not parts:
        return None
    taxed = [part for part in parts if part.tax_id]
    if not taxed:
        decision.say(
            _("The document states %(stated)s VAT, but the rule names no tax: booked in full."), stated=line.fee_vat
        )
        return VatIssue.UNTAXED
    expected = sum((split_tax(part.tax_id, -part.amount, line.currency).vat for part in taxed), ZERO)
    if abs(expected - line.fee_vat) <= _TOLERANCE:
        return None
    for part in taxed:
        part.tax_id = None
    decision.say(
        _(
            "The document states %(stated)s VAT, but the rule's tax gives %(expected)s: booked in full, until a person "
            "has looked at it."
        ),
        stated=line.fee_vat,
        expected=expected,
    )
    return VatIssue.DIFFERS
