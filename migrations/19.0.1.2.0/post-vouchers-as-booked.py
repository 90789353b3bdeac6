"""Vouchers that were posted by an earlier version are kept as they are now, to be compared with from now on."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep every posted voucher, with the transactions it has booked.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    vouchers = env["account.settlement.voucher"]
    for settlement in env["account.settlement"].search([], order="id"):
        kept = vouchers.search([("settlement_id", "=", settlement.id)]).move_id
        moves = (settlement.move_ids - kept).filtered(lambda move: move.state == "posted").sorted("id")
        vouchers._keep((move, _get_booked(move)) for move in moves)


def _get_booked(move):
    """Return the transactions a voucher has booked; none for a correction, a transfer or a reversal."""
    if move.reversed_entry_id or "source" in move.line_ids.mapped("settlement_role"):
        return move.line_ids.settlement_line_ids.browse()
    return move.line_ids.settlement_line_ids
