"""Stored documents hang on the vouchers that were booked from them, also on those of before."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Attach them.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["account.settlement"]._attach_documents(env["account.move"].search([("settlement_id", "!=", False)]))
