from odoo import api, fields, models

from ..common.references import normalise


class SaleOrderReference(models.Model):
    """One key a payment provider may send for an order; an order has several."""

    _name = "sale.order.reference"
    _description = "Order Reference"
    _order = "order_id, kind, id"
    _rec_name = "value"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("order_number", "Order number"),
            ("customer_reference", "Customer's reference"),
            ("shop_id", "Shop's id"),
            ("shop_number", "Shop's number"),
            ("provider_reference", "As sent to the provider"),
            ("provider_id", "Provider's id"),
        ],
        required=True,
        default="shop_number",
    )
    value = fields.Char(required=True, index=True)
    value_normalised = fields.Char(compute="_compute_value_normalised", store=True, index=True, precompute=True)
    provider_id = fields.Many2one("account.settlement.provider", ondelete="set null", index="btree_not_null")

    _value_uniq = models.UniqueIndex("(order_id, kind, value)", "The order has this reference already.")

    @api.depends("value")
    def _compute_value_normalised(self):
        for reference in self:
            reference.value_normalised = normalise(reference.value or "")
