"""How many examples a property is tried with."""

import os

IS_THOROUGH = bool(os.environ.get("SETTLEMENT_BRIDGE_THOROUGH"))


def examples(number: int) -> int:
    """Return ``number`` with ``dev/test --thorough``, else a third of it: the same ones each time, so that a run today
    is a run tomorrow.
    """
    return number if IS_THOROUGH else -(-number // 3)
