"""Web orders in plain Python: what each platform's documents say, how they are fetched, and what follows for the books.

Nothing here knows Odoo. ``records`` is the common language, one file a platform, ``documents`` the plan of invoices and
credit notes.
"""
