"""From decisions to vouchers: planned whole in memory, proved to balance, then written once by the ORM.

Each row's company amount is computed from the document alone. The clearing line is the sum of the rows, and the other
side of each row carries exactly that row's amount; so a voucher balances because every row does, never because a line
was made to fit. A tax divides one line into a base and its tax lines, which are together exactly that line.

Amounts are :class:`~decimal.Decimal`; positive is debit, negative is credit.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..common.values import ZERO
from ..matching.roles import Role
from ..providers.records import BANK_KINDS
from .fee_types import FeeBooking
from .planned import PlannedLine, Voucher

#: The order of a voucher's summed lines; those of one transaction alone follow.
_LINE_ORDER = (Role.CLEARING, Role.FEE, Role.FEE_PAYABLE, Role.ROUNDING, Role.EXCHANGE)


@dataclass(frozen=True)
class Conversion:
    """Between the settlement's currency and the company's, on the booking date.

    :ivar currency: the settlement's. :ivar company_currency: the company's.
    :ivar to_company: ``(amount, currency) -> Decimal`` in company currency, rounded to its smallest unit.
    """

    currency: str
    company_currency: str
    to_company: object


def plan_voucher(booking_date, decisions, accounts, conversion, labels, fees=None, split_tax=None) -> Voucher:
    """Return the voucher for ``decisions``, proved to balance.

    :param decisions: :class:`~..matching.outcomes.Decision` of transactions with one booking date.
    :param accounts: :class:`~.accounts.Accounts`. :param conversion: :class:`Conversion`.
    :param labels: ``{role: text}`` of the summed lines: clearing, fee, rounding, exchange, fee payable.
    :param fees: ``{transaction id: FeeBooking}`` of :func:`~.fees.book_fees`; without one, a fee is exempt.
    :param split_tax: ``(tax id, amount, currency) -> TaxSplit``, debit positive; needed where there is a tax.
    """
    voucher = Voucher(booking_date)
    plan = _VoucherPlan(accounts, conversion, labels, fees or {}, split_tax)
    for decision in decisions:
        plan.add(decision)
    voucher.lines = plan.planned_lines()
    voucher.booked_ids = tuple(decision.line.id for decision in decisions if decision.line.kind not in BANK_KINDS)
    voucher.check_balanced()
    return voucher


@dataclass
class _Sum:
    """One line of several transactions while it is summed up.

    :ivar fee: the :class:`~.fee_types.FeeBooking` they have in common, or None. :ivar vat: stated VAT by transaction.
    """

    balance: Decimal = ZERO
    amount_currency: Decimal = ZERO
    transaction_ids: list = field(default_factory=list)
    fee: FeeBooking | None = None
    vat: dict = field(default_factory=dict)


class _VoucherPlan:
    """A voucher while its lines are summed up."""

    def __init__(self, accounts, conversion, labels, fees, split_tax):
        self.accounts = accounts
        self.conversion = conversion
        self.labels = labels
        self.fees = fees
        self.split_tax = split_tax
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
            role, account_id = Role.FEE_PAYABLE, self.accounts.get_fee_payable()
        else:
            role, account_id = Role.CLEARING, self.accounts.clearing
        self._sum(role, account_id, gross - fee, line.amount - line.fee, line.id)
        if line.fee:
            self._sum_fee(line, fee, line.fee)
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
            self._sum_fee(line, -share, -part.amount)
        elif part.role is Role.ROUNDING:
            self._sum(Role.ROUNDING, self.accounts.rounding, -share, -part.amount, line.id, line.id)
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
                Role.ROUNDING,
                self.accounts.rounding,
                part.rounding_company,
                part.rounding,
                decision.line.id,
                decision.line.id,
                item.currency,
            )
        account_id = part.account_id or self.accounts.unknown
        self._single(decision, part, account_id, -balance, -amount_item, item.currency)

    def _exchange(self, line, gain):
        """The settlement is worth ``gain`` more than the invoice was booked at."""
        self._sum(
            Role.EXCHANGE,
            self.accounts.get_exchange(gain),
            -gain,
            -gain,
            line.id,
            line.id,
            self.conversion.company_currency,
        )

    def _single(self, decision, part, account_id, balance, amount_currency, currency):
        line = decision.line
        planned = PlannedLine(
            role=part.role,
            account_id=account_id,
            balance=balance,
            amount_currency=amount_currency,
            currency=currency,
            name=part.label or line.label,
            partner_id=part.partner_id,
            transaction_ids=(line.id,),
            item_id=part.item.id if part.item else None,
            date_due=line.date,
            analytic_distribution=part.analytic_distribution,
        )
        self.single += planned.with_tax(part.tax_id, self.split_tax, self.conversion.to_company)

    def _sum(self, role, account_id, balance, amount_currency, transaction_id, group="", currency=None, fee=None):
        """Add to the one line of this role, account and ``group``, and of fees that are booked alike."""
        currency = currency or self.conversion.currency
        key = (role, account_id, group, currency, fee and fee.summed_by)
        entry = self.summed.setdefault(key, _Sum(fee=fee))
        entry.balance += balance
        entry.amount_currency += amount_currency
        entry.transaction_ids.append(transaction_id)
        if fee and fee.vat is not None:
            entry.vat[transaction_id] = entry.vat.get(transaction_id, ZERO) + fee.vat

    def _sum_fee(self, line, balance, amount_currency):
        """Add a transaction's fee; of several, each to the line of its own type."""
        fee = self.fees.get(line.id, FeeBooking())
        remaining = balance
        for number, (code, amount, part) in enumerate(fee.parts, 1):
            share = remaining if number == len(fee.parts) else self._company(amount)
            remaining -= share
            self._sum_fee_of_type(line, share, amount, code, part)
        if not fee.parts:
            self._sum_fee_of_type(line, balance, amount_currency, line.fee_type, fee)

    def _sum_fee_of_type(self, line, balance, amount_currency, code, fee):
        account_id = fee.fee_type.account_id or self.accounts.fee
        self._sum(Role.FEE, account_id, balance, amount_currency, line.id, code, fee=fee)

    def _company(self, amount):
        return self.conversion.to_company(amount, self.conversion.currency) if amount else ZERO

    def planned_lines(self):
        """Return the lines, clearing first; without sums of zero."""
        lines = []
        for (role, account_id, group, currency, _alike), entry in sorted(
            self.summed.items(), key=lambda item: _LINE_ORDER.index(item[0][0])
        ):
            vat = sum(entry.vat.values(), ZERO)
            if not entry.balance and not entry.amount_currency and not vat:
                continue
            label = self.labels[role]
            if role is Role.FEE and group:
                label = f"{label} · {group}"
            planned = PlannedLine(
                role, account_id, entry.balance, entry.amount_currency, currency, label,
                partner_id=self.accounts.clearing_partner if role is Role.CLEARING else None,
                transaction_ids=tuple(dict.fromkeys(entry.transaction_ids)),
            )  # fmt: skip
            lines += self._divide_fee(planned, entry.fee, vat) if entry.fee else [planned]
        return lines + self.single

    def _divide_fee(self, planned, fee, vat):
        """Return the summed fees with what their type says: supplier, analytic distribution and tax."""
        planned.partner_id = fee.fee_type.partner_id
        planned.analytic_distribution = fee.fee_type.analytic_distribution
        if fee.vat is None:
            return planned.with_tax(fee.tax_id, self.split_tax, self.conversion.to_company)
        split = self.split_tax(fee.tax_id, planned.amount_currency, planned.currency).with_vat(vat)
        return planned.divide(fee.tax_id, split, self.conversion.to_company)
