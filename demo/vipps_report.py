"""The report of the Vipps portal, as a merchant downloads it: 18 columns of CSV with a running balance.

Everything in it is invented.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

MERCHANT = "123455"
LEDGER = "302321"
SHOP = "Eksempelbutikken AS"
CENT = Decimal("0.01")


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
