"""What always holds for rows and documents: each is in the ledger once, and the accounts hold what they say."""

import hashlib
from collections import Counter, defaultdict
from decimal import Decimal

from ledger_reading import BANK_KINDS, SHARED_ROLES, shortened, tax_of, total_of

from odoo.addons.settlement_bridge.common.messages import SettlementError
from odoo.addons.settlement_bridge.providers.registry import parse


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
        total = total_of(own, "balance")
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
            stands = item.amount_currency + (tax_of(item) if role == "fee" else 0)
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
        awaits_bank = settlement.state == "booked" and not settlement.bank_line_ids and not settlement.carried_to_id
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
        found.append(f"{document.name}: is {document.state}: {shortened(document.error_message)}")
    for settlement in env["account.settlement"].search([("state", "=", "error")]):
        found.append(f"{settlement.name}: is in error: {shortened(settlement.error_message)}")
    for settlement in env["account.settlement"]._search_bookable():
        found.append(f"{settlement.name}: is {settlement.state}, and could be booked")
    for event in env["sale.webshop.event"].search([("state", "in", ("new", "error"))]):
        found.append(f"event {event.external_id}: is {event.state}: {shortened(event.message)}")
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
