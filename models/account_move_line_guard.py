from odoo import api, models

from .kept_fields import ITEM_MARKS, KEPT_ITEM_FIELDS, get_changed, get_followed, get_given, refuse_marks
from .own_writes import is_own


class AccountMoveLine(models.Model):
    """Journal items of a posted voucher stay as booked: only our own methods make, change or delete them."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        if not is_own(self):
            for vals in vals_list:
                refuse_marks(self, get_given(self, vals, ITEM_MARKS))
            moves = {vals.get("move_id") or self.env.context.get("default_move_id") for vals in vals_list}
            self.env["account.move"].browse(filter(None, moves))._get_settlement_vouchers()._refuse_voucher_change()
        return super().create(vals_list)

    def write(self, vals):
        if not is_own(self) and KEPT_ITEM_FIELDS & vals.keys():
            if vals.get("move_id"):
                self.env["account.move"].browse(vals["move_id"])._get_settlement_vouchers()._refuse_voucher_change()
            for item in self.sudo():
                if item.move_id.settlement_id and get_changed(item, vals, KEPT_ITEM_FIELDS - get_followed(item, vals)):
                    item.move_id._refuse_voucher_change()
                refuse_marks(item, get_changed(item, vals, ITEM_MARKS))
        return super().write(vals)

    def unlink(self):
        if not is_own(self):
            self.sudo().move_id._get_settlement_vouchers()._refuse_voucher_change()
        return super().unlink()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if not is_own(self):
            for vals in vals_list:
                for name in ITEM_MARKS & vals.keys():
                    del vals[name]
        return vals_list
