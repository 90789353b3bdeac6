from odoo import models

from .own_writes import is_own


class AccountPartialReconcile(models.Model):
    """Bank lines that a person takes back from their payout."""

    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Note which bank lines are taken back: no scheduled action matches them with their payouts again."""
        items = self.debit_move_id | self.credit_move_id
        settlements = items._get_clearing_settlements().sudo()
        taken_back = [] if is_own(self) or not settlements else self._get_payouts_taken_back()
        result = super().unlink()
        for settlement, item in taken_back:
            settlement._note_bank_line_taken_back(item)
        for settlement, _item in taken_back:
            settlement._part_from_others()
            settlement._close_undone()
        self.env.add_to_compute(settlements._fields["state"], settlements)
        return result

    def _get_payouts_taken_back(self):
        """Return ``(settlement, item of the bank's side)`` of the payouts among these reconciliations: all that were
        reconciled together with the item."""
        pairs = {}
        for partial in self.sudo():
            both = partial.debit_move_id | partial.credit_move_id
            bank_item = both.filtered(lambda item: not item.settlement_clearing_id and not item.move_id.settlement_id)
            if len(bank_item) == 1 and both.settlement_clearing_id:
                for settlement in bank_item._all_reconciled_lines().settlement_clearing_id:
                    pairs[settlement, bank_item] = True
        return list(pairs)
