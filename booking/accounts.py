"""Where a provider's vouchers are booked."""

from dataclasses import dataclass

from ..common.messages import SettlementError


@dataclass(frozen=True)
class Accounts:
    """Where a provider's vouchers are booked: ids of accounts; None where not set up.

    :ivar clearing_partner: the partner of the clearing line: the provider, by which the bank's views find it.
    """

    clearing: int
    unknown: int
    fee: int
    rounding: int
    fee_payable: int | None = None
    exchange_gain: int | None = None
    exchange_loss: int | None = None
    clearing_partner: int | None = None

    def get_exchange(self, gain):
        """Return the account for what the settlement is worth more (or less) than the invoice was booked at."""
        account_id = self.exchange_gain if gain > 0 else self.exchange_loss
        if not account_id:
            raise SettlementError("no_exchange_account")
        return account_id

    def get_fee_payable(self):
        """Return the account for fees that are invoiced afterwards."""
        if not self.fee_payable:
            raise SettlementError("no_fee_payable_account")
        return self.fee_payable
