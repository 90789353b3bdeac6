"""What always holds on a ledger, whatever has happened to it: the design's invariants, read off what is stored.

Each check takes an environment that sees every company, and returns a list of sentences: one for each thing that is
not as it must be, none when all is well. :func:`check_all` runs them all::

    for sentence in ledger_check.check_all(env):
        print(sentence)

The checks of vouchers, and of rows and documents, are in files of their own; here are those of what people read, of
web orders and of the nightly proof.
"""

import base64
import itertools
from collections import Counter

from ledger_check_rows import check_clearing, check_documents, check_finished, check_rows, check_statuses, check_unknown
from ledger_check_vouchers import check_companies, check_lock_dates, check_numbers, check_residuals, check_vouchers
from ledger_reading import has_column, plain_text, shortened

from odoo.tools import SQL

from odoo.addons.settlement_bridge.common.messages import Message

#: Where keys are kept: model to fields.
SECRET_FIELDS = {
    "account.settlement.connection": (),
    "sale.webshop": ("webhook_secret",),
}

#: What may hold text from a server, an error or a person: table to columns.
TEXTS = {
    "mail_message": ("body", "subject"),
    "mail_tracking_value": ("old_value_char", "new_value_char", "old_value_text", "new_value_text"),
    "mail_activity": ("note", "summary"),
    "account_settlement_document": ("name", "error_data"),
    "account_settlement": ("problem_data", "booking_error_data", "confirmation_data"),
    "account_settlement_line": ("explanation_data", "provider_text", "raw"),
    "account_settlement_connection": ("fetch_error_data", "fetch_cursor"),
    "sale_webshop": ("fetch_error_data", "fetch_cursor"),
    "sale_webshop_event": ("message_data", "content"),
    "ir_logging": ("message",),
}

#: Words of a sentence that explains nothing, and the codes of such sentences.
UNEXPLAINED = "unexpected error"
UNEXPLAINED_CODES = ("booking_failed", "booking_stopped", "fetching_failed", "reading_failed", "reading_stopped")


def check_all(env, log="", is_quiet=True):
    """Return a sentence for everything that does not hold.

    :param str log: what was logged meanwhile; no key may be in it.
    :param is_quiet: nothing is under way: what can be booked is booked.
    """
    env.flush_all()
    env.invalidate_all()
    found = []
    for check in (
        check_vouchers,
        check_rows,
        check_documents,
        check_clearing,
        check_unknown,
        check_statuses,
        check_residuals,
        check_numbers,
        check_companies,
        check_lock_dates,
        check_sentences,
        check_orders,
        check_proof,
    ):
        found += check(env)
    found += check_secrets(env, log)
    if is_quiet:
        found += check_finished(env)
    return found


def check_sentences(env):
    """Everything that asks a person says what about, in a sentence that explains; nothing is quoted without end."""
    found = [
        f"the sentence {code} does not say “{UNEXPLAINED}”, by which it is found"
        for code in UNEXPLAINED_CODES
        if UNEXPLAINED not in Message(code).sentence
    ]
    names = [f"settlement_bridge.mail_activity_{name}" for name in ("settlement", "connection", "webshop")]
    types = [kind.id for name in names if (kind := env.ref(name, raise_if_not_found=False))]
    activities = env["mail.activity"].search([("activity_type_id", "in", types)])
    texts = [(f"activity of {activity.res_name}", plain_text(activity.note)) for activity in activities]
    for document in env["account.settlement.document"].search([("state", "=", "error")]):
        texts.append((document.name, document.error_message))
    for event in env["sale.webshop.event"].search([("state", "=", "error")]):
        texts.append((f"event {event.id}", event.message))
    for model in ("account.settlement.provider", "sale.webshop"):
        for source in env[model].search([("fetch_failures", ">", 0)]):
            texts.append((source.name, source.fetch_error))
    for settlement in env["account.settlement"].search([("state", "=", "error")]):
        texts.append((settlement.name, settlement.error_message))
    for order in env["sale.order"].search([("webshop_state", "=", "waiting")]):
        texts.append((f"order {order.webshop_external_id}", order.webshop_problem))
    for name, text in texts:
        if not (text or "").strip():
            found.append(f"{name}: asks a person, and does not say what about")
        elif UNEXPLAINED in text:
            found.append(f"{name}: {shortened(text)}")
        elif len(text) > 5000:
            found.append(f"{name}: a reason of {len(text)} characters")
    return found


def get_secrets(env):
    """Return the keys that are stored, also as they stand in a header."""
    secrets = set()
    for model, names in SECRET_FIELDS.items():
        for record in env[model].sudo().with_context(active_test=False).search([]):
            secrets |= {record[name] for name in names if name in record._fields and record[name]}
            keys = {row.name: row.value for row in record.setting_ids if row.is_secret and row.value}
            secrets |= set(keys.values())
            for user, secret in itertools.permutations(keys.values(), 2):
                secrets.add(base64.b64encode(f"{user}:{secret}".encode()).decode())
    return {secret for secret in secrets if len(secret) >= 8}


def check_secrets(env, log=""):
    """Rule 9: no key is in a message, an activity, a reason, a document or the log."""
    found = []
    secrets = get_secrets(env)
    for secret in secrets:
        hidden = f"the key {secret[:3]}…"
        if secret in log:
            found.append(f"{hidden} is in the log")
        for table, columns in TEXTS.items():
            for column in columns:
                if not has_column(env, table, column):
                    continue
                query = SQL(
                    "SELECT id FROM %s WHERE position(%s IN %s::text) > 0 LIMIT 1",
                    SQL.identifier(table),
                    secret,
                    SQL.identifier(column),
                )
                for (row_id,) in env.execute_query(query):
                    found.append(f"{hidden} is in {table}.{column} of {row_id}")
    return found


def check_orders(env):
    """No document of a web order is made twice, and a finished order has what the shop says, to the øre."""
    found = []
    for order in env["sale.order"].search([("webshop_id", "!=", False)]):
        moves = order._get_webshop_moves(with_tenders=True)
        keys = Counter(move.webshop_document_key for move in moves if move.webshop_document_key)
        for key, count in keys.items():
            if count > 1:
                found.append(f"order {order.webshop_external_id}: the document {key} was made {count} times")
        ours = moves.filtered(
            lambda move: move.move_type in ("out_invoice", "out_refund") and move.webshop_document_key
        )
        drafts = ours.filtered(lambda move: move.state != "posted")
        if drafts:
            found.append(f"order {order.webshop_external_id}: {drafts[0].display_name} is {drafts[0].state}")
    doubles = env["sale.order"]._read_group(
        [("webshop_id", "!=", False)], ["webshop_id", "webshop_external_id"], ["__count"], having=[("__count", ">", 1)]
    )
    return found + [f"order {number} of {shop.name} is there {count} times" for shop, number, count in doubles]


def check_proof(env):
    """The addon's own nightly proof finds nothing."""
    settlements = env["account.settlement"].search([])
    settlements._prove()
    return [
        f"{settlement.name}: the proof says {shortened(str(settlement.proof_data))}"
        for settlement in settlements.filtered("proof_data")
    ]
