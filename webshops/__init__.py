"""Web orders in plain Python: what each platform's documents say, and how they are fetched.

Nothing here knows Odoo. A platform is a folder of its own with a ``PLATFORM`` (``contract``); ``registry`` finds it by
itself. ``records`` is what all of them are read to.
"""

from . import sentences
