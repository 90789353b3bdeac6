from odoo import models


class AccountSettlement(models.Model):
    """What the provider owed before the first transaction: the first payout includes it, and its bank line meets the
    items from the bookkeeping before that a person has accepted."""

    _inherit = "account.settlement"

    def _is_of_balance_alone(self):
        """Whether the payout has no transaction of its own to meet: it is a balance from before, and nothing else."""
        self.ensure_one()
        return (
            bool(self.external_id)
            and not self.carried_to_id
            and not self._get_clearing_items()
            and self.currency_id.is_zero(self.amount_net)
            and not self.currency_id.is_zero(self.payout_amount)
        )

    def _is_balance_met(self):
        """Whether the bank line of such a payout has come, and has met what it was for."""
        self.ensure_one()
        account = self.provider_id.clearing_account_id
        marked = self.payout_item_ids.filtered(
            lambda item: item.account_id == account and item.parent_state == "posted"
        )
        return bool(marked) and all(
            item.company_currency_id.is_zero(item.amount_residual)
            and item.currency_id.is_zero(item.amount_residual_currency)
            for item in marked._all_reconciled_lines()
        )

    def _get_opening_items(self):
        """Return the accepted opening items that the payout includes, as far as they are open.

        None, where they are not exactly the balance that the provider says it owed: a person says what they are.
        """
        self.ensure_one()
        none, currency = self.env["account.move.line"], self.currency_id
        includes = currency.compare_amounts(self.payout_amount, self.amount_net + self.opening_balance) == 0
        if currency.is_zero(self.opening_balance) or self.balance_from_id or not includes:
            return none
        items = none.search(
            [
                ("settlement_opening_id", "=", self.provider_id.id),
                ("account_id", "=", self.provider_id.clearing_account_id.id),
                ("parent_state", "=", "posted"),
                ("currency_id", "=", currency.id),
                ("amount_residual_currency", "!=", 0),
            ]
        )
        total = sum(items.mapped("amount_residual_currency"))
        return items if currency.compare_amounts(total, self.opening_balance) == 0 else none

    def _is_open_by_opening(self):
        """Whether what is open of the bank line is exactly the balance from before the first transaction."""
        self.ensure_one()
        rest = -sum(self.bank_item_ids.mapped("amount_residual_currency"))
        is_first = not self.balance_from_id and not self.currency_id.is_zero(self.opening_balance)
        return is_first and self.currency_id.compare_amounts(rest, self.opening_balance) == 0
