"""Why the clearing account stands where it does: payouts on their way, what is not paid out yet, and what is neither.

What is open of each settlement is read from the ledger; what it should be, from its transactions and its payout.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from ..common.messages import TEXT_ONLY, Message, joined
from ..common.values import ZERO
from .entries import Entry, sum_of
from .statement import Item, Kind


@dataclass(frozen=True, kw_only=True)
class Payout:
    """A settlement with something open on the clearing account, as its documents tell it.

    :ivar id: of the settlement. :ivar name: of it, as text or a message.
    :ivar number: the payout's; empty until it comes.
    :ivar owner: the name of the agreement.
    :ivar date: of its first transaction. :ivar sent_on: the day it was paid out, or None.
    :ivar amount: of the payout, in the settlement's currency. :ivar closing: what it left with the provider.
    :ivar returned_on: the day an aborted payout came back, or None.
    :ivar from_id: the settlement whose balance it started from, or None.
    :ivar returned_in: the settlement that an aborted payout came back in, or None.
    :ivar is_met: whether a bank line has met it, as of the day.
    :ivar by_hand: what entries that are no bank line's have taken off it by then, in its currency.
    :ivar hand_entries: their numbers.
    """

    id: int
    name: str
    owner: str
    date: datetime.date
    number: str = ""
    sent_on: datetime.date | None = None
    amount: Decimal = ZERO
    closing: Decimal = ZERO
    returned_on: datetime.date | None = None
    from_id: int | None = None
    returned_in: int | None = None
    is_met: bool = False
    by_hand: Decimal = ZERO
    hand_entries: str = ""
    documents: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Clearing:
    """What a clearing account's open entries are explained by.

    :ivar date: the day. :ivar currency: the company's.
    :ivar payouts: ``{settlement id: Payout}``. :ivar undoings: ``{entry id: [Undoing]}``.
    """

    date: datetime.date
    currency: str
    payouts: dict
    undoings: dict = field(default_factory=dict)


def explain_clearing(clearing: Clearing, entries: list) -> list:
    """Return the :class:`~.statement.Item` that entries open on a clearing account are.

    :param entries: :class:`~.entries.Entry`, each of which is in exactly one item.
    """
    items, rest = take_undone(entries, clearing.undoings, clearing.currency)
    of_settlements, others = {}, []
    for entry in rest:
        if not entry.open_currency and entry.currency != clearing.currency:
            items.append(_of_entry(Kind.EXCHANGE, "balance_exchange", entry, clearing))
        elif entry.settlement_id:
            of_settlements.setdefault(entry.settlement_id, []).append(entry)
        else:
            others.append(entry)
    for chain in _chains(of_settlements, clearing.payouts):
        items += _ChainReading(clearing, chain, of_settlements).items()
    return items + [_explain_other(entry, clearing) for entry in others]


def take_undone(entries: list, undoings: dict, company_currency: str) -> tuple:
    """Return the items of what was undone after the day, and the entries without it."""
    items, rest = [], []
    for entry in entries:
        for undoing in undoings.get(entry.id, ()):
            values = {
                "entry": undoing.of_number or entry.number,
                "text": entry.name,
                "reversal": undoing.number,
                "date": undoing.date,
            }
            items.append(
                Item(
                    kind=Kind.UNDONE_LATER,
                    date=entry.date,
                    amount=undoing.amount,
                    reference=undoing.of_number or entry.number,
                    name=Message("balance_undone_later", values),
                    model="account.move.line",
                    res_id=entry.id,
                    entry_ids=(entry.id,),
                    **_in_currency(entry.currency, undoing.amount_currency, company_currency),
                )
            )
            entry = entry.less(undoing.amount, undoing.amount_currency)
        if entry.open or entry.open_currency:
            rest.append(entry)
    return items, rest


def _in_currency(currency, amount, company_currency):
    return {"currency": currency, "amount_currency": amount} if currency != company_currency else {}


def _of_entry(kind, code, entry, clearing, payout=None, **values):
    """Return the item of one entry."""
    values = {"entry": entry.number, "text": entry.name or entry.partner or entry.journal, **values}
    return Item(
        kind=kind,
        date=entry.date,
        amount=entry.open - entry.unexplained,
        ledger=entry.open if entry.unexplained else None,
        reference=entry.number,
        name=Message(code, values),
        model="account.move.line",
        res_id=entry.id,
        entry_ids=(entry.id,),
        owner=payout.owner if payout else "",
        **_in_currency(entry.currency, entry.open_currency, clearing.currency),
    )


def _as_message(name):
    return name if isinstance(name, Message) else Message(TEXT_ONLY, {"error": name})


def _explain_other(entry: Entry, clearing: Clearing) -> Item:
    """Return the item of an entry that is no settlement voucher's: a bank line, or made by hand."""
    met = [clearing.payouts[key] for key in sorted(entry.met_ids) if key in clearing.payouts]
    later = [clearing.payouts[key] for key in sorted(entry.later_ids) if key in clearing.payouts]
    marked = clearing.payouts.get(entry.payout_id)
    journal = {"journal": entry.journal}
    if entry.is_payment:
        return _of_entry(Kind.PAYMENT, "balance_payment", entry, clearing, met[0] if met else None, **journal)
    if met:
        names = joined([_as_message(payout.name) for payout in met], ", ")
        if not entry.is_bank:
            values = {"settlement": names, **journal}
            return _of_entry(Kind.BY_OTHERS, "balance_rest_by_hand", entry, clearing, met[0], **values)
        return _of_entry(Kind.OVER, "balance_over", entry, clearing, met[0], settlement=names)
    if not entry.is_bank:
        return _of_entry(Kind.BY_OTHERS, "balance_by_others", entry, clearing, **journal)
    if entry.open_currency > 0:
        owner = marked or (later[0] if later else None)
        return _of_entry(Kind.TOP_UP, "balance_top_up", entry, clearing, owner)
    if later or marked:
        payout = later[0] if later else marked
        if payout.sent_on and entry.date < payout.sent_on and payout.date <= entry.date:
            values = {"settlement": payout.name, "date": payout.sent_on}
            return _of_entry(Kind.BANK_EARLY, "balance_bank_first", entry, clearing, payout, **values)
        return _of_entry(Kind.BANK_EARLY, "balance_bank_early", entry, clearing, payout, settlement=payout.name)
    return _of_entry(Kind.BANK_STRAY, "balance_bank_stray", entry, clearing)


def _chains(of_settlements, payouts):
    """Return lists of :class:`Payout` with open entries, each with those whose balances it carries on; oldest first."""
    root_of = {}

    def root(key):
        seen = []
        while key not in seen:
            seen.append(key)
            before = payouts[key].from_id if key in payouts else None
            if not before or before not in payouts:
                break
            key = before
        return min(seen) if key in seen[:-1] else key

    for key in payouts:
        root_of.setdefault(root(key), []).append(payouts[key])
    for chain in root_of.values():
        if any(payout.id in of_settlements for payout in chain):
            yield sorted(chain, key=lambda payout: (payout.sent_on or datetime.date.max, payout.date, payout.id))


class _ChainReading:
    """What is open of settlements that carry a balance on to each other, usually one alone."""

    def __init__(self, clearing, chain, of_settlements):
        self.clearing = clearing
        self.chain = chain
        self.entries = {payout.id: of_settlements.get(payout.id, []) for payout in chain}

    def items(self):
        items, sent = [], []
        for payout in self.chain:
            if payout.sent_on is None or payout.sent_on > self.clearing.date:
                items += self._whole(Kind.NOT_PAID_OUT, "balance_not_paid_out", payout)
            elif payout.returned_on and payout.returned_on <= self.clearing.date:
                items += self._of_failed(payout)
            else:
                sent.append(payout)
        return items + (self._of_sent(sent) if sent else [])

    def _of_failed(self, payout):
        """Return what is open of a settlement whose payout came back: with the provider, until a later one comes."""
        later = self.clearing.payouts.get(payout.returned_in)
        if later and later.is_met:
            return self._whole(Kind.FAILED, "balance_failed_came", payout, later=later.name)
        return self._whole(Kind.FAILED, "balance_failed", payout)

    def _whole(self, kind, code, payout, **values):
        """Return what is open of one settlement as one item."""
        entries = self.entries[payout.id]
        if not entries:
            return []
        amounts = sum_of(entries)
        code = code if any(amounts) else "balance_set_off"
        return [self._item(kind, code, payout, entries, *amounts, values=values)]

    def _of_sent(self, sent):
        """Divide what is open of settlements that were paid out: on its way, kept by the provider, short or over."""
        entries = [entry for payout in sent for entry in self.entries[payout.id]]
        if not entries:
            return []
        total, left = sum_of(entries)
        changed = sum((entry.unexplained for entry in entries), ZERO)
        if changed and entries[0].currency == self.clearing.currency:
            # what was changed since is told beside the last part, not as a part of what was paid out
            left -= changed
        closing = sent[-1].closing
        awaited = [payout for payout in sent if not payout.is_met and payout.amount and self.entries[payout.id]]
        parts = [(Kind.IN_TRANSIT, "balance_in_transit", payout, payout.amount) for payout in awaited]
        parts += [(Kind.BY_OTHERS, "balance_met_by_hand", one, -one.by_hand) for one in sent if self.entries[one.id]]
        if closing:
            parts.append((Kind.CARRIED, "balance_debt" if closing < 0 else "balance_carried", sent[-1], closing))
        rest = left - sum((amount for *_what, amount in parts), ZERO)
        if rest and len(sent) == 1 and awaited:
            # of a payout of which only a part is booked, or booked otherwise, that is what is on its way
            parts[0] = (*parts[0][:3], parts[0][3] + rest)
        elif rest:
            last = next((payout for payout in reversed(sent) if payout.is_met), sent[-1])
            short = rest > 0
            what = (Kind.SHORT, "balance_short") if short else (Kind.OVER, "balance_too_much")
            parts.append((*what, last, rest))
        return self._divide([part for part in parts if part[3]], entries, total, left)

    def _divide(self, parts, entries, total, left):
        """Return the items of ``parts``; what they are in company currency is divided as in their own."""
        if not parts:
            is_changed = any(entry.unexplained for entry in entries)
            kind, code = (Kind.MISSING, "balance_changed") if is_changed else (Kind.CARRIED, "balance_set_off")
            return [self._item(kind, code, self.chain[-1], entries, total, left)]
        items, remaining = [], total
        for place, (kind, code, payout, amount) in enumerate(parts, 1):
            own = entries if len(parts) == 1 else self.entries[payout.id] or entries
            share = remaining if place == len(parts) else self._share(total, amount, left, own)
            remaining -= share
            items.append(self._item(kind, code, payout, own, share, amount, place == len(parts), entries))
        return items

    def _share(self, total, amount, left, entries):
        if entries[0].currency == self.clearing.currency or not left:
            return amount
        return (total * amount / left).quantize(total)

    def _item(self, kind, code, payout, entries, amount, amount_currency, is_last=True, all_entries=(), values=None):
        """Return an item; the last one of a settlement bears what the ledger has more than the transactions say."""
        unexplained = sum((entry.unexplained for entry in all_entries or entries), ZERO) if is_last else ZERO
        is_out = kind in (Kind.IN_TRANSIT, Kind.SHORT, Kind.OVER, Kind.FAILED, Kind.CARRIED)
        date = payout.sent_on if is_out and payout.sent_on else min(entry.date for entry in entries)
        currency = entries[0].currency
        return Item(
            kind=kind,
            date=date,
            amount=amount - unexplained,
            ledger=amount if unexplained else None,
            reference=payout.number,
            name=Message(
                code,
                {"settlement": payout.name, "date": date, "entries": payout.hand_entries, **(values or {})},
            ),
            model="account.settlement",
            res_id=payout.id,
            entry_ids=tuple(entry.id for entry in (all_entries if is_last and all_entries else entries)),
            documents=payout.documents,
            owner=payout.owner,
            **_in_currency(currency, amount_currency, self.clearing.currency),
        )
