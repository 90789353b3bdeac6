from dataclasses import replace
from decimal import Decimal

from odoo import models

from ..common.messages import Message, _
from ..invoicing.plan import InvoiceOn
from ..webshops.records import (
    Buyer,
    LineKind,
    Order,
    OrderLine,
    Refund,
    Shipment,
)
from .money import to_decimal, to_rate
from .sale_order_documents import with_document_sums
from .sale_webshop_odoo import _get_captures, _get_quantities, _get_references, _is_voided, _with_children, to_aware


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _is_own_web_order(self):
        """Whether this is an order of Odoo's own shop."""
        return self.sudo().webshop_id.platform == "odoo"

    def _action_cancel(self):
        """Look again at an order of Odoo's own shop that somebody calls off: what is invoiced is to be credited."""
        result = super()._action_cancel()
        own = self.sudo().filtered(lambda order: order._is_own_web_order() and order.webshop_state != "left_out")
        own.webshop_check = True
        return result

    # ---------------------------------------------------------------- the order as it reads

    def _get_own_order(self):
        """Return Odoo's own order as an :class:`~..webshops.records.Order`."""
        self.ensure_one()
        charges = self._get_own_charges(with_failed=True)
        transactions = _with_children(charges)
        captures = tuple(_get_captures(charges))
        is_voided = _is_voided(charges)
        total = to_decimal(self.amount_total, self.currency_id)
        lines = self._get_own_lines()
        is_settled = is_voided or sum(capture.amount for capture in captures) >= total
        shipments = self._get_own_shipments(captures, is_settled)
        sent = dict(shipments[0].quantities) if shipments else {}
        goods = [line for line in lines if line.kind is LineKind.PRODUCT]
        is_completed = bool(sent) and all(sent.get(line.external_id, 0) >= line.quantity for line in goods)
        order = Order(
            external_id=self.webshop_external_id,
            number=self.name,
            created_at=to_aware(self.date_order),
            changed_at=to_aware(max([self.write_date, *transactions.mapped("write_date")])),
            currency=self.currency_id.name,
            total=total,
            lines=lines,
            status=dict(self._fields["state"]._description_selection(self.env))[self.state],
            buyer=Buyer(external_id=str(self.partner_id.id), name=self.partner_id.name or ""),
            references=tuple(_get_references(transactions)),
            accepted_at=to_aware(self.date_order),
            captures=captures,
            is_capture_final=is_voided,
            shipments=shipments,
            completed_at=shipments[0].time if is_completed else None,
            cancelled_at=to_aware(self.write_date) if self.state == "cancel" else None,
            refunds=tuple(self._get_own_refunds(transactions)),
            problems=tuple(self._get_own_problems()),
        )
        # Our own number of the record is never sent to a provider; another shop's order may have the same.
        self._add_webshop_references(replace(order, external_id=""))
        return order

    def _get_own_charges(self, with_failed=False):
        """Return the real payments of the order: without tests, and without the captures and refunds made of them.

        :param with_failed: also those that came to nothing.
        """
        charges = self.sudo().transaction_ids.filtered(
            lambda tx: tx.is_live and tx.operation not in ("refund", "validation") and not tx.source_transaction_id
        )
        return charges if with_failed else charges.filtered(lambda tx: tx.state in ("authorized", "done"))

    def _get_own_problems(self):
        if any(self.order_line.mapped("is_downpayment")):
            yield Message(
                _("Order %(order)s has a down payment, which is invoiced in Odoo by hand. Leave the order out here."),
                {"order": self.name},
            )

    def _get_own_lines(self):
        """The lines with Odoo's own amounts; what Odoo rounds over the whole order goes to the largest line."""
        lines = []
        for line in self.order_line.filtered(lambda line: not line.display_type and line.product_uom_qty):
            is_delivery = "is_delivery" in line._fields and line.is_delivery
            kind = LineKind.SHIPPING if is_delivery else LineKind.PRODUCT
            if line.price_total < 0:
                kind = LineKind.DISCOUNT
            if (line.webshop_line_id, line.webshop_kind) != (str(line.id), str(kind)):
                line.write({"webshop_line_id": str(line.id), "webshop_kind": str(kind)})
            lines.append(
                OrderLine(
                    external_id=str(line.id),
                    kind=kind,
                    name=line.name,
                    amount=to_decimal(line.price_total, self.currency_id),
                    tax=to_decimal(line.price_tax, self.currency_id),
                    rate=to_rate(line.tax_ids),
                    quantity=Decimal(repr(line.product_uom_qty)),
                    sku=line.product_id.default_code or "",
                )
            )
        return with_document_sums(lines, self)

    def _get_own_shipments(self, captures, is_settled):
        """What has been delivered.

        Of products invoiced as ordered Odoo does not ask it: they count as delivered when the payment is settled. What
        Odoo, or a person, has invoiced already counts as well, and so does what was invoiced before the order was
        raised: it is not credited because it is not sent yet.
        """
        invoices = self._get_own_invoices()
        reserved = sum(self._get_own_charges().mapped("amount"))
        if self.currency_id.compare_amounts(self.amount_total, reserved) > 0:
            invoices = self._get_webshop_moves()
        invoiced = _get_quantities(invoices)
        quantities, moments = [], [capture.time for capture in captures]
        for line in self.order_line.filtered(lambda line: line.webshop_line_id and line.product_uom_qty):
            if line.product_id.invoice_policy == "order":
                delivered = line.product_uom_qty if is_settled else 0
            else:
                delivered = line.qty_delivered
                moments.append(to_aware(line.write_date))
            if delivered := max(Decimal(repr(float(delivered))), invoiced.get(line, 0)):
                quantities.append((line.webshop_line_id, delivered))
        if not quantities:
            return ()
        delivered_at = self.effective_date if "effective_date" in self._fields else None
        moment = to_aware(delivered_at) if delivered_at else max(moments, default=to_aware(self.date_order))
        return (Shipment(str(self.id), moment, tuple(quantities)),)

    def _get_own_refunds(self, transactions):
        for refund in transactions.filtered(lambda tx: tx.operation == "refund" and tx.state == "done").sorted("id"):
            yield Refund(
                external_id=str(refund.id),
                order_id=self.webshop_external_id,
                amount=-to_decimal(refund.amount, refund.currency_id),
                time=to_aware(refund.last_state_change or refund.write_date),
                references=tuple(_get_references(refund)),
            )

    # ---------------------------------------------------------------- with Odoo, never beside it

    def _get_own_invoices(self):
        """Return the invoices that Odoo, or a person, has made of an order of Odoo's own shop."""
        return self._get_webshop_moves().filtered(
            lambda move: move.move_type == "out_invoice" and not move.webshop_document_key
        )

    def _get_invoice_on(self):
        """Return which event makes the invoice (:class:`~..webshops.documents.InvoiceOn`).

        Where nothing of an order of Odoo's own shop is invoiced as delivered, only the payment tells that it is time;
        where Odoo has made its own invoice, it is time already.
        """
        if self._is_own_web_order():
            if self._get_own_invoices():
                return InvoiceOn.SHIPPED
            if "delivery" not in self.order_line.product_id.mapped("invoice_policy"):
                return InvoiceOn.CAPTURED
        return InvoiceOn(self.webshop_id.invoice_on)

    def _make_own_invoice(self):
        """Let Odoo make the invoice of the whole order, as it does by itself; return it as a draft."""
        self._force_lines_to_invoice_policy_order()
        return self._create_invoices(final=True)

    def _reconcile_own_payments(self, is_finished):
        """Let the payments Odoo has registered meet the invoices, and its refunds the credit notes.

        Odoo ties neither captures nor refunds to a document. Here they are, so that what it does with them later, and
        the settlement, find it.

        :param is_finished: nothing more is to be invoiced: what was paid too much meets what was given back.
        """
        transactions = _with_children(self._get_own_charges(with_failed=True)).filtered(lambda tx: tx.state == "done")
        moves = self._get_webshop_moves().filtered(lambda move: move.state == "posted")
        of_refunds = transactions.filtered(lambda tx: tx.operation == "refund")
        for some, move_type in ((transactions - of_refunds, "out_invoice"), (of_refunds, "out_refund")):
            documents = moves.filtered(lambda move, wanted=move_type: move.move_type == wanted)
            for transaction in some.filtered("source_transaction_id"):
                if missing := documents - transaction.invoice_ids:
                    transaction.invoice_ids |= missing
            (some.payment_id.move_id | documents)._reconcile_receivables()
        if is_finished:
            transactions.payment_id.move_id._reconcile_receivables()
