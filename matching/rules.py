"""The rules that decide where a transaction belongs, as plain values in the order they are tried."""

from dataclasses import dataclass
from enum import Enum

from ..providers.records import Kind


class Key(str, Enum):
    """Which text of a transaction is compared with what. The values are stored in the database."""

    PROVIDER_REFERENCE = "provider_reference"
    ORDER_REFERENCE = "order_reference"
    INVOICE_NUMBER = "invoice_number"
    PAYMENT_REFERENCE = "payment_reference"

    def __str__(self) -> str:
        return self.value


class Action(str, Enum):
    """What a rule does with a transaction it applies to. The values are stored in the database."""

    MATCH = "match"
    ACCOUNT = "account"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


#: The kinds whose other side is a customer; the rest are the provider's own.
CUSTOMER_KINDS = frozenset({Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL})


@dataclass(frozen=True)
class Rule:
    """One rule.

    :ivar id: identity in the database. :ivar name: for people.
    :ivar kinds: the kinds of transaction it applies to; empty means every customer kind.
    :ivar text: when given, the transaction's own text must contain it (case does not count).
    :ivar key: for ``MATCH``, what to look by. :ivar account_id: for ``ACCOUNT``, where to book.
    """

    id: int
    name: str
    action: Action
    key: Key | None = None
    kinds: frozenset = frozenset()
    text: str = ""
    account_id: int | None = None

    def applies_to(self, line) -> bool:
        """Return whether the rule's conditions hold for ``line`` (a :class:`~.decisions.Line`)."""
        if line.kind not in (self.kinds or CUSTOMER_KINDS):
            return False
        return not self.text or self.text.casefold() in line.text.casefold()
