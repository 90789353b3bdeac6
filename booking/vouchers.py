"""From decisions to vouchers: planned whole in memory, proved to balance, then written once by the ORM.

Each row's company amount is computed from the document alone. The clearing line is the sum of the rows, and the other
side of each row carries exactly that row's amount; so a voucher balances because every row does, never because a line
was made to fit. A tax divides one line into a base and its tax lines, which are together exactly that line.

Amounts are :class:`~decimal.Decimal`; positive is debit, negative is credit.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date as Date
from decimal import Decimal

from ..common.messages import SettlementError, _
from ..common.values import ZERO
from ..matching.decisions import Role
from ..providers.records import BANK_KINDS
from .fees import FeeBooking

#: The role of a tax line, by that of its base. The tax of fees is shared by the transactions of a voucher, as they are.
TAX_ROLES = {"fee": "fee_tax", "account": "tax"}


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


@dataclass(frozen=True)
class TaxLine:
    """One part of a tax.

    :ivar amount: in the currency of the amount it is part of. :ivar account_id: or None for the base's own account.
    :ivar repartition_line_id: the tax's own line that says where this part belongs.
    :ivar tag_ids: the boxes of the VAT return it counts in.
    :ivar is_analytic: whether it carries the base's analytic distribution.
    """

    amount: Decimal
    account_id: int | None
    repartition_line_id: int
    tag_ids: tuple = ()
    is_analytic: bool = False


@dataclass(frozen=True)
class TaxSplit:
    """An amount divided into a base and the tax in it. Under reverse charge the base is all of it, and the tax lines
    cancel each other.

    :ivar net: the base. :ivar base_tag_ids: the boxes of the VAT return the base counts in.
    :ivar lines: :class:`TaxLine`; with ``net`` they are exactly the amount. :ivar name: the tax, for people.
    """

    net: Decimal
    base_tag_ids: tuple = ()
    lines: tuple = ()
    name: str = ""

    @property
    def vat(self) -> Decimal:
        """The tax in the amount."""
        return sum((line.amount for line in self.lines), ZERO)

    def with_vat(self, vat) -> "TaxSplit":
        """Return the same amount divided with ``vat`` as its tax: the largest part takes the difference."""
        difference = vat - self.vat
        largest = max(self.lines, key=lambda line: abs(line.amount))
        lines = tuple(
            replace(line, amount=line.amount + difference) if line is largest else line for line in self.lines
        )
        return replace(self, net=self.net - difference, lines=lines)


@dataclass
class PlannedLine:
    """One journal item to be written.

    :ivar role: ``clearing`` or a :class:`~.decisions.Role` value or ``exchange``, ``tax`` or ``fee_tax``.
    :ivar transaction_ids: the transactions it stands for.
    :ivar item_id: the open journal item it closes or reduces, or None.
    :ivar analytic_distribution: as Odoo keeps it, or None for what Odoo proposes.
    :ivar is_analytic: for a tax line, whether it is cost as its base is.
    :ivar tax_ids: for a base, its tax. :ivar tax_tag_ids: the boxes of the VAT return it counts in.
    :ivar tax_repartition_line_id: for a tax line, the tax's own line it comes from.
    :ivar tax_base: for a tax line, its base in company currency.
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
    analytic_distribution: dict | None = None
    is_analytic: bool = False
    tax_ids: tuple = ()
    tax_tag_ids: tuple = ()
    tax_repartition_line_id: int | None = None
    tax_base: Decimal = ZERO

    def divide(self, tax_id, split, to_company) -> list:
        """Return the base and the tax lines that stand for this line.

        :param split: the :class:`TaxSplit` of ``amount_currency``.
        :param to_company: ``(amount, currency) -> Decimal`` in company currency; the base keeps the rest.
        """
        taxes = [(tax, to_company(tax.amount, self.currency)) for tax in split.lines if tax.amount]
        base = replace(
            self,
            balance=self.balance - sum((balance for _tax, balance in taxes), ZERO),
            amount_currency=split.net,
            tax_ids=(tax_id,),
            tax_tag_ids=split.base_tag_ids,
        )
        return [base] + [
            replace(
                self,
                role=TAX_ROLES[self.role],
                account_id=tax.account_id or self.account_id,
                balance=balance,
                amount_currency=tax.amount,
                name=f"{self.name} · {split.name}",
                analytic_distribution=self.analytic_distribution if tax.is_analytic else None,
                is_analytic=tax.is_analytic,
                tax_tag_ids=tax.tag_ids,
                tax_repartition_line_id=tax.repartition_line_id,
                tax_base=base.balance,
            )
            for tax, balance in taxes
        ]


@dataclass
class Voucher:
    """One journal entry to be written.

    :ivar lines: :class:`PlannedLine`.
    :ivar booked_ids: the transactions it books; none for a voucher that moves what others have booked.
    """

    date: Date
    lines: list = field(default_factory=list)
    booked_ids: tuple = ()

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


def plan_voucher(booking_date, decisions, accounts, conversion, labels, fees=None, split_tax=None) -> Voucher:
    """Return the voucher for ``decisions``, proved to balance.

    :param decisions: :class:`~.decisions.Decision` of transactions with one booking date.
    :param labels: texts for summed lines: ``clearing``, ``fee``, ``rounding``, ``exchange``, ``fee_payable``.
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


def plan_transfer(
    booking_date, decision, source, accounts, labels, to_company, company_currency, split_tax=None
) -> tuple:
    """Plan how what stands open on one account moves to where it belongs.

    :param decision: over the open amount, with the transaction's sign.
    :param source: the :class:`~.decisions.OpenItem` it stands on now; its ``residual`` has the ledger's sign,
        opposite to the transaction's.
    :param to_company: ``(amount, currency) -> Decimal``: the company amount of a part of ``source``, at the rate the
        source was booked at. :param company_currency: its name.
    :param split_tax: as in :func:`plan_voucher`.
    :return: the voucher (without lines where open items can simply be reconciled with each other), and the pairs of
        open item ids to reconcile.
    """
    voucher = Voucher(booking_date)
    pairs = []
    line = decision.line
    taken = ZERO

    def add(role, account_id, partner_id, amount, currency, balance, item_id=None, part=None):
        name = labels.get(role) or (part and part.label) or line.label
        planned = PlannedLine(
            str(role), account_id, balance, amount, currency, name, partner_id, (line.id,), item_id, booking_date
        )
        if not part:
            voucher.lines.append(planned)
            return
        planned.analytic_distribution = part.analytic_distribution
        voucher.lines += _with_tax(planned, part.tax_id, split_tax, to_company)

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
            add(str(part.role), part.account_id, part.partner_id, -part.amount, line.currency, -moved, item_id, part)
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


def _with_tax(planned, tax_id, split_tax, to_company) -> list:
    """Return a planned line divided by its tax, where it has one."""
    if not tax_id:
        return [planned]
    return planned.divide(tax_id, split_tax(tax_id, planned.amount_currency, planned.currency), to_company)


@dataclass
class _Sum:
    """One line of several transactions while it is summed up.

    :ivar fee: the :class:`~.fees.FeeBooking` they have in common, or None. :ivar vat: stated VAT by transaction.
    """

    balance: Decimal = ZERO
    amount_currency: Decimal = ZERO
    transaction_ids: list = field(default_factory=list)
    fee: FeeBooking | None = None
    vat: dict = field(default_factory=dict)


class _VoucherPlan:
    """A voucher while it is summed up."""

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
            self._sum("fee_payable", self.accounts.get_fee_payable(), gross - fee, line.amount - line.fee, line.id)
        else:
            self._sum("clearing", self.accounts.clearing, gross - fee, line.amount - line.fee, line.id)
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
        planned = PlannedLine(
            role=str(part.role),
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
        self.single += _with_tax(planned, part.tax_id, self.split_tax, self.conversion.to_company)

    def _sum(self, role, account_id, balance, amount_currency, transaction_id, group="", currency=None, fee=None):
        """Add to the one line of this role, account and ``group``, and of fees that are booked alike."""
        currency = currency or self.conversion.currency
        key = (role, account_id, group, currency, fee and fee.summed_by)
        entry = self.summed.setdefault(key, _Sum(fee=fee))
        entry.balance += balance
        entry.amount_currency += amount_currency
        entry.transaction_ids.append(transaction_id)
        if fee and fee.vat is not None:
            entry.vat[transaction_id] = fee.vat

    def _sum_fee(self, line, balance, amount_currency):
        fee = self.fees.get(line.id, FeeBooking())
        account_id = fee.fee_type.account_id or self.accounts.fee
        self._sum("fee", account_id, balance, amount_currency, line.id, line.fee_type, fee=fee)

    def _company(self, amount):
        return self.conversion.to_company(amount, self.conversion.currency) if amount else ZERO

    def planned_lines(self):
        """Return the lines, clearing first; sums of zero are left out."""
        order = defaultdict(lambda: 9, {"clearing": 0, "fee": 1, "fee_payable": 2, "rounding": 3, "exchange": 4})
        lines = []
        for (role, account_id, group, currency, _alike), entry in sorted(
            self.summed.items(), key=lambda item: order[item[0][0]]
        ):
            vat = sum(entry.vat.values(), ZERO)
            if not entry.balance and not entry.amount_currency and not vat:
                continue
            label = self.labels[role]
            if role == "fee" and group:
                label = f"{label} · {group}"
            planned = PlannedLine(
                role, account_id, entry.balance, entry.amount_currency, currency, label,
                transaction_ids=tuple(entry.transaction_ids),
            )  # fmt: skip
            lines += self._divide_fee(planned, entry.fee, vat) if entry.fee else [planned]
        return lines + self.single

    def _divide_fee(self, planned, fee, vat):
        """Return the summed fees with what their type says: supplier, analytic distribution and tax."""
        planned.partner_id = fee.fee_type.partner_id
        planned.analytic_distribution = fee.fee_type.analytic_distribution
        if fee.vat is None:
            return _with_tax(planned, fee.tax_id, self.split_tax, self.conversion.to_company)
        split = self.split_tax(fee.tax_id, planned.amount_currency, planned.currency).with_vat(vat)
        return planned.divide(fee.tax_id, split, self.conversion.to_company)
