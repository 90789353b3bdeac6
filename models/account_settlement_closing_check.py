from odoo import api, fields, models

from ..common.messages import Message


class AccountSettlementClosingCheck(models.Model):
    """One check of a month, as it stood when it was last looked at."""

    _name = "account.settlement.closing.check"
    _description = "Month End Check"
    _order = "closing_id, sequence, id"

    closing_id = fields.Many2one(
        "account.settlement.closing", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="closing_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True, help="The company's or the provider's.")
    sequence = fields.Integer(readonly=True)
    code = fields.Selection(
        [
            ("days", "Days"),
            ("documents", "Documents"),
            ("booked", "Settlements"),
            ("errors", "Errors"),
            ("clearing", "Clearing account"),
            ("unknown", "Unknown transactions"),
            ("payouts", "Payouts"),
            ("bank", "Bank lines"),
            ("by_hand", "Entries by hand"),
            ("orders", "Orders"),
            ("invoices", "Invoices"),
            ("payments", "Payments and refunds"),
            ("late", "Late transactions"),
            ("fees", "Fees"),
            ("rounding", "Rounding"),
            ("disputes", "Disputes"),
            ("reserves", "Reserves"),
            ("prepayments", "Prepayments"),
            ("gift_cards", "Gift cards"),
            ("lock", "Lock date"),
        ],
        string="Check",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("done", "Done"), ("note", "To know"), ("open", "To do")], string="Status", required=True, readonly=True
    )
    message_data = fields.Json(readonly=True)
    message = fields.Text(compute="_compute_message", string="Result")
    count = fields.Integer(readonly=True)
    amount = fields.Monetary(readonly=True)
    target_data = fields.Json(readonly=True, help="What it opens: an action, and the domain of what is listed.")
    has_target = fields.Boolean(compute="_compute_has_target")

    @api.depends("message_data")
    @api.depends_context("lang")
    def _compute_message(self):
        for check in self:
            stored = check.message_data
            check.message = self.env["settlement.message"]._render(Message.from_json(stored)) if stored else False

    @api.depends("target_data")
    @api.depends_context("uid")
    def _compute_has_target(self):
        for check in self:
            check.has_target = check.closing_id._may_open(check.sudo().target_data)

    def action_open_target(self):
        """Open exactly what the check counts."""
        self.ensure_one()
        self.check_access("read")
        return self.closing_id._open_target(self.sudo().target_data)
