from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.messages import Message, SettlementError


class AccountSettlement(models.Model):
    """Processing: match, book and reconcile what is proven and not yet booked."""

    _inherit = "account.settlement"

    def action_process(self):
        """Match, book and reconcile now.

        :raises UserError: in a shadow month.
        """
        self._as_user().provider_id._check_not_shadow()
        self._process()
        return True

    def _process(self):
        """Match, book and reconcile what is proven and not yet booked. Safe to call again.

        :raises UserError: when a settlement is being booked by somebody else right now, or cannot be booked.
        """
        for settlement in self._as_user():
            settlement._lock()
            settlement = settlement.with_company(settlement.company_id)
            settlement.write({"booking_error_data": False, "is_undone": False})
            for date, lines in settlement._get_bookable_lines():
                settlement._book(date, lines)
            settlement._close_clearing()
            settlement.provider_id._close_attention(f"settlement {settlement.id}")
        return True

    def _lock(self):
        """Keep others from booking or undoing this settlement at the same time.

        :raises UserError: when somebody else does so right now.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("%s is being booked right now. Try again in a minute.", self.name))

    def _get_bookable_lines(self):
        """Return ``(ledger date, lines)`` of what may be booked now, oldest first.

        A settlement in error, or one a person must look at first, gives nothing; an open run gives its complete ledger
        dates.
        """
        return self._get_provable_lines() if self.provider_id.state == "active" else []

    def _get_provable_lines(self):
        """Return ``(ledger date, lines)`` of what might be booked now if the provider were active, oldest first."""
        self.ensure_one()
        if self.problem_data or self.needs_confirmation:
            return []
        domain = [("settlement_id", "=", self.id), ("status", "=", "new"), ("is_exclusion_proposed", "=", False)]
        if self.is_open and not self.by_position:
            return []  # Each row is booked with its payout.
        if self.is_open:
            domain.append(("date", "<=", self.complete_to))
        lines = self.env["account.settlement.line"].search(domain, order="date, row, id")
        return sorted(lines.grouped("date").items())

    @api.model
    def _search_bookable(self):
        """Return the settlements with something to book: new transactions of complete ledger dates."""
        self.flush_model()
        self.env["account.settlement.line"].flush_model(["status", "date", "settlement_id", "is_exclusion_proposed"])
        self.env["account.settlement.provider"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT settlement.id
                  FROM account_settlement settlement
                  JOIN account_settlement_provider provider ON provider.id = settlement.provider_id
                 WHERE settlement.state IN ('new', 'open')
                   AND settlement.needs_confirmation IS NOT TRUE
                   AND settlement.is_undone IS NOT TRUE
                   AND provider.state = 'active'
                   AND EXISTS (
                       SELECT 1
                         FROM account_settlement_line line
                        WHERE line.settlement_id = settlement.id
                          AND line.status = 'new'
                          AND line.is_exclusion_proposed IS NOT TRUE
                          AND (settlement.is_open IS NOT TRUE
                               OR settlement.by_position AND line.date <= settlement.complete_to)
                       )
              ORDER BY settlement.date, settlement.id
                """
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _cron_process(self, batch_size=20):
        """Scheduled action: match, book and reconcile. A settlement that fails never stops the others."""
        fault = self.env["settlement.fault"]
        bookable = self._search_bookable().filtered_domain(fault._get_ready_domain("book", self))
        settlements = bookable[:batch_size]
        self.env["ir.cron"]._commit_progress(remaining=len(bookable))
        fault._work_through(
            "book",
            settlements,
            # One that somebody is booking right now is left to them.
            lambda settlement: settlement.try_lock_for_update(allow_referencing=True)._process(),
            lambda settlement, error: settlement._note_booking_failure(self._get_stored_error(error)),
        )
        if settlements:
            fault._wake("ir_cron_settlement_bank")

    def _process_each(self):
        """Book each settlement by itself: one that cannot be booked is set aside with its reason, the others go on."""
        for settlement in self._as_user().try_lock_for_update(allow_referencing=True):
            try:
                with self.env.cr.savepoint():
                    settlement._process()
            except UserError as error:
                settlement._note_booking_failure(self._get_stored_error(error))
        self.env.ref("settlement_bridge.ir_cron_settlement_bank").sudo()._trigger()

    @staticmethod
    def _get_stored_error(error):
        """Return an error as a stored message: ours in every reader's language, Odoo's own as it was raised."""
        cause = error.__cause__
        message = cause.message if isinstance(cause, SettlementError) else Message("text_only", {"error": str(error)})
        return message.to_json()

    def _note_booking_failure(self, message):
        """Set the settlement aside with the reason; the button retries."""
        self.booking_error_data = [message]
        self.provider_id._ask_for_attention(self.error_message, key=f"settlement {self.id}")
