from odoo import api, fields, models

from ..common.messages import Message


class AccountSettlementClosingChange(models.Model):
    """One thing that has changed in a month since it was signed, as it stood when the month was last looked at."""

    _name = "account.settlement.closing.change"
    _description = "Change in a Signed Month"
    _order = "closing_id, id"

    closing_id = fields.Many2one(
        "account.settlement.closing", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="closing_id.company_id", store=True, index=True)
    message_data = fields.Json(readonly=True)
    message = fields.Text(compute="_compute_message", string="What Has Changed")
    target_data = fields.Json(readonly=True, help="What it opens: an action, and the domain of what is listed.")
    has_target = fields.Boolean(compute="_compute_has_target")

    @api.depends("message_data")
    @api.depends_context("lang")
    def _compute_message(self):
        for change in self:
            stored = change.message_data
            change.message = self.env["settlement.message"]._render(Message.from_json(stored)) if stored else False

    @api.depends("target_data")
    @api.depends_context("uid")
    def _compute_has_target(self):
        for change in self:
            change.has_target = change.closing_id._may_open(change.sudo().target_data)

    def action_open_target(self):
        """Open the voucher, the account's items or the transactions."""
        self.ensure_one()
        self.check_access("read")
        return self.closing_id._open_target(self.sudo().target_data)
