"""A ledger cut at its payouts: each payout closes one settlement, and the rest is open.

For providers whose rows do not name their payout. The same cut is made of one document and of all that is stored.
"""

from collections.abc import Iterable

from .records import Kind


def cut_at_payouts(rows: Iterable) -> list[tuple]:
    """Return the runs a ledger consists of: each but the last ends with its payout, the last is open.

    :param rows: objects with a ``kind``, in the ledger's order.
    :return: tuples of rows; none is empty.
    """
    runs, run = [], []
    for row in rows:
        run.append(row)
        if row.kind == Kind.PAYOUT:
            runs.append(tuple(run))
            run = []
    if run:
        runs.append(tuple(run))
    return runs
