"""Three weeks of a small webshop: what it sold, what Vipps reports of it, and what reached the bank.

Everybody in it is invented. All follows from the Monday on which the month begins.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from .vipps_report import CENT, LEDGER, MERCHANT, Movement, portal_csv

#: SKU to name, price with VAT, and rate of VAT in percent.
PRODUCTS = {
    "lampe": ("Bordlampe Nordlys", Decimal("1249.00"), 25),
    "pledd": ("Ullpledd", Decimal("899.00"), 25),
    "kopp": ("Håndlaget kopp", Decimal("249.50"), 25),
    "lys": ("Stearinlys, 6 stk.", Decimal("129.90"), 25),
}


@dataclass(frozen=True)
class Sale:
    """An order of the shop.

    :ivar number: of the order; its reference is ``NORD-`` and the number. :ivar buyer: who ordered.
    :ivar cart: pairs of SKU and quantity. :ivar sent: days after the first Monday; None while it is not sent.
    :ivar returned: how many of the first product came back, four days after it was sent.
    """

    number: int
    buyer: str
    cart: tuple
    sent: int | None
    returned: int = 0

    @property
    def reference(self) -> str:
        """What the shop calls the order, and Vipps sends back."""
        return f"NORD-{self.number}"

    @property
    def total(self) -> Decimal:
        """What the buyer owes, VAT included, in kroner."""
        return sum(PRODUCTS[sku][1] * quantity for sku, quantity in self.cart)


SALES = (
    Sale(2001, "Ada Eksempelsen", (("lampe", 1),), 0),
    Sale(2002, "Bjarte Prøvestad", (("pledd", 1), ("lys", 2)), 0),
    Sale(2003, "Cecilie Liksom", (("kopp", 4),), 1, returned=1),
    Sale(2004, "Luftspeil Kontor AS", (("lampe", 2), ("lys", 5)), 3),
    Sale(2005, "Didrik Fiktivsen", (("kopp", 2),), 7),
    Sale(2006, "Eline Testrud", (("pledd", 1),), 8),
    Sale(2007, "Frode Påfunn", (("lampe", 1), ("kopp", 1)), 10),
    Sale(2008, "Guro Innbilt", (("lys", 3),), 14),
    Sale(2009, "Håkon Tenktmoen", (("pledd", 2),), 15),
    Sale(2010, "Ida Luftslott", (("kopp", 6),), None),
)

#: A payment that no order explains: days after the first Monday, what the payer wrote, and the amount.
UNKNOWN = (9, "GAVEKORT-77", Decimal("300.00"))

#: Payouts: days after the first Monday, number, and whether the bank has it; the last one is on its way.
PAYOUTS = ((1, 3000701, True), (4, 3000702, True), (8, 3000703, True), (11, 3000704, True), (15, 3000705, False))


def first_monday(today: datetime.date) -> datetime.date:
    """Return the first Monday of the month before, so that the three weeks are over."""
    last_month = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    return last_month + datetime.timedelta(days=-last_month.weekday() % 7)


def orders(first: datetime.date) -> list:
    """Return the orders as the shop's own JSON tells them (static/description/inbox.md), returned goods included."""
    return [_order(sale, first) for sale in SALES]


def report(first: datetime.date) -> tuple:
    """Return name and content of the report that Vipps' portal gives of these weeks."""
    last = first + datetime.timedelta(days=PAYOUTS[-1][0])
    return f"vipps-{MERCHANT}-{first}-{last}.csv", portal_csv(movements(first), first, last)


def bank_lines(first: datetime.date) -> list:
    """Return date, text and amount of each payout that has reached the bank, the day after."""
    result, balance = [], Decimal(0)
    arrived = {number for _days, number, is_at_bank in PAYOUTS if is_at_bank}
    for movement in movements(first):
        if movement.type != "Payout scheduled":
            balance += movement.amount - movement.fee
            continue
        number = int(movement.psp.removeprefix(f"{LEDGER}-"))
        if number in arrived:
            result.append((movement.date + datetime.timedelta(days=1), movement.reference, balance))
        balance = Decimal(0)
    return result


def movements(first: datetime.date) -> list:
    """Return what moved on the shop's account with Vipps, day by day; a payout is the last of its day."""
    found = []
    for sale in SALES:
        if sale.sent is None:
            # Paid when it was ordered, and not sent yet: a prepayment.
            found.append(_payment(first, 14, sale.reference, sale.total, sale.number))
            continue
        # The shop rounded one order to whole kroner.
        rounded = sale.total.quantize(Decimal(1)) if sale.number == 2008 else sale.total
        found.append(_payment(first, sale.sent, sale.reference, rounded, sale.number))
        if sale.returned:
            sku = sale.cart[0][0]
            amount = -PRODUCTS[sku][1] * sale.returned
            date = _day(first, sale.sent + 4)
            found.append(Movement(date, "Refund", f"45{sale.number}", sale.reference, amount))
    days, reference, amount = UNKNOWN
    found.append(_payment(first, days, reference, amount, 2999))
    for days, number, _is_at_bank in PAYOUTS:
        reference = f"Utb. {number} Vippsnr {MERCHANT}"
        found.append(Movement(_day(first, days), "Payout scheduled", f"{LEDGER}-{number}", reference))
    return sorted(found, key=lambda movement: (movement.date, movement.type == "Payout scheduled"))


def _payment(first, days, reference, amount, number):
    """A payment; its fee is 2.99 % and 1 krone."""
    date = _day(first, days)
    fee = (amount * Decimal("0.0299") + 1).quantize(CENT)
    return Movement(date, "Capture", f"44{number}", reference, amount, fee, date)


def _order(sale, first):
    ordered = _time(_day(first, 14 if sale.sent is None else sale.sent), 8)
    document = {
        "type": "order",
        "id": str(sale.number),
        "created_at": ordered,
        "changed_at": ordered,
        "accepted_at": ordered,
        "currency": "NOK",
        "total": str(sale.total),
        "status": "reserved",
        "lines": [_line(number, sku, quantity) for number, (sku, quantity) in enumerate(sale.cart, 1)],
        "buyer": {"name": sale.buyer, "email": f"kunde{sale.number}@example.com"},
        "billing_address": {
            "name": sale.buyer,
            "street": "Eksempelveien 1",
            "postcode": "0155",
            "city": "Oslo",
            "country": "NO",
        },
        "payment_method": "vipps",
        "captures": [{"id": "1", "amount": str(sale.total), "captured_at": ordered}],
    }
    if sale.sent is not None:
        sent = _time(_day(first, sale.sent), 12)
        document |= {
            "status": "sent",
            "changed_at": sent,
            "shipments": [{"id": "1", "shipped_at": sent}],
            "completed_at": sent,
        }
    if sale.returned:
        returned = _time(_day(first, sale.sent + 4), 14)
        line = _line(1, sale.cart[0][0], sale.returned)
        refund = {"id": f"{sale.number}-1", "refunded_at": returned, "amount": line["amount"], "reason": "Retur"}
        document |= {"changed_at": returned, "refunds": [{**refund, "lines": [{"line_id": line.pop("id"), **line}]}]}
    return document


def _line(number, sku, quantity):
    name, price, rate = PRODUCTS[sku]
    amount = str(price * quantity)
    return {
        "id": str(number), "name": name, "sku": sku, "quantity": quantity, "amount": amount, "tax_rate": rate
    }  # fmt: skip


def _day(first, days):
    return first + datetime.timedelta(days=days)


def _time(date, hour):
    return f"{date.isoformat()}T{hour:02}:00:00+01:00"
