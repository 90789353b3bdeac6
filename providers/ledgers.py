"""A ledger cut at its payouts: each payout closes one settlement, and the rest is open.

For providers whose rows do not name their payout. The same cut is made of one document and of all that is stored.
"""

import itertools
from collections.abc import Iterable

from .proof import closing_balance
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


def find_ends(runs: list) -> list[tuple]:
    """Return for each run of a document whether it is the first, and the last, of a stretch without a gap.

    A document may hold several stretches: an archive of some months' reports.

    :param runs: :class:`~.records.Settlement` by position, in the document's order.
    """
    joined = [
        earlier.transactions and later.transactions and closing_balance(earlier) == later.opening_balance
        for earlier, later in itertools.pairwise(runs)
    ]
    return [(not before, not after) for before, after in zip([False, *joined], [*joined, False], strict=True)][
        : len(runs)
    ]
