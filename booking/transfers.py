"""Moving what is open on one account to where it belongs, by a voucher of its own.

Amounts are :class:`~decimal.Decimal`; positive is debit, negative is credit.
"""

from ..common.values import ZERO
from ..matching.roles import Role
from .planned import PlannedLine, Voucher


def plan_transfer(
    booking_date, decision, source, accounts, labels, to_company, company_currency, split_tax=None
) -> tuple:
    """Plan how what is open on one account moves to where it belongs.

    :param decision: over the open amount, with the transaction's sign.
    :param source: the :class:`~..matching.ledger.OpenItem` it is open on now; its ``residual`` has the ledger's sign,
        opposite to the transaction's.
    :param accounts: :class:`~.accounts.Accounts`.
    :param labels: ``{role: text}`` of the lines that have a text of their own.
    :param to_company: ``(amount, currency) -> Decimal``: the company amount of a part of ``source``, at the rate the
        source was booked at. :param company_currency: its name.
    :param split_tax: ``(tax id, amount, currency) -> TaxSplit``, debit positive; needed where there is a tax.
    :return: the voucher (without lines where open items can simply be reconciled with each other), and the groups of
        open item ids to reconcile: pairs, or one group where an invoice and its credit note are closed together.
    """
    plan = _TransferPlan(
        Voucher(booking_date), decision.line, source, accounts, labels, to_company, company_currency, split_tax
    )
    for part in decision.allocations:
        plan.add(part, is_last=part is decision.allocations[-1])
    plan.voucher.check_balanced()
    return plan.voucher, plan.groups


class _TransferPlan:
    """A transfer while its lines are added: each part is taken off the source and added where it belongs."""

    def __init__(self, voucher, line, source, accounts, labels, to_company, company_currency, split_tax):
        self.voucher = voucher
        self.line = line
        self.source = source
        self.accounts = accounts
        self.labels = labels
        self.to_company = to_company
        self.company_currency = company_currency
        self.split_tax = split_tax
        self.pairs = []
        self.paired_amounts = []
        self.taken = ZERO

    def add(self, part, is_last=True):
        """Move one :class:`~..matching.outcomes.Allocation`.

        :param is_last: nothing is taken off the source after it.
        """
        stays = (part.account_id, part.partner_id) == (self.source.account_id, self.source.partner_id)
        if part.role is Role.ROUNDING:
            moved = self._take(part.amount)
            self._add_line(Role.ROUNDING, self.accounts.rounding, None, -part.amount, self.line.currency, -moved)
        elif part.role is Role.ITEM and stays and part.amount_item is None and (is_last or not part.item.residual):
            # Reconciling takes all it can, so it is for what closes one of the two; a smaller part is moved.
            self.pairs.append((self.source.id, part.item.id))
            self.paired_amounts.append(part.amount)
        elif part.role is Role.UNKNOWN or (stays and part.role is not Role.ITEM):
            return
        elif part.amount_item is None:
            self._move(part)
        else:
            self._move_to_currency(part)
        if part.rounding:
            self._add_rounding(part)

    @property
    def groups(self):
        """The open items to reconcile with each other, as ids."""
        if len({part_amount > 0 for part_amount in self.paired_amounts}) < 2:
            return self.pairs
        return [tuple(dict.fromkeys(item_id for pair in self.pairs for item_id in pair))]

    def _move(self, part):
        moved = self._take(part.amount)
        planned = self._plan_line(
            part.role,
            part.account_id,
            part.partner_id,
            -part.amount,
            self.line.currency,
            -moved,
            part.item.id if part.item else None,
            part.label,
        )
        planned.analytic_distribution = part.analytic_distribution
        self.voucher.lines += planned.with_tax(part.tax_id, self.split_tax, self.to_company)

    def _move_to_currency(self, part):
        """Close an open item in its own currency; what the rates differ by is an exchange difference."""
        moved = self._take(part.amount)
        balance = part.amount_item if part.item.currency == self.company_currency else moved
        if gain := moved - balance:
            account_id = self.accounts.get_exchange(gain)
            self._add_line(Role.EXCHANGE, account_id, None, -gain, self.company_currency, -gain)
        self._add_line(
            part.role, part.account_id, part.partner_id, -part.amount_item, part.item.currency, -balance, part.item.id
        )

    def _add_rounding(self, part):
        currency = part.item.currency
        self._add_line(
            part.role,
            part.account_id,
            part.partner_id,
            -part.rounding,
            currency,
            -part.rounding_company,
            part.item.id,
        )
        self._add_line(Role.ROUNDING, self.accounts.rounding, None, part.rounding, currency, part.rounding_company)

    def _take(self, amount):
        """Take a part off the source, and return its company amount; all parts together take exactly the source's."""
        currency = self.line.currency
        balance = self.to_company(self.taken + amount, currency) - self.to_company(self.taken, currency)
        self.taken += amount
        source = self.source
        self._add_line(Role.SOURCE, source.account_id, source.partner_id, amount, currency, balance, source.id)
        return balance

    def _add_line(self, *values):
        self.voucher.lines.append(self._plan_line(*values))

    def _plan_line(self, role, account_id, partner_id, amount, currency, balance, item_id=None, label=""):
        return PlannedLine(
            role=role,
            account_id=account_id,
            balance=balance,
            amount_currency=amount,
            currency=currency,
            name=self.labels.get(role) or label or self.line.label,
            partner_id=partner_id,
            transaction_ids=(self.line.id,),
            item_id=item_id,
            date_due=self.voucher.date,
        )
