"""Amounts in stored sentences were text with a dot, as "979.00 NOK"; now each reader sees them in their own style."""

import json
import re

from odoo.tools import SQL

AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")

#: Where stored sentences that have such amounts are kept: table and column.
COLUMNS = (("account_settlement", "problem_data"), ("account_settlement_document", "error_data"))


def migrate(cr, version):
    for table, column in COLUMNS:
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        cr.execute(SQL("SELECT id, %(column)s FROM %(table)s WHERE %(column)s::text ~ '[0-9] [A-Z]{3}\"'", **names))
        for record_id, stored in cr.fetchall():
            changed = with_amounts(stored)
            if changed != stored:
                values = {"stored": json.dumps(changed), "id": record_id}
                cr.execute(SQL("UPDATE %(table)s SET %(column)s = %(stored)s WHERE id = %(id)s", **names, **values))


def with_amounts(stored):
    """Return stored JSON with the amounts in the values of its sentences as amounts."""
    if isinstance(stored, dict):
        return {name: with_amounts(value) for name, value in stored.items()}
    if isinstance(stored, list):
        return [with_amounts(value) for value in stored]
    found = AMOUNT.fullmatch(stored) if isinstance(stored, str) else None
    if not found:
        return stored
    return {"message": ["amount_in_currency", {"amount": {"amount": found[1]}, "currency": found[2]}]}
