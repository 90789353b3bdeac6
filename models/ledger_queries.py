from odoo.tools import SQL

from ..common.references import normalised_sql
from .account_move import SALE_TYPES


class LedgerQueries:
    """Queries over what a provider's transactions may belong to, each for a whole batch at once.

    Plain SQL: a reference is compared with indexed normal forms.

    :param provider: ``account.settlement.provider``.
    """

    def __init__(self, provider):
        self.env = provider.env
        self.company = provider.company_id
        self.provider = provider

    def _query(self, query, **values):
        return self.env.execute_query_dict(SQL(query, company_id=self.company.id, sale_types=SALE_TYPES, **values))

    @staticmethod
    def _normal_form(expression):
        """Return the SQL of a text in normal form, as the indexes of account.move have it."""
        return SQL(normalised_sql(expression))

    def _paid_here(self, table):
        """Return the SQL condition that a record's shop names no provider, or this one; others are paid elsewhere."""
        shop = SQL.identifier(table, "webshop_id")
        return SQL(
            """(
                %(shop)s IS NULL
                OR NOT EXISTS (
                    SELECT 1 FROM account_settlement_provider_sale_webshop_rel used
                     WHERE used.sale_webshop_id = %(shop)s
                )
                OR EXISTS (
                    SELECT 1 FROM account_settlement_provider_sale_webshop_rel used
                     WHERE used.sale_webshop_id = %(shop)s
                       AND used.account_settlement_provider_id = %(provider_id)s
                )
            )""",
            shop=shop,
            provider_id=self.provider.id,
        )
