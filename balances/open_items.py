"""Why what is open of single transactions stands on an account: unknown, paid in advance, owed, or held back."""

from dataclasses import dataclass

from ..common.messages import Message
from ..common.values import ZERO
from .entries import Entry, sum_of
from .statement import AccountRole, Item, Kind

#: What an amount of our vouchers is on an account of each role.
KINDS = {
    AccountRole.UNKNOWN: Kind.UNKNOWN,
    AccountRole.PREPAYMENT: Kind.PREPAYMENT,
    AccountRole.FEE_PAYABLE: Kind.FEE_OWED,
    AccountRole.RESERVE: Kind.RESERVE,
}

#: The sentence of one transaction, by kind.
_OF_ONE = {
    Kind.UNKNOWN: "balance_unknown",
    Kind.PREPAYMENT: "balance_prepayment",
    Kind.FEE_OWED: "balance_fee_owed",
    Kind.RESERVE: "balance_reserve",
}

#: The sentence of an entry that is no voucher of ours, by kind.
_OF_OTHERS = {
    Kind.EXCHANGE: "balance_exchange",
    Kind.BANK_STRAY: "balance_bank_stray",
    Kind.BY_OTHERS: "balance_by_others",
    Kind.PAYMENT: "balance_payment",
}

#: The sentence of several transactions, by kind.
_OF_SEVERAL = {Kind.FEE_OWED: "balance_fees_owed", Kind.RESERVE: "balance_reserves"}


@dataclass(frozen=True, kw_only=True)
class Source:
    """The transaction behind an entry; of an entry that sums up several, their settlement.

    :ivar id: of the transaction, or None. :ivar reference: the order's.
    :ivar label: order reference, provider's id and text. :ivar settlement: the settlement's name, as text or a
        message.
    :ivar owner: the agreement's name. :ivar cause: why it is there, as a person reads it.
    """

    settlement: str
    owner: str
    id: int | None = None
    label: str = ""
    reference: str = ""
    cause: str = ""
    documents: tuple = ()


def explain_open_items(role: AccountRole, entries: list, sources: dict, currency: str, is_reconciled: bool) -> list:
    """Return the :class:`~.statement.Item` that open entries of an account are.

    :param entries: :class:`~.entries.Entry`. :param sources: ``{entry id: Source}`` of those of our vouchers.
    :param currency: the company's.
    :param is_reconciled: whether the account's items are reconciled; else nothing is ever closed on it, and what stands
        there is told by month.
    """
    kind = KINDS[role]
    groups = {}
    for entry in entries:
        source = sources.get(entry.id)
        if not is_reconciled or (kind is Kind.FEE_OWED and source):
            teller = source.owner if source else entry.journal
            key = (bool(source), teller, entry.date.replace(day=1), entry.currency)
        else:
            key = (entry.id,)
        groups.setdefault(key, []).append(entry)
    return [
        _to_item(kind, group, [sources[entry.id] for entry in group if entry.id in sources], currency)
        for group in groups.values()
    ]


def _to_item(kind, entries, sources, company_currency):
    """Return the item of one entry, or of those that are told together.

    :param sources: of our vouchers' entries; empty for those of others.
    """
    first, is_one = entries[0], len(entries) == 1
    amount, amount_currency = sum_of(entries)
    unexplained = sum((entry.unexplained for entry in entries), ZERO)
    transaction = sources[0] if is_one and sources and sources[0].id else None
    if not sources:
        kind = _get_other_kind(first, amount_currency, company_currency) if is_one else Kind.BY_OTHERS
    return Item(
        kind=kind,
        date=first.date,
        amount=amount - unexplained,
        ledger=amount if unexplained else None,
        reference=(transaction and transaction.reference) or (first.number if is_one else ""),
        name=_say(kind, entries, sources, transaction),
        model="account.settlement.line" if transaction else "account.move.line",
        res_id=transaction.id if transaction else first.id if is_one else None,
        entry_ids=tuple(entry.id for entry in entries),
        documents=tuple(dict.fromkeys(document for source in sources for document in source.documents)),
        owner=sources[0].owner if sources else "",
        currency="" if first.currency == company_currency else first.currency,
        amount_currency=None if first.currency == company_currency else amount_currency,
    )


def _get_other_kind(entry, amount_currency, company_currency):
    if not amount_currency and entry.currency != company_currency:
        return Kind.EXCHANGE
    if entry.is_payment:
        return Kind.PAYMENT
    return Kind.BANK_STRAY if entry.is_bank else Kind.BY_OTHERS


def _say(kind, entries, sources, transaction):
    """Return the sentence of one entry, or of those that are told together."""
    first = entries[0]
    if transaction:
        return _say_one(kind, first, transaction)
    if len(entries) == 1 and not sources:
        values = {"entry": first.number, "text": first.name or first.partner or first.journal}
        return Message(_OF_OTHERS[kind], {**values, "journal": first.journal})
    values = {"count": len(entries), "first": first.date, "last": entries[-1].date}
    if sources:
        return Message(_OF_SEVERAL.get(kind, "balance_several"), {**values, "owner": sources[0].owner})
    return Message("balance_months_by_others", {**values, "journal": first.journal})


def _say_one(kind, entry: Entry, source: Source):
    values = {
        "label": source.label or entry.name or entry.number,
        "customer": entry.partner,
        "settlement": source.settlement,
        "cause": source.cause,
    }
    if entry.ended_on and kind is Kind.UNKNOWN:
        # its cause is told as it is now: that it was found since
        return Message("balance_unknown_then", {**values, "date": entry.ended_on})
    said = Message(_OF_ONE[kind], values)
    if entry.ended_on:
        return Message("balance_until", {"said": said, "date": entry.ended_on})
    return said
