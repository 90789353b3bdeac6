"""What happens at Vipps in the demo month, and the portal's report of it."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

MERCHANT = "123455"
LEDGER = "302321"
SHOP = "Eksempelbutikken AS"
CENT = Decimal("0.01")


def day(month, number):
    """Return a day of 2026."""
    return datetime.date(2026, month, number)


@dataclass(frozen=True)
class Movement:
    """One movement on the shop's account with Vipps.

    :ivar type: as the portal's report writes it. :ivar amount: signed; for a payout unused, it takes all there is.
    :ivar fee_date: the ledger date the fee is deducted on. :ivar is_repeated: whether the file has the row twice.
    """

    date: datetime.date
    type: str
    psp: str
    reference: str = ""
    amount: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    fee_date: datetime.date | None = None
    is_repeated: bool = False


HEADING = (
    "Sales unit", "MSN/Vipps number", "Country", "Payment solution", "Time", "Booking date", "Type", "Amount",
    "Balance", "Fee", "Net amount", "Currency", "Customer name", "Customer phone number", "Message", "Category",
    "PSP reference", "Order ID/Reference",
)  # fmt: skip


def portal_csv(movements, first, last):
    """Return the portal's report over the ledger dates from ``first`` to ``last``, as it comes: 18 columns of CSV."""
    lines = [",".join(HEADING)]
    balance = Decimal(0)
    dates = sorted({movement.date for movement in movements} | {m.fee_date for m in movements if m.fee_date})
    for date in dates:
        of_date = [movement for movement in movements if movement.date == date]
        fee = sum((movement.fee for movement in movements if movement.fee_date == date), Decimal(0))
        if fee:
            retained = Movement(date, "Fees retained", f"{LEDGER}-{date:%Y%m%d}", amount=-fee)
            before = [movement for movement in of_date if movement.type != "Payout scheduled"]
            of_date = [*before, retained, *of_date[len(before) :]]
        for position, movement in enumerate(of_date):
            is_payout = movement.type == "Payout scheduled"
            amount = -balance if is_payout else movement.amount
            balance += amount
            if first <= date <= last:
                line = portal_line(movement, amount, balance, position)
                lines += [line] * (2 if movement.is_repeated else 1)
    return ("\n".join(lines) + "\n").encode()


def portal_line(movement, amount, balance, position):
    """Return one row of the report. The fee beside a payment only tells; it is deducted by a row of its own."""
    is_payment = movement.type == "Capture"
    cells = (
        SHOP, MERCHANT, "Norway", "Online" if movement.reference.startswith("WEB") else "",
        f"{movement.date.isoformat()} {8 + position:02}:11:40", movement.date.isoformat(), movement.type, amount,
        balance, -movement.fee if is_payment else "", amount - movement.fee if is_payment else "", "NOK", "", "", "",
        "", movement.psp, movement.reference,
    )  # fmt: skip
    return ",".join(str(cell) for cell in cells)


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
