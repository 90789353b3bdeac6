from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    vat_term_months = fields.Selection(related="company_id.vat_term_months", readonly=False)
    settlement_raw_order_months = fields.Integer(related="company_id.settlement_raw_order_months", readonly=False)
    settlement_document_years = fields.Integer(related="company_id.settlement_document_years", readonly=False)
    settlement_missing_message = fields.Text(compute="_compute_missing_messages")
    webshop_missing_message = fields.Text(compute="_compute_missing_messages")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_missing_messages(self):
        """Say of each provider and each shop of the company what it still needs."""
        for settings in self:
            own = [("company_id", "=", settings.company_id.id)]
            settings.settlement_missing_message = self._list_missing("account.settlement.provider", own)
            settings.webshop_missing_message = self._list_missing("sale.webshop", own)

    @api.model
    def _list_missing(self, model, domain):
        if not self.env.user.has_group("settlement_bridge.group_settlement_user"):
            return False
        sources = self.env[model].search(domain).filtered("missing_message")
        return "\n".join(f"{source.name}: {source.missing_message}" for source in sources)

    def action_open_settlement_actions(self):
        """Open the scheduled actions of the addon."""
        return self.env["account.settlement.provider"].action_open_scheduled_actions()
