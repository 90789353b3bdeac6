from odoo import models

from ..webshops.records import TenderKind
from .money import to_decimal
from .sale_order_booked import TENDER, VOUCHER


class SaleOrder(models.Model):
    """Paid with what an earlier order was credited: its credit note pays, and no account of store credit is needed."""

    _inherit = "sale.order"

    def _get_voucher_credits(self, tender):
        """Return the open items of the credit notes that a tender pays with; none where they do not cover it.

        The shop names the order each voucher was given for. It is this customer's own, with as much left open.

        :param tender: :class:`~..invoicing.records.PlannedTender`.
        """
        nothing = self.env["account.move.line"]
        if tender.kind is not TenderKind.STORE_CREDIT or tender.amount < 0:
            return nothing
        named = {told.order_id for told in self._get_webshop_order().tenders if told.kind is tender.kind}
        earlier = self.search(
            [("webshop_id", "=", self.webshop_id.id), ("webshop_external_id", "in", list(named - {""}))], order="id"
        )
        notes = earlier.webshop_move_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )
        credits = self._get_open_credits(notes)
        return credits if self._get_sum_open(credits) >= tender.amount else nothing

    def _get_open_credits(self, notes):
        """Return the open items of credit notes of this order's customer, in its currency."""
        partner = self.partner_invoice_id.commercial_partner_id.with_company(self.company_id)
        return notes._get_open_receivables().filtered(
            lambda item: (
                item.partner_id == partner
                and item.currency_id == self.currency_id
                and item.account_id == partner.property_account_receivable_id
                and item.amount_residual < 0
            )
        )

    def _get_sum_open(self, credits):
        return -to_decimal(sum(credits.mapped("amount_residual_currency")), self.currency_id)

    def _pay_used_vouchers(self):
        """Let what this order is credited pay what its vouchers have paid already: a debt until it was credited."""
        notes = self._get_webshop_moves().filtered(lambda move: move.move_type == "out_refund")
        credits = self._get_open_credits(notes.filtered(lambda move: move.state == "posted"))
        paid = set(self.webshop_move_ids.mapped("webshop_document_key"))
        for entry in self._get_voucher_debts() if credits else ():
            debt = entry.line_ids.filtered(lambda item: item.balance > 0)
            used = entry.webshop_order_id._get_webshop_order()
            vouchers = [tender for tender in used.tenders if tender.kind is TenderKind.STORE_CREDIT]
            amount = sum(tender.amount for tender in vouchers if tender.order_id == self.webshop_external_id)
            amount = min(amount, to_decimal(sum(debt.mapped("amount_currency")), self.currency_id))
            key = f"{VOUCHER}{entry.id}"
            if key in paid or not 0 < amount <= self._get_sum_open(credits):
                continue
            account = credits.account_id[:1]
            move = self._make_tender_move(key, entry.ref, used.changed_at, amount, account, debt.account_id[:1])
            (credits | move.line_ids.filtered(lambda item: item.balance > 0)).reconcile()
            if debt.account_id.reconcile:
                (debt | move.line_ids.filtered(lambda item: item.balance < 0)).reconcile()

    def _get_voucher_debts(self):
        """Return the entries by which other orders of this customer were paid with store credit that was a debt."""
        debt = [
            ("balance", ">", 0),
            ("account_id.account_type", "!=", "asset_receivable"),
            ("partner_id", "=", self.partner_invoice_id.commercial_partner_id.id),
        ]
        domain = [
            ("webshop_id", "=", self.webshop_id.id),
            ("webshop_document_key", "=", f"{TENDER}{TenderKind.STORE_CREDIT}"),
            ("webshop_order_id", "!=", self.id),
            ("state", "=", "posted"),
            ("line_ids", "any", debt),
        ]
        return self.env["account.move"].sudo().search(domain, order="id")
