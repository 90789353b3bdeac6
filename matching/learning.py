"""The rule that would have placed a transaction where a person has placed it."""

import re
from dataclasses import dataclass, replace

from ..common.messages import Message, SettlementError, _
from ..common.references import normalise
from .patterns import LONGEST_PATTERN, compile_pattern
from .rules import CUSTOMER_KINDS, Action, Key, Rule, TextCondition, TextOperator

#: The identity of a rule that is not stored yet.
PROPOSED = -1

#: Fewer letters than this say nothing about what a text is.
_SHORTEST_WORDS = 4


@dataclass(frozen=True)
class Target:
    """Where a person placed a transaction.

    :ivar action: ``MATCH`` for an invoice or credit note, ``CUSTOMER`` or ``ACCOUNT``.
    :ivar keys: for ``MATCH``: ``(key, value)`` of what the document is known by.
    """

    action: Action
    keys: tuple = ()
    partner_id: int | None = None
    partner_name: str = ""
    account_id: int | None = None
    account_name: str = ""


def propose_rule(line, target: Target, others=()) -> Rule | None:
    """Return the rule that would have placed ``line`` (a :class:`~.ledger.Line`) on ``target``, or None where what the
    transaction tells does not lead there.

    :param others: other transactions of the same kind: what most of them have in common tells none of them apart.
    """
    if target.action is Action.MATCH:
        return _propose_capture(line, target)
    proposals = _propose_words(line, target)
    if line.kind not in CUSTOMER_KINDS:
        return next(proposals)
    # Payments without words of their own are everybody's.
    return next((rule for rule in proposals if _has_words(rule) and _is_rare(rule, others)), None)


def _has_words(rule):
    return rule.text or rule.reference


def _is_rare(rule, others):
    caught = sum(map(rule.applies_to, others))
    return 2 * caught < len(others) if others else bool(rule.reference)


def _propose_words(line, target):
    """Yield rules for the words of the text, for those of the reference, and for the kind of transaction alone."""
    rule = Rule(
        PROPOSED,
        _get_words(line.order_reference) or _get_words(line.text) or target.partner_name or target.account_name,
        target.action,
        kinds=frozenset({line.kind}),
        partner_id=target.partner_id,
        account_id=target.account_id,
        partner_name=target.partner_name,
        account_name=target.account_name,
    )
    if words := _get_words(line.text):
        yield replace(rule, text=TextCondition(TextOperator.CONTAINS, words))
    if words := _get_words(line.order_reference):
        yield replace(rule, reference=TextCondition(TextOperator.CONTAINS, words))
    yield rule


def _get_words(text):
    """Return the longest part of a text without digits: what stays the same from one transaction to the next."""
    parts = [part.strip(" -–_/.,:;#()") for part in re.split(r"\d+", text)]
    longest = max(parts, key=len)
    return longest if len(longest) >= _SHORTEST_WORDS else ""


def _propose_capture(line, target):
    """Return a rule that takes the document's key out of the transaction's reference or text."""
    for field, text in (("reference", line.order_reference), ("text", line.text)):
        for key, value in target.keys:
            pattern = _get_pattern(text.strip(), value.strip(), is_whole=field == "reference")
            if not pattern:
                continue
            condition = TextCondition(TextOperator.REGEX, pattern)
            rule = Rule(
                PROPOSED,
                Message(_("Key taken from “%(example)s”"), {"example": text.strip()}),
                Action.MATCH,
                key,
                kinds=frozenset(),
                **{field: condition},
            )
            if rule.applies_to(line) and normalise(rule.get_reference(line)) == normalise(value):
                return rule
    return None


def _get_pattern(text, value, is_whole):
    """Return an expression that captures ``value`` where it stands in ``text``, with other numbers in its place too.

    :param is_whole: whether all of the text is described; else only what stands right before the value.
    """
    if not value or normalise(value) == normalise(text):
        return ""
    place = text.casefold().find(value.casefold())
    before, after = text[:place], text[place + len(value) :]
    if place < 0 or before[-1:].isalnum() or after[:1].isalnum():
        return ""
    captured = f"({_generalise(value)})"
    if is_whole:
        pattern = f"^{_generalise(before)}{captured}{_generalise(after)}$"
    else:
        word = rf"(?:^|[^\pL\d]){_generalise(before.split()[-1] + ' ')}" if before.split() else "^"
        pattern = rf"{word}{captured}(?:[^\pL\d]|$)"
        pattern = pattern.replace(r"\ ", r"\s*")
    try:
        compile_pattern(pattern)
    except SettlementError:
        return ""
    return pattern if len(pattern) <= LONGEST_PATTERN else ""


def _generalise(text):
    """Return an expression for ``text`` in which any number may stand for a number."""
    return "".join(r"\d+" if part.isdigit() else re.escape(part) for part in re.split(r"(\d+)", text))


#: What a document is known by, and the key that finds it.
KEY_OF_FIELD = {
    "webshop_reference": Key.ORDER_REFERENCE,
    "ref": Key.ORDER_REFERENCE,
    "name": Key.INVOICE_NUMBER,
    "payment_reference": Key.PAYMENT_REFERENCE,
}
