from odoo import api, models


class AccountAccount(models.Model):
    _inherit = "account.account"

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
