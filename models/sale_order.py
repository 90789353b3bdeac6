from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.references import normalised_sql


class SaleOrder(models.Model):
    """The keys by which a provider may send back an order, kept up to date; documents carry the shop's reference."""

    _inherit = "sale.order"

    webshop_reference = fields.Char(
        string="Webshop Order",
        index="btree_not_null",
        copy=False,
        tracking=True,
        help="What the shop calls the order; the payment provider sends it back with the payment.",
    )
    settlement_reference_ids = fields.One2many(
        "sale.order.reference", "order_id", string="Settlement References", readonly=True
    )
    settlement_line_ids = fields.One2many(
        "account.settlement.line",
        "sale_order_id",
        string="Settlement Transactions",
        readonly=True,
        groups="account.group_account_invoice",
    )
    settlement_line_count = fields.Integer(
        compute="_compute_settlement_line_count", groups="account.group_account_invoice"
    )

    #: Which fields of an order become references, and as what.
    _REFERENCE_KINDS = {
        "name": "order_number",
        "client_order_ref": "customer_reference",
        "webshop_reference": "shop_number",
    }

    def _compute_settlement_line_count(self):
        counts = dict(
            self.env["account.settlement.line"]._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
            )
        )
        for order in self:
            order.settlement_line_count = counts.get(order, 0)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._index_references()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if self._REFERENCE_KINDS.keys() & vals.keys():
            self._index_references()
        return result

    def _index_references(self):
        """Keep every reference the orders are or were known by; an earlier one stays, a payment may still carry it."""
        Reference = self.env["sale.order.reference"].sudo()
        known = {
            (reference.order_id.id, reference.kind, reference.value)
            for reference in Reference.search([("order_id", "in", self.ids)])
        }
        Reference.create(
            [
                {"order_id": order.id, "kind": kind, "value": order[name].strip()}
                for order in self
                for name, kind in self._REFERENCE_KINDS.items()
                if order[name] and order[name].strip() and (order.id, kind, order[name].strip()) not in known
            ]
        )

    @api.model
    def _index_all_references(self):
        """Index the orders that are there already: in one step, there may be very many."""
        for name, kind in self._REFERENCE_KINDS.items():
            column = SQL.identifier(name)
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO sale_order_reference
                           (order_id, company_id, kind, value, value_normalised,
                            create_uid, create_date, write_uid, write_date)
                    SELECT id, company_id, %(kind)s, trim(%(column)s),
                           %(form)s,
                           %(uid)s, now() at time zone 'UTC', %(uid)s, now() at time zone 'UTC'
                      FROM sale_order
                     WHERE trim(%(column)s) != ''
                        ON CONFLICT DO NOTHING
                    """,
                    kind=kind,
                    column=column,
                    form=SQL(normalised_sql(name)),
                    uid=self.env.uid,
                )
            )

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "webshop_reference": self.webshop_reference}

    def action_place_settlement_lines(self):
        """Place the dialog's transactions on this order's customer: the order is not invoiced yet.

        :raises UserError: when no invoice of the order is to come; the dialog does not offer it then.
        """
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["settlement.line.assign"]._get_opened()
        self._check_invoice_to_come()
        wizard._choose(action="customer", partner_id=self.partner_invoice_id.id)
        # It may stand on that customer already, and awaits another order from now on.
        result = wizard.with_context(settlement_awaits_order=True).action_confirm()
        # On the customer until the order is invoiced: posting the invoice then finds it.
        wizard.line_ids._await_order(self)
        return result

    @api.model
    def _get_invoice_to_come_domain(self):
        """Return the domain of the orders of which an invoice is to come, so that a payment may wait for it."""
        return [("state", "=", "sale"), ("invoice_status", "!=", "invoiced")]

    def _check_invoice_to_come(self):
        if self.filtered_domain(self._get_invoice_to_come_domain()):
            return
        if self.state == "cancel":
            text = self.env._(
                "%s is cancelled: no invoice will come. Choose Customer, and its customer there.", self.name
            )
        elif self.state != "sale":
            text = self.env._(
                "%s is a quotation. Confirm it first, or choose Customer, and its customer there.", self.name
            )
        else:
            text = self.env._(
                "%s is fully invoiced. Choose its invoice, and post it first if it is a draft.", self.name
            )
        raise UserError(text)

    def action_open_settlement_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        action["domain"] = [("sale_order_id", "=", self.id)]
        action["context"] = {}
        return action
