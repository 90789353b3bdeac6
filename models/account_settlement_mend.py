from odoo import models


class AccountSettlement(models.Model):
    """Putting right what the proof has found, step by step.

    *Restoring* writes a record as it was booked or reported; *booking again* reverses a voucher and makes a new one.

    The stored copies of the vouchers are trusted where their digest is right. First the fields that say where a voucher
    belongs are restored (``_mend_place``), then the transactions (``_mend_rows``). What still differs in the ledger is
    reversed and booked again as it was (``_mend_books``). Transactions without a voucher are booked from the documents.
    """

    _inherit = "account.settlement"

    def action_mend(self):
        """Bring the ledger back to what was booked, and book what is missing."""
        for settlement in self:
            settlement._mend()
        return True

    def _mend(self):
        """Put right what differs from what was booked. What still differs is reported again.

        :raises UserError: when that is impossible, with what a person can do; nothing is changed then.
        """
        self.ensure_one()
        self = self._as_manager()
        self._lock()
        self._prove()
        if not self.is_altered:
            return
        was = self.proof_message
        self._restore_numbers()
        parted = self._get_items_to_reconcile_again()
        others = self._restore_kept()
        vouchers = self._get_trusted_vouchers()
        vouchers._restore_moves()
        self._keep_reversals()
        vouchers._restore_unbalanced()
        reported = self._read_documents()
        for document, settlements in reported.items():
            document._restore_payouts(self.provider_id, settlements)
        others |= self.line_ids.move_line_ids.move_id.settlement_id - self
        for other in others:
            # Transactions of theirs may be in this settlement.
            other._get_trusted_vouchers()._restore_transactions()
        vouchers._restore_transactions()
        self._restore_rows(reported)
        vouchers._restore_marks()
        for voucher in vouchers:
            parted |= voucher._book_again_if_altered()
        self._take_out_foreign_vouchers()
        self._take_out_surplus()
        for line in self._get_wrongly_excluded(self.line_ids):
            line._include_again(self.env._("the journal item it was excluded for no longer has it"))
        self._recompute_residuals()
        nowhere, _double, unaware = self._compare_places(self._get_trusted_vouchers(), self.line_ids)
        resolved = nowhere.filtered(lambda line: line.status == "resolved")
        nowhere._reset_to_new()
        parted._reconcile_again()
        unaware._note_booked_again()
        self._reconcile_bank_again()
        self.message_post(body=self.env._("Corrected. It differed from what was booked: %s", was))
        self._process()
        resolved._note_resolved_again()
        (self | (others | self.document_ids.settlement_ids).filtered("is_altered"))._prove()

    def _keep_reversals(self):
        """Store a copy of reversals that have none any more."""
        self.env["account.settlement.voucher"]._keep((move, []) for move in self._get_unkept_reversals())

    def _recompute_residuals(self):
        """Let Odoo recompute what is open, where reconciliations were deleted by SQL."""
        self._get_items_with_wrong_residual()._recompute_residuals()

    def _get_items_with_wrong_residual(self):
        self.env.flush_all()
        return self.env["account.move.line"].browse(row[0] for row in self._find_wrong_residuals())

    def _get_items_to_reconcile_again(self):
        """Return the vouchers' items whose reconciliation was deleted by SQL."""
        items = self._get_items_with_wrong_residual()
        return items.filtered(lambda item: item.move_id.settlement_id == self)

    def _reconcile_bank_again(self):
        """Reconcile the bank's line with what the provider owed, where the voucher reconciled with it was deleted."""
        paid = self.bank_item_ids.sudo(False).filtered("amount_residual")
        if paid:
            self._reconcile_groups([paid | self._get_open_clearing_lines()])
