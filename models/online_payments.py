"""The online payments of Odoo's own shop (``payment.transaction``), read as any shop's are."""

from ..webshops.records import Capture, Reference, ReferenceKind
from .money import to_decimal
from .times import to_aware


def with_child_transactions(transactions):
    """Return the transactions with their captures, voids and refunds: a refund may be one of a capture."""
    found = transactions
    while children := found.child_transaction_ids - found:
        found |= children
    return found


def get_references(transactions):
    """Yield every key a payment provider may send for these transactions."""
    for transaction in transactions.sorted("id"):
        yield Reference(ReferenceKind.PROVIDER_REFERENCE, transaction.reference)
        if transaction.provider_reference:
            yield Reference(ReferenceKind.PROVIDER_ID, transaction.provider_reference)


def get_captures(payments):
    """Yield what was taken: by the captures of an authorisation taken in parts, else by the payment itself."""
    for payment in payments.sorted("id"):
        parts = _get_captures_and_voids(payment).filtered(lambda tx: tx.state == "done")
        for transaction in (parts or payment).filtered(lambda tx: tx.state == "done").sorted("id"):
            yield Capture(
                transaction.reference,
                to_decimal(transaction.amount, transaction.currency_id),
                to_aware(transaction.last_state_change or transaction.write_date),
            )


def is_rest_voided(payments):
    """Whether something that was reserved was voided, and no more money is under way.

    An attempt to pay that was called off is cancelled too, but where other payments went through nothing was reserved
    by it.
    """
    parts = _get_captures_and_voids(payments)
    if any(tx.state in ("pending", "authorized") for tx in payments | parts):
        return False
    given_up = payments.filtered(
        lambda tx: (
            tx.child_transaction_ids
            and (tx.state == "cancel" or "cancel" in _get_captures_and_voids(tx).mapped("state"))
        )
    )
    is_taken = any(tx.state == "done" for tx in payments | parts)
    return bool(given_up) or (not is_taken and any(tx.state == "cancel" for tx in payments))


def _get_captures_and_voids(payments):
    """Return the captures and voids of authorisations; Odoo makes them children of it."""
    return payments.child_transaction_ids.filtered(lambda tx: tx.operation != "refund")
