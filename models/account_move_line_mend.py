from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _recompute_residuals_beside(self):
        """Let Odoo work out anew what is open of the same customers: what a deleted entry had met is not known."""
        items = self.filtered(lambda item: item.partner_id and item.account_id.reconcile)
        if not items:
            return
        beside = self.search(
            [
                ("account_id", "in", items.account_id.ids),
                ("partner_id", "in", items.partner_id.ids),
                ("parent_state", "=", "posted"),
            ]
        )
        beside._recompute_residuals()

    def _recompute_residuals(self):
        """Let Odoo work out anew what is open of these items, and what hangs on it."""
        for name in ("amount_residual", "amount_residual_currency", "reconciled"):
            self.env.add_to_compute(self._fields[name], self)
        self.modified(["amount_residual", "amount_residual_currency"])
        self.env.flush_all()

    def _meet_again(self, known=None):
        """Reconcile these items with what they were booked for, as far as it is open.

        :param dict known: ``{item: items it had met}``.
        """
        for item in self.exists().sorted("id"):
            settlement = item.move_id.settlement_id
            is_open = item.account_id.reconcile and (item.amount_residual_currency or item.amount_residual)
            if not is_open or item.settlement_role == "clearing":
                continue
            for found in item._get_what_it_met((known or {}).get(item, self.browse())):
                found = found.exists().filtered(
                    lambda other, item=item: (
                        other.account_id == item.account_id
                        and other.parent_state == "posted"
                        and other.company_id == item.company_id
                        and other.amount_residual * item.amount_residual < 0
                    )
                )
                if found:
                    settlement._reconcile_groups([item | found])
                    break

    def _get_what_it_met(self, known):
        """Yield what an item may have met, the most certain first."""
        self.ensure_one()
        yield known
        if self.settlement_role == "item":
            yield self.settlement_line_ids.invoice_id.line_ids
        yield self.settlement_line_ids.move_line_ids - self
        if self.settlement_role == "item":
            alike = self.search(
                [
                    ("account_id", "=", self.account_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("amount_residual", "=", -self.amount_residual),
                    ("currency_id", "=", self.currency_id.id),
                ],
                limit=2,
            )
            yield alike if len(alike) == 1 else alike.browse()
