"""Times between the ORM, which stores UTC without a zone, and plain Python, where they are aware."""

from datetime import timezone


def to_aware(moment):
    """Return a time as Odoo stores it (UTC without saying so) as an aware one."""
    return moment.replace(tzinfo=timezone.utc)


def to_naive(moment):
    """Return an aware time as Odoo stores it: UTC without saying so."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
