"""What Stripe's balance transactions are: their reporting categories and types, and the types of fees.

A category says more than a type (``adjustment`` may be a dispute, a failed refund or a fee), so it comes first; the
dashboard's export has types only. Sources: docs.stripe.com/reports/reporting-categories and
/reports/balance-transaction-types. Categories and types are added without notice; an unknown one is *other*.
"""

from decimal import Decimal

from ..records import Kind

#: What Stripe calls its fees, on a payment's row (``fee_details``) or in rows of their own (``type``).
STRIPE_FEE, TAX_FEE = "stripe_fee", "tax_fee"
FEE_TYPES = (
    (STRIPE_FEE, "stripe_fee_type_stripe"),
    ("application_fee", "stripe_fee_type_application"),
    ("payment_method_passthrough_fee", "stripe_fee_type_passthrough"),
    ("network_cost", "stripe_fee_type_network"),
    ("stripe_fx_fee", "stripe_fee_type_conversion"),
    (TAX_FEE, "stripe_fee_type_tax"),
    ("withheld_tax", "stripe_fee_type_withheld"),
)

_RESERVE = (Kind.RESERVE_HOLD, Kind.RESERVE_RELEASE)
_FEE = (Kind.FEE, Kind.FEE_REFUND)

#: Reporting category to the kind it is; where two are given, of a negative and of a positive amount.
#:
#: A refund that failed leaves the money with the merchant, who owes it to the customer again: a payment. A payment that
#: failed after it was credited (a direct debit sent back) is taken from the merchant as a chargeback is, and nobody
#: writes a credit note for it. What an authorisation held beyond the capture is charged and taken back: a refund.
CATEGORIES = {
    "charge": Kind.PAYMENT,
    "charge_failure": Kind.CHARGEBACK,
    "refund": Kind.REFUND,
    "partial_capture_reversal": Kind.REFUND,
    "refund_failure": Kind.PAYMENT,
    "dispute": Kind.CHARGEBACK,
    "dispute_reversal": Kind.CHARGEBACK,
    "fee": _FEE,
    "tax": _FEE,
    "network_cost": _FEE,
    "payout": Kind.PAYOUT,
    "payout_reversal": Kind.PAYOUT_RETURN,
    "topup": Kind.TOP_UP,
    "topup_reversal": Kind.TOP_UP,
    "risk_reserved_funds": _RESERVE,
    "connect_reserved_funds": _RESERVE,
}

#: The same by type, for what has no category, or one that is not known here.
TYPES = {
    "charge": Kind.PAYMENT,
    "payment": Kind.PAYMENT,
    "payment_failure_refund": Kind.CHARGEBACK,
    "payment_reversal": Kind.CHARGEBACK,
    "refund": Kind.REFUND,
    "payment_refund": Kind.REFUND,
    "refund_failure": Kind.PAYMENT,
    "stripe_fee": _FEE,
    "stripe_fx_fee": _FEE,
    "tax_fee": _FEE,
    "network_cost": _FEE,
    "payout": Kind.PAYOUT,
    "payout_failure": Kind.PAYOUT_RETURN,
    "payout_cancel": Kind.PAYOUT_RETURN,
    "topup": Kind.TOP_UP,
    "topup_reversal": Kind.TOP_UP,
    "payout_minimum_balance_hold": _RESERVE,
    "payout_minimum_balance_release": _RESERVE,
    "payment_network_reserve_hold": _RESERVE,
    "payment_network_reserve_release": _RESERVE,
    "reserve_hold": _RESERVE,
    "reserve_release": _RESERVE,
    "reserve_transaction": _RESERVE,
    "reserved_funds": _RESERVE,
}

#: An adjustment without a category is told by the id of what it is about.
_DISPUTE_IDS = ("dp_", "du_")
_REFUND_IDS = ("re_", "pyr_")


def kind_of(category: str, type_: str, amount: Decimal, source: str) -> Kind:
    """Return what a balance transaction is.

    A dispute's row is a chargeback here whatever its sign; :func:`dispute_kind` tells its end.

    :param category: reporting category, or empty. :param type_: type, or empty. :param source: id of what it is about.
    """
    found = CATEGORIES.get(category) or TYPES.get(type_) or TYPES.get(category)
    if found is None and type_ == "adjustment":
        if source.startswith(_DISPUTE_IDS):
            found = Kind.CHARGEBACK
        elif source.startswith(_REFUND_IDS):
            found = Kind.PAYMENT
    if isinstance(found, tuple):
        negative, positive = found
        return negative if amount <= 0 else positive
    return found or Kind.OTHER


def is_dispute(category: str, type_: str, source: str) -> bool:
    """Return whether a row belongs to a dispute, its end included."""
    return category in ("dispute", "dispute_reversal") or (
        not category and type_ == "adjustment" and source.startswith(_DISPUTE_IDS)
    )


def dispute_kind(amount: Decimal, status: str, withdrawn: Decimal) -> Kind:
    """Return what a row of a dispute is.

    Money given back is the dispute won. Of a lost one a small amount may be given back beside the loss, because the
    currency's rate had moved: that is a correction, and nobody won.

    :param status: the dispute's own (``won``, ``lost`` …), or empty.
    :param withdrawn: what the document has taken for this dispute, negative; zero where it has nothing of it.
    """
    if amount < 0:
        return Kind.CHARGEBACK
    if status == "lost" or (status != "won" and withdrawn and amount * 2 < -withdrawn):
        return Kind.CORRECTION
    return Kind.CHARGEBACK_REVERSAL


def row_fee_type(category: str, type_: str) -> str:
    """Return Stripe's name of a fee that is a row of its own."""
    names = {name for name, _sentence in FEE_TYPES}
    if type_ in names:
        return type_
    if category == "tax":
        return TAX_FEE
    return category if category in names else STRIPE_FEE
