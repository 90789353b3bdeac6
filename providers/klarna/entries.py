"""A payout and its transactions as a report has them, before it is known which sign each amount has."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...common.files.dates import OSLO
from ...common.files.rows import Row
from ...common.limits import MAX_ID
from ...common.values import ZERO

#: Klarna writes times in UTC; where one has no offset, it is meant so.
UTC = datetime.timezone.utc

#: What is kept of a row, by our own names; a report's other columns (the consumer's VAT and country …) are not.
KEPT = (
    "type",
    "detailed_type",
    "amount",
    "currency",
    "vat",
    "vat_rate",
    "capture_date",
    "sale_date",
    "order_id",
    "short_order_id",
    "capture_id",
    "refund_id",
    "merchant_reference1",
    "merchant_reference2",
    "merchant_capture_reference",
    "merchant_refund_reference",
    "payment_reference",
    "payment_method",
    "reversal_reference",
    "comment",
)


@dataclass(frozen=True, kw_only=True)
class Payout:
    """What a report says of a payout as a whole.

    :ivar reference: ``payment_reference``, which is in the bank's text.
    :ivar amount: ``settlement_amount``, what goes to the bank.
    :ivar date: of the payout, in Oslo; None where the report does not say.
    :ivar settlement_type: ``NET``, ``GROSS``, ``GROSS_FEE``, or empty where the report does not say.
    :ivar totals: the totals it states, by the names of :data:`~.columns.TOTALS`, as they are printed.
    :ivar opening_debt: what the merchant owed before, positive; None where the report does not say.
    :ivar closing_debt: what the merchant owes after.
    :ivar row: where in the report; 0 in the API.
    """

    reference: str
    amount: Decimal
    currency: str
    date: datetime.date | None = None
    merchant_id: str = ""
    settlement_type: str = ""
    totals: Mapping = field(default_factory=dict)
    opening_debt: Decimal | None = None
    closing_debt: Decimal | None = None
    row: int = 0

    @property
    def stated_debts(self) -> tuple:
        """The debts before and after: as stated, else what was repaid and what came to it; Nones where neither is.

        "closing = opening − repaid + deposited"; a deposit is what the payout could not cover.
        """
        if self.opening_debt is not None and self.closing_debt is not None:
            return self.opening_debt, self.closing_debt
        repaid, deposited = (abs(self.totals.get(name, ZERO)) for name in ("repay", "deposit"))
        if self.opening_debt is not None:
            return self.opening_debt, self.opening_debt - repaid + deposited
        if self.closing_debt is not None:
            return self.closing_debt + repaid - deposited, self.closing_debt
        return (repaid, deposited) if repaid or deposited else (None, None)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One transaction of a report.

    :ivar amount: as printed; whether it carries its sign is not known yet.
    :ivar vat: VAT on what Klarna charges, as printed; zero where the report has no such column.
    :ivar order: the first of order id, short order id and the merchant's references that the row has.
    """

    type: str
    amount: Decimal
    currency: str
    vat: Decimal = ZERO
    detailed_type: str = ""
    time: datetime.datetime | None = None
    order: str = ""
    provider_reference: str = ""
    order_reference: str = ""
    capture_id: str = ""
    payment_reference: str = ""
    payment_method: str = ""
    comment: str = ""
    row: int = 0
    raw: dict = field(default_factory=dict, compare=False)

    @property
    def date(self) -> datetime.date | None:
        """The day in Norway: Klarna's clock is UTC, its day ends at midnight Central European Time."""
        return self.time.astimezone(OSLO).date() if self.time else None


def read_entry(row: Row, amount: Decimal, vat: Decimal | None, currency: str, reference: str) -> Entry:
    """Return the entry of a row.

    :param amount: as printed, in the major unit. :param vat: likewise, or None.
    :param reference: which of the merchant's references is the order: ``merchant_reference1`` or ``2``.
    :raises DocumentError: when a value of the row cannot be read.
    """
    name = row.text("type")
    if not name:
        raise row.unreadable("type", "klarna_expected_type")
    order_id, short_id = row.text("order_id"), row.text("short_order_id")
    references = _references(row, reference)
    return Entry(
        type="_".join(name.upper().replace("-", " ").split()),
        amount=amount,
        currency=currency,
        vat=vat or ZERO,
        detailed_type="_".join(row.text("detailed_type").upper().replace("-", " ").split()),
        time=row.moment("capture_date", UTC) or row.moment("sale_date", UTC),
        order=next(filter(None, (order_id, short_id, *_references(row, "merchant_reference1"))), ""),
        provider_reference=order_id or short_id,
        order_reference=next(iter(references), ""),
        capture_id=row.text("capture_id"),
        payment_reference=row.text("payment_reference"),
        payment_method=row.text("payment_method"),
        comment=row.text("comment"),
        row=row.number,
        raw=row.raw(),
    )


def _references(row: Row, first: str) -> list:
    """Return the merchant's references that are filled in, the chosen one first.

    They may be 255 characters; one that is longer than an id can be is no order number, and stays in the row alone.
    """
    names = sorted(("merchant_reference1", "merchant_reference2"), key=lambda name: name != first)
    return [row.text(name) for name in names if 0 < len(row.text(name)) <= MAX_ID]
