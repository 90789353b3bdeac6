"""The keys of webshops, one column each until now, are rows of settlement.setting: every key that is used moves there.

The rows are there already: the data of the addon have made one for each setting that the shop's platform declares. What
stands in a column that the platform never reads goes.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists

#: The columns, and what the setting is called.
COLUMNS = {
    "api_key": "key",
    "api_secret": "secret",
    "api_token": "token",
    "api_token_secret": "token_secret",
    "store_code": "store",
}


def migrate(cr, version):
    """Move what was entered, as it is, and drop the columns.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    for column, name in COLUMNS.items():
        if column_exists(cr, "sale_webshop", column):
            cr.execute(
                SQL(
                    "UPDATE settlement_setting setting SET value = shop.%(column)s FROM sale_webshop shop"
                    " WHERE setting.webshop_id = shop.id AND setting.name = %(name)s AND shop.%(column)s IS NOT NULL",
                    column=SQL.identifier(column),
                    name=name,
                )
            )
            cr.execute(SQL("ALTER TABLE sale_webshop DROP COLUMN %s", SQL.identifier(column)))
