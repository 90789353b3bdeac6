"""What the checks of the ledger share: its entries, sums and texts."""

import re
from decimal import Decimal

from odoo.tools import SQL

#: Rows that the bank's own lines book.
BANK_KINDS = ("payout", "payout_return", "top_up")

#: Journal items that stand for several rows together.
SHARED_ROLES = ("clearing", "fee", "fee_tax", "fee_payable")


def all_vouchers(env):
    """Every entry that is ours: of a settlement, or with an item that carries one of our roles."""
    Move = env["account.move"]
    return Move.search([("settlement_id", "!=", False)]) | Move.search([("line_ids.settlement_role", "!=", False)])


def total_of(items, field):
    return float(sum(Decimal(repr(value)) for value in items.mapped(field)))


def tax_of(fee):
    """The tax of a fee item: base and tax are together the fees it stands for."""
    taxes = fee.move_id.line_ids.filtered(
        lambda item: item.settlement_role == "fee_tax" and item.settlement_line_ids == fee.settlement_line_ids
    )
    return sum(taxes.mapped("amount_currency"))


def plain_text(html):
    return re.sub(r"<[^>]+>", " ", str(html or "")).strip()


def shortened(text):
    text = " ".join((text or "no reason").split())
    return text if len(text) < 200 else text[:200] + "…"


def has_column(env, table, column):
    query = SQL("SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = %s", table, column)
    return bool(env.execute_query(query))
