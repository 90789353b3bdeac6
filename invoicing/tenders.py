"""Gift cards and store credit: what they pay of the documents, and what is given back to them."""

from collections import Counter

from ..common.values import ZERO
from ..webshops.records import TenderKind
from .draft import Draft
from .parts import total_amount
from .records import PlannedTender


def plan_tenders(draft: Draft) -> tuple:
    """Return the :class:`~.records.PlannedTender` that bring what is booked in line with the documents."""
    order = draft.order
    left = max(ZERO, total_amount(draft.left().values()))
    back = Counter()
    for refund in order.refunds:
        for tender in refund.tenders:
            back[tender.kind] += tender.amount
    planned = []
    for kind in TenderKind:
        paid = sum((tender.amount for tender in order.tenders if tender.kind is kind), ZERO)
        invoiced = bool(draft.documents) or not draft.booked.is_empty
        wanted = min(paid - back[kind], left) if invoiced else ZERO
        left -= max(ZERO, wanted)
        difference = wanted - draft.booked.tenders.get(kind, ZERO)
        if difference:
            is_back = difference < 0
            moments = [document.time for document in draft.documents if document.is_credit_note == is_back]
            moment = max(moments, default=order.changed_at)
            planned.append(PlannedTender(kind, difference, moment))
    return tuple(planned)
