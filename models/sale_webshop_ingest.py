from odoo import models

from ..common.limits import quoted
from ..webshops.records import RawOrder

#: What an activity on a shop is about when orders could not be read, and how many of them it names.
REFUSED = "refused"
NAMED_REFUSED = 5


class SaleWebshop(models.Model):
    """Reading orders given directly, and asking a person to look while some cannot be read."""

    _inherit = "sale.webshop"

    def _ingest_orders(self, payloads):
        """Read orders as the shop's platform writes them, and bring Odoo's orders in line.

        :param payloads: the stored form of each order (bytes): what the platform's client composes, or for the inbox
            the document itself.
        :return: the orders (``sale.order``); those that were excluded, or could not be read, are not among them.
        """
        self.ensure_one()
        webshop = self._as_user()
        Event = webshop.env["sale.webshop.event"]
        events = Event
        for payload in payloads:
            events |= Event._store_raw(webshop, [RawOrder("", None, payload)], "asked")
        events._read()
        return self.env["sale.order"].browse(events.order_id.ids)

    def _report_refused(self):
        """Ask a person to look while orders could not be read: one activity for all of a shop's."""
        for webshop in self:
            domain = [("webshop_id", "=", webshop.id), ("state", "=", "error")]
            refused = self.env["sale.webshop.event"].search(domain, order="id desc", limit=NAMED_REFUSED)
            if not refused:
                webshop._close_attention(REFUSED)
                continue
            told = [f"{event.display_name}: {quoted(event.message or '')}" for event in refused]
            more = self.env["sale.webshop.event"].search_count(domain) - len(refused)
            if more:
                told.append(self.env._("… and %(count)s more.", count=more))
            webshop._ask_for_attention("\n".join(told), key=REFUSED)
