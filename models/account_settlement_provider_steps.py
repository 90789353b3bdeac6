from odoo import api, fields, models

from ..providers.registry import PROVIDERS


class AccountSettlementProvider(models.Model):
    """The first steps with a provider, shown on its card until the first payout has met the bank."""

    _inherit = "account.settlement.provider"

    report_hint = fields.Char(
        compute="_compute_report_hint",
        help="Where the provider's portal has the file to upload, as the provider declares.",
    )
    is_starting = fields.Boolean(compute="_compute_steps", help="Active, and no payout has met the bank yet.")
    step_received = fields.Boolean(compute="_compute_steps", help="A settlement was uploaded or fetched.")
    step_booked = fields.Boolean(compute="_compute_steps", help="A settlement was booked.")

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_report_hint(self):
        for provider in self:
            hint = PROVIDERS[provider.code].report_hint if provider.code else ""
            # The literals are marked where the provider declares them.
            provider.report_hint = hint and self.env._(hint)  # pylint: disable=gettext-variable

    def _compute_steps(self):
        found = self.env["account.settlement"]._read_group(
            [("provider_id", "in", self.ids)], ["provider_id"], ["state:array_agg_distinct"]
        )
        states = {provider: set(reached) for provider, reached in found}
        for provider in self:
            reached = states.get(provider, set())
            provider.is_starting = provider.state == "active" and "paid" not in reached
            provider.step_received = bool(reached)
            provider.step_booked = bool(reached & {"booked", "paid"})
