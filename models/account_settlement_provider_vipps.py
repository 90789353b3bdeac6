from odoo import fields, models


class AccountSettlementProvider(models.Model):
    """Vipps MobilePay: keys and the walk through the Report API's ledger dates."""

    _inherit = "account.settlement.provider"

    vipps_key_type = fields.Selection(
        [("merchant", "Merchant keys"), ("partner", "Accounting partner keys")],
        string="Vipps Keys",
        default="merchant",
        required=True,
    )
    vipps_client_id = fields.Char(string="Client ID", groups="base.group_system", copy=False)
    vipps_client_secret = fields.Char(string="Client Secret", groups="base.group_system", copy=False)
    vipps_subscription_key = fields.Char(string="Subscription Key", groups="base.group_system", copy=False)
    vipps_fetch_mode = fields.Selection(
        [("dates", "Day by day, when the day is closed"), ("feed", "Continuously")],
        string="Vipps Fetching",
        default="dates",
        required=True,
        help="Day by day suits daily payouts. With weekly or monthly payouts Vipps closes the days late; "
        "continuous fetching then gives each transaction as it comes.",
    )
    has_credentials = fields.Boolean(compute="_compute_has_credentials", compute_sudo=True)

    def _compute_has_credentials(self):
        for provider in self:
            provider.has_credentials = bool(provider.vipps_client_id and provider.vipps_client_secret)

    def _get_settings(self):
        """Return what was entered for the provider's settings, by name."""
        self.ensure_one()
        return {
            "key_type": self.vipps_key_type,
            "client_id": self.vipps_client_id,
            "client_secret": self.vipps_client_secret,
            "subscription_key": self.vipps_subscription_key,
            "fetch_mode": self.vipps_fetch_mode,
        }
