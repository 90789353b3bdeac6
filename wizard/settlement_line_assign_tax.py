from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang


class SettlementLineAssign(models.TransientModel):
    """The tax of what is booked to an account: proposed, and shown in figures before it is booked."""

    _inherit = "settlement.line.assign"

    tax_text = fields.Char(compute="_compute_tax_text", string="Amounts")

    @api.depends("account_id", "action", "line_ids")
    def _compute_tax_id(self):
        for wizard in self:
            account = wizard.account_id if wizard.action == "account" else wizard.account_id.browse()
            wizard.tax_id = wizard.line_ids[:1]._get_proposed_tax(account)

    @api.depends("account_id", "tax_id", "action", "line_ids")
    def _compute_tax_text(self):
        """Divide each transaction's amount by itself, as it will be booked."""
        for wizard in self:
            wizard.tax_text = False
            if wizard.action == "account" and wizard.account_id:
                proposed = wizard.line_ids[:1]._get_proposed_tax(wizard.account_id)
                if wizard.tax_id or proposed:
                    wizard.tax_text = wizard._describe_tax()

    def _describe_tax(self):
        amounts = [line._get_plain_open(item).amount for line, item in self.line_ids.sudo()._get_open_sources()]
        total = sum(amounts, Decimal(0))
        if not self.tax_id:
            return self.env._("%s, without VAT.", self._format(total))
        split = self.line_ids[:1].settlement_id.sudo()._get_tax_split()
        vat = -sum((split(self.tax_id.id, -amount, self.currency_id.name).vat for amount in amounts), Decimal(0))
        return self.env._(
            "%(gross)s, of which VAT %(vat)s, net %(net)s.",
            gross=self._format(total),
            vat=self._format(vat),
            net=self._format(total - vat),
        )

    def _format(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)
