from odoo import fields, models
from odoo.tools import hmac

from ..invoicing.gift_cards import get_card_uses


class SaleOrder(models.Model):
    """The single gift cards of a web order, where the shop tells their codes."""

    _inherit = "sale.order"

    webshop_gift_card_ids = fields.One2many(
        "sale.webshop.gift.card",
        "order_id",
        string="Gift Cards",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    def _keep_gift_cards(self, told):
        """Keep which gift cards orders sold and used, in place of what was told before.

        :param told: the :class:`~..webshops.records.Order` of each.
        """
        cards = self.env["sale.webshop.gift.card"].sudo()
        known = cards.search([("order_id", "in", self.ids)])
        system = self.env(su=True)

        def digest(code):
            return hmac(system, "settlement_bridge.gift_card", code)

        uses = [
            (order, use) for order, of_shop in zip(self, told, strict=True) for use in get_card_uses(of_shop, digest)
        ]
        if not known and not uses:
            return
        known.unlink()
        cards.create(
            [
                {
                    "order_id": order.id,
                    "key": use.key,
                    "card": use.name,
                    "is_sold": use.is_sold,
                    "webshop_line_id": use.line_id or False,
                    "amount": float(use.amount),
                }
                for order, use in uses
            ]
        )
