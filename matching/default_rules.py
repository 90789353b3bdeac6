"""The rules every provider starts with, so that nobody needs to write one."""

from ..common.messages import Message, _
from .rules import FEE_KINDS, RESERVE_KINDS, Action, Key, Rule

#: ``(code, place in the order, rule)``. The code is the rule's identity from version to version.
DEFAULT_RULES = (
    (
        "provider_reference",
        10,
        Rule(0, Message(_("Provider's transaction id")), Action.MATCH, Key.PROVIDER_REFERENCE),
    ),
    ("order_reference", 20, Rule(0, Message(_("Order reference")), Action.MATCH, Key.ORDER_REFERENCE)),
    ("invoice_number", 30, Rule(0, Message(_("Invoice number")), Action.MATCH, Key.INVOICE_NUMBER)),
    ("payment_reference", 40, Rule(0, Message(_("Payment reference (KID)")), Action.MATCH, Key.PAYMENT_REFERENCE)),
    ("fees", 90, Rule(0, Message(_("Fees")), Action.FEE, kinds=FEE_KINDS)),
    ("reserves", 91, Rule(0, Message(_("Reserve")), Action.RESERVE, kinds=RESERVE_KINDS)),
)
