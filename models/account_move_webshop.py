from decimal import Decimal

from odoo import api, fields, models

from ..invoicing.parts import Part
from .money import to_decimal, to_rate


class AccountMove(models.Model):
    """An invoice or credit note made for a web order."""

    _name = "account.move"
    _inherit = ["account.move", "settlement.rights"]

    _written_by_program = frozenset(
        {
            "webshop_id",
            "webshop_order_id",
            "webshop_document_key",
            "webshop_date",
            "settlement_fee_provider_id",
            "settlement_fee_month",
        }
    )

    webshop_id = fields.Many2one("sale.webshop", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    webshop_order_id = fields.Many2one(
        "sale.order", string="Web Order", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    webshop_document_key = fields.Char(
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
        help="The shop's event that this was made for: the sale, a change, a certain refund.",
    )
    webshop_date = fields.Date(
        string="Date in the Shop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When it happened. The document has another date where that day's VAT is filed or its period locked.",
    )

    def _get_webshop_lines(self):
        return self.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def _get_webshop_parts(self):
        """Return the document as :class:`~..invoicing.parts.Part`, positive, as it stands in the ledger."""
        self.ensure_one()
        parts = []
        for line in self._get_webshop_lines():
            amount = to_decimal(line.price_total, self.currency_id)
            parts.append(
                Part(
                    line_id=line.sale_line_ids[:1].webshop_line_id or "",
                    rate=to_rate(line.tax_ids),
                    quantity=Decimal(repr(line.quantity)),
                    amount=amount,
                    tax=amount - to_decimal(line.price_subtotal, self.currency_id),
                )
            )
        return parts

    def _get_invoiced_quantities(self):
        """Return how much of each order line these documents hold: invoices less credit notes."""
        quantities = {}
        for move in self:
            sign = 1 if move.move_type == "out_invoice" else -1
            for line in move._get_webshop_lines():
                order_line = line.sale_line_ids[:1]
                quantities[order_line] = quantities.get(order_line, 0) + sign * Decimal(repr(line.quantity))
        return quantities

    def _get_webshop_receivables(self):
        return self.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")

    def _get_open_receivables(self):
        return self._get_webshop_receivables().filtered(lambda line: not line.reconciled)

    def _reconcile_receivables(self):
        """Reconcile what is open on the customers' account of these documents, one account and currency at a time."""
        lines = self.filtered(lambda move: move.state == "posted")._get_open_receivables()
        for group in lines.grouped(lambda line: (line.account_id, line.currency_id)).values():
            if len({line.balance > 0 for line in group}) == 2:
                group.reconcile()

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """What a web order's credit note meets is decided with the order: a refund awaits the provider's."""
        ours = reverse_moves.filtered("webshop_document_key")
        if not ours:
            return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
        others = reverse_moves - ours
        if others:
            super(AccountMove, others.reversed_entry_id)._reconcile_reversed_moves(others, move_reverse_cancel)
        return reverse_moves

    @api.model_create_multi
    def create(self, vals_list):
        """Only our methods write for which web order a document is."""
        self._check_not_written_by_hand(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Only our methods write for which web order a document is; when it is changed, the order is checked again."""
        self._check_not_written_by_hand([vals])
        if "webshop_reference" in vals and not self.env.su and self.sudo().webshop_order_id:
            self._refuse_written({"webshop_reference"})
        result = super().write(vals)
        if "state" in vals:
            self._recheck_web_orders()
        return result

    def unlink(self):
        self._recheck_web_orders()
        return super().unlink()

    def _recheck_web_orders(self):
        """A document that was posted, set back, cancelled or deleted by hand may leave its order short of one."""
        orders = self.sudo().webshop_order_id.filtered(lambda order: not order.webshop_check)
        orders.webshop_check = True

    def _send_to_buyer(self):
        """Let Odoo send these documents, in the background, where the shop does not do so itself."""
        for move in self.filtered(lambda move: move.webshop_id.sending in ("email", "ehf")):
            partner = move.commercial_partner_id.with_company(move.company_id)
            methods = dict(partner._fields["invoice_sending_method"]._description_selection(self.env))
            if move.webshop_id.sending == "ehf" and "peppol" in methods and partner.vat:
                partner.invoice_sending_method = partner.invoice_sending_method or "peppol"
            move.sending_data = {
                "author_user_id": self.env.user.id,
                "author_partner_id": self.env.user.partner_id.id,
            }
        if any(move.sending_data for move in self):
            self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()
