from odoo import api, models
from odoo.exceptions import UserError

from .kept_fields import KEPT_MOVE_FIELDS, MOVE_MARKS, get_changed, get_given, refuse_marks
from .own_writes import as_own, is_own


class AccountMove(models.Model):
    """A posted voucher stays as booked: superusers, other addons and Odoo's own buttons cannot change it either.

    Our own methods may, see ``own_writes``. What SQL changes nevertheless, the proof finds.
    """

    _inherit = "account.move"

    def _get_settlement_vouchers(self):
        return self.sudo().filtered("settlement_id")

    def _refuse_voucher_change(self):
        """:raises UserError: for the first of these vouchers, saying how it is corrected."""
        for move in self[:1]:
            values = {"move": move.name or move.ref, "settlement": move.settlement_id.name}
            if move.reversed_entry_id:
                raise UserError(
                    self.env._(
                        "%(move)s is the reversal of %(reversed)s, so it cannot be changed, deleted or reversed. To"
                        " book the transactions again, open settlement %(settlement)s and press Match and Book.",
                        reversed=move.reversed_entry_id.name,
                        **values,
                    )
                )
            raise UserError(
                self.env._(
                    "%(move)s was booked from settlement %(settlement)s, so it cannot be changed, deleted or "
                    "reversed by hand. To correct it, open the settlement and press Undo…: all of it is reversed "
                    "and booked again. For a single transaction, open that transaction and press Undo… there.",
                    **values,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_own(self):
            for vals in vals_list:
                refuse_marks(self, get_given(self, vals, MOVE_MARKS))
                reversed_id = vals.get("reversed_entry_id") or self.env.context.get("default_reversed_entry_id")
                self.browse(reversed_id or [])._get_settlement_vouchers()._refuse_voucher_change()
        return super().create(vals_list)

    def write(self, vals):
        if not is_own(self) and KEPT_MOVE_FIELDS & vals.keys():
            for move in self.sudo():
                if move.settlement_id and get_changed(move, vals, KEPT_MOVE_FIELDS):
                    move._refuse_voucher_change()
                refuse_marks(move, get_changed(move, vals, MOVE_MARKS))
                if get_changed(move, vals, {"reversed_entry_id"}):
                    # Only our own methods reverse a voucher: Undo would mistake any other entry for a reversal.
                    move.browse(vals["reversed_entry_id"] or [])._get_settlement_vouchers()._refuse_voucher_change()
        return super().write(vals)

    def unlink(self):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super().unlink()

    def copy_data(self, default=None):
        """Copy a voucher as an ordinary entry."""
        vals_list = super().copy_data(default)
        if not is_own(self):
            for vals in vals_list:
                for name in MOVE_MARKS & vals.keys():
                    del vals[name]
        return vals_list

    def button_draft(self):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super().button_draft()

    def button_cancel(self):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super().button_cancel()

    def _compute_show_reset_to_draft_button(self):
        result = super()._compute_show_reset_to_draft_button()
        self.filtered("settlement_id").show_reset_to_draft_button = False
        return result

    def action_reverse(self):
        """Open our undo instead of Odoo's dialog, where a settlement's voucher is to be reversed."""
        vouchers = self._get_settlement_vouchers()
        if not vouchers:
            return super().action_reverse()
        settlements = vouchers.settlement_id.sudo(False)
        is_manager = self.env.user.has_group("settlement_bridge.group_settlement_manager")
        if vouchers != self.sudo() or vouchers.reversed_entry_id or not is_manager:
            vouchers._refuse_voucher_change()
        return settlements.action_reverse()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super()._reverse_moves(default_values_list, cancel)

    def _hash_moves(self, **kwargs):
        """Let Odoo set an entry's hash, which it does by an ordinary write."""
        return super(AccountMove, as_own(self))._hash_moves(**kwargs)
