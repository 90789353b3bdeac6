"""Original rows are stored as pairs: an object's names came back in PostgreSQL's order, not in the file's.

The documents are read once more for that order. Where one cannot be read any more, its rows keep the order they have.
"""

import json
import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT DISTINCT document_id FROM account_settlement_line WHERE jsonb_typeof(raw) = 'object'")
    documents = env["account.settlement.document"].browse(row[0] for row in cr.fetchall() if row[0])
    for document in documents:
        try:
            parsed = document._parse()
        except Exception as error:
            _logger.info("The rows of document %s keep their order: %s", document.id, error)
            continue
        rows = [
            (document.id, row.external_id, json.dumps([list(pair) for pair in row.raw.items()]))
            for settlement in parsed.settlements
            for row in settlement.transactions
        ]
        cr.execute_values(
            """
            UPDATE account_settlement_line line
               SET raw = read.raw::jsonb
              FROM (VALUES %s) AS read (document_id, external_id, raw)
             WHERE line.external_id = read.external_id
               AND line.document_id = read.document_id
               AND jsonb_typeof(line.raw) = 'object'
            """,
            rows,
        )
        env.invalidate_all()
    cr.execute(
        """
        UPDATE account_settlement_line
           SET raw = (SELECT jsonb_agg(jsonb_build_array(pair.key, pair.value)) FROM jsonb_each(raw) AS pair)
         WHERE jsonb_typeof(raw) = 'object'
        """
    )
