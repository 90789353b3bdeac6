from dataclasses import replace
from decimal import Decimal

from odoo import models

from ..common.messages import Message
from ..invoicing.records import InvoiceOn
from ..webshops.records import Buyer, LineKind, Order, OrderLine, Refund, Shipment
from .money import to_decimal, to_rate
from .online_payments import get_captures, get_references, is_rest_voided, with_child_transactions
from .sale_order_booked import with_document_sums
from .sale_webshop_odoo_shop import ODOO
from .times import to_aware


class SaleOrder(models.Model):
    """Orders of Odoo's own shop: read from themselves and their payments, and invoiced together with Odoo."""

    _inherit = "sale.order"

    def _is_of_odoo_shop(self):
        # Whoever invoices or confirms an order need not see the shop.
        return self.sudo().webshop_id.platform == ODOO

    def _action_cancel(self):
        """Check an order that somebody calls off: what is invoiced is to be credited."""
        result = super()._action_cancel()
        orders = self.sudo().filtered(lambda order: order._is_of_odoo_shop() and order.webshop_state != "left_out")
        orders.webshop_check = True
        return result

    # ---------------------------------------------------------------- the order as it reads

    def _get_webshop_order(self):
        if not self._is_of_odoo_shop():
            return super()._get_webshop_order()
        self.ensure_one()
        charges = self._get_online_payments(with_failed=True)
        transactions = with_child_transactions(charges)
        captures = tuple(get_captures(charges))
        is_voided = is_rest_voided(charges)
        total = to_decimal(self.amount_total, self.currency_id)
        lines = self._get_odoo_lines()
        is_settled = is_voided or sum(capture.amount for capture in captures) >= total
        shipments = self._get_odoo_shipments(captures, is_settled)
        sent = dict(shipments[0].quantities) if shipments else {}
        goods = [line for line in lines if line.kind is LineKind.PRODUCT]
        is_completed = bool(sent) and all(sent.get(line.external_id, 0) >= line.quantity for line in goods)
        return Order(
            external_id=self.webshop_external_id,
            number=self.name,
            created_at=to_aware(self.date_order),
            changed_at=to_aware(max([self.write_date, *transactions.mapped("write_date")])),
            currency=self.currency_id.name,
            total=total,
            lines=lines,
            status=dict(self._fields["state"]._description_selection(self.env))[self.state],
            buyer=Buyer(external_id=str(self.partner_id.id), name=self.partner_id.name or ""),
            references=tuple(get_references(transactions)),
            accepted_at=to_aware(self.date_order),
            captures=captures,
            is_capture_final=is_voided,
            shipments=shipments,
            completed_at=shipments[0].time if is_completed else None,
            cancelled_at=to_aware(self.write_date) if self.state == "cancel" else None,
            refunds=tuple(self._get_odoo_refunds(transactions)),
            problems=tuple(self._get_odoo_problems()),
        )

    def _get_online_payments(self, with_failed=False):
        """Return the real payments of the order: without tests, and without the captures and refunds made of them.

        :param with_failed: also those that came to nothing.
        """
        charges = self.sudo().transaction_ids.filtered(
            lambda tx: tx.is_live and tx.operation not in ("refund", "validation") and not tx.source_transaction_id
        )
        return charges if with_failed else charges.filtered(lambda tx: tx.state in ("authorized", "done"))

    def _get_odoo_problems(self):
        if any(self.order_line.mapped("is_downpayment")):
            yield Message(
                "order_with_down_payment",
                {"order": self.name},
            )

    def _get_sold_lines(self):
        return self.order_line.filtered(lambda line: not line.display_type and line.product_uom_qty)

    def _get_odoo_lines(self):
        """Return the lines with Odoo's own amounts; what Odoo rounds over the whole order goes to the largest one."""
        lines = [
            OrderLine(
                external_id=str(line.id),
                kind=_get_kind(line),
                name=line.name,
                amount=to_decimal(line.price_total, self.currency_id),
                tax=to_decimal(line.price_tax, self.currency_id),
                rate=to_rate(line.tax_ids),
                quantity=Decimal(repr(line.product_uom_qty)),
                sku=line.product_id.default_code or "",
            )
            for line in self._get_sold_lines()
        ]
        return with_document_sums(lines, self)

    def _get_odoo_shipments(self, captures, is_settled):
        """Return what has been delivered.

        Of products invoiced as ordered Odoo does not ask it: they count as delivered when the payment is settled. What
        Odoo, or a person, has invoiced already counts as well, and so does what was invoiced before the order was
        raised: it is not credited because it is not sent yet.
        """
        invoices = self._get_invoices_by_odoo()
        reserved = sum(self._get_online_payments().mapped("amount"))
        if self.currency_id.compare_amounts(self.amount_total, reserved) > 0:
            invoices = self._get_webshop_moves()
        invoiced = invoices._get_invoiced_quantities()
        quantities, moments = [], [capture.time for capture in captures]
        for line in self._get_sold_lines():
            if line.product_id.invoice_policy == "order":
                delivered = line.product_uom_qty if is_settled else 0
            else:
                delivered = line.qty_delivered
                moments.append(to_aware(line.write_date))
            if delivered := max(Decimal(repr(float(delivered))), invoiced.get(line, 0)):
                quantities.append((str(line.id), delivered))
        if not quantities:
            return ()
        delivered_at = self.effective_date if "effective_date" in self._fields else None
        moment = to_aware(delivered_at) if delivered_at else max(moments, default=to_aware(self.date_order))
        return (Shipment(str(self.id), moment, tuple(quantities)),)

    def _get_odoo_refunds(self, transactions):
        for refund in transactions.filtered(lambda tx: tx.operation == "refund" and tx.state == "done").sorted("id"):
            yield Refund(
                external_id=str(refund.id),
                order_id=self.webshop_external_id,
                amount=-to_decimal(refund.amount, refund.currency_id),
                time=to_aware(refund.last_state_change or refund.write_date),
                references=tuple(get_references(refund)),
            )

    def _follow_webshop_order(self, shop_order):
        """The order is its own; what is kept is the lines' ids and kinds, and every key a provider may send."""
        result = super()._follow_webshop_order(shop_order)
        if self._is_of_odoo_shop():
            self._mark_odoo_lines()
            # Our own number of the record is never sent to a provider; another shop's order may have the same.
            self._add_webshop_references([replace(shop_order, external_id="")])
        return result

    def _mark_odoo_lines(self):
        for line in self._get_sold_lines():
            values = {"webshop_line_id": str(line.id), "webshop_kind": str(_get_kind(line))}
            if any(line[name] != value for name, value in values.items()):
                line.write(values)

    # ---------------------------------------------------------------- with Odoo, never beside it

    def _is_invoiced_by_webshop(self):
        """Odoo may invoice its own shop's order by itself, once: what comes after it, or after our own first part, is a
        difference that only this addon can distinguish from what was credited. Down payments are Odoo's alone.
        """
        if not self._is_of_odoo_shop():
            return super()._is_invoiced_by_webshop()
        order = self.sudo()
        if any(order.order_line.mapped("is_downpayment")):
            return False
        return order.webshop_state in ("done", "left_out") or bool(order._get_webshop_moves())

    def _get_webshop_invoice_status(self):
        if self._is_of_odoo_shop() and self.invoice_status in ("invoiced", "upselling"):
            return "invoiced"
        return super()._get_webshop_invoice_status()

    def _get_invoices_by_odoo(self):
        """Return the invoices that Odoo, or a person, has made of this order."""
        return self._get_webshop_moves().filtered(
            lambda move: move.move_type == "out_invoice" and not move.webshop_document_key
        )

    def _get_foreign_moves(self):
        """Odoo's own invoices of its own shop are not foreign."""
        moves = super()._get_foreign_moves()
        if not self._is_of_odoo_shop():
            return moves
        return moves.filtered(lambda move: move.move_type == "out_refund" or move.state == "draft")

    def _get_invoice_on(self):
        """Where nothing of an order is invoiced as delivered, only the payment shows that it is time; where Odoo has
        made its own invoice, it is time already.
        """
        if self._is_of_odoo_shop():
            if self._get_invoices_by_odoo():
                return InvoiceOn.SHIPPED
            if "delivery" not in self.order_line.product_id.mapped("invoice_policy"):
                return InvoiceOn.CAPTURED
        return super()._get_invoice_on()

    def _invoice_by_odoo(self, document):
        """Let Odoo make the plain invoice of a whole order of its own shop, as it does by itself."""
        is_whole = document.key == "sale" and document.total == to_decimal(self.amount_total, self.currency_id)
        if not self._is_of_odoo_shop() or not is_whole or self._get_webshop_moves():
            return super()._invoice_by_odoo(document)
        values = self._prepare_webshop_document(document)
        self._force_lines_to_invoice_policy_order()
        move = self._create_invoices(final=True)
        names = ("invoice_date", "webshop_id", "webshop_order_id", "webshop_document_key", "webshop_date")
        move.write({name: values[name] for name in names})
        return move

    def _reconcile_registered_payments(self, is_finished):
        """Let the payments Odoo has registered meet the invoices, and its refunds the credit notes.

        Odoo ties neither captures nor refunds to a document. Here they are, so that what it does with them later, and
        the settlement, find it. Once nothing more is to be invoiced, what was paid too much meets what was given back.
        """
        super()._reconcile_registered_payments(is_finished)
        if not self._is_of_odoo_shop():
            return
        transactions = with_child_transactions(self._get_online_payments(with_failed=True))
        transactions = transactions.filtered(lambda tx: tx.state == "done")
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


def _get_kind(line):
    """Return the :class:`~..webshops.records.LineKind` of a line of Odoo's own order."""
    if line.price_total < 0:
        return LineKind.DISCOUNT
    is_delivery = "is_delivery" in line._fields and line.is_delivery
    return LineKind.SHIPPING if is_delivery else LineKind.PRODUCT
