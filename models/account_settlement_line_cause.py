from odoo import api, fields, models

from ..matching.causes import Cause, find_cause


class AccountSettlementLine(models.Model):
    """Why a transaction is unknown, in one word: read from what was decided, when it was decided."""

    _inherit = "account.settlement.line"

    unknown_cause = fields.Selection(
        [
            (Cause.NEVER_SEEN.value, "Never seen"),
            (Cause.OTHER_SHOP.value, "Another shop"),
            (Cause.BEFORE_START.value, "Before go-live"),
            (Cause.AMBIGUOUS.value, "Several fit"),
            (Cause.OTHER_AMOUNT.value, "Amount differs"),
            (Cause.OTHER_CURRENCY.value, "Currency differs"),
            (Cause.OTHER_DATE.value, "Date far away"),
            (Cause.ALREADY_PAID.value, "Already paid"),
            (Cause.CANCELLED.value, "Order cancelled"),
            (Cause.ELSEWHERE.value, "From elsewhere"),
            (Cause.NO_RULE.value, "No rule for its type"),
            (Cause.BY_RULE.value, "Put there by a rule"),
            (Cause.TAKEN_BACK.value, "Taken back by a person"),
        ],
        string="Why Unknown",
        compute="_compute_unknown_cause",
        store=True,
        help="Never seen: nothing has its reference. From elsewhere: it has no reference, as what is paid at a till. "
        "Before go-live: from before the day the shop's orders are invoiced here.",
    )

    age = fields.Integer(string="Days", compute="_compute_age", help="How many days ago it was.")

    @api.depends("date")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for line in self:
            line.age = (today - line.date).days if line.date else 0

    @api.depends("status", "explanation_data", "tried_data", "order_reference", "date", "provider_id")
    def _compute_unknown_cause(self):
        unknown = self.filtered(lambda line: line.status == "unknown")
        (self - unknown).unknown_cause = False
        starts = {provider: provider._get_start_of_shops() for provider in unknown.provider_id}
        for line in unknown:
            said = [*(line.explanation_data or ()), *(tried["message"] for tried in line.tried_data or ())]
            codes = [message[0] for message in said]
            start = starts.get(line.provider_id)
            line.unknown_cause = find_cause(codes, line.order_reference, line.date, start).value

    @api.model
    def _recompute_unknown_causes(self, companies):
        """Look anew why transactions are unknown, as the first day of a shop has changed."""
        lines = self.sudo().search([("company_id", "in", companies.ids), ("status", "=", "unknown")])
        self.env.add_to_compute(self._fields["unknown_cause"], lines)
