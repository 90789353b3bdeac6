"""What of Stripe's answers is stored. They are full of personal data: cards, addresses, e-mail, evidence in disputes.

The fields that are kept are declared, not those that are left out: what Stripe adds later is not stored by accident.
Metadata is the shop's own and may hold anything; of it, entries are left out whose names say that they are personal.
"""

import re

#: The names of fields that are kept, whichever object they stand in.
KEPT = frozenset(
    {
        # lists, and what every object has
        "object", "data", "has_more", "id", "created", "currency", "amount", "description", "metadata", "livemode",
        "status", "type", "balance_transaction",
        # balance transactions
        "available_on", "balance_type", "exchange_rate", "fee", "fee_details", "application", "net",
        "reporting_category", "source",
        # charges, refunds and disputes
        "charge", "payment_intent", "payment_method_details", "reason", "failure_balance_transaction",
        "amount_captured", "amount_refunded", "captured",
        # payouts
        "arrival_date", "automatic", "method", "statement_descriptor", "trace_id", "value", "failure_code",
        "reconciliation_status", "original_payout", "reversed_by",
    }
)  # fmt: skip

#: Names of metadata entries that are left out.
_PERSONAL = re.compile(
    r"name|mail|phone|mobile|address|street|city|zip|postal|postcode|customer|buyer|payer|birth|ssn|\bip\b|_ip$|^ip_"
    r"|user|agent|comment|note|message|company|vat|tax_id",
    re.IGNORECASE,
)

#: Some shops describe a payment by who paid it.
_MAIL = re.compile(r"[^\s()<>,;:]+@[^\s()<>,;:]+")


def without_personal_data(value, reference_keys: tuple = (), name: str = ""):
    """Return decoded JSON with the kept fields only.

    :param value: an answer, or a part of it. :param reference_keys: the entries of metadata that hold the order's
        number, and stay whatever they are called. :param name: of the field that ``value`` stands in.
    """
    if isinstance(value, list):
        return [without_personal_data(entry, reference_keys, name) for entry in value]
    if name == "description" and isinstance(value, str):
        return _MAIL.sub("…", value)
    if not isinstance(value, dict):
        return value
    if name == "metadata":
        return {key: entry for key, entry in value.items() if key in reference_keys or not _is_personal(key, entry)}
    if name == "source" and value.get("object") in ("card", "bank_account", "source"):
        return {"object": value["object"]}  # how an old charge was paid
    return {key: without_personal_data(entry, reference_keys, key) for key, entry in value.items() if key in KEPT}


def _is_personal(key: str, entry) -> bool:
    return bool(_PERSONAL.search(key)) or "@" in str(entry)
