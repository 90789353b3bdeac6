"""The ledger in words, to compare it with another database's or with itself at another time.

:func:`snapshot` is the same in another database with the same history, and :func:`traces` is everything a second run
could leave behind in the same one.
"""

from collections import Counter

from ledger_reading import plain_text, total_of


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
                len(line.move_line_ids), f"{total_of(line.move_line_ids, 'amount_residual'):.2f}",
            )
            for line in env["account.settlement.line"].search([])
        ],
        "settlements": [
            (
                one.provider_id.name,
                one.external_id or "",
                one.state,
                f"{one.payout_amount:.2f}",
                bool(one.bank_line_ids),
            )
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
        "activities": [(one.res_model, plain_text(one.note)) for one in env["mail.activity"].search([])],
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
