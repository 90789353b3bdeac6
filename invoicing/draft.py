"""The plan of one order while it is made."""

import datetime
from collections.abc import Iterable

from ..common.messages import Message
from ..webshops.records import Order
from .parts import merged_by_line
from .records import Booked, PlannedDocument


class Draft:
    """What is booked of an order, the documents planned so far, and the problems found."""

    def __init__(self, order: Order, booked: Booked):
        self.order = order
        self.booked = booked
        self.documents: list[PlannedDocument] = []
        self.problems: list[Message] = []

    def add(self, key: str, is_credit_note: bool, moment: datetime.datetime, parts: Iterable, reason: Message):
        """Plan one more document; the arguments are those of :class:`~.records.PlannedDocument`."""
        self.documents.append(PlannedDocument(key, is_credit_note, moment, tuple(parts), reason))

    def left(self) -> dict:
        """Return what is invoiced and not credited, by line and rate, the documents planned so far included."""
        return merged_by_line(
            [*self.booked.left, *(part for document in self.documents for part in document.signed_parts)]
        )

    def sold(self) -> list:
        """Return the parts of the sale and its changes, the documents planned so far included."""
        planned = [document for document in self.documents if document.key in ("sale", "change")]
        return [*self.booked.sold, *(part for document in planned for part in document.signed_parts)]

    def change_reason(self) -> Message:
        """Return the reason of a document that a changed order calls for."""
        return Message("order_changed", self.named())

    def named(self, **values) -> dict:
        """Return the values of a message about this order, its number among them."""
        return {"order": self.order.number, **values}
