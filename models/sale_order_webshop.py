import logging
from dataclasses import replace
from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common.messages import SettlementError
from ..webshops.records import ZERO, Refund

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """A web order: what the shop tells of it, mirrored in Odoo's own order."""

    _name = "sale.order"
    _inherit = ["sale.order", "settlement.rights"]

    _written_by_program = frozenset(
        {
            "webshop_external_id",
            "webshop_buyer_id",
            "webshop_changed_at",
            "webshop_asked_at",
            "webshop_is_deleted",
            "webshop_is_called_off",
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
        help="When the shop was last asked for just this order.",
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
        help="A person has said that a deleted order was called off.",
        groups="account.group_account_invoice",
    )
    webshop_event_id = fields.Many2one(
        "sale.webshop.event",
        string="Document",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The order as the shop told it last.",
        groups="account.group_account_invoice",
    )
    webshop_event_ids = fields.One2many(
        "sale.webshop.event",
        "order_id",
        string="Told by the Shop",
        groups="account.group_account_invoice",
    )
    webshop_check = fields.Boolean(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Something happened; what it calls for is to be made.",
        groups="account.group_account_invoice",
    )
    webshop_state = fields.Selection(
        [
            ("open", "Not finished"),
            ("waiting", "Waits for a person"),
            ("done", "Finished"),
            ("left_out", "Left out"),
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

    webshop_is_told = fields.Boolean(
        compute="_compute_webshop_is_told", compute_sudo=True, help="A shop has told of it."
    )

    _webshop_uniq = models.UniqueIndex(
        "(webshop_id, webshop_external_id) WHERE webshop_id IS NOT NULL AND webshop_external_id IS NOT NULL",
        "This web order is there already.",
    )
    _webshop_check_idx = models.Index("(id) WHERE webshop_check")

    @api.depends("webshop_problem_data")
    @api.depends_context("lang")
    def _compute_webshop_problem(self):
        for order in self:
            order.webshop_problem = self.env["account.settlement"]._render_messages(order.webshop_problem_data)

    @api.depends("webshop_event_id")
    def _compute_webshop_is_told(self):
        for order in self:
            order.webshop_is_told = bool(order.webshop_event_id)

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

    def _is_invoiced_by_webshop(self):
        """Whether only the shop's events make invoices of this order.

        Odoo may invoice its own shop's order by itself, once: what comes after it, or after our own first part, is a
        difference that only we know how to tell from what was credited. Down payments are Odoo's alone.
        """
        self.ensure_one()
        # Whoever invoices or confirms an order need not see the shop.
        self = self.sudo()
        platform = self.webshop_id.platform
        if platform != "odoo":
            return bool(platform)
        if any(self.order_line.mapped("is_downpayment")):
            return False
        return self.webshop_state in ("done", "left_out") or bool(self._get_webshop_moves())

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
            is_finished = order.webshop_state in ("done", "left_out")
            is_invoiced = order._is_own_web_order() and order.invoice_status in ("invoiced", "upselling")
            order.invoice_status = "invoiced" if is_finished or is_invoiced else "to invoice"
        return result

    def _get_invoiceable_lines(self, final=False):
        """Nothing is offered for invoicing by hand, or by Odoo, that the shop's events have invoiced or will."""
        if len(self) == 1 and self._is_invoiced_by_webshop():
            return self.env["sale.order.line"]
        return super()._get_invoiceable_lines(final)

    def _prepare_confirmation_values(self):
        """A web order keeps the day it was placed."""
        values = super()._prepare_confirmation_values()
        if len(self) == 1 and self.sudo().webshop_id.platform not in (False, "odoo"):
            values.pop("date_order", None)
        return values

    # ---------------------------------------------------------------- what the shop says

    @api.model
    def _update_from_webshop(self, webshop, order, known, event):
        """Bring Odoo's order in line with the shop's; what is invoiced of it is another step.

        :param order: :class:`~..webshops.records.Order`. :param known: its ``sale.order``, or none.
        :param event: the ``sale.webshop.event`` it was read from.
        """
        values = {
            "webshop_status": order.status,
            "webshop_payment": order.payment_name or order.payment_method,
            "webshop_changed_at": to_naive(order.changed_at),
            "webshop_is_deleted": order.is_deleted,
            "webshop_event_id": event.id,
            "webshop_check": True,
        }
        if not known:
            values.update(self._prepare_webshop_order(webshop, order), webshop_state="open")
            known = self.create(values)
        else:
            known.write(values)
            if known.webshop_state != "left_out":
                known.webshop_state = "open"
            if not known._get_webshop_moves():
                known.write(self._prepare_webshop_partners(webshop, order))
        event.order_id = known
        known._add_webshop_references(order)
        known._sync_webshop_lines(order)
        known._follow_webshop_state(order)
        return known

    def _prepare_webshop_order(self, webshop, order):
        reference = f"{webshop.reference_prefix or ''}{order.number}"
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", order.currency)], limit=1)
        )
        return {
            "webshop_id": webshop.id,
            "webshop_external_id": order.external_id,
            "webshop_reference": reference,
            "client_order_ref": reference,
            "company_id": webshop.company_id.id,
            **self._prepare_webshop_partners(webshop, order),
            "date_order": to_naive(order.created_at),
            "webshop_currency_id": currency.id,
            "pricelist_id": False,
            "payment_term_id": False,
            "require_payment": False,
            "require_signature": False,
        }

    @staticmethod
    def _prepare_webshop_partners(webshop, order):
        """Whom the order is for. It may be changed in the shop until something is invoiced."""
        partner, billing, shipping = webshop._get_partners(order)
        return {
            "webshop_buyer_id": order.buyer.external_id or False,
            "partner_id": partner.id,
            "partner_invoice_id": billing.id,
            "partner_shipping_id": shipping.id,
        }

    def _add_webshop_references(self, order):
        """Keep every key a payment provider may send for the order; those it was known by before stay."""
        wanted = {(str(reference.kind), reference.value) for reference in order.references}
        for refund in order.refunds:
            wanted |= {(str(reference.kind), reference.value) for reference in refund.references}
        wanted |= {("shop_id", order.external_id), ("shop_number", order.number)}
        known = {(reference.kind, reference.value) for reference in self.settlement_reference_ids}
        self.env["sale.order.reference"].sudo().create(
            [{"order_id": self.id, "kind": kind, "value": value} for kind, value in sorted(wanted - known) if value]
        )

    def _sync_webshop_lines(self, order):
        """Write the shop's lines on the order, with exactly the shop's amounts.

        What keeps a line from being written is noted, and the order waits.
        """
        self.ensure_one()
        webshop = self.webshop_id
        unlock = self.locked
        if unlock:
            self.action_unlock()
        try:
            webshop._get_currency(order.currency)
            vals_list, problems = self._prepare_webshop_lines(order)
        except SettlementError as error:
            vals_list, problems = [], [error.message]
        self.write(
            {
                "webshop_total": float(order.total),
                "webshop_lines_total": float(sum((line.amount for line in order.lines), ZERO)),
                "webshop_line_problem_data": [problem.to_json() for problem in problems] or False,
            }
        )
        if not problems:
            self._write_webshop_lines(vals_list)
        if unlock:
            self.action_lock()

    def _write_webshop_lines(self, vals_list):
        """Write the lines. What is delivered or invoiced may keep a line from being changed in Odoo: then the order
        stays as it was, and says so; what is invoiced follows the shop all the same.
        """
        known = {line.webshop_line_id: line for line in self.order_line if line.webshop_line_id}
        commands = []
        for vals in vals_list:
            line = known.pop(vals["webshop_line_id"], None)
            if line and line.invoice_lines:
                vals = {name: value for name, value in vals.items() if name not in ("product_id", "product_uom_id")}
            commands.append(Command.update(line.id, vals) if line else Command.create(vals))
        for line in known.values():
            is_confirmed = self.state == "sale"
            empty = {"product_uom_qty": 0, "extra_tax_data": False}
            commands.append(Command.update(line.id, empty) if is_confirmed else Command.delete(line.id))
        try:
            with self.env.cr.savepoint():
                self.write({"order_line": commands})
        except UserError as error:
            if not self._get_webshop_moves():
                raise
            self.message_post(body=self.env._("The lines could not be changed as in the shop: %s", error))

    def _prepare_webshop_lines(self, order):
        webshop = self.webshop_id
        products, problems = webshop._get_products(order.lines)
        vals_list = []
        for line in order.lines:
            product = products[line.external_id]
            if line.rate is None or not product:
                continue  # the plan says so, with the other problems
            try:
                taxes = webshop._get_tax(line, product, order, self.fiscal_position_id)
            except SettlementError as error:
                problems.append(error.message)
                continue
            values, quantity = self.env["sale.order.line"]._prepare_exact_amounts(
                line.name or product.display_name,
                taxes,
                float(line.quantity),
                line.amount,
                line.tax,
                self.currency_id,
            )
            vals_list.append(
                {
                    **values,
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "product_uom_id": product.uom_id.id,
                    "webshop_line_id": line.external_id,
                    "webshop_kind": str(line.kind),
                    "analytic_distribution": webshop.analytic_distribution or False,
                }
            )
        return vals_list, problems

    def _follow_webshop_state(self, order):
        """Confirm what has become binding, and cancel what was called off before anything was invoiced."""
        is_called_off = bool(order.cancelled_at or order.is_deleted)
        if self.state in ("draft", "sent") and not is_called_off and self.order_line and order.accepted_at:
            self.action_confirm()
        elif is_called_off and self.state != "cancel" and not self._get_webshop_moves():
            self._action_cancel()
        elif not is_called_off and self.state == "cancel" and order.accepted_at:
            self.action_draft()
            self.action_confirm()

    def _get_webshop_order(self):
        """Return the :class:`~..webshops.records.Order` as the shop told it last, with all its refunds."""
        self.ensure_one()
        if self._is_own_web_order():
            return self._get_own_order()
        self._check_webshop_content_kept()
        order = self.webshop_event_id._parse()
        parsed = [
            event._parse()
            for event in self.webshop_event_ids.filtered(lambda event: not event.content_removed_on).sorted("id")
            if event != self.webshop_event_id and event.kind == "document" and event.state == "done"
        ]
        refunds = {refund.external_id: refund for refund in parsed if isinstance(refund, Refund)}
        refunds.update({refund.external_id: refund for refund in order.refunds})
        is_deleted = order.is_deleted or self.webshop_is_deleted
        cancelled_at = order.cancelled_at or (order.changed_at if self.webshop_is_called_off else None)
        return replace(order, refunds=tuple(refunds.values()), is_deleted=is_deleted, cancelled_at=cancelled_at)

    # ---------------------------------------------------------------- buttons of the work list

    def _may_decide(self):
        """Return the orders with the rights to follow a decision up, once it is clear that the user may take it."""
        self.check_access("write")
        if not self.env.user.has_group("settlement_bridge.group_settlement_user"):
            raise AccessError(self.env._("Only users of Settlements decide on web orders that wait."))
        return self.sudo()

    def action_webshop_retry(self):
        """Look again: the reason may have been mended."""
        orders = self._may_decide()
        # what was cancelled by hand counts no more, and is made anew
        orders.webshop_move_ids.filtered(lambda move: move.state == "cancel").webshop_order_id = False
        orders.filtered(lambda order: order.webshop_state in ("waiting", "left_out")).write(
            {"webshop_state": "open", "webshop_check": True}
        )
        orders._make_webshop_documents()

    def action_webshop_leave_out(self):
        """A person has decided that nothing more of these orders is to be invoiced or credited here."""
        orders = self._may_decide()
        orders.write({"webshop_state": "left_out", "webshop_check": False, "webshop_problem_data": False})
        for order in orders:
            order.message_post(body=self.env._("Nothing more is invoiced or credited of this web order."))

    def action_webshop_call_off(self):
        """A person has said that an order the shop has deleted was called off: what is invoiced is credited."""
        self._may_decide().write({"webshop_is_called_off": True})
        self.action_webshop_retry()

    def action_open_webshop_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_sale_webshop_event")
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_webshop_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %s", self.webshop_reference or self.name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self._get_webshop_moves(with_tenders=True).ids)],
            "context": {"create": False},
        }


def to_naive(moment):
    """Return an aware time as Odoo stores it: UTC without saying so."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
