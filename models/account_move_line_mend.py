from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _recompute_residuals_beside(self):
        """Let Odoo recompute what is open of the same customers, as a deleted entry's counterparts are not known."""
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
        """Let Odoo recompute what is open of these items, and what depends on it."""
        for name in ("amount_residual", "amount_residual_currency", "reconciled"):
            self.env.add_to_compute(self._fields[name], self)
        self.modified(["amount_residual", "amount_residual_currency"])
        self.env.flush_all()

    def _reconcile_again(self, known=None):
        """Reconcile these items with the items they were booked for, as far as those are open.

        :param dict known: ``{item: items with which it was reconciled}``.
        """
        for item in self.exists().sorted("id"):
            settlement = item.move_id.settlement_id
            is_open = item.account_id.reconcile and (item.amount_residual_currency or item.amount_residual)
            if not is_open or item.settlement_role == "clearing":
                continue
            for found in item._find_counterparts((known or {}).get(item, self.browse())):
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

    def _find_counterparts(self, known):
        """Yield the items with which an item may have been reconciled, the most certain first."""
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
