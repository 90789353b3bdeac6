"""What every provider's document is turned into, whatever its format: settlements and their transactions.

Amounts are :class:`~decimal.Decimal` in the currency's major unit (kroner, not øre), signed as the effect on what the
provider owes the merchant: a payment is positive, a refund, a fee and a payout are negative.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal

from ..common.messages import Message
from ..common.values import ZERO, TextEnum


class Kind(TextEnum):
    """What a transaction is. The values are stored in the database."""

    PAYMENT = "payment"
    REFUND = "refund"
    FEE = "fee"
    FEE_REFUND = "fee_refund"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSAL = "chargeback_reversal"
    RESERVE_HOLD = "reserve_hold"
    RESERVE_RELEASE = "reserve_release"
    PAYOUT = "payout"
    PAYOUT_RETURN = "payout_return"
    TOP_UP = "top_up"
    CORRECTION = "correction"
    OTHER = "other"


#: Rows that move money between the provider and the bank. The bank's own lines book them, so they get no voucher.
BANK_KINDS = frozenset({Kind.PAYOUT, Kind.PAYOUT_RETURN, Kind.TOP_UP})

#: What a customer's bank or card issuer takes back, and its end.
DISPUTE_KINDS = frozenset({Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL})

#: Kinds of rows that depend on the format: whether fees and the payout are rows of their own.
FORMAT_KINDS = BANK_KINDS | {Kind.FEE, Kind.FEE_REFUND}


@dataclass(frozen=True, kw_only=True)
class Movement:
    """What a source says of one movement of the merchant's balance, whatever the provider.

    A field that is added here is read by the provider's reader, and carried on by everything that follows.

    :ivar date: the provider's ledger (booking) date.
    :ivar amount: gross effect on the merchant's balance with the provider.
    :ivar fee: what this document deducts on this very row, positive when charged. Zero where the deduction is a row of
        its own; the fee is then a :class:`FeeReport`.
    :ivar balance_after: the provider's running balance after this row, or None where the document has none.
    :ivar payment_method: the provider's own name of how the customer paid, or empty.
    :ivar sales_unit: the provider's own name of the merchant's point of sale, or empty.
    :ivar row: where in the document, counted from 1 as a person would count; 0 where the document has no rows.
    :ivar raw: the row as it came, field by field, as text.
    """

    date: datetime.date
    amount: Decimal
    currency: str
    fee: Decimal = ZERO
    time: datetime.datetime | None = None
    balance_after: Decimal | None = None
    payment_method: str = ""
    sales_unit: str = ""
    row: int = 0
    raw: dict = field(default_factory=dict, compare=False)

    @property
    def net(self) -> Decimal:
        """Effect of the row on the balance after the fee deducted on it."""
        return self.amount - self.fee

    def get_movement(self) -> dict:
        """Return the fields of a movement, to make another record of the same one."""
        return {field.name: getattr(self, field.name) for field in fields(Movement)}


@dataclass(frozen=True)
class Fee:
    """One of the fees deducted on a row.

    :ivar type: the provider's own name of it. :ivar amount: with VAT, positive when charged.
    :ivar vat: the VAT the document says is in it, with the same sign. :ivar rate: its rate in per cent, or None.
    """

    type: str
    amount: Decimal
    vat: Decimal = ZERO
    rate: Decimal | None = None

    def to_json(self) -> list:
        """Return the form that is stored in the database."""
        return [self.type, str(self.amount), str(self.vat), None if self.rate is None else str(self.rate)]

    @classmethod
    def from_json(cls, stored: list) -> "Fee":
        """Return the fee that :meth:`to_json` stored."""
        kind, amount, vat, rate = stored
        return cls(kind, Decimal(amount), Decimal(vat), None if rate is None else Decimal(rate))


@dataclass(frozen=True, kw_only=True)
class Transaction(Movement):
    """One row of a settlement: a movement with its identity, its kind, and what it refers to.

    :ivar external_id: identity of the movement within the provider, the same whichever document it is read from.
    :ivar fee_vat: the VAT the document says is contained in ``fee``, positive when charged; on a row of kind fee, in
        its amount (negative where a fee is given back). Zero where the document states none.
    :ivar text: the provider's own type and message, as it came.
    :ivar fee_type: the provider's own name of the fee: of a row of kind fee, or of what is deducted on this row.
    :ivar fees: what ``fee`` consists of, where the document tells several apart; else empty. The sums are equal.
    :ivar amount_original: what the customer was charged, in ``currency_original``, where the provider converted.
    :ivar rate: the provider's rate, settlement currency for one unit of the original, or None.
    """

    external_id: str
    kind: Kind
    fee_vat: Decimal = ZERO
    order_reference: str = ""
    provider_reference: str = ""
    text: str = ""
    fee_type: str = ""
    fees: tuple[Fee, ...] = ()
    amount_original: Decimal | None = None
    currency_original: str = ""
    rate: Decimal | None = None


@dataclass(frozen=True)
class FeeReport:
    """A fee the provider reports but does not deduct on the payment's own row.

    Under a net contract it explains a row of retained fees and is shown on its payment. Under a gross contract it is
    owed, and invoiced later.

    :ivar external_id: identity of this report within the provider.
    :ivar provider_reference: the payment it belongs to.
    :ivar fee: positive when charged.
    :ivar is_total: True when ``fee`` is the payment's whole fee so far (a column on the payment's row), False when it
        is one of possibly several fee entries.
    """

    external_id: str
    provider_reference: str
    date: datetime.date
    fee: Decimal
    currency: str
    order_reference: str = ""
    fee_type: str = ""
    is_total: bool = False
    row: int = 0


def known_fee(single: Iterable, total: Decimal) -> Decimal:
    """Return a payment's fee as far as it is reported: the single fees together, or the sum in one if that is more.

    :param single: the fees reported one by one. :param total: the fee reported in one sum, or zero.
    """
    return max(sum(single, ZERO), total, key=abs)


@dataclass(frozen=True)
class DeclaredTotals:
    """The totals a document states of its own rows; None where it states none.

    :ivar gross: sum of payments and refunds. :ivar payments: sum of the positive ones. :ivar refunds: of the negative.
    :ivar fee: sum of deducted fees, positive when charged. :ivar net: what is paid out.
    :ivar row: the row of the totals in the document.
    """

    gross: Decimal | None = None
    payments: Decimal | None = None
    refunds: Decimal | None = None
    fee: Decimal | None = None
    net: Decimal | None = None
    count: int | None = None
    row: int = 0


class PayoutStatus(TextEnum):
    """What became of a payout, as far as its document says."""

    #: It was sent, or will be.
    SENT = "sent"
    #: It did not reach the bank, or came back: the amount is a row of a later payout.
    FAILED = "failed"


@dataclass(frozen=True)
class Settlement:
    """One payout with its transactions, or the open run of ledger dates whose payout has not come yet.

    :ivar external_id: the payout's number; empty for an open run.
    :ivar merchant_id: the number of the agreement (merchant serial number, account …) the document names, or empty.
    :ivar merchant_ids: every form in which the document names that agreement; an agreement has one of them.
    :ivar date: settlement date; for an open run the last ledger date.
    :ivar opening_balance: the provider's balance before the first row, or None where the document does not say.
    :ivar by_position: True for a ledger: its rows are all there are between the first and the last, and a payout closes
        the rows since the one before. False where the rows, or the document, name the payout.
    :ivar closing_balance: what the provider owes after the last row and the payout, negative for a debt that the next
        payout repays; None where the document does not say.
    :ivar payout_amount: what goes to the bank, positive; None for an open run.
    :ivar payout_currency: the currency the bank receives, where the provider converts the payout; else empty.
    :ivar payout_rate: ``payout_currency`` for one unit of the settlement's currency, or None.
    :ivar payout_status: :class:`PayoutStatus`.
    :ivar warnings: :class:`~..common.messages.Message` of what a person should know, and what stops nothing.
    :ivar payout_reference: what is expected in the bank's text.
    :ivar complete_to: the last ledger date of which nothing more is expected.
    :ivar problems: sentences on what is inconsistent beyond what the sums show. :func:`providers.proof.prove` returns
        them together with what it finds itself.
    :ivar repeated: transactions of this settlement that the document repeats; each was read once.
    :ivar confirm: what a person has to confirm before it is booked, because the document does not prove it; or None.
    :ivar file: which of several files in an archive it was read from; else empty.
    """

    external_id: str
    currency: str
    date: datetime.date
    transactions: tuple = ()
    fee_reports: tuple = ()
    merchant_id: str = ""
    merchant_ids: frozenset = frozenset()
    by_position: bool = False
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    payout_amount: Decimal | None = None
    payout_currency: str = ""
    payout_rate: Decimal | None = None
    payout_status: PayoutStatus = PayoutStatus.SENT
    payout_reference: str = ""
    payout_date: datetime.date | None = None
    declared: DeclaredTotals | None = None
    complete_to: datetime.date | None = None
    problems: tuple = ()
    warnings: tuple = ()
    repeated: tuple = ()
    confirm: Message | None = None
    file: str = ""


@dataclass(frozen=True)
class Document:
    """A document, read.

    :ivar code: the provider's kind. :ivar format: which of its formats, for people.
    :ivar merchant_ids: every identity by which the document names the merchant; a provider matches if its own is one.
    :ivar repeated_rows: rows (:class:`Transaction` or :class:`FeeReport`) that the document repeats; read once.
    """

    code: str
    format: str
    settlements: tuple
    merchant_ids: frozenset = frozenset()
    repeated_rows: tuple = ()

    @property
    def merchant_numbers(self) -> list:
        """The merchant's identities as people know them, without those of the form ``NO:123455``; sorted."""
        return sorted(name for name in self.merchant_ids if ":" not in name)
