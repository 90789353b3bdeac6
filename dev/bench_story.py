"""Measure how fast a large settlement is booked, and how fast a large one is matched and rules are tried on it.

Called by dev/bench in a database that is deleted afterwards::

    dev/bench --transactions 2000 --core 60
    dev/bench --only match --match-transactions 10000 --open-invoices 100000 --rules 50
    dev/bench --only try

The first goes from the file to reconciled books, beside Odoo's own payment wizard; all its invoices are of one kind:
one line, a customer each. The second is the matching alone, among many more open invoices than are paid. The third
books those transactions and tries other rules on them. Without ``--only``, all three. The last line printed is one JSON
object.
"""

import argparse
import contextlib
import cProfile
import datetime
import gc
import json
import pstats
import resource
import statistics
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from bench_ledger import make_ledger

from odoo.fields import Command

from odoo.addons.settlement_bridge.models import account_settlement_match

MERCHANT = "123455"
LEDGER = "302321"
DAY = datetime.date(2026, 3, 2)
#: The ledger date of the settlement that is matched in a large ledger.
MATCH_DAY = datetime.date(2026, 3, 3)
#: What can be measured by itself.
MEASUREMENTS = ("book", "match", "try")
#: Invoices are created this many at a time, so that making them does not set the peak of memory.
BATCH = 250
#: The matching stage is counted over this many lines too, to show that its queries do not grow.
SMALL = 200
#: What is timed within the booking: (model, method, name in the table).
STAGES = (
    ("account.settlement", "_match", "match"),
    ("account.move", "create", "create the vouchers"),
    ("account.move", "_post", "post them"),
    ("account.settlement", "_reconcile_planned", "reconcile"),
    ("account.settlement.line", "_note_decisions", "note the decisions"),
)
#: The matching of a large settlement is measured this many times; the median counts.
REPEATS = 3
#: What the shop puts before its order numbers when it asks the provider for a payment.
PREFIX = "NO-"
#: As what a payment comes back from the provider, each in turn: what it is called, and its reference.
SPELLINGS = (
    ("the order reference", "{webshop_reference}"),
    ("the invoice number", "{name}"),
    ("the order reference", "{webshop_reference}"),
    ("the KID", "{payment_reference}"),
    ("a retry of the order reference", "{webshop_reference}-1"),
    ("the invoice number", "{name}"),
    ("the order reference with the prefix", PREFIX + "{webshop_reference}"),
    ("the KID", "{payment_reference}"),
    ("the order reference, spelt otherwise", "# nett - {number:06}"),
    ("the order reference", "{webshop_reference}"),
    ("a retry with the prefix", PREFIX + "{webshop_reference}-2"),
    ("nothing known", "UKJENT-{number:06}"),
)
#: The same for orders, which have names of their own and the provider's id.
ORDER_SPELLINGS = (
    ("the order reference of an order", "{webshop_reference}"),
    ("the order's name", "{order_name}"),
    ("the order reference of an order, spelt otherwise", "# nett - {number:06}"),
    ("the provider's id of an order", ""),
)
#: One in this many transactions pays an order.
ORDER_SHARE = 10


def run(env, arguments):
    """Measure what is asked for and print what it took."""
    options = read_options(arguments)
    wanted = {options.only} if options.only else set(MEASUREMENTS)
    figures = {}
    with transaction(env) as step:
        provider_id = activate(step).id
    if "book" in wanted:
        figures |= measure_booking(env, provider_id, options)
    if wanted - {"book"}:
        settlement_id, expected = prepare_matching(env, provider_id, options)
    if "match" in wanted:
        figures["matching"] = measure_matching(env, settlement_id, expected, options)
    if "try" in wanted:
        figures["tryout"] = measure_tryout(env, provider_id, settlement_id, options)
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
    """Book the settlement, then try it without one of the rules; print what it took, and return the figures."""
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
    tryout = env["settlement.rule.tryout"].create(
        {"provider_id": provider_id, "date_from": MATCH_DAY, "date_to": MATCH_DAY}
    )
    tryout.rule_ids.filtered(lambda line: line.rule_id.default_code == "invoice_number").is_included = False
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
    parser.add_argument("--profile", action="store_true", help="show where the time goes (and so takes longer)")
    return parser.parse_args(arguments)


def tell(text):
    """Say what is being done, apart from the result."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def transaction(env):
    """Yield an environment in a transaction of its own, with nothing in memory, as a request or a scheduled job has."""
    gc.collect()
    company = env.ref("base.main_company")
    with env.registry.cursor() as cursor:
        yield env(cr=cursor, context={"allowed_company_ids": company.ids, "lang": "en_US"})


# ---------------------------------------------------------------- the shop's and the provider's side


def activate(env):
    """Activate Vipps with the wizard's own proposal."""
    wizard = env["settlement.activate"].create({"code": "vipps", "merchant_id": MERCHANT})
    return env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])


def make_invoices(env, numbers):
    """Return posted invoices, each of its own customer, with a web order reference."""
    partners = env["res.partner"].create([{"name": f"Testkunde {number:05}"} for number in numbers])
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": DAY,
                "webshop_reference": f"WEB-{number:05}",
                "invoice_line_ids": [Command.create({"name": "Vare", "quantity": 1, "price_unit": 100 + number % 900})],
            }
            for number, partner in zip(numbers, partners, strict=True)
        ]
    )
    invoices.action_post()
    return invoices


def compose_payments(invoices):
    """Return a payment of each invoice: the provider's id, the reference and the amount in øre."""
    return [
        (f"44{number:08}", invoice.webshop_reference, to_cents(Decimal(repr(invoice.amount_total))))
        for number, invoice in enumerate(invoices)
    ]


def to_cents(amount):
    """The amount as a whole number of øre."""
    return int(amount.quantize(Decimal("0.01")).scaleb(2))


def make_rules(env, provider_id, count):
    """Make rules that come before the default ones and are all tried on nearly every payment.

    Their texts occur in no row, so that each payment comes through to the default rules.
    """
    provider = env["account.settlement.provider"].browse(provider_id)
    actions = (
        {"action": "account", "account_id": provider.fee_account_id.id},
        {"action": "unknown"},
        {"action": "match", "key": "payment_reference"},
    )
    Rule = env["account.settlement.rule"]
    Rule.sudo().create(
        [
            {
                "name": f"Rule {number:03}",
                "sequence": 1,
                "state": "used",
                "company_id": provider.company_id.id,
                "provider_ids": [Command.link(provider_id)] if number % 2 else [],
                "kind": "payment",
                "match_text": "contains",
                "match_text_param": f"adjustment {number:03}",
                **actions[number % len(actions)],
            }
            for number in range(count)
        ]
    )
    if len(Rule._get_rules(provider)) < count:
        sys.exit("bench: not all of the rules are in use.")


def compose_references(documents, count):
    """Return ``count`` payments spread over the documents, and how they should end: ``{status: number}``."""
    orders = [document for document in documents if document.is_order]
    invoices = [document for document in documents if not document.is_order]
    payments, expected = [], Counter()
    for number in range(count):
        kind, place = (orders, number // ORDER_SHARE) if number % ORDER_SHARE == 0 else (invoices, number)
        spellings = ORDER_SPELLINGS if kind is orders else SPELLINGS
        share = ORDER_SHARE if kind is orders else 1
        document = kind[place * len(kind) // -(-count // share)]
        what, spelling = spellings[place % len(spellings)]
        is_by_id = not spelling
        payments.append(
            (
                document.provider_reference if is_by_id else f"77{number:08}",
                spelling.format(**vars(document)),
                to_cents(document.amount),
            )
        )
        if what == "nothing known":
            expected["unknown"] += 1
        else:
            expected["matched" if document.is_invoiced else "on_account"] += 1
    return payments, expected


def compose_bundle(day, payments):
    """Return one day of Vipps's Report API: the payments with a fee each, the fees retained, the payout.

    :param payments: ``(provider's id, reference, øre)`` each.
    """
    payout = f"2{day:%y%m%d}"
    funds, fees = [], []
    balance = owed = 0

    def row(topic, kind, psp, amount, before, reference=""):
        topic.append(
            {
                "pspReference": psp,
                "time": f"{day.isoformat()}T10:11:40.120000Z",
                "ledgerDate": day.isoformat(),
                "entryType": kind,
                "reference": reference,
                "currency": "NOK",
                "amount": amount,
                "balanceBefore": before,
                "balanceAfter": before + amount,
                "recipientHandle": f"api:{MERCHANT}",
            }
        )
        return before + amount

    for psp, reference, amount in payments:
        balance = row(funds, "capture", psp, amount, balance, reference)
        owed = row(fees, "capture-fee", psp, -(100 + amount * 299 // 10000), owed, reference)
    retained = owed
    balance = row(funds, "fees-retained", f"{LEDGER}-{day:%Y%m%d}", retained, balance)
    row(fees, "fees-retained", f"{LEDGER}-{day:%Y%m%d}", -retained, owed)
    row(funds, "payout-scheduled", f"{LEDGER}-{payout}", -balance, balance, f"Utb. {payout} Vippsnr {MERCHANT}")
    bundle = {
        "format": "vipps-report-v2",
        "ledger": {"ledgerId": LEDGER, "currency": "NOK", "settlesForRecipientHandles": [f"api:{MERCHANT}"]},
        "date": day.isoformat(),
        "funds": [{"hasMore": False, "tryLater": False, "items": funds}],
        "fees": [{"hasMore": False, "tryLater": False, "items": fees}],
    }
    return json.dumps(bundle).encode()


# ---------------------------------------------------------------- measuring


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


def reset_peak():
    """Let the peak of memory start from what is in use now."""
    Path("/proc/self/clear_refs").write_text("5")


def get_peak():
    """Return the peak of memory since it was reset, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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


def report(count, ingest_seconds, book_seconds, spent, queries, sample, core_seconds):
    """Print the table, and return the figures."""
    seconds = ingest_seconds + book_seconds
    rate, core_rate = count / seconds, sample / core_seconds
    peak = get_peak()
    rows = [("read and store the file", ingest_seconds)]
    rows += [(label, spent.get(label, 0)) for _model, _name, label in STAGES]
    rows += [("the rest of booking", book_seconds - sum(spent.values())), ("from file to reconciled", seconds)]
    print(f"{count} payments of {count} invoices in one settlement")
    print(f"  {'stage':<28}{'seconds':>10}{'ms each':>10}")
    for label, value in rows:
        print(f"  {label:<28}{value:>10.2f}{value / count * 1000:>10.2f}")
    print(f"  {'transactions a second':<28}{rate:>10.1f}")
    print(f"  {'Odoo payment wizard a second':<28}{core_rate:>10.1f}   ({sample} invoices, one by one)")
    print(f"  {'times as fast':<28}{rate / core_rate:>10.1f}")
    for size, number in queries.items():
        print(f"  {f'queries to match {size} lines':<28}{number:>10}")
    print(f"  {'peak memory, MB':<28}{peak:>10.0f}")
    return {
        "transactions": count,
        "tx_per_s": round(rate, 1),
        "core_tx_per_s": round(core_rate, 2),
        "ratio_core": round(rate / core_rate, 1),
        "match_queries": queries[count],
        "peak_mb": round(peak),
    }


def report_matching(options, runs, queries):
    """Print the table of the median run, and return the figures."""
    count = options.match_transactions
    seconds = statistics.median(run_seconds for run_seconds, _spent in runs)
    spent = next(spent for run_seconds, spent in runs if run_seconds == seconds)
    peak = get_peak()
    rows = [
        ("read the transactions", seconds - sum(spent.values())),
        ("gather from the ledger", spent["gather"]),
        ("decide", spent["decide"]),
        ("in all", seconds),
    ]
    print(f"{count} transactions against {options.open_invoices} open invoices, with {options.rules} rules")
    print(f"  {'stage':<28}{'seconds':>10}{'ms each':>10}")
    for label, value in rows:
        print(f"  {label:<28}{value:>10.2f}{value / count * 1000:>10.2f}")
    for size, number in queries.items():
        print(f"  {f'queries to match {size} lines':<28}{number:>10}")
    print(f"  {'peak memory, MB':<28}{peak:>10.0f}")
    return {
        "transactions": count,
        "open_invoices": options.open_invoices,
        "rules": options.rules,
        "seconds": round(seconds, 2),
        "gather_seconds": round(spent["gather"], 2),
        "decide_seconds": round(spent["decide"], 2),
        "queries": queries[count],
        "queries_small": queries[min(SMALL, count)],
        "peak_mb": round(peak),
    }


def report_tryout(options, runs):
    """Print the median run of the try-out, and return the figures."""
    seconds, posted = statistics.median(runs)
    print(f"{options.match_transactions} booked transactions tried with {options.rules} rules, without a default one")
    print(f"  {'seconds':<28}{seconds:>10.2f}")
    print(f"  {'would go elsewhere':<28}{posted:>10}")
    return {
        "transactions": options.match_transactions,
        "seconds": round(seconds, 2),
        "changed": posted,
    }
