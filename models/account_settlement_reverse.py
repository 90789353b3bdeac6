from odoo import models

from ..booking.undo import OpenPosting, plan_undo
from ..matching.roles import Role
from .money import to_decimal


class AccountSettlement(models.Model):
    """The reverse stage: what was booked is undone by reversal, one transaction or the whole settlement."""

    _inherit = "account.settlement"

    def _plan_undo(self, line, own, date):
        """Plan the voucher that takes one transaction's own journal items back to the unknown account.

        :param date: what it should be dated; moved to the first open day if its period is locked.
        :return: the voucher, and the amount moved in company currency.
        """
        has_tax = any(item._affect_tax_report() for item in own)
        # What is unknown in the end is the whole row, in the settlement's currency, whatever currency its items are in.
        unknown = own.filtered(lambda item: item.settlement_role == Role.UNKNOWN)
        unknown_amount = -to_decimal(line.amount, line.currency_id)
        unknown_amount -= to_decimal(sum(unknown.mapped("amount_residual_currency")), line.currency_id)
        return plan_undo(
            self._get_booking_date(date, has_tax),
            line._to_plain(),
            self._get_open_postings(own - unknown),
            self.provider_id.unknown_account_id.id,
            unknown_amount,
        )

    def _get_open_postings(self, items):
        """Return what is still open of journal items, as :class:`~..booking.undo.OpenPosting`.

        For reconcilable accounts: the residual. For others: the sum of items that share account, partner, currency, tax
        and analytic distribution.
        """

        def shared(item):
            analysis = tuple(sorted((item.analytic_distribution or {}).items()))
            return item.account_id, item.partner_id, item.currency_id, self._get_tax_identity(item), analysis

        postings = [
            self._to_posting(item, item.amount_residual, item.amount_residual_currency)
            for item in items.filtered("account_id.reconcile")
        ]
        others = items.filtered(lambda item: not item.account_id.reconcile)
        postings += [
            self._to_posting(group[:1], sum(group.mapped("balance")), sum(group.mapped("amount_currency")))
            for group in others.grouped(shared).values()
        ]
        return [posting for posting in postings if posting.balance or posting.amount_currency]

    def _to_posting(self, item, balance, amount_currency):
        tax_ids, tax_tag_ids, tax_repartition_line_id = self._get_tax_identity(item)
        return OpenPosting(
            account_id=item.account_id.id,
            balance=to_decimal(balance, item.company_currency_id),
            amount_currency=to_decimal(amount_currency, item.currency_id),
            currency=item.currency_id.name,
            partner_id=item.partner_id.id or None,
            item_id=item.id if item.account_id.reconcile else None,
            analytic_distribution=item.analytic_distribution or None,
            tax_ids=tax_ids,
            tax_tag_ids=tax_tag_ids,
            tax_repartition_line_id=tax_repartition_line_id,
            tax_base=to_decimal(item.tax_base_amount, item.company_currency_id),
        )

    def _reverse(self, reason, date=None):
        """Undo the settlement: every voucher is reversed, and the transactions are to be booked again.

        Items that others have reconciled since are left alone, and named in the chatter.

        :param str reason: for the trail. :param date: of the reversals; today by default, moved to an open period.
        :return: the reversals.
        """
        reversals = self.env["account.move"]
        for settlement in self._as_manager():
            settlement._lock()
            settlement = settlement.with_company(settlement.company_id)
            moves = settlement.move_ids.filtered(
                lambda move: not move.reversed_entry_id and move._count_in_ledger() > 0
            )
            kept = moves._get_reconciled_by_others()
            met = settlement._get_met_elsewhere(moves)
            reversals |= moves._reverse_settlement_moves(reason, date)
            settlement.line_ids._note_taken_apart(met, "undone")
            settlement.line_ids.filtered(lambda line: line.status != "excluded")._reset_to_new()
            settlement.write({"booking_error_data": False, "is_undone": True})
            settlement._say_reversed(reason, kept)
        return reversals.with_env(self.env)

    def _get_met_elsewhere(self, moves):
        """Return what transactions of other settlements have met in these vouchers: it is open again without them."""
        partials = moves.line_ids.matched_debit_ids | moves.line_ids.matched_credit_ids
        own_ids = set(self.line_ids.ids)
        return [entry for entry in partials.filtered("settlement_id")._get_met() if entry.line_id not in own_ids]

    def _say_reversed(self, reason, kept):
        body = self.env._("Undone by reversal. Reason: %s", reason)
        if kept:
            body += " " + self.env._(
                "Not changed, because somebody else has reconciled them since: %s. Review them by hand.",
                ", ".join(kept.mapped(lambda line: f"{line.move_id.name} {line.name or ''}".strip())),
            )
        self.message_post(body=body)
