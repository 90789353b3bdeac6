from markupsafe import Markup

from odoo import fields, models


class AccountSettlementProvider(models.Model):
    """The fees that are agreed with a provider."""

    _inherit = "account.settlement.provider"

    fee_rate_ids = fields.One2many("account.settlement.fee.rate", "provider_id", string="Agreed Fees")

    def _note_fee_rates(self, what, lines):
        """Keep in the log what became of agreed fees.

        :param str what: happened. :param lines: the fees, as text.
        """
        self.ensure_one()
        items = Markup("").join(Markup("<li>%s</li>") % line for line in lines)
        self.sudo().message_post(body=Markup("<p>%s</p><ul>%s</ul>") % (what, items))

    def action_open_fees(self):
        """Open the report on this provider's fees."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_fee_report")
        action["domain"] = [("provider_id", "=", self.id)]
        return action
