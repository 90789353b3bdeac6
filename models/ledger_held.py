from datetime import timedelta
from decimal import Decimal

from odoo.tools import SQL

from ..balances.statement import HeldBalance, Item, Kind
from ..common.messages import Message
from ..providers.records import BANK_KINDS
from .money import to_decimal


class LedgerHeld:
    """What providers say they hold at the end of a day, beside what the ledger says they do.

    Only a ledger by position has a running balance: what it held before its first row, with all rows since.

    :param providers: ``account.settlement.provider`` of one company. :param date: the day.
    """

    def __init__(self, providers, date):
        self.env = providers.env
        self.providers = providers
        self.date = date
        for model in ("account.settlement", "account.settlement.line", "account.move.line", "account.move"):
            self.env[model].flush_model()

    def _query(self, query, **values):
        values = {"ids": self.providers.ids, "date": self.date, "bank_kinds": tuple(map(str, BANK_KINDS)), **values}
        return self.env.execute_query_dict(SQL(query, **values))

    def get_held(self, undone):
        """Return ``{provider: HeldBalance}`` of those with a running balance.

        :param undone: ``{provider: amount}`` on the clearing account of what was undone after the day: it stands in the
            ledger twice, or never was.
        """
        not_booked = {}
        for row in self._read_not_booked():
            not_booked[row["provider_id"]] = not_booked.get(row["provider_id"], Decimal(0)) + Decimal(row["net"])
        booked = {row["provider_id"]: Decimal(row["amount"]) for row in self._read_booked()}
        moved = {}
        for row in self._read_moved_by_bank():
            if row["is_booked"]:
                moved[row["provider_id"]] = Decimal(row["amount"])
            else:
                # paid out before its rows are booked: it is no longer held, and not in the ledger either
                not_booked[row["provider_id"]] = not_booked.get(row["provider_id"], Decimal(0)) + Decimal(row["amount"])
        held = {}
        for row in self._read_stated():
            provider = self.providers.browse(row["provider_id"])
            currency = provider.currency_id
            if not row["is_whole"] or row["first"] > self.date:
                continue
            of_provider = booked.get(provider.id, 0) + moved.get(provider.id, 0) - undone.get(provider, 0)
            held[provider] = HeldBalance(
                owner=provider.name,
                currency=currency.name,
                stated=to_decimal(row["stated"], currency),
                known_to=min(row["known_to"], self.date),
                before=to_decimal(row["before"], currency),
                booked=to_decimal(of_provider, currency),
                not_booked=to_decimal(not_booked.get(provider.id, 0), currency),
            )
        return held

    def _read_stated(self):
        """Return each agreement's running balance: that before its first row, and how each settlement changed it; of a
        settlement that goes on after the day, its rows up to it."""
        return self._query(
            """
            WITH settled AS (
                SELECT settlement.*,
                       CASE WHEN date_to <= %(date)s THEN closing_balance - opening_balance
                            WHEN date_from <= %(date)s THEN (
                                SELECT sum(line.amount - line.fee)
                                  FROM account_settlement_line line
                                 WHERE line.settlement_id = settlement.id
                                   AND line.date <= %(date)s
                                   AND line.fee_owed IS NOT TRUE
                                   AND line.is_replaced IS NOT TRUE
                            )
                       END AS change
                  FROM account_settlement settlement
                 WHERE provider_id = ANY(%(ids)s) AND by_position AND date_from IS NOT NULL
            )
            SELECT provider_id, min(date_from) AS first,
                   max(GREATEST(complete_to, date_to)) AS known_to,
                   bool_and(has_closing_balance IS TRUE) AS is_whole,
                   (array_agg(COALESCE(opening_balance, 0) ORDER BY date_from, date_to, id))[1]::text AS before,
                   ((array_agg(COALESCE(opening_balance, 0) ORDER BY date_from, date_to, id))[1]
                    + COALESCE(sum(change), 0))::text AS stated
              FROM settled
          GROUP BY provider_id
            """
        )

    def _read_booked(self):
        """Return what is booked on the clearing account for each agreement's settlements by the end of the day."""
        return self._query(
            """
            SELECT settlement.provider_id, sum(item.amount_currency)::text AS amount
              FROM account_settlement_provider provider
              JOIN account_move_line item
                ON item.account_id = provider.clearing_account_id AND item.company_id = provider.company_id
              JOIN account_settlement settlement
                ON settlement.id = item.settlement_clearing_id AND settlement.provider_id = provider.id
             WHERE provider.id = ANY(%(ids)s)
               AND item.parent_state = 'posted'
               AND item.date <= %(date)s
          GROUP BY settlement.provider_id
            """
        )

    def _read_moved_by_bank(self):
        """Return by how much payouts, their returns and top-ups have changed what each provider holds.

        Apart: those of settlements with something booked by the end of the day, and of others.
        """
        return self._query(
            """
            SELECT line.provider_id, sum(line.amount - line.fee)::text AS amount, booked.is_booked
              FROM account_settlement_line line
              JOIN account_settlement settlement ON settlement.id = line.settlement_id AND settlement.by_position
        CROSS JOIN LATERAL (
                SELECT EXISTS (
                    SELECT 1 FROM account_move_line item
                     WHERE item.settlement_clearing_id = settlement.id
                       AND item.parent_state = 'posted'
                       AND item.date <= %(date)s
                ) OR NOT EXISTS (
                    SELECT 1 FROM account_settlement_line other
                     WHERE other.settlement_id = settlement.id AND other.kind NOT IN %(bank_kinds)s
                ) AS is_booked
              ) booked
             WHERE line.provider_id = ANY(%(ids)s)
               AND line.kind IN %(bank_kinds)s
               AND line.date <= %(date)s
               AND line.is_replaced IS NOT TRUE
          GROUP BY line.provider_id, booked.is_booked
            """
        )

    def _read_not_booked(self):
        """Return what is known by the end of the day and is booked later, or not at all, by settlement.

        Booked is what its vouchers' lines on the clearing account say as of the day, without their reversals.
        """
        return self._query(
            """
            SELECT line.provider_id, line.settlement_id, count(*) AS count, min(line.date) AS first,
                   sum(line.amount - line.fee)::text AS net
              FROM account_settlement_line line
         LEFT JOIN account_move_line excluding ON excluding.id = line.exclusion_move_line_id
             WHERE line.provider_id = ANY(%(ids)s)
               AND line.date <= %(date)s
               AND (line.status = 'new'
                    OR (line.status = 'excluded' AND excluding.date > %(date)s)
                    OR (line.is_late AND line.booking_date > %(date)s))
               AND line.kind NOT IN %(bank_kinds)s
               AND line.fee_owed IS NOT TRUE
               AND line.is_replaced IS NOT TRUE
               AND COALESCE((
                    SELECT sum(CASE WHEN move.reversed_entry_id IS NULL THEN 1 ELSE -1 END)
                      FROM account_settlement_line_move_line_rel rel
                      JOIN account_move_line item ON item.id = rel.move_line_id
                      JOIN account_move move ON move.id = item.move_id
                     WHERE rel.settlement_line_id = line.id
                       AND item.settlement_role = 'clearing'
                       AND item.parent_state = 'posted'
                       AND item.date <= %(date)s
               ), 0) <= 0
          GROUP BY line.provider_id, line.settlement_id
          ORDER BY line.settlement_id
            """
        )

    def get_outside(self):
        """Return ``{provider: [Item]}`` of what is not in the ledger: known and not booked, or not known yet."""
        found = {}
        for row in self._read_not_booked():
            settlement = self.env["account.settlement"].browse(row["settlement_id"])
            found.setdefault(settlement.provider_id, []).append(self._to_not_booked(settlement, row))
        for row in self._query(
            """
            SELECT provider_id, max(complete_to) AS complete_to
              FROM account_settlement
             WHERE provider_id = ANY(%(ids)s)
          GROUP BY provider_id
            HAVING max(complete_to) < %(date)s
            """
        ):
            provider = self.providers.browse(row["provider_id"])
            if provider.active and provider.state == "active":
                found.setdefault(provider, []).append(self._to_not_fetched(provider, row["complete_to"]))
        return found

    def _to_not_booked(self, settlement, row):
        currency, company_currency = settlement.currency_id, settlement.company_id.currency_id
        net = to_decimal(row["net"], currency)
        values = {"settlement": settlement._get_said_name(), "count": row["count"], "amount": net}
        return Item(
            kind=Kind.NOT_BOOKED,
            date=row["first"],
            amount=settlement._get_conversion(self.date)(net, currency.name) if net else net,
            reference=settlement.external_id or "",
            name=Message("balance_not_booked", values),
            model="account.settlement",
            res_id=settlement.id,
            documents=settlement._get_sources(),
            owner=settlement.provider_id.name,
            currency="" if currency == company_currency else currency.name,
            amount_currency=None if currency == company_currency else net,
        )

    @staticmethod
    def _to_not_fetched(provider, complete_to):
        return Item(
            kind=Kind.NOT_FETCHED,
            date=complete_to + timedelta(days=1),
            amount=to_decimal(0, provider.company_id.currency_id),
            name=Message("balance_not_fetched", {"owner": provider.name, "date": complete_to}),
            model="account.settlement.provider",
            res_id=provider.id,
            owner=provider.name,
        )
