from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    vat_term_months = fields.Selection(related="company_id.vat_term_months", readonly=False)
    settlement_raw_order_months = fields.Integer(related="company_id.settlement_raw_order_months", readonly=False)
    settlement_document_years = fields.Integer(related="company_id.settlement_document_years", readonly=False)
