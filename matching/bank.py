"""Which entry of the bank is which payout: certain pairs, and what a person may be asked to agree to.

Pure: payouts and entries come in as plain values, and pairs and proposals come out. Nothing is guessed: a pair is made
where the bank's text names the payout, or where payer, amount and date fit each other and nothing else.
"""

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from ..common.messages import Message
from ..common.values import ZERO

#: How many days after the payout an entry that does not name it may lie, and how many before it.
DAYS_AFTER = 7
DAYS_BEFORE = 1

#: How many days before the payout an entry that names it may lie: its number is the payout's, not an old invoice's.
NAMED_BEFORE = 10

#: How many payouts one entry may hold, and how many entries one payout, in what is proposed.
MOST_PAYOUTS = 7
MOST_ENTRIES = 3

#: How much less than the payout an entry may be to be proposed as reduced by the bank's own fee: a share, or an amount.
FEE_SHARE = Decimal("0.02")
FEE_AMOUNT = Decimal(100)

#: How far a converted amount may lie from the payout at the day's rate to be proposed.
CONVERSION_SHARE = Decimal("0.05")


@dataclass(frozen=True)
class Payer:
    """How a provider is recognised in the bank's statement.

    :ivar key: of the agreement; payouts that share it have the same payer and currency.
    :ivar texts: words in lower case, one of which stands in the bank's text of every payout.
    :ivar pattern: regular expression of what the provider writes in the bank's text, with the groups ``payout`` and
        ``merchant``, each of which may be missing; empty where the provider writes nothing of the kind.
    :ivar merchant_id: of the agreement, as the provider writes it. :ivar other_merchants: of the company's others.
    :ivar partner_id: the provider as a partner. :ivar accounts: its bank account numbers, without spaces.
    """

    key: object
    texts: tuple = ()
    pattern: str = ""
    merchant_id: str = ""
    other_merchants: frozenset = frozenset()
    partner_id: int | None = None
    accounts: frozenset = frozenset()


@dataclass(frozen=True)
class Payout:
    """An amount that the bank is to receive; negative for one it is to pay: a returned payout, or one below zero.

    :ivar id: of the settlement, with what is awaited. :ivar amount: in ``currency``. :ivar date: of the payout.
    :ivar amount_company: about the same in company currency, for amounts that the bank has converted.
    :ivar reference: the payout's number. :ivar account_id: the clearing account.
    :ivar is_ready: whether it can be paired now. One that is not booked yet is a rival all the same.
    :ivar is_met: it has its entry; :ivar may_give_way: that entry does not name it, and was paired by its amount alone.
    :ivar only_named: only an entry that names it is paired: the rest of a payout that came in part, or one of which a
        person has taken an entry back. :ivar refused: the entries taken back, as their ``key``.
    :ivar owner: the settlement. :ivar is_shared: other agreements have the same clearing account.
    """

    id: object
    amount: Decimal
    currency: str
    date: datetime.date
    payer: Payer
    reference: str = ""
    amount_company: Decimal = ZERO
    account_id: int | None = None
    is_ready: bool = True
    is_met: bool = False
    may_give_way: bool = False
    only_named: bool = False
    refused: frozenset = frozenset()
    owner: int | None = None
    is_shared: bool = False


@dataclass(frozen=True)
class Entry:
    """An open item of the bank's side.

    :ivar id: of the journal item. :ivar line_id: of the bank statement line, or None for an entry by hand.
    :ivar amount: what the bank received, in ``currency``. :ivar text: all that the bank says.
    :ivar partner_id: the partner a person or Odoo has found. :ivar account: the payer's bank account, without spaces.
    :ivar account_id: the clearing account on which a person or a rule has put it; None while it waits for one.
    :ivar amount_company: the same in company currency.
    :ivar owner: the settlement of which it is open already, or None.
    """

    id: int
    amount: Decimal
    currency: str
    date: datetime.date
    text: str = ""
    partner_id: int | None = None
    account: str = ""
    account_id: int | None = None
    line_id: int | None = None
    amount_company: Decimal = ZERO
    owner: int | None = None

    @property
    def key(self) -> int:
        """By what it is refused: the bank statement line, else the journal item, as a negative number."""
        return self.line_id or -self.id


@dataclass(frozen=True)
class Pair:
    """A payout and its entry. :ivar gives_way: the payout has another entry, found by amount, which gives way to it."""

    payout: Payout
    entry: Entry
    gives_way: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a person may agree to: payouts and entries that may belong together, and why they are not paired."""

    message: Message
    payouts: tuple = ()
    entries: tuple = ()


@dataclass
class Outcome:
    """:ivar pairs: list of :class:`Pair`. :ivar proposals: ``{payout id: [Proposal]}``."""

    pairs: list = field(default_factory=list)
    proposals: dict = field(default_factory=lambda: defaultdict(list))


def names(text: str, reference: str) -> bool:
    """Return whether a bank's text contains a payout's number, as a number of its own."""
    reference = reference.strip().casefold()
    if not reference:
        return False
    # Banks write it behind letters without a space ("Utbet2000777"); a longer number is another one.
    edge = r"\d" if reference.isdigit() else r"\w"
    return re.search(rf"(?<!{edge}){re.escape(reference)}(?!{edge})", text.casefold()) is not None


class Bank:
    """The pairs and proposals of one company. Use :func:`pair_payouts`."""

    def __init__(self, payouts, entries):
        self.payouts = payouts
        self.entries = entries
        self.outcome = Outcome()
        self._read = {}
        self._paired_payouts = set()
        self._paired_entries = set()
        #: The ids of the entries that name one of these payouts, whichever amount it has.
        self._naming = {
            entry.id for entry in entries for payout in payouts if payout.reference and self._names(entry, payout)
        }

    # ------------------------------------------------------------ what an entry says

    def _read_pattern(self, entry, payer):
        """Return ``(payout numbers, merchant numbers)`` that the text holds in the provider's own form."""
        key = entry.id, payer.pattern
        if key not in self._read:
            found = list(re.finditer(payer.pattern, entry.text, re.IGNORECASE)) if payer.pattern else []
            groups = [match.groupdict() for match in found]
            self._read[key] = tuple(
                {group[name].casefold() for group in groups if group.get(name)} for name in ("payout", "merchant")
            )
        return self._read[key]

    def _is_of_other_merchant(self, entry, payout):
        merchants, own = self._read_pattern(entry, payout.payer)[1], payout.payer.merchant_id.casefold()
        return bool(merchants and own) and own not in merchants

    def _names(self, entry, payout):
        """Whether the text names the payout, and no other agreement of the company.

        A merchant number that is nobody's does not count against it: the bank may show another than the reports.
        """
        merchants, own = self._read_pattern(entry, payout.payer)[1], payout.payer.merchant_id.casefold()
        is_of_known = own not in merchants and not merchants.isdisjoint(payout.payer.other_merchants)
        return names(entry.text, payout.reference) and not is_of_known

    def _names_another(self, entry, payout):
        """Whether the text names a payout that is not this one, stored or still to come."""
        numbers = self._read_pattern(entry, payout.payer)[0]
        if numbers and payout.reference.casefold() not in numbers:
            return True
        return entry.id in self._naming and not self._names(entry, payout)

    def _has_payer(self, entry, payer):
        """Whether the entry is from this provider, by partner, bank account or text."""
        if entry.partner_id and entry.partner_id != payer.partner_id:
            return False
        if entry.partner_id or (entry.account and entry.account in payer.accounts):
            return True
        text = entry.text.casefold()
        return any(re.search(rf"(?<![^\W\d_]){re.escape(word)}", text) for word in payer.texts)

    def _may_be(self, entry, payout):
        """Whether the entry may be of this payout's agreement, as far as payer, account and numbers tell."""
        if entry.key in payout.refused:
            return False
        if self._is_of_other_merchant(entry, payout) and not self._names(entry, payout):
            return False
        if entry.account_id and (entry.account_id != payout.account_id or entry.owner == payout.owner is not None):
            return False
        # What a person has put on a provider's own clearing account is that provider's, whatever the bank says.
        return (bool(entry.account_id) and not payout.is_shared) or self._has_payer(entry, payout.payer)

    @staticmethod
    def _is_near(entry, payout):
        days = (entry.date - payout.date).days
        # What a person has put on the clearing account is this provider's, however late it came.
        return days >= -DAYS_BEFORE and (bool(entry.account_id) or days <= DAYS_AFTER)

    @staticmethod
    def _is_equal(entry, payout):
        return entry.amount == payout.amount and entry.currency == payout.currency

    # ------------------------------------------------------------ pairs

    def pair(self):
        """Pair what is certain: first what is named, then what nothing else fits."""
        self._pair_mutual(self._fits_by_name)
        self._pair_mutual(self._fits_by_amount)
        return self.outcome

    def _fits_by_name(self, entry, payout):
        if not self._is_equal(entry, payout) or not self._names(entry, payout):
            return False
        if entry.account_id and (entry.account_id != payout.account_id or entry.owner == payout.owner is not None):
            return False
        if entry.key in payout.refused or (entry.date - payout.date).days < -NAMED_BEFORE:
            return False
        # A customer's invoice may have the number of a payout, and its amount.
        return not entry.partner_id or bool(entry.account_id) or self._has_named_payer(entry, payout.payer)

    def _has_named_payer(self, entry, payer):
        is_written = any(self._read_pattern(entry, payer))
        return is_written or entry.partner_id == payer.partner_id

    def _fits_by_amount(self, entry, payout):
        return (
            not payout.is_met
            and not payout.only_named
            and self._is_equal(entry, payout)
            and self._is_near(entry, payout)
            and self._may_be(entry, payout)
            and not self._names_another(entry, payout)
        )

    def _pair_mutual(self, fits):
        """Pair payouts and entries that fit each other and no other; what fits several is left to a person."""
        by_payout, by_entry = defaultdict(list), defaultdict(list)
        by_amount = defaultdict(list)
        for entry in self.entries:
            if entry.id not in self._paired_entries:
                by_amount[entry.amount, entry.currency].append(entry)
        for payout in self.payouts:
            if payout.id in self._paired_payouts:
                continue
            for entry in by_amount.get((payout.amount, payout.currency), ()):
                if fits(entry, payout):
                    by_payout[payout.id].append(entry)
                    by_entry[entry.id].append(payout)
        for payout in self.payouts:
            entries = by_payout.get(payout.id, ())
            if len(entries) == 1 and len(by_entry[entries[0].id]) == 1:
                self._pair_one(payout, entries[0])
            elif entries:
                self._say_several(payout, entries, by_entry)

    def _pair_one(self, payout, entry):
        if payout.is_met and not payout.may_give_way:
            self._propose("bank_second_entry", payout, [entry])
        elif payout.is_ready or payout.is_met:
            self.outcome.pairs.append(Pair(payout, entry, gives_way=payout.is_met))
        else:
            return
        self._paired_payouts.add(payout.id)
        self._paired_entries.add(entry.id)

    def _say_several(self, payout, entries, by_entry):
        if payout.is_met or not payout.is_ready:
            return
        if len(entries) > 1:
            self._propose("bank_several_entries", payout, entries, count=len(entries))
        else:
            rivals = [rival for rival in by_entry[entries[0].id] if not rival.is_met]
            names_of = ", ".join(sorted(self._describe(rival, rivals) for rival in rivals))
            self._propose("bank_several_payouts", payout, entries, payouts_named=names_of)

    @staticmethod
    def _describe(payout, others):
        """Return the payout's number, with its merchant's where another has the same."""
        name = payout.reference or str(payout.date)
        is_alone = sum(other.reference == payout.reference for other in others) == 1
        return name if is_alone else f"{name} ({payout.payer.merchant_id})"

    # ------------------------------------------------------------ proposals

    def propose(self):
        """Propose what a person may agree to, for each payout that is still without entry and without proposal."""
        for payout in self.payouts:
            if payout.is_met or not payout.is_ready or payout.id in self._paired_payouts:
                continue
            if payout.id not in self.outcome.proposals:
                self._propose_for(payout)
        return self.outcome

    def _get_free_entries(self, payout):
        """Return the unpaired entries that may be of this payout's agreement and lie near it, or name it."""
        free = [entry for entry in self.entries if entry.id not in self._paired_entries]
        free = [entry for entry in free if entry.key not in payout.refused]
        free = [entry for entry in free if entry.owner is None or entry.owner != payout.owner]
        return [
            entry
            for entry in free
            if self._names(entry, payout)
            or (
                self._is_near(entry, payout)
                and (entry.date - payout.date).days <= DAYS_AFTER
                and self._may_be(entry, payout)
                and not self._names_another(entry, payout)
            )
        ]

    def _propose_for(self, payout):
        free = self._get_free_entries(payout)
        same_currency = [entry for entry in free if entry.currency == payout.currency]
        return (
            self._propose_merged(payout, same_currency)
            or self._propose_split(payout, same_currency)
            or self._propose_converted(payout, free)
            or self._propose_named(payout, same_currency)
            or self._propose_reduced(payout, same_currency)
            or self._propose_unnamed(payout)
        )

    def _propose(self, code, payout, entries, payouts=(), **values):
        """Add a proposal to the payout, and return that there is one.

        :param payouts: all that belong to the entries, where the payout is not the only one.
        """
        values.update({"date": entries[0].date, "amount": entries[0].amount, "currency": entries[0].currency})
        payout_ids = tuple(one.id for one in payouts or (payout,))
        proposal = Proposal(Message(code, values), payout_ids, tuple(entry.id for entry in entries))
        self.outcome.proposals[payout.id].append(proposal)
        return True

    def _propose_merged(self, payout, entries):
        """Propose one entry for several payouts of the agreement that follow each other."""
        waiting = [
            other
            for other in sorted(self.payouts, key=lambda other: (other.date, str(other.id)))
            if other.payer.key == payout.payer.key
            and other.is_ready
            and not other.is_met
            and not other.only_named
            and other.id not in self._paired_payouts
        ]
        for entry in entries:
            near = [other for other in waiting if self._is_near(entry, other) or self._names(entry, other)]
            runs = [
                near[start : start + size]
                for size in range(2, MOST_PAYOUTS + 1)
                for start in range(len(near) - size + 1)
            ]
            found = [run for run in runs if sum(other.amount for other in run) == entry.amount]
            if len(found) == 1 and payout in found[0]:
                return self._propose("bank_merged", payout, [entry], found[0], count=len(found[0]))
        return False

    def _propose_split(self, payout, entries):
        """Propose several entries that are one payout together."""
        found = [
            parts
            for size in range(2, MOST_ENTRIES + 1)
            for parts in combinations(entries[:12], size)
            if sum(part.amount for part in parts) == payout.amount
        ]
        if len(found) != 1:
            return False
        return self._propose("bank_split", payout, found[0], count=len(found[0]))

    def _propose_converted(self, payout, entries):
        """Propose the one entry in another currency that is about the payout at the day's rate, or names it."""
        near = abs(payout.amount_company) * CONVERSION_SHARE
        found = [
            entry
            for entry in entries
            if entry.currency != payout.currency
            and entry.amount * payout.amount > 0
            and (self._names(entry, payout) or abs(entry.amount_company - payout.amount_company) <= near)
        ]
        if len(found) != 1:
            return False
        return self._propose("bank_converted", payout, found)

    def _propose_named(self, payout, entries):
        """Propose the entry that names the payout, although it has another amount."""
        found = [entry for entry in entries if self._names(entry, payout) and entry.amount != payout.amount]
        return len(found) == 1 and self._propose_difference(payout, found[0], "bank_named_less", "bank_named_more")

    def _propose_reduced(self, payout, entries):
        """Propose the one entry that is a little less than the payout: the bank has deducted something."""
        limit = max(abs(payout.amount) * FEE_SHARE, FEE_AMOUNT)
        found = [
            entry
            for entry in entries
            if ZERO < payout.amount - entry.amount <= limit
            and entry.amount * payout.amount > 0
            and not any(self._is_equal(entry, other) for other in self.payouts)
        ]
        if len(found) != 1:
            return False
        return self._propose_difference(payout, found[0], "bank_reduced", "bank_reduced")

    def _propose_difference(self, payout, entry, less, more):
        difference = payout.amount - entry.amount
        code = less if difference > 0 else more
        return self._propose(code, payout, [entry], difference=abs(difference))

    def _propose_unnamed(self, payout):
        """Propose the entries of exactly this amount whose payer the bank does not name."""
        found = [
            entry
            for entry in self.entries
            if entry.id not in self._paired_entries
            and self._is_equal(entry, payout)
            and self._is_near(entry, payout)
            and not entry.account_id
            and not entry.partner_id
            and entry.key not in payout.refused
            and not self._names_another(entry, payout)
            and not self._is_of_other_merchant(entry, payout)
        ]
        if not found or payout.only_named:
            return False
        return self._propose("bank_payer_unnamed", payout, found)


def pair_payouts(payouts, entries) -> Outcome:
    """Return which entries are which payouts, and what a person may be asked to agree to.

    :param payouts: :class:`Payout` of one company, all that are awaited, and those met already that an entry may name.
    :param entries: :class:`Entry`, the open items of the bank's side.
    """
    bank = Bank(payouts, entries)
    bank.pair()
    return bank.propose()
