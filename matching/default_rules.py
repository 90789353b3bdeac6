"""The rules a provider starts with, so that nobody needs to write one."""

from ..common.messages import Message
from .rules import FEE_KINDS, RESERVE_KINDS, Action, Key, Rule

#: ``(code, sequence, rule)``; the code is how the stored rule is recognised.
DEFAULT_RULES = (
    (
        "provider_reference",
        10,
        Rule(0, Message("rule_name_provider_reference"), Action.MATCH, Key.PROVIDER_REFERENCE),
    ),
    ("order_reference", 20, Rule(0, Message("rule_name_order_reference"), Action.MATCH, Key.ORDER_REFERENCE)),
    ("invoice_number", 30, Rule(0, Message("rule_name_invoice_number"), Action.MATCH, Key.INVOICE_NUMBER)),
    ("payment_reference", 40, Rule(0, Message("rule_name_payment_reference"), Action.MATCH, Key.PAYMENT_REFERENCE)),
    ("fees", 90, Rule(0, Message("rule_name_fees"), Action.FEE, kinds=FEE_KINDS)),
    ("reserves", 91, Rule(0, Message("rule_name_reserve"), Action.RESERVE, kinds=RESERVE_KINDS)),
)
