from odoo import api, fields, models


class BaseModuleUninstall(models.TransientModel):
    """Odoo's dialog names the models that go; here is what that means for the books."""

    _inherit = "base.module.uninstall"

    settlement_bridge_loss = fields.Text(compute="_compute_settlement_bridge_loss")

    @api.depends("module_ids")
    def _compute_settlement_bridge_loss(self):
        for wizard in self:
            names = wizard.module_ids and wizard._get_modules().mapped("name")
            wizard.settlement_bridge_loss = "settlement_bridge" in (names or ()) and self.env._(
                "Vouchers, invoices and reconciliations stay as they are, and each report that a voucher was booked "
                "from stays attached to it. What goes: settlements, their transactions and why each was booked so, "
                "rules, webshops, what the shops sent, and all keys. Bookkeeping documents are kept for five years: "
                "keep a backup."
            )
