"""Measure how fast a large settlement is booked, and how fast a large one is matched and rules are tried on it.

Called by dev/bench in a database that is deleted afterwards::

    dev/bench --transactions 2000 --core 60
    dev/bench --only match --match-transactions 10000 --open-invoices 100000 --rules 50
    dev/bench --only try
    dev/bench --only orders --orders 400

The first goes from the file to reconciled books, beside Odoo's own payment wizard; all its invoices are of one kind:
one line, a customer each. The second is the matching alone, among many more open invoices than are paid. The third
books those transactions and tries other rules on them. The fourth makes orders and invoices of what a shop has sent.
Without ``--only``, all of them. The last line printed is one JSON object.
"""

import argparse
import contextlib
import cProfile
import gc
import json
import pstats
import sys
import time
from collections import Counter
from unittest.mock import patch

from bench_data import (
    BATCH,
    DAY,
    MATCH_DAY,
    PREFIX,
    SMALL,
    activate,
    compose_bundle,
    compose_payments,
    compose_references,
    make_invoices,
    make_rules,
)
from bench_ledger import make_ledger
from bench_orders import measure_orders
from bench_report import REPEATS, STAGES, report, report_matching, report_tryout, reset_peak, tell

from odoo.addons.settlement_bridge.models import account_settlement_match

#: What can be measured by itself.
MEASUREMENTS = ("book", "match", "try", "orders")


def run(env, arguments):
    """Measure what is asked for and print what it took."""
    options = read_options(arguments)
    wanted = {options.only} if options.only else set(MEASUREMENTS)
    figures = {}
    with transaction(env) as step:
        provider_id = activate(step).id
    if "book" in wanted:
        figures |= measure_booking(env, provider_id, options)
    if wanted & {"match", "try"}:
        settlement_id, expected = prepare_matching(env, provider_id, options)
    if "match" in wanted:
        figures["matching"] = measure_matching(env, settlement_id, expected, options)
    if "try" in wanted:
        figures["tryout"] = measure_tryout(env, provider_id, settlement_id, options)
    if "orders" in wanted:
        figures["orders"] = measure_orders(env, options, transaction)
    print(json.dumps(figures))


def measure_booking(env, provider_id, options):
    """Make invoices, settle them, pay a sample with Odoo's wizard; print what it took, and return the figures."""
    count = options.transactions
    tell(f"making {count + options.core} invoices")
    ids = []
    for start in range(0, count + options.core, BATCH):
        with transaction(env) as step:
            ids += make_invoices(step, range(start, min(start + BATCH, count + options.core))).ids
    sample, to_settle = ids[: options.core], ids[options.core :]
    # Odoo's databases are analysed in the background; without that PostgreSQL plans for empty tables.
    with transaction(env) as step:
        content = compose_bundle(DAY, compose_payments(step["account.move"].browse(to_settle)))
        step.cr.execute("ANALYZE")

    tell(f"paying {len(sample)} invoices one by one with Odoo's payment wizard")
    with transaction(env) as step:
        core_seconds = pay_by_wizard(step, sample)
    tell(f"settling {count} invoices")
    with transaction(env) as step:
        ingest_seconds, settlement_id = ingest(step, provider_id, content, options.profile)
    queries = {}
    for size in dict.fromkeys((min(SMALL, count), count)):
        with transaction(env) as step:
            queries[size] = count_match_queries(step, settlement_id, size)
    with transaction(env) as step:
        book_seconds, spent = book(step, settlement_id, options.profile)
    with transaction(env) as step:
        check_paid(step, ids, settlement_id)
    return report(count, ingest_seconds, book_seconds, spent, queries, len(sample), core_seconds)


def prepare_matching(env, provider_id, options):
    """Make the large ledger, the rules and a settlement; return its id and how its transactions should end."""
    count = options.match_transactions
    tell(f"making {options.open_invoices} open invoices")
    with transaction(env) as step:
        documents = make_ledger(step, options.open_invoices, DAY)
    with transaction(env) as step:
        make_rules(step, provider_id, options.rules)
    payments, expected = compose_references(documents, count)
    tell(f"reading a settlement of {count} transactions")
    with transaction(env) as step:
        step["account.settlement.provider"].browse(provider_id).reference_prefixes = PREFIX
        _seconds, settlement_id = ingest(step, provider_id, compose_bundle(MATCH_DAY, payments), False)
        step.cr.execute("ANALYZE")
    return settlement_id, expected


def measure_matching(env, settlement_id, expected, options):
    """Match the transactions of a settlement in a large ledger; print what it took, and return the figures."""
    count = options.match_transactions
    queries = {}
    for size in dict.fromkeys((min(SMALL, count), count)):
        with transaction(env) as step:
            queries[size] = count_match_queries(step, settlement_id, size)
    tell(f"matching {count} transactions")
    runs = []
    for _repeat in range(REPEATS):
        with transaction(env) as step:
            reset_peak()
            runs.append(match(step, settlement_id, expected))
    if options.profile:
        with transaction(env) as step:
            match(step, settlement_id, expected, is_profiled=True)
    return report_matching(options, runs, queries)


def measure_tryout(env, provider_id, settlement_id, options):
    """Book the settlement, then try it with one of the rules changed; print what it took, and return the figures."""
    tell(f"booking {options.match_transactions} transactions")
    with transaction(env) as step:
        step["account.settlement"].browse(settlement_id)._process()
    with transaction(env) as step:
        step.cr.execute("ANALYZE")
    tell("trying the rules")
    runs = []
    for _repeat in range(REPEATS):
        with transaction(env) as step:
            runs.append(try_rules(step, provider_id, options))
            step.cr.rollback()
    return report_tryout(options, runs)


def try_rules(env, provider_id, options):
    """Try, from the button to the lists on the screen; return the seconds and how many would go elsewhere."""
    rules = env["account.settlement.rule"]
    rule = rules.search([("default_code", "=", "invoice_number"), ("provider_ids", "in", provider_id)])
    draft = rules.browse(rule.action_change()["res_id"])
    draft.date_to = "2000-01-01"  # it applies to nothing any more
    tryout = env["settlement.rule.tryout"].create(
        {"provider_id": provider_id, "date_from": MATCH_DAY, "date_to": MATCH_DAY, "draft_ids": draft.ids}
    )
    env.flush_all()
    env.invalidate_all()
    started = time.perf_counter()
    tryout.action_try()
    env.flush_all()
    seconds = time.perf_counter() - started
    if tryout.tried_count < options.match_transactions or not tryout.posted_count:
        sys.exit(f"bench: {tryout.tried_count} transactions were tried, and {tryout.posted_count} would go elsewhere.")
    return seconds, tryout.posted_count


def read_options(arguments):
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure a large settlement and a large ledger.")
    parser.add_argument("--only", choices=MEASUREMENTS, help="measure this alone")
    parser.add_argument("--transactions", type=int, default=2000, help="payments in the settlement")
    parser.add_argument("--core", type=int, default=60, help="invoices to pay with Odoo's own payment wizard")
    parser.add_argument("--match-transactions", type=int, default=10000, help="transactions matched in a large ledger")
    parser.add_argument("--open-invoices", type=int, default=100000, help="open invoices in that ledger")
    parser.add_argument(
        "--rules", type=int, default=50, help="rules tried on each transaction before Odoo's default ones"
    )
    parser.add_argument(
        "--orders", type=int, default=400, help="web orders read and invoiced by one worker, and by two"
    )
    parser.add_argument("--core-orders", type=int, default=60, help="orders that Odoo alone makes and invoices")
    parser.add_argument("--profile", action="store_true", help="show where the time goes (and so takes longer)")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def transaction(env):
    """Yield an environment in a transaction of its own, with nothing in memory, as a request or a scheduled job has."""
    gc.collect()
    company = env.ref("base.main_company")
    with env.registry.cursor() as cursor:
        yield env(cr=cursor, context={"allowed_company_ids": company.ids, "lang": "en_US"})


def pay_by_wizard(env, invoice_ids):
    """Register a payment of each invoice as a user would, one by one; return the seconds.

    In one transaction with a warm memory, which spares the wizard what each click of a user costs besides.
    """
    started = time.perf_counter()
    for invoice_id in invoice_ids:
        context = {"active_model": "account.move", "active_ids": [invoice_id]}
        env["account.payment.register"].with_context(**context).create({"payment_date": DAY}).action_create_payments()
        env.flush_all()
    return time.perf_counter() - started


def ingest(env, provider_id, content, is_profiled):
    """Read and store the file; return the seconds and the settlement's id."""
    provider = env["account.settlement.provider"].browse(provider_id)
    with profiled(is_profiled):
        started = time.perf_counter()
        settlement = provider._ingest_file("vipps-bench.json", content)
        env.flush_all()
        return time.perf_counter() - started, settlement.id


def count_match_queries(env, settlement_id, size):
    """Gather and decide for the first ``size`` transactions, writing nothing; return the number of SQL queries."""
    settlement, lines = get_warm(env, settlement_id, size)
    before = env.cr.sql_log_count
    settlement._match(lines)
    return env.cr.sql_log_count - before


def get_warm(env, settlement_id, size=None):
    """Return the settlement and its first ``size`` lines, not read yet, when a server has read what it reads once."""
    settlement = env["account.settlement"].browse(settlement_id)
    lines = env["account.settlement.line"].search([("settlement_id", "=", settlement_id)], limit=size, order="row, id")
    settlement._match(lines[:1])
    env.invalidate_all()
    return settlement, lines


def match(env, settlement_id, expected, is_profiled=False):
    """Match all of a settlement, writing nothing; return the seconds, and those of gathering and deciding."""
    settlement, lines = get_warm(env, settlement_id)
    spent = {}
    started = time.perf_counter()
    with measured_stages(env, spent), profiled(is_profiled):
        decisions = settlement._match(lines)
    seconds = time.perf_counter() - started
    found = Counter(str(decision.status) for decision in decisions if str(decision.line.kind) == "payment")
    if found != expected:
        sys.exit(f"bench: the payments ended as {dict(found)}, and should have as {dict(expected)}.")
    return seconds, spent


@contextlib.contextmanager
def measured_stages(env, spent):
    """Add up in ``spent`` the seconds of gathering and of deciding while the block runs."""

    def timer(owner, name, label):
        original = getattr(owner, name)

        def wrapper(*args, **kwargs):
            started = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                spent[label] = spent.get(label, 0) + time.perf_counter() - started

        return patch.object(owner, name, wrapper)

    gather = timer(env.registry["account.settlement.provider"], "_gather_ledger", "gather")
    with gather, timer(account_settlement_match, "decide", "decide"):
        yield


def book(env, settlement_id, is_profiled):
    """Match, book and reconcile; return the seconds, and those of each stage."""
    spent = {}
    with timed(env, spent), profiled(is_profiled):
        started = time.perf_counter()
        env["account.settlement"].browse(settlement_id)._process()
        env.flush_all()
        return time.perf_counter() - started, spent


def check_paid(env, invoice_ids, settlement_id):
    """End the command unless everything was paid, both ways: else the comparison would mean nothing."""
    left = env["account.move"].search_count([("id", "in", invoice_ids), ("amount_residual", "!=", 0)])
    state = env["account.settlement"].browse(settlement_id).state
    if left or state != "booked":
        sys.exit(f"bench: {left} invoices are still open, and the settlement is {state}.")


@contextlib.contextmanager
def timed(env, spent):
    """Add up in ``spent`` the seconds of each stage while the block runs, the outermost call of a stage only."""
    running = set()

    def timer(model, name, label):
        original = getattr(env.registry[model], name)

        def wrapper(*args, **kwargs):
            if running & {label, "reconcile"}:
                return original(*args, **kwargs)
            running.add(label)
            started = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                spent[label] = spent.get(label, 0) + time.perf_counter() - started
                running.discard(label)

        # What Odoo attaches to a method, such as the decorator of create, must be on its stand-in too.
        wrapper.__dict__.update(original.__dict__)
        return patch.object(env.registry[model], name, wrapper)

    with contextlib.ExitStack() as stack:
        for model, name, label in STAGES:
            stack.enter_context(timer(model, name, label))
        yield


@contextlib.contextmanager
def profiled(is_wanted):
    """Print the functions that took longest in the block."""
    if not is_wanted:
        yield
        return
    profile = cProfile.Profile()
    with profile:
        yield
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60).sort_stats("tottime").print_stats(25)
