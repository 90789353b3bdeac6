"""A voucher that is planned in memory, before it is written: its lines, and that it balances.

Amounts are :class:`~decimal.Decimal`; positive is debit, negative is credit.
"""

from dataclasses import dataclass, field, replace
from datetime import date as Date
from decimal import Decimal

from ..common.messages import SettlementError
from ..common.values import ZERO
from ..matching.roles import TAX_ROLES, Role


@dataclass
class PlannedLine:
    """One journal item to be written.

    :ivar transaction_ids: the transactions it is booked for.
    :ivar item_id: the open journal item it closes or reduces, or None.
    :ivar analytic_distribution: as Odoo keeps it, or None for what Odoo proposes.
    :ivar is_analytic: for a tax line, whether it is cost as its base is.
    :ivar tax_ids: for a base, its tax. :ivar tax_tag_ids: the boxes of the VAT return it counts in.
    :ivar tax_repartition_line_id: for a tax line, the tax's own line it comes from.
    :ivar tax_base: for a tax line, its base in company currency.
    """

    role: Role
    account_id: int
    balance: Decimal
    amount_currency: Decimal
    currency: str
    name: str
    partner_id: int | None = None
    transaction_ids: tuple = ()
    item_id: int | None = None
    date_due: Date | None = None
    analytic_distribution: dict | None = None
    is_analytic: bool = False
    tax_ids: tuple = ()
    tax_tag_ids: tuple = ()
    tax_repartition_line_id: int | None = None
    tax_base: Decimal = ZERO

    def with_tax(self, tax_id, split_tax, to_company) -> list:
        """Return this line divided by its tax; where ``tax_id`` is None, the line alone.

        :param split_tax: ``(tax id, amount, currency) -> TaxSplit``, debit positive.
        :param to_company: as for :meth:`divide`.
        """
        if not tax_id:
            return [self]
        return self.divide(tax_id, split_tax(tax_id, self.amount_currency, self.currency), to_company)

    def divide(self, tax_id, split, to_company) -> list:
        """Return the base and the tax lines that replace this line.

        :param split: the :class:`~.tax_split.TaxSplit` of ``amount_currency``.
        :param to_company: ``(amount, currency) -> Decimal`` in company currency; the base keeps the rest.
        """
        taxes = [(tax, to_company(tax.amount, self.currency)) for tax in split.lines if tax.amount]
        base = replace(
            self,
            balance=self.balance - sum((balance for _tax, balance in taxes), ZERO),
            amount_currency=split.net,
            tax_ids=(tax_id,),
            tax_tag_ids=split.base_tag_ids,
        )
        return [base] + [
            replace(
                self,
                role=TAX_ROLES[self.role],
                account_id=tax.account_id or self.account_id,
                balance=balance,
                amount_currency=tax.amount,
                name=f"{self.name} · {split.name}",
                analytic_distribution=self.analytic_distribution if tax.is_analytic else None,
                is_analytic=tax.is_analytic,
                tax_tag_ids=tax.tag_ids,
                tax_repartition_line_id=tax.repartition_line_id,
                tax_base=base.balance,
            )
            for tax, balance in taxes
        ]


@dataclass
class Voucher:
    """One journal entry to be written.

    :ivar lines: :class:`PlannedLine`.
    :ivar booked_ids: the transactions it books; none for a voucher that moves what others have booked.
    """

    date: Date
    lines: list = field(default_factory=list)
    booked_ids: tuple = ()

    def check_balanced(self):
        """Raise :class:`~..common.messages.SettlementError` unless debit equals credit, in company currency."""
        total = sum((line.balance for line in self.lines), ZERO)
        if total:
            raise SettlementError(
                "voucher_unbalanced",
                date=self.date,
                amount=total,
            )
