"""A settlement without a number was named by its first day in ISO form; now its display name says the day."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE account_settlement settlement
           SET name = provider.name || ' …'
          FROM account_settlement_provider provider
         WHERE provider.id = settlement.provider_id
           AND settlement.external_id IS NULL
        """
    )
