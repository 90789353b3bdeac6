"""Odoo's own shop: its orders and payment transactions are read as any shop's documents are."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

from odoo import fields, models

from ..providers.messages import Message, _
from ..webshops.documents import InvoiceOn
from ..webshops.records import (
    Buyer,
    Capture,
    LineKind,
    Order,
    OrderLine,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
)
from .money import to_decimal, to_rate
from .sale_order_documents import with_document_sums
from .sale_webshop import OVERLAP


class SaleWebshop(models.Model):
    _inherit = "sale.webshop"

    def _odoo_fetch(self):
        """Take up the orders that were paid online, and look again at those where something may have happened.

        :return: how many orders are to be looked at.
        """
        self.ensure_one()
        started = fields.Datetime.now()
        since = fields.Datetime.from_string((self.fetch_cursor or {}).get("changed_to") or "1970-01-02 00:00:00")
        # what another transaction wrote before, and committed after, carries an earlier time
        since -= OVERLAP
        for order in self._find_new_own_orders():
            order.write(
                {
                    "webshop_id": self.id,
                    "webshop_external_id": str(order.id),
                    "webshop_reference": order.webshop_reference or order.name,
                    "webshop_state": "open",
                }
            )
        mine = self.env["sale.order"].search(
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
        mine.write({"webshop_check": True})
        self.fetch_cursor = {"changed_to": fields.Datetime.to_string(started)}
        return len(mine)

    def _find_new_own_orders(self):
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
            domain.append(("date_order", ">=", start.replace(tzinfo=None)))
        orders = self.env["sale.order"].search(domain)
        return orders.filtered(lambda order: not self._is_left_to_odoo(order))

    def _is_left_to_odoo(self, order):
        """Whether an order is none of ours: paid or delivered by a method that is left out, in instalments, or by one
        payment together with other orders."""
        charges = order._get_own_charges()
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

    def _wake_after_fetch(self):
        result = super()._wake_after_fetch()
        if self.platform == "odoo":
            self.env.ref("settlement_bridge.ir_cron_webshop_documents").sudo()._trigger()
        return result


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


def _get_quantities(moves):
    """Return how much of each order line these documents hold: invoices less credit notes."""
    quantities = {}
    for move in moves:
        sign = 1 if move.move_type == "out_invoice" else -1
        for line in move._get_webshop_lines():
            order_line = line.sale_line_ids[:1]
            quantities[order_line] = quantities.get(order_line, 0) + sign * Decimal(repr(line.quantity))
    return quantities


def _with_children(transactions):
    """Return the transactions with their captures, voids and refunds: a refund may be one of a capture."""
    found = transactions
    while children := found.child_transaction_ids - found:
        found |= children
    return found


def _get_references(transactions):
    for transaction in transactions.sorted("id"):
        yield Reference(ReferenceKind.PROVIDER_REFERENCE, transaction.reference)
        if transaction.provider_reference:
            yield Reference(ReferenceKind.PROVIDER_ID, transaction.provider_reference)


def _get_parts(charge):
    """The captures and voids of an authorisation; Odoo makes them children of it."""
    return charge.child_transaction_ids.filtered(lambda tx: tx.operation != "refund")


def _get_captures(charges):
    """What was taken: by the captures of an authorisation where it was taken in parts, else by the payment itself."""
    for charge in charges.sorted("id"):
        parts = _get_parts(charge).filtered(lambda tx: tx.state == "done")
        for transaction in (parts or charge).filtered(lambda tx: tx.state == "done").sorted("id"):
            yield Capture(
                transaction.reference,
                to_decimal(transaction.amount, transaction.currency_id),
                to_aware(transaction.last_state_change or transaction.write_date),
            )


def _is_voided(charges):
    """Whether something that was reserved was voided, and no more money is under way.

    An attempt to pay that was called off is cancelled too, but where other payments went through nothing was reserved
    by it.
    """
    parts = charges.child_transaction_ids.filtered(lambda tx: tx.operation != "refund")
    if any(tx.state in ("pending", "authorized") for tx in charges | parts):
        return False
    given_up = charges.filtered(
        lambda tx: tx.child_transaction_ids and (tx.state == "cancel" or "cancel" in _get_parts(tx).mapped("state"))
    )
    is_taken = any(tx.state == "done" for tx in charges | parts)
    return bool(given_up) or (not is_taken and any(tx.state == "cancel" for tx in charges))


def to_aware(moment):
    """Return a time as Odoo stores it (UTC without saying so) as an aware one."""
    return datetime.replace(moment, tzinfo=timezone.utc)
