"""A file that an earlier version stored for two agreements: the later one is marked, before a file is stored once."""


def migrate(cr, version):
    """Mark the later ones.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    cr.execute("ALTER TABLE account_settlement_document ADD COLUMN IF NOT EXISTS is_copy boolean")
    cr.execute(
        """
        UPDATE account_settlement_document document
           SET is_copy = TRUE
          FROM account_settlement_document first
         WHERE first.company_id = document.company_id
           AND first.sha256 = document.sha256
           AND first.id < document.id
        """
    )
