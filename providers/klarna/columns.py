"""What the columns of a settlement report are called, in the API and in CSV files.

Names are compared without case, with spaces and underscores alike. The merchant chooses the columns in the report
configurator, and can rename them: then they are found only by a name that is listed here.

Source: docs.klarna.com, "Settlement reports" (field descriptions); help.kustom.co, "Configure settlement reports".
"""

from ...common.files.rows import columns_of, normal_heading

#: The totals by which a payout is computed, without ``total_…_amount`` around their names.
TOTALS = (
    "sale",
    "return",
    "reversal",
    "fee",
    "fee_correction",
    "fee_refund",
    "commission",
    "commission_reversal",
    "tax",
    "tax_refund",
    "charge",
    "credit",
    "holdback",
    "release",
    "repay",
    "deposit",
)

#: Our names of a payout's columns to headings, each of them optional here; what must be there is checked by name.
SUMMARY = {
    "?payment_reference": ("payment_reference", "payout_reference", "settlement_reference"),
    "?payout_date": ("payout_date", "settlement_date"),
    "?currency": ("settlement_currency", "currency_code", "currency", "posting_currency"),
    "?merchant_id": ("merchant_id", "mid", "store_id"),
    "?settlement_type": ("merchant_settlement_type", "settlement_type"),
    "?settlement": ("total_settlement_amount", "settlement_amount", "payout_amount", "total_payout_amount"),
    "?opening_debt": ("opening_debt_balance", "opening_debt_balance_amount", "total_opening_debt_balance_amount"),
    "?closing_debt": ("closing_debt_balance", "closing_debt_balance_amount", "total_closing_debt_balance_amount"),
    **{f"?{name}": (f"total_{name}_amount", f"total_{name}") for name in TOTALS},
}

#: Our names of a transaction's columns to headings. ``tax_rate_1`` and its like are the consumer's VAT, never a fee's.
TRANSACTION = {
    "?type": ("type", "transaction_type"),
    "?detailed_type": ("detailed_type", "detailed_transaction_type"),
    "?amount": ("amount", "transaction_amount", "posting_amount"),
    "?currency": ("posting_currency", "currency_code", "currency", "settlement_currency"),
    "?vat": ("vat_amount", "tax_amount"),
    "?vat_rate": ("vat_rate", "tax_rate"),
    "?capture_date": ("capture_date",),
    "?sale_date": ("sale_date", "order_date"),
    "?order_id": ("order_id", "klarna_order_id", "kustom_order_id"),
    "?short_order_id": ("short_order_id", "klarna_reference", "kustom_reference"),
    "?capture_id": ("capture_id",),
    "?refund_id": ("refund_id",),
    "?merchant_reference1": ("merchant_reference1", "merchant_reference_1"),
    "?merchant_reference2": ("merchant_reference2", "merchant_reference_2"),
    "?merchant_capture_reference": ("merchant_capture_reference",),
    "?merchant_refund_reference": ("merchant_refund_reference",),
    "?payment_reference": ("payment_reference", "payout_reference", "settlement_reference"),
    "?payment_method": ("initial_payment_method_type", "payment_method_type", "payment_method"),
    "?country": ("purchase_country",),
    "?reversal_reference": ("reversal_reference",),
    "?comment": ("klarna_comment", "kustom_comment"),
}

#: One of these must be there, or no transaction can be told from another.
REFERENCES = ("order_id", "short_order_id", "merchant_reference1", "merchant_reference2")

#: Columns that no other provider's files have.
_OWN_TOTALS = frozenset({*TOTALS, "settlement", "opening_debt", "closing_debt", "settlement_type"})
_OWN_COLUMNS = frozenset(
    {"detailed_type", "short_order_id", "capture_id", "merchant_reference1", "merchant_reference2"}
)

#: Every heading there is, as they are compared.
_KNOWN = frozenset(
    normal_heading(heading)
    for columns in (SUMMARY, TRANSACTION)
    for headings in columns.values()
    for heading in headings
)

#: A line with this many known names is a heading; a line of values never has one.
_ENOUGH = 2


def heading_of(cells: list) -> tuple | None:
    """Return what a line is the heading of and its columns: ``("summary", {…})``, ``("transactions", {…})``, or None.

    Both kinds may name the payout, its currency and the merchant; the columns that only one kind has decide.
    """
    if sum(" ".join(str(cell).replace("_", " ").split()).strip(" *:").casefold() in _KNOWN for cell in cells) < _ENOUGH:
        return None  # as nearly all lines are
    summary, transactions = columns_of(cells, SUMMARY), columns_of(cells, TRANSACTION)
    if max(len(summary), len(transactions)) < _ENOUGH:
        return None
    only_summary = len(summary.keys() - transactions.keys())
    only_transactions = len(transactions.keys() - summary.keys())
    if only_summary > only_transactions:
        return "summary", summary
    return "transactions", transactions


def is_own_heading(kind: str, columns: dict) -> bool:
    """Return whether a heading is one of these reports, and not any table with a type and an amount."""
    own = _OWN_TOTALS if kind == "summary" else _OWN_COLUMNS
    return len(own & columns.keys()) >= _ENOUGH
