"""Proposing the rule that would have matched a transaction with what a person chose for it by hand."""

import re
from dataclasses import dataclass, replace

from ..common.messages import Message, SettlementError
from ..common.references import normalise
from .patterns import LONGEST_PATTERN, compile_pattern
from .rules import CUSTOMER_KINDS, Action, Key, Rule, TextCondition, TextOperator

#: The id of a rule that is not stored yet.
PROPOSED = -1

#: Shorter words than this occur in too many texts to tell them apart.
_SHORTEST_WORDS = 4


@dataclass(frozen=True)
class Target:
    """What a person chose for a transaction.

    :ivar action: ``MATCH`` for an invoice or credit note, ``CUSTOMER`` or ``ACCOUNT``.
    :ivar keys: for ``MATCH``: ``(key, value)`` pairs, the references of the document.
    :ivar account_id: for ``CUSTOMER``: the customer's receivable account. :ivar tax_id: for ``ACCOUNT``: or None.
    """

    action: Action
    keys: tuple = ()
    partner_id: int | None = None
    partner_name: str = ""
    account_id: int | None = None
    account_name: str = ""
    tax_id: int | None = None
    tax_name: str = ""


def propose_rule(line, target: Target, others=()) -> Rule | None:
    """Return a rule that leads from ``line`` (a :class:`~.ledger.Line`) to ``target``, or None if its texts do not.

    :param others: other transactions of the same kind; a rule that applies to most of them too is not proposed.
    """
    if target.action is Action.MATCH:
        return _propose_capture(line, target)
    if target.action is Action.CUSTOMER:
        return next((rule for rule in _propose_customer(line, target, others) if rule.applies_to(line)), None)
    proposals = _propose_words(line, target)
    if line.kind not in CUSTOMER_KINDS:
        return next(proposals)
    # A rule for the kind alone would take every customer's payments.
    return next((rule for rule in proposals if _has_words(rule) and _is_rare(rule, others)), None)


def _has_words(rule):
    return rule.text or rule.reference


def _is_rare(rule, others):
    caught = sum(map(rule.applies_to, others))
    return 2 * caught < len(others) if others else bool(rule.reference)


def _propose_words(line, target):
    """Yield rules for the words of the text, for those of the reference, and for the kind of transaction alone."""
    name = _get_words(line.order_reference) or _get_words(line.text) or target.account_name
    rule = _make_rule(line, target, name)
    if words := _get_words(line.text):
        yield replace(rule, text=TextCondition(TextOperator.CONTAINS, words))
    if words := _get_words(line.order_reference):
        yield replace(rule, reference=TextCondition(TextOperator.CONTAINS, words))
    yield rule


def _propose_customer(line, target, others):
    """Yield rules for the customer's own name, and for a text that came before exactly as it is.

    One payment says too little for more: its reference without the number may be anybody's.
    """
    rule = _make_rule(line, target, target.partner_name)
    name = target.partner_name.strip()
    if len(name) >= _SHORTEST_WORDS:
        yield replace(rule, text=TextCondition(TextOperator.CONTAINS, name))
        yield replace(rule, reference=TextCondition(TextOperator.CONTAINS, name))
    for field, text, seen in (
        ("reference", line.order_reference, [other.order_reference for other in others]),
        ("text", line.text, [other.text for other in others]),
    ):
        pattern = f"^{re.escape(text.strip())}$"
        is_known = any(normalise(text) == normalise(other) for other in seen) and normalise(text)
        if is_known and len(pattern) <= LONGEST_PATTERN:
            known = replace(rule, name=text.strip(), **{field: TextCondition(TextOperator.REGEX, pattern)})
            if _is_rare(known, others):
                yield known


def _make_rule(line, target, name):
    """Return a rule for the kind of transaction alone, which does what the person did."""
    return Rule(
        PROPOSED,
        name,
        target.action,
        kinds=frozenset({line.kind}),
        partner_id=target.partner_id,
        account_id=target.account_id,
        partner_name=target.partner_name,
        account_name=target.account_name,
        tax_id=target.tax_id,
        tax_name=target.tax_name,
    )


def _get_words(text):
    """Return the longest part of a text without digits: it is the same from one transaction to the next."""
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
                Message("rule_name_from_example", {"example": text.strip()}),
                Action.MATCH,
                key,
                kinds=frozenset(),
                **{field: condition},
            )
            if rule.applies_to(line) and normalise(rule.get_reference(line)) == normalise(value):
                return rule
    return None


def _get_pattern(text, value, is_whole):
    """Return a regular expression that captures ``value`` in ``text``, and any other numbers in its place.

    :param is_whole: whether it describes all of the text, or only the word before the value.
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
    """Return a regular expression for ``text`` with any digits in the place of its digits."""
    return "".join(r"\d+" if part.isdigit() else re.escape(part) for part in re.split(r"(\d+)", text))


#: The fields of an invoice that hold a reference, and the key by which rules find it.
KEY_OF_FIELD = {
    "webshop_reference": Key.ORDER_REFERENCE,
    "ref": Key.ORDER_REFERENCE,
    "name": Key.INVOICE_NUMBER,
    "payment_reference": Key.PAYMENT_REFERENCE,
}
