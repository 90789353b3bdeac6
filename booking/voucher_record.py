"""What was booked, kept beside the ledger: each voucher as it was when it was posted.

When a voucher has been posted and compared with its plan, a record of it is kept: its items, and the transactions it
has booked with their amounts. :mod:`.voucher_comparison` compares it with the ledger.

Amounts are :class:`~decimal.Decimal`; positive is debit for items, and the merchant's gain for transactions.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date as Date
from decimal import Decimal


@dataclass(frozen=True)
class BookedItem:
    """One journal item.

    :ivar id: of the journal item. :ivar account_id: its account. :ivar partner_id: or None.
    :ivar balance: in company currency. :ivar amount_currency: in ``currency``, a name.
    :ivar role: a value of :class:`~..matching.roles.Role`, or "".
    :ivar is_clearing: whether it is marked as the settlement's on clearing.
    :ivar transaction_ids: the transactions it is booked for.
    :ivar tax_ids: of a base. :ivar tax_tag_ids: the boxes of the VAT return.
    :ivar tax_repartition_line_id: of a tax line, or None. :ivar tax_line_id: the tax it comes from, or None.
    :ivar tax_base_amount: of which it is the tax. :ivar display_type: Odoo's own display type, which reports go by.
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
        """Its part in the ledger and the VAT return: a difference there is undone by reversal."""
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
        """What it is found again by: a difference there is put right in place."""
        return self.role, self.is_clearing, self.transaction_ids


@dataclass(frozen=True)
class BookedTransaction:
    """One transaction, as it was when it was booked.

    :ivar id: of the transaction. :ivar external_id: the provider's own. :ivar kind: its type.
    :ivar date: ledger date. :ivar amount: gross, the effect on the merchant's balance. :ivar fee: deducted on the row.
    :ivar currency: of both, a name. :ivar provider_reference: the provider's own, of what was paid, or "".
    :ivar settlement_id: the settlement it is reported in.
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

        :raises ValueError: when :meth:`to_json` cannot have stored it.
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
