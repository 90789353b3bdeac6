"""What is changed in the copy of the demo that dev/pictures takes pictures of. Called by dev/pictures."""

from odoo.tools import SQL


def run(env):
    """Let what was fetched while the demo was made be fetched in the morning of the day that is photographed."""
    for table in ("account_settlement_connection", "sale_webshop"):
        env.cr.execute(
            SQL(
                "UPDATE %s SET fetch_last_at = '2026-04-01 04:12' WHERE fetch_last_at IS NOT NULL",
                SQL.identifier(table),
            )
        )
