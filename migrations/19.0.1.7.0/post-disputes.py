"""Disputed transactions of before get their cases."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    disputed = env["account.settlement.line"].search([("kind", "in", ("chargeback", "chargeback_reversal"))])
    env["account.settlement.dispute"]._link(disputed)
