"""One decision per transaction: where it belongs, by which rule and key, and which candidates were turned down.

Pure: what exists comes in as a :class:`~.ledger.Ledger`, gathered once for the whole batch, and decisions come out.
Nothing is guessed: a transaction has exactly one place, or it is unknown.

Amounts are :class:`~decimal.Decimal` in major units. A payment of +100 takes 100 off an open +100.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..common.messages import Message, _
from ..common.references import Reading, normalise, readings
from ..common.values import ZERO, TextEnum
from ..providers.records import BANK_KINDS, Kind
from .ledger import Case, ItemType, Line, OpenItem
from .rules import CUSTOMER_KINDS, REFERENCE_KEYS, RULE_KINDS, Action, Key

#: How many turned-down candidates an explanation names.
_NAMED_CANDIDATES = 5

#: What a customer's bank or card issuer takes back, and its end.
_DISPUTE_KINDS = frozenset({Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL})


class Status(TextEnum):
    """How a transaction ended. The values are stored in the database.

    ``NEW`` is what a person must decide on before it is booked.
    """

    NEW = "new"
    MATCHED = "matched"
    ON_ACCOUNT = "on_account"
    UNKNOWN = "unknown"


class Role(TextEnum):
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


STAYS_OPEN = _("%(name)s: %(amount)s %(currency)s, %(open)s stays open.")
CLOSED = _("%(name)s: %(amount)s %(currency)s, closed.")

#: What payments and refunds meet. A dispute is met by its end only.
_TAKEN_TYPES = (ItemType.PAYMENT, ItemType.INVOICE, ItemType.CREDIT_NOTE)


@dataclass
class Allocation:
    """A part of a transaction's gross amount and what stands on the other side.

    :ivar amount: in the transaction's currency, signed as the transaction.
    :ivar amount_item: the same part in the open item's currency, where that differs.
    :ivar rounding: what is closed on the open item beyond ``amount`` and booked as rounding, in the item's currency
        and with the item's sign. :ivar rounding_company: the same in company currency.
    :ivar tax_id: for ``ACCOUNT``: the tax that is contained in ``amount``, or None.
    :ivar analytic_distribution: for ``ACCOUNT``: as Odoo keeps it, ``{analytic account ids: percentage}``, or None.
    :ivar label: for ``ACCOUNT``: the text of the journal item; empty means the transaction's own.
    """

    role: Role
    amount: Decimal
    item: OpenItem | None = None
    account_id: int | None = None
    partner_id: int | None = None
    amount_item: Decimal | None = None
    rounding: Decimal = ZERO
    rounding_company: Decimal = ZERO
    tax_id: int | None = None
    analytic_distribution: dict | None = None
    label: str = ""


@dataclass
class Decision:
    """Where one transaction goes and why.

    :ivar difference: ``open`` when the invoice stays partly open although nothing more is to come, ``excess`` when
        money was left over and stands on the customer; else empty.
    :ivar tolerance: the deciding rule's own limit for rounding, in company currency, or None.
    :ivar tried: what the rules before the deciding one looked for and did not find; and for what no rule placed, what
        would have been needed.
    """

    line: Line
    status: Status
    allocations: list = field(default_factory=list)
    rule_id: int | None = None
    case: Case | None = None
    invoice_id: int | None = None
    is_dispute: bool = False
    difference: str = ""
    tolerance: Decimal | None = None
    explanation: list = field(default_factory=list)
    tried: list = field(default_factory=list)

    def say(self, template: str, **values):
        """Add a sentence to the explanation."""
        self.explanation.append(Message(template, values))

    def improves(self, role: str) -> bool:
        """Whether this is a better place than the one where the amount stands open: it found an open item, an account,
        or for what is unknown at least the customer.

        :param role: the :class:`Role` value of the journal item it stands on.
        """
        roles = {part.role for part in self.allocations}
        if roles & {Role.ITEM, Role.ROUNDING, Role.ACCOUNT}:
            return True
        better = {Role.CUSTOMER, Role.PREPAYMENT, Role.DISPUTE, Role.RESERVE, Role.FEE, Role.FEE_OWED}
        return role == Role.UNKNOWN and bool(roles & better)

    @property
    def place(self) -> tuple:
        """Where it goes, to be compared with another decision on the same transaction."""
        parts = (
            (
                part.role, part.amount, part.account_id, part.partner_id, part.item and part.item.id, part.rounding,
                part.tax_id, part.label, part.analytic_distribution,
            )
            for part in self.allocations
        )  # fmt: skip
        return self.status, tuple(parts)

    @property
    def disputed(self) -> list:
        """What was taken back by a dispute and stands on the customer: allocations."""
        return [part for part in self.allocations if part.role is Role.DISPUTE and part.amount < 0]

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
        self.rules_by_kind = {
            kind: [rule for rule in rules if kind in (rule.kinds or CUSTOMER_KINDS)] for kind in RULE_KINDS
        }
        self.ledger = ledger
        self.settings = settings
        self.last_on_item = {}
        #: Item id to the last sentence on what is open of it.
        self.said_of_item = {}
        self.surpluses = []
        self.read = {}
        self.looked_for = []

    # ------------------------------------------------------------ one line

    def decide(self, line):
        if line.kind in BANK_KINDS:
            decision = Decision(line, Status.MATCHED)
            decision.say(_("A transfer between the provider and the bank: the bank's own lines book it."))
            return decision
        rejected, tried = [], []
        self.looked_for = [line.order_reference, line.provider_reference]
        for rule in self.rules_by_kind[line.kind]:
            if not rule.applies_to(line):
                continue
            told = len(tried)
            decision = self._apply(rule, line, rejected, tried)
            for message in tried[told:]:
                message.values["rule_id"] = rule.id  # a name may change, or be another rule's too
            if decision:
                decision.rule_id = rule.id
                decision.tolerance = rule.tolerance
                break
        else:
            decision = self._leave_unplaced(line, rejected, tried)
        decision.explanation += rejected
        decision.tried = tried
        return decision

    def _leave_unplaced(self, line, rejected, tried):
        """What no rule placed is unknown; say what would have placed it."""
        if line.kind not in CUSTOMER_KINDS:
            tried.append(Message(_("To be placed, it needs a rule for transactions of this type.")))
            return self._unknown(
                line,
                Message(
                    _("No rule says where a row of type “%(type)s” belongs."), {"type": line.text or str(line.kind)}
                ),
            )
        references = ", ".join(dict.fromkeys(filter(None, map(str.strip, self.looked_for))))
        if references:
            tried.append(
                Message(
                    _("To be placed, it needs exactly one order or invoice of this company that is known as %(keys)s."),
                    {"keys": references},
                )
            )
        else:
            tried.append(Message(_("To be placed, it needs a rule that finds it by something else than a reference.")))
        if not line.order_reference:
            return self._unknown(line, Message(_("The provider sent no order reference.")))
        if rejected:
            reason = _("Not exactly one order or invoice fits %(reference)s.")
        else:
            reason = _("No order or invoice is known as %(reference)s.")
        return self._unknown(line, Message(reason, {"reference": line.order_reference}))

    def _unknown(self, line, reason):
        decision = Decision(line, Status.UNKNOWN, [Allocation(Role.UNKNOWN, line.amount)])
        decision.explanation.append(reason)
        return decision

    # ------------------------------------------------------------ what a rule does

    def _apply(self, rule, line, rejected, tried):
        """Return the decision of a rule whose conditions hold; None, with the reason in ``tried``, if it has none."""
        if not self._is_of_shop(rule, line):
            tried.append(
                Message(
                    _("Rule “%(rule)s”: it is not known to be from %(shops)s."),
                    {"rule": rule.name, "shops": ", ".join(rule.webshop_names)},
                )
            )
            return None
        return getattr(self, f"_apply_{rule.action}")(rule, line, rejected, tried)

    def _apply_account(self, rule, line, _rejected, tried):
        if not rule.account_id:
            tried.append(
                Message(
                    _("Rule “%(rule)s”: nothing can be booked to %(account)s any more. Choose another account."),
                    {"rule": rule.name, "account": rule.account_name},
                )
            )
            return None
        decision = Decision(line, Status.MATCHED)
        decision.allocations.append(
            Allocation(
                Role.ACCOUNT,
                line.amount,
                account_id=rule.account_id,
                partner_id=rule.partner_id,
                tax_id=rule.tax_id,
                analytic_distribution=rule.analytic_distribution,
                label=rule.label,
            )
        )
        decision.say(_("Rule “%(rule)s” books this to %(account)s."), rule=rule.name, account=rule.account_name)
        return decision

    def _apply_fee(self, rule, line, _rejected, _tried):
        decision = Decision(line, Status.MATCHED)
        decision.allocations.append(Allocation(Role.FEE_OWED if line.fee_owed else Role.FEE, line.amount))
        if line.fee_owed:
            decision.say(_("Rule “%(rule)s”: a fee the provider invoices afterwards, booked as owed."), rule=rule.name)
        else:
            decision.say(
                _("Rule “%(rule)s”: a fee the provider has deducted, booked to the fee account."), rule=rule.name
            )
        return decision

    def _apply_reserve(self, rule, line, _rejected, tried):
        if not self.settings.reserve_account_id:
            tried.append(Message(_("Rule “%(rule)s”: the provider has no account for reserves."), {"rule": rule.name}))
            return None
        decision = Decision(line, Status.MATCHED)
        decision.allocations.append(Allocation(Role.RESERVE, line.amount, account_id=self.settings.reserve_account_id))
        decision.say(
            _("Rule “%(rule)s”: held back or released by the provider, booked to the reserve account."), rule=rule.name
        )
        return decision

    def _apply_unknown(self, rule, line, _rejected, _tried):
        return self._unknown(
            line, Message(_("Rule “%(rule)s” sends this to the unknown account."), {"rule": rule.name})
        )

    def _apply_exclude(self, rule, line, _rejected, tried):
        if line.is_kept:
            tried.append(
                Message(
                    _("Rule “%(rule)s” proposed to leave this out; a person said that it is to be booked."),
                    {"rule": rule.name},
                )
            )
            return None
        decision = Decision(line, Status.NEW)
        decision.say(
            _("Rule “%(rule)s” proposes to leave this out. A person decides: leave it out, or book it."), rule=rule.name
        )
        return decision

    def _apply_customer(self, rule, line, rejected, tried):
        case = None
        if rule.partner_id:
            partner_id, account_id, name = rule.partner_id, rule.account_id, rule.partner_name
        elif rule.key is Key.CUSTOMER_AMOUNT:
            partner_id, name = self._find_customer(rule, line, rejected, tried)
            account_id = self.ledger.receivable_accounts.get(partner_id)
        else:
            _reading, case = next(self._find_cases(rule, line, rejected, tried), (None, None))
            if not case:
                return None
            partner_id, account_id, name = case.partner_id, case.receivable_account_id, case.name
        if not partner_id or not account_id:
            if name:
                rejected.append(self._say_no_customer(rule, name))
            return None
        is_dispute = line.kind in _DISPUTE_KINDS
        decision = Decision(
            line,
            Status.MATCHED if is_dispute else Status.ON_ACCOUNT,
            case=case,
            invoice_id=case.invoice_id if case else None,
            is_dispute=is_dispute,
        )
        role = Role.DISPUTE if is_dispute else Role.CUSTOMER
        decision.allocations.append(Allocation(role, line.amount, account_id=account_id, partner_id=partner_id))
        decision.say(_("Rule “%(rule)s” puts this on the customer (%(name)s)."), rule=rule.name, name=name)
        return decision

    @staticmethod
    def _say_no_customer(rule, name):
        return Message(
            _("Rule “%(rule)s”: the customer of %(name)s is not certain."), {"rule": rule.name, "name": name}
        )

    def _apply_match(self, rule, line, rejected, tried):
        if rule.key is Key.CUSTOMER_AMOUNT:
            return self._match_customer(rule, line, rejected, tried)
        for reading, case in self._find_cases(rule, line, rejected, tried):
            decision = self.place(line, case)
            if not decision:
                rejected.append(self._say_no_customer(rule, case.name))
                continue
            reference = rule.get_reference(line).strip()
            key = (
                reference
                if reading.how is None
                else Message("%(key)s (%(how)s)", {"key": reference, "how": reading.how})
            )
            decision.explanation.insert(
                0,
                Message(
                    _("Rule “%(rule)s” found %(case)s by %(key)s."), {"rule": rule.name, "case": case.name, "key": key}
                ),
            )
            return decision
        return None

    # ------------------------------------------------------------ by reference

    def _find_cases(self, rule, line, rejected, tried):
        """Yield ``(reading, case)`` for each way to read the rule's reference that leads to exactly one case."""
        reference = rule.get_reference(line)
        self.looked_for.append(reference)
        ways = self._get_readings(reference, rule)
        is_known = is_typed_by_one = False
        is_certain = any(self.ledger.find(rule.key, reading) for reading in ways if not reading.is_lossy)
        for reading in ways:
            case_ids = self.ledger.find(rule.key, reading)
            # What a customer can type is no reference: a shop's own number wins, and alone it needs the amount too.
            is_typed = not case_ids and not is_certain
            if is_typed:
                case_ids = self.ledger.find_typed(rule.key, reading)
            if not case_ids:
                continue
            if is_known and reading.is_lossy:
                return  # the whole reference is known: a part of it would be another's
            is_known = is_known or not is_typed
            is_typed_by_one = is_typed_by_one or is_typed
            cases = self._without_cancelled([self.ledger.cases[case_id] for case_id in sorted(case_ids)], rejected)
            cases = self._only_of_shops(rule, cases, rejected)
            if not cases:
                continue
            case = self._only_case(cases, line, reading, rejected, is_typed)
            if case:
                yield reading, case
            elif len(cases) > 1 and not is_typed:
                return  # leaving out some of an ambiguous reference would be a guess
        if not is_known and not is_typed_by_one:
            tried.append(self._say_not_known(rule, reference, ways))

    @staticmethod
    def _say_not_known(rule, reference, ways):
        if not ways:
            return Message(_("Rule “%(rule)s”: the transaction has no such reference."), {"rule": rule.name})
        read_as = list(dict.fromkeys(reading.value for reading in ways))
        if len(read_as) == 1:
            return Message(
                _("Rule “%(rule)s”: nothing is known as %(reference)s."),
                {"rule": rule.name, "reference": reference.strip()},
            )
        return Message(
            _("Rule “%(rule)s”: nothing is known as %(reference)s, also read as %(others)s."),
            {"rule": rule.name, "reference": reference.strip(), "others": ", ".join(read_as[1:])},
        )

    def _get_readings(self, reference, rule):
        prefixes = self.settings.prefixes if rule.without_prefix else ()
        key = (reference, rule.without_prefix, rule.without_attempt)
        if key not in self.read:
            self.read[key] = readings(reference, prefixes, rule.without_attempt)
        return self.read[key]

    def _is_of_shop(self, rule, line):
        """Whether a rule for some shops applies; one that looks for documents looks among theirs only, and applies."""
        looks_for_documents = rule.action is Action.MATCH or rule.key in REFERENCE_KEYS
        if not rule.webshop_ids or looks_for_documents:
            return True
        known = {
            case_id
            for reference in (rule.get_reference(line), line.provider_reference)
            for case_id in self._find_known(reference, rule)
        }
        return bool(known) and all(self.ledger.cases[case_id].webshop_id in rule.webshop_ids for case_id in known)

    def _find_known(self, reference, rule):
        """Return the ids of the cases known by a whole reference, by whichever key; the most literal reading counts."""
        for reading in self._get_readings(reference, rule):
            case_ids = set().union(*(self.ledger.find(key, reading) for key in REFERENCE_KEYS))
            if case_ids and not reading.is_lossy:
                return case_ids
        return set()

    @staticmethod
    def _only_of_shops(rule, cases, rejected):
        if not rule.webshop_ids:
            return cases
        for case in cases:
            if case.webshop_id not in rule.webshop_ids:
                rejected.append(
                    Message(
                        _("%(name)s was turned down: it is not from %(shops)s."),
                        {"name": case.name, "shops": ", ".join(rule.webshop_names)},
                    )
                )
        return [case for case in cases if case.webshop_id in rule.webshop_ids]

    @staticmethod
    def _without_cancelled(cases, rejected):
        cancelled = [case for case in cases if case.is_cancelled and not case.has_invoice]
        for case in cancelled:
            rejected.append(Message(_("%(name)s was turned down: the order is cancelled."), {"name": case.name}))
        return [case for case in cases if case not in cancelled]

    def _only_case(self, cases, line, reading, rejected, is_typed=False):
        """Return the one case that fits, or None with the reasons added to ``rejected``.

        :param is_typed: the reference is but a text of theirs that a customer may have typed.
        """
        if len(cases) == 1 and not reading.is_lossy and not is_typed:
            return cases[0]
        fitting = [case for case in cases if self._exact_items(case, line)]
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

    def _exact_items(self, case, line):
        """Return what has exactly the line's amount open in ``case``, with the right sign."""
        return [item for item in self.ledger.open_items(case.id, *ItemType) if self._is_exact(item, line)]

    def _is_exact(self, item, line):
        types = {Kind.CHARGEBACK: (), Kind.CHARGEBACK_REVERSAL: (ItemType.DISPUTE,)}.get(line.kind, _TAKEN_TYPES)
        return item.type in types and item.residual == self._amount_in(line, item.currency)

    # ------------------------------------------------------------ by customer and amount

    def _find_customer(self, rule, line, rejected, tried):
        """Return ``(partner id, how people know it)`` of the customer the rule names or its reference does."""
        if rule.partner_id:
            return rule.partner_id, rule.partner_name
        reference = rule.get_reference(line).strip()
        self.looked_for.append(reference)
        partner_ids = self.ledger.customers.get(normalise(reference), ()) if reference else ()
        if len(partner_ids) == 1:
            return next(iter(partner_ids)), reference
        if partner_ids:
            rejected.append(
                Message(
                    _("%(count)s customers are known as %(reference)s."),
                    {"count": len(partner_ids), "reference": reference},
                )
            )
        else:
            tried.append(self._say_not_known(rule, reference, [Reading(reference)] if reference else []))
        return None, ""

    def _match_customer(self, rule, line, rejected, tried):
        """Meet the one document of the customer that has exactly this amount open, near enough in time."""
        partner_id, name = self._find_customer(rule, line, rejected, tried)
        if not partner_id:
            return None
        fitting = [item for item in self.ledger.get_partner_items(partner_id) if self._is_exact(item, line)]
        cases = list({item.case_id: self.ledger.cases[item.case_id] for item in fitting}.values())
        cases = self._only_of_shops(rule, self._without_cancelled(cases, rejected), rejected)
        exact = [(case, item) for case in cases for item in fitting if item.case_id == case.id]
        near = []
        for case, item in exact:
            if item.date and abs((item.date - line.date).days) > rule.days:
                rejected.append(
                    Message(
                        _("%(name)s was turned down: its date %(date)s is more than %(days)s days away."),
                        {"name": item.name, "date": item.date, "days": rule.days},
                    )
                )
            else:
                near.append((case, item))
        if len(near) > 1:
            rejected.append(
                Message(
                    _("%(customer)s has exactly this amount open in %(count)s places (%(names)s)."),
                    {
                        "customer": name,
                        "count": len(near),
                        "names": ", ".join(item.name for _case, item in near[:_NAMED_CANDIDATES]),
                    },
                )
            )
        elif not exact:
            tried.append(
                Message(
                    _("Rule “%(rule)s”: %(customer)s has no document with exactly this amount open."),
                    {"rule": rule.name, "customer": name},
                )
            )
        if len(near) != 1:
            return None
        [(case, item)] = near
        decision = Decision(
            line, Status.MATCHED, case=case, invoice_id=case.invoice_id, is_dispute=item.type is ItemType.DISPUTE
        )
        decision.say(
            _(
                "Rule “%(rule)s” found %(name)s: the only document of %(customer)s with exactly this amount open "
                "within %(days)s days."
            ),
            rule=rule.name,
            name=item.name,
            customer=name,
            days=rule.days,
        )
        self._take_from(decision, item, _Left(line.amount, self._amount_in(line, line.currency_original)))
        return decision

    # ------------------------------------------------------------ placing in a case

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
        else:
            values = {"name": item.name, "amount": abs(part), "currency": currency, "open": abs(item.residual)}
            decision.say(STAYS_OPEN if item.residual else CLOSED, **values)
            self.said_of_item[item.id] = decision.explanation[-1]

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
        if last and not last.residual and self._is_rounding(decision, left, line.currency, case, last):
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
        if self._is_rounding(decision, item.residual, item.currency, case, item):
            part = next(part for part in reversed(decision.allocations) if part.item is item)
            part.rounding = item.residual
            part.rounding_company = self.settings.to_company(item.residual, item.currency)
            said = self.said_of_item.get(item.id)
            decision.explanation = [
                Message(CLOSED, message.values) if message is said else message for message in decision.explanation
            ]
            decision.say(
                _("%(amount)s less than open: within the limit, booked as rounding."), amount=abs(item.residual)
            )
            item.residual = ZERO
        elif case.is_invoiced and not case.awaits_capture:
            decision.difference = "open"

    def _is_rounding(self, decision, amount, currency, case, item):
        """Whether ``amount`` may be booked as rounding on ``item``: small, and nothing more is to come."""
        limit = self.settings.limit if decision.tolerance is None else min(decision.tolerance, self.settings.limit)
        if decision.line.kind in _DISPUTE_KINDS:
            return False
        if abs(self.settings.to_company(amount, currency)) > limit:
            return False
        if item.type is ItemType.PAYMENT:
            return False
        if item.type is ItemType.CREDIT_NOTE:
            return True
        others = [other for other in self.ledger.open_items(case.id, ItemType.INVOICE) if other is not item]
        return case.is_invoiced and not case.awaits_capture and not others
