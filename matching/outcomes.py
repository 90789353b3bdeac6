"""What matching decides for a transaction: its status, its allocations, and why.

Amounts are :class:`~decimal.Decimal` in major units. A payment of +100 takes 100 off an open +100.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..common.messages import Message
from ..common.values import ZERO, TextEnum
from .ledger import Case, Line, OpenItem
from .roles import Role


class Status(TextEnum):
    """How a transaction ended. The values are stored in the database.

    ``NEW`` is what a person must decide on before it is booked.
    """

    NEW = "new"
    MATCHED = "matched"
    ON_ACCOUNT = "on_account"
    UNKNOWN = "unknown"


@dataclass
class Allocation:
    """A part of a transaction's gross amount, and what it is booked against.

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


@dataclass(frozen=True)
class Attempt:
    """Why a rule that was tried did not decide.

    :ivar rule_id: the rule, or None for what would have been needed when no rule decided.
    """

    message: Message
    rule_id: int | None = None

    def __str__(self) -> str:
        return str(self.message)

    def to_json(self) -> dict:
        """Return the form stored in the database."""
        return {"rule_id": self.rule_id, "message": self.message.to_json()}

    @classmethod
    def from_json(cls, stored: dict) -> "Attempt":
        """Return the attempt that :meth:`to_json` stored."""
        return cls(Message.from_json(stored["message"]), stored["rule_id"])


@dataclass
class Decision:
    """Where one transaction belongs and why.

    :ivar difference: ``open`` when the invoice stays partly open although nothing more is to come, ``excess`` when
        money was left over and is kept on the customer; else empty.
    :ivar tolerance: the deciding rule's own limit for rounding, in company currency, or None.
    :ivar tried: :class:`Attempt` of the rules before the deciding one; if none decided, also what would have been
        needed.
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

    def say(self, code: str, **values):
        """Add a sentence to the explanation."""
        self.explanation.append(Message(code, values))

    def improves(self, role: str) -> bool:
        """Return whether this decision improves on where the amount is now: it matches an open item or an account or,
        for an unknown amount, at least identifies the customer.

        :param role: the :class:`~.roles.Role` of the journal item the amount is open on.
        """
        roles = {part.role for part in self.allocations}
        if roles & {Role.ITEM, Role.ROUNDING, Role.ACCOUNT}:
            return True
        better = {Role.CUSTOMER, Role.PREPAYMENT, Role.DISPUTE, Role.RESERVE, Role.FEE, Role.FEE_OWED}
        return role == Role.UNKNOWN and bool(roles & better)

    @classmethod
    def join(cls, line: Line, parts: list) -> "Decision":
        """Return the decision on ``line`` that a person has divided among several, which were decided one by one."""
        first = next((part for part in parts if part.case), parts[0])
        return cls(
            line,
            Status.MATCHED,
            [allocation for part in parts for allocation in part.allocations],
            case=first.case,
            invoice_id=first.invoice_id,
            difference=next((part.difference for part in parts if part.difference), ""),
            explanation=[message for part in parts for message in part.explanation],
        )

    @property
    def place(self) -> tuple:
        """Where it is booked, comparable with another decision on the same transaction."""
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
        """The allocations a dispute took back, which are open on the customer."""
        return [part for part in self.allocations if part.role is Role.DISPUTE and part.amount < 0]

    @property
    def partner_id(self):
        """The customer, or None."""
        return next((part.partner_id for part in self.allocations if part.partner_id), None)
