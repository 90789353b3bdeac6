from odoo import Command, fields, models

from ..providers.registry import PROVIDERS


class SettlementActivate(models.TransientModel):
    """How the bank's lines of a new provider are recognised, in every view of the bank."""

    _inherit = "settlement.activate"

    recognise_bank_lines = fields.Boolean(
        string="Recognise its payouts in the bank",
        default=True,
        help="Makes a reconciliation model that Odoo proposes for the provider's bank lines, also before the report of "
        "the payout has come: it puts them on the clearing account, where they are matched with the payout.",
    )

    def _prepare_bank(self, provider):
        """Give the provider a partner, which stands on what it owes, and a reconciliation model where that is wanted.

        A manager of settlements need not have the right to make either.
        """
        provider = provider.sudo()
        provider.partner_id = self._get_bank_partner()
        if self.recognise_bank_lines:
            self.env["account.reconcile.model"].sudo().create(self._prepare_reconcile_model_vals(provider))

    def _get_bank_partner(self):
        """Return the partner of another agreement with this provider, else the company of its name, else a new one."""
        others = self._get_agreements().filtered(lambda other: other.company_id == self.company_id)
        name = PROVIDERS[self.code].payer_name or PROVIDERS[self.code].name
        partners = self.env["res.partner"].sudo()
        allowed = partners._check_company_domain(self.company_id)
        return (
            others.partner_id[:1]
            or partners.search([("name", "=ilike", name), ("is_company", "=", True), *allowed], limit=1)
            or partners.create({"name": name, "is_company": True, "company_id": False})
        )

    def _prepare_reconcile_model_vals(self, provider):
        """Return the values of a model that recognises the provider by what it writes in the bank's text."""
        declared = PROVIDERS[provider.code]
        text = declared.bank_text.partition("{payout}")[2].strip()
        is_own = "{merchant}" in text and provider.merchant_id
        words = text.format(merchant=provider.merchant_id) if is_own else (declared.bank_texts or (declared.name,))[0]
        return {
            "name": provider.name,
            "company_id": provider.company_id.id,
            "match_label": "contains",
            "match_label_param": words,
            "line_ids": [
                Command.create(
                    {
                        "account_id": provider.clearing_account_id.id,
                        "partner_id": provider.partner_id.id,
                        "label": provider.name,
                        "amount_type": "percentage",
                        "amount_string": "100",
                    }
                )
            ],
        }
