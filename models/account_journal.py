from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def write(self, vals):
        """A journal that settlements are booked in stays such that they can be."""
        result = super().write(vals)
        if vals.keys() & {"type", "active", "company_id"}:
            self.env["account.settlement.provider"]._check_still_bookable(journals=self)
        return result
