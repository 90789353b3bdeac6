"""The types of transactions: which way each moves the balance, what it is, and what fees are called.

Source: docs.klarna.com, "Settlement reports", calculation of the settlement amount; the Settlements API's list of
types.
"""

from decimal import Decimal

from ..records import Kind

CODE = "klarna"

#: The effect of a type on what Klarna owes the merchant. Corrections go either way, and so may types not listed here.
DIRECTIONS = {
    "SALE": 1,
    "RETURN": -1,
    "REVERSAL": -1,
    "REVERSAL_MERCHANT_PROTECTION": 1,
    "FEE": -1,
    "FEE_REFUND": 1,
    "TAX": -1,
    "TAX_REFUND": 1,
    "COMMISSION": 1,
    "COMMISSION_REVERSAL": -1,
    "CHARGE": -1,
    "CREDIT": 1,
    "HOLDBACK": -1,
    "RELEASE": 1,
}

#: What a type is. The kind never depends on ``detailed_type``, a column that files may lack.
#: Commission is what Klarna pays the merchant for sales on credit: a fee type of its own, with an account of its own.
#: Charges and credits are loans, transfers and entries by hand: the accountant's rules say what they are.
KINDS = {
    "SALE": Kind.PAYMENT,
    "RETURN": Kind.REFUND,
    "REVERSAL": Kind.CHARGEBACK,
    "REVERSAL_MERCHANT_PROTECTION": Kind.CHARGEBACK_REVERSAL,
    "FEE": Kind.FEE,
    "FEE_REFUND": Kind.FEE_REFUND,
    "TAX": Kind.FEE,
    "TAX_REFUND": Kind.FEE_REFUND,
    "COMMISSION": Kind.FEE_REFUND,
    "COMMISSION_REVERSAL": Kind.FEE,
    "HOLDBACK": Kind.RESERVE_HOLD,
    "RELEASE": Kind.RESERVE_RELEASE,
    "CORRECTION": Kind.CORRECTION,
}

#: Kinds that are each other's opposite: an amount of the other sign makes it the other kind.
_BY_SIGN = {
    Kind.FEE: (Kind.FEE_REFUND, Kind.FEE),
    Kind.FEE_REFUND: (Kind.FEE_REFUND, Kind.FEE),
    Kind.RESERVE_HOLD: (Kind.RESERVE_RELEASE, Kind.RESERVE_HOLD),
    Kind.RESERVE_RELEASE: (Kind.RESERVE_RELEASE, Kind.RESERVE_HOLD),
}

#: Types that a gross contract leaves out of the payout: they are on Klarna's invoice.
FEE_KINDS = frozenset({"FEE", "FEE_REFUND", "TAX", "TAX_REFUND"})

#: Types whose VAT column is the VAT on what Klarna charges.
WITH_VAT = frozenset({"FEE", "FEE_REFUND", "COMMISSION", "COMMISSION_REVERSAL"})

#: Rows made of a payout's totals, which no row of the report explains.
TAX_TOTAL = "TAX"
CORRECTION_TOTAL = "FEE_CORRECTION"

#: The names of fees: ``detailed_type``, else the type.
FEE_TYPES = (
    ("PURCHASE_FEE_PERCENTAGE", "klarna_fee_percentage"),
    ("PURCHASE_FEE_FIXED", "klarna_fee_fixed"),
    ("PURCHASE_FEE_PERCENTAGE_REFUND", "klarna_fee_percentage_refund"),
    ("RETURN_FEE", "klarna_fee_return"),
    ("LATE_RETURN_FEE", "klarna_fee_late_return"),
    ("EXPIRY_FEE", "klarna_fee_expiry"),
    ("EXPIRY_FEE_GROSS", "klarna_fee_expiry_gross"),
    ("EXTRA_INVOICE_FEE", "klarna_fee_extra_invoice"),
    ("EXTEND_DUE_DATE_FEE", "klarna_fee_extended_due_date"),
    ("SERVICING_FEE", "klarna_fee_servicing"),
    ("DISPUTE_FEE", "klarna_fee_dispute"),
    ("DISPUTE_FEE_REFUND", "klarna_fee_dispute_refund"),
    ("FEE", "klarna_fee_unspecified"),
    ("FEE_REFUND", "klarna_fee_refund_unspecified"),
    ("COMMISSION", "klarna_fee_commission"),
    (TAX_TOTAL, "klarna_fee_tax"),
    (CORRECTION_TOTAL, "klarna_fee_correction"),
)


def kind_of(type_name: str, amount: Decimal) -> Kind:
    """Return what a transaction is, from its type and the sign of its effect on the balance."""
    kind = KINDS.get(type_name, Kind.OTHER)
    if amount and kind in _BY_SIGN:
        return _BY_SIGN[kind][amount < 0]
    return kind
