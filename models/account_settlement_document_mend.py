from odoo import models

from .money import to_decimal


class AccountSettlementDocument(models.Model):
    """Restoring payouts as their document reports them."""

    _inherit = "account.settlement.document"

    def _restore_payouts(self, provider, settlements):
        """Restore number, amount and reference of a provider's payouts as the document reports them.

        :param settlements: its :class:`~..providers.records.Settlement` in the document.
        """
        self.ensure_one()
        payouts = [reported for reported in settlements if reported.external_id]
        numbers = [reported.external_id for reported in payouts]
        for reported in payouts:
            stored = provider._find_stored(reported)
            if not stored:
                strange = self.settlement_ids.filtered(lambda one: not one.is_open and one.external_id not in numbers)
                stored = strange._find_with_transactions_of(reported)
            if not stored:
                continue
            wanted = {
                "external_id": reported.external_id,
                "payout_amount": reported.payout_amount or 0,
                "payout_reference": reported.payout_reference or False,
            }
            found = {
                "external_id": stored.external_id,
                "payout_amount": to_decimal(stored.payout_amount, stored.currency_id),
                "payout_reference": stored.payout_reference or False,
            }
            if found != wanted:
                stored.write(wanted)
