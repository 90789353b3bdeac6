"""The input of matching, as plain values: the transactions of a batch, and what exists in the ledger for them.

Amounts are :class:`~decimal.Decimal` in major units. Open amounts are signed as in the ledger: an invoice is positive
(the customer owes), a credit note negative.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..common.references import normalise
from ..common.values import ZERO, TextEnum
from ..providers.records import Transaction
from .roles import Role
from .rules import Key

#: The fields of a transaction that no rule looks at, so they are not read from the database for matching.
NOT_MATCHED = frozenset({"external_id", "time", "balance_after", "rate", "row", "raw"})


class ItemType(TextEnum):
    """What an open item is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    DISPUTE = "dispute"
    #: A payment or refund of a settlement that stands open on the customer or the prepayment account.
    ON_ACCOUNT = "on_account"
    #: One that stands open on the unknown account. It belongs to no case.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Line(Transaction):
    """A transaction that is stored, to be matched. Without what no rule looks at (:data:`NOT_MATCHED`).

    :ivar id: in the database. :ivar fee_owed: a fee that is invoiced afterwards, not deducted.
    :ivar amount_whole: the whole amount, where ``amount`` is only the part that is still open; else None.
    :ivar is_kept: a person has said that it is not to be excluded.
    :ivar taken_back_ids: the open items a person has taken it back from: it does not meet them again by itself.
    :ivar taken_back_from: the transactions, by id, whose money or dispute a person has taken it back from.
    :ivar item_id: the journal item it is open on, where it is booked already and matched again; else None.
    """

    id: int
    external_id: str = ""
    fee_owed: bool = False
    amount_whole: Decimal | None = None
    is_kept: bool = False
    taken_back_ids: frozenset = frozenset()
    taken_back_from: frozenset = frozenset()
    item_id: int | None = None

    def may_meet(self, item) -> bool:
        """Return whether the program may match it with ``item`` by itself: not with itself, nor with what a person
        took it back from."""
        return item.id != self.item_id and not self.is_taken_back_from(item)

    def is_taken_back_from(self, item) -> bool:
        """Return whether a person has taken it back from ``item``, or from the transaction that the item is of."""
        return item.id in self.taken_back_ids or (item.transaction_id or item.dispute_id) in self.taken_back_from

    def freed(self) -> "Line":
        """Return the same line for what a person does: that may meet what a person took it back from."""
        return replace(self, taken_back_ids=frozenset(), taken_back_from=frozenset())

    def amount_in(self, currency: str) -> Decimal | None:
        """Return the amount in ``currency`` as the document states it, or None."""
        if currency == self.currency:
            return self.amount
        if self.amount_original and currency == self.currency_original:
            return self.amount_original.copy_sign(self.amount)
        return None

    @property
    def label(self) -> str:
        """The text of its own journal items: order reference, provider's id, provider's text."""
        return " · ".join(text for text in (self.order_reference, self.provider_reference, self.text) if text)


@dataclass
class OpenItem:
    """An open journal item.

    :ivar residual: what is open in ``currency``, signed as in the ledger; the decisions of a batch take from it.
    :ivar case_id: the case it belongs to. :ivar invoice_id: the invoice or credit note, where it is one.
    :ivar date: the document's own date.
    :ivar id: of the journal item; negative where there is none yet: the transaction's, with a minus sign.
    :ivar role: of the journal item, where it is a transaction's own (``ON_ACCOUNT``, ``UNKNOWN``).
    :ivar transaction_id: that transaction. :ivar dispute_id: the disputed one, for ``DISPUTE``.
    :ivar provider_reference: its provider's id, for ``UNKNOWN``.
    :ivar order_reference: its order reference, for ``UNKNOWN``.
    :ivar decision: the :class:`~.outcomes.Decision` that puts it there, where it is not booked yet.
    """

    id: int
    type: ItemType
    case_id: str
    name: str
    account_id: int
    partner_id: int | None
    currency: str
    residual: Decimal
    date_due: datetime.date | None = None
    invoice_id: int | None = None
    date: datetime.date | None = None
    role: Role | None = None
    transaction_id: int | None = None
    dispute_id: int | None = None
    provider_reference: str = ""
    order_reference: str = ""
    decision: object = None


@dataclass
class Case:
    """All that belongs together: one order with its documents, or one invoice that has no order.

    :ivar is_invoiced: nothing more of the order will be invoiced (always true for an invoice without order).
    :ivar has_invoice: it has a posted document. :ivar is_cancelled: the order was cancelled; nothing belongs there.
    :ivar awaits_capture: the provider still holds an authorised amount that was not captured.
    :ivar receivable_account_id: the customer's receivable account.
    :ivar paid_by: what paid the documents that have nothing open, for people. :ivar webshop_id: the shop it is from.
    :ivar currency: of the order and all its documents; empty where they differ, so that nothing can be compared.
    :ivar ordered: the order's total with tax. :ivar invoiced: its posted invoices with tax, less its credit notes.
    """

    id: str
    name: str
    partner_id: int | None
    receivable_account_id: int | None
    order_id: int | None = None
    invoice_id: int | None = None
    is_invoiced: bool = True
    has_invoice: bool = False
    is_cancelled: bool = False
    awaits_capture: bool = False
    paid_by: tuple = ()
    webshop_id: int | None = None
    currency: str = ""
    ordered: Decimal = ZERO
    invoiced: Decimal = ZERO

    @property
    def to_invoice(self) -> Decimal:
        """The amount with tax that is still to be invoiced. A draft invoice is yet to be."""
        return ZERO if self.is_cancelled or self.is_invoiced else max(self.ordered - self.invoiced, ZERO)

    @property
    def is_finished(self) -> bool:
        """Whether nothing more of it will be invoiced: all is, or it is cancelled."""
        return self.is_cancelled or (self.is_invoiced and self.has_invoice)


@dataclass
class Ledger:
    """What exists, found by the keys of the whole batch.

    :ivar cases: by id. :ivar items: open items. :ivar keys: ``(key, value) -> case ids``, values as stored.
    :ivar typed: as ``keys``, but by a text that a customer may have typed: it proves nothing by itself.
    :ivar customers: ``value -> partner ids``: what customers are known by (name, number, e-mail), in normal form.
    :ivar receivable_accounts: ``partner id -> account id`` of those customers.
    """

    cases: dict = field(default_factory=dict)
    items: list = field(default_factory=list)
    keys: dict = field(default_factory=lambda: defaultdict(set))
    customers: dict = field(default_factory=lambda: defaultdict(set))
    receivable_accounts: dict = field(default_factory=dict)
    typed: dict = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self):
        self._normalised = None
        self._typed_normalised = None
        self._items_by_case = None
        self._items_by_partner = None
        self._own_items = None
        self._unknown_items = None

    def branch(self) -> "Ledger":
        """Return a ledger that is the same now and goes its own way from here; the cases are shared."""
        keys = defaultdict(set, {key: set(case_ids) for key, case_ids in self.keys.items()})
        items = [replace(item) for item in self.items]
        return Ledger(self.cases, items, keys, self.customers, self.receivable_accounts, self.typed)

    def find(self, key: Key, reading) -> set:
        """Return the ids of the cases known under ``reading`` of a reference."""
        if not reading.normalised:
            return self.keys.get((key, reading.value), set())
        if self._normalised is None:
            self._normalised = self._normalise(self.keys)
        return self._normalised.get((key, reading.value), set())

    def find_typed(self, key: Key, reading) -> set:
        """Return the ids of the cases that carry ``reading`` of a reference as a text a customer may have typed."""
        if not reading.normalised:
            return self.typed.get((key, reading.value), set())
        if self._typed_normalised is None:
            self._typed_normalised = self._normalise(self.typed)
        return self._typed_normalised.get((key, reading.value), set())

    @staticmethod
    def _normalise(keys):
        found = defaultdict(set)
        for (known_key, value), case_ids in keys.items():
            found[known_key, normalise(value)] |= case_ids
        return found

    def get_partner_items(self, partner_id: int) -> list:
        """Return what is open on a customer, oldest first; not other transactions' money, which is its order's."""
        if self._items_by_partner is None:
            self._items_by_partner = defaultdict(list)
            for item in sorted(self.items, key=self._get_order):
                if not item.transaction_id:
                    self._items_by_partner[item.partner_id].append(item)
        return [item for item in self._items_by_partner.get(partner_id, ()) if item.residual]

    def note(self, decisions):
        """Register what booking these decisions would add, so that later batches see it: the provider's id as a key to
        the order, and any new open dispute. What they leave open on the customer is there since they were decided.

        Needed where several batches are decided on without being booked in between.
        """
        for decision in decisions:
            case, line = decision.case, decision.line
            if not case or not line.provider_reference or not (case.order_id or decision.invoice_id):
                continue
            self._add_key(Key.PROVIDER_REFERENCE, line.provider_reference, case.id)
            for part in decision.disputed:
                self._add_item(
                    OpenItem(
                        id=-line.id,
                        type=ItemType.DISPUTE,
                        case_id=case.id,
                        name=line.label,
                        account_id=part.account_id,
                        partner_id=part.partner_id,
                        currency=line.currency,
                        residual=-part.amount,
                        date_due=line.date,
                        dispute_id=line.id,
                    )
                )

    def _add_key(self, key, value, case_id):
        self.keys[key, value].add(case_id)
        if self._normalised is not None:
            self._normalised[key, normalise(value)].add(case_id)

    def _add_item(self, item):
        self.items.append(item)
        if self._items_by_case is not None:
            self._items_by_case[item.case_id].append(item)
            self._items_by_case[item.case_id].sort(key=self._get_order)
        if item.type is ItemType.UNKNOWN and self._unknown_items is not None:
            self._unknown_items[item.provider_reference].append(item)
        if not item.transaction_id:
            self._items_by_partner = None

    def add_own_item(self, decision, type_: ItemType, role: Role, amount, account_id=None) -> OpenItem:
        """Add what a decision leaves open of its own transaction, so that others of the batch and of later ones see it.

        :param amount: with the transaction's sign. :param account_id: None for the unknown account.
        """
        line, case = decision.line, decision.case
        is_unknown = type_ is ItemType.UNKNOWN
        # Once it is booked, it is found again by its order or document.
        is_found_again = not is_unknown and (case.order_id or decision.invoice_id)
        item = OpenItem(
            id=-line.id,
            type=type_,
            case_id=case.id if is_found_again else "",
            name=line.label,
            account_id=account_id,
            partner_id=None if is_unknown else case.partner_id,
            currency=line.currency,
            residual=-amount,
            date_due=line.date,
            role=role,
            transaction_id=line.id,
            provider_reference=line.provider_reference,
            order_reference=line.order_reference,
            decision=decision,
        )
        self._add_item(item)
        return item

    def forget(self, decision):
        """Take off what a decision that is made again would have left open on the unknown account."""
        for item in self.get_unknown_items(decision.line.provider_reference):
            if item.decision is decision:
                item.residual = ZERO

    def get_own_item(self, line) -> OpenItem | None:
        """Return the journal item that a transaction is open on, where it is matched again and the item is known."""
        if line.item_id is None:
            return None
        if self._own_items is None:
            self._own_items = {item.id: item for item in self.items if item.transaction_id}
        return self._own_items.get(line.item_id)

    def get_unknown_items(self, provider_reference: str) -> list:
        """Return what stands open on the unknown account under a provider's id."""
        if self._unknown_items is None:
            self._unknown_items = defaultdict(list)
            for item in self.items:
                if item.type is ItemType.UNKNOWN:
                    self._unknown_items[item.provider_reference].append(item)
        return [item for item in self._unknown_items[provider_reference] if item.residual]

    @staticmethod
    def _get_order(item):
        return item.date_due or datetime.date.min, item.transaction_id or item.id

    def open_items(self, case_id: str, *types: ItemType) -> list:
        """Return what is still open in a case, oldest first."""
        if self._items_by_case is None:
            self._items_by_case = defaultdict(list)
            for item in sorted(self.items, key=self._get_order):
                self._items_by_case[item.case_id].append(item)
        return [item for item in self._items_by_case[case_id] if item.type in types and item.residual]
