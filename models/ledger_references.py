from ..common.references import normalise
from .ledger_queries import LedgerQueries


class LedgerReferences(LedgerQueries):
    """Which orders, documents, payments and customers are known by the references of a batch.

    :param lookups: :class:`~..matching.lookups.Lookups`.
    :param without_ids: ids of ``account.settlement.line`` that are taken as not booked.
    :param released_ids: ids of the journal items that are open again then.
    """

    def __init__(self, provider, lookups, without_ids=(), released_ids=()):
        super().__init__(provider)
        self.lookups = lookups
        self.keys = list(lookups.keys)
        self.provider_references = list(lookups.provider_references)
        self.without_ids = list(without_ids)
        self.released_ids = list(released_ids)

    def find_orders(self):
        """Return rows ``order_id, value, kind``: the orders known by the references, and as what."""
        return self._query(
            """
            SELECT reference.order_id, reference.value, reference.kind
              FROM sale_order_reference reference
              JOIN sale_order ON sale_order.id = reference.order_id
             WHERE reference.value_normalised = ANY(%(keys)s)
               AND sale_order.company_id = %(company_id)s
               AND %(paid_here)s
            """,
            keys=self.keys,
            paid_here=self._paid_here("sale_order"),
        )

    def find_moves(self):
        """Return rows ``move_id, key, value``: the documents, by each of their indexed normal forms.

        The references come as a subquery: of a long list PostgreSQL expects so many documents that it reads them all.
        """
        return self._query(
            """
            WITH reference AS MATERIALIZED (SELECT %(key_form)s AS form FROM unnest(%(keys)s::text[]) AS key(value))
            SELECT id AS move_id, 'order_reference' AS key, webshop_reference AS value
              FROM account_move
             WHERE %(webshop_reference_form)s = ANY(ARRAY(SELECT form FROM reference)) AND %(paid_here)s
               AND company_id = %(company_id)s AND state = 'posted' AND move_type IN %(sale_types)s
             UNION ALL
            SELECT id, 'typed', ref
              FROM account_move
             WHERE %(ref_form)s = ANY(ARRAY(SELECT form FROM reference)) AND %(paid_here)s
               AND company_id = %(company_id)s AND state = 'posted' AND move_type IN %(sale_types)s
             UNION ALL
            SELECT id, 'invoice_number', name
              FROM account_move
             WHERE %(name_form)s = ANY(ARRAY(SELECT form FROM reference)) AND %(paid_here)s
               AND company_id = %(company_id)s AND state = 'posted' AND move_type IN %(sale_types)s
             UNION ALL
            SELECT id, 'payment_reference', payment_reference
              FROM account_move
             WHERE %(payment_reference_form)s = ANY(ARRAY(SELECT form FROM reference)) AND %(paid_here)s
               AND company_id = %(company_id)s AND state = 'posted' AND move_type IN %(sale_types)s
            """,
            keys=self.keys,
            paid_here=self._paid_here("account_move"),
            key_form=self._normal_form("key.value"),
            webshop_reference_form=self._normal_form("webshop_reference"),
            ref_form=self._normal_form("ref"),
            name_form=self._normal_form("name"),
            payment_reference_form=self._normal_form("payment_reference"),
        )

    def find_transactions(self):
        """Return Odoo's own payment transactions, with the payment they registered; not those of another agreement.

        With a transaction come its captures and refunds, which are transactions of their own: providers send the
        reference of the first one with each movement. They belong to the order and the invoice it belongs to.
        """
        return self._query(
            """
            WITH RECURSIVE found AS (
                SELECT transaction.id
                  FROM payment_transaction transaction
                 WHERE transaction.company_id = %(company_id)s
                   AND NOT EXISTS (
                       SELECT 1
                         FROM account_settlement_provider_payment_provider_rel other
                        WHERE other.payment_provider_id = transaction.provider_id
                          AND other.account_settlement_provider_id != %(provider_id)s
                       )
                   AND (
                       %(reference_form)s = ANY(%(keys)s)
                       OR transaction.provider_reference = ANY(%(provider_references)s)
                       )
                 UNION
                SELECT child.id
                  FROM payment_transaction child
                  JOIN found ON child.source_transaction_id = found.id
            ), lineage AS (
                SELECT found.id, found.id AS ancestor_id
                  FROM found
                 UNION
                SELECT lineage.id, transaction.source_transaction_id
                  FROM lineage
                  JOIN payment_transaction transaction ON transaction.id = lineage.ancestor_id
                 WHERE transaction.source_transaction_id IS NOT NULL
            ), orders AS (
                SELECT DISTINCT lineage.id, rel.sale_order_id AS order_id
                  FROM lineage
                  JOIN sale_order_transaction_rel rel ON rel.transaction_id = lineage.ancestor_id
            ), invoices AS (
                SELECT DISTINCT lineage.id, rel.invoice_id AS move_id
                  FROM lineage
                  JOIN account_invoice_transaction_rel rel ON rel.transaction_id = lineage.ancestor_id
            )
            SELECT transaction.id, transaction.reference, transaction.provider_reference, transaction.payment_id,
                   orders.order_id, invoices.move_id, payment.partner_id, payment.destination_account_id
              FROM found
              JOIN payment_transaction transaction ON transaction.id = found.id
         LEFT JOIN account_payment payment ON payment.id = transaction.payment_id
         LEFT JOIN orders ON orders.id = found.id
         LEFT JOIN invoices ON invoices.id = found.id
            """,
            keys=self.keys,
            provider_id=self.provider.id,
            provider_references=self.provider_references,
            reference_form=self._normal_form("reference"),
        )

    def find_earlier_lines(self):
        """Return transactions booked earlier under the same provider id: what a dispute or its end refers to."""
        return self._query(
            """
            SELECT id, provider_reference, sale_order_id AS order_id, invoice_id AS move_id, is_dispute
              FROM account_settlement_line
             WHERE provider_reference = ANY(%(provider_references)s)
               AND provider_id = %(provider_id)s
               AND status IN ('matched', 'on_account', 'resolved')
               AND (sale_order_id IS NOT NULL OR invoice_id IS NOT NULL)
               AND id NOT IN (SELECT unnest(%(without_ids)s::int[]))
            """,
            provider_references=self.provider_references,
            provider_id=self.provider.id,
            without_ids=self.without_ids,
        )

    def find_customer_moves(self, ledger):
        """Return the ids of the documents of the customers looked up that have one of the amounts open.

        :param ledger: :class:`~..matching.ledger.Ledger`; it takes the customers that are found.
        """
        lookups = self.lookups
        partner_ids = set(lookups.partner_ids)
        if lookups.customers:
            partner_ids |= self._find_customers(ledger)
        if not partner_ids or not lookups.amounts:
            return set()
        rows = self._query(
            """
            SELECT DISTINCT line.move_id
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN account_move ON account_move.id = line.move_id
             WHERE line.partner_id = ANY(%(partner_ids)s)
               AND account.account_type = 'asset_receivable'
               AND (line.amount_residual_currency = ANY(%(amounts)s) OR line.id = ANY(%(released_ids)s))
               AND line.parent_state = 'posted' AND line.company_id = %(company_id)s
               AND account_move.move_type IN %(sale_types)s
               AND %(paid_here)s
            """,
            partner_ids=list(partner_ids),
            amounts=list(lookups.amounts),
            released_ids=self.released_ids,
            paid_here=self._paid_here("account_move"),
        )
        return {row["move_id"] for row in rows}

    def _find_customers(self, ledger):
        """Return the ids of the customers known by the texts looked up, and add them to ``ledger``."""
        rows = self._query(
            """
            SELECT DISTINCT COALESCE(partner.commercial_partner_id, partner.id) AS partner_id, known.value
              FROM res_partner partner
     CROSS JOIN LATERAL (
                SELECT text.value, %(form)s AS form
                  FROM (VALUES (partner.name), (partner.ref), (partner.vat), (partner.email), (partner.phone))
                    AS text(value)
                ) known
             WHERE known.form = ANY(%(customers)s)
               AND partner.active
               AND (partner.company_id IS NULL OR partner.company_id = %(company_id)s)
            """,
            customers=list(self.lookups.customers),
            form=self._normal_form("text.value"),
        )
        for row in rows:
            ledger.customers[normalise(row["value"])].add(row["partner_id"])
        partners = self.env["res.partner"].sudo().browse({row["partner_id"] for row in rows})
        for partner in partners.with_company(self.company):
            ledger.receivable_accounts[partner.id] = partner.property_account_receivable_id.id
        return set(partners.ids)

    def find_orders_of(self, move_ids):
        """Return the ids of the orders that documents invoice."""
        rows = self._query(
            """
            SELECT DISTINCT order_line.order_id
              FROM account_move_line line
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line order_line ON order_line.id = rel.order_line_id
             WHERE line.move_id = ANY(%(move_ids)s)
            """,
            move_ids=list(move_ids),
        )
        return {row["order_id"] for row in rows}
