"""What a provider's set-up says about matching."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Settings:
    """The part of a provider's set-up that decisions depend on.

    :ivar limit: largest rounding difference, in company currency.
    :ivar to_company: function ``(amount, currency) -> Decimal`` giving the amount in company currency.
    :ivar prefixes: the shop's order reference prefixes.
    :ivar prepayment_account_id / reserve_account_id: optional accounts.
    """

    limit: Decimal
    to_company: object
    prefixes: tuple = ()
    prepayment_account_id: int | None = None
    reserve_account_id: int | None = None
