from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .money import to_decimal


class AccountSettlementLine(models.Model):
    """A person divides a transaction among several targets: the amounts."""

    _inherit = "account.settlement.line"

    def _get_amount_open(self):
        """Return what is open of these transactions, in their currency and with their sign."""
        items = (move_line for _line, move_line in self._get_open_sources())
        return -sum(item.amount_residual_currency for item in items)

    def _get_plain_sum(self, lines):
        """Return this transaction as a plain line with the open amount of all ``lines`` together."""
        plain = self._to_plain()
        amount = to_decimal(lines._get_amount_open(), self.currency_id) or plain.amount
        return plain if amount == plain.amount else replace(plain, amount=amount, amount_original=None)

    def _check_amounts(self, shares, sources):
        """Refuse shares that are zero or negative, or not exactly what is open.

        :param shares: list of :class:`~.account_settlement_line_share.Share`.
        :param sources: ``(transaction, journal item)`` of this transaction.
        """
        for share in shares:
            if share.amount <= 0:
                raise UserError(
                    self.env._(
                        "The part for %(target)s is %(amount)s. Enter each part as an amount above zero, whichever way "
                        "the money went.",
                        target=share.target.display_name,
                        amount=self._format_amount(share.amount),
                    )
                )
        total = sum(share.amount for share in shares)
        amount_open = abs(self._get_amount_open())
        if self.currency_id.compare_amounts(float(total), amount_open):
            raise UserError(
                self.env._(
                    "The parts are %(total)s together, but %(open)s of %(line)s is open. Change the parts until they "
                    "are the same.",
                    total=self._format_amount(total),
                    open=self._format_amount(amount_open),
                    line=self.name,
                )
            )

    def _format_amount(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    @staticmethod
    def _spread(shares, sources):
        """Return the shares taken off the open journal items, in order; one that two items give is divided."""
        spread = []
        left = [(source, abs(source[0]._get_plain_open(source[1]).amount)) for source in sources]
        for share in shares:
            wanted = share.amount
            while wanted:
                source, available = left.pop(0)
                taken = min(wanted, available)
                spread.append(share.take_from(source, amount=taken))
                wanted -= taken
                if available > taken:
                    left.insert(0, (source, available - taken))
        return spread
