"""The language of what is stored once for all its readers: chatter, and the texts on vouchers.

A person who acts is answered in their own language. What scheduled actions write is read by the company's accountants,
so it is in the company's language: that of its contact, which Odoo's own documents follow too.
"""

from odoo import SUPERUSER_ID


def company_language(company):
    """Return the code of the language a company writes in; False where nothing says it."""
    return company.partner_id.lang or company.env.lang


def in_written_language(records):
    """Return records in the language in which a note on them is stored.

    :param records: with a ``company_id``; that of the first counts.
    """
    if records.env.uid != SUPERUSER_ID:
        return records.with_context(lang=records.env.user.lang or records.env.lang)
    return records.with_context(lang=company_language(records.sudo().company_id[:1] or records.env.company))
