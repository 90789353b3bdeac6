"""Which open document a person probably wants for a transaction that no rule could match, and why.

Nothing is matched by it: a person is shown the proposal, and confirms it.
"""

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ..common.messages import Message

#: A document dated so many days from the transaction, or fewer, is near.
NEAR_DAYS = 14

#: Shorter references and names than this occur in others by chance.
_SHORTEST = 4


@dataclass(frozen=True)
class Document:
    """An open invoice or credit note.

    :ivar residual: what is open in ``currency``, with the sign of the transaction that closes it: an invoice is
        positive. :ivar references: what it is known by. :ivar partner_id: the commercial partner.
    """

    id: int
    residual: Decimal
    currency: str
    references: tuple = ()
    partner_id: int | None = None
    partner_name: str = ""
    date: datetime.date | None = None


@dataclass(frozen=True)
class Fit:
    """How well a document fits a transaction.

    :ivar is_exact: exactly the amount is open. :ivar reference: of the document, found in the transaction, or empty.
    :ivar customer: the name, if it is the transaction's customer, or empty. :ivar days: between the two, or None.
    """

    document: Document
    is_exact: bool
    reference: str
    customer: str
    days: int | None

    @property
    def is_near(self) -> bool:
        """Whether the dates are near."""
        return self.days is not None and self.days <= NEAR_DAYS

    @property
    def is_proposed(self) -> bool:
        """Whether it is good enough to be proposed: exactly the amount, and one thing more."""
        return self.is_exact and bool(self.reference or self.customer or self.is_near)

    @property
    def weight(self) -> tuple:
        """How good it is, comparable with others of the same transaction; dates decide only between far and near."""
        return self.is_exact, bool(self.reference), bool(self.customer), self.is_near

    def explain(self) -> list:
        """Return why it fits, as messages."""
        told = []
        if self.is_exact:
            told.append(Message("fits_amount"))
        if self.reference:
            told.append(Message("fits_reference", {"reference": self.reference}))
        if self.customer:
            told.append(Message("fits_customer", {"customer": self.customer}))
        if self.is_near:
            code = {0: "fits_same_day", 1: "fits_next_day"}.get(self.days, "fits_date")
            told.append(Message(code, {"days": self.days} if code == "fits_date" else {}))
        return told


def compare(line, document: Document, partner_id=None) -> Fit:
    """Return how well ``document`` fits ``line`` (a :class:`~.ledger.Line`).

    :param partner_id: the commercial partner of the transaction's customer, where it is known.
    """
    texts = (line.order_reference, line.text)
    is_customer = document.partner_id is not None and document.partner_id == partner_id
    return Fit(
        document,
        is_exact=line.amount_in(document.currency) == document.residual,
        reference=next((text for text in document.references if _shares_reference(text, texts)), ""),
        customer=document.partner_name if is_customer or _is_named(document.partner_name, texts) else "",
        days=abs((document.date - line.date).days) if document.date else None,
    )


def order(line, documents, partner_id=None) -> list:
    """Return the :class:`Fit` of each document, the best first; equally good ones by date, then as they were."""
    fits = [compare(line, document, partner_id) for document in documents]
    return sorted(fits, key=lambda fit: (*(not part for part in fit.weight), 9999 if fit.days is None else fit.days))


def propose(lines, documents, partners=None) -> dict:
    """Return ``{line id: Fit}``: the one best document of each transaction, where there is exactly one.

    No document is proposed for two transactions: it goes to the one it fits better, or to none.

    :param lines: :class:`~.ledger.Line`. :param documents: :class:`Document`, all that might fit any of them.
    :param partners: ``{line id: commercial partner id}`` of those whose customer is known.
    """
    by_amount = defaultdict(list)
    for document in documents:
        by_amount[document.currency, document.residual].append(document)
    wanted = defaultdict(list)
    for line in lines:
        amounts = {(currency, line.amount_in(currency)) for currency in (line.currency, line.currency_original)}
        found = [document for amount in amounts for document in by_amount.get(amount, ())]
        best = [fit for fit in order(line, found, (partners or {}).get(line.id)) if fit.is_proposed]
        if best and (len(best) == 1 or best[0].weight > best[1].weight):
            wanted[best[0].document.id].append((line.id, best[0]))
    proposals = {}
    for claims in wanted.values():
        claims.sort(key=lambda claim: claim[1].weight, reverse=True)
        if len(claims) == 1 or claims[0][1].weight > claims[1][1].weight:
            proposals[claims[0][0]] = claims[0][1]
    return proposals


def _shares_reference(reference, texts):
    """Return whether a document's reference stands in one of the texts, or one of the texts in it, as a whole word."""
    return any(_contains(text, reference) or _contains(reference, text) for text in texts)


def _contains(text, part):
    part = part.strip()
    if len(part) < _SHORTEST or not any(map(str.isdigit, part)):
        return False
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) is not None


def _is_named(name, texts):
    name = name.strip()
    return len(name) >= _SHORTEST and any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for text in texts
    )
