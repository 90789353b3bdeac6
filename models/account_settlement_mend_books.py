from odoo import models

from .own_writes import as_own


class AccountSettlement(models.Model):
    """Reversing entries that are not as booked."""

    _inherit = "account.settlement"

    def _take_out_foreign_vouchers(self):
        """Reverse entries without a stored copy that involve our accounts, and book their transactions anew; remove our
        marks from others."""
        moves = self._get_entries_of_nothing_kept()
        accounts = self.provider_id.clearing_account_id | self.provider_id.unknown_account_id
        ours = moves.filtered(
            lambda move: (
                move.line_ids.account_id & accounts
                or move.line_ids.settlement_line_ids
                or move.line_ids.settlement_clearing_id
                or any(move.line_ids.mapped("settlement_role"))
            )
        )
        as_own(ours.filtered(lambda move: move.settlement_id != self)).settlement_id = self
        if ours:
            self.env.flush_all()
            self.env["account.settlement.voucher"]._restore_place_of_items(ours)
        ours._take_out_of_ledger(self.env._("No copy of how it was booked was kept."))
        as_own(moves - ours).settlement_id = False
        as_own(self._get_strange_reversals()).reversed_entry_id = False

    def _get_entries_of_nothing_kept(self):
        """Return the posted entries that are marked as this settlement's, or whose items are."""
        own_items = [("settlement_role", "!=", False), ("settlement_line_ids.settlement_id", "=", self.id)]
        moves = self.env["account.move.line"].search([*own_items, ("parent_state", "=", "posted")]).move_id
        moves |= self.env["account.move"].search([("settlement_id", "=", self.id), ("state", "=", "posted")])
        kept = self.env["account.settlement.voucher"].search([("move_id", "in", moves.ids), ("is_ended", "=", False)])
        return moves - kept.move_id

    def _take_out_surplus(self):
        """Reverse what is in the ledger more than once: second reversals, and second vouchers of a transaction."""
        vouchers = self._get_trusted_vouchers().filtered("move_id")
        for move in vouchers.move_id:
            while move._count_in_ledger() < 0:
                surplus = move._get_settlement_reversals().filtered(lambda one: one._count_in_ledger() > 0)
                surplus[-1:]._take_out_of_ledger(self.env._("It was reversed more than once."))
        placed = set()
        for voucher in vouchers.filtered(lambda voucher: voucher._is_live()):
            ids = {one.id for one in voucher._get_trusted().transactions}
            if ids & placed:
                voucher.move_id._take_out_of_ledger(self.env._("Its transactions are in another voucher."))
            else:
                placed |= ids
