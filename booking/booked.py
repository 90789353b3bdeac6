"""What was booked, kept beside the ledger, and how the ledger differs from it.

When a voucher has been posted and compared with its plan, it is kept as it stands: its items, and the transactions it
has booked with their amounts. Whoever changes the ledger or the transactions afterwards, by whatever way, makes a
difference that can be named with both figures.

Amounts are :class:`~decimal.Decimal`; positive is debit for items, and the merchant's gain for transactions.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import date as Date
from decimal import Decimal

from ..common.messages import Message, _


@dataclass(frozen=True)
class BookedItem:
    """One journal item.

    :ivar id: of the journal item. :ivar account_id: its account. :ivar partner_id: or None.
    :ivar balance: in company currency. :ivar amount_currency: in ``currency``, a name.
    :ivar role: what it is there for, or "". :ivar is_clearing: whether it is marked as the settlement's on clearing.
    :ivar transaction_ids: the transactions it stands for.
    :ivar tax_ids: of a base. :ivar tax_tag_ids: the boxes of the VAT return.
    :ivar tax_repartition_line_id: of a tax line, or None. :ivar tax_line_id: the tax it comes from, or None.
    :ivar tax_base_amount: of which it is the tax. :ivar display_type: as what Odoo shows it, which reports go by.
    """

    id: int
    account_id: int
    partner_id: int | None
    balance: Decimal
    amount_currency: Decimal
    currency: str
    role: str
    is_clearing: bool
    transaction_ids: tuple = ()
    tax_ids: tuple = ()
    tax_tag_ids: tuple = ()
    tax_repartition_line_id: int | None = None
    tax_line_id: int | None = None
    tax_base_amount: Decimal = Decimal(0)
    display_type: str = "product"

    @property
    def in_ledger(self) -> tuple:
        """What of it is in the ledger and the VAT return: a difference there is undone by reversal."""
        return (
            self.account_id,
            self.partner_id,
            self.balance,
            self.amount_currency,
            self.currency,
            self.tax_ids,
            self.tax_tag_ids,
            *self.tax_identity,
        )

    @property
    def tax_identity(self) -> tuple:
        """What it is in the VAT return, besides its taxes and tags."""
        return self.tax_repartition_line_id, self.tax_line_id, self.tax_base_amount, self.display_type

    @property
    def marks(self) -> tuple:
        """By what it is found again: a difference there is put right in place."""
        return self.role, self.is_clearing, self.transaction_ids


@dataclass(frozen=True)
class BookedTransaction:
    """One transaction, as it was when it was booked.

    :ivar id: of the transaction. :ivar external_id: the provider's own. :ivar kind: its type.
    :ivar date: ledger date. :ivar amount: gross, the effect on the merchant's balance. :ivar fee: deducted on the row.
    :ivar currency: of both, a name. :ivar provider_reference: the provider's own, of what was paid, or "".
    :ivar settlement_id: the settlement it is told in.
    """

    id: int
    external_id: str
    kind: str
    date: Date
    amount: Decimal
    fee: Decimal
    currency: str
    provider_reference: str
    settlement_id: int

    @property
    def net(self) -> Decimal:
        """Its effect on what the provider owes."""
        return self.amount - self.fee


@dataclass(frozen=True)
class BookedVoucher:
    """One voucher.

    :ivar name: its number. :ivar date: of the voucher. :ivar journal_id: its journal. :ivar company_id: its company.
    :ivar move_type: of what type the entry is. :ivar currency: of the entry, a name. :ivar partner_id: or None.
    :ivar settlement_id: what it was booked from. :ivar reversed_id: the entry it reverses, or None.
    :ivar documents: SHA-256 of the documents its transactions come from.
    :ivar items: :class:`BookedItem`. :ivar transactions: :class:`BookedTransaction` that it has booked; none for a
        correction, a transfer or a reversal.
    """

    name: str
    date: Date
    journal_id: int
    company_id: int
    move_type: str
    currency: str
    partner_id: int | None
    settlement_id: int
    reversed_id: int | None
    documents: tuple
    items: tuple
    transactions: tuple = ()

    def to_json(self) -> dict:
        """Return the form stored in the database."""
        stored = {field.name: _value_to_plain(getattr(self, field.name)) for field in fields(self)}
        stored["items"] = [_to_plain(item) for item in self.items]
        stored["transactions"] = [_to_plain(transaction) for transaction in self.transactions]
        return stored

    @classmethod
    def from_json(cls, stored: dict) -> "BookedVoucher":
        """Return the voucher that :meth:`to_json` stored.

        :raises ValueError: when it is nothing that :meth:`to_json` has stored.
        """
        try:
            values = dict(stored)
            parts = {"items": BookedItem, "transactions": BookedTransaction}
            for name, record_type in parts.items():
                values[name] = [_from_plain(record_type, plain) for plain in values[name]]
            return _from_plain(cls, [values[field.name] for field in fields(cls)])
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"no voucher as it was booked: {error!r}") from error

    def get_effects(self, sign=1) -> Counter:
        """Return what its items do to the ledger, or with ``sign`` -1, what takes it out of it."""
        return Counter(
            (item.account_id, item.partner_id, sign * item.balance, sign * item.amount_currency, item.currency)
            for item in self.items
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the stored form."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _to_plain(record) -> list:
    """Return the values of a record as JSON has them, in the order of its fields."""
    return [_value_to_plain(getattr(record, field.name)) for field in fields(record)]


def _value_to_plain(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _from_plain(record_type, values):
    typed = zip(fields(record_type), values, strict=True)
    return record_type(*(_value_from_plain(field.type, value) for field, value in typed))


def _value_from_plain(kind, value):
    if kind is Decimal:
        return _to_number(value)
    if kind is Date:
        return Date.fromisoformat(value)
    if kind is tuple and isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        return tuple(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind}")
    return value


def _to_number(text) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"{text} is no amount")
    return number


@dataclass
class ItemDifferences:
    """How a voucher's items differ from those that were booked.

    :ivar in_ledger: pairs of booked and found item, None where there is none: differences that people see.
    :ivar marks: pairs of booked and found item that are the same in the ledger, and differently marked.
    """

    in_ledger: list
    marks: list

    def __bool__(self):
        return bool(self.in_ledger or self.marks)


def compare_items(booked, found, gone=frozenset()) -> ItemDifferences:
    """Compare the items of a voucher with those that were booked.

    :param booked: :class:`BookedItem`. :param found: the same as the ledger has them now.
    :param gone: ``(field name, id)`` of booked accounts and partners that no longer exist. Odoo deletes none that an
        item stands on, so they were merged into others, and the items stand on those now. Also ``(field name, id, id)``
        of a customer and the company he belongs to now: Odoo moves his items along.
    """
    found_by_id = {item.id: item for item in found}
    differences = ItemDifferences([], [])
    for item in booked:
        other = found_by_id.pop(item.id, None)
        expected = _after_merge(item, other, gone) if other else item
        if not other or other.in_ledger != expected.in_ledger:
            differences.in_ledger.append((item, other))
        elif other.marks != expected.marks:
            differences.marks.append((item, other))
    differences.in_ledger += [(None, other) for other in found_by_id.values()]
    return differences


def _after_merge(item, other, gone):
    merged = {
        name: getattr(other, name)
        for name in ("account_id", "partner_id")
        if (name, getattr(item, name)) in gone or (name, getattr(item, name), getattr(other, name)) in gone
    }
    return replace(item, **merged) if merged else item


def compare_transactions(booked, found) -> list:
    """Return pairs of booked and found transaction that differ; None for one that is gone.

    :param booked: :class:`BookedTransaction`. :param found: ``{id: BookedTransaction}`` as they are now.
    """
    return [(one, found.get(one.id)) for one in booked if found.get(one.id) != one]


def compare_places(booked_ids, live_vouchers) -> tuple:
    """Compare which transactions say that they are booked with the vouchers that have booked them.

    :param booked_ids: of the transactions that say so and have an amount.
    :param live_vouchers: :class:`BookedVoucher` that are posted and not reversed.
    :return: ids that no voucher has, ids that more than one has, and ids that a voucher has though they do not say so.
    """
    places = Counter(transaction.id for voucher in live_vouchers for transaction in voucher.transactions)
    booked_ids = set(booked_ids)
    missing = booked_ids - places.keys()
    double = {transaction_id for transaction_id, count in places.items() if count > 1}
    return missing, double, places.keys() - booked_ids


# ------------------------------------------------------------ sentences

ITEM_CHANGED = _("Voucher %(voucher)s: %(booked)s was booked, and it reads %(found)s now.")
ITEM_GONE = _("Voucher %(voucher)s: %(booked)s was booked, and is gone.")
ITEM_ADDED = _("Voucher %(voucher)s: %(found)s was added, and was not booked.")
MARKS_CHANGED = _("Voucher %(voucher)s: %(booked)s no longer leads to the transactions it was booked for.")


def describe_items(voucher, differences, describe) -> list:
    """Return the sentences on a voucher's items, as :class:`~..providers.messages.Message`.

    :param voucher: its number. :param describe: ``(item, other item or None) -> text`` with account, partner,
        amount, and what else of it differs from the other.
    """
    said = []
    for booked, found in differences.in_ledger:
        values = {"voucher": voucher}
        if booked:
            values["booked"] = describe(booked, found)
        if found:
            values["found"] = describe(found, booked)
        template = ITEM_CHANGED if booked and found else ITEM_GONE if booked else ITEM_ADDED
        said.append(Message(template, values))
    said += [
        Message(MARKS_CHANGED, {"voucher": voucher, "booked": describe(booked, None)})
        for booked, _found in differences.marks
    ]
    return said
