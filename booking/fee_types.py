"""How fees of a type are booked, and how the fee of one transaction is, as plain values.

Amounts are :class:`~decimal.Decimal`, positive when charged.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..common.values import TextEnum


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
    :ivar parts: ``(the provider's name of the fee, amount, FeeBooking)`` of each, where the document reports several
        fees of one transaction; they are booked then, and not this.
    """

    fee_type: FeeType = FeeType()
    tax_id: int | None = None
    vat: Decimal | None = None
    issue: VatIssue | None = None
    parts: tuple = ()

    @property
    def summed_by(self) -> tuple:
        """What fees must share to be summed in one journal item, besides account and name."""
        return self.tax_id, self.fee_type.partner_id, self.vat is not None
