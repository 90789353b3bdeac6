from odoo import api, fields, models


class AccountSettlementLine(models.Model):
    """The case that a disputed transaction belongs to."""

    _inherit = "account.settlement.line"

    dispute_id = fields.Many2one(
        "account.settlement.dispute",
        string="Dispute",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A disputed transaction opens a case, or goes on with one."""
        lines = super().create(vals_list)
        self.env["account.settlement.dispute"]._link(lines)
        return lines

    def action_open_dispute(self):
        """Open the case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.settlement.dispute",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.dispute_id.id,
        }
