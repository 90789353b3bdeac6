from collections import Counter

from odoo import models

from ..common.messages import Message
from .money import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_settlement_reversals(self):
        """Return our own reversals of these vouchers; no other entry that claims to reverse them is one."""
        posted = self.reversal_move_ids.filtered(lambda move: move.settlement_id and move.state == "posted")
        return posted.filtered(lambda move: move._is_own_reversal())

    def _is_reversed_by_hand(self):
        """Whether an entry was reversed by hand, by a reversal that has not been reversed itself."""
        posted = self.reversal_move_ids.filtered(lambda move: move.state == "posted" and move != self)
        return any(not move.reversal_move_ids.filtered(lambda other: other.state == "posted") for move in posted)

    def _count_in_ledger(self, seen=()):
        """Return how often a voucher is in the ledger: once, less each of our reversals that counts itself.

        A reversal that was reversed no longer counts, and its voucher is in the ledger again.

        :param seen: ids of the entries it reverses, as SQL can make entries reverse themselves.
        """
        self.ensure_one()
        if self.state != "posted" or self.id in seen:
            return 0
        return 1 - sum(move._count_in_ledger((*seen, self.id)) for move in self._get_settlement_reversals())

    def _get_debit(self):
        return to_decimal(sum(self.line_ids.mapped("debit")), self.company_id.currency_id)

    def _describe_as(self, code):
        """Return a sentence on each of these entries."""
        return [Message(code, {"voucher": move.name or "", "amount": move._get_debit()}) for move in self]

    def _is_own_reversal(self):
        """Whether this entry is our reversal of the one it names: by its stored copy, else by being its opposite."""
        self.ensure_one()
        kept = self.env["account.settlement.voucher"].search([("move_id", "=", self.id)])
        readable = kept.filtered(lambda voucher: voucher._is_readable())
        if readable:
            return any(voucher._get_booked().reversed_id == self.reversed_entry_id.id for voucher in readable)
        return self._is_opposite(self.reversed_entry_id)

    def _is_opposite(self, original):
        """Whether two entries cancel each other out, item for item."""

        def sides(move, sign):
            return Counter(
                (
                    item.account_id.id,
                    item.partner_id.id or 0,
                    item.currency_id.id,
                    sign * to_decimal(item.balance, item.company_currency_id),
                    sign * to_decimal(item.amount_currency, item.currency_id),
                )
                for item in move.line_ids
            )

        return self != original and sides(self, 1) == sides(original, -1)
