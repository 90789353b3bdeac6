"""One decision per transaction: where it belongs, by which rule and key, and which candidates were turned down.

Pure: what exists comes in as a :class:`~.ledger.Ledger`, gathered once for the whole batch, and decisions come out.
Nothing is guessed: a transaction has exactly one match, or it is unknown.

The steps: rules are tried in turn (here), each finds what it looks for (:mod:`.candidates`) and does what its action
says (:mod:`.actions`), amounts are allocated to open items (:mod:`.allocation`), and when the whole batch is known,
small differences become rounding, and money that went both ways meets (:mod:`.differences`, :mod:`.money_back`).
"""

from ..common.messages import Message
from ..common.values import ZERO
from ..providers.records import BANK_KINDS
from .actions import Actions, decide_unknown
from .allocation import Allocator
from .cancelled import find_returned
from .candidates import Candidates
from .differences import settle_differences
from .ledger import ItemType
from .money_back import MONEY_KINDS, meet_unknown
from .outcomes import Decision, Status
from .roles import Role
from .rules import CUSTOMER_KINDS, RULE_KINDS
from .search import Search


def decide(lines, rules, ledger, settings) -> list:
    """Return one :class:`~.outcomes.Decision` per line, in the order of ``lines``.

    :param lines: the transactions of the batch, oldest first. What one takes, the next no longer finds.
    :param rules: :class:`~.rules.Rule` in the order they are tried.
    :param ledger: :class:`~.ledger.Ledger`. :param settings: :class:`~.settings.Settings`.
    """
    allocator = Allocator(ledger)
    candidates = Candidates(ledger, settings.prefixes, allocator)
    actions = Actions(candidates, allocator, ledger, settings)
    rules_by_kind = {kind: [rule for rule in rules if kind in (rule.kinds or CUSTOMER_KINDS)] for kind in RULE_KINDS}
    decisions = [_decide_line(line, rules_by_kind, actions, ledger) for line in lines]
    returned = find_returned(decisions, candidates.turned_down, allocator)
    candidates.returned = {decisions[number].line.id: case_id for number, case_id in returned.items()}
    for number in returned:
        ledger.forget(decisions[number])
        decisions[number] = _decide_line(decisions[number].line, rules_by_kind, actions, ledger)
    settle_differences(allocator, ledger, settings)
    return decisions


def decide_for_case(line, case, ledger, settings) -> Decision:
    """Return the decision for ``line`` when a person has said which case it belongs to."""
    return decide_for_cases([(line, case)], ledger, settings)[0]


def decide_for_cases(chosen, ledger, settings) -> list:
    """Return the decisions when a person has said which case each transaction belongs to.

    :param chosen: ``(line, case)``, in order: what one takes, the next no longer finds.
    """
    allocator = Allocator(ledger)
    # Also what was disputed: on a credit note it is the end of a rescinded sale.
    decisions = [allocator.allocate_to_documents(line, case) for line, case in chosen]
    settle_differences(allocator, ledger, settings)
    return decisions


def _decide_line(line, rules_by_kind, actions, ledger):
    if line.kind in BANK_KINDS:
        decision = Decision(line, Status.MATCHED)
        decision.say("bank_transfer")
        return decision
    own = ledger.get_own_item(line)
    if own and not own.residual:
        return Decision(line, Status.MATCHED)  # another of the batch has met it; nothing is left to decide
    search = Search(line)
    decision = _try_rules(search, rules_by_kind[line.kind], actions) or _decide_without_rule(search, actions.allocator)
    decision.explanation += search.rejected
    decision.tried = search.attempts
    _note_where_it_stands(decision, ledger, own)
    return decision


def _note_where_it_stands(decision, ledger, own):
    """Let the rest of the batch, and later batches, see what this decision leaves open for them to meet."""
    line = decision.line
    if own and own.type is ItemType.ON_ACCOUNT:
        return
    is_unknown = decision.status is Status.UNKNOWN
    if own and not is_unknown:
        own.residual = ZERO
    if is_unknown and line.kind in MONEY_KINDS and line.provider_reference and not line.item_id:
        ledger.add_own_item(decision, ItemType.UNKNOWN, Role.UNKNOWN, line.amount)
    elif decision.status is Status.ON_ACCOUNT and decision.case:
        # A rule books it to the customer.
        [part] = decision.allocations
        ledger.add_own_item(decision, ItemType.ON_ACCOUNT, part.role, line.amount, part.account_id)


def _try_rules(search, rules, actions):
    """Return the decision of the first rule that decides, or None."""
    for number, rule in enumerate(rules, 1):
        if not rule.applies_to(search.line):
            continue
        search.rule, search.next_rules = rule, rules[number:]
        decision = actions.apply(search)
        if decision:
            if decision.rule_id is None:
                decision.rule_id = rule.id
                decision.tolerance = rule.tolerance
            return decision
    search.rule = None
    return None


def _decide_without_rule(search, allocator):
    """Return the decision for what no rule decided on: unknown, with what would have been needed."""
    line = search.line
    if line.kind in MONEY_KINDS and (met := meet_unknown(line, allocator)):
        return met
    if line.kind not in CUSTOMER_KINDS:
        search.fail(Message("needs_rule_for_type"))
        return decide_unknown(
            line,
            Message("no_rule_for_type", {"type": line.text or str(line.kind)}),
        )
    references = ", ".join(dict.fromkeys(filter(None, map(str.strip, search.references))))
    if references:
        search.fail(
            Message(
                "needs_one_candidate",
                {"keys": references},
            )
        )
    else:
        search.fail(Message("needs_other_rule"))
    if not line.order_reference:
        return decide_unknown(line, Message("no_order_reference"))
    reason = "reference_ambiguous" if search.rejected else "reference_unknown"
    return decide_unknown(line, Message(reason, {"reference": line.order_reference}))
