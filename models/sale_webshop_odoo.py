"""Odoo's own shop: its orders and payment transactions are read as any shop's documents are."""

from datetime import datetime, timezone
from decimal import Decimal

from odoo import fields, models

from ..webshops.records import (
    Capture,
    Reference,
    ReferenceKind,
)
from .money import to_decimal
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
