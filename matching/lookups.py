"""What must be known about the ledger before a batch of transactions can be decided on."""

from dataclasses import dataclass

from ..common.references import normalise, readings
from .rules import Action, Key


@dataclass(frozen=True)
class Lookups:
    """What is looked up for a batch, all of it at once.

    :ivar keys: every way to read every reference, in normal form, and as it is beyond ASCII.
    :ivar provider_references: as they came.
    :ivar customers: the normal forms of what may be a customer's name, number or e-mail.
    :ivar partner_ids: customers that rules name. :ivar amounts: gross amounts, in any of the lines' currencies.
    """

    keys: frozenset = frozenset()
    provider_references: frozenset = frozenset()
    customers: frozenset = frozenset()
    partner_ids: frozenset = frozenset()
    amounts: frozenset = frozenset()


def collect_lookups(lines, rules, prefixes=()) -> Lookups:
    """Return what ``rules`` would look up for ``lines`` (:class:`~.ledger.Line`).

    :param prefixes: what the shop is known to put before its order numbers.
    """
    references = {text for line in lines for text in (line.order_reference, line.provider_reference) if text}
    provider_references = {line.provider_reference for line in lines}
    for rule in (rule for rule in rules if rule.has_group):
        captured = {rule.get_reference(line) for line in filter(rule.applies_to, lines)} - {""}
        references |= captured
        if rule.key is Key.PROVIDER_REFERENCE:
            provider_references |= captured
    by_customer = [rule for rule in rules if rule.key is Key.CUSTOMER_AMOUNT]
    customers, amounts = set(), set()
    for rule in by_customer:
        for line in filter(rule.applies_to, lines):
            if not rule.partner_id:
                customers.add(normalise(rule.get_reference(line)))
            if rule.action is Action.MATCH:
                amounts |= {line.amount, (line.amount_original or line.amount).copy_sign(line.amount)}
    keys = {reading.value for text in references for reading in readings(text, prefixes)}
    return Lookups(
        # The database may lower other letters than we do: what it is to find as it is, it gets as it is.
        keys=frozenset({*map(normalise, keys), *(key for key in keys if not key.isascii())}),
        provider_references=frozenset(provider_references - {""}),
        customers=frozenset(customers - {""}),
        partner_ids=frozenset(rule.partner_id for rule in by_customer if rule.partner_id),
        amounts=frozenset(amounts),
    )
