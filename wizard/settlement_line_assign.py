from odoo import api, fields, models

from ..models.account_move import SALE_TYPES


class SettlementLineAssign(models.TransientModel):
    """Assign, undo, exclude or keep transactions by hand."""

    _name = "settlement.line.assign"
    _description = "Match Transactions"

    line_ids = fields.Many2many("account.settlement.line", string="Transactions", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_from_lines")
    currency_id = fields.Many2one("res.currency", compute="_compute_from_lines")
    amount = fields.Monetary(compute="_compute_from_lines")
    clearing_account_ids = fields.Many2many("account.account", compute="_compute_from_lines")
    needs_move_line = fields.Boolean(compute="_compute_from_lines")
    order_reference = fields.Char(compute="_compute_from_lines")
    action = fields.Selection(
        [
            ("invoice", "Invoice or credit note"),
            ("customer", "Customer"),
            ("account", "Account"),
            ("undo", "Take back to unknown"),
            ("exclude", "Exclude"),
            ("keep", "Book it"),
        ],
        string="Match With",
        required=True,
        default="invoice",
    )
    search_text = fields.Char(
        string="Search",
        compute="_compute_search_text",
        store=True,
        readonly=False,
        help="Order reference, invoice number, customer or amount. Filled with the order reference.",
    )
    candidate_ids = fields.Many2many("account.move", compute="_compute_candidate_ids", string="Found")
    order_ids = fields.Many2many("sale.order", compute="_compute_candidate_ids", string="Orders Not Invoiced")
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), "
        "('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt')), ('amount_residual', '!=', 0)]",
    )
    partner_id = fields.Many2one("res.partner", string="Customer")
    account_id = fields.Many2one(
        "account.account", domain="[('account_type', '!=', 'off_balance')]", check_company=True
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Already Booked By",
        help="The journal item on the clearing account that has booked it already.",
    )
    reason = fields.Char(required=True)

    @api.depends("line_ids")
    def _compute_from_lines(self):
        for wizard in self:
            wizard.company_id = wizard.line_ids.company_id[:1] or self.env.company
            wizard.currency_id = wizard.line_ids.currency_id[:1]
            wizard.amount = sum(wizard.line_ids.mapped("amount"))
            wizard.clearing_account_ids = wizard.line_ids.provider_id.clearing_account_id
            wizard.needs_move_line = any(
                not line.currency_id.is_zero(line.amount - line.fee) for line in wizard.line_ids
            )
            wizard.order_reference = ", ".join(filter(None, wizard.line_ids.mapped("order_reference")))

    @api.depends("line_ids")
    def _compute_search_text(self):
        for wizard in self:
            wizard.search_text = wizard.line_ids[:1].order_reference

    @api.depends("search_text", "line_ids")
    def _compute_candidate_ids(self):
        """Find open documents with the searched text, or exactly the amount."""
        AccountMove = self.env["account.move"]
        for wizard in self:
            text = (wizard.search_text or "").strip()
            amount = abs(wizard.amount)
            found = AccountMove
            base = [
                ("company_id", "=", wizard.company_id.id),
                ("state", "=", "posted"),
                ("move_type", "in", SALE_TYPES),
                ("amount_residual", "!=", 0),
            ]
            if text:
                fields_searched = ("name", "ref", "payment_reference", "webshop_reference", "invoice_origin")
                any_of = ["|"] * len(fields_searched) + [
                    *((name, "ilike", text) for name in fields_searched),
                    ("partner_id.name", "ilike", text),
                ]
                found = AccountMove.search(base + any_of, limit=20)
            if len(found) < 20:
                found |= AccountMove.search([*base, ("amount_residual", "=", amount)], limit=20 - len(found))
            wizard.candidate_ids = found
            wizard.order_ids = wizard._search_orders(text)

    def _search_orders(self, text):
        """Return orders with the searched text that are not invoiced yet: their payment is assigned to the customer."""
        if not text:
            return self.env["sale.order"]
        any_of = [
            "|",
            "|",
            "|",
            ("name", "ilike", text),
            ("client_order_ref", "ilike", text),
            ("settlement_reference_ids.value", "ilike", text),
            ("partner_id.name", "ilike", text),
        ]
        not_invoiced = [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "sale"),
            ("invoice_status", "!=", "invoiced"),
        ]
        return self.env["sale.order"].search(not_invoiced + any_of, limit=10)

    def action_confirm(self):
        self.ensure_one()
        if self.action == "keep":
            self.line_ids._keep(self.reason)
            return {"type": "ir.actions.act_window_close"}
        for line in self.line_ids:
            if self.action == "undo":
                line._undo(self.reason)
            elif self.action == "exclude":
                line._exclude(self.reason, self.move_line_id)
            else:
                line._assign(self._get_target(), self.reason)
        return self._offer_rule() or {"type": "ir.actions.act_window_close"}

    def _get_target(self):
        """Return the record to which the transactions are assigned, if they are."""
        return {"invoice": self.move_id, "customer": self.partner_id, "account": self.account_id}.get(self.action)

    def _offer_rule(self):
        """Offer the rule that would have matched the first of the transactions with it."""
        target = self._get_target()
        line = self.line_ids[:1]
        return target and self.env["settlement.rule.learn"]._offer(line, line._get_learning_target(target))
