"""Marking writes of our own methods, where nobody else may write, not even an administrator."""

_KEY = "settlement_bridge_own_write"

# Compared by identity: a caller from outside can send a key and a value, but never this object.
_OWN = object()


def as_own(records):
    """Return the records in an environment whose writes are our own.

    Use it for a single call, and never return records with it: everything they are used for could write, too.
    """
    return records.with_context(**{_KEY: _OWN})


def as_others(records):
    """Return the records in an environment whose writes are not our own, for what other addons do in between."""
    return records.with_env(
        records.env(context={key: value for key, value in records.env.context.items() if key != _KEY})
    )


def is_own(records):
    """Whether the records are being written by one of our own methods."""
    return records.env.context.get(_KEY) is _OWN
