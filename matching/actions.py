"""What each action of a rule makes of a transaction: match it, put it on the customer, book it to an account …"""

from ..common.messages import Message
from ..providers.records import DISPUTE_KINDS
from .awaited import can_take
from .candidates import NAMED_CANDIDATES
from .ledger import ItemType
from .outcomes import Allocation, Decision, Status
from .roles import Role
from .rules import Action, Key


def decide_unknown(line, reason: Message) -> Decision:
    """Return the decision that sends all of ``line`` to the unknown account."""
    decision = Decision(line, Status.UNKNOWN, [Allocation(Role.UNKNOWN, line.amount)])
    decision.explanation.append(reason)
    return decision


class Actions:
    """The actions of rules, for one batch.

    :param candidates: :class:`~.candidates.Candidates`. :param allocator: :class:`~.allocation.Allocator`.
    :param ledger: :class:`~.ledger.Ledger`. :param settings: :class:`~.settings.Settings`.
    """

    def __init__(self, candidates, allocator, ledger, settings):
        self.candidates = candidates
        self.allocator = allocator
        self.ledger = ledger
        self.settings = settings
        self._methods = {
            Action.MATCH: self._match,
            Action.CUSTOMER: self._put_on_customer,
            Action.ACCOUNT: self._book_to_account,
            Action.FEE: self._book_fee,
            Action.RESERVE: self._book_reserve,
            Action.UNKNOWN: self._send_to_unknown,
            Action.EXCLUDE: self._propose_exclusion,
        }

    def apply(self, search):
        """Return the decision of the rule that is tried, whose conditions hold; None where it does not decide.

        :param search: :class:`~.search.Search`; it takes the reasons.
        """
        rule = search.rule
        if not self.candidates.is_from_shops(rule, search.line):
            search.fail(
                Message(
                    "not_of_shops",
                    {"rule": rule.name, "shops": ", ".join(rule.webshop_names)},
                )
            )
            return None
        return self._methods[rule.action](search)

    # ------------------------------------------------------------ match

    def _match(self, search):
        rule, line = search.rule, search.line
        if rule.key is Key.CUSTOMER_AMOUNT:
            return self._match_by_customer(search)
        search.split = ()
        for reading, case in self.candidates.find_cases(search):
            better = None
            if not self.candidates.has_exact_item(case, line) and not can_take(case, line, self.allocator):
                better = self.candidates.find_exact_case(search, case)
            found = better[1] if better else case
            decision = self.allocator.allocate(line, found)
            if not decision:
                search.reject(_describe_no_customer(rule, found.name))
                continue
            reference = rule.get_reference(line).strip()
            if better:
                values = {"rule": better[0].name, "case": found.name, "key": reference, "other": case.name}
                decision.explanation.insert(0, Message("rule_found_by_amount", values))
                decision.rule_id, decision.tolerance = better[0].id, better[0].tolerance
                return decision
            key = (
                reference
                if reading.how is None
                else Message("key_with_reading", {"key": reference, "how": reading.how})
            )
            decision.explanation.insert(
                0,
                Message("rule_found", {"rule": rule.name, "case": case.name, "key": key}),
            )
            return decision
        return self._match_split(search) if search.split else None

    def _match_split(self, search):
        """Match a payment of several orders that a shop has made of one."""
        rule, line, cases = search.rule, search.line, search.split
        decision = self.allocator.allocate_to_all(line, cases)
        names = ", ".join(case.name for case in cases[:NAMED_CANDIDATES])
        values = {"rule": rule.name, "key": rule.get_reference(line).strip(), "count": len(cases), "names": names}
        decision.explanation.insert(0, Message("rule_found_split", values))
        return decision

    def _match_by_customer(self, search):
        """Match the one document of the customer that has exactly this amount open, near enough in time."""
        rule = search.rule
        partner_id, name = self.candidates.find_customer(search)
        found = partner_id and self.candidates.find_exact_item(search, partner_id, name)
        if not found:
            return None
        case, item = found
        decision = Decision(
            search.line,
            Status.MATCHED,
            case=case,
            invoice_id=case.invoice_id,
            is_dispute=item.type is ItemType.DISPUTE,
        )
        decision.say(
            "rule_finds_by_amount",
            rule=rule.name,
            name=item.name,
            customer=name,
            days=rule.days,
        )
        self.allocator.allocate_to_item(decision, item)
        return decision

    # ------------------------------------------------------------ customer

    def _put_on_customer(self, search):
        rule, line = search.rule, search.line
        case = None
        if rule.partner_id:
            partner_id, account_id, name = rule.partner_id, rule.account_id, rule.partner_name
        elif rule.key is Key.CUSTOMER_AMOUNT:
            partner_id, name = self.candidates.find_customer(search)
            account_id = self.ledger.receivable_accounts.get(partner_id)
        else:
            _reading, case = next(self.candidates.find_cases(search), (None, None))
            if not case:
                return None
            partner_id, account_id, name = case.partner_id, case.receivable_account_id, case.name
        if not partner_id or not account_id:
            if name:
                search.reject(_describe_no_customer(rule, name))
            return None
        is_dispute = line.kind in DISPUTE_KINDS
        decision = Decision(
            line,
            Status.MATCHED if is_dispute else Status.ON_ACCOUNT,
            case=case,
            invoice_id=case.invoice_id if case else None,
            is_dispute=is_dispute,
        )
        role = Role.DISPUTE if is_dispute else Role.CUSTOMER
        decision.allocations.append(Allocation(role, line.amount, account_id=account_id, partner_id=partner_id))
        decision.say("rule_books_to_customer", rule=rule.name, name=name)
        return decision

    # ------------------------------------------------------------ accounts

    @staticmethod
    def _book_to_account(search):
        rule, line = search.rule, search.line
        if not rule.account_id:
            search.fail(
                Message(
                    "account_unusable",
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
        decision.say("rule_books_to_account", rule=rule.name, account=rule.account_name)
        return decision

    @staticmethod
    def _book_fee(search):
        rule, line = search.rule, search.line
        decision = Decision(line, Status.MATCHED)
        decision.allocations.append(Allocation(Role.FEE_OWED if line.fee_owed else Role.FEE, line.amount))
        if line.fee_owed:
            decision.say("fee_owed", rule=rule.name)
        else:
            decision.say("fee_deducted", rule=rule.name)
        return decision

    def _book_reserve(self, search):
        rule, line = search.rule, search.line
        account_id = self.settings.reserve_account_id
        if not account_id:
            search.fail(Message("no_reserve_account", {"rule": rule.name}))
            return None
        decision = Decision(line, Status.MATCHED)
        decision.allocations.append(Allocation(Role.RESERVE, line.amount, account_id=account_id))
        decision.say("rule_books_to_reserve", rule=rule.name)
        return decision

    # ------------------------------------------------------------ left to a person

    @staticmethod
    def _send_to_unknown(search):
        return decide_unknown(search.line, Message("rule_books_to_unknown", {"rule": search.rule.name}))

    @staticmethod
    def _propose_exclusion(search):
        rule, line = search.rule, search.line
        if line.is_kept:
            search.fail(
                Message(
                    "exclusion_declined",
                    {"rule": rule.name},
                )
            )
            return None
        decision = Decision(line, Status.NEW)
        decision.say("rule_proposes_exclusion", rule=rule.name)
        return decision


def _describe_no_customer(rule, name):
    return Message("customer_uncertain", {"rule": rule.name, "name": name})
