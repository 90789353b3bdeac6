from odoo import fields, models


class AccountSettlement(models.Model):
    """Balances that a payout leaves with the provider, or a debt: the next settlement starts from them."""

    _inherit = "account.settlement"

    balance_from_id = fields.Many2one(
        "account.settlement",
        string="Balance Carried From",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        help="The settlement whose payout left the balance from which this one starts.",
    )

    def _link_carried_balance(self):
        """Link the settlement that left the balance from which this one starts.

        Where it left another one, that is said, and stops nothing: the provider may have invoiced a debt.
        """
        self.ensure_one()
        if self.currency_id.is_zero(self.opening_balance):
            self.balance_from_id = False
            return
        earlier = self.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("id", "!=", self.id),
                ("has_closing_balance", "=", True),
                ("date", "<=", self.date),
                ("external_id", "!=", False),
            ],
            order="date desc, id desc",
            limit=1,
        )
        if earlier and not self.currency_id.compare_amounts(earlier.closing_balance, self.opening_balance):
            self.balance_from_id = earlier
        elif earlier and not self.by_position and not self.balance_from_id:
            self._post_once(
                self.env._(
                    "It starts from a balance of %(found)s, but %(earlier)s left %(expected)s. The provider may have "
                    "invoiced the difference, or been paid it.",
                    found=self.currency_id.format(self.opening_balance),
                    earlier=earlier._get_html_link(),
                    expected=self.currency_id.format(earlier.closing_balance),
                )
            )

    def _link_carried_balances(self):
        """Link this settlement with the one before it, and those after it that still lack the one before them."""
        self._link_carried_balance()
        later = self.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("date", ">=", self.date),
                ("opening_balance", "!=", 0),
                ("id", "!=", self.id),
            ],
            order="date, id",
        )
        for settlement in later:
            settlement._link_carried_balance()

    def _close_carried(self):
        """Close those that carry this settlement's balance on, and waited for it to be booked; one after the other."""
        seen, settlements = self, self.search([("balance_from_id", "in", self.ids)])
        while settlements - seen:
            for settlement in settlements - seen:
                settlement._close_own_clearing()
            seen |= settlements
            settlements = self.search([("balance_from_id", "in", seen.ids)])

    def _get_carried_lines(self):
        """Return the clearing lines that are still open of the settlements whose balance this one carries on."""
        lines = self.env["account.move.line"]
        seen, settlement = self, self.balance_from_id
        while settlement and settlement not in seen:
            lines |= settlement._get_clearing_items()
            seen |= settlement
            settlement = settlement.balance_from_id
        return lines.filtered(lambda line: line.amount_residual_currency or line.amount_residual)
