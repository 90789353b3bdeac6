from odoo import fields, models
from odoo.fields import Domain


class AccountSettlementProvider(models.Model):
    """The shops whose payments come from a provider, and their orders that wait for a person."""

    _inherit = "account.settlement.provider"

    shop_names = fields.Char(
        string="Shops", compute="_compute_shops", help="The shops it serves: its own, or those that name no provider."
    )
    waiting_order_count = fields.Integer(string="Web Orders Waiting", compute="_compute_shops")

    def _compute_shops(self):
        served = self._get_served_shops()
        shops = self.env["sale.webshop"].union(*served.values())
        waiting = dict(
            self.env["sale.order"]._read_group(
                [("webshop_id", "in", shops.ids), ("webshop_state", "=", "waiting")], ["webshop_id"], ["__count"]
            )
        )
        for provider in self:
            own = served[provider]
            provider.shop_names = ", ".join(own.mapped("name"))
            provider.waiting_order_count = sum(waiting.get(shop, 0) for shop in own)

    def _get_served_shops(self):
        """Return ``{provider: the shops whose payments may come from it}``, draft ones not counted."""
        shops = self.env["sale.webshop"].search(
            Domain("company_id", "in", self.company_id.ids) & Domain("state", "!=", "draft")
        )
        return {
            provider: shops.filtered(
                lambda shop, provider=provider: (
                    shop.company_id == provider.company_id and (not shop.provider_ids or provider in shop.provider_ids)
                )
            )
            for provider in self
        }

    def action_open_waiting_orders(self):
        """Open the web orders of its shops that wait for a person."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_webshop_order_waiting")
        action["domain"] = [
            ("webshop_id", "in", self._get_served_shops()[self].ids),
            ("webshop_state", "=", "waiting"),
        ]
        return action

    def _get_shops(self):
        """Return the ``sale.webshop`` of this agreement: those that name it, and its company's that name none."""
        self.ensure_one()
        shops = self.env["sale.webshop"].sudo().search([("company_id", "=", self.company_id.id)])
        return shops.filtered(lambda shop: not shop.provider_ids or self in shop.provider_ids)

    def _get_start_of_shops(self):
        """Return the first day of the orders that are invoiced here (``date``); None where all are, or no shop is."""
        days = self._get_shops().mapped("start_date")
        return min(days) if days and all(days) else None
