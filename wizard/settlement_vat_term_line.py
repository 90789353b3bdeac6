from odoo import fields, models
from odoo.fields import Domain


class SettlementVatTermLine(models.TransientModel):
    """One code of the VAT return in a term, in all or of one shop."""

    _name = "settlement.vat.term.line"
    _description = "Code of a VAT Term"
    _order = "id"
    _rec_name = "name"

    term_id = fields.Many2one("settlement.vat.term", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    webshop_id = fields.Many2one("sale.webshop", ondelete="cascade")
    code = fields.Char()
    name = fields.Char(string="Tax")
    use = fields.Selection(
        selection=lambda self: self.env["account.settlement.vat.item"]._fields["use"]._description_selection(self.env),
    )
    base = fields.Monetary(string="VAT Base")
    vat_owed = fields.Monetary(string="Output VAT")
    vat_deducted = fields.Monetary(string="Input VAT")
    webshop_base = fields.Monetary(string="Web Orders: Base")
    webshop_vat = fields.Monetary(string="Web Orders: VAT")
    settlement_base = fields.Monetary(string="Settlements: Base")
    settlement_vat = fields.Monetary(string="Settlements: VAT")
    elsewhere_base = fields.Monetary(string="Elsewhere: Base")
    elsewhere_vat = fields.Monetary(string="Elsewhere: VAT")
    sale_base = fields.Monetary(string="Sales")
    sale_vat = fields.Monetary(string="VAT of Sales")
    credit_base = fields.Monetary(string="Credit Notes")
    credit_vat = fields.Monetary(string="VAT of Credit Notes")
    late_base = fields.Monetary(string="Of It Late", help="Of documents for what happened before the term.")
    late_vat = fields.Monetary(string="VAT of It")
    expected = fields.Monetary(string="VAT by Lines", help="By the lines of the web orders' documents.")
    difference = fields.Monetary(
        help="The VAT in the ledger less the VAT by the documents' lines, of web orders. "
        "Zero unless somebody has changed it."
    )

    def _open(self, domain=()):
        self.ensure_one()
        mine = Domain([("code", "=", self.code), ("use", "=", self.use)])
        if self.webshop_id:
            mine &= Domain("webshop_id", "=", self.webshop_id.id)
        action = self.term_id._open_items(mine & Domain(domain))
        action["name"] = " · ".join(filter(None, [self.term_id.name, self.webshop_id.name, self.name]))
        return action

    def action_open_items(self):
        """Open all journal items of the code."""
        return self._open()

    def action_open_webshop(self):
        """Open those of web orders."""
        return self._open([("origin", "=", "webshop")])

    def action_open_settlement(self):
        """Open those of settlements."""
        return self._open([("origin", "=", "settlement")])

    def action_open_elsewhere(self):
        """Open those that come from elsewhere."""
        return self._open([("origin", "=", "elsewhere")])

    def action_open_sale(self):
        """Open those of sales."""
        return self._open([("document", "!=", "credit")])

    def action_open_credit(self):
        """Open those of credit notes."""
        return self._open([("document", "=", "credit")])

    def action_open_late(self):
        """Open those of what happened before the term."""
        return self._open([("event_date", "<", self.term_id.date_from)])
