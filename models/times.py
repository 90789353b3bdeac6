"""Times between the ORM, which stores UTC without a zone, and plain Python, where they are aware."""

from datetime import timezone

from odoo import fields


def to_aware(moment):
    """Return a time as Odoo stores it (UTC without saying so) as an aware one."""
    return moment.replace(tzinfo=timezone.utc)


def to_naive(moment):
    """Return an aware time as Odoo stores it: UTC without saying so."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)


def get_norwegian_today(model):
    """Return today where providers close their days, whatever the reader's time zone. ``model``: any of the ORM's."""
    return fields.Date.context_today(model.with_context(tz="Europe/Oslo"))


def get_report_day(model):
    """Return the day at whose end a report shows the ledger: the context's ``settlement_date``, today by default."""
    return fields.Date.to_date(model.env.context.get("settlement_date")) or fields.Date.context_today(model)
