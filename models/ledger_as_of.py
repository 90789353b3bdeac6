from datetime import timedelta
from decimal import Decimal

from odoo.tools import SQL

from ..balances.entries import BookedAgain, Entry, Undoing, limit_undoings
from .money import to_decimal

#: For how many days back any item that is marked as reconciled is looked at again; payouts are at all times.
RECENT_DAYS = 92


def met_by(date):
    """Return the SQL of what an ``item`` is reconciled with by a day: its ``amount`` and ``amount_currency``."""
    return SQL(
        """
        SELECT sum(partial.amount) AS amount, sum(partial.amount_currency) AS amount_currency
          FROM (
            SELECT amount, debit_amount_currency AS amount_currency, credit_move_id AS other_id
              FROM account_partial_reconcile WHERE debit_move_id = item.id
             UNION ALL
            SELECT -amount, -credit_amount_currency, debit_move_id
              FROM account_partial_reconcile WHERE credit_move_id = item.id
          ) AS partial
          JOIN account_move_line other ON other.id = partial.other_id
         WHERE other.date <= %s
        """,
        date,
    )


class LedgerAsOf:
    """Balances and open items of accounts at the end of a day, each read for all accounts at once.

    An item is open by what it has been reconciled with up to that day: a reconciliation counts from the day of the
    later of its two items. What was reconciled afterwards is open again then.

    :param company: ``res.company``. :param accounts: ``account.account``. :param date: the day.
    """

    def __init__(self, company, accounts, date):
        self.env = company.env
        self.company = company
        self.accounts = accounts
        self.date = date
        for model in ("account.move.line", "account.move", "account.partial.reconcile", "account.settlement.line"):
            self.env[model].flush_model()

    def _query(self, query, **values):
        return self.env.execute_query_dict(
            SQL(query, account_ids=self.accounts.ids, company_id=self.company.id, date=self.date, **values)
        )

    def get_balances(self):
        """Return ``{account id: balance}``, ``Decimal`` in company currency."""
        rows = self._query(
            """
            SELECT account_id, sum(balance)::text AS balance
              FROM account_move_line
             WHERE account_id = ANY(%(account_ids)s)
               AND company_id = %(company_id)s
               AND parent_state = 'posted'
               AND date <= %(date)s
          GROUP BY account_id
            """
        )
        return {row["account_id"]: to_decimal(row["balance"], self.company.currency_id) for row in rows}

    def get_entries(self, read_told):
        """Return what is open of each journal item as :class:`~..balances.entries.Entry`, and what was undone since.

        :param read_told: returns ``{item id: balance as booked}`` for the rows of open items, see
            :meth:`.ledger_told.LedgerTold.read_balances`.
        :return: the entries, and ``{entry id: [Undoing]}``.
        """
        rows = self._read_open()
        ids = [row["id"] for row in rows]
        met = self._read_met(ids)
        behind = self._read_behind(ids)
        told = read_told(rows)
        currencies = self._read_currencies(rows)
        entries = [
            self._to_entry(
                {**row, "told": told.get(row["id"])},
                currencies[row["currency_id"]],
                met.get(row["id"], []),
                behind.get(row["id"]),
            )
            for row in rows
        ]
        by_id = {row["id"]: currencies[row["currency_id"]] for row in rows}
        undoings = {}
        for entry_id, partials in met.items():
            found = [self._to_undoing(entry_id, partial, by_id[entry_id]) for partial in partials]
            if found := [undoing for undoing in found if undoing]:
                undoings[entry_id] = found
        entries = [entry for entry in entries if entry.open or entry.open_currency]
        return entries, limit_undoings(entries, undoings, self._read_booked_again(list(undoings)))

    def _read_booked_again(self, ids):
        """Return what stands in the ledger more than once on the day, as it was booked again with an earlier date than
        that of its reversal.

        :param ids: of items that were met by a reversal since.
        :return: list of :class:`~..balances.entries.BookedAgain`: for each item, each transaction behind it.
        """
        rows = self._query(
            """
            SELECT rel.move_line_id AS entry_id, line.id, (line.amount - line.fee)::text AS net, again.times
              FROM account_settlement_line_move_line_rel rel
              JOIN account_settlement_line line ON line.id = rel.settlement_line_id
              JOIN LATERAL (
                SELECT sum(CASE WHEN move.reversed_entry_id IS NULL THEN 1 ELSE -1 END) - 1 AS times
                  FROM account_settlement_line_move_line_rel other
                  JOIN account_move_line item ON item.id = other.move_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE other.settlement_line_id = line.id
                   AND item.settlement_role = 'clearing'
                   AND item.parent_state = 'posted'
                   AND item.date <= %(date)s
              ) AS again ON again.times > 0
             WHERE rel.move_line_id = ANY(%(ids)s)
          ORDER BY rel.move_line_id, line.id
            """,
            ids=ids,
        )
        return [BookedAgain(row["entry_id"], row["id"], Decimal(row["net"]), int(row["times"])) for row in rows]

    def _read_currencies(self, rows):
        currencies = self.env["res.currency"].browse({row["currency_id"] for row in rows})
        return {currency.id: currency for currency in currencies}

    def _read_open(self):
        """Return the items that may be open on the day: those that are open now, those that were met since, and those
        that are marked as met and are not: of payouts and their bank lines, and lately."""
        return self._query(
            """
            WITH later AS (
                SELECT id
                  FROM account_move_line
                 WHERE account_id = ANY(%(account_ids)s) AND company_id = %(company_id)s AND date > %(date)s
            ), candidate AS (
                SELECT id
                  FROM account_move_line
                 WHERE account_id = ANY(%(account_ids)s)
                   AND company_id = %(company_id)s
                   AND reconciled IS NOT TRUE
                 UNION
                SELECT item.id
                  FROM account_move_line item
                 WHERE item.account_id = ANY(%(account_ids)s)
                   AND item.company_id = %(company_id)s
                   AND item.reconciled
                   AND item.date <= %(date)s
                   AND (item.settlement_clearing_id IS NOT NULL
                        OR item.settlement_payout_id IS NOT NULL
                        OR item.date > %(recent)s)
                   AND item.balance != COALESCE(
                        (SELECT sum(amount) FROM account_partial_reconcile WHERE debit_move_id = item.id), 0
                   ) - COALESCE(
                        (SELECT sum(amount) FROM account_partial_reconcile WHERE credit_move_id = item.id), 0
                   )
                 UNION
                SELECT partial.debit_move_id
                  FROM account_partial_reconcile partial
                  JOIN later ON later.id = partial.credit_move_id
                 UNION
                SELECT partial.credit_move_id
                  FROM account_partial_reconcile partial
                  JOIN later ON later.id = partial.debit_move_id
            )
            SELECT item.id, item.account_id, item.date, item.move_id, item.currency_id, item.name,
                   item.settlement_clearing_id AS settlement_id, item.settlement_payout_id AS payout_id,
                   item.settlement_role AS role, item.balance::text, item.amount_currency::text,
                   (item.balance - COALESCE(met.amount, 0))::text AS open,
                   (item.amount_currency - COALESCE(met.amount_currency, 0))::text AS open_currency,
                   move.name AS number,
                   move.statement_line_id IS NOT NULL
                       OR (journal.type IN ('bank', 'cash') AND move.origin_payment_id IS NULL) AS is_bank,
                   move.origin_payment_id IS NOT NULL AS is_payment,
                   move.settlement_id AS voucher_of, move.reversed_entry_id IS NOT NULL AS is_reversal,
                   partner.complete_name AS partner,
                   COALESCE(journal.name->>%(lang)s, journal.name->>'en_US') AS journal
              FROM candidate
              JOIN account_move_line item ON item.id = candidate.id
              JOIN account_move move ON move.id = item.move_id
              JOIN account_journal journal ON journal.id = move.journal_id
         LEFT JOIN res_partner partner ON partner.id = item.partner_id
         LEFT JOIN LATERAL (%(met)s) AS met ON TRUE
             WHERE item.date <= %(date)s
               AND item.parent_state = 'posted'
               AND (item.balance != COALESCE(met.amount, 0)
                    OR item.amount_currency != COALESCE(met.amount_currency, 0))
          ORDER BY item.date, item.id
            """,
            lang=self.env.lang or "en_US",
            met=met_by(self.date),
            recent=self.date - timedelta(days=RECENT_DAYS),
        )

    def _read_met(self, ids):
        """Return ``{item id: [what it is reconciled with]}``, before the day and after it."""
        rows = self._query(
            """
            SELECT partial.item_id, partial.amount::text, partial.amount_currency::text, other.date,
                   other.settlement_clearing_id AS settlement_id, move.name AS number,
                   move.reversed_entry_id IS NOT NULL AND move.settlement_id IS NOT NULL AS is_undoing,
                   reversed.name AS reversed_number
              FROM (
                SELECT debit_move_id AS item_id, amount, debit_amount_currency AS amount_currency,
                       credit_move_id AS other_id
                  FROM account_partial_reconcile WHERE debit_move_id = ANY(%(ids)s)
                 UNION ALL
                SELECT credit_move_id, -amount, -credit_amount_currency, debit_move_id
                  FROM account_partial_reconcile WHERE credit_move_id = ANY(%(ids)s)
              ) AS partial
              JOIN account_move_line other ON other.id = partial.other_id
              JOIN account_move move ON move.id = other.move_id
         LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
          ORDER BY other.date, other.id
            """,
            ids=ids,
        )
        met = {}
        for row in rows:
            met.setdefault(row["item_id"], []).append(row)
        return met

    def _read_behind(self, ids):
        """Return ``{item id: (transaction id, net amount)}`` of the transactions behind each item.

        The id is that of the only one, else None. The fees owed of a voucher may be of thousands: they are left out.
        """
        rows = self._query(
            """
            SELECT rel.move_line_id AS id, CASE WHEN count(*) = 1 THEN min(line.id) END AS line_id,
                   sum(line.amount - line.fee)::text AS net
              FROM account_settlement_line_move_line_rel rel
              JOIN account_move_line item ON item.id = rel.move_line_id
              JOIN account_settlement_line line ON line.id = rel.settlement_line_id
             WHERE rel.move_line_id = ANY(%(ids)s)
               AND item.settlement_role != 'fee_payable'
          GROUP BY rel.move_line_id
            """,
            ids=ids,
        )
        return {row["id"]: (row["line_id"], row["net"]) for row in rows}

    def _to_entry(self, row, currency, met, behind):
        company_currency = self.company.currency_id
        transaction_id, net = behind or (None, None)
        return Entry(
            id=row["id"],
            account_id=row["account_id"],
            date=row["date"],
            move_id=row["move_id"],
            number=row["number"] or "",
            name=row["name"] or "",
            partner=row["partner"] or "",
            journal=row["journal"],
            currency=currency.name,
            open=to_decimal(row["open"], company_currency),
            open_currency=to_decimal(row["open_currency"], currency),
            settlement_id=row["settlement_id"],
            payout_id=row["payout_id"],
            met_ids=frozenset(one["settlement_id"] for one in met if one["date"] <= self.date) - {None},
            later_ids=frozenset(one["settlement_id"] for one in met if one["date"] > self.date) - {None},
            ended_on=self._get_end(row, met),
            is_bank=row["is_bank"],
            is_payment=row["is_payment"],
            unexplained=self._get_unexplained(row, currency, net),
            voucher_of=row["voucher_of"],
            transaction_id=transaction_id,
        )

    def _get_end(self, row, met):
        """Return the day since when nothing is open of an item any more, or None where something still is."""
        later = [one for one in met if one["date"] > self.date]
        left = Decimal(row["open"]) - sum(Decimal(one["amount"]) for one in later)
        return later[-1]["date"] if later and not left else None

    def _get_unexplained(self, row, currency, net):
        """Return what a voucher's item has more than its stored copy, or on the clearing account than its
        transactions, in company currency. What neither tells of is not explained at all."""
        company_currency = self.company.currency_id
        nothing = to_decimal(0, company_currency)
        if row["told"] is not None and (more := to_decimal(row["balance"], company_currency) - row["told"]):
            return more
        if row["role"] != "clearing" or (net is None and (row["told"] is not None or row["is_reversal"])):
            return nothing
        if net is None:
            return to_decimal(row["balance"], company_currency)
        booked = to_decimal(row["amount_currency"], currency)
        expected = to_decimal(net, currency) * (-1 if row["is_reversal"] else 1)
        if booked == expected or not booked or currency == company_currency:
            return booked - expected if currency == company_currency else nothing
        balance = to_decimal(row["balance"], company_currency)
        return balance - (balance * expected / booked).quantize(balance)

    def _to_undoing(self, entry_id, partial, currency):
        """Return that an item was met by a reversal since the day, or None."""
        if not partial["is_undoing"] or partial["date"] <= self.date:
            return None
        return Undoing(
            entry_id=entry_id,
            date=partial["date"],
            number=partial["number"],
            of_number=partial["reversed_number"] or "",
            amount=to_decimal(partial["amount"], self.company.currency_id),
            amount_currency=to_decimal(partial["amount_currency"], currency),
        )
