"""What happens at Vipps in the demo month, and the portal's report of it."""

import datetime
from decimal import Decimal

from odoo.addons.settlement_bridge.demo.vipps_report import CENT, LEDGER, MERCHANT, SHOP, Movement, portal_csv

__all__ = ["CENT", "MERCHANT", "SHOP", "Month", "day", "portal_csv"]


def day(month, number):
    """Return a day of 2026."""
    return datetime.date(2026, month, number)


class Month:
    """The movements of the month, made up from what the orders amount to."""

    def __init__(self, amounts):
        self.amounts = amounts
        self.movements = []

    def _next_psp(self):
        return f"44100{len(self.movements):05}"

    def pay(self, date, reference, difference="0", fee_date=None, amount=None, is_repeated=False):
        """A payment of an order, which may differ from what it amounts to; its fee is 2.99 % and 1 krone."""
        amount = (amount or self.amounts[reference]) + Decimal(difference)
        fee = (amount * Decimal("0.0299") + 1).quantize(CENT)
        psp = self._next_psp()
        self.movements.append(Movement(date, "Capture", psp, reference, amount, fee, fee_date or date, is_repeated))

    def refund(self, date, reference, amount):
        """A refund, given positive."""
        self.movements.append(Movement(date, "Refund", self._next_psp(), reference, -amount))

    def dispute(self, date, reference):
        """Vipps holds back a payment its customer disputes."""
        disputed = next(m for m in self.movements if m.type == "Capture" and m.reference == reference)
        self.movements.append(Movement(date, "Retained disputed capture", disputed.psp, reference, -disputed.amount))

    def payout(self, date, number):
        """Everything there is is paid out."""
        self.movements.append(
            Movement(date, "Payout scheduled", f"{LEDGER}-{number}", f"Utb. {number} Vippsnr {MERCHANT}")
        )

    def abort(self, date, number, amount):
        """A payout did not reach the bank; the amount is back."""
        self.movements.append(Movement(date, "Payout aborted", f"{LEDGER}-{number}", amount=amount))
