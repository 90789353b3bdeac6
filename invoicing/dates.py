"""Which date a document gets, given VAT terms and what is filed."""

import datetime


def document_date(
    event: datetime.date, today: datetime.date, term_months: int, filed_to: datetime.date | None
) -> datetime.date:
    """Return the date of an invoice or credit note for something that happened on ``event``.

    The day itself when it lies in the current VAT term, or in the one before and that is not filed; else today.

    :param term_months: length of a VAT term; terms begin in January.
    :param filed_to: the last day for which VAT is filed, or None.
    """
    if event >= today:
        return today
    term, term_now = _term(event, term_months), _term(today, term_months)
    is_filed = filed_to is not None and event <= filed_to
    return event if term_now - term <= 1 and not is_filed else today


def _term(day, term_months):
    return (day.year * 12 + day.month - 1) // term_months
