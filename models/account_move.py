from odoo import api, fields, models
from odoo.tools import SQL

from ..common.references import normalised_sql
from .own_writes import as_own

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

    # References are found by their normal form, see matching/references.py.
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
        """Return the transactions these documents are paid by, disputed in, or booked from."""
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
        """The journal items of a voucher, for those to whom Odoo's own tab is not shown."""
        for move in self:
            move.settlement_item_ids = move.line_ids if move.settlement_id else False

    def action_place_settlement_lines(self):
        """Place the transactions of the dialog this document was found in on it."""
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["settlement.line.assign"].browse(self.env.context["settlement_assign_id"])
        wizard.write({"action": "invoice", "move_id": self.id})
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
        """A settlement voucher is a payment, although it is a plain entry: a sale it paid reads *paid*.

        Odoo reads a credit note met by an entry, or a sale met by a credit note and an entry, as *reversed*.
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
                       AND (voucher.settlement_id IS NOT NULL OR voucher.webshop_document_key LIKE 'tender:%%')
                    """,
                    reversed_moves._ids,
                )
            )
        }
        reversed_moves.filtered(lambda move: move.id in paid).payment_state = "paid"

    # ---------------------------------------------------------------- posting

    def _post(self, soft=True):
        """An invoice or credit note whose payment came first is reconciled with it at once."""
        posted = super()._post(soft)
        documents = posted.filtered(lambda move: move.move_type in SALE_TYPES)
        if documents:
            documents._meet_settlement_lines()
        return posted

    def _meet_settlement_lines(self):
        """Let the transactions that await these documents look again.

        A fault there must never keep an invoice from being posted: the scheduled action tries again.
        """
        orders = self.invoice_line_ids.sale_line_ids.order_id
        references = [reference for reference in self.mapped("webshop_reference") if reference]
        if not orders and not references:
            return
        self.env["account.settlement.line"].sudo()._retry_awaiting(orders, references, self.company_id)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note keeps the order's reference: its refund is found by it."""
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            if move.webshop_reference:
                values.setdefault("webshop_reference", move.webshop_reference)
        return super()._reverse_moves(default_values_list, cancel)

    # ---------------------------------------------------------------- reversal of vouchers

    def _get_reconciled_by_others(self):
        """Return the journal items of these vouchers that somebody else has reconciled."""
        lines = self.line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        foreign = partials.filtered(lambda partial: not partial.settlement_id)
        return lines & (foreign.debit_move_id | foreign.credit_move_id)

    def _reverse_settlement_moves(self, reason, date=None):
        """Reverse settlement vouchers: our own reconciliations are undone, each line meets its own reversal, and what
        others reconciled is left.

        :param str reason: for the reversal's reference.
        :param date: the wanted date; today by default, moved behind a lock.
        :return: the reversals, posted.
        """
        lines = self.line_ids
        payouts = lines.matched_credit_ids.credit_move_id | lines.matched_debit_ids.debit_move_id
        bank_lines = payouts.filtered("settlement_payout_id")
        partials = (lines.matched_debit_ids | lines.matched_credit_ids).filtered(
            lambda partial: partial.settlement_id and not (partial.debit_move_id | partial.credit_move_id) & bank_lines
        )
        partials.unlink()
        wanted = date or fields.Date.context_today(self)
        reversals = as_own(self)._reverse_moves(
            [
                {
                    "date": move.settlement_id._get_booking_date(max(wanted, move.date), move._affect_tax_report()),
                    "ref": self.env._("Reversal of %(move)s: %(reason)s", move=move.name, reason=reason),
                }
                for move in self
            ]
        )
        reversals._post(soft=False)
        reversals = reversals.with_env(self.env)
        self.env["account.settlement.voucher"]._keep((move, []) for move in reversals)
        self.env["account.settlement"]._attach_documents(reversals)
        return reversals

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """A settlement voucher holds many customers: each line meets its own reversal, never another's."""
        vouchers = self.filtered("settlement_id")
        others = self - vouchers
        groups = []
        for voucher in vouchers:
            reverse_move = reverse_moves.filtered(lambda move, voucher=voucher: move.reversed_entry_id == voucher)
            for line, reversal in zip(voucher.line_ids.sorted("id"), reverse_move.line_ids.sorted("id"), strict=True):
                if line.account_id.reconcile and line.amount_residual_currency and reversal.amount_residual_currency:
                    groups.append(line | reversal)
        for settlement in vouchers.settlement_id:
            settlement._reconcile_groups([group for group in groups if group.move_id.settlement_id == settlement])
        return super(AccountMove, others)._reconcile_reversed_moves(
            reverse_moves.filtered(lambda move: move.reversed_entry_id in others), move_reverse_cancel
        )
