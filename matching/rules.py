"""Rules: which transactions each applies to, what it looks for, and what is done then."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from ..common.messages import Message, SettlementError
from ..common.values import TextEnum
from ..providers.records import BANK_KINDS, Kind
from .patterns import count_groups, search_pattern


class Key(TextEnum):
    """What a rule finds an order, invoice or customer by. The values are stored in the database."""

    PROVIDER_REFERENCE = "provider_reference"
    ORDER_REFERENCE = "order_reference"
    INVOICE_NUMBER = "invoice_number"
    PAYMENT_REFERENCE = "payment_reference"
    CUSTOMER_AMOUNT = "customer_amount"


#: The keys that are a reference of the transaction itself.
REFERENCE_KEYS = (Key.PROVIDER_REFERENCE, Key.ORDER_REFERENCE, Key.INVOICE_NUMBER, Key.PAYMENT_REFERENCE)


class Action(TextEnum):
    """What a rule does with a transaction it applies to. The values are stored in the database."""

    MATCH = "match"
    CUSTOMER = "customer"
    ACCOUNT = "account"
    FEE = "fee"
    RESERVE = "reserve"
    UNKNOWN = "unknown"
    EXCLUDE = "exclude"


class TextOperator(TextEnum):
    """How a text is tested, as in Odoo's reconciliation models. The values are stored in the database."""

    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    REGEX = "match_regex"


#: The kinds of transaction with a customer on the other side; the others are the provider's own.
CUSTOMER_KINDS = frozenset({Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL})
FEE_KINDS = frozenset({Kind.FEE, Kind.FEE_REFUND})
RESERVE_KINDS = frozenset({Kind.RESERVE_HOLD, Kind.RESERVE_RELEASE})

#: What rules decide on: everything but transfers between the provider and the bank, which the bank's lines book.
RULE_KINDS = frozenset(Kind) - BANK_KINDS


@dataclass(frozen=True)
class TextCondition:
    """A condition on a text, regardless of upper and lower case.

    :ivar value: what it contains or does not contain, or the regular expression (see :mod:`.patterns`).
    """

    operator: TextOperator
    value: str

    def holds(self, text: str) -> bool:
        """Return whether the condition holds for ``text``."""
        if self.operator is TextOperator.REGEX:
            return self.search(text) is not None
        return (self.value.casefold() in text.casefold()) is (self.operator is TextOperator.CONTAINS)

    def search(self, text: str) -> tuple | None:
        """Search ``text``, without the space around it, as :func:`.patterns.search_pattern` does."""
        try:
            return search_pattern(self.value, text.strip())
        except SettlementError:
            # It is refused when the rule is saved; should one be stored all the same, it holds for nothing.
            return None

    @property
    def has_group(self) -> bool:
        """Whether it captures a part of the text, which then is the key."""
        try:
            return self.operator is TextOperator.REGEX and count_groups(self.value) > 0
        except SettlementError:
            return False


@dataclass(frozen=True)
class Rule:
    """One rule: conditions that must all hold, and what is done then.

    :ivar id: of the stored rule. :ivar name: text, or a message for a rule the provider started with.
    :ivar kinds: the kinds of transaction it applies to; empty means every customer kind.
    :ivar amount_from / amount_to: bounds of the gross amount without its sign, in the transaction's currency.
    :ivar currency: the transaction's, empty for any. :ivar payment_method / sales_unit: as the provider writes them.
    :ivar text: a condition on the provider's text. :ivar reference: the same on the order reference.
    :ivar webshop_ids: the shops whose orders and invoices it looks at; empty means all.
    :ivar date_from / date_to: bounds of the ledger date, both included.
    :ivar key: what to look by: for ``MATCH``, and for ``CUSTOMER`` without ``partner_id``.
    :ivar days: for ``CUSTOMER_AMOUNT``: how many days may lie between the document and the transaction.
    :ivar without_prefix / without_attempt: whether a reference may also be read without the shop's prefix, or without
        the number of the attempt; the amount must then agree exactly.
    :ivar tolerance: the largest difference booked as rounding, in company currency; never more than the provider's
        limit, which applies where it is None.
    :ivar partner_id: the customer, where the rule names one; for ``ACCOUNT`` the partner of the journal item.
    :ivar account_id: where to book: for ``ACCOUNT``, None where nothing can be booked to that account any more; for
        ``CUSTOMER`` with a partner, the partner's receivable account.
    :ivar tax_id / analytic_distribution / label: of the journal item, for ``ACCOUNT``.
    :ivar account_name / partner_name / tax_name / webshop_names: their names, for messages.
    """

    id: int
    name: str | Message
    action: Action
    key: Key | None = None
    kinds: frozenset = frozenset()
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    currency: str = ""
    payment_method: str = ""
    sales_unit: str = ""
    text: TextCondition | None = None
    reference: TextCondition | None = None
    webshop_ids: frozenset = frozenset()
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None
    days: int = 0
    without_prefix: bool = True
    without_attempt: bool = True
    tolerance: Decimal | None = None
    partner_id: int | None = None
    account_id: int | None = None
    tax_id: int | None = None
    analytic_distribution: dict | None = None
    label: str = ""
    account_name: str = ""
    partner_name: str = ""
    tax_name: str = ""
    webshop_names: tuple = ()

    def get_unmet(self, line) -> str:
        """Return the name of the first condition that does not hold for ``line`` (a :class:`~.ledger.Line`), or "".

        The shop is not known before a document is found, so it is compared there.
        """
        if line.kind not in (self.kinds or CUSTOMER_KINDS):
            return "kinds"
        if (self.date_from and line.date < self.date_from) or (self.date_to and line.date > self.date_to):
            return "dates"
        amount = abs(line.amount if line.amount_whole is None else line.amount_whole)
        if self.amount_from is not None and amount < self.amount_from:
            return "amounts"
        if self.amount_to is not None and amount > self.amount_to:
            return "amounts"
        if self.currency and line.currency != self.currency:
            return "currency"
        if self.payment_method and line.payment_method.casefold() != self.payment_method.casefold():
            return "payment_method"
        if self.sales_unit and line.sales_unit.casefold() != self.sales_unit.casefold():
            return "sales_unit"
        if self.text and not self.text.holds(line.text):
            return "text"
        if self.reference and not self.reference.holds(line.order_reference):
            return "reference"
        return ""

    def applies_to(self, line) -> bool:
        """Return whether the rule's conditions hold for ``line``."""
        return not self.get_unmet(line)

    def get_reference(self, line) -> str:
        """Return the key to look for: what the regular expression captures, else the line's own reference."""
        for condition, text in ((self.reference, line.order_reference), (self.text, line.text)):
            if condition and condition.has_group:
                found = condition.search(text)
                return found[0] if found else ""
        return line.provider_reference if self.key is Key.PROVIDER_REFERENCE else line.order_reference

    @property
    def has_group(self) -> bool:
        """Whether the rule captures its key from a text."""
        return any(condition and condition.has_group for condition in (self.reference, self.text))
