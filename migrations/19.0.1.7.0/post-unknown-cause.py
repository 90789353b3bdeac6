"""Why transactions of an earlier version are unknown, read from what was stored when they were decided."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Fill it for what is unknown; it is empty for the rest.

    :param str version: the installed version; empty on a new installation.
    """
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["account.settlement.line"]._recompute_unknown_causes(env["res.company"].search([]))
