"""What always holds on a ledger, whatever has happened to it: the design's invariants, read off what is stored.

Each check takes an environment that sees every company, and returns a list of sentences: one for each thing that is
not as it must be, none when all is well. :func:`check_all` runs them all::

    for sentence in ledger_check.check_all(env):
        print(sentence)

:func:`snapshot` is the ledger in words that are the same in another database with the same history, and
:func:`traces` is everything a second run could leave behind in the same one.
"""

import base64
import hashlib
import re
from collections import Counter, defaultdict
from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.settlement_bridge.common.messages import SettlementError
from odoo.addons.settlement_bridge.providers.registry import parse

#: Rows that the bank's own lines book.
BANK_KINDS = ("payout", "payout_return", "top_up")
#: Journal items that stand for several rows together.
SHARED_ROLES = ("clearing", "fee", "fee_tax", "fee_payable")
#: Where keys are kept: model to fields.
SECRET_FIELDS = {
    "account.settlement.provider": ("vipps_client_secret", "vipps_subscription_key"),
    "sale.webshop": ("api_key", "api_secret", "api_token", "api_token_secret", "webhook_secret"),
}
#: What may hold text from a server, an error or a person: table to columns.
TEXTS = {
    "mail_message": ("body", "subject"),
    "mail_tracking_value": ("old_value_char", "new_value_char", "old_value_text", "new_value_text"),
    "mail_activity": ("note", "summary"),
    "account_settlement_document": ("name", "error_data"),
    "account_settlement": ("problem_data", "booking_error_data"),
    "account_settlement_line": ("explanation_data", "provider_text", "raw"),
    "account_settlement_provider": ("fetch_error_data", "fetch_cursor"),
    "sale_webshop": ("fetch_error_data", "fetch_cursor"),
    "sale_webshop_event": ("message_data", "content"),
    "ir_logging": ("message",),
}
#: Words of a sentence that explains nothing.
UNEXPLAINED = "unexpected fault"


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


# ---------------------------------------------------------------- the vouchers


def _vouchers(env):
    """Every entry that is ours: of a settlement, or with an item that carries one of our roles."""
    Move = env["account.move"]
    return Move.search([("settlement_id", "!=", False)]) | Move.search([("line_ids.settlement_role", "!=", False)])


def check_vouchers(env):
    """Rule 2 and 5: ours are posted, balance by themselves, and nothing stands on a suspense account."""
    found = []
    suspense = env["account.journal"].search([]).suspense_account_id
    suspense |= env["res.company"].search([]).account_journal_suspense_account_id
    for move in _vouchers(env):
        name = move.name or f"entry {move.id}"
        if move.state != "posted":
            found.append(f"{name}: is {move.state}, where it must be posted")
        balance = move.company_currency_id.round(sum(move.line_ids.mapped("balance")))
        if balance:
            found.append(f"{name}: does not balance, by {balance}")
        by_currency = defaultdict(float)
        for line in move.line_ids:
            by_currency[line.currency_id] += line.amount_currency
        if len(by_currency) == 1:
            [(currency, amount)] = by_currency.items()
            if not currency.is_zero(amount):
                found.append(f"{name}: does not balance in {currency.name}, by {amount}")
        on_suspense = move.line_ids.filtered(lambda line: line.account_id in suspense)
        if on_suspense:
            found.append(
                f"{name}: {on_suspense[0].balance} stands on suspense account {on_suspense[0].account_id.code}"
            )
    return found


def check_numbers(env):
    """Every series of a provider's journal, and of sales, is without gaps and doubles."""
    found = []
    journals = env["account.settlement.provider"].with_context(active_test=False).search([]).journal_id
    journals |= env["account.journal"].search([("type", "=", "sale")])
    rows = env["account.move"]._read_group(
        [("journal_id", "in", journals.ids), ("state", "=", "posted")],
        ["journal_id", "sequence_prefix"],
        ["sequence_number:array_agg"],
    )
    for journal, prefix, numbers in rows:
        numbers = sorted(number for number in numbers if number)
        if not numbers:
            continue
        doubles = [number for number, count in Counter(numbers).items() if count > 1]
        missing = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
        if doubles:
            found.append(f"{journal.code} {prefix}: numbers used twice: {doubles[:5]}")
        if missing or (numbers[0] != 1 and journal.type != "sale"):
            found.append(f"{journal.code} {prefix}: numbers missing: {missing[:5] or [1]}")
    return found


def check_residuals(env):
    """What is open on each item is its amount less what has met it: no reconciliation is lost or counted twice."""
    env["account.move.line"].flush_model()
    env["account.partial.reconcile"].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT move.name, account.id, line.balance, line.amount_residual,
                   line.balance
                   - COALESCE((SELECT sum(amount) FROM account_partial_reconcile WHERE debit_move_id = line.id), 0)
                   + COALESCE((SELECT sum(amount) FROM account_partial_reconcile WHERE credit_move_id = line.id), 0)
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
             WHERE line.parent_state = 'posted'
               AND (account.reconcile OR account.account_type IN ('asset_cash', 'liability_credit_card'))
               AND abs(line.amount_residual - (
                   line.balance
                   - COALESCE((SELECT sum(amount) FROM account_partial_reconcile WHERE debit_move_id = line.id), 0)
                   + COALESCE((SELECT sum(amount) FROM account_partial_reconcile WHERE credit_move_id = line.id), 0)
               )) > 0.004
            """
        )
    )
    found = [
        f"{name}: {residual} is open of {balance}, but {real} has not been met"
        for name, _account, balance, residual, real in rows
    ]
    rows = env.execute_query(
        SQL(
            """
            SELECT move.name, line.balance, line.amount_residual
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
             WHERE line.parent_state = 'posted' AND line.amount_residual * line.balance < 0
            """
        )
    )
    return found + [
        f"{name}: {residual} is open of {balance}: more has met it than there is" for name, balance, residual in rows
    ]


def check_companies(env):
    """Rule 9: nothing of one company touches a record of another."""
    found = []
    for move in _vouchers(env):
        companies = move.company_id | move.line_ids.settlement_line_ids.company_id | move.settlement_id.company_id
        companies |= move.line_ids.settlement_clearing_id.company_id
        if len(companies) > 1:
            found.append(f"{move.name}: belongs to several companies: {', '.join(companies.mapped('name'))}")
        if move.journal_id.company_id != move.company_id:
            found.append(f"{move.name}: its journal is of {move.journal_id.company_id.name}")
    for line in env["account.settlement.line"].search([]):
        own = line.company_id
        others = line.invoice_id.company_id | line.sale_order_id.company_id | line.move_line_ids.company_id
        others |= line.partner_id.company_id
        if others - own:
            found.append(f"transaction {line.external_id} of {own.name} points at a record of {(others - own)[0].name}")
    for partial in env["account.partial.reconcile"].search([]):
        companies = partial.debit_move_id.company_id | partial.credit_move_id.company_id
        if len(companies.root_id) > 1:
            found.append(f"reconciliation {partial.id}: between several companies")
    return found


def check_lock_dates(env):
    """Rule 6: nothing of ours is dated in a locked period that was locked before it was made."""
    found = []
    for move in _vouchers(env).filtered(lambda move: not move.reversed_entry_id):
        lock = move.company_id.fiscalyear_lock_date
        if lock and move.date <= lock and move.create_date.date() > lock:
            found.append(f"{move.name}: dated {move.date}, where the period to {lock} is locked")
    for line in env["account.settlement.line"].search([("booking_date", "!=", False)]):
        if line.is_late != (line.booking_date != line.date):
            found.append(
                f"transaction {line.external_id}: of {line.date}, booked on {line.booking_date}, late: {line.is_late}"
            )
    return found


# ---------------------------------------------------------------- rows and documents


def check_rows(env):
    """Rule 1: each row is in the ledger exactly once: by its own items, in one clearing item, and in its fee item."""
    found = []
    lines = env["account.settlement.line"].search([])
    rates = {}

    def to_company(line, amount):
        currency, company = line.currency_id, line.company_id
        if currency == company.currency_id:
            return company.currency_id.round(amount)
        key = (currency, company, line.date)
        if key not in rates:
            rates[key] = currency._get_conversion_rate(currency, company.currency_id, company, line.date)
        return company.currency_id.round(amount * rates[key])

    for line in lines:
        live = line.move_line_ids.filtered(lambda item: item.parent_state == "posted")
        own = live.filtered(lambda item: item.settlement_role not in SHARED_ROLES)
        is_fee = line.kind in ("fee", "fee_refund")
        is_nothing = line.kind in BANK_KINDS or line.status in ("new", "excluded")
        expected = 0 if is_nothing or (is_fee and line.status != "resolved") else -to_company(line, line.amount)
        total = _sum(own, "balance")
        if abs(total - expected) > 0.011 and not (is_fee and not is_nothing):
            found.append(
                f"transaction {line.external_id} ({line.status}): {total} in the ledger, where {expected} belongs"
            )
        drafts = (line.move_line_ids - live).move_id
        if drafts:
            found.append(f"transaction {line.external_id}: its entry {drafts[0].name} is {drafts[0].state}")
    for role, amount_of in (
        ("clearing", lambda line: 0 if line.fee_owed else line.amount - line.fee),
        ("fee", lambda line: -line.amount if line.kind in ("fee", "fee_refund") else line.fee),
    ):
        items = lines.move_line_ids.filtered(lambda item, role=role: item.settlement_role == role)
        items = items.filtered(lambda item: not item.move_id.reversed_entry_id and item.move_id._count_in_ledger() > 0)
        seen = Counter()
        for item in items:
            wanted = sum(map(amount_of, item.settlement_line_ids))
            stands = item.amount_currency + (_tax_of(item) if role == "fee" else 0)
            if abs(stands - wanted) > 0.004:
                found.append(
                    f"{item.move_name}: {role} {stands}, where its {len(item.settlement_line_ids)} rows give {wanted}"
                )
            seen.update(item.settlement_line_ids.ids)
        for line in lines:
            is_in = line.status not in ("new", "excluded") and line.kind not in BANK_KINDS and amount_of(line)
            if is_in and role == "clearing" and not seen[line.id]:
                # what one voucher sums to zero needs no item
                together = line.move_line_ids.move_id.line_ids.settlement_line_ids
                if abs(sum(map(amount_of, together))) > 0.004:
                    found.append(f"transaction {line.external_id} ({line.status}) is in no {role} item")
            if seen[line.id] > 1:
                found.append(f"transaction {line.external_id} is in {seen[line.id]} {role} items")
            if seen[line.id] and (line.status == "new" or line.kind in BANK_KINDS):
                found.append(f"transaction {line.external_id} is {line.status}, and is in a {role} item")
    return found


def check_documents(env):
    """Rule 1: the rows stored are the rows of the documents that were read, each once, with its amount; and each
    document still is what its hash says."""
    found = []
    told = defaultdict(dict)
    for document in env["account.settlement.document"].search([], order="id"):
        raw = document.attachment_id.sudo().with_context(bin_size=False).raw or b""
        if hashlib.sha256(raw).hexdigest() != document.sha256:
            found.append(f"{document.name}: its content is not what its SHA-256 says")
        if document.state != "done":
            continue
        try:
            parsed = parse(document.name, raw, document.provider_id.code)
        except SettlementError as error:
            found.append(f"{document.name}: was read, and cannot be read now: {error}")
            continue
        for settlement in parsed.settlements:
            for row in settlement.transactions:
                told[document.provider_id][row.external_id] = (str(row.kind), row.amount, row.fee, document.name)
    stored = defaultdict(Counter)
    for line in env["account.settlement.line"].search([]):
        stored[line.provider_id][line.external_id] += 1
        if line.fee_owed or not line.document_id or line.document_id.state != "done":
            continue
        row = told[line.provider_id].get(line.external_id)
        if not row:
            found.append(f"transaction {line.external_id} stands in no document that was read")
            continue
        kind, amount, _fee, name = row
        if kind != line.kind or Decimal(f"{line.amount:.2f}") != amount:
            found.append(f"transaction {line.external_id}: {line.kind} {line.amount}, but {kind} {amount} in {name}")
    for provider, rows in told.items():
        missing = [external_id for external_id in rows if not stored[provider][external_id]]
        if missing:
            found.append(f"{provider.name}: {len(missing)} rows of the documents are not stored, such as {missing[0]}")
        double = [external_id for external_id, count in stored[provider].items() if count > 1]
        if double:
            found.append(f"{provider.name}: {len(double)} rows are stored twice, such as {double[0]}")
    return found


def check_clearing(env):
    """Rule 3: what was put on clearing for a settlement is what its booked rows give; *paid* is nothing open of it."""
    found = []
    for settlement in env["account.settlement"].search([]):
        booked = settlement.line_ids.filtered(
            lambda line: line.status != "new" and line.kind not in BANK_KINDS and not line.fee_owed
        )
        net = sum(line.amount - line.fee for line in booked)
        items = settlement.clearing_line_ids.filtered(lambda item: item.parent_state == "posted")
        put = sum(items.mapped("amount_currency"))
        currency = settlement.currency_id
        if currency.compare_amounts(put, net):
            found.append(f"{settlement.name}: {put} on clearing, where its booked rows give {net}")
        if set(items.account_id) - set(settlement.provider_id.clearing_account_id):
            found.append(f"{settlement.name}: a clearing item stands on {items.account_id.mapped('code')}")
        left = currency.round(sum(items.mapped("amount_residual_currency")))
        unbooked = settlement.line_ids.filtered(lambda line: line.status == "new")
        if settlement.state == "paid" and (left or not items) and not currency.is_zero(net):
            found.append(f"{settlement.name}: is paid, with {left} open in {len(items)} clearing items")
        if settlement.state in ("booked", "paid") and unbooked:
            found.append(f"{settlement.name}: is {settlement.state}, and {len(unbooked)} rows are not booked")
        if settlement.state in ("booked", "paid") and not settlement.is_open:
            payout = settlement.payout_amount - settlement.opening_balance
            closing = settlement.closing_balance if settlement.has_closing_balance else 0
            if currency.compare_amounts(net, payout + closing):
                found.append(f"{settlement.name}: rows give {net}, carried in and paid out give {payout + closing}")
        awaits_bank = settlement.state == "booked" and not settlement.bank_line_id and not settlement.carried_to_id
        if awaits_bank and currency.compare_amounts(left, net):
            found.append(f"{settlement.name}: {left} is open before the bank line came, where {net} was booked")
        if bool(settlement.error_message) != (settlement.state == "error"):
            found.append(f"{settlement.name}: is {settlement.state}, with the reason {settlement.error_message!r}")
    return found


def check_unknown(env):
    """Rule 8: every krone open on an unknown account is a row on the work list."""
    found = []
    providers = env["account.settlement.provider"].with_context(active_test=False).search([])
    items = env["account.move.line"].search(
        [
            ("account_id", "in", providers.unknown_account_id.ids),
            ("parent_state", "=", "posted"),
            ("amount_residual", "!=", 0),
        ]
    )
    for item in items:
        lines = item.settlement_line_ids
        if not lines or not all(line.status in ("unknown", "resolved") for line in lines):
            statuses = ", ".join(lines.mapped("status")) or "no transaction"
            found.append(f"{item.move_name}: {item.amount_residual} is open on {item.account_id.code} for {statuses}")
    return found


def check_statuses(env):
    """A row's status is what its items say: none is booked and new, unknown stands open, excluded names an item."""
    found = []
    for line in env["account.settlement.line"].search([]):
        name = f"transaction {line.external_id}"
        live = line.move_line_ids.filtered(
            lambda item: (
                item.parent_state == "posted"
                and not item.move_id.reversed_entry_id
                and item.move_id._count_in_ledger() > 0
            )
        )
        if line.status == "new" and live:
            found.append(f"{name}: is new, and is in {live[0].move_name}")
        if line.kind in BANK_KINDS:
            continue
        if line.status not in ("new", "excluded") and not live and (line.amount or line.fee):
            found.append(f"{name}: is {line.status}, and is in no voucher")
        if line.status == "unknown" and line.kind not in ("fee", "fee_refund"):
            unknown = line.provider_id.unknown_account_id
            stands = [item for item in live if item.account_id == unknown and item.amount_residual]
            if not stands and line.amount:
                found.append(f"{name}: is unknown, and nothing of it is open on {unknown.code}")
        if line.status == "excluded":
            net = line.currency_id.round(line.amount - line.fee)
            if not line.exclusion_reason:
                found.append(f"{name}: is excluded without a reason")
            if net and not line.exclusion_move_line_id:
                found.append(f"{name}: is excluded, and no journal item holds its {net}")
        if line.status not in ("new",) and not line.explanation:
            found.append(f"{name}: is {line.status} without an explanation")
    return found


def check_finished(env):
    """Rule 8: nothing is left that could have been done: no document unread, no complete day unbooked."""
    found = []
    for document in env["account.settlement.document"].search([("state", "in", ("new", "error"))]):
        found.append(f"{document.name}: is {document.state}: {_cut(document.error_message)}")
    for settlement in env["account.settlement"].search([("state", "=", "error")]):
        found.append(f"{settlement.name}: is in error: {_cut(settlement.error_message)}")
    for settlement in env["account.settlement"]._search_bookable():
        found.append(f"{settlement.name}: is {settlement.state}, and could be booked")
    for event in env["sale.webshop.event"].search([("state", "in", ("new", "error"))]):
        found.append(f"event {event.external_id}: is {event.state}: {_cut(event.message)}")
    for order in env["sale.order"].search([("webshop_check", "=", True)]):
        found.append(f"order {order.webshop_external_id}: is still to be looked at")
    crons = env["ir.cron"].with_context(active_test=False).search([("code", "like", "model._cron_")])
    data = env["ir.model.data"].search([("module", "=", "settlement_bridge"), ("model", "=", "ir.cron")])
    for cron in crons.filtered(lambda cron: cron.id in data.mapped("res_id")):
        if not cron.active:
            found.append(f"the scheduled action {cron.name} was switched off")
        if cron.failure_count:
            found.append(f"the scheduled action {cron.name} has failed {cron.failure_count} times")
    return found


# ---------------------------------------------------------------- what people read


def check_sentences(env):
    """Everything that asks a person says what about, in a sentence that explains; nothing is quoted without end."""
    found = []
    types = env.ref("settlement_bridge.mail_activity_settlement", raise_if_not_found=False)
    activities = env["mail.activity"].search([("activity_type_id", "in", types.ids if types else [])])
    texts = [(f"activity of {activity.res_name}", _plain(activity.note)) for activity in activities]
    for document in env["account.settlement.document"].search([("state", "=", "error")]):
        texts.append((document.name, document.error_message))
    for event in env["sale.webshop.event"].search([("state", "=", "error")]):
        texts.append((f"event {event.id}", event.message))
    for model in ("account.settlement.provider", "sale.webshop"):
        for source in env[model].search([("fetch_failures", ">", 0)]):
            texts.append((source.name, source.fetch_error))
    for settlement in env["account.settlement"].search([("state", "=", "error")]):
        texts.append((settlement.name, settlement.error_message))
    for name, text in texts:
        if not (text or "").strip():
            found.append(f"{name}: asks a person, and does not say what about")
        elif UNEXPLAINED in text:
            found.append(f"{name}: {_cut(text)}")
        elif len(text) > 5000:
            found.append(f"{name}: a reason of {len(text)} characters")
    return found


def get_secrets(env):
    """Return the keys that are stored, also as they stand in a header."""
    secrets = set()
    for model, names in SECRET_FIELDS.items():
        for record in env[model].sudo().with_context(active_test=False).search([]):
            secrets |= {record[name] for name in names if name in record._fields and record[name]}
            if model == "account.settlement.provider" and record.vipps_client_secret:
                pair = f"{record.vipps_client_id}:{record.vipps_client_secret}"
                secrets.add(base64.b64encode(pair.encode()).decode())
            elif model == "sale.webshop" and record.api_key and record.api_secret:
                secrets.add(base64.b64encode(f"{record.api_key}:{record.api_secret}".encode()).decode())
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
                if not _has_column(env, table, column):
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


# ---------------------------------------------------------------- web orders and the nightly proof


def check_orders(env):
    """No document of a web order is made twice, and a finished order has what the shop says, to the øre."""
    found = []
    for order in env["sale.order"].search([("webshop_id", "!=", False)]):
        moves = order._get_webshop_moves(with_tenders=True)
        keys = Counter(move.webshop_document_key for move in moves if move.webshop_document_key)
        for key, count in keys.items():
            if count > 1:
                found.append(f"order {order.webshop_external_id}: the document {key} was made {count} times")
        if order.webshop_state == "waiting" and not order.webshop_problem:
            found.append(f"order {order.webshop_external_id}: waits, and does not say what for")
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
    """The addon's own nightly proof, where it has one, finds nothing."""
    Settlement = env["account.settlement"]
    if not hasattr(Settlement, "_prove"):
        return []
    settlements = Settlement.search([])
    result = settlements._prove()
    for name in ("proof_data", "proof_error_data", "difference_data"):
        if name in Settlement._fields:
            differing = settlements.filtered(name)
            return [f"{settlement.name}: the proof says {_cut(str(settlement[name]))}" for settlement in differing]
    return [f"the proof says {_cut(str(result))}"] if result and result is not True else []


# ---------------------------------------------------------------- the ledger in words


def snapshot(env):
    """The ledger in words: the same for the same history, whatever the ids; ``{what: [entry, ...]}``, sorted."""
    env.flush_all()
    env.invalidate_all()
    Item, Move = env["account.move.line"], env["account.move"]
    balances = [
        (account.code, f"{balance:.2f}")
        for account, balance in Item._read_group([("parent_state", "=", "posted")], ["account_id"], ["balance:sum"])
        if round(balance, 2)
    ]
    residuals = [
        (move.move_type, move.webshop_reference or "", f"{move.amount_total:.2f}", f"{move.amount_residual:.2f}")
        for move in Move.search([("move_type", "!=", "entry"), ("state", "=", "posted")])
    ]

    def side(item):
        return (item.journal_id.code, item.account_id.code, f"{item.balance:.2f}", item.move_id.webshop_reference or "")

    result = {
        "balances": balances,
        "residuals": residuals,
        "entries": [
            (journal.code, state, count)
            for journal, state, count in Move._read_group([], ["journal_id", "state"], ["__count"])
        ],
        "names": [(move.name,) for move in Move.search([("state", "=", "posted")])],
        "reconciliations": [
            (f"{partial.amount:.2f}", *side(partial.debit_move_id), *side(partial.credit_move_id))
            for partial in env["account.partial.reconcile"].search([])
        ],
        "rows": [
            (
                line.provider_id.name, line.external_id, line.status, str(line.booking_date), line.kind,
                f"{line.amount:.2f}", f"{line.fee:.2f}", line.invoice_id.webshop_reference or "",
                len(line.move_line_ids), f"{_sum(line.move_line_ids, 'amount_residual'):.2f}",
            )
            for line in env["account.settlement.line"].search([])
        ],
        "settlements": [
            (one.provider_id.name, one.external_id or "", one.state, f"{one.payout_amount:.2f}", bool(one.bank_line_id))
            for one in env["account.settlement"].search([])
        ],
        "documents": [(one.name, one.state, one.sha256) for one in env["account.settlement.document"].search([])],
        "events": [(one.external_id or "", one.kind, one.state) for one in env["sale.webshop.event"].search([])],
        "orders": [
            (one.webshop_external_id, one.state, one.webshop_state, len(one._get_webshop_moves()))
            for one in env["sale.order"].search([("webshop_id", "!=", False)])
        ],
        "messages": [
            (model or "", count) for model, count in env["mail.message"]._read_group([], ["model"], ["__count"])
        ],
        "activities": [(one.res_model, _plain(one.note)) for one in env["mail.activity"].search([])],
        "customers": [(env["res.partner"].search_count([]),)],
    }  # fmt: skip
    return {name: sorted(map(repr, entries)) for name, entries in result.items()}


def compare(expected, found):
    """Return sentences on how two snapshots differ."""
    sentences = []
    for name, entries in expected.items():
        lacking = Counter(entries) - Counter(found[name])
        more = Counter(found[name]) - Counter(entries)
        if lacking or more:
            example = f"expected {next(iter(lacking), 'nothing')}, found {next(iter(more), 'nothing')}"
            sentences.append(f"{name}: {lacking.total()} entries are missing and {more.total()} are new; {example}")
    return sentences


def traces(env):
    """Everything a second run could leave behind, in the same database."""
    env.flush_all()
    env.invalidate_all()
    result = dict(snapshot(env))
    for model in (
        "account.move", "account.move.line", "account.partial.reconcile", "account.settlement",
        "account.settlement.line", "account.settlement.document", "sale.order", "sale.webshop.event", "mail.message",
        "mail.activity", "res.partner", "ir.attachment",
    ):  # fmt: skip
        ids = env[model].with_context(active_test=False).search([], order="id").ids
        result[model] = [str(record_id) for record_id in ids]
    result["explanations"] = [
        f"{line.id} {line.status} {line.explanation} {line.move_line_ids.ids}"
        for line in env["account.settlement.line"].search([], order="id")
    ]
    return result


# ---------------------------------------------------------------- small things


def _sum(items, field):
    return float(sum(Decimal(repr(value)) for value in items.mapped(field)))


def _tax_of(fee):
    """The tax of a fee item: base and tax are together the fees it stands for."""
    taxes = fee.move_id.line_ids.filtered(
        lambda item: item.settlement_role == "fee_tax" and item.settlement_line_ids == fee.settlement_line_ids
    )
    return sum(taxes.mapped("amount_currency"))


def _plain(html):
    return re.sub(r"<[^>]+>", " ", str(html or "")).strip()


def _cut(text):
    text = " ".join((text or "no reason").split())
    return text if len(text) < 200 else text[:200] + "…"


def _has_column(env, table, column):
    query = SQL("SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = %s", table, column)
    return bool(env.execute_query(query))
