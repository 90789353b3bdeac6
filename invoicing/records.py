"""What the plan takes and gives: what is booked of an order, and which documents and payments are to be made."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from ..common.messages import Message
from ..common.values import ZERO, TextEnum
from ..webshops.records import TenderKind


class InvoiceOn(TextEnum):
    """Which event makes the invoice. The values are stored in the database."""

    SHIPPED = "shipped"
    CAPTURED = "captured"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Booked:
    """What is in the ledger of an order.

    :ivar sold: the :class:`~.parts.Part` of its invoices, and negated of its credit notes that are not for a refund.
    :ivar refunds: ``external_id`` of a refund to the parts of its credit note.
    :ivar tenders: what gift cards and store credit have paid so far, less what was given back to them.
    """

    sold: tuple = ()
    refunds: dict = field(default_factory=dict)
    tenders: dict = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is booked."""
        return not self.sold and not self.refunds

    @property
    def left(self) -> tuple:
        """The parts of what is invoiced, and negated of all that is credited."""
        return (*self.sold, *(part.negated() for parts in self.refunds.values() for part in parts))


@dataclass(frozen=True)
class PlannedDocument:
    """An invoice or a credit note to be made.

    :ivar key: what it is for: ``sale``, ``change``, ``refund:<id>`` or ``withdrawn:<id>`` (a refund taken back).
    :ivar time: of the event that calls for it.
    :ivar reason: a sentence for people.
    """

    key: str
    is_credit_note: bool
    time: datetime.datetime
    parts: tuple
    reason: Message

    @property
    def total(self) -> Decimal:
        """Sum with VAT, positive."""
        return sum((part.amount for part in self.parts), ZERO)

    @property
    def signed_parts(self) -> tuple:
        """The parts as the ledger counts them: negated in a credit note."""
        return tuple(part.negated() for part in self.parts) if self.is_credit_note else self.parts


@dataclass(frozen=True)
class PlannedTender:
    """Gift card or store credit to be booked as payment (positive) or as given back (negative)."""

    kind: TenderKind
    amount: Decimal
    time: datetime.datetime


@dataclass(frozen=True)
class Plan:
    """What is to be done for an order.

    :ivar problems: why nothing can be done; then there are no documents.
    :ivar is_finished: whether, once the documents are made, nothing more of the order is to be invoiced.
    :ivar nothing_because: where it is finished and nothing ever was to be invoiced: why, a sentence for people.
    """

    documents: tuple = ()
    tenders: tuple = ()
    problems: tuple = ()
    is_finished: bool = False
    nothing_because: Message | None = None
