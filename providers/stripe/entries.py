"""One balance transaction of any Stripe source, and the rows of a settlement that it becomes."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ...common.currencies import minor_unit_decimals
from ...common.files.dates import OSLO
from ...common.messages import DocumentError, Message
from ...common.values import ZERO
from ..proof import amount_text
from ..records import BANK_KINDS, Fee, Kind, Movement, Transaction
from .kinds import STRIPE_FEE, TAX_FEE, dispute_kind, is_dispute, kind_of, row_fee_type

CODE = "stripe"

_FEE_KINDS = (Kind.FEE, Kind.FEE_REFUND)


@dataclass(frozen=True, kw_only=True)
class Entry(Movement):
    """One balance transaction, before it is known what it is.

    ``fee`` is what Stripe states; ``amount`` is the gross. The date is the day in Oslo on which Stripe created the
    balance transaction: Stripe's own days begin at midnight UTC, a Norwegian accounting day at midnight in Oslo.

    :ivar id: ``txn_…``. :ivar category: reporting category, or empty. :ivar type: type, or empty.
    :ivar stated_net: what the row adds to the balance, as Stripe states it.
    :ivar source: id of the charge, refund, dispute, payout … it is about, or empty.
    :ivar charge: ``ch_…`` or ``py_…``. :ivar intent: ``pi_…``; of the payment, also on a refund or a dispute.
    :ivar dispute_status: of the dispute, or empty. :ivar fee_details: (type, amount) of what ``fee`` consists of.
    :ivar payout: the payout the row names, or empty. :ivar payout_date: when that is expected in the bank.
    :ivar payout_trace: the bank's number of it, or empty.
    :ivar fields: the whole row, to distinguish a row read twice from two that contradict each other.
    """

    id: str
    stated_net: Decimal
    category: str = ""
    type: str = ""
    description: str = ""
    source: str = ""
    charge: str = ""
    intent: str = ""
    order_reference: str = ""
    dispute_status: str = ""
    fee_details: tuple = ()
    amount_original: Decimal | None = None
    currency_original: str = ""
    exchange_rate: Decimal | None = None
    payout: str = ""
    payout_date: datetime.date | None = None
    payout_trace: str = ""
    fields: tuple = ()

    @property
    def kind(self) -> Kind:
        """What the row is, whatever the sign of a dispute's."""
        return kind_of(self.category, self.type, self.amount, self.source)

    @property
    def is_dispute(self) -> bool:
        return is_dispute(self.category, self.type, self.source)

    @property
    def has_right_net(self) -> bool:
        """Whether amount − fee is the net that the row states."""
        return self.amount - self.fee == self.stated_net


def day_in_oslo(moment: datetime.datetime) -> datetime.date:
    """Return the Norwegian accounting day of a time."""
    return moment.astimezone(OSLO).date()


def in_order(entries: Iterable) -> list:
    """Return entries as they happened, however the document sorts them; at one time the order of the document."""
    return sorted(entries, key=lambda entry: entry.time)


def without_repeats(filename: str, entries: list) -> tuple[list, list]:
    """Return the entries, each once, and those left out because the very same row was there before.

    :raises DocumentError: for two rows with one id that say different things.
    """
    known, kept, repeated = {}, [], []
    for entry in entries:
        before = known.setdefault(entry.id, entry)
        if before is entry:
            kept.append(entry)
        elif before.fields == entry.fields:
            repeated.append(entry)
        else:
            raise DocumentError("stripe_rows_contradict", file=filename, row=entry.row, other=before.row, id=entry.id)
    return kept, repeated


def withdrawn_by_dispute(entries: Iterable) -> Mapping:
    """Return ``{dispute: amount}``: what the document takes for each dispute, negative."""
    withdrawn = defaultdict(lambda: ZERO)
    for entry in entries:
        if entry.is_dispute and entry.amount < 0:
            withdrawn[entry.source] += entry.amount
    return withdrawn


def transactions(entries: Iterable, withdrawn: Mapping) -> list:
    """Return entries as rows of a settlement.

    A fee on a payout's own row (instant payouts) becomes a row of its own, because the bank's line books the payout.

    :param withdrawn: of :func:`withdrawn_by_dispute`.
    """
    rows = []
    for entry in entries:
        row = _transaction(entry, withdrawn)
        if row.kind in BANK_KINDS and row.fee:
            rows.append(_fee_of_payout(row))
            row = _without_fee(row)
        rows.append(row)
    return rows


def _transaction(entry: Entry, withdrawn: Mapping) -> Transaction:
    kind = entry.kind
    if entry.is_dispute:
        kind = dispute_kind(entry.amount, entry.dispute_status, withdrawn.get(entry.source, ZERO))
    # a row that contradicts itself is named (net_messages); the net is what Stripe counts with
    fee = entry.amount - entry.stated_net
    fee_type, fees, fee_vat = _fee_parts(entry, fee)
    if kind in _FEE_KINDS:
        fee_type = row_fee_type(entry.category, entry.type)
    original = entry.amount_original if entry.currency_original != entry.currency else None
    return Transaction(
        **{**entry.get_movement(), "fee": fee},
        external_id=entry.id,
        kind=kind,
        fee_vat=fee_vat,
        fees=fees,
        fee_type=fee_type,
        order_reference="" if kind in (*_FEE_KINDS, *BANK_KINDS) else entry.order_reference,
        provider_reference=_provider_reference(entry, kind),
        text=" · ".join(dict.fromkeys(filter(None, (entry.category or entry.type, entry.description)))),
        amount_original=original,
        currency_original=entry.currency_original if original is not None else "",
        rate=_rate(entry, original),
    )


def _provider_reference(entry: Entry, kind: Kind) -> str:
    """Return what others know the movement by.

    A payment: its payment intent, which shops and Odoo store, else the charge. A dispute: the dispute, because a charge
    can have several. A refund: the refund, as Odoo stores it; where no order is named, the payment it is of, which then
    is all that leads to the order.
    """
    payment = entry.intent or entry.charge
    if entry.is_dispute:
        return entry.source or payment
    if kind is Kind.PAYMENT and entry.category != "refund_failure" and entry.type != "refund_failure":
        return payment or entry.source
    if kind is Kind.REFUND and not entry.order_reference:
        return payment or entry.source
    return entry.source or payment


def _fee_parts(entry: Entry, fee: Decimal) -> tuple[str, tuple, Decimal]:
    """Return the type of the largest fee, the fees where they are several or one with VAT, and the VAT in them.

    VAT stands beside Stripe's own fee as a fee of type ``tax``. Details that do not add up to the fee are left aside.
    """
    if not fee:
        return "", (), ZERO
    amounts: dict = defaultdict(lambda: ZERO)
    for name, amount in entry.fee_details:
        amounts[name] += amount
    if not amounts or sum(amounts.values()) != fee:
        return next(iter(amounts), STRIPE_FEE), (), ZERO
    vat = amounts.pop("tax", ZERO)
    taxed = STRIPE_FEE if STRIPE_FEE in amounts else max(amounts, key=lambda name: abs(amounts[name]), default=TAX_FEE)
    if vat:
        amounts[taxed] += vat
    largest = max(amounts, key=lambda name: abs(amounts[name]))
    if len(amounts) == 1 and not vat:
        return largest, (), ZERO
    fees = tuple(Fee(name, amount, vat if name == taxed else ZERO) for name, amount in amounts.items())
    return largest, fees, vat


def _rate(entry: Entry, original: Decimal | None) -> Decimal | None:
    """Return Stripe's rate for one unit of the original currency; None where it does not explain the amount.

    Stripe states it for minor units, and the two currencies may have different ones.
    """
    rate = entry.exchange_rate
    if original is None or not rate:
        return None
    shift = minor_unit_decimals(entry.currency_original) - minor_unit_decimals(entry.currency)
    near = max(abs(entry.amount) / 100, Decimal(1).scaleb(-minor_unit_decimals(entry.currency)) * 2)
    fitting = (each for each in (rate.scaleb(shift), rate) if abs(original * each - entry.amount) <= near)
    return next(fitting, None)


def _fee_of_payout(row: Transaction) -> Transaction:
    kind = Kind.FEE if row.fee > 0 else Kind.FEE_REFUND
    return replace(row, external_id=f"{row.external_id}:fee", kind=kind, amount=-row.fee, fee=ZERO, fees=())


def _without_fee(row: Transaction) -> Transaction:
    return replace(row, fee=ZERO, fee_vat=ZERO, fees=(), fee_type="")


def net_messages(entries: Iterable) -> tuple[tuple, tuple]:
    """Return (problems, warnings): a message for each row whose amount and fee do not give its net.

    Of disputes this is known to happen, and Stripe's balance follows the net; of any other row something was changed.
    """
    problems, warnings = [], []
    for entry in entries:
        if entry.has_right_net:
            continue
        values = {
            "row": str(entry.row),
            "id": entry.id,
            "amount": amount_text(entry.amount, entry.currency),
            "fee": amount_text(entry.fee, entry.currency),
            "computed": amount_text(entry.amount - entry.fee, entry.currency),
            "stated": amount_text(entry.stated_net, entry.currency),
        }
        if entry.is_dispute:
            warnings.append(Message("stripe_net_of_dispute_differs", values))
        else:
            problems.append(Message("stripe_net_differs", values))
    return tuple(problems), tuple(warnings)
