from odoo import api, fields, models

from ..providers.names import named_provider
from ..providers.registry import PROVIDERS


class SaleOrder(models.Model):
    """What a shop calls an order's status and payment, in the reader's words where they are known."""

    _inherit = "sale.order"

    webshop_status_name = fields.Char(
        string="In the Shop", compute="_compute_webshop_words", groups="base.group_user", help="Its status there."
    )
    webshop_payment_name = fields.Char(string="Paid With", compute="_compute_webshop_words", groups="base.group_user")

    @api.depends("webshop_status", "webshop_payment")
    @api.depends_context("lang")
    def _compute_webshop_words(self):
        statuses, payments = self._get_status_words(), self._get_payment_words()
        for order in self:
            # A shop may tell several statuses: of the payment, and of the delivery.
            parts = (order.webshop_status or "").split(" / ")
            order.webshop_status_name = " / ".join(statuses.get(_plain(part), part) for part in parts)
            order.webshop_payment_name = self._get_payment_name(order.webshop_payment or "", payments)

    @staticmethod
    def _get_payment_name(text, words):
        if word := words.get(_plain(text)):
            return word
        # A code, not words: it is called as its provider is.
        code = text.islower() and " " not in text and named_provider(text)
        return PROVIDERS[code].short_name if code else text

    def _get_status_words(self):
        return {
            "authorized": self.env._("Reserved"),
            "canceled": self.env._("Cancelled"),
            "cancelled": self.env._("Cancelled"),
            "captured": self.env._("Captured"),
            "closed": self.env._("Closed"),
            "complete": self.env._("Completed"),
            "completed": self.env._("Completed"),
            "delivered": self.env._("Delivered"),
            "failed": self.env._("Failed"),
            "fulfilled": self.env._("Sent"),
            "holded": self.env._("On Hold"),
            "new": self.env._("New"),
            "on hold": self.env._("On Hold"),
            "open": self.env._("Not Finished"),
            "paid": self.env._("Paid"),
            "partially fulfilled": self.env._("Sent in Part"),
            "partially paid": self.env._("Paid in Part"),
            "partially refunded": self.env._("Refunded in Part"),
            "pending": self.env._("Pending"),
            "processing": self.env._("Processing"),
            "refunded": self.env._("Refunded"),
            "reserved": self.env._("Reserved"),
            "sent": self.env._("Sent"),
            "shipped": self.env._("Sent"),
            "unfulfilled": self.env._("Not Sent"),
            "voided": self.env._("Cancelled"),
        }

    def _get_payment_words(self):
        return {
            "bank transfer": self.env._("Bank Transfer"),
            "card": self.env._("Card"),
            "cash": self.env._("Cash"),
            "gift card": self.env._("Gift Card"),
            "invoice": self.env._("Invoice"),
            "online": self.env._("Online Payment"),
        }


def _plain(text):
    return text.strip().lower().replace("_", " ").replace("-", " ")
