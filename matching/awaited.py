"""What a case can still take: a payment of what is invoiced or ordered, a refund of what was paid."""

from decimal import Decimal

from ..common.values import ZERO
from ..providers.records import DISPUTE_KINDS
from .ledger import ItemType


def can_take(case, line, allocator) -> bool:
    """Return whether all of a transaction may be meant for a case, also where no document of its amount is open yet.

    A payment may be of what is invoiced and open, and of what is still to be invoiced, less what has been paid of it. A
    refund may be of what was paid: its credit note is yet to come.

    :param allocator: :class:`~.allocation.Allocator`, which knows what the batch has left over in the case so far.
    """
    amount, room = line.amount_in(case.currency), _get_room(case, line, allocator)
    return bool(amount) and room is not None and room >= abs(amount)


def awaits_exactly(case, line, allocator) -> bool:
    """Return whether a payment is exactly what a case still awaits, an invoice that is yet to come included."""
    amount = line.amount_in(case.currency)
    return bool(case.to_invoice and amount and amount > 0) and _get_room(case, line, allocator) == amount


def _get_room(case, line, allocator) -> Decimal | None:
    """Return how much of a payment, or of a refund, a case can still take, or None where that is not known."""
    received = _get_received(case, line, allocator)
    if received is None or line.kind in DISPUTE_KINDS:
        return None
    return received if line.amount < 0 else case.to_invoice + case.invoiced - received


def _get_received(case, line, allocator) -> Decimal | None:
    """Return what has been paid in a case, less what went back; None where it is in several currencies."""
    items = [item for item in allocator.ledger.open_items(case.id, *ItemType) if item.id != line.item_id]
    left_over = allocator.get_left_over(case.id)
    if {item.currency for item in items} | left_over.keys() > {case.currency}:
        return None
    # What is invoiced and not open any more was paid; what stands open of a payment is negative.
    return case.invoiced - sum((item.residual for item in items), ZERO) + left_over.get(case.currency, ZERO)
