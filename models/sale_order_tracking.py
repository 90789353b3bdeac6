from odoo import models

from .written_language import in_written_language


class SaleOrder(models.Model):
    """What Odoo logs of a web order's changes: its invoice is made in the buyer's language, the log is not."""

    _inherit = "sale.order"

    def _message_track(self, fields_iter, initial_values_dict):
        if all(order.webshop_id for order in self) and len(self.company_id) == 1:
            self = in_written_language(self)
        return super()._message_track(fields_iter, initial_values_dict)
