from contextlib import contextmanager

from odoo import models


class AccountMove(models.Model):
    """What the book stage asks of Odoo's journal entries."""

    _inherit = "account.move"

    @contextmanager
    def _sync_dynamic_lines(self, container):
        """The lines of a settlement voucher are those that were planned, and those of its reversal their opposite.

        Odoo would work out the tax anew from the bases when it reverses an entry; where the voucher has the VAT as the
        document states it, that gives other amounts, and a balancing line on the suspense account.
        """
        if self and all(move.settlement_id and move.move_type == "entry" for move in self):
            yield
            return
        with super()._sync_dynamic_lines(container):
            yield
