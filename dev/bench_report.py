"""The measured figures, printed."""

import resource
import statistics
import sys
from pathlib import Path

from bench_data import SMALL

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


def tell(text):
    """Say what is being done, apart from the result."""
    print(text, file=sys.stderr, flush=True)


def reset_peak():
    """Let the peak of memory start from what is in use now."""
    Path("/proc/self/clear_refs").write_text("5")


def get_peak():
    """Return the peak of memory since it was reset, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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
    print(f"{options.match_transactions} booked transactions tried with {options.rules} rules, a default one changed")
    print(f"  {'seconds':<28}{seconds:>10.2f}")
    print(f"  {'would go elsewhere':<28}{posted:>10}")
    return {
        "transactions": options.match_transactions,
        "seconds": round(seconds, 2),
        "changed": posted,
    }


def report_orders(count, seconds, peak, sample, core_seconds):
    """Print the table of web orders, and return the figures.

    :param dict seconds: by which workers.
    """
    core_rate = sample / core_seconds
    rates = {label: count / taken for label, taken in seconds.items()}
    print(f"{count} web orders, from the stored document to the posted invoice")
    for label, rate in rates.items():
        print(f"  {f'orders a second, {label}':<32}{rate:>10.1f}   {rate / core_rate:.1f} times Odoo one by one")
    print(f"  {'Odoo one by one a second':<32}{core_rate:>10.1f}   ({sample} customers, orders and invoices)")
    print(f"  {'peak memory of a worker, MB':<32}{peak:>10.0f}")
    return {
        "orders": count,
        "orders_per_s": {label: round(rate, 1) for label, rate in rates.items()},
        "core_orders_per_s": round(core_rate, 1),
        "ratio_core": {label: round(rate / core_rate, 1) for label, rate in rates.items()},
        "peak_mb": round(peak),
    }
