from odoo import models

from ..matching.ledger import Ledger
from .ledger_cases import LedgerCases
from .ledger_open_items import LedgerOpenItems
from .ledger_references import LedgerReferences


class AccountSettlementProvider(models.Model):
    """The match stage: what exists in the ledger for a provider's transactions."""

    _inherit = "account.settlement.provider"

    def _gather_ledger(self, lookups, moves=None, without=None, without_items=None):
        """Return the :class:`~..matching.ledger.Ledger` of all that is looked up, in a constant number of queries.

        :param lookups: :class:`~..matching.lookups.Lookups`.
        :param moves: documents a person has chosen, gathered in addition.
        :param without: ``account.settlement.line`` that are taken as not booked: what they have met is open again.
        :param without_items: ``account.move.line`` of others, such as entries by hand, that are taken as not booked.
        """
        self.ensure_one()
        self.env.flush_all()
        # PostgreSQL has no statistics for partial indexes, and expects many documents of each reference: what it would
        # compile for so many takes longer than the queries.
        self.env.cr.execute("SET LOCAL jit = off")
        without_ids = without.ids if without else []
        ledger = Ledger()
        open_items = LedgerOpenItems(self, ledger, without_ids, without_items.ids if without_items else [])
        references = LedgerReferences(self, lookups, without_ids, open_items.released)
        orders = references.find_orders()
        documents = references.find_moves()
        transactions = references.find_transactions()
        lines = references.find_earlier_lines()
        order_ids = {row["order_id"] for row in orders + transactions + lines if row["order_id"]}
        move_ids = {row["move_id"] for row in documents + transactions + lines if row["move_id"]}
        move_ids |= set(moves.ids if moves else ()) | references.find_customer_moves(ledger)
        order_ids |= references.find_orders_of(move_ids)
        cases = LedgerCases(self, ledger)
        cases.add_orders(order_ids)
        cases.add_order_names(order_ids)
        cases.add_moves(move_ids, order_ids)
        cases.add_payments(transactions)
        cases.add_keys(orders, documents, transactions, lines)
        open_items.add_documents(cases)
        open_items.add_payments(transactions, cases)
        open_items.add_disputes(lines, cases)
        open_items.add_money(cases)
        open_items.add_unknown(lookups.provider_references)
        return ledger
