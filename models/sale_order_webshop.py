from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """A web order: what the shop reports of it, mirrored in Odoo's own order."""

    _name = "sale.order"
    _inherit = ["sale.order", "settlement.rights"]

    _written_by_program = frozenset(
        {
            "webshop_external_id",
            "webshop_buyer_id",
            "webshop_delivery",
            "webshop_similar_partner_id",
            "webshop_is_customer_by_hand",
            "webshop_changed_at",
            "webshop_asked_at",
            "webshop_is_deleted",
            "webshop_is_called_off",
            "webshop_is_by_hand",
            "webshop_event_id",
            "webshop_check",
            "webshop_line_problem_data",
            "webshop_problem_data",
            "webshop_lines_total",
            "webshop_id",
            "webshop_status",
            "webshop_payment",
            "webshop_currency_id",
            "webshop_state",
            "webshop_total",
        }
    )

    webshop_id = fields.Many2one(
        "sale.webshop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    webshop_external_id = fields.Char(
        string="Id in the Shop",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice",
    )
    webshop_buyer_id = fields.Char(
        string="Buyer in the Shop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="account.group_account_invoice",
    )
    webshop_status = fields.Char(string="Status in the Shop", readonly=True, copy=False, groups="base.group_user")
    webshop_payment = fields.Char(string="Paid By", readonly=True, copy=False, groups="base.group_user")
    webshop_currency_id = fields.Many2one(
        "res.currency",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="base.group_user",
    )
    webshop_changed_at = fields.Datetime(
        string="Changed in the Shop",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice",
    )
    webshop_asked_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When this order was last fetched by itself.",
        groups="account.group_account_invoice",
    )
    webshop_is_deleted = fields.Boolean(
        string="Deleted in the Shop",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice",
    )
    webshop_is_called_off = fields.Boolean(
        readonly=True,
        copy=False,
        help="A person has confirmed that a deleted order was cancelled.",
        groups="account.group_account_invoice",
    )
    webshop_is_by_hand = fields.Boolean(
        readonly=True,
        copy=False,
        help="A person has written documents of this order, or counted some that were.",
        groups="account.group_account_invoice",
    )
    webshop_event_id = fields.Many2one(
        "sale.webshop.event",
        string="Document",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The shop's last report of the order.",
        groups="account.group_account_invoice",
    )
    webshop_event_ids = fields.One2many(
        "sale.webshop.event",
        "order_id",
        string="Messages From the Shop",
        groups="account.group_account_invoice",
    )
    webshop_check = fields.Boolean(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Something happened; its documents are to be made.",
        groups="account.group_account_invoice",
    )
    webshop_state = fields.Selection(
        [
            ("open", "Not finished"),
            ("waiting", "Waits for a person"),
            ("done", "Finished"),
            ("left_out", "Excluded"),
        ],
        string="Web Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    webshop_line_problem_data = fields.Json(readonly=True, copy=False, groups="account.group_account_invoice")
    webshop_problem_data = fields.Json(readonly=True, copy=False, groups="account.group_account_invoice")
    webshop_problem = fields.Text(
        string="Why It Waits",
        compute="_compute_webshop_problem",
        groups="account.group_account_invoice",
    )
    webshop_total = fields.Monetary(
        string="Total in the Shop",
        readonly=True,
        copy=False,
        help="Before gift cards and store credit are taken off.",
    )
    webshop_lines_total = fields.Monetary(
        string="Sum of the Lines",
        readonly=True,
        copy=False,
    )
    webshop_move_ids = fields.One2many(
        "account.move",
        "webshop_order_id",
        string="Documents",
        readonly=True,
        groups="account.group_account_invoice",
    )

    webshop_is_reported = fields.Boolean(
        compute="_compute_webshop_is_reported", compute_sudo=True, help="A shop has reported it."
    )

    _webshop_uniq = models.UniqueIndex(
        "(webshop_id, webshop_external_id) WHERE webshop_id IS NOT NULL AND webshop_external_id IS NOT NULL",
        "This web order is stored already.",
    )
    _webshop_date_idx = models.Index("(webshop_id, date_order) WHERE webshop_id IS NOT NULL")
    _webshop_check_idx = models.Index("(id) WHERE webshop_check")

    @api.depends("webshop_problem_data")
    @api.depends_context("lang")
    def _compute_webshop_problem(self):
        for order in self:
            order.webshop_problem = self.env["settlement.message"]._render_stored(order.webshop_problem_data)

    @api.depends("webshop_event_id")
    def _compute_webshop_is_reported(self):
        for order in self:
            order.webshop_is_reported = bool(order.webshop_event_id)

    @api.model_create_multi
    def create(self, vals_list):
        """What a shop says of an order, only our methods write."""
        self._check_not_written_by_hand(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """What a shop says of an order stays as it says it: its number too, by which the payment is found."""
        self._check_not_written_by_hand([vals])
        if "webshop_reference" in vals and not self.env.su and self.sudo().webshop_id:
            self._refuse_written({"webshop_reference"})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reported(self):
        """What a shop has reported is not made to vanish: neither its order, nor what it is to be booked as."""
        if reported := self.filtered("webshop_is_reported"):
            raise UserError(
                self.env._(
                    "%(order)s was reported by %(shop)s, and is not deleted. Exclude it if nothing of it is to be "
                    "invoiced or credited here.",
                    order=reported[0].name,
                    shop=reported[0].sudo().webshop_id.name,
                )
            )

    def _is_invoiced_by_webshop(self):
        """Whether only the shop's events make invoices of this order."""
        self.ensure_one()
        # Whoever invoices or confirms an order need not see the shop.
        return bool(self.sudo().webshop_id)

    @api.depends("webshop_currency_id")
    def _compute_currency_id(self):
        """A web order is in the shop's currency; a price list does not change it."""
        result = super()._compute_currency_id()
        for order in self.filtered("webshop_currency_id"):
            order.currency_id = order.webshop_currency_id
        return result

    @api.depends("webshop_id", "webshop_state")
    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        for order in self.filtered(lambda order: order.state == "sale" and order._is_invoiced_by_webshop()):
            order.invoice_status = order._get_webshop_invoice_status()
        return result

    def _get_webshop_invoice_status(self):
        """Return the invoice status of an order that the shop's events invoice."""
        return "invoiced" if self.webshop_state in ("done", "left_out") else "to invoice"

    def _get_invoiceable_lines(self, final=False):
        """Nothing is offered for invoicing by hand, or by Odoo, that the shop's events have invoiced or will."""
        if len(self) == 1 and self._is_invoiced_by_webshop():
            return self.env["sale.order.line"]
        return super()._get_invoiceable_lines(final)

    def _prepare_confirmation_values(self):
        """Web orders keep the day they were placed in the shop."""
        values = super()._prepare_confirmation_values()
        if self and all(order.webshop_is_reported for order in self):
            values.pop("date_order", None)
        return values
