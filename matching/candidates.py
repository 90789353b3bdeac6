"""Finding the orders, invoices and customers a transaction may belong to, and turning down those that do not fit."""

from collections import defaultdict

from ..common.messages import Message
from ..common.references import Reading, normalise, readings
from ..providers.records import Kind
from .awaited import awaits_exactly
from .ledger import ItemType
from .rules import REFERENCE_KEYS, Action

#: How many turned-down candidates an explanation names.
NAMED_CANDIDATES = 5

#: What payments and refunds are matched with. A dispute is matched with its end only.
PAYABLE_TYPES = (ItemType.PAYMENT, ItemType.INVOICE, ItemType.CREDIT_NOTE)

#: What a transaction of a kind is matched with; other kinds: those, and the money of other transactions.
_TYPES_OF_KIND = {Kind.CHARGEBACK: (), Kind.CHARGEBACK_REVERSAL: (ItemType.DISPUTE,)}


def has_exact_amount(item, line) -> bool:
    """Return whether ``item`` has exactly the line's amount open, with the right sign."""
    types = _TYPES_OF_KIND.get(line.kind, (*PAYABLE_TYPES, ItemType.ON_ACCOUNT))
    return item.type in types and line.may_meet(item) and item.residual == line.amount_in(item.currency)


def meets_money(item, line) -> bool:
    """Return whether ``item`` is money of another transaction that went the other way, in the same currency."""
    return (
        item.type is ItemType.ON_ACCOUNT
        and item.currency == line.currency
        and item.residual * line.amount > 0
        and line.may_meet(item)
    )


class Candidates:
    """What a batch of transactions may belong to.

    :param ledger: the :class:`~.ledger.Ledger` of the batch. :param prefixes: the shop's order reference prefixes.
    :param allocator: :class:`~.allocation.Allocator`, which knows what the batch has left over so far.
    :ivar turned_down: ``{transaction id: {case id}}``: where each would belong, were the order not cancelled.
    :ivar returned: ``{transaction id: case id}`` of those that belong there all the same, see :mod:`.cancelled`.
    """

    def __init__(self, ledger, prefixes, allocator):
        self.ledger = ledger
        self.allocator = allocator
        self.prefixes = prefixes
        self.turned_down = defaultdict(set)
        self.returned = {}
        self._readings = {}

    # ------------------------------------------------------------ by reference

    def find_cases(self, search):
        """Yield ``(reading, case)`` for each way to read the rule's reference that leads to exactly one case."""
        rule = search.rule
        reference = search.read_reference()
        ways = self._read(reference, rule)
        is_known = is_typed_by_one = False
        is_certain = any(self.ledger.find(rule.key, reading) for reading in ways if not reading.is_lossy)
        for reading in ways:
            case_ids = self.ledger.find(rule.key, reading)
            # What a customer can type is not a reference: a shop's own number wins, and alone it needs the amount too.
            is_typed = not case_ids and not is_certain
            if is_typed:
                case_ids = self.ledger.find_typed(rule.key, reading)
            if not case_ids:
                continue
            if is_known and reading.is_lossy:
                return  # the whole reference is known: a part of it would be another's
            is_known = is_known or not is_typed
            is_typed_by_one = is_typed_by_one or is_typed
            found = self._keep_shops(search, [self.ledger.cases[case_id] for case_id in sorted(case_ids)])
            cases = self._exclude_cancelled(search, found)
            if not cases:
                if len(found) == 1 and not reading.is_lossy and not is_typed:
                    self.turned_down[search.line.id].add(found[0].id)
                continue
            case = self._choose_case(search, cases, reading, is_typed)
            if case:
                yield reading, case
            elif len(cases) > 1 and not is_typed:
                return  # ignoring a part of an ambiguous reference would be a guess
        if not is_known and not is_typed_by_one:
            search.fail(_describe_not_known(rule, reference, ways))

    def _read(self, reference, rule):
        prefixes = self.prefixes if rule.without_prefix else ()
        key = (reference, rule.without_prefix, rule.without_attempt)
        if key not in self._readings:
            self._readings[key] = readings(reference, prefixes, rule.without_attempt)
        return self._readings[key]

    def _exclude_cancelled(self, search, cases):
        """Return the cases without cancelled orders, where nothing belongs but what takes back the money there."""
        line = search.line
        cancelled = [
            case
            for case in cases
            if case.is_cancelled and not case.has_invoice and not self._is_money_there(case, line)
        ]
        for case in cancelled:
            search.reject(Message("rejected_cancelled", {"name": case.name}))
        return [case for case in cases if case not in cancelled]

    def _is_money_there(self, case, line):
        """Return whether money stands in the case that went the other way, at least as much, or is in the batch."""
        if line.kind in _TYPES_OF_KIND:
            return False
        if self.returned.get(line.id) == case.id:
            return True
        items = [item for item in self.ledger.open_items(case.id, ItemType.ON_ACCOUNT) if meets_money(item, line)]
        return bool(items) and abs(sum(item.residual for item in items)) >= abs(line.amount)

    @staticmethod
    def _keep_shops(search, cases):
        """Return the cases from the shops the rule names."""
        rule = search.rule
        if not rule.webshop_ids:
            return cases
        for case in cases:
            if case.webshop_id not in rule.webshop_ids:
                search.reject(
                    Message(
                        "rejected_other_shop",
                        {"name": case.name, "shops": ", ".join(rule.webshop_names)},
                    )
                )
        return [case for case in cases if case.webshop_id in rule.webshop_ids]

    def _choose_case(self, search, cases, reading, is_typed):
        """Return the one case that fits, or None.

        :param is_typed: the reference is only a text of theirs that a customer may have typed.
        """
        if len(cases) == 1 and not reading.is_lossy and not is_typed:
            return cases[0]
        fitting = [case for case in cases if self.has_exact_item(case, search.line)]
        if len(fitting) == 1:
            # An order that is not invoiced yet has nothing open, and may be what was paid all the same.
            waiting = [case for case in cases if awaits_exactly(case, search.line, self.allocator)]
            other = next((case for case in waiting if case is not fitting[0]), None)
            if not other:
                return fitting[0]
            values = {"reference": reading.value, "name": fitting[0].name, "other": other.name}
            search.reject(Message("reference_open_and_awaited", values))
            return None
        if not reading.is_lossy and not is_typed and self._are_paid_together(cases, search.line):
            search.split = cases
            return None
        names = ", ".join(case.name for case in cases[:NAMED_CANDIDATES])
        if len(cases) > 1:
            search.reject(
                Message(
                    "reference_in_several_places",
                    {"reference": reading.value, "count": len(cases), "names": names},
                )
            )
        else:
            search.reject(
                Message(
                    "rejected_other_amount",
                    {"name": names, "reference": reading.value},
                )
            )
        return None

    def _are_paid_together(self, cases, line):
        """Return whether a payment is just what is open of these cases together: a shop has split an order.

        They are of one customer and one shop, all of them have invoices open, and nothing else.
        """
        if len(cases) < 2 or line.kind is not Kind.PAYMENT:
            return False
        if len({(case.partner_id, case.webshop_id, case.currency) for case in cases}) > 1 or not cases[0].webshop_id:
            return False
        open_of = [self.ledger.open_items(case.id, *ItemType) for case in cases]
        items = [item for of_case in open_of for item in of_case]
        return (
            all(open_of)
            and all(item.type is ItemType.INVOICE and line.may_meet(item) for item in items)
            and {item.currency for item in items} == {line.currency}
            and sum(item.residual for item in items) == line.amount
        )

    def has_exact_item(self, case, line) -> bool:
        """Return whether exactly the line's amount is open in a case."""
        return any(has_exact_amount(item, line) for item in self.ledger.open_items(case.id, *ItemType))

    def find_exact_case(self, search, case):
        """Find the one other case that has exactly this amount open, under the same whole reference by another key.

        Order 1001 of 100.00 must not take the 777.00 that are meant for invoice 1001.

        :param case: what the rule that is tried has found; it cannot take this amount.
        :return: ``(rule, case)`` with the rule that finds it, or None.
        """
        line = search.line
        reference = search.rule.get_reference(line).strip()
        found = {}
        for rule in search.next_rules:
            if not rule.applies_to(line):
                continue
            if rule.action is not Action.MATCH:
                break  # it would decide before the rules after it
            if rule.key in REFERENCE_KEYS and rule.get_reference(line).strip() == reference:
                for case_id in self._find_whole(rule, reference) - {case.id}:
                    other = self.ledger.cases[case_id]
                    if self.has_exact_item(other, line) and self._is_allowed(rule, other):
                        found.setdefault(case_id, (rule, other))
        return next(iter(found.values())) if len(found) == 1 else None

    def _find_whole(self, rule, reference):
        """Return the ids of the cases known by a whole reference, as it is or in its normal form."""
        return set().union(
            *(self.ledger.find(rule.key, reading) for reading in self._read(reference, rule) if not reading.is_lossy)
        )

    @staticmethod
    def _is_allowed(rule, case):
        is_of_shop = not rule.webshop_ids or case.webshop_id in rule.webshop_ids
        return is_of_shop and (case.has_invoice or not case.is_cancelled)

    # ------------------------------------------------------------ by shop

    def is_from_shops(self, rule, line) -> bool:
        """Return whether the transaction is from the shops the rule names.

        A rule that looks for documents looks among those of its shops only, and so always may be tried.
        """
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
        for reading in self._read(reference, rule):
            case_ids = set().union(*(self.ledger.find(key, reading) for key in REFERENCE_KEYS))
            if case_ids and not reading.is_lossy:
                return case_ids
        return set()

    # ------------------------------------------------------------ by customer and amount

    def find_customer(self, search):
        """Return ``(partner id, how people know it)`` of the customer named by the rule, else by its reference."""
        rule = search.rule
        if rule.partner_id:
            return rule.partner_id, rule.partner_name
        reference = search.read_reference().strip()
        partner_ids = self.ledger.customers.get(normalise(reference), ()) if reference else ()
        if len(partner_ids) == 1:
            return next(iter(partner_ids)), reference
        if partner_ids:
            search.reject(
                Message(
                    "several_customers",
                    {"count": len(partner_ids), "reference": reference},
                )
            )
        else:
            search.fail(_describe_not_known(rule, reference, [Reading(reference)] if reference else []))
        return None, ""

    def find_exact_item(self, search, partner_id, name):
        """Return ``(case, item)`` of the customer's one document with exactly this amount open, near enough in time.

        :param name: how people know the customer. :return: None when there is not exactly one.
        """
        rule, line = search.rule, search.line
        fitting = [item for item in self.ledger.get_partner_items(partner_id) if has_exact_amount(item, line)]
        cases = list({item.case_id: self.ledger.cases[item.case_id] for item in fitting}.values())
        cases = self._keep_shops(search, self._exclude_cancelled(search, cases))
        exact = [(case, item) for case in cases for item in fitting if item.case_id == case.id]
        near = [(case, item) for case, item in exact if self._is_near(search, item)]
        if len(near) > 1:
            search.reject(
                Message(
                    "customer_with_several",
                    {
                        "customer": name,
                        "count": len(near),
                        "names": ", ".join(item.name for _case, item in near[:NAMED_CANDIDATES]),
                    },
                )
            )
        elif not exact:
            search.fail(
                Message(
                    "customer_without_amount",
                    {"rule": rule.name, "customer": name},
                )
            )
        return near[0] if len(near) == 1 else None

    @staticmethod
    def _is_near(search, item):
        days = search.rule.days
        if not item.date or abs((item.date - search.line.date).days) <= days:
            return True
        search.reject(
            Message(
                "rejected_date",
                {"name": item.name, "date": item.date, "days": days},
            )
        )
        return False


def _describe_not_known(rule, reference, ways):
    if not ways:
        return Message("rule_without_reference", {"rule": rule.name})
    read_as = list(dict.fromkeys(reading.value for reading in ways))
    if len(read_as) == 1:
        return Message(
            "rule_finds_nothing",
            {"rule": rule.name, "reference": reference.strip()},
        )
    return Message(
        "rule_finds_no_reading",
        {"rule": rule.name, "reference": reference.strip(), "others": ", ".join(read_as[1:])},
    )
