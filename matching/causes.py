"""Why a transaction is unknown, as one cause that a list is filtered by.

It is read from the codes of what the decision says, so that it holds for transactions of earlier versions too.
"""

import datetime

from ..common.values import TextEnum


class Cause(TextEnum):
    """Why nothing was found, or not exactly one. The values are stored in the database.

    ``NEVER_SEEN``: there is a reference, and nothing has it. ``ELSEWHERE``: there is no reference, as of what was paid
    at a till. ``BEFORE_START``: as never seen, of a day from before the shop's orders are invoiced here.
    """

    NEVER_SEEN = "never_seen"
    OTHER_SHOP = "other_shop"
    BEFORE_START = "before_start"
    AMBIGUOUS = "ambiguous"
    OTHER_AMOUNT = "other_amount"
    OTHER_CURRENCY = "other_currency"
    OTHER_DATE = "other_date"
    ALREADY_PAID = "already_paid"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    NO_RULE = "no_rule"
    BY_RULE = "by_rule"
    TAKEN_BACK = "taken_back"


#: The cause that a sentence tells, the more telling first: of several, the first counts.
CODES = (
    (Cause.TAKEN_BACK, {"undone_by", "stays_taken_back", "taken_back_before"}),
    (Cause.BY_RULE, {"rule_books_to_unknown"}),
    (Cause.NO_RULE, {"no_rule_for_type", "needs_rule_for_type"}),
    (Cause.OTHER_SHOP, {"rejected_other_shop", "not_of_shops"}),
    (Cause.OTHER_CURRENCY, {"amount_in_other_currency", "open_in_other_currency"}),
    (Cause.ALREADY_PAID, {"nothing_open_customer_uncertain", "already_paid_by", "nothing_open"}),
    (Cause.CANCELLED, {"rejected_cancelled"}),
    (
        Cause.AMBIGUOUS,
        {
            "reference_in_several_places",
            "reference_open_and_awaited",
            "several_customers",
            "customer_with_several",
            "customer_uncertain",
        },
    ),
    (Cause.OTHER_AMOUNT, {"rejected_other_amount", "customer_without_amount"}),
    (Cause.OTHER_DATE, {"rejected_date"}),
    (Cause.AMBIGUOUS, {"reference_ambiguous"}),
)


def find_cause(codes, order_reference: str, date: datetime.date | None, start: datetime.date | None) -> Cause:
    """Return why a transaction is unknown.

    :param codes: of the sentences of its explanation, and of what the rules searched for.
    :param order_reference: the reference that the provider sent, perhaps empty. :param date: the ledger date.
    :param start: the first day of the orders that are invoiced here; None where all are, or it is not known.
    """
    codes = set(codes)
    for cause, of_cause in CODES:
        if codes & of_cause:
            return cause
    if not (order_reference or "").strip():
        return Cause.ELSEWHERE
    if start and date and date < start:
        return Cause.BEFORE_START
    return Cause.NEVER_SEEN
