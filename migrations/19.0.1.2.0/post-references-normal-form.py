"""References with letters that have another normal form than in earlier versions (ß) get today's."""

from odoo.addons.settlement_bridge.common.references import normalise


def migrate(cr, version):
    """Write the normal form anew where it differs.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    cr.execute("SELECT id, value, value_normalised FROM sale_order_reference WHERE value ~ '[^[:ascii:]]'")
    for reference_id, value, stored in cr.fetchall():
        if normalise(value) != stored:
            cr.execute(
                "UPDATE sale_order_reference SET value_normalised = %s WHERE id = %s", [normalise(value), reference_id]
            )
