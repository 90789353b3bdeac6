from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.messages import SettlementError
from ..webshops.records import ZERO, Refund
from ..webshops.registry import PLATFORMS
from .foreign_vat import joined_foreign_vat
from .money import to_rate
from .own_writes import as_own
from .times import to_naive


class SaleOrder(models.Model):
    """Bringing Odoo's order in line with the shop's; what is invoiced of it is another step."""

    _inherit = "sale.order"

    @api.model
    def _update_from_webshop(self, webshop, order, known, event):
        """Bring Odoo's order in line with the shop's; what is invoiced of it is another step.

        :param order: :class:`~..webshops.records.Order`. :param known: its ``sale.order``, or none.
        :param event: the ``sale.webshop.event`` it was read from.
        """
        if not known:
            return self._create_from_webshop(webshop, {event: order})
        last = known.webshop_event_id
        known.write(self._prepare_webshop_news(order, event))
        if known.webshop_state != "left_out":
            known.webshop_state = "open"
        if not known._get_webshop_moves():
            known._follow_webshop_buyer(webshop, order, last)
        event.order_id = known
        known._add_webshop_references([order])
        known._keep_gift_cards([order])
        known._sync_webshop_lines(order)
        known._follow_webshop_state(order)
        return known

    @api.model
    def _create_from_webshop(self, webshop, documents):
        """Create the orders that a shop tells of for the first time, with their lines, and confirm what is binding.

        :param dict documents: the :class:`~..webshops.records.Order` of each ``sale.webshop.event``.
        :return: the orders, in that order.
        """
        told = list(documents.values())
        # Odoo's own notes of a new order would say no more than the shop's document on it.
        orders = self.with_context(tracking_disable=True).create(
            [
                {
                    **self._prepare_webshop_news(order, event),
                    **self._prepare_webshop_order(webshop, order),
                    **self._prepare_webshop_sums(order),
                    "webshop_state": "open",
                }
                for event, order in documents.items()
            ]
        )
        orders = orders.with_env(self.env)
        for event, order in zip(documents, orders, strict=True):
            event.order_id = order
        orders._say_similar()
        orders._add_webshop_references(told)
        orders._keep_gift_cards(told)
        lines = []
        for order, of_shop in zip(orders, told, strict=True):
            vals_list, problems = order._plan_webshop_lines(of_shop)
            if problems:
                order.webshop_line_problem_data = [problem.to_json() for problem in problems]
            else:
                lines += [{"order_id": order.id, **vals} for vals in vals_list]
        self.env["sale.order.line"].with_context(tracking_disable=True).create(lines)
        orders._follow_webshop_states(told)
        return orders

    @staticmethod
    def _prepare_webshop_news(order, event):
        """What a shop's document says of an order's state, whether it was known or not."""
        # that it was cancelled is said of an order that was deleted: one the shop has again counts as it tells
        restored = {} if order.is_deleted else {"webshop_is_called_off": False}
        return {
            **restored,
            "webshop_status": order.status,
            "webshop_payment": order.payment_name or order.payment_method,
            "webshop_changed_at": to_naive(order.changed_at),
            "webshop_is_deleted": order.is_deleted,
            "webshop_event_id": event.id,
            "webshop_check": True,
        }

    @staticmethod
    def _prepare_webshop_sums(order):
        return {
            "webshop_total": float(order.total),
            "webshop_lines_total": float(sum((line.amount for line in order.lines), ZERO)),
        }

    def _prepare_webshop_order(self, webshop, order):
        reference = f"{webshop.reference_prefix or ''}{order.number}"
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", order.currency)], limit=1)
        )
        values = {
            "webshop_id": webshop.id,
            "webshop_external_id": order.external_id,
            "webshop_reference": reference,
            "client_order_ref": reference,
            "company_id": webshop.company_id.id,
            **self._prepare_webshop_partners(webshop, order),
            "webshop_delivery": webshop.delivery,
            "date_order": to_naive(order.created_at),
            "webshop_currency_id": currency.id,
            "pricelist_id": False,
            "payment_term_id": False,
            "require_payment": False,
            "require_signature": False,
        }
        if "sale_order_template_id" in self._fields:
            # a template of the company's quotations, with its mail to the customer
            values["sale_order_template_id"] = False
        return values

    @staticmethod
    def _prepare_webshop_partners(webshop, order, current=None):
        """Whom the order is for. It may be changed in the shop until something is invoiced.

        :param current: the customer the order has already.
        """
        partner, billing, shipping, similar = webshop._get_partners(order, current)
        values = {
            "webshop_buyer_id": order.buyer.external_id or False,
            "partner_id": partner.id,
            "partner_invoice_id": billing.id,
            "partner_shipping_id": shipping.id,
        }
        if current != partner:
            values["webshop_similar_partner_id"] = similar.id
        return values

    def _write_webshop_partners(self, values):
        """Write what differs: of an address that is written, Inventory tells whoever packs, also if it is the same."""
        current = self._convert_to_write({name: self[name] for name in values})
        changed = {name: value for name, value in values.items() if (value or False) != (current[name] or False)}
        if "partner_id" in changed:
            # Odoo would propose addresses of its own for another customer.
            changed = values
        if changed:
            as_own(self.with_context(update_delivery_shipping_partner=True)).write(changed)

    def _add_webshop_references(self, told):
        """Keep every key a payment provider may send for the orders; those they were known by before stay.

        :param told: the :class:`~..webshops.records.Order` of each.
        """
        missing = []
        for record, order in zip(self, told, strict=True):
            wanted = {(str(reference.kind), reference.value) for reference in order.references}
            for refund in order.refunds:
                wanted |= {(str(reference.kind), reference.value) for reference in refund.references}
            wanted |= {("shop_id", order.external_id), ("shop_number", order.number)}
            known = {(reference.kind, reference.value) for reference in record.settlement_reference_ids}
            missing += [(record.id, kind, value) for kind, value in sorted(wanted - known) if value]
        self.env["sale.order.reference"].sudo().create(
            [{"order_id": order_id, "kind": kind, "value": value} for order_id, kind, value in missing]
        )

    # ---------------------------------------------------------------- the lines

    def _sync_webshop_lines(self, order):
        """Write the shop's lines on the order, with exactly the shop's amounts.

        What keeps a line from being written is noted, and the order waits.
        """
        self.ensure_one()
        unlock = self.locked
        if unlock:
            self.action_unlock()
        vals_list, problems = self._plan_webshop_lines(order)
        self.write(
            {
                **self._prepare_webshop_sums(order),
                "webshop_line_problem_data": [problem.to_json() for problem in problems] or False,
            }
        )
        if not problems:
            self._write_webshop_lines(vals_list)
        if unlock:
            self.action_lock()

    def _plan_webshop_lines(self, order):
        """Return the values of the shop's lines, and what keeps them from being written."""
        try:
            self.webshop_id._get_currency(order.currency)
            return self._prepare_webshop_lines(order)
        except SettlementError as error:
            return [], [error.message]

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
            if line and line.product_uom_qty == vals["product_uom_qty"]:
                # Of a quantity that is written, Inventory delivers again what has come back, also if it is the same.
                vals = {name: value for name, value in vals.items() if name != "product_uom_qty"}
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
            if line.rate is None and line.amount:
                continue  # the plan says so, with the other problems
            if not product and self.fiscal_position_id:
                continue  # its tax may be the product's own
            try:
                taxes = self._get_line_tax(line, product, order)
            except SettlementError as error:
                taxes = self._get_tax_as_invoiced(line, error.message)
                if not taxes:
                    problems.append(error.message)
                    continue
            if not product:
                continue
            values, quantity = self.env["sale.order.line"]._prepare_exact_amounts(
                line.name or product.display_name,
                taxes,
                float(line.quantity),
                line.amount,
                line.tax if to_rate(taxes) else ZERO,
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
        return vals_list, joined_foreign_vat(problems)

    def _get_line_tax(self, line, product, order):
        """Return the tax of a line; none of one free of charge, where no tax is known: nothing of it is booked.

        :raises SettlementError: when nothing says which tax the shop's rate stands for.
        """
        if line.rate is None:
            return self.env["account.tax"]
        try:
            return self.webshop_id._get_tax(line, product, order, self.fiscal_position_id)
        except SettlementError:
            if line.amount:
                raise
            return self.env["account.tax"]

    # ---------------------------------------------------------------- the state

    def _follow_webshop_order(self, shop_order):
        """Bring the order in line with the shop's once more where something kept its lines from being written, or
        where they have been changed here before they were invoiced.
        """
        if self.webshop_line_problem_data or self._has_lines_of_other_vat(shop_order):
            self._sync_webshop_lines(shop_order)
            self._follow_webshop_state(shop_order)

    def _has_lines_of_other_vat(self, shop_order):
        """Whether a line that is not invoiced yet is missing or has another rate than the shop's."""
        if not self.webshop_is_reported:
            return False  # the order in Odoo is the shop's
        own = {line.webshop_line_id: line for line in self.order_line if line.webshop_line_id}
        for told in shop_order.lines:
            line = own.get(told.external_id)
            if not told.amount or told.rate is None or (line and line.invoice_lines):
                continue
            if not line or to_rate(line.tax_ids) not in self._get_rates_here(told, shop_order):
                return True
        return False

    def _get_rates_here(self, told, shop_order):
        """Return the rates a line of the shop's may have here: none, too, where a person may have said so."""
        is_abroad = bool(told.rate) and self.webshop_id._get_place(shop_order).is_abroad
        return {told.rate, ZERO} if is_abroad else {told.rate}

    def _follow_webshop_state(self, order):
        self._follow_webshop_states([order])

    def _follow_webshop_states(self, told):
        """Confirm what has become binding, and cancel what was called off before anything was invoiced.

        :param told: the :class:`~..webshops.records.Order` of each.
        """
        binding, cancelled, restored = self.browse(), self.browse(), self.browse()
        for record, order in zip(self, told, strict=True):
            if order.is_called_off:
                if record.state != "cancel" and not record._get_webshop_moves():
                    cancelled |= record
            elif order.accepted_at and record.state in ("draft", "sent") and record.order_line:
                binding |= record
            elif order.accepted_at and record.state == "cancel":
                restored |= record
        if cancelled:
            cancelled._action_cancel()
        if restored:
            restored.action_draft()
        if binding or restored:
            (binding | restored).action_confirm()

    def _get_refund_documents(self):
        """Return the refunds that came as documents of their own: on other platforms the order has them all."""
        if not PLATFORMS[self.webshop_id.platform].has_refund_documents:
            return []
        events = self.webshop_event_ids.filtered(
            lambda event: event.kind == "document" and event.state == "done" and not event.content_removed_on
        )
        parsed = [event._parse() for event in (events - self.webshop_event_id).sorted("id")]
        return [document for document in parsed if isinstance(document, Refund)]

    def _get_webshop_order(self):
        """Return the :class:`~..webshops.records.Order` as the shop reported it last, with all its refunds."""
        self.ensure_one()
        self._check_webshop_content_kept()
        order = self.webshop_event_id._parse()
        refunds = {refund.external_id: refund for refund in (*self._get_refund_documents(), *order.refunds)}
        is_deleted = order.is_deleted or self.webshop_is_deleted
        cancelled_at = order.cancelled_at or (order.changed_at if self.webshop_is_called_off else None)
        return replace(order, refunds=tuple(refunds.values()), is_deleted=is_deleted, cancelled_at=cancelled_at)
