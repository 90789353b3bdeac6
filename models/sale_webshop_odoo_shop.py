from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .sale_webshop_fetch import OVERLAP
from .times import to_naive

#: The platform's code, as it is stored.
ODOO = "odoo"


class SaleWebshop(models.Model):
    """Odoo's own shop as a platform: its orders are here already, so they are taken up where others are fetched."""

    _inherit = "sale.webshop"

    @api.model
    def _selection_platform(self):
        return [(ODOO, self.env._("Odoo's own shop")), *super()._selection_platform()]

    @api.depends("platform")
    def _compute_abilities(self):
        result = super()._compute_abilities()
        self.filtered(lambda webshop: webshop.platform == ODOO).has_polling = True
        return result

    @api.constrains("platform", "company_id", "state")
    def _check_one_odoo_shop(self):
        """Odoo's own shop is one per company: its orders carry no other mark."""
        for webshop in self.filtered(lambda webshop: webshop.platform == ODOO and webshop.state != "draft"):
            domain = [("platform", "=", ODOO), ("company_id", "=", webshop.company_id.id), ("id", "!=", webshop.id)]
            if self.search_count([*domain, ("state", "!=", "draft")], limit=1):
                raise ValidationError(self.env._("%s has a webshop for Odoo's own orders.", webshop.company_id.name))

    def _fetch_new(self):
        """Take up the orders that were paid online, and check again those where something may have happened.

        :return: how many orders are to be checked.
        """
        if self.platform != ODOO:
            return super()._fetch_new()
        self.ensure_one()
        started = fields.Datetime.now()
        since = fields.Datetime.from_string((self.fetch_cursor or {}).get("changed_to") or "1970-01-02 00:00:00")
        # what another transaction wrote before, and committed after, carries an earlier time
        since -= OVERLAP
        for order in self._find_orders_to_take_up():
            order.write(
                {
                    "webshop_id": self.id,
                    "webshop_external_id": str(order.id),
                    "webshop_reference": order.webshop_reference or order.name,
                    "webshop_state": "open",
                }
            )
        orders = self.env["sale.order"].search(
            [
                ("webshop_id", "=", self.id),
                ("webshop_state", "!=", "left_out"),
                "|",
                "|",
                "|",
                "|",
                ("webshop_state", "=", "open"),
                ("order_line.write_date", ">=", since),
                ("transaction_ids.write_date", ">=", since),
                ("transaction_ids.child_transaction_ids.write_date", ">=", since),
                ("transaction_ids.child_transaction_ids.child_transaction_ids.write_date", ">=", since),
            ]
        )
        orders.write({"webshop_check": True})
        self.fetch_cursor = {"changed_to": fields.Datetime.to_string(started)}
        return len(orders)

    def _find_orders_to_take_up(self):
        """Return the confirmed orders for which real money was reserved or taken, and that are not left to Odoo."""
        domain = [
            ("company_id", "=", self.company_id.id),
            ("webshop_id", "=", False),
            ("state", "=", "sale"),
            (
                "transaction_ids",
                "any",
                [
                    ("is_live", "=", True),
                    "|",
                    ("state", "in", ("authorized", "done")),
                    ("child_transaction_ids", "!=", False),
                ],
            ),
        ]
        if self.start_date:
            start = self._get_first_moment(datetime.now(timezone.utc))
            domain.append(("date_order", ">=", to_naive(start)))
        orders = self.env["sale.order"].search(domain)
        return orders.filtered(lambda order: not self._is_left_to_odoo(order))

    def _is_left_to_odoo(self, order):
        """Whether only Odoo invoices an order: paid or delivered by an excluded method, in instalments, or by one
        payment together with other orders."""
        charges = order._get_online_payments()
        codes = set(charges.payment_method_id.mapped("code"))
        if "carrier_id" in order._fields:
            codes |= set(order.carrier_id.mapped("delivery_type"))
        if self._get_excluded_methods() & {code.casefold() for code in codes}:
            return True
        if any(order.order_line.mapped("is_downpayment")) or any(len(tx.sale_order_ids) > 1 for tx in charges):
            return True
        return (
            order.prepayment_percent < 1
            and order.currency_id.compare_amounts(sum(charges.mapped("amount")), order.amount_total) < 0
        )
