from odoo import fields, models


class SaleWebshopProduct(models.Model):
    """Which product a line without a known SKU stands for; the first that fits counts."""

    _name = "sale.webshop.product"
    _description = "Webshop Product"
    _inherit = ["sale.webshop.choice"]

    kind = fields.Selection(
        [
            ("product", "Goods"),
            ("shipping", "Shipping"),
            ("fee", "Fee"),
            ("discount", "Discount"),
            ("gift_card", "Gift card"),
            ("tip", "Tip"),
            ("rounding", "Rounding"),
        ],
        help="Empty: any line.",
    )
    text = fields.Char(string="Name or SKU Contains", help="Empty: any name.")
    product_id = fields.Many2one("product.product", required=True, check_company=True, ondelete="restrict")

    def _fits(self, line):
        self.ensure_one()
        text = (self.text or "").casefold()
        return (not self.kind or self.kind == line.kind) and (
            text in line.name.casefold() or text in line.sku.casefold()
        )
