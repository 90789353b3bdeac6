from odoo import models

from ..booking.planned import PlannedLine, Voucher
from ..matching.roles import Role
from .money import to_decimal


class AccountSettlement(models.Model):
    """One item for one payout: what several vouchers have on the clearing account is gathered by one more.

    Where payouts are matched with the bank in another view, which looks for one item of the payout's amount. Our own
    bank stage needs no such voucher, so it is made only where the provider says so.
    """

    _inherit = "account.settlement"

    def _gather_clearing(self):
        """Gather what is open on the clearing account for the payout in one item, if it is in several.

        :return: the voucher, if one was made.
        """
        self.ensure_one()
        moves = self.env["account.move"]
        if not self.provider_id.gathers_payouts or self._get_bank_state() != "in_transit" or self.payout_failed:
            return moves
        open_lines = self._get_open_clearing_lines()
        total = sum(open_lines.mapped("amount_residual_currency"))
        if len(open_lines) < 2 or self.carried_to_id or self.currency_id.compare_amounts(total, self.payout_amount):
            return moves
        with self.env["settlement.message"]._as_user_error():
            voucher = self._plan_gathering(open_lines)
            voucher.check_balanced()
        return self._write_vouchers([voucher])

    def _plan_gathering(self, open_lines):
        """Return the :class:`~..booking.planned.Voucher` that moves these items into one, on the same account."""
        date = self._get_booking_date(max([self.payout_date or self.date, *open_lines.mapped("date")]))
        taken = [self._plan_gathered(line) for line in open_lines]
        first = taken[0]
        gathered = PlannedLine(
            Role.CLEARING,
            first.account_id,
            -sum(line.balance for line in taken),
            -sum(line.amount_currency for line in taken),
            first.currency,
            self._get_labels(date)[Role.CLEARING],
            partner_id=self._get_accounts().clearing_partner,
        )
        return Voucher(date, [gathered, *taken])

    @staticmethod
    def _plan_gathered(line):
        return PlannedLine(
            Role.CLEARING,
            line.account_id.id,
            -to_decimal(line.amount_residual, line.company_currency_id),
            -to_decimal(line.amount_residual_currency, line.currency_id),
            line.currency_id.name,
            line.move_name,
            partner_id=line.partner_id.id or None,
            item_id=line.id,
        )
