"""Measure how fast a large settlement goes from a file to reconciled books, beside Odoo's own payment wizard.

Called by dev/bench in a database that is deleted afterwards::

    dev/bench --transactions 2000 --core 60

All invoices are of one kind: one line, 25 % tax, a customer each. The last line printed is one JSON object.
"""

import argparse
import contextlib
import cProfile
import datetime
import gc
import json
import pstats
import resource
import sys
import time
from decimal import Decimal
from unittest.mock import patch

from odoo.fields import Command

MERCHANT = "123455"
LEDGER = "302321"
DAY = datetime.date(2026, 3, 2)
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


def run(env, arguments):
    """Make the invoices, settle them, pay a sample with Odoo's wizard, and print what it took."""
    options = read_options(arguments)
    count = options.transactions
    with transaction(env) as step:
        provider_id = activate(step).id
    tell(f"making {count + options.core} invoices")
    ids = []
    for start in range(0, count + options.core, BATCH):
        with transaction(env) as step:
            ids += make_invoices(step, range(start, min(start + BATCH, count + options.core))).ids
    sample, to_settle = ids[: options.core], ids[options.core :]
    # Odoo's databases are analysed in the background; without that PostgreSQL plans for empty tables.
    with transaction(env) as step:
        content = compose_bundle(step["account.move"].browse(to_settle))
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
    report(count, ingest_seconds, book_seconds, spent, queries, len(sample), core_seconds)


def read_options(arguments):
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure a large settlement.")
    parser.add_argument("--transactions", type=int, default=2000, help="payments in the settlement")
    parser.add_argument("--core", type=int, default=60, help="invoices to pay with Odoo's own payment wizard")
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


def compose_bundle(invoices):
    """Return one day of Vipps's Report API: a payment of each invoice with a fee, the fees retained, the payout."""
    funds, fees = [], []
    balance = owed = 0

    def row(topic, kind, psp, amount, before, reference=""):
        topic.append(
            {
                "pspReference": psp,
                "time": f"{DAY.isoformat()}T10:11:40.120000Z",
                "ledgerDate": DAY.isoformat(),
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

    for number, invoice in enumerate(invoices):
        amount = int(Decimal(repr(invoice.amount_total)).quantize(Decimal("0.01")).scaleb(2))
        psp = f"44{number:08}"
        balance = row(funds, "capture", psp, amount, balance, invoice.webshop_reference)
        owed = row(fees, "capture-fee", psp, -(100 + amount * 299 // 10000), owed, invoice.webshop_reference)
    retained = owed
    balance = row(funds, "fees-retained", f"{LEDGER}-{DAY:%Y%m%d}", retained, balance)
    row(fees, "fees-retained", f"{LEDGER}-{DAY:%Y%m%d}", -retained, owed)
    row(funds, "payout-scheduled", f"{LEDGER}-2000001", -balance, balance, f"Utb. 2000001 Vippsnr {MERCHANT}")
    bundle = {
        "format": "vipps-report-v2",
        "ledger": {"ledgerId": LEDGER, "currency": "NOK", "settlesForRecipientHandles": [f"api:{MERCHANT}"]},
        "date": DAY.isoformat(),
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
    settlement = env["account.settlement"].browse(settlement_id)
    lines = env["account.settlement.line"].search([("settlement_id", "=", settlement_id)], limit=size, order="row, id")
    settlement._match(lines[:1])  # so that what a server reads once is not counted for one size only
    env.invalidate_all()
    before = env.cr.sql_log_count
    settlement._match(lines)
    return env.cr.sql_log_count - before


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
    """Print the table, and as the last line the figures as JSON."""
    seconds = ingest_seconds + book_seconds
    rate, core_rate = count / seconds, sample / core_seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
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
    figures = {
        "transactions": count,
        "tx_per_s": round(rate, 1),
        "core_tx_per_s": round(core_rate, 2),
        "ratio_core": round(rate / core_rate, 1),
        "match_queries": queries[count],
        "peak_mb": round(peak),
    }
    print(json.dumps(figures))
