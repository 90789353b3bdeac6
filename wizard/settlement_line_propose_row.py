from odoo import api, fields, models


class SettlementLineProposeRow(models.TransientModel):
    """A transaction and the document that is proposed for it."""

    _name = "settlement.line.propose.row"
    _description = "Proposal for a Transaction"
    _inherit = ["settlement.dialog"]
    _order = "id"

    propose_id = fields.Many2one(
        "settlement.line.propose", string="Dialog", required=True, ondelete="cascade", index=True
    )
    is_chosen = fields.Boolean(string="Chosen", default=True)
    line_id = fields.Many2one(
        "account.settlement.line", string="Transaction", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one("account.move", string="Document", required=True, readonly=True, ondelete="cascade")
    why = fields.Char(readonly=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    date = fields.Date(related="line_id.date")
    order_reference = fields.Char(related="line_id.order_reference")
    amount = fields.Monetary(related="line_id.amount")
    partner_id = fields.Many2one(related="move_id.partner_id")
    move_date = fields.Date(related="move_id.invoice_date", string="Document's Date")

    @api.constrains("propose_id")
    def _check_own_dialog(self):
        """Nobody adds a proposal to somebody else's dialog. Odoo checks with all rights, so the caller's are asked
        for."""
        self.sudo(False).propose_id.check_access("write")
