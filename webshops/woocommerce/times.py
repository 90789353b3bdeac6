"""Times of WooCommerce: most are there twice, in UTC and in the shop's zone."""

import datetime

from ...common.json_reading import required, to_time

UTC = datetime.timezone.utc


def read_time(record: dict, name: str, zone: datetime.tzinfo) -> datetime.datetime | None:
    """Return a time of WooCommerce: ``<name>_gmt``, which is UTC without saying so, or ``name`` in the shop's zone."""
    if record.get(f"{name}_gmt"):
        return to_time(record[f"{name}_gmt"], UTC, f"{name}_gmt")
    return to_time(record[name], zone, name) if record.get(name) else None


def required_time(record: dict, name: str, zone: datetime.tzinfo) -> datetime.datetime:
    """Return a time that must be there; see :func:`read_time`."""
    return read_time(record, name, zone) or to_time(required(record, f"{name}_gmt"), UTC, f"{name}_gmt")
