from odoo import api, fields, models

from ..providers.registry import PROVIDERS
from .settlement_source import SettlementSource


class AccountSettlementConnection(models.Model):
    """One set of keys with a payment provider: what is fetched comes through it, for one or more agreements."""

    _name = "account.settlement.connection"
    _description = "Connection to a Payment Provider"
    _inherit = ["settlement.source.settings", "settlement.source"]
    _order = "sequence, name, id"
    _check_company_auto = True

    _attention_type = "settlement_bridge.mail_activity_connection"
    _settings_depend_on = "code"
    _set_by_managers = frozenset({"name", "sequence", "fetch_enabled", "fetch_next_at"})
    _set_by_administrators = frozenset({"api_url", "setting_ids"})
    _where_keys_go = SettlementSource._where_keys_go | {"api_url", "code"}

    state = fields.Selection(compute="_compute_state", store=True, tracking=False)
    code = fields.Selection("_selection_code", string="Provider", required=True)
    provider_ids = fields.One2many("account.settlement.provider", "connection_id", string="Agreements")
    api_url = fields.Char(string="API Address", groups="base.group_system")
    setting_ids = fields.One2many(
        "settlement.setting", "connection_id", string="Keys", groups="base.group_system", copy=False
    )
    agreement_names = fields.Char("Used For", compute="_compute_agreement_names", compute_sudo=True)
    has_client = fields.Boolean(compute="_compute_has_client")
    has_credentials = fields.Boolean(compute="_compute_has_credentials", compute_sudo=True)

    @api.model
    def _selection_code(self):
        return self.env["account.settlement.provider"]._selection_code()

    @api.constrains("api_url")
    def _check_api_url(self):
        self._check_address_form("api_url")

    @api.depends("provider_ids.state", "provider_ids.active")
    def _compute_state(self):
        for connection in self:
            # In the shadow month documents are fetched as ever.
            states = {"active" if state == "shadow" else state for state in connection.provider_ids.mapped("state")}
            connection.state = "active" if "active" in states else "paused" if "paused" in states else "draft"

    @api.depends("provider_ids.name")
    def _compute_agreement_names(self):
        for connection in self:
            connection.agreement_names = ", ".join(connection.provider_ids.mapped("name"))

    @api.depends("code")
    def _compute_has_client(self):
        for connection in self:
            provider = PROVIDERS.get(connection.code)
            connection.has_client = bool(provider and provider.client)

    @api.depends("code", "setting_ids.value")
    def _compute_has_credentials(self):
        for connection in self:
            entered = connection._get_entered_settings()
            needed = [setting for setting in connection._get_declared_settings() or () if setting.is_required]
            connection.has_credentials = connection.has_client and all(
                entered[setting.name] for setting in needed if setting.applies(entered)
            )

    def _get_declared_settings(self):
        return PROVIDERS[self.code].settings if self.code in PROVIDERS else None

    def _get_active_agreements(self):
        """Return the agreements that documents are fetched for."""
        self.ensure_one()
        return self.provider_ids.filtered(lambda provider: provider.state in ("active", "shadow"))

    def action_pause(self):
        """Pause every agreement that is live: a connection has no state of its own.

        For those in their shadow month documents are read as before, as nothing of them is booked.
        """
        live = self.provider_ids.filtered(lambda provider: provider.state != "shadow")
        (live or self.provider_ids).action_pause()

    def _drop_unused(self):
        """Delete these connections if no agreement uses them any more; with documents, they are archived."""
        unused = self.filtered(lambda connection: not connection.with_context(active_test=False).provider_ids)
        fetched = self.env["account.settlement.document"].search([("connection_id", "in", unused.ids)]).connection_id
        fetched._empty_keys_of_each()
        fetched.active = False
        (unused - fetched).unlink()

    def _empty_keys_of_each(self):
        for connection in self:
            connection._empty_keys()

    # ---------------------------------------------------------------- attention

    def _ask_for_attention(self, note, key="", user=None):
        """Ask on the card of its first agreement: nobody looks at a connection."""
        self.ensure_one()
        agreement = (self._get_active_agreements() or self.provider_ids)[:1]
        asked = agreement or super()
        return asked._ask_for_attention(note, key, user)

    def _close_attention(self, key, feedback=None):
        """Close the activities about ``key`` on every agreement."""
        self.provider_ids._close_attention(key, feedback)
        return super()._close_attention(key, feedback)
