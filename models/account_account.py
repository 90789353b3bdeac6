from odoo import api, models


class AccountAccount(models.Model):
    _inherit = "account.account"

    def write(self, vals):
        """An account that settlements are booked on stays such that they can be: its own form refuses the rest."""
        result = super().write(vals)
        if vals.keys() & {"account_type", "reconcile", "active", "company_ids"}:
            self.env["account.settlement.provider"]._check_still_bookable(accounts=self)
        return result

    @api.depends_context("show_account_code")
    def _compute_display_name(self):
        """Show the number too where the context asks for it: Odoo leaves it out for those who only have Invoicing."""
        result = super()._compute_display_name()
        if self.env.context.get("show_account_code"):
            for account in self:
                name = (account.display_name or "").strip()
                if account.code and not name.startswith(account.code):
                    account.display_name = f"{account.code} {name}"
        return result
