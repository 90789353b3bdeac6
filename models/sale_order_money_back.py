from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Orders that come to nothing: what was paid and what was refunded meet each other."""

    _inherit = "sale.order"

    def _action_cancel(self):
        """Match the money of cancelled orders again: nothing is to be invoiced that a payment could wait for."""
        result = super()._action_cancel()
        cancelled = self.filtered(lambda order: order.state == "cancel")
        if cancelled:
            references = cancelled.settlement_reference_ids.mapped("value")
            of_orders = Domain("sale_order_id", "in", cancelled.ids) | Domain("order_reference", "in", references)
            self.env["account.settlement.line"].sudo()._retry_awaiting(of_orders, cancelled.company_id)
        return result
