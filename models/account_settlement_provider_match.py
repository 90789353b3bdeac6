from odoo import models

from .account_settlement_ledger_sql import LedgerQueries


class AccountSettlementProvider(models.Model):
    """The match stage: what exists in the ledger for a provider's transactions."""

    _inherit = "account.settlement.provider"

    def _gather_ledger(self, lookups, moves=None, without=None):
        """Return the :class:`~..matching.ledger.Ledger` of all that is looked up.

        :param lookups: :class:`~..matching.lookups.Lookups`.
        :param moves: documents a person has chosen, gathered in addition.
        :param without: ``account.settlement.line`` that are taken as not booked: what they have met is open again.
        """
        self.ensure_one()
        line_ids = without.ids if without else []
        return LedgerQueries(self, lookups, line_ids).run(moves.ids if moves else ())
