"""From decisions to vouchers: planned whole in memory, proved to balance, then written once by the ORM.

Each row's company amount is computed from the document alone. The clearing line is the sum of the rows, and the other
side of each row carries exactly that row's amount; so a voucher balances because every row does, never because a line
was made to fit.

Amounts are :class:`~decimal.Decimal`; positive is debit, negative is credit.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal

from ..providers.messages import SettlementError, _
from ..providers.records import BANK_KINDS
from .decisions import Role

ZERO = Decimal(0)


@dataclass(frozen=True)
class Accounts:
    """Where a provider's vouchers are booked: ids of accounts; None where not set up."""

    clearing: int
    unknown: int
    fee: int
    rounding: int
    fee_payable: int | None = None
    exchange_gain: int | None = None
    exchange_loss: int | None = None

    def get_exchange(self, gain):
        """Return the account for what the settlement is worth more (or less) than the invoice was booked at."""
        account_id = self.exchange_gain if gain > 0 else self.exchange_loss
        if not account_id:
            raise SettlementError(
                _(
                    "The company has no account for exchange differences. Set it in the accounting settings, then book "
                    "again."
                )
            )
        return account_id

    def get_fee_payable(self):
        """Return the account for fees that are invoiced afterwards."""
        if not self.fee_payable:
            raise SettlementError(
                _(
                    "The provider has no account for fees owed, but sends fees it invoices afterwards. Set the account "
                    "on it."
                )
            )
        return self.fee_payable


@dataclass(frozen=True)
class Conversion:
    """Between the settlement's currency and the company's, on the booking date.

    :ivar currency: the settlement's. :ivar company_currency: the company's.
    :ivar to_company: ``(amount, currency) -> Decimal`` in company currency, rounded to its smallest unit.
    """

    currency: str
    company_currency: str
    to_company: object


@dataclass
class PlannedLine:
    """One journal item to be written.

    :ivar role: ``clearing`` or a :class:`~.decisions.Role` value or ``exchange``.
    :ivar transaction_ids: the transactions it stands for.
    :ivar item_id: the open journal item it closes or reduces, or None.
    """

    role: str
    account_id: int
    balance: Decimal
    amount_currency: Decimal
    currency: str
    name: str
    partner_id: int | None = None
    transaction_ids: tuple = ()
    item_id: int | None = None
    date_due: Date | None = None


@dataclass
class Voucher:
    """One journal entry to be written."""

    date: Date
    lines: list = field(default_factory=list)

    def check_balanced(self):
        """Raise :class:`~..providers.messages.SettlementError` unless debit equals credit, in company currency."""
        total = sum((line.balance for line in self.lines), ZERO)
        if total:
            raise SettlementError(
                _(
                    "The voucher planned for %(date)s does not balance: debit and credit differ by %(amount)s. Nothing "
                    "was booked."
                ),
                date=self.date,
                amount=total,
            )


def plan_voucher(booking_date, decisions, accounts, conversion, labels) -> Voucher:
    """Return the voucher for ``decisions``, proved to balance.

    :param decisions: :class:`~.decisions.Decision` of transactions with one booking date.
    :param labels: texts for summed lines: ``clearing``, ``fee``, ``rounding``, ``exchange``, ``fee_payable``.
    """
    voucher = Voucher(booking_date)
    plan = _VoucherPlan(accounts, conversion, labels)
    for decision in decisions:
        plan.add(decision)
    voucher.lines = plan.planned_lines()
    voucher.check_balanced()
    return voucher


def plan_transfer(booking_date, decision, source, accounts, labels, to_company, company_currency) -> tuple:
    """Plan how what stands open on one account moves to where it belongs.

    :param decision: over the open amount, with the transaction's sign.
    :param source: the :class:`~.decisions.OpenItem` it stands on now; its ``residual`` has the ledger's sign,
        opposite to the transaction's.
    :param to_company: ``(amount, currency) -> Decimal``: the company amount of a part of ``source``, at the rate the
        source was booked at. :param company_currency: its name.
    :return: the voucher (without lines where open items can simply be reconciled with each other), and the pairs of
        open item ids to reconcile.
    """
    voucher = Voucher(booking_date)
    pairs = []
    line = decision.line
    taken = ZERO

    def add(role, account_id, partner_id, amount, currency, balance, item_id=None):
        name = labels[role] if role in labels else line_label(line)
        voucher.lines.append(
            PlannedLine(
                str(role), account_id, balance, amount, currency, name, partner_id, (line.id,), item_id, booking_date
            )
        )

    def take(amount):
        """Take a part off the source; all parts together take exactly its company amount."""
        nonlocal taken
        balance = to_company(taken + amount, line.currency) - to_company(taken, line.currency)
        taken += amount
        add("source", source.account_id, source.partner_id, amount, line.currency, balance, source.id)
        return balance

    for part in decision.allocations:
        stays = (part.account_id, part.partner_id) == (source.account_id, source.partner_id)
        if part.role is Role.ROUNDING:
            add("rounding", accounts.rounding, None, -part.amount, line.currency, -take(part.amount))
        elif part.role is Role.ITEM and stays and part.amount_item is None:
            pairs.append((source.id, part.item.id))
        elif part.role is Role.UNKNOWN or (stays and part.role is not Role.ITEM):
            continue
        elif part.amount_item is None:
            item_id = part.item.id if part.item else None
            moved = take(part.amount)
            add(str(part.role), part.account_id, part.partner_id, -part.amount, line.currency, -moved, item_id)
        else:
            balance = moved = take(part.amount)
            if part.item.currency == company_currency:
                balance = part.amount_item
            if gain := moved - balance:
                add("exchange", accounts.get_exchange(gain), None, -gain, company_currency, -gain)
            add(
                str(part.role), part.account_id, part.partner_id, -part.amount_item, part.item.currency, -balance,
                part.item.id,
            )  # fmt: skip
        if part.rounding:
            add(
                str(part.role), part.account_id, part.partner_id, -part.rounding, part.item.currency,
                -part.rounding_company, part.item.id,
            )  # fmt: skip
            add("rounding", accounts.rounding, None, part.rounding, part.item.currency, part.rounding_company)
    voucher.check_balanced()
    return voucher, pairs


def line_label(line) -> str:
    """Return what stands on a transaction's own journal items: order reference, provider's id, provider's text."""
    return " · ".join(text for text in (line.order_reference, line.provider_reference, line.text) if text)


class _VoucherPlan:
    """A voucher while it is summed up."""

    def __init__(self, accounts, conversion, labels):
        self.accounts = accounts
        self.conversion = conversion
        self.labels = labels
        self.single = []
        self.summed = {}

    def add(self, decision):
        """Add one transaction: its own lines, and its part of the summed ones."""
        line = decision.line
        if line.kind in BANK_KINDS:
            return
        gross = self._company(line.amount)
        fee = self._company(line.fee)
        if line.fee_owed:
            self._sum("fee_payable", self.accounts.get_fee_payable(), gross - fee, line.amount - line.fee, line.id)
        else:
            self._sum("clearing", self.accounts.clearing, gross - fee, line.amount - line.fee, line.id)
        if line.fee:
            self._sum("fee", self.accounts.fee, fee, line.fee, line.id, line.fee_type)
        remaining = gross
        parts = decision.allocations
        for number, part in enumerate(parts, 1):
            share = remaining if number == len(parts) else self._company(part.amount)
            remaining -= share
            if share or part.amount or part.amount_item or part.rounding:
                self._add_part(decision, part, share)

    def _add_part(self, decision, part, share):
        line = decision.line
        if part.role in (Role.FEE, Role.FEE_OWED):
            self._sum("fee", self.accounts.fee, -share, -part.amount, line.id, line.fee_type)
        elif part.role is Role.ROUNDING:
            self._sum("rounding", self.accounts.rounding, -share, -part.amount, line.id, line.id)
        elif part.role is Role.ITEM:
            self._add_item(decision, part, share)
        else:
            account_id = self.accounts.unknown if part.role is Role.UNKNOWN else part.account_id
            self._single(decision, part, account_id, -share, -part.amount, self.conversion.currency)

    def _add_item(self, decision, part, share):
        """The other side is an open item: in its own currency, so that what the customer was charged closes it."""
        company_currency = self.conversion.company_currency
        item = part.item
        amount_item = part.amount if part.amount_item is None else part.amount_item
        balance = share
        if item.currency == company_currency != self.conversion.currency:
            balance = amount_item
            if share != balance:
                self._exchange(decision.line, share - balance)
        if part.rounding:
            balance += part.rounding_company
            amount_item += part.rounding
            self._sum(
                "rounding",
                self.accounts.rounding,
                part.rounding_company,
                part.rounding,
                decision.line.id,
                decision.line.id,
                item.currency,
            )
        self._single(decision, part, part.account_id, -balance, -amount_item, item.currency)

    def _exchange(self, line, gain):
        """The settlement is worth ``gain`` more than the invoice was booked at."""
        self._sum(
            "exchange",
            self.accounts.get_exchange(gain),
            -gain,
            -gain,
            line.id,
            line.id,
            self.conversion.company_currency,
        )

    def _single(self, decision, part, account_id, balance, amount_currency, currency):
        line = decision.line
        self.single.append(
            PlannedLine(
                role=str(part.role),
                account_id=account_id,
                balance=balance,
                amount_currency=amount_currency,
                currency=currency,
                name=line_label(line),
                partner_id=part.partner_id,
                transaction_ids=(line.id,),
                item_id=part.item.id if part.item else None,
                date_due=line.date,
            )
        )

    def _sum(self, role, account_id, balance, amount_currency, transaction_id, group="", currency=None):
        """Add to the one line of this role, account and ``group``."""
        currency = currency or self.conversion.currency
        key = (role, account_id, group, currency)
        entry = self.summed.setdefault(key, [ZERO, ZERO, []])
        entry[0] += balance
        entry[1] += amount_currency
        entry[2].append(transaction_id)

    def _company(self, amount):
        return self.conversion.to_company(amount, self.conversion.currency) if amount else ZERO

    def planned_lines(self):
        """Return the lines, clearing first; sums of zero are left out."""
        order = defaultdict(lambda: 9, {"clearing": 0, "fee": 1, "fee_payable": 2, "rounding": 3, "exchange": 4})
        lines = []
        for (role, account_id, group, currency), (balance, amount_currency, ids) in sorted(
            self.summed.items(), key=lambda entry: order[entry[0][0]]
        ):
            if not balance and not amount_currency:
                continue
            label = self.labels[role]
            if role == "fee" and group:
                label = f"{label} · {group}"
            lines.append(
                PlannedLine(role, account_id, balance, amount_currency, currency, label, transaction_ids=tuple(ids))
            )
        return lines + self.single
