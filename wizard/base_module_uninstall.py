from odoo import api, fields, models


class BaseModuleUninstall(models.TransientModel):
    """Odoo's uninstall dialog, which names the models that go, with what that means for the books."""

    _inherit = "base.module.uninstall"

    settlement_bridge_loss = fields.Text(compute="_compute_settlement_bridge_loss")

    @api.depends("module_ids")
    def _compute_settlement_bridge_loss(self):
        for wizard in self:
            names = wizard.module_ids and wizard._get_modules().mapped("name")
            wizard.settlement_bridge_loss = "settlement_bridge" in (names or ()) and self.env._(
                "Vouchers, invoices and reconciliations stay as they are. Each report stays attached to the vouchers "
                "booked from it, and each signed proof of accounts to the company. Deleted are: settlements, their "
                "transactions and the reasons for their booking, months and their signed figures, rules, webshops, "
                "what the shops sent, and all keys. Bookkeeping documents must be kept for five years: keep a backup."
            )
