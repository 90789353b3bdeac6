from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import fields, models

from ..invoicing.records import Booked
from ..webshops.records import TenderKind
from .money import to_decimal

#: How a document says what it was made for: see :class:`~..invoicing.records.PlannedDocument`.
REFUND, WITHDRAWN, TENDER = "refund:", "withdrawn:", "tender:"
#: Of an entry: whose debt, booked by which entry, a credit note of this order has paid since.
VOUCHER = "voucher:"
#: One that a person writes for a web order, because its lines cannot be booked as the shop reports.
BY_HAND_KEY = "by_hand"


class SaleOrder(models.Model):
    """What is in the ledger of a web order."""

    _inherit = "sale.order"

    webshop_has_foreign_moves = fields.Boolean(
        compute="_compute_webshop_has_foreign_moves", compute_sudo=True, groups="account.group_account_invoice"
    )

    def _compute_webshop_has_foreign_moves(self):
        for order in self:
            order.webshop_has_foreign_moves = bool(order.webshop_id and order._get_foreign_moves())

    def _get_webshop_moves(self, with_tenders=False):
        """Return the invoices and credit notes of this order that count, and if wanted the entries for gift cards."""
        self.ensure_one()
        moves = (self.invoice_ids | self.webshop_move_ids).filtered(lambda move: move.state != "cancel")
        return moves if with_tenders else moves.filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))

    def _get_foreign_moves(self):
        """Return the documents of this order that somebody made by hand."""
        return self._get_webshop_moves().filtered(lambda move: not move.webshop_document_key)

    def _get_booked(self):
        """Return the :class:`~..invoicing.records.Booked` of this order, read from the ledger."""
        sold, refunds = [], defaultdict(list)
        # in the order they were made: a line that was lowered is told from one that was invoiced in parts
        for move in self._get_webshop_moves().filtered(lambda move: move.state == "posted").sorted("id"):
            parts = with_document_sums(move._get_webshop_parts(), move)
            if move.move_type == "out_refund":
                if (move.webshop_document_key or "").startswith(REFUND):
                    refunds[move.webshop_document_key.removeprefix(REFUND)] += parts
                else:
                    sold += [part.negated() for part in parts]
            elif (move.webshop_document_key or "").startswith(WITHDRAWN):
                refunds[move.webshop_document_key.removeprefix(WITHDRAWN)] += [part.negated() for part in parts]
            else:
                sold += parts
        standing = {name: tuple(parts) for name, parts in refunds.items() if sum(part.amount for part in parts)}
        return Booked(tuple(sold), standing, self._get_booked_tenders())

    def _get_booked_tenders(self):
        booked = defaultdict(Decimal)
        for move in self.webshop_move_ids.filtered(
            lambda move: move.state == "posted" and (move.webshop_document_key or "").startswith(TENDER)
        ):
            amounts = move._get_webshop_receivables().mapped("amount_currency")
            kind = TenderKind(move.webshop_document_key.removeprefix(TENDER))
            # where the customer's own credit note paid, both sides are the customer's
            amount = min(amounts, default=0) if len(amounts) > 1 else sum(amounts)
            booked[kind] -= to_decimal(amount, self.currency_id)
        return dict(booked)


def with_document_sums(lines, document):
    """Return lines (with ``amount`` and ``tax``) that add up to the document's own sums.

    What Odoo rounds over a whole order or invoice stands in no line of it; it goes to the largest one.

    :param document: a ``sale.order`` or ``account.move``.
    """
    lines = list(lines)
    amount = to_decimal(document.amount_total, document.currency_id) - sum(line.amount for line in lines)
    tax = to_decimal(document.amount_tax, document.currency_id) - sum(line.tax for line in lines)
    if lines and (amount or tax):
        largest = max(range(len(lines)), key=lambda index: lines[index].amount)
        line = lines[largest]
        lines[largest] = replace(line, amount=line.amount + amount, tax=line.tax + tax)
    return tuple(lines)
