from odoo import models

from .money import to_decimal


class AccountSettlementDocument(models.Model):
    """Setting back what a document tells of a payout as a whole."""

    _inherit = "account.settlement.document"

    def _set_back_payouts(self):
        """Let the payouts read as the document tells them: number, amount and reference."""
        self.ensure_one()
        payouts = [told for told in self._get_told() or () if told.external_id]
        numbers = [told.external_id for told in payouts]
        for told in payouts:
            stored = self.provider_id._find_stored(told)
            if not stored:
                strange = self.settlement_ids.filtered(lambda one: not one.is_open and one.external_id not in numbers)
                stored = strange._find_told_by(told)
            if not stored:
                continue
            wanted = {
                "external_id": told.external_id,
                "payout_amount": told.payout_amount or 0,
                "payout_reference": told.payout_reference or False,
            }
            found = {
                "external_id": stored.external_id,
                "payout_amount": to_decimal(stored.payout_amount, stored.currency_id),
                "payout_reference": stored.payout_reference or False,
            }
            if found != wanted:
                stored.write(wanted)
