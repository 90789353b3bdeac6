from odoo import models

from .own_writes import as_own


class AccountSettlement(models.Model):
    """Putting right what the proof has found: in which order.

    What is kept of the vouchers is trusted where its digest is right. First all that says where a voucher belongs is
    set back to it (``account_settlement_mend_place``), and the transactions (``account_settlement_mend_rows``). Then
    what still differs in the ledger is taken out of it and booked again as it was (``account_settlement_mend_books``).
    What no voucher has in the end is booked from the documents.
    """

    _inherit = "account.settlement"

    def action_mend(self):
        """Bring the ledger back to what was booked, and book what is missing in it."""
        for settlement in self:
            settlement._mend()
        return True

    def _mend(self):
        """Put right what differs from what was booked. What differs still is said again.

        :raises UserError: when it cannot be put right, with what a person can do; nothing is changed then.
        """
        self.ensure_one()
        self = self._as_manager()
        self._lock()
        self._prove()
        if not self.is_altered:
            return
        was = self.proof_message
        self._restore_numbers()
        parted = self._get_items_to_meet_again()
        others = self._set_back_kept()
        vouchers = self._get_trusted_vouchers()
        vouchers._set_back_moves()
        self._keep_reversals()
        vouchers._set_back_unbalanced()
        for document in self.document_ids._get_readable():
            document._set_back_payouts()
        others |= self.line_ids.move_line_ids.move_id.settlement_id - self
        for other in others:
            # Transactions of theirs may stand here.
            other._get_trusted_vouchers()._set_back_transactions()
        vouchers._set_back_transactions()
        self._set_back_rows()
        vouchers._set_back_marks()
        for voucher in vouchers:
            parted |= voucher._book_again_if_altered()
        self._take_out_foreign_vouchers()
        self._take_out_surplus()
        for line in self._get_wrongly_excluded(self.line_ids):
            line._include_again(self.env._("the journal item it was left out for does not have it any more"))
        self._recompute_residuals()
        nowhere, _double, unaware = self._compare_places(self._get_trusted_vouchers(), self.line_ids)
        resolved = nowhere.filtered(lambda line: line.status == "resolved")
        nowhere._reset_to_new()
        parted._meet_again()
        unaware._note_booked_again()
        self._meet_bank_again()
        self.message_post(body=self.env._("Mended. It differed from what was booked: %s", was))
        self._process()
        resolved._note_placed_again()
        (self | (others | self.document_ids.settlement_ids).filtered("is_altered"))._prove()

    def _keep_reversals(self):
        """Keep anew what takes a voucher out of the ledger, and of which nothing is kept any more."""
        self.env["account.settlement.voucher"]._keep((move, []) for move in self._get_unkept_reversals())

    def _recompute_residuals(self):
        """Let Odoo work out anew what is open, where reconciliations were deleted past it."""
        self._get_items_with_wrong_residual()._recompute_residuals()

    def _get_items_with_wrong_residual(self):
        self.env.flush_all()
        return self.env["account.move.line"].browse(row[0] for row in self._find_wrong_residuals())

    def _get_items_to_meet_again(self):
        """Return the vouchers' items whose reconciliation was deleted past Odoo."""
        items = self._get_items_with_wrong_residual()
        return items.filtered(lambda item: item.move_id.settlement_id == self)

    def _meet_bank_again(self):
        """Let the bank's line meet what the provider owed, where the voucher it had met was deleted."""
        items = self.bank_line_id.sudo().line_ids
        if self.bank_line_id and not items.settlement_payout_id:
            counterpart = items.filtered(
                lambda item: (
                    item.account_id == self.provider_id.clearing_account_id
                    and not self.currency_id.compare_amounts(-item.amount_currency, self.payout_amount)
                )
            )
            as_own(counterpart[:1]).settlement_payout_id = self
        paid = items.filtered(
            lambda item: item.settlement_payout_id == self and item.parent_state == "posted" and item.amount_residual
        )
        if paid:
            self._reconcile_groups([paid | self._get_open_clearing_lines()])
