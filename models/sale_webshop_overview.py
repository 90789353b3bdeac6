from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL

from .week_chart import draw_weeks, get_first_monday, get_monday


class SaleWebshop(models.Model):
    """What a shop's card shows: how much waits for a person, and the lists behind it."""

    _inherit = "sale.webshop"

    webhook_last_at = fields.Datetime(string="Last Webhook", compute="_compute_attention")
    waiting_count = fields.Integer(compute="_compute_attention")
    waiting_since = fields.Datetime(compute="_compute_attention", help="The date of the oldest order that waits.")
    open_count = fields.Integer(compute="_compute_attention")
    refused_count = fields.Integer(compute="_compute_attention")
    last_order_date = fields.Datetime(compute="_compute_attention")
    order_graph = fields.Text(compute="_compute_order_graph", help="Orders of each week, for Odoo's dashboard chart.")

    def _compute_attention(self):
        states = {
            (webshop, state): (count, since)
            for webshop, state, count, since in self.env["sale.order"]._read_group(
                [("webshop_id", "in", self.ids), ("webshop_state", "in", ("waiting", "open"))],
                ["webshop_id", "webshop_state"],
                ["__count", "date_order:min"],
            )
        }
        refused = dict(
            self.env["sale.webshop.event"]._read_group(
                [("webshop_id", "in", self.ids), ("state", "=", "error")], ["webshop_id"], ["__count"]
            )
        )
        latest = self._get_latest()
        for webshop in self:
            webshop.last_order_date, webshop.webhook_last_at = latest.get(webshop.id, (False, False))
            webshop.waiting_count, webshop.waiting_since = states.get((webshop, "waiting"), (0, False))
            webshop.open_count, _since = states.get((webshop, "open"), (0, False))
            webshop.refused_count = refused.get(webshop, 0)

    def _get_latest(self):
        """Return ``{webshop id: (date of the latest order, when the shop last sent something)}``, through indexes."""
        self.env["sale.order"].flush_model(["webshop_id", "date_order"])
        self.env["sale.webshop.event"].flush_model(["webshop_id", "source"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT webshop.id,
                       (SELECT max(date_order) FROM sale_order WHERE webshop_id = webshop.id),
                       (SELECT create_date
                          FROM sale_webshop_event
                         WHERE webshop_id = webshop.id AND source = 'webhook'
                      ORDER BY id DESC
                         LIMIT 1)
                  FROM sale_webshop webshop
                 WHERE webshop.id = ANY(%s)
                """,
                self.ids,
            )
        )
        return {webshop_id: (ordered, sent) for webshop_id, ordered, sent in rows}

    def _compute_order_graph(self):
        """Show the weeks up to that of the latest order, as bars for Odoo's dashboard chart."""
        latest = {webshop: webshop.last_order_date.date() for webshop in self if webshop.last_order_date}
        counts = self._count_by_week(latest)
        key = self.env._("Orders in the week")
        for webshop in self:
            webshop.order_graph = webshop in latest and draw_weeks(self, latest[webshop], counts[webshop], key)

    def _count_by_week(self, latest):
        """Return ``{webshop: {monday: orders}}`` of the weeks that the charts show."""
        counts = defaultdict(lambda: defaultdict(int))
        if latest:
            first = get_first_monday(latest.values())
            for webshop, date, count in self.env["sale.order"]._read_group(
                [("webshop_id", "in", self.ids), ("date_order", ">=", first)],
                ["webshop_id", "date_order:day"],
                ["__count"],
            ):
                counts[webshop][get_monday(date.date())] += count
        return counts

    def _open_orders(self, domain=()):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_webshop_order")
        action["domain"] = [("webshop_id", "=", self.id), *domain]
        action["context"] = {}
        return action

    def action_open_orders(self):
        return self._open_orders()

    def action_open_waiting(self):
        return self._open_orders([("webshop_state", "=", "waiting")])

    def action_open_unfinished(self):
        return self._open_orders([("webshop_state", "=", "open")])

    def action_open_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_sale_webshop_event")
        action["domain"] = [("webshop_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_refused(self):
        action = self.action_open_events()
        action["domain"].append(("state", "=", "error"))
        return action
