from odoo import fields, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    settlement_id = fields.Many2one(
        "account.settlement",
        index="btree_not_null",
        ondelete="set null",
        help="The settlement that made this reconciliation; empty where a person or another addon did.",
    )
