from datetime import timedelta
from decimal import Decimal, InvalidOperation

from odoo import fields
from odoo.tools import SQL

from ..balances.statement import Item, Kind
from ..common.messages import Message
from .ledger_as_of import met_by
from .money import to_decimal

#: For how many days the vouchers of an account that is not reconciled are compared: all of its items are open for ever.
#: Older ones are compared every night.
COMPARED_DAYS = 62


class LedgerTold:
    """What the stored copies of vouchers say stands on accounts at the end of a day: what the ledger must have.

    Read are the copies behind open items; of settlements whose payout the bank has not met by the day; and of those
    with unknown transactions. The nightly proof compares all of them.

    :param agreements: ``account.settlement.provider`` of one company. :param accounts: ``account.account``.
    :param date: the day.
    """

    def __init__(self, agreements, accounts, date):
        self.env = agreements.env
        self.agreements = agreements
        self.accounts = accounts
        self.currency = agreements.company_id[:1].currency_id
        self.date = date
        self.missing = []

    def read_balances(self, rows):
        """Return ``{item id: balance as booked}``, and note what is not on its account in :attr:`missing`.

        :param rows: dictionaries of open items: ``account_id``, ``date`` and ``move_id``.
        """
        balances, self.missing = {}, []
        for row in self._read(self._get_compared_moves(rows)):
            booked, date = self._to_amount(row["booked"]), self._to_date(row["date"])
            if booked is None or date is None:
                continue
            if row["is_there"]:
                balances[row["id"]] = booked
            elif booked:
                self.missing.append({**row, "booked": booked, "date": date})
        return balances

    def get_missing_items(self):
        """Return ``{account id: [Item]}`` of what was booked on an account and does not stand there."""
        settlements = self.env["account.settlement"].sudo()
        found = {}
        for row in self.missing:
            settlement = settlements.browse(row["settlement_id"])
            met = to_decimal(row["met"], self.currency)
            values = {"entry": row["number"], "settlement": settlement._get_said_name()}
            item = Item(
                kind=Kind.MISSING,
                date=row["date"],
                amount=row["booked"] - met,
                ledger=-met,
                reference=row["number"],
                name=Message("balance_missing", values),
                model="account.settlement",
                res_id=settlement.id,
                entry_ids=(row["id"],) if row["id"] else (),
                documents=settlement._get_sources(),
                owner=settlement.provider_id.name,
            )
            found.setdefault(row["account_id"], []).append(item)
        return found

    def _get_compared_moves(self, rows):
        reconciled = set(self.accounts.filtered("reconcile").ids)
        since = self.date - timedelta(days=COMPARED_DAYS)
        return list({row["move_id"] for row in rows if row["account_id"] in reconciled or row["date"] > since})

    def _to_amount(self, text):
        """Return a stored amount; None where SQL has put something else there."""
        try:
            return Decimal(text).quantize(Decimal(1).scaleb(-self.currency.decimal_places))
        except (InvalidOperation, TypeError):
            return None

    @staticmethod
    def _to_date(text):
        """Return a stored day; None where SQL has put something else there."""
        try:
            return fields.Date.to_date(text)
        except ValueError:
            return None

    def _read(self, move_ids):
        return self.env.execute_query_dict(
            SQL(
                """
                WITH settled AS (
                    SELECT settlement.id
                      FROM account_settlement settlement
                     WHERE settlement.provider_id = ANY(%(provider_ids)s)
                       AND NOT EXISTS (
                            SELECT 1
                              FROM account_move_line bank
                             WHERE bank.settlement_payout_id = settlement.id
                               AND bank.date <= %(date)s
                               AND bank.parent_state = 'posted'
                       )
                     UNION
                    SELECT settlement_id
                      FROM account_settlement_line
                     WHERE provider_id = ANY(%(provider_ids)s) AND status = 'unknown'
                ), looked_at AS (
                    SELECT id
                      FROM account_settlement_voucher
                     WHERE settlement_id IN (SELECT id FROM settled) AND is_ended IS NOT TRUE
                     UNION
                    SELECT id
                      FROM account_settlement_voucher
                     WHERE move_id = ANY(%(move_ids)s) AND is_ended IS NOT TRUE
                ), told AS (
                    SELECT voucher.settlement_id, voucher.number, voucher.booked_data->>'date' AS date,
                           CASE WHEN booked->>0 ~ '^[0-9]{1,9}$' THEN (booked->>0)::int END AS item_id,
                           (booked->>1)::int AS account_id, booked->>3 AS booked
                      FROM looked_at
                      JOIN account_settlement_voucher voucher ON voucher.id = looked_at.id
                      JOIN LATERAL jsonb_array_elements(
                            CASE WHEN jsonb_typeof(voucher.booked_data->'items') = 'array'
                                 THEN voucher.booked_data->'items' ELSE '[]'::jsonb END
                      ) AS booked ON booked->>1 = ANY(%(account_codes)s)
                     WHERE voucher.booked_data->>'date' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
                       AND voucher.booked_data->>'date' <= %(date)s::text
                )
                SELECT item.id, told.settlement_id, told.number, told.date, told.account_id, told.booked,
                       COALESCE(met.amount, 0)::text AS met,
                       item.id IS NOT NULL AND item.account_id = told.account_id AND item.parent_state = 'posted'
                           AND item.date <= %(date)s AS is_there
                  FROM told
             LEFT JOIN account_move_line item ON item.id = told.item_id
             LEFT JOIN LATERAL (%(met)s) AS met ON item.account_id IS DISTINCT FROM told.account_id
              ORDER BY told.date, told.number, told.item_id
                """,
                provider_ids=self.agreements.ids,
                move_ids=move_ids,
                account_codes=[str(account_id) for account_id in self.accounts.ids],
                date=self.date,
                met=met_by(self.date),
            )
        )
