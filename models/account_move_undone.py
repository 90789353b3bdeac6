from odoo import models


class AccountMove(models.Model):
    """What is done to a document, so that the transactions it had met can say what opened them again."""

    _inherit = "account.move"

    def button_cancel(self):
        return super(AccountMove, self.with_context(settlement_cause="cancelled")).button_cancel()

    def unlink(self):
        return super(AccountMove, self.with_context(settlement_cause="deleted")).unlink()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        moves = self.with_context(settlement_cause="reversed")
        reversals = super(AccountMove, moves)._reverse_moves(default_values_list, cancel)
        return reversals.with_context(settlement_cause=False)
