"""Dialogs that were open during the upgrade are closed: they would say of today's rules what they saw of others."""

from odoo.tools import SQL
from odoo.tools.sql import table_exists


def migrate(cr, version):
    """Delete the open dialogs in which rules are tried or offered.

    :param str version: the installed version; empty on a new installation.
    """
    for table in ("settlement_rule_tryout", "settlement_rule_learn"):
        if version and table_exists(cr, table):
            cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
