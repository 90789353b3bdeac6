from odoo import models
from odoo.tools import SQL

from ..common.messages import Message
from ..matching.roles import SHARED_ROLES
from ..providers.records import BANK_KINDS
from .money import to_decimal


class AccountSettlement(models.Model):
    """The proof of the ledger itself, whoever wrote it, and independent of the stored copies."""

    _inherit = "account.settlement"

    # ---------------------------------------------------------------- numbers

    def _get_number_differences(self):
        """Return the sentences on amounts that are not numbers, with which nothing can be added up."""
        said = []
        for model, record_id, name, found in self._find_broken_numbers():
            record = self.env[model].browse(record_id)
            label = record._fields[name]._description_string(self.env)
            values = {"record": record.display_name, "field": label, "found": found or self.env._("empty")}
            said.append(Message("not_an_amount", values))
        return said

    def _find_broken_numbers(self):
        """Return ``(model, id, field, value)`` of the amounts that are empty or not a number."""
        return self.env.execute_query(
            SQL(
                """
                WITH item AS (
                    SELECT line.*
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE move.settlement_id = %(id)s
                ), partial AS (
                    SELECT partial.*
                      FROM account_partial_reconcile partial
                     WHERE partial.debit_move_id IN (SELECT id FROM item)
                        OR partial.credit_move_id IN (SELECT id FROM item)
                ), number AS (
                    SELECT 'account.move.line' AS model, item.id, given.name, given.value, given.is_required
                      FROM item, LATERAL (VALUES
                           ('balance', balance, true), ('amount_currency', amount_currency, true),
                           ('amount_residual', amount_residual, true),
                           ('amount_residual_currency', amount_residual_currency, true),
                           ('debit', debit, false), ('credit', credit, false),
                           ('tax_base_amount', tax_base_amount, false)
                      ) AS given (name, value, is_required)
                    UNION ALL
                    SELECT 'account.partial.reconcile', partial.id, given.name, given.value, true
                      FROM partial, LATERAL (VALUES
                           ('amount', amount), ('debit_amount_currency', debit_amount_currency),
                           ('credit_amount_currency', credit_amount_currency)
                      ) AS given (name, value)
                    UNION ALL
                    SELECT 'account.settlement.line', line.id, given.name, given.value, false
                      FROM account_settlement_line line, LATERAL (VALUES
                           ('amount', amount), ('fee', fee)
                      ) AS given (name, value)
                     WHERE line.settlement_id = %(id)s
                    UNION ALL
                    SELECT 'account.settlement', settlement.id, given.name, given.value, false
                      FROM account_settlement settlement, LATERAL (VALUES
                           ('payout_amount', payout_amount), ('opening_balance', opening_balance),
                           ('closing_balance', closing_balance), ('amount_net', amount_net)
                      ) AS given (name, value)
                     WHERE settlement.id = %(id)s
                )
                SELECT model, id, name, value::text
                  FROM number
                 WHERE value IN ('NaN', 'Infinity', '-Infinity') OR (value IS NULL AND is_required)
              ORDER BY model, id, name
                """,
                id=self.id,
            )
        )

    # ---------------------------------------------------------------- what stands in the ledger

    def _get_ledger_differences(self):
        """Compare each transaction's amount in the ledger with its own, whichever vouchers it is in."""
        said = self._get_belonging_differences()
        said += self._get_pretenders()._describe_as("entry_pretends")
        said += self._get_strange_reversals()._describe_as("reversal_foreign")
        said += self._get_paid_differences()
        lines = self.env["account.settlement.line"]
        statuses = dict(lines._fields["status"]._description_selection(self.env))
        for line_id, found in self._find_hidden_unknown():
            line = lines.browse(line_id)
            values = {"found": to_decimal(found, self.currency_id), "status": statuses.get(line.status, line.status)}
            said += line._describe_as("row_hidden", **values)
        for line_id, found, booked in self._find_wrong_sums():
            values = {"found": to_decimal(found, self.currency_id), "booked": to_decimal(booked, self.currency_id)}
            said += lines.browse(line_id)._describe_as("row_sum_differs_in_ledger", **values)
        return said

    def _find_wrong_sums(self):
        """Return ``(transaction id, sum of its own journal items, what it should be)`` where they differ.

        Corrections, reversals and corrected items count alike: together they have the amount once, or not at all while
        it waits to be booked again. A fee has no item of its own until somebody assigns it. The sums are in company
        currency, or in the transaction's where all of its items are in that. An amount in a foreign currency that is
        reconciled with items in others is not added up.
        """
        return self.env.execute_query(
            SQL(
                """
                WITH standing AS (
                    SELECT row.id,
                           COALESCE(SUM(item.balance) FILTER (WHERE role.is_own), 0) AS balance,
                           COALESCE(SUM(item.amount_currency) FILTER (WHERE role.is_own), 0) AS amount_currency,
                           COALESCE(BOOL_AND(item.currency_id = row.currency_id) FILTER (WHERE role.is_own), true)
                               AS is_same_currency,
                           BOOL_OR(item.settlement_role IN ('fee', 'fee_payable')) AS is_in_fees
                      FROM account_settlement_line row
                      JOIN account_settlement_line_move_line_rel rel ON rel.settlement_line_id = row.id
                      JOIN account_move_line item ON item.id = rel.move_line_id
                      JOIN account_move move ON move.id = item.move_id
                      CROSS JOIN LATERAL (
                           SELECT COALESCE(item.settlement_role, '') NOT IN %(shared)s AS is_own
                      ) role
                     WHERE row.settlement_id = %(id)s
                       AND move.state = 'posted'
                  GROUP BY row.id
                ), compared AS (
                    SELECT row.id,
                           CASE WHEN row.currency_id = %(company_currency)s THEN standing.balance
                                ELSE standing.amount_currency END AS found,
                           CASE WHEN row.kind IN %(bank_kinds)s OR row.status IN ('new', 'excluded') THEN 0
                                ELSE -COALESCE(row.amount, 0) END AS expected,
                           row.kind IN ('fee', 'fee_refund')
                               OR (COALESCE(row.fee, 0) = 0 AND standing.is_in_fees) AS may_be_shared
                      FROM account_settlement_line row
                      JOIN standing ON standing.id = row.id
                     WHERE row.currency_id = %(company_currency)s OR standing.is_same_currency
                )
                SELECT id, found, expected
                  FROM compared
                 WHERE ABS(found - expected) > 0.001
                   AND NOT (may_be_shared AND ABS(found) < 0.001)
              ORDER BY id
                """,
                id=self.id,
                shared=tuple(map(str, SHARED_ROLES)),
                bank_kinds=tuple(sorted(map(str, BANK_KINDS))),
                company_currency=self.company_id.currency_id.id,
            )
        )

    def _find_hidden_unknown(self):
        """Return ``(transaction id, open amount)`` of transactions that are open on the unknown account, but are not on
        the list of unknown transactions.

        What has been moved from there is not, also where a person has parted the two items: nothing is left of it.
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT row.id, -SUM(item.amount_residual_currency)
                  FROM account_settlement_line row
                  JOIN account_settlement_line_move_line_rel rel ON rel.settlement_line_id = row.id
                  JOIN account_move_line item ON item.id = rel.move_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE row.settlement_id = %s
                   AND row.status NOT IN ('unknown', 'resolved')
                   AND move.state = 'posted'
                   AND item.settlement_role IN ('unknown', 'source')
                   AND item.amount_residual_currency != 0
              GROUP BY row.id, item.account_id
                HAVING BOOL_OR(item.settlement_role = 'unknown')
                   AND SUM(item.amount_residual_currency) != 0
              ORDER BY row.id
                """,
                self.id,
            )
        )

    # ---------------------------------------------------------------- who belongs to whom

    def _get_belonging_differences(self):
        """Compare the settlement's company and currency with its provider's, and the transactions' with its own."""
        said = []
        provider = self.provider_id
        found, booked = ((record.company_id, record.currency_id) for record in (self, provider))
        if found != booked:
            values = {"found": self._describe_belonging(*found), "booked": self._describe_belonging(*booked)}
            said.append(Message("settlement_elsewhere", {"settlement": self.name, **values}))
        lines = self.env["account.settlement.line"].browse(
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT id
                      FROM account_settlement_line
                     WHERE settlement_id = %s
                       AND (provider_id, company_id, currency_id) IS DISTINCT FROM (%s, %s, %s)
                  ORDER BY id
                    """,
                    self.id,
                    provider.id,
                    self.company_id.id,
                    self.currency_id.id,
                )
            )
        )
        own = self._describe_belonging(self.company_id, self.currency_id, provider)
        for line in lines:
            found = self._describe_belonging(line.company_id, line.currency_id, line.provider_id)
            said += line._describe_as("row_in_other_company", found=found, booked=own)
        return said

    @staticmethod
    def _describe_belonging(*records):
        return ", ".join(record.exists().display_name or "–" for record in records)

    def _get_pretenders(self):
        """Return the posted entries with journal items marked as this settlement's that are not vouchers of it.

        Vouchers that lost their own mark are found by their stored copies, and the journal item for which a transaction
        was excluded is marked by us.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH item AS (
                    SELECT rel.move_line_id AS id
                      FROM account_settlement_line_move_line_rel rel
                      JOIN account_settlement_line row ON row.id = rel.settlement_line_id
                     WHERE row.settlement_id = %(id)s
                    UNION
                    SELECT line.id
                      FROM account_move_line line
                     WHERE line.settlement_clearing_id = %(id)s
                       AND line.id NOT IN (
                           SELECT exclusion_move_line_id
                             FROM account_settlement_line
                            WHERE settlement_id = %(id)s AND exclusion_move_line_id IS NOT NULL
                       )
                )
                SELECT DISTINCT move.id
                  FROM item
                  JOIN account_move_line line ON line.id = item.id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE move.settlement_id IS DISTINCT FROM %(id)s
                   AND move.state = 'posted'
                   AND NOT EXISTS (
                       SELECT 1
                         FROM account_settlement_voucher kept
                        WHERE kept.move_id = move.id
                          AND kept.settlement_id = %(id)s
                          AND kept.is_ended IS NOT TRUE
                   )
              ORDER BY move.id
                """,
                id=self.id,
            )
        )
        return self.env["account.move"].browse(row[0] for row in rows)

    def _get_strange_reversals(self):
        """Return the posted entries that are marked as reversing a voucher of this settlement, but are not vouchers."""
        vouchers = self._get_kept_vouchers().move_id
        return self.env["account.move"].search(
            [("reversed_entry_id", "in", vouchers.ids), ("settlement_id", "=", False), ("state", "=", "posted")]
        )

    # ---------------------------------------------------------------- paid out

    def _get_paid_differences(self):
        """Compare a settlement in state *paid* with the clearing account, its counterparts, and the bank."""
        if self.state != "paid":
            return []
        items = self._get_clearing_items()
        said = []
        if not self._is_clearing_reconciled():
            found = to_decimal(sum(items.mapped("amount_residual_currency")), self.currency_id)
            values = {"found": found, "booked": to_decimal(self.amount_net, self.currency_id)}
            said.append(Message("paid_but_open", values))
        for item in items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id:
            values = {"item": item.display_name}
            if item.move_id.state != "posted":
                states = dict(item.move_id._fields["state"]._description_selection(self.env))
                said.append(Message("reconciled_unposted", {**values, "found": states.get(item.move_id.state, "–")}))
            if item.account_id not in items.account_id:
                values["found"], values["booked"] = (
                    ", ".join(accounts.with_context(show_account_code=True).mapped("display_name"))
                    for accounts in (item.account_id, items.account_id)
                )
                said.append(Message("reconciled_elsewhere", values))
        return said + self._get_bank_differences()

    def _get_bank_differences(self):
        """Compare the payout with its counterpart in the bank line."""
        items = self._get_paid_items(self.bank_item_ids)
        together = items._all_reconciled_lines()
        if not items or together.settlement_clearing_id != self or together - items - self._get_clearing_items():
            return []  # Several payouts, or what was carried on, share the bank line: they are zero together.
        found = to_decimal(-sum(items.mapped("amount_currency")), self.currency_id)
        booked = to_decimal(self.payout_amount, self.currency_id)
        if found == booked:
            return []
        name = ", ".join(items.move_id.mapped("display_name"))
        return [Message("bank_line_differs", {"item": name, "found": found, "booked": booked})]
