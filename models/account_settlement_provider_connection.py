from odoo import api, fields, models


class AccountSettlementProvider(models.Model):
    """The connection through which an agreement's documents are fetched: its own, or one shared with others."""

    _inherit = "account.settlement.provider"

    connection_id = fields.Many2one(
        "account.settlement.connection",
        readonly=True,
        index=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
        help="The keys with which its documents are fetched. Agreements of one account share them.",
    )
    fetch_enabled = fields.Boolean(related="connection_id.fetch_enabled", readonly=False)
    fetch_cursor = fields.Json(related="connection_id.fetch_cursor")
    fetch_next_at = fields.Datetime(related="connection_id.fetch_next_at", readonly=False)
    fetch_last_at = fields.Datetime(related="connection_id.fetch_last_at")
    fetch_failures = fields.Integer(related="connection_id.fetch_failures")
    fetch_error_data = fields.Json(related="connection_id.fetch_error_data")
    fetch_error = fields.Text(related="connection_id.fetch_error")
    api_url = fields.Char(related="connection_id.api_url", readonly=False, groups="base.group_system")
    setting_ids = fields.One2many(
        related="connection_id.setting_ids", readonly=False, groups="base.group_system", string="Keys"
    )
    has_client = fields.Boolean(related="connection_id.has_client")
    has_credentials = fields.Boolean(related="connection_id.has_credentials")
    is_alone = fields.Boolean(compute="_compute_is_alone")
    shared_with_ids = fields.One2many(
        related="connection_id.provider_ids", string="Keys Shared With", help="The agreements with the same keys."
    )

    @api.depends("connection_id.provider_ids")
    def _compute_is_alone(self):
        for provider in self:
            provider.is_alone = len(provider.connection_id.provider_ids) < 2

    @api.model_create_multi
    def create(self, vals_list):
        """Create agreements, each with a connection: that of its account, if there is one, else its own."""
        providers = super().create(vals_list)
        for provider in providers.sudo().filtered(lambda provider: not provider.connection_id):
            provider.connection_id = provider._find_connection() or provider._create_connection()
        return providers

    def write(self, vals):
        """Write; a connection is one company's, with one kind of provider."""
        moved = self.filtered(
            lambda provider: any(provider._is_changed_by(vals, name) for name in ("code", "company_id") if name in vals)
        )
        connections = moved.sudo().connection_id
        if moved:
            super(AccountSettlementProvider, moved.sudo()).write({"connection_id": False})
        result = super().write(vals)
        for provider in moved.sudo():
            provider.connection_id = provider._find_connection() or provider._create_connection()
        connections._drop_unused()
        return result

    def unlink(self):
        """Delete agreements, and the connections that nobody else uses."""
        connections = self.sudo().connection_id
        result = super().unlink()
        connections._drop_unused()
        return result

    def _find_connection(self):
        """Return the connection of another agreement with the same account, as in another currency."""
        self.ensure_one()
        if not self.merchant_id:
            return self.env["account.settlement.connection"]
        same = [
            ("company_id", "=", self.company_id.id),
            ("code", "=", self.code),
            ("merchant_id", "=", self.merchant_id),
            ("id", "!=", self.id),
        ]
        return self.sudo().search(same, limit=1).connection_id

    def _create_connection(self):
        return (
            self.env["account.settlement.connection"]
            .sudo()
            .create({"name": self.name, "code": self.code, "company_id": self.company_id.id, "sequence": self.sequence})
        )

    def _empty_keys(self):
        """Let the agreement have no keys; those it shared stay with the others."""
        connection = self.sudo().connection_id
        if len(connection.with_context(active_test=False).provider_ids) < 2:
            return connection._empty_keys() if connection else False
        self.sudo().connection_id = self._create_connection()
        return any(connection.setting_ids.filtered("is_secret").mapped("value"))

    def action_check_connection(self):
        """Ask the provider with the keys entered whose they are, and for which accounts."""
        self.ensure_one()
        with self.env["settlement.message"]._as_user_error():
            client = self._as_user().connection_id._get_client()
            name = client.check()
            accounts = client.accounts()
        known = sorted({f"{account.merchant_id} ({account.currency})" for account in accounts})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The provider answers: %(name)s. Accounts: %(accounts)s", name=name, accounts=", ".join(known)
                ),
            },
        }

    def action_fetch(self):
        """Fetch now; the scheduled actions then read and book."""
        # A user may fetch, but neither see the keys nor change the setup.
        for connection in self._as_user().connection_id:
            connection._fetch()
        return True

    def _fetch(self):
        """Fetch what is new through this agreement's connection: see :meth:`SettlementSource._fetch`."""
        return self._as_user().connection_id._fetch()

    def action_open_connection(self):
        """Open the connection, with its keys."""
        return self.connection_id.get_formview_action()
