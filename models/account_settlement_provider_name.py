from odoo import api, models


class AccountSettlementProvider(models.Model):
    """The name of an agreement, with its merchant id where the company has another with the same provider."""

    _inherit = "account.settlement.provider"
    _rec_names_search = ["name", "merchant_id"]

    @api.depends("name", "code", "merchant_id", "company_id")
    def _compute_display_name(self):
        # Who sees one agreement of a company may not see the others, but has to tell them apart all the same.
        same = (
            self.sudo()
            .with_context(active_test=False)
            ._read_group([("company_id", "in", self.sudo().company_id.ids)], ["company_id", "code"], ["__count"])
        )
        several = {(company.id, code) for company, code, count in same if count > 1}
        for provider in self:
            name, number = provider.name or "", provider.merchant_id
            meets_another = (provider.company_id.id, provider.code) in several
            provider.display_name = f"{name} ({number})" if number and meets_another and number not in name else name
