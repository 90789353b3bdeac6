"""Why transactions are unknown: the column is made here, so that Odoo does not fill it for every transaction."""


def migrate(cr, version):
    """Make the column.

    :param str version: the installed version; empty on a new installation.
    """
    if version:
        cr.execute("ALTER TABLE account_settlement_line ADD COLUMN IF NOT EXISTS unknown_cause varchar")
