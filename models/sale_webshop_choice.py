from odoo import api, fields, models


class SaleWebshopChoice(models.AbstractModel):
    """One row of what a shop's lines stand for here. Orders that waited for it go on once it is entered or changed."""

    _name = "sale.webshop.choice"
    _description = "What a Webshop's Lines Stand For"
    _order = "sequence, id"
    _check_company_auto = True

    webshop_id = fields.Many2one("sale.webshop", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="webshop_id.company_id", store=True)
    sequence = fields.Integer(default=10)

    @api.model_create_multi
    def create(self, vals_list):
        """Let the orders go on that waited for these rows."""
        choices = super().create(vals_list)
        choices.webshop_id._let_waiting_go_on()
        return choices

    def write(self, vals):
        """Let the orders go on that waited for these rows."""
        result = super().write(vals)
        self.webshop_id._let_waiting_go_on()
        return result
