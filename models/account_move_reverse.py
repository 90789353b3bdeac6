from odoo import fields, models

from .own_writes import as_own


class AccountMove(models.Model):
    """Reversing settlement vouchers, as their correction."""

    _inherit = "account.move"

    def _get_reconciled_by_others(self):
        """Return the journal items of these vouchers that somebody else has reconciled."""
        lines = self.line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        foreign = partials.filtered(lambda partial: not partial.settlement_id)
        return lines & (foreign.debit_move_id | foreign.credit_move_id)

    def _reverse_settlement_moves(self, reason, date=None):
        """Reverse settlement vouchers.

        Our own reconciliations are undone, each line is reconciled with its own reversal, and what others reconciled
        is left.

        :param str reason: for the reversal's reference.
        :param date: the wanted date; today by default, and moved after a lock.
        :return: the reversals, posted.
        """
        lines = self.line_ids
        bank_items = lines.settlement_clearing_id.bank_item_ids.sudo(False)
        partials = (lines.matched_debit_ids | lines.matched_credit_ids).filtered(
            lambda partial: partial.settlement_id and not (partial.debit_move_id | partial.credit_move_id) & bank_items
        )
        as_own(partials).unlink()
        wanted = date or fields.Date.context_today(self)
        reversals = as_own(self)._reverse_moves(
            [
                {
                    "date": move.settlement_id._get_booking_date(max(wanted, move.date), move._affect_tax_report()),
                    "ref": self.env._("Reversal of %(move)s: %(reason)s", move=move.name, reason=reason),
                }
                for move in self
            ]
        )
        reversals._post(soft=False)
        reversals = reversals.with_env(self.env)
        self.env["account.settlement.voucher"]._keep((move, []) for move in reversals)
        self.env["account.settlement"]._attach_documents(reversals)
        return reversals

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Reconcile each line of a settlement voucher, which holds many customers, with its own reversal."""
        vouchers = self.filtered("settlement_id")
        others = self - vouchers
        groups = []
        for voucher in vouchers:
            reverse_move = reverse_moves.filtered(lambda move, voucher=voucher: move.reversed_entry_id == voucher)
            for line, reversal in zip(voucher.line_ids.sorted("id"), reverse_move.line_ids.sorted("id"), strict=True):
                if line.account_id.reconcile and line.amount_residual_currency and reversal.amount_residual_currency:
                    groups.append(line | reversal)
        for settlement in vouchers.settlement_id:
            settlement._reconcile_groups([group for group in groups if group.move_id.settlement_id == settlement])
        return super(AccountMove, others)._reconcile_reversed_moves(
            reverse_moves.filtered(lambda move: move.reversed_entry_id in others), move_reverse_cancel
        )
