from odoo import fields, models


class SaleWebshop(models.Model):
    """What a shop's card shows: how much waits for a person, and the lists behind it."""

    _inherit = "sale.webshop"

    webhook_last_at = fields.Datetime(string="Last Webhook", compute="_compute_attention")
    waiting_count = fields.Integer(compute="_compute_attention")
    open_count = fields.Integer(compute="_compute_attention")
    refused_count = fields.Integer(compute="_compute_attention")
    last_order_date = fields.Datetime(compute="_compute_attention")

    def _compute_attention(self):
        Order = self.env["sale.order"]
        counts = {
            (webshop.id, state): count
            for webshop, state, count in Order._read_group(
                [("webshop_id", "in", self.ids)], ["webshop_id", "webshop_state"], ["__count"]
            )
        }
        last = dict(Order._read_group([("webshop_id", "in", self.ids)], ["webshop_id"], ["date_order:max"]))
        refused = dict(
            self.env["sale.webshop.event"]._read_group(
                [("webshop_id", "in", self.ids), ("state", "=", "error")], ["webshop_id"], ["__count"]
            )
        )
        sent = dict(
            self.env["sale.webshop.event"]._read_group(
                [("webshop_id", "in", self.ids), ("source", "=", "webhook")], ["webshop_id"], ["create_date:max"]
            )
        )
        for webshop in self:
            webshop.webhook_last_at = sent.get(webshop, False)
            webshop.waiting_count = counts.get((webshop.id, "waiting"), 0)
            webshop.open_count = counts.get((webshop.id, "open"), 0)
            webshop.refused_count = refused.get(webshop, 0)
            webshop.last_order_date = last.get(webshop, False)

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
