"""One decision per transaction: where it belongs, by which rule and key, and which candidates were turned down.

Pure: what exists in the ledger comes in as a :class:`Ledger` of plain values, gathered once for the whole batch, and
decisions come out. Nothing is guessed: a transaction has exactly one place, or it is unknown.

Amounts are :class:`~decimal.Decimal` in major units. Open amounts are signed as in the ledger: an invoice is positive
(the customer owes), a credit note negative. A payment of +100 takes 100 off an open +100.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from ..providers.messages import Message, _
from ..providers.records import BANK_KINDS, Kind
from .references import normalise, readings
from .rules import Action, Key

ZERO = Decimal(0)

#: How many turned-down candidates an explanation names.
_NAMED_CANDIDATES = 5

#: What a customer's bank or card issuer takes back, and its end.
_DISPUTE_KINDS = frozenset({Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL})


class Status(str, Enum):
    """How a transaction ended. The values are stored in the database."""

    MATCHED = "matched"
    ON_ACCOUNT = "on_account"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


class Role(str, Enum):
    """What an allocation's other side is."""

    ITEM = "item"
    CUSTOMER = "customer"
    PREPAYMENT = "prepayment"
    DISPUTE = "dispute"
    UNKNOWN = "unknown"
    ACCOUNT = "account"
    FEE = "fee"
    FEE_OWED = "fee_owed"
    RESERVE = "reserve"
    ROUNDING = "rounding"

    def __str__(self) -> str:
        return self.value


class ItemType(str, Enum):
    """What an open item is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    DISPUTE = "dispute"

    def __str__(self) -> str:
        return self.value


#: What payments and refunds meet. A dispute is met by its end only.
_TAKEN_TYPES = (ItemType.PAYMENT, ItemType.INVOICE, ItemType.CREDIT_NOTE)


@dataclass(frozen=True)
class Line:
    """A transaction to be placed. ``amount`` is gross, signed as the effect on the merchant's balance."""

    id: int
    kind: Kind
    date: datetime.date
    amount: Decimal
    currency: str
    order_reference: str = ""
    provider_reference: str = ""
    text: str = ""
    fee_type: str = ""
    fee: Decimal = ZERO
    fee_owed: bool = False
    amount_original: Decimal | None = None
    currency_original: str = ""


@dataclass
class OpenItem:
    """An open journal item.

    :ivar residual: what is open in ``currency``, signed as in the ledger; the decisions of a batch take from it.
    :ivar case_id: the case it belongs to. :ivar invoice_id: the invoice or credit note, where it is one.
    """

    id: int
    type: ItemType
    case_id: str
    name: str
    account_id: int
    partner_id: int | None
    currency: str
    residual: Decimal
    date_due: datetime.date | None = None
    invoice_id: int | None = None


@dataclass
class Case:
    """All that belongs together: one order with its documents, or one invoice that has no order.

    :ivar is_invoiced: nothing more of the order will be invoiced (always true for an invoice without order).
    :ivar has_invoice: it has a posted document. :ivar is_cancelled: the order was cancelled; nothing belongs there.
    :ivar awaits_capture: the provider still holds an authorised amount that was not captured.
    :ivar receivable_account_id: the customer's receivable account.
    :ivar paid_by: what paid the documents that have nothing open, for people.
    """

    id: str
    name: str
    partner_id: int | None
    receivable_account_id: int | None
    order_id: int | None = None
    invoice_id: int | None = None
    is_invoiced: bool = True
    has_invoice: bool = False
    is_cancelled: bool = False
    awaits_capture: bool = False
    paid_by: tuple = ()


@dataclass
class Ledger:
    """What exists, found by the keys of the whole batch.

    :ivar cases: by id. :ivar items: open items. :ivar keys: ``(key, value) -> case ids``, values as stored.
    """

    cases: dict = field(default_factory=dict)
    items: list = field(default_factory=list)
    keys: dict = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self):
        self._normalised = None
        self._items_by_case = None

    def find(self, key: Key, reading) -> set:
        """Return the ids of the cases known under ``reading`` of a reference."""
        if not reading.normalised:
            return self.keys.get((key, reading.value), set())
        if self._normalised is None:
            self._normalised = defaultdict(set)
            for (known_key, value), case_ids in self.keys.items():
                self._normalised[known_key, normalise(value)] |= case_ids
        return self._normalised.get((key, reading.value), set())

    def open_items(self, case_id: str, *types: ItemType) -> list:
        """Return what is still open in a case, oldest first."""
        if self._items_by_case is None:
            self._items_by_case = defaultdict(list)
            for item in sorted(self.items, key=lambda item: (item.date_due or datetime.date.min, item.id)):
                self._items_by_case[item.case_id].append(item)
        return [item for item in self._items_by_case[case_id] if item.type in types and item.residual]


@dataclass
class Allocation:
    """A part of a transaction's gross amount and what stands on the other side.

    :ivar amount: in the transaction's currency, signed as the transaction.
    :ivar amount_item: the same part in the open item's currency, where that differs.
    :ivar rounding: what is closed on the open item beyond ``amount`` and booked as rounding, in the item's currency
        and with the item's sign. :ivar rounding_company: the same in company currency.
    """

    role: Role
    amount: Decimal
    item: OpenItem | None = None
    account_id: int | None = None
    partner_id: int | None = None
    amount_item: Decimal | None = None
    rounding: Decimal = ZERO
    rounding_company: Decimal = ZERO


@dataclass
class Decision:
    """Where one transaction goes and why.

    :ivar difference: ``open`` when the invoice stays partly open although nothing more is to come, ``excess`` when
        money was left over and stands on the customer; else empty.
    """

    line: Line
    status: Status
    allocations: list = field(default_factory=list)
    rule_id: int | None = None
    case: Case | None = None
    invoice_id: int | None = None
    is_dispute: bool = False
    difference: str = ""
    explanation: list = field(default_factory=list)

    def say(self, template: str, **values):
        """Add a sentence to the explanation."""
        self.explanation.append(Message(template, values))

    @property
    def partner_id(self):
        """The customer, or None."""
        return next((part.partner_id for part in self.allocations if part.partner_id), None)


@dataclass(frozen=True)
class Settings:
    """What the provider's set-up says about placing.

    :ivar limit: largest rounding difference, in company currency.
    :ivar to_company: function ``(amount, currency) -> Decimal`` giving the amount in company currency.
    :ivar prefixes: the shop's order reference prefixes.
    :ivar prepayment_account_id / reserve_account_id: optional accounts.
    """

    limit: Decimal
    to_company: object
    prefixes: tuple = ()
    prepayment_account_id: int | None = None
    reserve_account_id: int | None = None


def decide(lines, rules, ledger, settings) -> list:
    """Return one :class:`Decision` per line, in the order of ``lines``.

    :param lines: the transactions of the batch, oldest first. What one takes, the next no longer finds.
    :param rules: :class:`~.rules.Rule` in the order they are tried.
    """
    batch = _Batch(rules, ledger, settings)
    decisions = [batch.decide(line) for line in lines]
    batch.settle_differences()
    return decisions


def decide_for_case(line, case, ledger, settings) -> Decision:
    """Return the decision for ``line`` when a person has said which case it belongs to."""
    batch = _Batch((), ledger, settings)
    # Also what was disputed: on a credit note it is the end of a rescinded sale.
    decision = batch.place_on_documents(line, case)
    batch.settle_differences()
    return decision


@dataclass
class _Left:
    """What is not placed yet of a transaction: in its own currency, and as what the customer was charged."""

    amount: Decimal
    original: Decimal | None = None

    def take(self, item, currency):
        """Take as much as ``item`` has open; return the part, and the same part in the item's currency."""
        if item.currency == currency:
            part = part_item = min(self.amount, item.residual, key=abs)
            part_original = self._share(self.original, part, self.amount)
        else:
            part_item = part_original = min(self.original, item.residual, key=abs)
            part = self._share(self.amount, part_original, self.original)
        self.amount -= part
        self.original = self.original and self.original - part_original
        return part, part_item

    @staticmethod
    def _share(amount, part, whole):
        """What ``part`` of ``whole`` is of ``amount``; the last part is all that is left."""
        return amount and (amount if part == whole else (amount * part / whole).quantize(amount))


class _Batch:
    """The decisions of one batch while they are made."""

    def __init__(self, rules, ledger, settings):
        self.rules = rules
        self.ledger = ledger
        self.settings = settings
        self.last_on_item = {}
        self.surpluses = []

    # ------------------------------------------------------------ one line

    def decide(self, line):
        if line.kind in BANK_KINDS:
            decision = Decision(line, Status.MATCHED)
            decision.say(_("A transfer between the provider and the bank: the bank's own lines book it."))
            return decision
        rejected = []
        for rule in self.rules:
            if not rule.applies_to(line):
                continue
            decision = self._apply(rule, line, rejected)
            if decision:
                decision.rule_id = rule.id
                decision.explanation += rejected
                return decision
        decision = self._by_kind(line)
        decision.explanation += rejected
        return decision

    def _apply(self, rule, line, rejected):
        if rule.action is Action.ACCOUNT:
            decision = Decision(line, Status.MATCHED)
            decision.allocations.append(Allocation(Role.ACCOUNT, line.amount, account_id=rule.account_id))
            decision.say(_("Rule “%(rule)s” books this to the account it names."), rule=rule.name)
            return decision
        if rule.action is Action.UNKNOWN:
            return self._unknown(
                line, Message(_("Rule “%(rule)s” sends this to the unknown account."), {"rule": rule.name})
            )
        return self._match(rule, line, rejected)

    def _by_kind(self, line):
        """Decide a line that no rule placed."""
        if line.kind in (Kind.FEE, Kind.FEE_REFUND):
            decision = Decision(line, Status.MATCHED)
            decision.allocations.append(Allocation(Role.FEE_OWED if line.fee_owed else Role.FEE, line.amount))
            if line.fee_owed:
                decision.say(_("A fee the provider invoices afterwards: booked as owed."))
            else:
                decision.say(_("A fee the provider has deducted: booked to the fee account."))
            return decision
        if line.kind in (Kind.RESERVE_HOLD, Kind.RESERVE_RELEASE) and self.settings.reserve_account_id:
            decision = Decision(line, Status.MATCHED)
            decision.allocations.append(
                Allocation(Role.RESERVE, line.amount, account_id=self.settings.reserve_account_id)
            )
            decision.say(_("Held back or released by the provider: booked to the reserve account."))
            return decision
        if line.kind in (Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL):
            if not line.order_reference:
                return self._unknown(line, Message(_("The provider sent no order reference.")))
            return self._unknown(
                line,
                Message(_("No order or invoice is known as %(reference)s."), {"reference": line.order_reference}),
            )
        return self._unknown(
            line,
            Message(_("No rule says where a row of type “%(type)s” belongs."), {"type": line.text or str(line.kind)}),
        )

    def _unknown(self, line, reason):
        decision = Decision(line, Status.UNKNOWN, [Allocation(Role.UNKNOWN, line.amount)])
        decision.explanation.append(reason)
        return decision

    # ------------------------------------------------------------ matching

    def _match(self, rule, line, rejected):
        reference = line.provider_reference if rule.key is Key.PROVIDER_REFERENCE else line.order_reference
        for reading in readings(reference, self.settings.prefixes):
            case_ids = self.ledger.find(rule.key, reading)
            if not case_ids:
                continue
            cases = self._without_cancelled([self.ledger.cases[case_id] for case_id in sorted(case_ids)], rejected)
            if not cases:
                continue
            case = self._only_case(cases, line, reading, rejected)
            if not case and len(cases) > 1:
                return None  # leaving out some of an ambiguous reference would be a guess
            if not case:
                continue
            decision = self.place(line, case)
            if not decision:
                continue
            key = reference.strip() if reading.how is None else f"{reference.strip()} ({reading.how})"
            decision.explanation.insert(
                0,
                Message(
                    _("Rule “%(rule)s” found %(case)s by %(key)s."), {"rule": rule.name, "case": case.name, "key": key}
                ),
            )
            return decision
        return None

    @staticmethod
    def _without_cancelled(cases, rejected):
        cancelled = [case for case in cases if case.is_cancelled and not case.has_invoice]
        for case in cancelled:
            rejected.append(Message(_("%(name)s was turned down: the order is cancelled."), {"name": case.name}))
        return [case for case in cases if case not in cancelled]

    def _only_case(self, cases, line, reading, rejected):
        """Return the one case that fits, or None with the reasons added to ``rejected``."""
        if len(cases) == 1 and not reading.is_lossy:
            return cases[0]
        fitting = [case for case in cases if self._exact_item(case, line)]
        if len(fitting) == 1:
            return fitting[0]
        names = ", ".join(case.name for case in cases[:_NAMED_CANDIDATES])
        if len(cases) > 1:
            rejected.append(
                Message(
                    _(
                        "%(reference)s is known in %(count)s places (%(names)s), and not exactly one has this amount "
                        "open."
                    ),
                    {"reference": reading.value, "count": len(cases), "names": names},
                )
            )
        else:
            rejected.append(
                Message(
                    _("%(name)s was turned down: it is known as %(reference)s, but has not exactly this amount open."),
                    {"name": names, "reference": reading.value},
                )
            )
        return None

    def _exact_item(self, case, line):
        types = {Kind.CHARGEBACK: (), Kind.CHARGEBACK_REVERSAL: (ItemType.DISPUTE,)}.get(line.kind, _TAKEN_TYPES)
        for item in self.ledger.open_items(case.id, *types):
            amount = self._amount_in(line, item.currency)
            if amount is not None and item.residual == amount:
                return item
        return None

    @staticmethod
    def _amount_in(line, currency):
        """The line's amount in ``currency`` as the document states it, or None."""
        if currency == line.currency:
            return line.amount
        if line.amount_original and currency == line.currency_original:
            return line.amount_original.copy_sign(line.amount)
        return None

    def place(self, line, case):
        """Place ``line`` in ``case``; None where the case cannot take it."""
        if line.kind in _DISPUTE_KINDS:
            return self._place_dispute(line, case)
        return self.place_on_documents(line, case)

    def place_on_documents(self, line, case):
        """Meet what is open in ``case``; what is left over is settled with the batch."""
        decision = Decision(line, Status.MATCHED, case=case, invoice_id=case.invoice_id)
        left = self._take_open(decision, case)
        if left:
            self.surpluses.append((decision, case, left))
        return decision

    def _place_dispute(self, line, case):
        decision = Decision(line, Status.MATCHED, case=case, invoice_id=case.invoice_id, is_dispute=True)
        if line.kind is Kind.CHARGEBACK_REVERSAL:
            for item in self.ledger.open_items(case.id, ItemType.DISPUTE):
                if item.residual == line.amount and item.currency == line.currency:
                    self._take(decision, item, line.amount)
                    decision.say(_("The dispute was won: the amount held back for %(name)s is back."), name=item.name)
                    return decision
        if not case.partner_id:
            return None
        decision.allocations.append(
            Allocation(Role.DISPUTE, line.amount, account_id=case.receivable_account_id, partner_id=case.partner_id)
        )
        if line.kind is Kind.CHARGEBACK:
            decision.say(
                _(
                    "The customer disputes the payment: the amount stands on the customer until the dispute is won, or "
                    "a credit note is made because the sale is off. The invoice itself is left alone."
                )
            )
        else:
            decision.say(
                _(
                    "A disputed amount came back, and no open dispute of this amount was found: it stands on the "
                    "customer."
                )
            )
        return decision

    # ------------------------------------------------------------ taking from open items

    def _take_open(self, decision, case):
        """Meet what is open with the line's sign; return what is left of the line.

        What has exactly this amount open comes first: a payment registered in Odoo, then a document. Else a registered
        payment if there is one only, and the documents, oldest first.
        """
        line = decision.line
        usable = []
        for item in self.ledger.open_items(case.id, *_TAKEN_TYPES):
            if item.residual * line.amount <= 0:
                continue
            if self._amount_in(line, item.currency) is not None:
                usable.append(item)
            else:
                decision.say(
                    _("%(name)s is in %(currency)s, and the document does not tell the amount in that currency."),
                    name=item.name,
                    currency=item.currency,
                )
        payments = [item for item in usable if item.type is ItemType.PAYMENT]
        documents = [item for item in usable if item.type is not ItemType.PAYMENT]
        exact = [item for item in payments + documents if item.residual == self._amount_in(line, item.currency)]
        original = self._amount_in(line, line.currency_original)
        left = _Left(line.amount, original)
        for item in exact[:1] or (payments if len(payments) == 1 else []) + documents:
            if left.amount if item.currency == line.currency else left.original:
                self._take_from(decision, item, left)
        return left.amount

    def _take_from(self, decision, item, left):
        """Take as much of ``left`` as ``item`` has open."""
        currency = decision.line.currency
        part, part_item = left.take(item, currency)
        self._take(decision, item, part, amount_item=None if item.currency == currency else part_item)
        if item.type is ItemType.PAYMENT:
            decision.say(_("Meets the payment %(name)s, which is registered in Odoo already."), name=item.name)
        elif item.residual:
            decision.say(
                _("%(name)s: %(amount)s %(currency)s, %(open)s stays open."),
                name=item.name,
                amount=abs(part),
                currency=currency,
                open=abs(item.residual),
            )
        else:
            decision.say(
                _("%(name)s: %(amount)s %(currency)s, closed."), name=item.name, amount=abs(part), currency=currency
            )

    def _take(self, decision, item, part, amount_item=None):
        decision.allocations.append(
            Allocation(
                Role.ITEM,
                part,
                item=item,
                account_id=item.account_id,
                partner_id=item.partner_id,
                amount_item=amount_item,
            )
        )
        item.residual -= part if amount_item is None else amount_item
        decision.invoice_id = item.invoice_id or decision.invoice_id
        self.last_on_item[item.id] = (item, decision)

    # ------------------------------------------------------------ differences, when the whole batch is known

    def settle_differences(self):
        """Book small differences as rounding, put the rest on the customer, and say what stays open."""
        for decision, case, left in self.surpluses:
            self._settle_surplus(decision, case, left)
        for item, decision in self.last_on_item.values():
            if item.residual and item.type in (ItemType.INVOICE, ItemType.CREDIT_NOTE):
                self._settle_shortage(decision, item)

    def _settle_surplus(self, decision, case, left):
        line = decision.line
        taken = [part.item for part in decision.allocations if part.role is Role.ITEM]
        last = taken[-1] if taken else None
        if last and not last.residual and self._is_rounding(line, left, line.currency, case, last):
            decision.allocations.append(Allocation(Role.ROUNDING, left))
            decision.say(_("%(amount)s more than open: within the limit, booked as rounding."), amount=abs(left))
            return
        if not case.partner_id:
            decision.status = Status.UNKNOWN
            decision.allocations.append(Allocation(Role.UNKNOWN, left))
            decision.say(_("Nothing is open in %(name)s, and its customer is not certain."), name=case.name)
            return
        self._put_on_customer(decision, case, left)

    def _put_on_customer(self, decision, case, left):
        line = decision.line
        is_payment = line.amount > 0
        awaited = is_payment and not (case.is_invoiced and case.has_invoice)
        role, account_id = Role.CUSTOMER, case.receivable_account_id
        # A refund of what was never invoiced goes where the prepayment stands.
        if (awaited or not case.has_invoice) and self.settings.prepayment_account_id:
            role, account_id = Role.PREPAYMENT, self.settings.prepayment_account_id
        decision.allocations.append(Allocation(role, left, account_id=account_id, partner_id=case.partner_id))
        if not decision.allocations[:-1]:
            decision.status = Status.ON_ACCOUNT
        amount, currency = abs(left), line.currency
        if awaited:
            decision.status = Status.ON_ACCOUNT
            decision.say(
                _("%(amount)s %(currency)s awaits the invoice of %(name)s, on the customer."),
                amount=amount,
                currency=currency,
                name=case.name,
            )
        elif not is_payment:
            decision.status = Status.ON_ACCOUNT
            decision.say(
                _("%(name)s has no open credit note for %(amount)s %(currency)s: it awaits one, on the customer."),
                amount=amount,
                currency=currency,
                name=case.name,
            )
        elif decision.allocations[:-1]:
            decision.difference = "excess"
            decision.say(
                _(
                    "%(amount)s %(currency)s more than was open in %(name)s, above the rounding limit: kept on the "
                    "customer."
                ),
                amount=amount,
                currency=currency,
                name=case.name,
            )
        else:
            decision.difference = "excess"
            if case.paid_by:
                decision.say(
                    _("Already paid: %(name)s has nothing open, it was paid by %(paid_by)s. Kept on the customer."),
                    name=case.name,
                    paid_by=", ".join(case.paid_by[:_NAMED_CANDIDATES]),
                )
            else:
                decision.say(_("%(name)s has nothing open. Kept on the customer."), name=case.name)

    def _settle_shortage(self, decision, item):
        case = self.ledger.cases[item.case_id]
        if self._is_rounding(decision.line, item.residual, item.currency, case, item):
            part = next(part for part in reversed(decision.allocations) if part.item is item)
            part.rounding = item.residual
            part.rounding_company = self.settings.to_company(item.residual, item.currency)
            decision.say(
                _("%(amount)s less than open: within the limit, booked as rounding."), amount=abs(item.residual)
            )
            item.residual = ZERO
        elif case.is_invoiced and not case.awaits_capture:
            decision.difference = "open"

    def _is_rounding(self, line, amount, currency, case, item):
        """Whether ``amount`` may be booked as rounding on ``item``: small, and nothing more is to come."""
        if line.kind in _DISPUTE_KINDS:
            return False
        if abs(self.settings.to_company(amount, currency)) > self.settings.limit:
            return False
        if item.type is ItemType.PAYMENT:
            return False
        if item.type is ItemType.CREDIT_NOTE:
            return True
        others = [other for other in self.ledger.open_items(case.id, ItemType.INVOICE) if other is not item]
        return case.is_invoiced and not case.awaits_capture and not others
