"""Settlements know how their transactions find their payout, and documents which kind of provider they are from."""


def migrate(cr, version):
    """Set both as they were before: the ledgers of an earlier version had balances, and a document one provider.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    cr.execute("UPDATE account_settlement SET by_position = TRUE WHERE has_closing_balance OR is_open")
    cr.execute(
        """
        UPDATE account_settlement_document document
           SET code = provider.code
          FROM account_settlement_provider provider
         WHERE provider.id = document.provider_id
           AND document.code IS NULL
        """
    )
