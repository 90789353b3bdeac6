from odoo import models

from ..webshops.records import TenderKind
from .money import to_decimal


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
        partner = self.partner_invoice_id.commercial_partner_id.with_company(self.company_id)
        credits = notes._get_open_receivables().filtered(
            lambda item: (
                item.partner_id == partner
                and item.currency_id == self.currency_id
                and item.account_id == partner.property_account_receivable_id
                and item.amount_residual < 0
            )
        )
        open_amount = -to_decimal(sum(credits.mapped("amount_residual_currency")), self.currency_id)
        return credits if open_amount >= tender.amount else nothing
