from odoo import fields, models
from odoo.fields import NO_ACCESS


class SaleWebshopGiftCard(models.Model):
    """That an order sold a gift card, or was paid with one, as the shop tells it.

    A code is money for whoever has it: its last characters are kept, and a digest with the database's secret, by which
    the same card is known again.
    """

    _name = "sale.webshop.gift.card"
    _description = "Gift Card of a Web Order"
    _order = "order_id, id"
    _rec_name = "card"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    key = fields.Char(required=True, readonly=True, index=True, groups=NO_ACCESS)
    card = fields.Char(required=True, readonly=True)
    is_sold = fields.Boolean(readonly=True, help="Sold with this order; else used to pay it.")
    webshop_line_id = fields.Char(string="Line in the Shop", readonly=True, help="On which it was sold.")
    currency_id = fields.Many2one(related="order_id.webshop_currency_id")
    amount = fields.Monetary(readonly=True, help="Sold or paid; negative where something was given back to the card.")
