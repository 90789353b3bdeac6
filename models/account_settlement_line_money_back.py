from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..matching.money_back import describe_met


class AccountSettlementLine(models.Model):
    """Payments and refunds of one sale that meet each other on the customer, or on the unknown account."""

    _inherit = "account.settlement.line"

    def _find_booked_items(self, decision):
        """Put the journal items into a decision that its batch has booked meanwhile, of transactions it is to meet.

        :raises UserError: when such a transaction is not there, as it could not be booked.
        """
        for part in decision.allocations:
            if part.item and part.item.id < 0:
                other = self.browse(part.item.transaction_id)
                items = other._get_open_move_lines().filtered(
                    lambda item, part=part: (
                        (item.account_id.id, item.partner_id.id or None) == (part.item.account_id, part.item.partner_id)
                    )
                )
                if len(items) != 1:
                    raise UserError(
                        self.env._("%s is not open on the customer, so nothing can be matched with it.", other.name)
                    )
                part.item = replace(part.item, id=items.id)

    def _note_met(self, decisions):
        """Say on the transactions that were open that others have met them; those that are closed now are matched.

        :param decisions: :class:`~..matching.outcomes.Decision`, booked.
        """
        met = [
            (part.item.transaction_id, decision.line.id, describe_met(decision.line, part.amount))
            for decision in decisions
            for part in decision.allocations
            # What this very batch has booked knows it already.
            if part.item and part.item.transaction_id and not part.item.decision
        ]
        transactions = self.browse(transaction_id for transaction_id, _met_by, _message in met)
        for transaction_id, met_by, message in met:
            transaction = self.browse(transaction_id).with_prefetch(transactions.ids)
            vals = {
                "explanation_data": transaction._get_explanation_after(message),
                "taken_back_line_ids": [Command.unlink(met_by)],
            }
            if not transaction._get_own_open_items():
                vals.update(transaction._get_closed_vals())
            transaction.write(vals)

    def _get_amount_given_back(self):
        """Return how much of these payments and refunds has met each other, in company currency."""
        items = self.move_line_ids.filtered(
            lambda item: item.parent_state == "posted" and item.settlement_role in ("customer", "prepayment", "item")
        )
        partials = items.matched_debit_ids.filtered(lambda partial: partial.debit_move_id in items)
        return sum(partials.mapped("amount"))
