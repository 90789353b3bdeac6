from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    vat_term_months = fields.Selection(related="company_id.vat_term_months", readonly=False)
