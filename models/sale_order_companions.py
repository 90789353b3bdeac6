from odoo import api, fields, models

from .companion_methods import release, restrict
from .sale_order_line_companions import STARTED_BY_LINES

#: By which methods other apps start work of their own when an order is confirmed: printing.
STARTED_BY_ORDERS = ("_create_order_on_gelato",)
#: By which *Discounts, Loyalty & Gift Card* gives points and coupons, and recomputes rewards.
REWARDS = ("_update_programs_and_rewards",)
#: By which *Inventory* writes to the buyer, by e-mail and SMS: the shop has done so already.
NOTICES = ("_send_confirmation_email",)
#: In the context while a delivery is done because the shop says so.
TOLD_BY_SHOP = "webshop_says_sent"


class SaleOrder(models.Model):
    """What apps that extend sales do with web orders: the shop has priced them, and may have sent them itself."""

    _inherit = "sale.order"

    webshop_delivery = fields.Selection(
        selection=lambda self: self.env["sale.webshop"]._fields["delivery"]._description_selection(self.env),
        string="Who Delivers",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="As the webshop said when the order was read first. It holds for the order's whole life: goods that were "
        "sent before the webshop was set otherwise are not delivered once more.",
    )

    @api.model
    def _has_companions(self):
        """Whether an app is installed that starts work of its own for orders, such as Inventory."""
        started = [(self, STARTED_BY_ORDERS), (self.env["sale.order.line"], STARTED_BY_LINES)]
        return any(hasattr(records, name) for records, names in started for name in names)

    def _is_delivered_by_shop(self):
        """Whether the shop does all that an order calls for, so that no app here starts anything."""
        order = self.sudo()
        return order.webshop_is_reported and (order.webshop_delivery or "shop") == "shop"

    def _register_hook(self):
        super()._register_hook()
        restrict(self, STARTED_BY_ORDERS, lambda order: not order._is_delivered_by_shop())
        # The shop's prices hold, whoever delivers.
        restrict(self, REWARDS, lambda order: not order.webshop_is_reported)
        if "stock.picking" in self.env:
            pickings = self.env["stock.picking"]
            restrict(pickings, NOTICES, lambda picking: not picking.env.context.get(TOLD_BY_SHOP))

    def _unregister_hook(self):
        release(self, STARTED_BY_ORDERS + REWARDS)
        if "stock.picking" in self.env:
            release(self.env["stock.picking"], NOTICES)
        return super()._unregister_hook()
