from odoo import models

from ..webshops.records import ZERO
from .money import to_decimal
from .sale_order_booked import BY_HAND_KEY, REFUND, WITHDRAWN


class SaleOrder(models.Model):
    """Reconciling a web order's documents with each other."""

    _inherit = "sale.order"

    def _reconcile_webshop_documents(self, moves, shop_order):
        """Reconcile within the order what needs no provider: gift cards with the invoice, corrections with it too.

        What the buyer is to get back stays open: the refund in the settlement meets it.
        """
        of_order = self._get_webshop_moves(with_tenders=True)
        invoices = of_order.filtered(lambda move: move.move_type == "out_invoice")
        credit_notes = of_order.filtered(lambda move: move.move_type == "out_refund")
        corrections = credit_notes.filtered(lambda note: note.webshop_document_key == "change")
        for move in moves:
            key = move.webshop_document_key
            if move in corrections and not is_money_back(shop_order):
                (move | invoices)._reconcile_receivables()
            elif key.startswith(WITHDRAWN):
                refund_key = key.replace(WITHDRAWN, REFUND)
                taken_back = credit_notes.filtered(lambda note, key=refund_key: note.webshop_document_key == key)
                (move | taken_back)._reconcile_receivables()
            elif move in invoices:
                # what was credited and is invoiced again is not paid back
                (move | corrections)._reconcile_receivables()
        by_hand = credit_notes.filtered(lambda note: note.webshop_document_key == BY_HAND_KEY)
        if by_hand and not is_money_back(shop_order):
            (by_hand | invoices)._reconcile_receivables()
        for entry in of_order - invoices - credit_notes:
            is_payment = sum(entry._get_open_receivables().mapped("balance")) < 0
            (entry | (invoices if is_payment else credit_notes))._reconcile_receivables()
        if moves:
            self._reconcile_without_money(invoices, credit_notes)

    def _reconcile_offsets(self, shop_order):
        """Reconcile credit notes of goods that came back without money with what the buyer owes, for that much.

        The newest invoices first: they hold the goods of an exchange, and the older ones may await a payment. What is
        paid back besides stays open: the refund in the settlement meets it.
        """
        offsets = {f"{REFUND}{refund.external_id}": refund.offset for refund in shop_order.refunds if refund.offset}
        if not offsets:
            return
        moves = self._get_webshop_moves().sorted("id", reverse=True)
        invoices = moves.filtered(lambda move: move.move_type == "out_invoice")
        notes = (moves - invoices).filtered(lambda move: (move.webshop_document_key or "").startswith(REFUND))
        met_by_money = ZERO
        for note in notes.filtered(lambda move: move.webshop_document_key in offsets):
            left = offsets[note.webshop_document_key] - get_settled(note, invoices)
            left = reconcile_up_to(left, note, invoices)
            if not get_open(note):
                met_by_money += max(ZERO, left)
        # Money of another refund may have met such a note before: then that other refund's note has as much open.
        for note in notes.filtered(lambda move: move.webshop_document_key not in offsets) if met_by_money else ():
            met_by_money = reconcile_up_to(met_by_money, note, invoices)

    def _reconcile_without_money(self, invoices, credit_notes):
        """Reconcile invoices and credit notes with each other whose payment and refund had met before they were made.

        No settlement will close them any more. Only where just what is open of both went in and out again.
        """
        invoiced = sum(invoices._get_open_receivables().mapped("amount_residual"))
        credited = -sum(credit_notes._get_open_receivables().mapped("amount_residual"))
        currency = self.company_id.currency_id
        if currency.is_zero(invoiced) or currency.compare_amounts(invoiced, credited):
            return
        transactions = self.env["account.settlement.line"].sudo().search([("sale_order_id", "=", self.id)])
        if currency.compare_amounts(transactions._get_amount_given_back(), invoiced) == 0:
            (invoices | credit_notes)._reconcile_receivables()

    def _reconcile_registered_payments(self, is_finished):
        """Reconcile the payments Odoo has registered. Those of a shop elsewhere come by settlement, so it has none.

        :param bool is_finished: whether nothing more of the order is to be invoiced.
        """


def reconcile_up_to(amount, note, invoices):
    """Reconcile a credit note with those invoices that take no more of it than an amount; return what is left of it."""
    for invoice in invoices:
        common = min(get_open(note), get_open(invoice))
        if common and common <= amount:
            (note | invoice)._reconcile_receivables()
            amount -= common
    return amount


def get_open(document):
    """Return what is open on the customer's account of an invoice or credit note, in its currency."""
    lines = document._get_open_receivables()
    return to_decimal(abs(sum(lines.mapped("amount_residual_currency"))), document.currency_id)


def get_settled(note, invoices):
    """Return how much of a credit note has been reconciled with these invoices, in its currency."""
    partials = note._get_webshop_receivables().matched_debit_ids
    with_invoices = partials.filtered(lambda partial: partial.debit_move_id.move_id in invoices)
    return to_decimal(sum(with_invoices.mapped("credit_amount_currency")), note.currency_id)


def is_money_back(order):
    """Whether the buyer gets money back for what is credited: it was taken, as far as the shop reports."""
    if order.captures is None:
        return True
    return order.captured > 0 and (order.is_called_off or order.captured + order.tendered > order.total)
