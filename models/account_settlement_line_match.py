from odoo import models

from ..matching.ledger import Line


class AccountSettlementLine(models.Model):
    """What the match stage asks of a transaction."""

    _inherit = "account.settlement.line"

    def _to_plain(self):
        """Return the transaction as a plain :class:`~..matching.ledger.Line`."""
        self.ensure_one()
        return Line(
            id=self.id,
            fee_owed=self.fee_owed,
            is_kept=self.is_kept,
            taken_back_ids=frozenset(self.sudo().taken_back_item_ids.ids),
            taken_back_from=frozenset(self.sudo().taken_back_line_ids.ids),
            **self._read_row(),
        )
