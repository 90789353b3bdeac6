import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..matching.bank import DAYS_BEFORE, Entry, Payer, Payout, names
from ..providers.registry import PROVIDERS
from .money import to_decimal

#: What a settlement awaits of the bank, beside its payout.
PAYOUT, RETURN = "payout", "return"

#: How long after a payout an entry that names it may still come, for payouts that have another entry already.
NAMED_FOR = timedelta(days=60)

#: How far back entries are looked at where no payout is awaited: what names a payout that is paid already.
LOOKED_BACK = timedelta(days=400)


class AccountSettlement(models.Model):
    """What the bank stage looks at: awaited payouts, and open items of the bank's side, as plain values."""

    _inherit = "account.settlement"

    # ---------------------------------------------------------------- payouts

    @api.model
    def _search_awaiting_bank(self, companies=None):
        """Return the settlements that wait for something of the bank: their payout, its return, or a top-up."""
        booked = Domain("state", "=", "booked") & Domain("payout_failed", "=", False)
        domain = booked & Domain("payout_amount", "!=", 0) & Domain("carried_to_id", "=", False)
        domain |= Domain("carried_to_id.state", "=", "booked")
        domain |= booked & Domain("line_ids", "any", [("kind", "=", "top_up")])
        if companies:
            domain &= Domain("company_id", "in", companies.ids)
        return self.search(domain, order="date, id")

    def _search_bank_rivals(self):
        """Return the settlements that are no candidates yet, but may be what an entry of the bank is."""
        return self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("new", "error")),
                ("payout_amount", "in", list(set(self.mapped("payout_amount")))),
            ]
        )

    @api.model
    def _get_payers(self, company):
        """Return ``{provider: Payer}`` of a company's agreements."""
        payers = {}
        providers = self.env["account.settlement.provider"].with_context(active_test=False)
        providers = providers.search([("company_id", "=", company.id), ("clearing_account_id", "!=", False)])
        for provider in providers:
            declared, partner = PROVIDERS[provider.code], provider.partner_id.commercial_partner_id.sudo()
            payers[provider] = Payer(
                key=provider.id,
                texts=declared.bank_texts,
                pattern=declared.bank_pattern,
                merchant_id=provider.merchant_id or "",
                other_merchants=frozenset(
                    other.merchant_id.casefold()
                    for other in providers.filtered("merchant_id")
                    if other.merchant_id != provider.merchant_id
                ),
                partner_id=partner.id or None,
                accounts=frozenset(filter(None, partner.bank_ids.mapped("sanitized_acc_number"))),
            )
        return payers

    def _to_payouts(self, payers):
        """Return what this settlement awaits of the bank as :class:`~..matching.bank.Payout`."""
        self.ensure_one()
        if self.carried_to_id:
            if self.bank_line_ids and not self.returned_bank_line_ids:
                date = self.carried_to_id.date_from or self.carried_to_id.date
                return [self._to_payout((self.id, RETURN), payers, -self.payout_amount, date)]
            return []
        payouts = []
        if self.payout_amount and not self.payout_failed:
            payouts.append(
                self._to_payout((self.id, PAYOUT), payers, self.payout_amount, self.payout_date or self.date)
            )
        marked = self.bank_item_ids.mapped("amount_currency")
        for line in self.line_ids.filtered(lambda line: line.kind == "top_up"):
            if line.amount in marked:
                marked.remove(line.amount)
            elif self.state == "booked":
                payouts.append(self._to_payout((self.id, line.id), payers, -line.amount, line.date))
        return payouts

    def _to_payout(self, key, payers, amount, date):
        is_payout = key[1] == PAYOUT
        met = self._get_paid_items(self.bank_item_ids)
        is_short = is_payout and self.state == "booked" and bool(met)
        account = self.provider_id.clearing_account_id
        refused = frozenset([*self.refused_bank_line_ids.ids, *(-item_id for item_id in self.refused_item_ids.ids)])
        if is_short:
            amount = self.clearing_residual
        return Payout(
            id=key,
            amount=to_decimal(amount, self.currency_id),
            currency=self.currency_id.name,
            date=date,
            payer=payers[self.provider_id],
            reference=(self.payout_reference or "").strip(),
            amount_company=self._get_conversion(date)(to_decimal(amount, self.currency_id), self.currency_id.name),
            account_id=account.id,
            is_ready=self.state == "booked" or key[1] == RETURN,
            is_met=is_payout and self.state == "paid",
            may_give_way=is_payout and self.state == "paid" and self._may_give_way(),
            only_named=is_short or bool(refused),
            refused=refused,
            owner=self.id,
            is_shared=len([one for one in payers if one.clearing_account_id == self.provider_id.clearing_account_id])
            > 1,
        )

    def _may_give_way(self):
        """Whether the payout's bank line was found by its amount alone: one that names the payout takes over."""
        return (
            self.is_bank_found_by_amount
            and len(self.bank_line_ids) == 1
            and self.bank_item_ids._all_reconciled_lines().settlement_clearing_id == self
            and not names(self.bank_line_ids.sudo()._get_bank_text(), self.payout_reference or "")
        )

    # ---------------------------------------------------------------- the bank's side

    @api.model
    def _find_bank_entries(self, company, payouts, payers):
        """Return the open items of the bank's side that may have to do with these payouts.

        Those on the suspense account by their amount, the payer's name, or the payout's number; those on the clearing
        accounts all. A bank line without counterpart of ours may be one of thousands: the rest is not read.

        :param payouts: :class:`~..matching.bank.Payout` that are awaited. :param payers: of :meth:`_get_payers`.
        :return: list of :class:`~..matching.bank.Entry`.
        """
        self.env["account.move.line"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["narration", "ref", "settlement_id"])
        words = {re.escape(word) for payer in payers.values() for word in payer.texts}
        words |= {re.escape(payout.reference) for payout in payouts if payout.reference and not payout.is_met}
        dates = [payout.date - timedelta(days=DAYS_BEFORE) for payout in payouts]
        first = min([fields.Date.context_today(self) - LOOKED_BACK, *dates])
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH entry AS (
                    SELECT item.id, item.account_id, item.currency_id, item.date, item.name, item.move_id,
                           item.partner_id, item.settlement_payout_id, item.balance,
                           item.account_id = ANY(%(clearing_ids)s) AS is_on_clearing,
                           CASE WHEN item.account_id = ANY(%(clearing_ids)s) THEN item.amount_residual_currency
                                ELSE item.amount_currency END AS open
                      FROM account_move_line item
                      JOIN account_move move ON move.id = item.move_id
                 LEFT JOIN account_journal journal ON journal.id = move.journal_id
                     WHERE item.company_id = %(company_id)s
                       AND item.parent_state = 'posted'
                       AND item.date >= %(first)s
                       AND ((move.statement_line_id IS NOT NULL AND item.account_id = journal.suspense_account_id)
                            OR (item.account_id = ANY(%(clearing_ids)s)
                                AND item.amount_residual_currency != 0
                                AND item.settlement_clearing_id IS NULL
                                AND move.settlement_id IS NULL))
                )
                SELECT entry.id, entry.date, entry.is_on_clearing, statement_line.id AS line_id,
                       entry.account_id, (-entry.open)::text AS amount, currency.name AS currency,
                       (-entry.balance)::text AS amount_company, entry.settlement_payout_id AS owner,
                       partner.commercial_partner_id AS partner_id,
                       regexp_replace(statement_line.account_number, '\\W', '', 'g') AS account,
                       concat_ws(' ', statement_line.payment_ref, move.ref, statement_line.partner_name,
                                 regexp_replace(move.narration, '<[^>]*>', ' ', 'g'),
                                 CASE WHEN statement_line.id IS NULL THEN entry.name END) AS text
                  FROM entry
                  JOIN account_move move ON move.id = entry.move_id
                  JOIN res_currency currency ON currency.id = entry.currency_id
             LEFT JOIN account_bank_statement_line statement_line ON statement_line.move_id = move.id
             LEFT JOIN res_partner partner ON partner.id = entry.partner_id
                 WHERE entry.is_on_clearing
                    OR (-entry.open, currency.name) IN %(amounts)s
                    OR partner.commercial_partner_id = ANY(%(partner_ids)s)
                    OR regexp_replace(statement_line.account_number, '\\W', '', 'g') = ANY(%(accounts)s)
                    OR concat_ws(' ', statement_line.payment_ref, move.ref, statement_line.partner_name, move.narration)
                       ~* %(words)s
              ORDER BY entry.date, entry.id
                """,
                clearing_ids=[provider.clearing_account_id.id for provider in payers],
                company_id=company.id,
                first=first,
                amounts=tuple({(payout.amount, payout.currency) for payout in payouts} or {(None, None)}),
                partner_ids=[payer.partner_id for payer in payers.values() if payer.partner_id],
                accounts=[account for payer in payers.values() for account in payer.accounts],
                words="|".join(sorted(words)) or "(?!)",
            )
        )
        currencies = self._get_currencies({row["currency"] for row in rows})
        return [
            Entry(
                id=row["id"],
                amount=to_decimal(row["amount"], currencies[row["currency"]]),
                currency=row["currency"],
                date=row["date"],
                text=row["text"] or "",
                partner_id=row["partner_id"],
                account=(row["account"] or "").upper(),
                account_id=row["account_id"] if row["is_on_clearing"] else None,
                line_id=row["line_id"],
                amount_company=to_decimal(row["amount_company"], company.currency_id),
                owner=row["owner"],
            )
            for row in rows
        ]

    @api.model
    def _search_named_settlements(self, company, entries):
        """Return the settlements, paid ones too, that may be named by an entry and have its amount."""
        dates = [entry.date for entry in entries]
        if not dates:
            return self.browse()
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "paid"),
                ("payout_reference", "!=", False),
                ("payout_amount", "in", list({float(entry.amount) for entry in entries})),
                ("date", ">=", min(dates) - NAMED_FOR),
            ]
        )
