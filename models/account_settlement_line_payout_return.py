import re

from odoo import models


class AccountSettlementLine(models.Model):
    """The return of a payout that did not arrive: which one it was."""

    _inherit = "account.settlement.line"

    def _get_named_payouts(self):
        """Return the numbers that the provider's id of the return may name: itself, and the digits in it."""
        self.ensure_one()
        reference = self.provider_reference or ""
        return {reference, *re.findall(r"\d+", reference)} - {""}

    def _find_aborted_payout(self):
        """Return the settlement whose payout came back: the one it names, else the latest of that amount before it."""
        self.ensure_one()
        paid_out = self.env["account.settlement"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("id", "!=", self.settlement_id.id),
                ("is_open", "=", False),
                ("payout_amount", "=", self.amount),
                ("carried_to_id", "=", False),
            ],
            order="date desc",
        )
        if named := paid_out.filtered(lambda other: other.external_id in self._get_named_payouts()):
            return named[:1]
        # An id that is no number, as po_1X, would be that of the payout: it is not there yet.
        is_number = not re.search(r"[A-Za-z]", self.provider_reference or "")
        return paid_out.filtered(lambda other: is_number and other.date <= self.date)[:1]
