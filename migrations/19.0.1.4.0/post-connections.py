"""Keys and the place where fetching goes on belong to a connection: each provider gets one with what it had."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import column_exists

#: The columns with the keys and choices of the one provider that had any, and what the setting is called.
SETTINGS = {
    "vipps_key_type": "key_type",
    "vipps_client_id": "client_id",
    "vipps_client_secret": "client_secret",
    "vipps_subscription_key": "subscription_key",
    "vipps_fetch_mode": "fetch_mode",
}

#: The columns that have the same name on the connection.
MOVED = (
    "api_url",
    "fetch_enabled",
    "fetch_cursor",
    "fetch_next_at",
    "fetch_last_at",
    "fetch_failures",
    "fetch_error_data",
)


def migrate(cr, version):
    """Make the connections, move what the providers had there, and drop the columns.

    :param str version: the installed version; empty on a new installation.
    """
    if not version or not column_exists(cr, "account_settlement_provider", "vipps_client_id"):
        return
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    providers = env["account.settlement.provider"].search([("connection_id", "=", False)])
    for provider in providers:
        provider.connection_id = provider._create_connection()
    env.flush_all()
    for column in MOVED:
        if column_exists(cr, "account_settlement_provider", column):
            cr.execute(
                SQL(
                    "UPDATE account_settlement_connection connection SET %(column)s = provider.%(column)s"
                    "  FROM account_settlement_provider provider WHERE provider.connection_id = connection.id",
                    column=SQL.identifier(column),
                )
            )
    for column, name in SETTINGS.items():
        cr.execute(
            SQL(
                "UPDATE settlement_setting setting SET value = provider.%(column)s"
                "  FROM account_settlement_provider provider"
                " WHERE provider.connection_id = setting.connection_id AND setting.name = %(name)s",
                column=SQL.identifier(column),
                name=name,
            )
        )
    cr.execute(
        "UPDATE account_settlement_document document SET connection_id = provider.connection_id"
        "  FROM account_settlement_provider provider"
        " WHERE provider.id = document.provider_id AND document.source = 'fetch'"
    )
    for column in (*MOVED, *SETTINGS):
        if column_exists(cr, "account_settlement_provider", column):
            cr.execute(SQL("ALTER TABLE account_settlement_provider DROP COLUMN %s", SQL.identifier(column)))
    env.invalidate_all()
    _point_the_action_at_connections(env)


def _point_the_action_at_connections(env):
    """The scheduled action that fetches goes through the connections; its record is not updated by itself."""
    action = env.ref("settlement_bridge.ir_cron_settlement_fetch", raise_if_not_found=False)
    if action:
        action.model_id = env["ir.model"]._get("account.settlement.connection")
