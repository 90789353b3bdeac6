"""The rules that decide where a transaction belongs, as plain values in the order they are tried."""

import datetime
from dataclasses import dataclass, fields
from decimal import Decimal

from ..common.messages import Message, SettlementError
from ..common.values import TextEnum
from ..providers.records import BANK_KINDS, Kind
from .patterns import count_groups, search_pattern


class Key(TextEnum):
    """Which text of a transaction is compared with what. The values are stored in the database."""

    PROVIDER_REFERENCE = "provider_reference"
    ORDER_REFERENCE = "order_reference"
    INVOICE_NUMBER = "invoice_number"
    PAYMENT_REFERENCE = "payment_reference"
    CUSTOMER_AMOUNT = "customer_amount"


#: The keys that are a reference of the transaction.
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
    """How a text is tested; the words of Odoo's own reconciliation models. The values are stored in the database."""

    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    REGEX = "match_regex"


#: The kinds whose other side is a customer; the rest are the provider's own.
CUSTOMER_KINDS = frozenset({Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL})
FEE_KINDS = frozenset({Kind.FEE, Kind.FEE_REFUND})
RESERVE_KINDS = frozenset({Kind.RESERVE_HOLD, Kind.RESERVE_RELEASE})

#: What rules can decide on: everything but transfers between the provider and the bank, which the bank's lines book.
RULE_KINDS = frozenset(Kind) - BANK_KINDS


@dataclass(frozen=True)
class TextCondition:
    """What a text must be like. Upper and lower case are the same.

    :ivar value: what it contains, does not contain, or the regular expression (see :mod:`.patterns`).
    """

    operator: TextOperator
    value: str

    def holds(self, text: str) -> bool:
        """Return whether ``text`` is like that."""
        if self.operator is TextOperator.REGEX:
            return self.search(text) is not None
        return (self.value.casefold() in text.casefold()) is (self.operator is TextOperator.CONTAINS)

    def search(self, text: str) -> tuple | None:
        """Return what the expression captures in ``text``, see :func:`.patterns.search_pattern`; space around the text
        does not count."""
        try:
            return search_pattern(self.value, text.strip())
        except SettlementError:
            # Refused when it is saved; one that has slipped in stops nothing, and holds for nothing.
            return None

    @property
    def has_group(self) -> bool:
        """Whether a part of the text is captured, to be used as the key."""
        try:
            return self.operator is TextOperator.REGEX and count_groups(self.value) > 0
        except SettlementError:
            return False


@dataclass(frozen=True)
class Rule:
    """One rule: conditions that must all hold, and what is done then.

    :ivar id: identity in the database. :ivar name: for people: text, or a message where it came with the provider.
    :ivar kinds: the kinds of transaction it applies to; empty means every customer kind.
    :ivar amount_from / amount_to: bounds of the gross amount without its sign, in the transaction's currency.
    :ivar currency: the transaction's, empty for any. :ivar payment_method / sales_unit: as the provider writes them.
    :ivar text: what the provider's own text must be like. :ivar reference: the same of the order reference.
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
    :ivar account_name / partner_name / tax_name / webshop_names: how people know them.
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
        """Return the name of the first condition that does not hold for ``line`` (a :class:`~.decisions.Line`), or "".

        The shop is not known before a document is found, so it is looked at there.
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
        """Return what the rule looks by: what its regular expression captures, else the line's own reference."""
        for condition, text in ((self.reference, line.order_reference), (self.text, line.text)):
            if condition and condition.has_group:
                found = condition.search(text)
                return found[0] if found else ""
        return line.provider_reference if self.key is Key.PROVIDER_REFERENCE else line.order_reference

    @property
    def has_group(self) -> bool:
        """Whether the rule takes its key out of a text."""
        return any(condition and condition.has_group for condition in (self.reference, self.text))

    def to_json(self) -> dict:
        """Return the rule as it is kept with what was booked by it."""
        stored = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                stored[field.name] = _to_json(value)
        return stored

    @classmethod
    def from_json(cls, stored: dict) -> "Rule":
        """Return the rule that :meth:`to_json` stored."""
        values = dict(stored)
        readers = {
            "name": lambda name: name if isinstance(name, str) else Message.from_json(name),
            "action": Action,
            "key": Key,
            "kinds": lambda kinds: frozenset(map(Kind, kinds)),
            "text": _read_condition,
            "reference": _read_condition,
            "webshop_ids": frozenset,
            "webshop_names": tuple,
            **dict.fromkeys(("amount_from", "amount_to", "tolerance"), Decimal),
            **dict.fromkeys(("date_from", "date_to"), datetime.date.fromisoformat),
        }
        for name, reader in readers.items():
            if name in values:
                values[name] = reader(values[name])
        return cls(**values)


def _to_json(value):
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, TextCondition):
        return [str(value.operator), value.value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dict):
        # An analytic distribution: percentages, floats in Odoo too. 100 and 100.0 are the same share.
        return {accounts: float(percentage) for accounts, percentage in value.items()}
    if isinstance(value, TextEnum):
        return str(value)
    if isinstance(value, (frozenset, tuple)):
        return [_to_json(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _read_condition(stored):
    operator, value = stored
    return TextCondition(TextOperator(operator), value)
