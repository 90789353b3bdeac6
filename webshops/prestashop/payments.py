"""The payments of an order, and what a payment module wrote down as paid back."""

from datetime import datetime
from decimal import Decimal

from ...common.amounts import divide, to_amount
from ...common.json_reading import entries, required, to_time
from ..records import ZERO, Capture
from .values import number


def read_payments(document: dict, currency: str, zone) -> list:
    """Return the payments, in the order of the document; those that were paid back are negative.

    A payment belongs to a reference. Orders that share it, because one was split, have each their part of it.
    """
    order_id = str(document["order"].get("id"))
    siblings = entries(document, "siblings")
    weights = [number(sibling, "total_paid_tax_incl") for sibling in siblings]
    payments = []
    for payment in entries(document, "payments"):
        amount = to_amount(required(payment, "amount"), currency, "amount")
        if sum(weights):
            parts = divide(amount, weights, currency)
            amount = sum((part for part, s in zip(parts, siblings, strict=True) if str(s.get("id")) == order_id), ZERO)
        if amount:
            moment = to_time(required(payment, "date_add"), zone, "date_add")
            payments.append(Capture(str(required(payment, "id")), amount, moment))
    return payments


def read_captures(payments: list, paid_at: datetime | None) -> tuple:
    """Return the payments, once a state said that they are paid: modules write them down when they are reserved."""
    if paid_at is None:
        return ()
    return tuple(
        Capture(payment.external_id, payment.amount, max(paid_at, payment.time))
        for payment in payments
        if payment.amount > 0
    )


def paid_back(payments: list) -> Decimal:
    """Return what was paid back, positive."""
    return -sum((payment.amount for payment in payments if payment.amount < 0), ZERO)
