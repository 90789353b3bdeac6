from odoo import fields, models

from ..golive.days import sum_up
from ..matching.outcomes import Status
from ..providers.records import BANK_KINDS

#: How many transactions are listed one by one; the sums are over all of them.
LISTED = 2000


class SettlementGoLive(models.TransientModel):
    """A month as it would be booked: per day and account, what would be unknown, and which invoices would be paid."""

    _inherit = "settlement.go.live"

    is_shown = fields.Boolean(readonly=True)
    sum_ids = fields.One2many("settlement.go.live.sum", "page_id", string="Vouchers by Day", readonly=True)
    line_ids = fields.One2many("settlement.go.live.line", "page_id", string="Transactions", readonly=True)
    blocked_ids = fields.Many2many("account.settlement", string="Would Not Be Booked", readonly=True)
    booked_count = fields.Integer(string="Transactions Booked", readonly=True)
    unknown_count = fields.Integer(string="Unknown", readonly=True)
    paid_count = fields.Integer(string="Invoices Matched", readonly=True)
    error_text = fields.Text(string="Days That Cannot Be Booked", readonly=True)

    def action_show_month(self):
        """Show the period as it would be booked; nothing is written to the books."""
        self.ensure_one()
        self._check_period()
        days = self.provider_id._preview(self.date_from, self.date_to)
        # A payout has no voucher: the bank's own line meets it.
        decisions = [decision for day in days for decision in day.decisions if decision.line.kind not in BANK_KINDS]
        unknown = [decision for decision in decisions if decision.status is Status.UNKNOWN]
        paid = {decision.invoice_id for decision in decisions if decision.invoice_id}
        # What came of it is only read.
        self.sudo().write(
            {
                "is_shown": True,
                "booked_count": len(decisions),
                "unknown_count": len(unknown),
                "paid_count": len(paid),
                "blocked_ids": [fields.Command.set(self._find_blocked().ids)],
                "error_text": "\n".join(dict.fromkeys(day.error for day in days if day.error)),
                "sum_ids": [fields.Command.clear(), *map(fields.Command.create, self._prepare_sums(days))],
                "line_ids": [fields.Command.clear(), *map(fields.Command.create, self._prepare_lines(decisions))],
            }
        )
        return True

    def _find_blocked(self):
        """Return the settlements of the period that would not be booked yet, as something about them is open."""
        return self.env["account.settlement"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("date_to", ">=", self.date_from),
                ("date_from", "<=", self.date_to),
                "|",
                ("state", "=", "error"),
                ("needs_confirmation", "=", True),
            ]
        )

    @staticmethod
    def _prepare_sums(days):
        return [
            {"date": date, "account_id": account_id, "debit": sums.debit, "credit": sums.credit}
            for (date, account_id), sums in sum_up(days).items()
        ]

    def _prepare_lines(self, decisions):
        """Return values for the transactions: first those that are unknown, then those on a customer."""
        render = self.env["settlement.message"]._render_stored
        order = {Status.UNKNOWN: 0, Status.ON_ACCOUNT: 1}
        ordered = sorted(decisions, key=lambda decision: order.get(decision.status, 2))
        return [
            {
                "line_id": decision.line.id,
                "status": str(decision.status),
                "invoice_id": decision.invoice_id,
                "why": render([message.to_json() for message in decision.explanation]),
            }
            for decision in ordered[:LISTED]
        ]
