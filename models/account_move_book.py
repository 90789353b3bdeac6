from contextlib import contextmanager

from odoo import models


class AccountMove(models.Model):
    """Settlement vouchers, whose lines Odoo must leave as they are planned."""

    _inherit = "account.move"

    @contextmanager
    def _sync_dynamic_lines(self, container):
        """Keep a settlement voucher's lines as planned, and those of its reversal as their opposite.

        Odoo would compute the tax again from the bases when it reverses an entry. Where the voucher has the VAT as the
        document states it, that gives other amounts, and a balancing line on the suspense account.
        """
        if self and all(move.settlement_id and move.move_type == "entry" for move in self):
            yield
            return
        with super()._sync_dynamic_lines(container):
            yield
