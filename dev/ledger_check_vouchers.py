"""What always holds for vouchers: they balance, are numbered, and stay within their company and open periods."""

from collections import Counter, defaultdict

from ledger_reading import all_vouchers

from odoo.tools import SQL


def check_vouchers(env):
    """Rule 2 and 5: ours are posted, balance by themselves, and nothing stands on a suspense account."""
    found = []
    suspense = env["account.journal"].search([]).suspense_account_id
    suspense |= env["res.company"].search([]).account_journal_suspense_account_id
    for move in all_vouchers(env):
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
    for move in all_vouchers(env):
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
    for move in all_vouchers(env).filtered(lambda move: not move.reversed_entry_id):
        lock = move.company_id.fiscalyear_lock_date
        if lock and move.date <= lock and move.create_date.date() > lock:
            found.append(f"{move.name}: dated {move.date}, where the period to {lock} is locked")
    for line in env["account.settlement.line"].search([("booking_date", "!=", False)]):
        if line.is_late != (line.booking_date != line.date):
            found.append(
                f"transaction {line.external_id}: of {line.date}, booked on {line.booking_date}, late: {line.is_late}"
            )
    return found
