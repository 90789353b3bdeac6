from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import format_date

from ..booking.accounts import Accounts
from ..booking.fees import book_fees
from ..booking.tax_split import TaxLine, TaxSplit
from ..booking.vouchers import Conversion, plan_voucher
from ..matching.outcomes import Status
from ..matching.roles import Role
from .money import to_decimal
from .written_language import company_language

#: The largest number of transactions in one voucher: more would be slow to open and to post.
LINES_PER_VOUCHER = 500


class AccountSettlement(models.Model):
    """The book stage: decided transactions become planned vouchers, which the post stage writes."""

    _inherit = "account.settlement"

    def _book(self, date, lines):
        """Book transactions of one ledger date: plan, prove, write once, compare, reconcile.

        :param date: the provider's ledger date. :param lines: ``account.settlement.line``, not booked yet.
        :return: the vouchers.
        :raises UserError: when the plan cannot be booked exactly; nothing is booked then.
        """
        self.ensure_one()
        with self.env["settlement.message"]._as_user_error():
            decided = self._match(lines)
            booking_date, vouchers, decisions, fees = self._plan(date, decided)
        moves = self._write_vouchers([voucher for voucher in vouchers if voucher.lines])
        lines._note_decisions(decided, date, booking_date, fees)
        lines._note_met(decisions)
        lines._place_again()
        if self.move_ids.reversed_entry_id:
            lines._meet_what_was_kept()
        return moves

    def _plan(self, date, decided):
        """Plan the vouchers of one ledger date, without writing anything.

        :param decided: a :class:`~..matching.outcomes.Decision` for each transaction.
        :return: the booking date, the vouchers (:class:`~..booking.planned.Voucher`), the decisions that are booked,
            and how their fees are (``{transaction id: FeeBooking}``).
        :raises SettlementError: when they cannot be booked exactly.
        """
        # A transaction a rule proposes to exclude is booked or excluded when a person has said so.
        decisions = [decision for decision in decided if decision.status is not Status.NEW]
        split_tax = self._get_tax_split()
        fees = book_fees(decisions, self.provider_id._get_fee_types(), split_tax)
        booking_date = self._get_booking_date(date, self._has_tax(decisions, fees))
        vouchers = [
            plan_voucher(
                booking_date,
                decisions[start : start + LINES_PER_VOUCHER],
                self._get_accounts(),
                Conversion(
                    self.currency_id.name,
                    self.company_id.currency_id.name,
                    self._get_conversion(date),
                ),
                self._get_labels(date),
                fees,
                split_tax,
            )
            for start in range(0, len(decisions), LINES_PER_VOUCHER)
        ]
        return booking_date, vouchers, decisions, fees

    @staticmethod
    def _has_tax(decisions, fees):
        """Return whether anything of it affects the VAT return."""
        return any(fee.tax_id for fee in fees.values()) or any(
            part.tax_id for decision in decisions for part in decision.allocations
        )

    def _get_booking_date(self, date, has_tax=False):
        """Return ``date``, or the first open day after it where Odoo says the period is locked for this journal.

        :param bool has_tax: whether the voucher affects the VAT return: then its lock date counts too.
        """
        locks = self.company_id._get_violated_lock_dates(date, has_tax, self.provider_id.journal_id)
        return max(lock for lock, _field in locks) + timedelta(days=1) if locks else date

    def _get_tax_split(self):
        """Return ``(tax id, amount, currency name) -> TaxSplit`` with the amounts that Odoo itself computes."""
        AccountTax = self.env["account.tax"].with_context(
            lang=company_language(self.company_id), force_price_include=True
        )
        splits = {}
        currencies = {}

        def split_tax(tax_id, amount, currency_name):
            if currency_name not in currencies:
                currencies.update(self._get_currencies([currency_name]))
            key = (tax_id, amount, currency_name)
            if key not in splits:
                splits[key] = self._split_tax(AccountTax.browse(tax_id), amount, currencies[currency_name])
            return splits[key]

        return split_tax

    @staticmethod
    def _split_tax(tax, amount, currency):
        """Divide an amount into a base and the tax in it, exactly.

        :param amount: ``Decimal``, debit positive. What goes against the tax's usual side is a refund, as Odoo has it
            on a journal entry.
        :return: :class:`~..booking.tax_split.TaxSplit`.
        """
        is_refund = amount > 0 if tax.type_tax_use == "sale" else amount < 0
        computed = tax.compute_all(
            float(amount), currency=currency, is_refund=is_refund, rounding_method="round_per_line"
        )
        lines = tuple(
            TaxLine(
                amount=to_decimal(values["amount"], currency),
                account_id=values["account_id"] or None,
                repartition_line_id=values["tax_repartition_line_id"],
                tag_ids=tuple(sorted(values["tag_ids"])),
                # As Odoo does on its own documents: what is not settled with the tax authority is cost like its base.
                is_analytic=bool(values["analytic"] or not values["use_in_tax_closing"]),
            )
            for values in computed["taxes"]
        )
        return TaxSplit(
            net=amount - sum((line.amount for line in lines), Decimal(0)),
            base_tag_ids=tuple(sorted(computed["base_tags"])),
            lines=lines,
            name=tax.name,
        )

    def _get_accounts(self):
        provider, company = self.provider_id, self.company_id
        return Accounts(
            clearing=provider.clearing_account_id.id,
            unknown=provider.unknown_account_id.id,
            fee=provider.fee_account_id.id,
            rounding=provider.rounding_account_id.id,
            fee_payable=provider.fee_payable_account_id.id or None,
            exchange_gain=company.income_currency_exchange_account_id.id or None,
            exchange_loss=company.expense_currency_exchange_account_id.id or None,
            clearing_partner=provider.partner_id.commercial_partner_id.id or None,
        )

    def _get_labels(self, date):
        """Return ``{role: text}`` of the summed lines, in the company's language."""
        settlement = self.with_context(lang=company_language(self.company_id))
        values = {"name": settlement.name, "date": format_date(settlement.env, date)}
        return {
            Role.CLEARING: settlement.env._("%(name)s, %(date)s", **values),
            Role.FEE: settlement.env._("Fees, %(name)s, %(date)s", **values),
            Role.FEE_PAYABLE: settlement.env._("Fees owed, %(name)s, %(date)s", **values),
            Role.ROUNDING: settlement.env._("Rounding, %(name)s, %(date)s", **values),
            Role.EXCHANGE: settlement.env._("Exchange difference, %(name)s, %(date)s", **values),
        }
