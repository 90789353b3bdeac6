from odoo import api, fields, models


class SettlementActivate(models.TransientModel):
    """Odoo's own payment providers that carry the same agreement."""

    _inherit = "settlement.activate"

    # Odoo lets only administrators see its payment providers, for the secrets they hold.
    payment_provider_ids = fields.Many2many(
        "payment.provider",
        string="Odoo Payment Providers",
        compute="_compute_payment_provider_ids",
        store=True,
        readonly=False,
        check_company=True,
        groups="base.group_system",
        help="Odoo's own payment providers for the same agreement. Payments made through them will be booked on "
        "the clearing account, where the settlement is matched with them.",
    )
    has_payment_providers = fields.Boolean(compute="_compute_has_payment_providers")
    replace_payment_accounts = fields.Boolean(
        string="Use the clearing account from now on",
        help="Payments already made stay on the account they were booked on.",
    )
    payment_account_note = fields.Text(compute="_compute_payment_account_note")

    @api.depends("company_id", "code")
    def _compute_payment_provider_ids(self):
        for activation in self:
            activation.payment_provider_ids = activation._get_payment_providers()

    @api.depends("company_id")
    def _compute_has_payment_providers(self):
        """Whether payments are made in Odoo at all: if not, nothing needs to be asked."""
        for activation in self:
            activation.has_payment_providers = bool(activation._search_payment_providers(limit=1))

    @api.depends("payment_provider_ids")
    def _compute_payment_account_note(self):
        for activation in self:
            activation.payment_account_note = "\n".join(
                self.env._(
                    "Payments through %(provider)s are now booked on %(account)s.",
                    provider=line.payment_provider_id.name,
                    account=line.payment_account_id.display_name,
                )
                for line in activation._get_payment_method_lines()
                if line.payment_account_id
            )

    def _search_payment_providers(self, domain=(), limit=None):
        """Return the company's payment providers that are in use; none for users who may not see any."""
        providers = self.env["payment.provider"].sudo()
        if not self.company_id or not self.env.user.has_group("base.group_system"):
            return providers
        in_use = [*providers._check_company_domain(self.company_id), ("state", "!=", "disabled")]
        return providers.search([*in_use, *domain], limit=limit)

    def _get_payment_providers(self):
        """Return Odoo's payment providers of the same kind that no other agreement has, to propose."""
        agreements = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        connected = agreements.search([("payment_provider_ids", "!=", False)]).payment_provider_ids
        return (self._search_payment_providers([("code", "=", self.code)]) - connected).sudo(False)

    def _get_payment_method_lines(self):
        return (
            self.env["account.payment.method.line"]
            .sudo()
            .search([("payment_provider_id", "in", self.sudo().payment_provider_ids.ids), ("journal_id", "!=", False)])
        )

    def _connect_payment_providers(self, provider):
        """Book native payments to the clearing account, unless they have another account and nobody agreed."""
        provider.sudo().payment_provider_ids = self.sudo().payment_provider_ids
        for line in self._get_payment_method_lines():
            if not line.payment_account_id or self.replace_payment_accounts:
                line.payment_account_id = provider.clearing_account_id
