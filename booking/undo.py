"""Taking one transaction back to the unknown account, by a small voucher of its own.

Amounts are :class:`~decimal.Decimal`; positive is debit, negative is credit.
"""

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

from ..common.values import ZERO
from ..matching.roles import Role
from .planned import PlannedLine, Voucher


@dataclass(frozen=True)
class OpenPosting:
    """What is still open of a transaction's journal items: one item, or several that count alike.

    :ivar balance: in company currency. :ivar amount_currency: in ``currency``, a name.
    :ivar item_id: the journal item to reconcile with, or None where the account is not reconciled.
    :ivar analytic_distribution: as Odoo keeps it, or None.
    :ivar tax_ids / tax_tag_ids / tax_repartition_line_id: what it is in the VAT return.
    :ivar tax_base: for a tax, its base in company currency, with the sign of the item.
    """

    account_id: int
    balance: Decimal
    amount_currency: Decimal
    currency: str
    partner_id: int | None = None
    item_id: int | None = None
    analytic_distribution: dict | None = None
    tax_ids: tuple = ()
    tax_tag_ids: tuple = ()
    tax_repartition_line_id: int | None = None
    tax_base: Decimal = ZERO


def plan_undo(booking_date: Date, line, postings, unknown_account_id: int, unknown_amount: Decimal) -> tuple:
    """Plan the voucher that reverses a transaction's own journal items, against the unknown account.

    A taxed item and its tax are reversed as they are, so that they are gone from the VAT return.

    :param line: the transaction, :class:`~..matching.ledger.Line`. :param postings: list of :class:`OpenPosting`.
    :param unknown_amount: what comes on the unknown account, in the settlement's currency.
    :return: the voucher, and the amount moved in company currency.
    """
    voucher = Voucher(booking_date)
    for posting in postings:
        voucher.lines.append(
            PlannedLine(
                role=Role.SOURCE,
                account_id=posting.account_id,
                balance=-posting.balance,
                amount_currency=-posting.amount_currency,
                currency=posting.currency,
                name=line.label,
                partner_id=posting.partner_id,
                transaction_ids=(line.id,),
                item_id=posting.item_id,
                date_due=booking_date,
                analytic_distribution=posting.analytic_distribution,
                tax_ids=posting.tax_ids,
                tax_tag_ids=posting.tax_tag_ids,
                tax_repartition_line_id=posting.tax_repartition_line_id,
                tax_base=-posting.tax_base,
            )
        )
    moved = sum((posting.balance for posting in postings), ZERO)
    if moved:
        voucher.lines.append(
            PlannedLine(
                role=Role.UNKNOWN,
                account_id=unknown_account_id,
                balance=moved,
                amount_currency=unknown_amount,
                currency=line.currency,
                name=line.label,
                transaction_ids=(line.id,),
                date_due=booking_date,
            )
        )
    voucher.check_balanced()
    return voucher, moved
