"""How our own methods are told from everybody else's, where even an administrator may not write."""

_KEY = "settlement_bridge_own_write"

# Compared by identity: whoever calls from outside can send a key and a value, but never this object.
_OWN = object()


def as_own(records):
    """Return the records in an environment whose writes are our own.

    It is for a single call, and nothing made with it may leave the method: everything called below may write too.
    """
    return records.with_context(**{_KEY: _OWN})


def is_own(records):
    """Whether the records are being written by one of our own methods."""
    return records.env.context.get(_KEY) is _OWN
