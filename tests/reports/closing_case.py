from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase

#: March has ended, and the provider has told of its last day.
TODAY = "2026-04-02 12:00:00"


class ClosingCase(SettlementCase):
    """A provider's March, as the accountant sees it in April."""

    def march(self):
        """Open the list of months as the accountant does, and return March of the provider."""
        self.env["account.settlement.closing"].action_open_closings()
        return self.env["account.settlement.closing"].search([("provider_id", "=", self.provider.id)])

    def checks(self, closing):
        """What is not done: ``{check: status}``."""
        closing.action_check()
        return {check.code: check.state for check in closing.check_ids if check.state != "done"}

    def settle_march(self, *more):
        """A month whose payout is in the bank."""
        self.invoice(100, "W-1")
        settlements = self.settle([capture("1", day(4), "W-1", "100.00"), payout("2000001", day(4)), *more])
        [first] = settlements.filtered(lambda one: one.external_id == "2000001")
        self.bank_line(first.payout_amount, f"Utb. 2000001 Vippsnr {self.provider.merchant_id}", "2026-03-05")
        settlements._match_bank()
        return settlements
