"""A payout of a balance from before, without transactions, was taken for paid without a bank line: it awaits one."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Read the state of such payouts anew.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    paid = env["account.settlement"].search([("state", "=", "paid"), ("payout_amount", "!=", 0)])
    alone = paid.filtered(lambda settlement: settlement._is_of_balance_alone())
    env.add_to_compute(alone._fields["state"], alone)
    alone.flush_recordset(["state"])
