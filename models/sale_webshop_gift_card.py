from odoo import fields, models


class SaleWebshopGiftCard(models.Model):
    """That an order sold a gift card, or was paid with one, as the shop tells it.

    A code is money for whoever has it: a digest is kept, and its last characters.
    """

    _name = "sale.webshop.gift.card"
    _description = "Gift Card of a Web Order"
    _order = "order_id, id"
    _rec_name = "card"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    key = fields.Char(required=True, readonly=True, index=True)
    card = fields.Char(required=True, readonly=True)
    is_sold = fields.Boolean(readonly=True, help="Sold with this order; else used to pay it.")
    currency_id = fields.Many2one(related="order_id.webshop_currency_id")
    amount = fields.Monetary(readonly=True, help="Sold or paid; negative where something was given back to the card.")
