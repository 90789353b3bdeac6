from odoo import models

from .companion_methods import release, restrict

#: By which methods other apps start work of their own when a line is confirmed or changed: deliveries (also what they
#: call for: manufacturing, purchases), projects and tasks, purchases of services, registrations for events.
STARTED_BY_LINES = (
    "_action_launch_stock_rule",
    "_timesheet_service_generation",
    "_purchase_service_generation",
    "_purchase_increase_ordered_qty",
    "_init_registrations",
)


class SaleOrderLine(models.Model):
    """What apps that extend sales do with lines of web orders: nothing where the shop delivers."""

    _inherit = "sale.order.line"

    def _register_hook(self):
        super()._register_hook()
        restrict(self, STARTED_BY_LINES, lambda line: not line.order_id._is_delivered_by_shop())

    def _unregister_hook(self):
        release(self, STARTED_BY_LINES)
        return super()._unregister_hook()
