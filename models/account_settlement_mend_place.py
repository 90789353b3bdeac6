from odoo import models
from odoo.tools import SQL


class AccountSettlement(models.Model):
    """Restoring the stored copies, and where they belong."""

    _inherit = "account.settlement"

    def _get_trusted_vouchers(self):
        """Return the stored copies of the vouchers, except those that were changed themselves."""
        return self._get_compared_vouchers().filtered(lambda voucher: voucher._get_trusted())

    def _restore_kept(self):
        """Restore the settlement and the voucher of each stored copy; end the copies that were changed themselves, as
        nothing is known of their vouchers then.

        :return: the other settlements that got a copy back.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM account_settlement_voucher
                 WHERE settlement_id = %s
                    OR (jsonb_typeof(booked_data) = 'object' AND booked_data->>'settlement_id' = %s)
              ORDER BY id
                """,
                self.id,
                str(self.id),
            )
        )
        vouchers = self.env["account.settlement.voucher"].browse(row[0] for row in rows)
        others = self.browse()
        for voucher in vouchers:
            booked = voucher._get_trusted()
            if not booked:
                voucher.is_ended = True
                continue
            settlement = self.browse(booked.settlement_id).exists()
            if settlement and voucher.settlement_id != settlement:
                others |= (voucher.settlement_id | settlement) - self
                voucher.settlement_id = settlement
            move = voucher._find_move(booked)
            if voucher.move_id != move:
                voucher.move_id = move
        compared = vouchers.filtered(lambda voucher: not voucher.is_ended)
        for voucher in vouchers - compared:
            if voucher._is_ended_by_force(compared):
                voucher.is_ended = False
                compared |= voucher
        for copies in compared.filtered("move_id").grouped("move_id").values():
            copies[1:].is_ended = True
        self.env.flush_all()
        return others
