from zoneinfo import ZoneInfo

from odoo import models

from ..common.messages import Message
from .times import to_aware


class SaleWebshop(models.Model):
    """Which orders of a shop are excluded, and which come in after all when the shop starts earlier."""

    _inherit = "sale.webshop"

    def _get_exclusion_reason(self, order, known):
        """Return why an order is excluded, or None.

        :param order: :class:`~..webshops.records.Order`.
        :param known: the ``sale.order`` of it, if there is one already: that is then kept up to date.
        """
        if known:
            changed_at = known.webshop_changed_at
            if changed_at and order.changed_at < to_aware(changed_at):
                return Message("older_than_known")
            return None
        if order.is_test:
            return Message("test_order")
        if order.accepted_at is None:
            return Message("not_paid")
        if self.start_date and order.created_at.astimezone(ZoneInfo(self.time_zone)).date() < self.start_date:
            return Message("ordered_before_start", {"date": self.start_date})
        excluded = self._get_excluded_methods()
        for method in (order.payment_method, order.delivery_method):
            if method and method.casefold() in excluded:
                return Message("method_excluded", {"method": method})
        return None

    def _get_excluded_methods(self):
        """Return the codes of ways to pay or deliver whose orders are excluded; case does not count."""
        return {code.strip().casefold() for code in (self.excluded_methods or "").split(",") if code.strip()}

    def write(self, vals):
        """Read once more what was excluded for its date, when the shop starts earlier or without a date."""
        earlier = {webshop.id: webshop.start_date for webshop in self} if "start_date" in vals else {}
        result = super().write(vals)
        for webshop in self.filtered(lambda webshop: webshop.id in earlier):
            start, before = webshop.start_date, earlier[webshop.id]
            if before and (not start or start < before):
                # what was never asked for is fetched, too
                webshop.sudo().fetch_cursor = False
                webshop.sudo().event_ids.filtered(
                    lambda event: (
                        event.state == "ignored"
                        and not event.content_removed_on
                        and event.message_data[-1][0] == "ordered_before_start"
                    )
                ).write({"state": "new", "message_data": False})
        return result
