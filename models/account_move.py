from odoo import api, fields, models
from odoo.tools import SQL

from ..common.references import normalised_sql

SALE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class AccountMove(models.Model):
    _inherit = "account.move"

    settlement_id = fields.Many2one(
        "account.settlement", readonly=True, index="btree_not_null", copy=True, ondelete="restrict"
    )
    webshop_reference = fields.Char(
        string="Webshop Order",
        index="btree_not_null",
        tracking=True,
        help="What the shop calls the order; the payment provider sends it back with the payment.",
    )
    settlement_line_count = fields.Integer(compute="_compute_settlement_line_count")
    settlement_item_ids = fields.Many2many(
        "account.move.line", compute="_compute_settlement_item_ids", string="Settlement Voucher's Items"
    )

    # References are found by their normal form, see common/references.py.
    _webshop_reference_form_idx = models.Index(
        f"({normalised_sql('webshop_reference')}) WHERE webshop_reference IS NOT NULL"
    )
    _ref_form_idx = models.Index(
        f"({normalised_sql('ref')}) WHERE ref IS NOT NULL AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
    _name_form_idx = models.Index(
        f"({normalised_sql('name')}) WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
    _payment_reference_form_idx = models.Index(
        f"({normalised_sql('payment_reference')}) "
        "WHERE payment_reference IS NOT NULL AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )

    def _get_settlement_lines(self):
        """Return the transactions by which these documents are paid or disputed, or from which they are booked."""
        receivables = self.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        counterparts = receivables.matched_debit_ids.debit_move_id | receivables.matched_credit_ids.credit_move_id
        booked = self.filtered("settlement_id").line_ids
        named = self.env["account.settlement.line"].search([("invoice_id", "in", self.ids)])
        return counterparts.settlement_line_ids | booked.settlement_line_ids | named

    def _compute_settlement_line_count(self):
        for move in self:
            move.settlement_line_count = len(move._get_settlement_lines())

    def action_open_settlement_lines(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        action["domain"] = [("id", "in", self._get_settlement_lines().ids)]
        action["context"] = {}
        return action

    @api.depends("settlement_id", "line_ids")
    def _compute_settlement_item_ids(self):
        """Show a voucher's journal items to users who do not see Odoo's own tab."""
        for move in self:
            move.settlement_item_ids = move.line_ids if move.settlement_id else False

    def action_place_settlement_lines(self):
        """Assign the transactions of the dialog to this document, which was found in it."""
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["settlement.line.assign"]._get_opened()
        wizard._choose(action="invoice", move_id=self.id)
        return wizard.action_confirm()

    def action_open_settlement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.settlement",
            "view_mode": "form",
            "res_id": self.settlement_id.id,
        }

    # ---------------------------------------------------------------- what customers see

    def _compute_payment_state(self):
        """Count a settlement voucher as a payment, although it is an entry: a sale paid by it reads *paid*.

        Odoo shows a credit note reconciled with an entry, or a sale with a credit note and an entry, as *reversed*.
        """
        super()._compute_payment_state()
        reversed_moves = self.filtered(lambda move: move.payment_state == "reversed" and move.id)
        if not reversed_moves:
            return
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model(["move_id", "account_id"])
        paid = {
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT line.move_id
                      FROM account_move_line line
                      JOIN account_partial_reconcile partial
                        ON line.id IN (partial.debit_move_id, partial.credit_move_id)
                      JOIN account_move_line other
                        ON other.id IN (partial.debit_move_id, partial.credit_move_id) AND other.id != line.id
                      JOIN account_move voucher ON voucher.id = other.move_id
                      JOIN account_account account ON account.id = line.account_id
                     WHERE line.move_id IN %s
                       AND account.account_type = 'asset_receivable'
                       AND (voucher.settlement_id IS NOT NULL OR voucher.webshop_document_key LIKE 'tender:%%'
                            OR voucher.webshop_document_key LIKE 'voucher:%%')
                    """,
                    reversed_moves._ids,
                )
            )
        }
        reversed_moves.filtered(lambda move: move.id in paid).payment_state = "paid"

    # ---------------------------------------------------------------- posting

    def _post(self, soft=True):
        """Reconcile posted invoices and credit notes at once with payments that came before them."""
        posted = super()._post(soft)
        documents = posted.filtered(lambda move: move.move_type in SALE_TYPES)
        if documents:
            documents._retry_settlement_lines()
        return posted

    def _retry_settlement_lines(self):
        """Let the transactions of these documents follow them, and retry those that wait for them.

        A fault there must never keep an invoice from being posted: the scheduled action retries.
        """
        # what happens to the transactions is tracked, also where the document's own posting is not
        self.env["account.settlement.line"].sudo().with_context(tracking_disable=False)._follow_and_retry(self)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Give credit notes the order's reference, by which their refund is found."""
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            if move.webshop_reference:
                values.setdefault("webshop_reference", move.webshop_reference)
        return super()._reverse_moves(default_values_list, cancel)
