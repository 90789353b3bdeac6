from odoo import api, fields, models
from odoo.tools import SQL

from ..booking.voucher_comparison import compare_places
from ..common.messages import Message
from ..providers.records import BANK_KINDS
from .account_settlement_document_proof import ROW_FIELDS
from .money import to_decimal

#: How many differences of a settlement are stored in words; the rest is counted.
SAID_DIFFERENCES = 20

#: How many settlements one run of the scheduled action compares.
PROVED_AT_ONCE = 200


class AccountSettlement(models.Model):
    """The proof that what is stored is still what was booked.

    Our own methods change nothing that is booked, and Odoo's are refused (``account_move_guard``). Changes that SQL or
    another addon made nevertheless are found here every night: vouchers are compared with their stored copies,
    transactions with vouchers, the clearing account with the document, and the document with its hash.
    """

    _inherit = "account.settlement"

    proof_data = fields.Json(readonly=True, copy=False, help="What differs from what was booked.")
    proof_message = fields.Text(compute="_compute_proof_message", string="Differences")
    proof_at = fields.Datetime(string="Last Checked", readonly=True, copy=False)
    is_altered = fields.Boolean(
        string="Differs From What Was Booked", readonly=True, copy=False, index="btree_not_null"
    )

    @api.depends("proof_data")
    @api.depends_context("lang")
    def _compute_proof_message(self):
        for settlement in self:
            settlement.proof_message = self.env["settlement.message"]._render_stored(settlement.proof_data)

    # ---------------------------------------------------------------- checking

    def action_prove(self):
        """Compare now what is stored with what was booked."""
        self._prove()
        altered = self.filtered("is_altered")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if altered else "success",
                "message": self.env._("%s differ from what was booked.", ", ".join(altered.mapped("display_name")))
                if altered
                else self.env._("Nothing differs from what was booked."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _prove(self):
        """Compare these settlements with what was booked, and store the differences.

        :return: those that differ.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        settlements = self._as_user()
        for settlement in settlements:
            differences = settlement._get_differences()
            said = [message.to_json() for message in differences[:SAID_DIFFERENCES]]
            if len(differences) > SAID_DIFFERENCES:
                more = Message("and_more", {"count": len(differences) - SAID_DIFFERENCES})
                said.append(more.to_json())
            is_news = said and said != settlement.proof_data
            settlement.write({"proof_data": said or False, "is_altered": bool(said), "proof_at": fields.Datetime.now()})
            if is_news:
                settlement.message_post(body=settlement.proof_message)
        settlements.provider_id._ask_about_alterations()
        return self.filtered("is_altered")

    def _get_differences(self):
        """Return what differs from what was booked, as :class:`~..common.messages.Message`."""
        self.ensure_one()
        # The stored copies are long, and read as rarely as possible.
        vouchers = self._get_compared_vouchers()
        said = (self._get_kept_vouchers() - vouchers)._describe_as("voucher_copy_changed")
        for voucher in vouchers:
            said += voucher._get_differences()
        if broken := self._get_number_differences():
            # Nothing can be added up with such amounts.
            return said + broken
        lines = self._get_lines_to_compare()
        unkept = self._get_unkept_vouchers(vouchers)
        reversals = self._get_unkept_reversals(unkept)
        said += reversals._describe_as("voucher_copy_missing") + (unkept - reversals)._describe_as("voucher_foreign")
        said += self._get_place_differences(vouchers, lines)
        said += self._get_residual_differences()
        said += self._get_clearing_differences(lines)
        said += self._get_stray_items()._describe_as_stray()
        said += self._get_document_differences(lines)
        return said + self._get_ledger_differences()

    def _get_lines_to_compare(self):
        """Return the transactions, with only the compared fields loaded, as there may be very many."""
        names = [
            "amount",
            "content_removed_on",
            "currency_id",
            "date",
            "document_id",
            "exclusion_move_line_id",
            "external_id",
            "fee",
            "fee_owed",
        ]
        names += ["order_reference", "provider_id", "status", *ROW_FIELDS]
        return self.env["account.settlement.line"].search_fetch(
            [("settlement_id", "=", self.id), ("is_replaced", "=", False)], names
        )

    def _get_compared_vouchers(self):
        """Return the stored copies of the vouchers that can be read."""
        return self._get_kept_vouchers().filtered(lambda voucher: voucher._is_readable())

    def _get_kept_vouchers(self):
        return self.env["account.settlement.voucher"].search(
            [("settlement_id", "=", self.id), ("is_ended", "=", False)]
        )

    def _get_unkept_vouchers(self, vouchers):
        """Return the entries marked as this settlement's without a stored copy, except those that were reversed by an
        entry with a stored copy.

        :param vouchers: the stored copies, see :meth:`_get_compared_vouchers`.
        """
        kept = vouchers.move_id
        moves = self.env["account.move"].search(
            [("settlement_id", "=", self.id), ("id", "not in", kept.ids), ("state", "=", "posted")]
        )
        return moves.filtered(lambda move: not move._get_settlement_reversals() & kept)

    def _get_unkept_reversals(self, unkept=None):
        """Return those of them that are marked as the reversal of a voucher of the settlement and are its opposite: the
        voucher counts as reversed."""
        if unkept is None:
            unkept = self._get_unkept_vouchers(self._get_compared_vouchers())
        return unkept.filtered(
            lambda move: move.reversed_entry_id.settlement_id == self and move._is_opposite(move.reversed_entry_id)
        )

    def _compare_places(self, vouchers, lines):
        """Compare the transactions that are marked as booked with the vouchers.

        :return: the transactions that no voucher has, those that more than one has, and those that one has although
            they are not marked as booked.
        """
        live = [voucher._get_booked() for voucher in vouchers if voucher._is_live()]
        booked = lines.filtered(
            lambda line: (
                line.status not in ("new", "excluded") and line.kind not in BANK_KINDS and (line.amount or line.fee)
            )
        )
        nowhere, double, unaware = (
            lines.filtered(lambda line, ids=ids: line.id in ids) for ids in compare_places(booked.ids, live)
        )
        # Transactions of one date that cancel each other out need no voucher.
        for of_day in nowhere.grouped("date").values():
            if not any(self.currency_id.round(sum(of_day.mapped(name))) for name in ("amount", "fee")):
                nowhere -= of_day
        return nowhere, double, unaware

    def _get_place_differences(self, vouchers, lines):
        nowhere, double, unaware = self._compare_places(vouchers, lines)
        said = (
            nowhere._describe_as("row_without_voucher")
            + double._describe_as("row_in_two_vouchers")
            + unaware._describe_as("row_booked_unmarked")
        )
        return said + self._get_wrongly_excluded(lines)._describe_as("exclusion_lost")

    def _get_wrongly_excluded(self, lines):
        """Return the transactions excluded because of a journal item that no longer has their effect."""
        excluded = lines.filtered(
            lambda line: line.status == "excluded" and not line.currency_id.is_zero(line.amount - line.fee)
        )
        return excluded.filtered(
            lambda line: (
                line.exclusion_move_line_id.move_id.state != "posted"
                or line.exclusion_move_line_id.move_id._is_reversed_by_hand()
                or line.exclusion_move_line_id.account_id != line.provider_id.clearing_account_id
                or line.currency_id.compare_amounts(line.exclusion_move_line_id.amount_currency, line.amount - line.fee)
            )
        )

    def _get_clearing_differences(self, lines):
        """Compare the sum on the clearing account with the transactions, and these with the payout."""
        found = self._get_clearing_sum()
        rows = lines.filtered(lambda line: line.status != "new" and line.kind not in BANK_KINDS and not line.fee_owed)
        booked = to_decimal(sum(rows.mapped(lambda line: line.amount - line.fee)), self.currency_id)
        said = []
        if found != booked:
            said.append(Message("clearing_differs", {"found": found, "booked": booked}))
        if not self.problem_data and not self.is_open and self.external_id and not self.needs_confirmation:
            problem = self._get_payout_problem()
            said += [problem] if problem else []
        return said

    def _get_clearing_sum(self):
        """Return the sum of this settlement's items on the clearing account, in its currency."""
        return to_decimal(sum(self._get_clearing_items().mapped("amount_currency")), self.currency_id)

    def _get_residual_differences(self):
        """Compare the residuals of journal items with what their reconciliations leave: in company currency, or in the
        item's own currency where only that differs."""
        said = []
        for item_id, found, booked, found_currency, booked_currency in self._find_wrong_residuals():
            item = self.env["account.move.line"].browse(item_id)
            currency = self.company_id.currency_id
            if not currency.compare_amounts(found, booked):
                found, booked, currency = found_currency, booked_currency, item.currency_id
            if not currency.compare_amounts(found, booked):
                said.append(
                    Message("reconciled_mark_wrong", {"item": item.display_name, "found": to_decimal(found, currency)})
                )
                continue
            amounts = {"found": to_decimal(found, currency), "booked": to_decimal(booked, currency)}
            said.append(Message("residual_differs", {"item": item.display_name, "currency": currency.name, **amounts}))
        return said

    def _find_wrong_residuals(self):
        """Return ``(item id, residual, residual by the reconciliations)`` where they differ, the latter two in company
        currency and then in the item's own: of the vouchers' items, their counterparts, and the documents paid."""
        return self.env.execute_query(
            SQL(
                """
                WITH own AS (
                    SELECT line.id
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE move.settlement_id = %(settlement_id)s
                        OR line.settlement_payout_id = %(settlement_id)s
                ), looked_at AS (
                    SELECT id FROM own
                    UNION
                    SELECT credit_move_id FROM account_partial_reconcile WHERE debit_move_id IN (SELECT id FROM own)
                    UNION
                    SELECT debit_move_id FROM account_partial_reconcile WHERE credit_move_id IN (SELECT id FROM own)
                    UNION
                    SELECT line.id
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_settlement_line row ON row.invoice_id = line.move_id
                     WHERE row.settlement_id = %(settlement_id)s
                       AND account.account_type = 'asset_receivable'
                )
                SELECT line.id,
                       line.amount_residual,
                       line.balance - COALESCE(as_debit.amount, 0) + COALESCE(as_credit.amount, 0),
                       line.amount_residual_currency,
                       line.amount_currency - COALESCE(as_debit.amount_currency, 0)
                           + COALESCE(as_credit.amount_currency, 0)
                  FROM looked_at
                  JOIN account_move_line line ON line.id = looked_at.id
                  JOIN account_account account ON account.id = line.account_id
                  JOIN account_move move ON move.id = line.move_id
                  LEFT JOIN LATERAL (
                      SELECT SUM(amount) AS amount, SUM(debit_amount_currency) AS amount_currency
                        FROM account_partial_reconcile
                       WHERE debit_move_id = line.id
                  ) as_debit ON true
                  LEFT JOIN LATERAL (
                      SELECT SUM(amount) AS amount, SUM(credit_amount_currency) AS amount_currency
                        FROM account_partial_reconcile
                       WHERE credit_move_id = line.id
                  ) as_credit ON true
                 WHERE move.state = 'posted'
                   AND account.reconcile
                   AND (
                       ABS(line.amount_residual - line.balance
                           + COALESCE(as_debit.amount, 0) - COALESCE(as_credit.amount, 0)) > 0.001
                       OR ABS(line.amount_residual_currency - line.amount_currency
                           + COALESCE(as_debit.amount_currency, 0)
                           - COALESCE(as_credit.amount_currency, 0)) > 0.001
                       OR line.reconciled != (ABS(line.amount_residual) < 0.001
                           AND ABS(line.amount_residual_currency) < 0.001)
                   )
              ORDER BY line.id
                """,
                settlement_id=self.id,
            )
        )

    def _get_stray_items(self):
        """Return the vouchers' items whose date, journal, company or state is not their voucher's: reports read these
        fields on the item."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE move.settlement_id = %s
                   AND (
                       line.date IS DISTINCT FROM move.date
                       OR line.journal_id IS DISTINCT FROM move.journal_id
                       OR line.company_id IS DISTINCT FROM move.company_id
                       OR line.parent_state IS DISTINCT FROM move.state
                       OR line.move_name IS DISTINCT FROM move.name
                       OR line.debit - line.credit IS DISTINCT FROM line.balance
                   )
              ORDER BY line.id
                """,
                self.id,
            )
        )
        return self.env["account.move.line"].browse(row[0] for row in rows)

    @api.model
    def _cron_prove(self):
        """Scheduled action: compare every booked settlement with what was booked, those compared longest ago first. One
        that fails never stops the others."""
        today = fields.Datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        # A date in the future was not written by us.
        domain = self.env["settlement.fault"]._get_ready_domain("Proof", self)
        domain += [
            "|",
            "|",
            ("proof_at", "=", False),
            ("proof_at", "<", today),
            ("proof_at", ">", fields.Datetime.now()),
        ]
        settlements = self.search(domain, order="proof_at NULLS FIRST, id", limit=PROVED_AT_ONCE)
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        self.env["settlement.fault"]._work_through("Proof", settlements, lambda settlement: settlement._prove_alone())

        lost = self.env["account.settlement.document"].search(
            [("state", "=", "done"), ("settlement_ids", "=", False), ("content_removed_on", "=", False)]
        )
        lost._read_again_if_lost()
        self.env["account.settlement.provider"]._remind_of_unknown()

    def _prove_alone(self):
        """Prove one settlement, unless somebody is working on it: then it is left for later today."""
        if self.try_lock_for_update(allow_referencing=True):
            self.with_company(self.company_id)._prove()
