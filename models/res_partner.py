from odoo import models


class ResPartner(models.Model):
    """A customer found in the dialog that matches transactions."""

    _inherit = "res.partner"

    def action_place_settlement_lines(self):
        """Book the dialog's transactions to this customer, who was found in it."""
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["settlement.line.assign"]._get_opened()
        wizard._choose(action="customer", partner_id=self.id)
        return wizard.action_confirm()
