"""What a provider's sample module declares for the contract test (``pure_tests/providers/test_contract.py``).

Each is called ``FIXTURES``, in ``pure_tests/samples/<code of the provider>_files.py``.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

UTC = datetime.timezone.utc

#: Payments half an hour before and after midnight in Oslo, in winter and in summer: reference, time, day in Oslo.
AROUND_MIDNIGHT = (
    ("WINTER-EVENING", datetime.datetime(2026, 3, 14, 22, 30, tzinfo=UTC), datetime.date(2026, 3, 14)),
    ("WINTER-NIGHT", datetime.datetime(2026, 3, 14, 23, 30, tzinfo=UTC), datetime.date(2026, 3, 15)),
    ("SUMMER-EVENING", datetime.datetime(2026, 3, 31, 21, 30, tzinfo=UTC), datetime.date(2026, 3, 31)),
    ("SUMMER-NIGHT", datetime.datetime(2026, 3, 31, 22, 30, tzinfo=UTC), datetime.date(2026, 4, 1)),
)

#: What no provider calls a type of transaction.
UNKNOWN_TYPE = "moon-tax"


@dataclass(frozen=True)
class Fixtures:
    """One month at a provider, in each shape a merchant can get it in.

    :ivar shapes: name of a shape to a function from a story to the documents that tell it, ``[(name, content), ...]``.
    :ivar story: the month. :ivar midnight: the payments of :data:`AROUND_MIDNIGHT`.
    :ivar unknown: a story with one row of the type :data:`UNKNOWN_TYPE`. :ivar with_unknown: shapes that can tell it.
    :ivar merchant_id: of the agreement. :ivar nameless: shapes that name no agreement.
    :ivar personal: texts of persons in the story's documents; nothing of them may be stored.
    :ivar taken_out: shapes of the API from which the client takes what is personal before they are stored.
    :ivar fetched: the shape that the client gives; empty where there is no client.
    :ivar serve: ``() -> LocalServer`` that has the story. :ivar entered: the settings it accepts.
    :ivar since: the agreement's first day. :ivar today: when the whole story can be fetched.
    """

    shapes: dict
    story: object
    midnight: object
    merchant_id: str
    unknown: object = None
    with_unknown: frozenset = frozenset()
    nameless: frozenset = frozenset()
    personal: tuple = ()
    taken_out: frozenset = frozenset()
    currency: str = "NOK"
    fetched: str = ""
    serve: Callable | None = None
    entered: dict | None = None
    since: datetime.date = datetime.date(2026, 3, 1)
    today: datetime.date = datetime.date(2026, 4, 1)
