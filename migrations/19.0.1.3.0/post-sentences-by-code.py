"""Sentences are stored by code: what was stored by its English wording gets the code of that wording."""

import json
from pathlib import Path

from odoo.tools import SQL
from odoo.tools.sql import column_exists

#: The code of each wording of version 19.0.1.2.0.
CODES = json.loads(Path(__file__).with_name("wordings.json").read_text("utf-8"))

#: Where sentences are stored.
COLUMNS = (
    ("account_settlement", "problem_data"),
    ("account_settlement", "booking_error_data"),
    ("account_settlement", "proof_data"),
    ("account_settlement_line", "explanation_data"),
    ("account_settlement_line", "tried_data"),
    ("account_settlement_line", "fee_report_data"),
    ("account_settlement_document", "error_data"),
    ("account_settlement_provider", "fetch_error_data"),
    ("sale_webshop", "fetch_error_data"),
    ("sale_webshop_event", "message_data"),
    ("sale_order", "webshop_problem_data"),
    ("sale_order", "webshop_line_problem_data"),
)

BATCH = 2000


def migrate(cr, version):
    """Replace the wordings, wherever in the stored value they are; an unknown wording stays, and is shown as it is.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    for table, column in COLUMNS:
        if column_exists(cr, table, column):
            convert = as_attempts if column == "tried_data" else with_codes
            _migrate_column(cr, SQL.identifier(table), SQL.identifier(column), convert)


def _migrate_column(cr, table, column, convert):
    last = 0
    while True:
        cr.execute(
            SQL(
                "SELECT id, %(column)s FROM %(table)s WHERE id > %(last)s AND %(column)s IS NOT NULL"
                " ORDER BY id LIMIT %(batch)s",
                table=table,
                column=column,
                last=last,
                batch=BATCH,
            )
        )
        rows = cr.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        changed = [(row_id, json.dumps(new)) for row_id, stored in rows if (new := convert(stored)) != stored]
        if changed:
            cr.execute(
                SQL(
                    "UPDATE %(table)s stored SET %(column)s = coded.value::jsonb"
                    " FROM (VALUES %(values)s) AS coded (id, value) WHERE stored.id = coded.id",
                    table=table,
                    column=column,
                    values=SQL(", ").join(SQL("(%s, %s)", row_id, value) for row_id, value in changed),
                )
            )


def with_codes(stored):
    """Return a stored value in which every sentence, ``[wording, values]``, has its code."""
    if isinstance(stored, dict):
        return {name: with_codes(value) for name, value in stored.items()}
    if not isinstance(stored, list):
        return stored
    if len(stored) == 2 and isinstance(stored[0], str) and isinstance(stored[1], dict):
        return [CODES.get(stored[0], stored[0]), with_codes(stored[1])]
    return [with_codes(value) for value in stored]


def as_attempts(stored):
    """Return what was tried: the rule, if one did, beside its sentence. The rule's id was among the values as text."""
    if not isinstance(stored, list):
        return stored
    return [_as_attempt(attempt) for attempt in stored]


def _as_attempt(stored):
    coded = with_codes(stored)
    match coded:
        case [str(code), dict(values)]:
            rule_id = str(values.pop("rule_id", ""))
            return {"rule_id": int(rule_id) if rule_id.isdecimal() else None, "message": [code, values]}
    return coded
