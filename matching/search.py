"""The search for where one transaction belongs: which rule is tried, and what has come up so far."""

from ..common.messages import Message
from .outcomes import Attempt


class Search:
    """One transaction while rules are tried on it.

    :ivar line: the :class:`~.ledger.Line`. :ivar rule: the :class:`~.rules.Rule` that is tried now, or None.
    :ivar next_rules: those that are tried after it.
    :ivar rejected: messages on candidates that were turned down.
    :ivar attempts: :class:`~.outcomes.Attempt`, why rules that were tried did not decide.
    :ivar split: the cases that the transaction pays together, where a shop has split an order; else empty.
    :ivar references: every reference that was looked up, for people.
    """

    def __init__(self, line):
        self.line = line
        self.rule = None
        self.next_rules = ()
        self.rejected = []
        self.attempts = []
        self.split = ()
        self.references = [line.order_reference, line.provider_reference]

    def reject(self, message: Message):
        """Note that a candidate was turned down, and why; once, also where several rules find it."""
        if message not in self.rejected:
            self.rejected.append(message)

    def fail(self, message: Message):
        """Note why the rule does not decide; outside of a rule, what would have been needed."""
        self.attempts.append(Attempt(message, self.rule.id if self.rule else None))

    def read_reference(self) -> str:
        """Return what the rule looks by, and note that it was looked up."""
        reference = self.rule.get_reference(self.line)
        self.references.append(reference)
        return reference
