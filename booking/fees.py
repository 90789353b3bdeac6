"""Booking a provider's fees: by type of fee, with the tax that :mod:`.fee_vat` decides.

Amounts are :class:`~decimal.Decimal`; a fee and its VAT are positive when charged.
"""

from ..common.values import ZERO
from ..matching.roles import Role
from ..matching.rules import FEE_KINDS
from .fee_types import FeeBooking, FeeType
from .fee_vat import check_account_vat, decide_fee_vat


def book_fees(decisions, fee_types, split_tax) -> dict:
    """Return ``{transaction id: FeeBooking}`` for the decisions that book a fee, and explain the VAT in them.

    A transaction that a rule books to an account is looked at too: VAT its document states must agree with the rule's
    tax, else the tax is taken off its allocation.

    :param decisions: :class:`~..matching.outcomes.Decision`.
    :param fee_types: ``{code: FeeType}``; the one without a code is for all that are not named.
    :param split_tax: ``(tax id, amount, currency) -> TaxSplit`` (:class:`~.tax_split.TaxSplit`), debit positive.
    """
    bookings = {}
    for decision in decisions:
        line = decision.line
        fee_type = _get_fee_type(fee_types, line.fee_type)
        charged = line.fee - sum((part.amount for part in decision.allocations if part.role is Role.FEE), ZERO)
        if charged and len(line.fees) > 1:
            bookings[line.id] = _book_parts(decision, fee_types, split_tax)
        elif charged:
            bookings[line.id] = decide_fee_vat(decision, charged, line.fee_vat, fee_type, split_tax)
        elif any(part.role is Role.FEE_OWED for part in decision.allocations):
            # The invoice that follows carries the VAT.
            bookings[line.id] = FeeBooking(fee_type)
        elif line.fee_vat and line.kind in FEE_KINDS:
            issue = check_account_vat(decision, split_tax)
            if issue:
                bookings[line.id] = FeeBooking(fee_type, issue=issue)
    return bookings


def _get_fee_type(fee_types, code) -> FeeType:
    return fee_types.get(code) or fee_types.get("") or FeeType()


def _book_parts(decision, fee_types, split_tax) -> FeeBooking:
    """Return the booking of a transaction with several fees, each by its own type."""
    parts = []
    for fee in decision.line.fees:
        fee_type = _get_fee_type(fee_types, fee.type)
        booking = decide_fee_vat(decision, fee.amount, fee.vat, fee_type, split_tax)
        parts.append((fee.type, fee.amount, booking))
    issue = next((booking.issue for _code, _amount, booking in parts if booking.issue), None)
    return FeeBooking(issue=issue, parts=tuple(parts))


def move_fee(decision, booking: FeeBooking, fee_account_id: int):
    """Change a decision to move a fee from where it is now to the account of its type, with its tax.

    :param booking: of :func:`book_fees`. :param fee_account_id: the provider's own fee account.
    """
    for part in decision.allocations:
        if part.role in (Role.FEE, Role.FEE_OWED):
            part.role = Role.ACCOUNT
            part.account_id = booking.fee_type.account_id or fee_account_id
            part.partner_id = booking.fee_type.partner_id
            part.tax_id = booking.tax_id
            part.analytic_distribution = booking.fee_type.analytic_distribution
