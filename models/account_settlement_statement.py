from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..balances.open_items import Source
from ..balances.statement import Document
from ..common.messages import Message


class AccountSettlement(models.Model):
    """What the proof of a balance account asks of settlements: when they were paid out, came back, reached the bank."""

    _inherit = "account.settlement"

    def _get_sent_on(self):
        """Return the day it was paid out where no row of its own says so, or None."""
        self.ensure_one()
        if self.is_open or not self.external_id:
            return None
        return self.payout_date or self.date

    def _get_said_name(self):
        """Return what it is called in a sentence: its name; before its payout has come, the day it goes on from."""
        self.ensure_one()
        if self.external_id or not self.date_from:
            return self.name
        return Message("balance_open_run", {"owner": self.provider_id.name, "date": self.date_from})

    def _get_sources(self):
        """Return its documents as :class:`~..balances.statement.Document`."""
        return tuple(
            Document(document.id, document.name, document.sha256) for document in self.document_ids.sorted("id")
        )

    def _get_balance_sources(self):
        """Return ``{id: Source}`` of these settlements, for what sums up several of their transactions."""
        return {
            settlement.id: Source(
                settlement=settlement._get_said_name(),
                owner=settlement.provider_id.name,
                documents=settlement._get_sources(),
            )
            for settlement in self.sudo()
        }

    def _read_paid_out(self, date):
        """Return what became of these settlements' payouts.

        :return: ``{id: day of the payout's row}``, ``{id: day an aborted one came back}``, the ids of those that a bank
            line has met by the end of ``date``, and ``{id: (amount, numbers)}`` of what other entries have taken off.
        """
        sent = dict(
            self.env["account.settlement.line"]._read_group(
                [("settlement_id", "in", self.ids), ("kind", "=", "payout"), ("is_replaced", "=", False)],
                ["settlement_id"],
                ["date:min"],
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT settlement.id, min(line.date)
                  FROM account_settlement settlement
                  JOIN account_settlement_line line ON line.settlement_id = settlement.carried_to_id
                 WHERE settlement.id = ANY(%(ids)s)
                   AND line.kind = 'payout_return'
                   AND line.amount = settlement.payout_amount
              GROUP BY settlement.id
                """,
                ids=self.ids,
            )
        )
        met = self.env.execute_query(
            SQL(
                """
                SELECT item.settlement_clearing_id,
                       bool_or(side.is_bank),
                       COALESCE(sum(partial.amount) FILTER (WHERE NOT side.is_bank), 0)::text,
                       string_agg(DISTINCT move.name, ', ') FILTER (WHERE NOT side.is_bank)
                  FROM account_move_line item
                  JOIN LATERAL (
                    SELECT credit_move_id AS other_id, debit_amount_currency AS amount
                      FROM account_partial_reconcile WHERE debit_move_id = item.id
                     UNION ALL
                    SELECT debit_move_id, -credit_amount_currency
                      FROM account_partial_reconcile WHERE credit_move_id = item.id
                  ) AS partial ON TRUE
                  JOIN account_move_line other ON other.id = partial.other_id
                  JOIN account_move move ON move.id = other.move_id
                  JOIN account_journal journal ON journal.id = move.journal_id
                  JOIN LATERAL (
                    SELECT move.statement_line_id IS NOT NULL
                           OR (journal.type IN ('bank', 'cash') AND move.origin_payment_id IS NULL) AS is_bank
                  ) AS side ON TRUE
                 WHERE item.settlement_clearing_id = ANY(%(ids)s)
                   AND item.date <= %(date)s
                   AND other.date <= %(date)s
                   AND other.settlement_clearing_id IS NULL
                   AND other.settlement_role IS NULL
              GROUP BY item.settlement_clearing_id
                """,
                ids=self.ids,
                date=date,
            )
        )
        by_hand = {row[0]: (Decimal(row[2]), row[3] or "") for row in met if Decimal(row[2])}
        return {one.id: day for one, day in sent.items()}, dict(rows), {row[0] for row in met if row[1]}, by_hand
