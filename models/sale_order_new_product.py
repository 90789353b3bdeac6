from odoo import models
from odoo.fields import Command

from ..webshops.records import ZERO


class SaleOrder(models.Model):
    """Creating the product that a line of the shop has and Odoo has not, with what the shop says of it."""

    _inherit = "sale.order"

    def action_open_new_product(self):
        """Open a new product with the SKU, the name, the price and the tax of the first line whose SKU has none."""
        self.ensure_one()
        self.env["product.product"].check_access("create")
        sku, name = next(iter(self._get_skus_without_product().items()), (False, False))
        values = {"default_code": sku, "name": name, **self._get_price_and_tax(sku)}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Product"),
            "res_model": "product.product",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{field}": value for field, value in values.items()},
        }

    def _get_price_and_tax(self, sku):
        """Return what the line with this SKU says of a product's price and tax; of what is sent abroad, or in another
        currency, it says nothing of those at home.
        """
        order = self.sudo()
        if not sku or order.webshop_event_id.content_removed_on:
            return {}
        shop_order = order._get_webshop_order()
        line = next((line for line in shop_order.lines if line.sku == sku), None)
        place = order.webshop_id._get_place(shop_order)
        if not line or line.rate is None or place.is_abroad:
            return {}
        tax = order.webshop_id.tax_rule_ids._get_first(line.rate, place, False, line.tax_class).tax_id
        values = {"taxes_id": [Command.set(tax.ids)]}
        if shop_order.currency == order.company_id.currency_id.name:
            amount = line.amount + line.discount
            net = amount if tax.price_include or not line.rate else amount / (1 + line.rate / 100)
            values["list_price"] = max(float(round(net / abs(line.quantity), 2)), float(ZERO))
        return values
