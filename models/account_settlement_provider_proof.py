from odoo import models


class AccountSettlementProvider(models.Model):
    _inherit = "account.settlement.provider"

    def _ask_about_alterations(self):
        """Ask a person to look as long as settlements differ from what was booked."""
        for provider in self:
            altered = self.env["account.settlement"].search(
                [("provider_id", "=", provider.id), ("is_altered", "=", True)]
            )
            if altered:
                names = ", ".join(altered.mapped("display_name"))
                note = self.env._("These differ from what was booked: %s. Open them to see how.", names)
                provider._ask_for_attention(note, key="proof")
            else:
                provider._close_attention("proof")
