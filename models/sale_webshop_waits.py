from odoo import models
from odoo.tools import SQL

from .sale_order_waits import SET_UP

#: Fields of a shop for want of which its orders wait.
FIELDS = frozenset(
    {
        "fallback_product_id",
        "gift_card_account_id",
        "store_credit_account_id",
        "tip_account_id",
        "rounding_account_id",
        "journal_id",
        "tender_journal_id",
    }
)


class SaleWebshop(models.Model):
    """The orders that wait for something which is set up on the shop: when it is, they go on."""

    _inherit = "sale.webshop"

    def write(self, vals):
        """Let the orders go on that waited for what is set up now."""
        result = super().write(vals)
        if FIELDS & vals.keys():
            self._let_waiting_go_on()
        return result

    def _get_waiting_orders(self, codes):
        """Return the orders of these shops that wait with one of these sentences.

        :param codes: of :class:`~..common.messages.Message`.
        """
        orders = self.env["sale.order"]
        if not self.ids or not codes:  # a shop that is being written has none yet
            return orders
        orders.flush_model(["webshop_id", "webshop_state", "webshop_problem_data"])
        told = SQL(" OR ").join(
            SQL("webshop_problem_data @> jsonb_build_array(jsonb_build_array(%s::text))", code)
            for code in sorted(codes)
        )
        self.env.cr.execute(
            SQL(
                "SELECT id FROM sale_order WHERE webshop_id IN %s AND webshop_state = 'waiting' AND (%s) ORDER BY id",
                tuple(self.ids),
                told,
            )
        )
        return orders.browse([order_id for (order_id,) in self.env.cr.fetchall()])

    def _let_waiting_go_on(self):
        self.sudo()._get_waiting_orders(SET_UP)._go_on()

    def _open_set_up(self, part):
        """Open a part of the shop's set-up in a dialog: ``taxes``, ``products`` or ``accounts``."""
        self.ensure_one()
        names = {"taxes": self.env._("Taxes"), "products": self.env._("Products"), "accounts": self.env._("Accounts")}
        return {
            "type": "ir.actions.act_window",
            "name": names[part],
            "res_model": "sale.webshop",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref(f"settlement_bridge.view_sale_webshop_{part}_form").id, "form")],
            "target": "new",
        }
