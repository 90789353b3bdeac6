from odoo import api, fields, models


class SaleWebshopProduct(models.Model):
    """Which product a line without a known SKU stands for; the first that fits counts."""

    _name = "sale.webshop.product"
    _description = "Webshop Product"
    _order = "sequence, id"
    _check_company_auto = True

    webshop_id = fields.Many2one("sale.webshop", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="webshop_id.company_id", store=True)
    sequence = fields.Integer(default=10)
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

    @api.model_create_multi
    def create(self, vals_list):
        """Let the orders go on that waited for these products."""
        rules = super().create(vals_list)
        rules.webshop_id._let_waiting_go_on()
        return rules

    def write(self, vals):
        """Let the orders go on that waited for these products."""
        result = super().write(vals)
        self.webshop_id._let_waiting_go_on()
        return result

    def _fits(self, line):
        self.ensure_one()
        text = (self.text or "").casefold()
        return (not self.kind or self.kind == line.kind) and (
            text in line.name.casefold() or text in line.sku.casefold()
        )
