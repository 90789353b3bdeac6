from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..providers.names import named_provider

#: In how many of a provider's latest settlements, and transactions of each, its shops are looked for.
LATEST_SETTLEMENTS, LATEST_TRANSACTIONS = 10, 100


class AccountSettlementProvider(models.Model):
    """The shops whose payments come from a provider, and their orders that wait for a person."""

    _inherit = "account.settlement.provider"

    shop_names = fields.Char(
        string="Shops", compute="_compute_shops", help="Those that name it, and those whose payments it has settled."
    )
    has_shop = fields.Boolean(compute="_compute_shops", help="There is a shop whose payments may come from it.")
    waiting_order_count = fields.Integer(
        string="Web Orders Waiting",
        compute="_compute_shops",
        help="Those that were paid with it. Where that cannot be known, the order is on its shop's card only.",
    )

    def _compute_shops(self):
        shops = self.env["sale.webshop"].search(
            Domain("company_id", "in", self.company_id.ids) & Domain("state", "!=", "draft")
        )
        settled = self._get_settled_shops()
        waiting = self._get_waiting_orders()
        for provider in self:
            own = shops.filtered(lambda shop, provider=provider: shop._may_be_paid_with(provider))
            provider.has_shop = bool(own)
            shown = own.filtered(
                lambda shop, provider=provider: provider in shop.provider_ids or (provider.id, shop.id) in settled
            )
            provider.shop_names = ", ".join(shown.mapped("name"))
            provider.waiting_order_count = len(waiting[provider])

    def _get_settled_shops(self):
        """Return ``{(provider id, shop id)}`` of the shops whose payments are in the providers' latest settlements."""
        self.env["account.settlement.line"].flush_model(["settlement_id", "sale_order_id", "invoice_id"])
        self.env["sale.order"].flush_model(["webshop_id"])
        self.env["account.move"].flush_model(["webshop_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT provider.id, COALESCE(sale_order.webshop_id, document.webshop_id)
                  FROM account_settlement_provider provider
            CROSS JOIN LATERAL (
                           SELECT id FROM account_settlement WHERE provider_id = provider.id ORDER BY id DESC LIMIT %s
                       ) AS settlement
            CROSS JOIN LATERAL (
                           SELECT sale_order_id, invoice_id
                             FROM account_settlement_line
                            WHERE settlement_id = settlement.id
                              AND (sale_order_id IS NOT NULL OR invoice_id IS NOT NULL)
                            LIMIT %s
                       ) AS line
             LEFT JOIN sale_order ON sale_order.id = line.sale_order_id
             LEFT JOIN account_move document ON document.id = line.invoice_id
                 WHERE provider.id = ANY(%s)
                """,
                LATEST_SETTLEMENTS,
                LATEST_TRANSACTIONS,
                self.ids,
            )
        )
        return set(rows)

    def _get_waiting_orders(self):
        """Return ``{provider: the web orders that wait and were paid with it}``, in a constant number of queries."""
        orders = self.env["sale.order"].search(
            [("company_id", "in", self.company_id.ids), ("webshop_id", "!=", False), ("webshop_state", "=", "waiting")]
        )
        waiting = defaultdict(orders.browse)
        for order, providers in self._get_paid_with(orders).items():
            for provider in providers:
                waiting[provider] |= order
        return waiting

    def _get_paid_with(self, orders):
        """Return ``{web order: the agreements it was paid with}``; none where that cannot be known.

        It is known by a transaction of the order, by a reference that the shop gave for a provider, or by the shop's
        name of the method where only one agreement of these companies can be meant.
        """
        known = dict(
            self.env["sale.order.reference"]
            .sudo()
            ._read_group(
                [("order_id", "in", orders.ids), ("provider_id", "!=", False)], ["order_id"], ["provider_id:recordset"]
            )
        )
        known.update(
            self.env["account.settlement.line"]
            .sudo()
            ._read_group([("sale_order_id", "in", orders.ids)], ["sale_order_id"], ["provider_id:recordset"])
        )
        agreements = self.search([("company_id", "in", self.company_id.ids), ("state", "!=", "draft")])
        return {order: known.get(order) or agreements._get_named(order) for order in orders}

    def _get_named(self, order):
        """Return the one of these agreements that an order's method of payment means, or none."""
        code = named_provider(order.webshop_payment or "")
        meant = self.filtered(lambda provider: provider.code == code and order.webshop_id._may_be_paid_with(provider))
        return meant if len(meant) == 1 else self.browse()

    def action_open_waiting_orders(self):
        """Open the web orders that wait for a person and were paid with it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_webshop_order_waiting")
        action["domain"] = [("id", "in", self._get_waiting_orders()[self].ids), ("webshop_state", "=", "waiting")]
        return action

    def _get_shops(self):
        """Return the ``sale.webshop`` of this agreement: those that name it, and its company's that name none."""
        self.ensure_one()
        shops = self.env["sale.webshop"].sudo().search([("company_id", "=", self.company_id.id)])
        return shops.filtered(lambda shop: shop._may_be_paid_with(self))

    def _get_start_of_shops(self):
        """Return the first day of the orders that are invoiced here (``date``); None where all are, or no shop is."""
        days = self._get_shops().mapped("start_date")
        return min(days) if days and all(days) else None
