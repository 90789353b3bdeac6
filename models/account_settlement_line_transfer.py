from dataclasses import replace
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..booking.fees import book_fees, move_fee
from ..booking.transfers import plan_transfer
from ..common.messages import Message
from ..matching.ledger import OpenItem
from ..matching.roles import Role
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """Transfers of a transaction's open amount to another account or document, each by a voucher of its own."""

    _inherit = "account.settlement.line"

    def _get_source_item(self, move_line):
        """Return an open journal item as a plain :class:`~..matching.ledger.OpenItem`."""
        return OpenItem(
            id=move_line.id,
            type=None,
            case_id="",
            name=move_line.move_name or "",
            account_id=move_line.account_id.id,
            partner_id=move_line.partner_id.id or None,
            currency=move_line.currency_id.name,
            residual=to_decimal(move_line.amount_residual_currency, move_line.currency_id),
        )

    def _get_plain_open(self, move_line):
        """Return this transaction as a plain line over the amount that is still open on ``move_line``."""
        plain = self._to_plain()
        amount = -to_decimal(move_line.amount_residual_currency, move_line.currency_id)
        original = plain.amount_original if amount == plain.amount else None
        return replace(
            plain,
            amount=amount,
            amount_whole=plain.amount,
            fee=Decimal(0),
            amount_original=original,
            item_id=move_line.id,
        )

    def _get_settings(self):
        settlement = self.settlement_id
        return settlement._get_match_settings(fields.Date.context_today(self))

    def _get_open_sources(self):
        """Return ``(transaction, journal item)`` for each journal item that is open."""
        return [(line, move_line) for line in self for move_line in line._get_open_move_lines()]

    def _book_transfer(self, decision, move_line, reason=None, status=None, date=None):
        """Transfer what is open on ``move_line`` to where ``decision`` says, by a voucher of its own.

        :param str reason: of the person who decided, if one did.
        :param status: the transaction's status afterwards; by default the decision's.
        :param date: what the person wants the voucher to be dated, see :meth:`_get_transfer_date`.
        """
        self.ensure_one()
        settlement = self.settlement_id.with_company(self.company_id)
        self._find_booked_items(decision)
        split_tax = settlement._get_tax_split()
        fee = self._book_moved_fee(decision, split_tax)
        wanted = self._get_transfer_date(decision, move_line if reason else None, date)
        date = settlement._get_booking_date(wanted, any(part.tax_id for part in decision.allocations))
        source = self._get_source_item(move_line)
        rate = Decimal(1)
        if source.residual and move_line.currency_id != move_line.company_currency_id:
            rate = Decimal(repr(move_line.amount_residual)) / source.residual
        company_currency = move_line.company_currency_id

        def to_company(amount, _currency):
            return to_decimal(company_currency.round(float(amount * rate)), company_currency)

        with settlement.env["settlement.message"]._as_user_error():
            voucher, groups = plan_transfer(
                date,
                decision,
                source,
                settlement._get_accounts(),
                settlement._get_labels(self.date),
                to_company,
                company_currency.name,
                split_tax,
            )
        if voucher.lines:
            settlement._write_vouchers([voucher])
        AccountMoveLine = self.env["account.move.line"]
        settlement._reconcile_groups([AccountMoveLine.browse(group) for group in groups])
        explanation = decision.explanation
        if reason:
            explanation = [Message("person_says", {"user": self.env.user.name, "reason": reason}), *explanation]
            explanation += self._explain_moved_date(wanted, date)
        vals = {
            "status": status or str(decision.status),
            "explanation_data": self._get_explanation_after(*explanation),
            "rule_id": decision.rule_id or self.rule_id.id,
            "partner_id": decision.partner_id or self.partner_id.id,
            "difference": decision.difference or False,
            "is_dispute": self.is_dispute or decision.is_dispute,
            "is_undone": False,
            "is_reopened": False,
        }
        if fee:
            vals["fee_vat_issue"] = self._get_fee_vat_issue(fee)
        if decision.case:
            vals["sale_order_id"] = decision.case.order_id or self.sale_order_id.id
            vals["invoice_id"] = decision.invoice_id or self.invoice_id.id
        elif status == "resolved":
            vals.update({"sale_order_id": False, "invoice_id": False})
        elif decision.line.amount == decision.line.amount_whole:
            # Nothing of it is left where it was: it no longer has to do with that order and customer.
            vals.update({"sale_order_id": False, "invoice_id": False, "partner_id": decision.partner_id or False})
        self.write(vals)
        self._note_met([decision])

    def _note_left(self, left):
        """Write what the voucher for one part of a transaction does not know: that another stays where it was open.

        :param left: ``(journal item, decision)`` of what was not moved.
        """
        still_open = self._get_open_move_lines()
        left = [(item, decision) for item, decision in left if item in still_open]
        if not left:
            return
        surplus = [decision for _item, decision in left if decision.difference == "excess"]
        apart = [
            item
            for item, decision in left
            if item.settlement_role == Role.ITEM
            and (decision not in surplus or any(said.code == "taken_back_before" for said in decision.explanation))
        ]
        vals = {"is_reopened": bool(apart)}
        if surplus:
            vals["difference"] = "excess"
        elif self.status == "matched" and not self.is_dispute:
            vals["status"] = "on_account"
        self.write(vals)

    def _book_moved_fee(self, decision, split_tax):
        """Book by its type what a rule has recognised as a fee; return its booking, or None."""
        provider = self.provider_id
        fee = book_fees([decision], provider._get_fee_types(), split_tax).get(self.id) if decision.rule_id else None
        if fee:
            move_fee(decision, fee, provider.fee_account_id.id)
        return fee

    def _get_transfer_date(self, decision, move_line=None, date=None):
        """Return what the voucher should be dated, whether or not that period is locked.

        :param move_line: what a person moves: then as it is dated itself, else today. A transfer from prepayments is
            dated as the invoice. :param date: what the person has chosen.
        """
        if move_line:
            documents = self.env["account.move"].browse(
                part.item.invoice_id for part in decision.allocations if part.item and part.item.invoice_id
            )
            # An invoice is not paid before it is there.
            return max([date or move_line.date, *documents.mapped("date")])
        invoice = self.env["account.move"].browse(decision.invoice_id)
        if self.status == "on_account" and invoice.invoice_date:
            return max(invoice.date, self.booking_date or invoice.date)
        return fields.Date.context_today(self)

    @staticmethod
    def _explain_moved_date(wanted, date):
        """Return what is said where a voucher could not be dated as wanted: a list of messages."""
        return [Message("late", {"date": wanted, "booked": date})] if date != wanted else []

    def _check_chosen_date(self, date, move_lines):
        """Refuse a voucher's date in the future, or before what it moves was booked.

        :param move_lines: the journal items that are moved.
        """
        self.ensure_one()
        earliest = max(move_lines.mapped("date"), default=self.date)
        if date and date < earliest:
            raise UserError(
                self.env._(
                    "%(line)s is booked on %(earliest)s, so it cannot be moved on %(date)s. Choose that date or a "
                    "later one.",
                    line=self.name,
                    earliest=format_date(self.env, earliest),
                    date=format_date(self.env, date),
                )
            )
        if date and date > max(fields.Date.context_today(self), earliest):
            raise UserError(self.env._("%s is in the future. Choose a date until today.", format_date(self.env, date)))
