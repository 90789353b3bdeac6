import hashlib
from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..closing.changes import Change, ChangeCode, find_changes
from ..closing.kept import KeptMonth, Lack, Part, Transactions, Voucher
from ..common.messages import Message
from .money import to_decimal

#: What of the list of completeness is compared with what was known when a month was signed. The rest says how things
#: stand today: vouchers, invoices and the proof's parts are compared as of the month's end instead.
COMPARED_CAUSES = (
    "order_not_invoiced",
    "order_waits",
    "bank_without_payout",
    "balances_differ",
    "document_not_read",
    "message_not_read",
)


class AccountSettlementClosing(models.Model):
    """What is kept of a month when it is signed: enough to tell later what has changed of it."""

    _inherit = "account.settlement.closing"

    def _get_kept_month(self, facts, statements, checks):
        """Return the :class:`~..closing.kept.KeptMonth` as it stands now."""
        rows = tuple(
            (
                str(check.code),
                str(check.state),
                check.message.to_json(),
                check.tally.count,
                str(check.tally.amount),
                check.tally.currency,
            )
            for check in checks
        )
        return KeptMonth(
            checks=rows,
            balances=tuple((balance.account_id, balance.account, balance.ledger) for balance in facts.balances),
            parts=tuple(self._get_parts(statements)),
            vouchers=self._get_vouchers(),
            lacks=(*self._get_lacks(), *self._get_wrong_settlements()),
            transactions=self._get_transactions(),
        )

    def _find_changes(self, now):
        """Return what has changed since the month was signed; nothing where it is not."""
        signature = self.signature_id
        if not signature:
            return []
        found = find_changes(signature._get_kept(), now)
        if not all(self.signature_ids.mapped("is_intact")):
            found.insert(0, Change(ChangeCode.SIGNATURE, Message("closing_signature_broken", {})))
        return found

    # ---------------------------------------------------------------- the proof

    def _get_parts(self, statements):
        """Yield the :class:`~..closing.kept.Part` of each statement. What the provider alone has is no part."""
        for statement in statements:
            account = statement.account
            for item in statement.items:
                if item.is_in_ledger:
                    name = f"{account.code} {account.name}"
                    yield Part(account.id, name, self._get_part_key(item), item.reference, item.amount)

    @staticmethod
    def _get_part_key(item):
        if not item.entry_ids:
            return f"{item.model} {item.res_id} {item.reference}"
        key = " ".join(map(str, sorted(item.entry_ids)))
        return key if len(key) <= 64 else f"sha256 {hashlib.sha256(key.encode()).hexdigest()}"

    # ---------------------------------------------------------------- vouchers and invoices

    def _get_own_accounts(self):
        """Return the provider's accounts but the prepayments account, which others use too."""
        provider = self.provider_id
        own = provider.clearing_account_id | provider.unknown_account_id | provider.fee_account_id
        return own | provider.reserve_account_id | provider.fee_payable_account_id

    def _get_vouchers(self):
        """Return the :class:`~..closing.kept.Voucher` of the month, whole: those on the provider's accounts or in its
        journal, and the invoices and credit notes of its webshops. What is reconciled is as of the month's end."""
        self.env.flush_all()
        found = {}
        for move_id, name, account_id, amount, matched, reversed_by in self.env.execute_query(
            self._get_voucher_query()
        ):
            _name, amounts, reconciled, _reversals = found.setdefault(move_id, (name, [], [], tuple(reversed_by)))
            amounts.append((account_id, Decimal(amount)))
            if Decimal(matched):
                reconciled.append((account_id, Decimal(matched)))
        return tuple(
            Voucher(move_id, name or "", tuple(amounts), reversed_by, tuple(reconciled))
            for move_id, (name, amounts, reconciled, reversed_by) in found.items()
        )

    def _get_voucher_query(self):
        return SQL(
            """
            WITH voucher AS (
                SELECT item.move_id AS id
                  FROM account_move_line item
                 WHERE item.account_id = ANY(%(own)s)
                   AND item.company_id = %(company_id)s
                   AND item.date BETWEEN %(first)s AND %(last)s
                   AND item.parent_state = 'posted'
                 UNION
                SELECT move.id
                  FROM account_move move
                 WHERE move.company_id = %(company_id)s
                   AND move.date BETWEEN %(first)s AND %(last)s
                   AND move.state = 'posted'
                   AND (
                       move.journal_id = %(journal_id)s
                       OR move.move_type IN ('out_invoice', 'out_refund')
                          AND (
                              move.webshop_id = ANY(%(shops)s)
                              OR move.webshop_id IS NULL AND move.webshop_reference IS NOT NULL
                          )
                   )
            )
            SELECT move.id, move.name, item.account_id, sum(item.balance)::text,
                   sum(COALESCE(debit.amount, 0) - COALESCE(credit.amount, 0))::text,
                   ARRAY(
                       SELECT reversal.id
                         FROM account_move reversal
                        WHERE reversal.reversed_entry_id = move.id AND reversal.state = 'posted'
                     ORDER BY reversal.id
                   )
              FROM voucher
              JOIN account_move move ON move.id = voucher.id
              JOIN account_move_line item ON item.move_id = move.id
         LEFT JOIN LATERAL (
                SELECT sum(partial.amount) AS amount
                  FROM account_partial_reconcile partial
                 WHERE partial.debit_move_id = item.id AND partial.max_date <= %(last)s
              ) AS debit ON TRUE
         LEFT JOIN LATERAL (
                SELECT sum(partial.amount) AS amount
                  FROM account_partial_reconcile partial
                 WHERE partial.credit_move_id = item.id AND partial.max_date <= %(last)s
              ) AS credit ON TRUE
             WHERE item.account_id IS NOT NULL
          GROUP BY move.id, item.account_id
          ORDER BY move.id, item.account_id
            """,
            own=self._get_own_accounts().ids,
            journal_id=self.provider_id.journal_id.id or 0,
            shops=self._get_shops().ids,
            company_id=self.company_id.id,
            first=self.month,
            last=self.month_end,
        )

    # ---------------------------------------------------------------- transactions, and what is missing

    def _get_transactions(self):
        """Return the :class:`~..closing.kept.Transactions` of the month."""
        [(count, last, amount, fee)] = self.env["account.settlement.line"]._read_group(
            self._get_line_domain(), [], ["__count", "id:max", "amount:sum", "fee:sum"]
        )
        currency = self.provider_id.currency_id
        return Transactions(count, last or 0, to_decimal(amount or 0.0, currency), to_decimal(fee or 0.0, currency))

    def _get_lacks(self):
        """Return the :class:`~..closing.kept.Lack` of what is known to be of this month or an earlier one."""
        domain = self._get_missing_domain(*COMPARED_CAUSES) & Domain("date", "<=", self.month_end)
        rows = self.env["account.settlement.completeness"].search_fetch(
            domain, ["cause", "reference", "amount_company"], order="id"
        )
        return tuple(Lack(row.id, row.cause, row.reference or "", self._to_amount(row.amount_company)) for row in rows)

    def _get_wrong_settlements(self):
        """Return the :class:`~..closing.kept.Lack` of settlements in error, or that differ from what was booked."""
        settlements = self.env["account.settlement"].search(self._get_failed_domain(), order="id")
        return tuple(
            Lack(one.id, "settlement_failed" if one.state == "error" else "settlement_altered", one.display_name)
            for one in settlements
        )

    # ---------------------------------------------------------------- what a change opens

    def _to_change(self, change):
        """Return the values of a row of what has changed."""
        return {"message_data": change.message.to_json(), "target_data": self._get_change_target(change)}

    def _get_change_target(self, change):
        ids, code = list(change.ids), change.code
        if code == ChangeCode.CHECK:
            return self.check_ids.filtered(lambda check: check.code == ids[0])[:1].target_data or False
        if code == ChangeCode.PART:
            items = self.env["account.move.line"].search([("id", "in", ids[1:])])
            action = "account.action_account_moves_all"
            return self._to_target(action, [("id", "in", items.ids)]) if items else {"account": ids[0]}
        if code in (ChangeCode.SIGNATURE, ChangeCode.MORE):
            return False
        if code == ChangeCode.BALANCE:
            return self._get_account_target(ids[0])
        lists = {
            ChangeCode.ARRIVED: (
                "settlement_bridge.action_account_settlement_line",
                [*self._get_line_domain(), ("id", ">", ids[0] if ids else 0)],
            ),
            ChangeCode.TRANSACTIONS: ("settlement_bridge.action_account_settlement_line", self._get_line_domain()),
            ChangeCode.SETTLEMENT: ("settlement_bridge.action_account_settlement", [("id", "in", ids)]),
            ChangeCode.LACK: ("settlement_bridge.action_account_settlement_completeness", [("id", "in", ids)]),
            ChangeCode.REVERSED: (
                "account.action_move_journal_line",
                ["|", ("id", "in", ids), ("reversed_entry_id", "in", ids)],
            ),
        }
        if code == ChangeCode.ARRIVED and change.message.code == "closing_transactions_gone":
            return self._to_target("settlement_bridge.action_account_settlement", self._get_settlement_domain())
        if code == ChangeCode.REMOVED and not self.env["account.move"].search_count([("id", "in", ids)]):
            return self._get_deleted_target(change.message.values["voucher"])
        return self._to_target(*lists.get(code, ("account.action_move_journal_line", [("id", "in", ids)])))

    def _get_account_target(self, account_id):
        """Return what lists an account's items up to the end of the month; its proof where there are none."""
        domain = [
            ("account_id", "=", account_id),
            ("company_id", "=", self.company_id.id),
            ("date", "<=", str(self.month_end)),
            ("parent_state", "=", "posted"),
        ]
        if not self.env["account.move.line"].search_count(domain, limit=1):
            return {"account": account_id}
        return self._to_target("account.action_account_moves_all", domain)

    def _get_deleted_target(self, number):
        """Return what says most of a voucher that is not there any more: its settlement. False where it has none."""
        copies = (
            self.env["account.settlement.voucher"]
            .sudo()
            .search([("company_id", "=", self.company_id.id), ("number", "=", number)])
        )
        if not copies:
            return False
        return self._to_target("settlement_bridge.action_account_settlement", [("id", "in", copies.settlement_id.ids)])
