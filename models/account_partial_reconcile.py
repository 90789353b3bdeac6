from odoo import api, fields, models


class AccountPartialReconcile(models.Model):
    _name = "account.partial.reconcile"
    _inherit = ["account.partial.reconcile", "settlement.rights"]

    #: By it undoing knows what to take apart.
    _written_by_program = frozenset({"settlement_id"})

    settlement_id = fields.Many2one(
        "account.settlement",
        index="btree_not_null",
        ondelete="set null",
        help="The settlement that made this reconciliation; empty where a person or another addon did.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Which settlement has made it, only our methods write."""
        self._check_not_written_by_hand(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Which settlement has made it, only our methods write."""
        self._check_not_written_by_hand([vals])
        return super().write(vals)
