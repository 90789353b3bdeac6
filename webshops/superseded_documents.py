"""Whether a document of an order is still needed once a later one has come."""

from .records import Order

#: What an order says once, and what it has a list of.
SAID_ONCE = ("external_id", "number", "created_at", "currency", "total", "buyer", "billing", "shipping", "taxes")
LISTS = ("lines", "tenders", "captures", "shipments", "refunds")


def says_all_of(newer: Order, older: Order) -> bool:
    """Whether ``newer`` says everything of ``older`` that something may have been booked from."""
    if any(getattr(newer, name) != getattr(older, name) for name in SAID_ONCE):
        return False
    return all(set(getattr(older, name) or ()) <= set(getattr(newer, name) or ()) for name in LISTS)
