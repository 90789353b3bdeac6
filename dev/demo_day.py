"""The day on which the demo's story ends, and which Odoo takes for today while it is told or photographed."""

import datetime
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields

TODAY = datetime.date(2026, 4, 1)


@contextmanager
def told_on(date):
    """Let Odoo take ``date`` for today."""
    with (
        patch.object(fields.Date, "today", staticmethod(lambda *_: date)),
        patch.object(fields.Date, "context_today", staticmethod(lambda *_: date)),
    ):
        yield
