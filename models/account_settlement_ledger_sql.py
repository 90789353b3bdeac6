"""What exists in the ledger for a batch of references, read in a constant number of queries."""

from decimal import Decimal

from odoo.tools import SQL

from ..common.references import normalise, normalised_sql
from ..matching.ledger import Case, ItemType, Ledger, OpenItem
from ..matching.rules import Key
from .account_move import SALE_TYPES


class LedgerQueries:
    """One pass over the ledger for a batch of references.

    Plain SQL: a reference is compared with indexed normal forms, and every step takes all of the batch at once.
    """

    def __init__(self, provider, lookups, without_ids=()):
        self.env = provider.env
        self.company = provider.company_id
        self.provider = provider
        self.lookups = lookups
        self.keys = list(lookups.keys)
        self.provider_references = list(lookups.provider_references)
        self.without_ids = list(without_ids)
        self.freed = {}
        self.ledger = Ledger()
        self.case_of_order = {}
        self.case_of_move = {}
        self.case_of_payment = {}
        self.cases_of_name = {}

    def _query(self, query, **values):
        return self.env.execute_query_dict(SQL(query, company_id=self.company.id, sale_types=SALE_TYPES, **values))

    @staticmethod
    def _normal_form(expression):
        """A text in normal form, as the indexes of account.move have it."""
        return SQL(normalised_sql(expression))

    def _paid_here(self, table):
        """That a record's shop names no provider, or this one: the others' payments never come from here."""
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

    def run(self, chosen_ids=()):
        self.env.flush_all()
        # PostgreSQL has no statistics for partial indexes, and expects many documents of each reference: what it would
        # compile for so many takes longer than the queries.
        self.env.cr.execute("SET LOCAL jit = off")
        self._free_what_was_met()
        orders = self._find_orders()
        moves = self._find_moves()
        transactions = self._find_transactions()
        lines = self._find_earlier_lines()
        order_ids = {row["order_id"] for row in orders + transactions + lines if row["order_id"]}
        move_ids = {row["move_id"] for row in moves + transactions + lines if row["move_id"]} | set(chosen_ids)
        move_ids |= self._find_customer_moves()
        order_ids |= self._orders_of(move_ids)
        self._add_order_cases(order_ids)
        self._add_order_names(orders)
        self._add_move_cases(move_ids, order_ids)
        self._add_payment_cases(transactions)
        self._add_keys(orders, moves, transactions, lines)
        self._add_document_items()
        self._add_payment_items(transactions)
        self._add_dispute_items(lines)
        return self.ledger

    # ------------------------------------------------------------ as if some transactions were not booked

    def _free_what_was_met(self):
        """Note how much of what they met would be open again: ``{journal item: amount in its currency}``."""
        if not self.without_ids:
            return
        rows = self._query(
            """
            WITH own AS (
                SELECT DISTINCT rel.move_line_id AS id
                  FROM account_settlement_line_move_line_rel rel
                 WHERE rel.settlement_line_id = ANY(%(line_ids)s)
            ), met AS (
                SELECT partial.debit_move_id AS id, partial.debit_amount_currency AS amount
                  FROM account_partial_reconcile partial
                  JOIN own ON own.id = partial.credit_move_id
                 UNION ALL
                SELECT partial.credit_move_id, -partial.credit_amount_currency
                  FROM account_partial_reconcile partial
                  JOIN own ON own.id = partial.debit_move_id
            )
            SELECT met.id, sum(met.amount)::text AS amount
              FROM met
             WHERE met.id NOT IN (SELECT id FROM own)
          GROUP BY met.id
            """,
            line_ids=self.without_ids,
        )
        self.freed = {row["id"]: Decimal(row["amount"]) for row in rows}

    # ------------------------------------------------------------ by key

    def _find_orders(self):
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

    def _find_moves(self):
        """The documents, by each of their indexed normal forms.

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

    def _find_transactions(self):
        """Odoo's own payment transactions, with the payment they registered; not those of another agreement.

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

    def _find_earlier_lines(self):
        """Transactions booked earlier under the same provider id: what a dispute or its end refers to."""
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

    def _find_customer_moves(self):
        """Return the documents of the customers looked up that have one of the amounts open."""
        lookups = self.lookups
        partner_ids = set(lookups.partner_ids)
        if lookups.customers:
            partner_ids |= self._find_customers()
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
               AND (line.amount_residual_currency = ANY(%(amounts)s) OR line.id = ANY(%(freed_ids)s))
               AND line.parent_state = 'posted' AND line.company_id = %(company_id)s
               AND account_move.move_type IN %(sale_types)s
               AND %(paid_here)s
            """,
            partner_ids=list(partner_ids),
            amounts=list(lookups.amounts),
            freed_ids=list(self.freed),
            paid_here=self._paid_here("account_move"),
        )
        return {row["move_id"] for row in rows}

    def _find_customers(self):
        """Note which customers are known by the names, numbers and addresses looked up; return their ids."""
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
            self.ledger.customers[normalise(row["value"])].add(row["partner_id"])
        partners = self.env["res.partner"].sudo().browse({row["partner_id"] for row in rows})
        for partner in partners.with_company(self.company):
            self.ledger.receivable_accounts[partner.id] = partner.property_account_receivable_id.id
        return set(partners.ids)

    # ------------------------------------------------------------ cases

    def _orders_of(self, move_ids):
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

    def _add_order_cases(self, order_ids):
        orders = self.env["sale.order"].sudo().browse(order_ids)
        orders.fetch(["name", "partner_invoice_id", "invoice_status", "state", "webshop_id"])
        partners = orders.partner_invoice_id
        partners.fetch(["commercial_partner_id"])
        commercial = partners.commercial_partner_id.with_company(self.company)
        commercial.fetch(["property_account_receivable_id"])
        awaited = {
            row["order_id"]
            for row in self._query(
                """
                SELECT DISTINCT rel.sale_order_id AS order_id
                  FROM sale_order_transaction_rel rel
                  JOIN payment_transaction transaction ON transaction.id = rel.transaction_id
                 WHERE rel.sale_order_id = ANY(%(order_ids)s)
                   AND transaction.state = 'authorized'
                """,
                order_ids=list(order_ids),
            )
        }
        drafts = {
            row["order_id"]
            for row in self._query(
                """
                SELECT DISTINCT order_line.order_id
                  FROM sale_order_line order_line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = order_line.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE order_line.order_id = ANY(%(order_ids)s)
                   AND move.state = 'draft' AND move.move_type = 'out_invoice'
                """,
                order_ids=list(order_ids),
            )
        }
        for order in orders:
            partner = order.partner_invoice_id.commercial_partner_id.with_company(self.company)
            case = Case(
                id=f"order:{order.id}",
                name=order.name,
                partner_id=partner.id,
                receivable_account_id=partner.property_account_receivable_id.id,
                order_id=order.id,
                is_invoiced=order.invoice_status in ("invoiced", "upselling") and order.id not in drafts,
                is_cancelled=order.state == "cancel",
                awaits_capture=order.id in awaited,
                webshop_id=order.webshop_id.id or None,
            )
            self.case_of_order[order.id] = case.id
            self.ledger.cases[case.id] = case

    def _add_order_names(self, orders):
        """Which orders a customer's document may name, for documents written by hand that are not linked to one."""
        for row in orders:
            case = self.ledger.cases[self.case_of_order[row["order_id"]]]
            if not case.is_cancelled:
                self.cases_of_name.setdefault((case.partner_id, normalise(row["value"])), set()).add(case.id)

    def _get_named_case(self, row):
        """Return the one order of this customer that the document names, or None."""
        found = self.cases_of_name.get((row["partner_id"], normalise(row["webshop_reference"] or "")), ())
        return self.ledger.cases[next(iter(found))] if len(found) == 1 else None

    def _add_move_cases(self, move_ids, order_ids):
        """Sort every document into its case: its order's, else that of its shop reference, else its own."""
        rows = self._query(
            """
            WITH of_order AS (
                SELECT DISTINCT line.move_id, order_line.order_id
                  FROM sale_order_line order_line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = order_line.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE order_line.order_id = ANY(%(order_ids)s)
            ), found AS (
                SELECT unnest(%(move_ids)s::int[]) AS move_id
                 UNION
                SELECT move_id FROM of_order
                 UNION
                SELECT reversal.id FROM account_move reversal WHERE reversal.reversed_entry_id = ANY(%(move_ids)s)
                 UNION
                SELECT reversal.reversed_entry_id FROM account_move reversal
                 WHERE reversal.id = ANY(%(move_ids)s) AND reversal.reversed_entry_id IS NOT NULL
            )
            SELECT move.id, move.name, move.move_type, move.commercial_partner_id AS partner_id,
                   move.webshop_reference, move.webshop_id, move.reversed_entry_id,
                   own.order_id
              FROM account_move move
         LEFT JOIN (SELECT move_id, min(order_id) AS order_id FROM of_order GROUP BY move_id) own
                ON own.move_id = move.id
             WHERE move.id = ANY(ARRAY(SELECT move_id FROM found))
               AND move.company_id = %(company_id)s AND move.state = 'posted' AND move.move_type IN %(sale_types)s
          ORDER BY move.invoice_date, move.id
            """,
            order_ids=list(order_ids),
            move_ids=list(move_ids),
        )
        orders = {row["id"]: row["order_id"] for row in rows}
        for row in rows:
            root = row["reversed_entry_id"] or row["id"]
            order_id = row["order_id"] or orders.get(root)
            if order_id in self.case_of_order:
                case = self.ledger.cases[self.case_of_order[order_id]]
            elif named := self._get_named_case(row):
                case = named
            elif row["webshop_reference"]:
                case = self._get_move_case(f"reference:{row['partner_id']}:{normalise(row['webshop_reference'])}", row)
            else:
                case = self._get_move_case(f"move:{root}", row)
            case.has_invoice = True
            if row["move_type"] != "out_refund" or not case.invoice_id:
                case.invoice_id = row["id"]
            self.case_of_move[row["id"]] = case.id
        self._add_receivable_accounts()

    def _get_move_case(self, case_id, row):
        if case_id not in self.ledger.cases:
            self.ledger.cases[case_id] = Case(
                id=case_id,
                name=row["name"],
                partner_id=row["partner_id"],
                receivable_account_id=None,
                webshop_id=row["webshop_id"],
            )
        return self.ledger.cases[case_id]

    def _add_receivable_accounts(self):
        """A case without order books to the receivable account of its own document."""
        for row in self._query(
            """
            SELECT DISTINCT ON (line.move_id) line.move_id, line.account_id
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
             WHERE line.move_id = ANY(%(move_ids)s) AND account.account_type = 'asset_receivable'
            """,
            move_ids=list(self.case_of_move),
        ):
            case = self.ledger.cases[self.case_of_move[row["move_id"]]]
            case.receivable_account_id = row["account_id"]

    def _case_of(self, row):
        return self.case_of_order.get(row["order_id"]) or self.case_of_move.get(row["move_id"])

    def _add_payment_cases(self, transactions):
        """A payment registered in Odoo for neither order nor invoice is a case of its own."""
        for row in transactions:
            if row["payment_id"] and not self._case_of(row):
                case_id = f"payment:{row['payment_id']}"
                self.case_of_payment[row["payment_id"]] = case_id
                self.ledger.cases[case_id] = Case(
                    id=case_id,
                    name=row["reference"],
                    partner_id=row["partner_id"],
                    receivable_account_id=row["destination_account_id"],
                )

    def _add_keys(self, orders, moves, transactions, lines):
        keys, typed = self.ledger.keys, self.ledger.typed

        def add(key, value, case_id, known=keys):
            if value and case_id:
                known[key, value].add(case_id)

        for row in orders:
            # A customer types it in Odoo's own shop, a salesman anywhere.
            known = typed if row["kind"] == "customer_reference" else keys
            for key in (Key.ORDER_REFERENCE, Key.PROVIDER_REFERENCE):
                add(key, row["value"], self.case_of_order.get(row["order_id"]), known)
        for row in moves:
            case_id = self.case_of_move.get(row["move_id"])
            if row["key"] == "typed":  # an invoice takes it over from its order
                add(Key.ORDER_REFERENCE, row["value"], case_id, typed)
            else:
                add(Key(row["key"]), row["value"], case_id)
        for row in transactions:
            case_id = self._case_of(row) or self.case_of_payment.get(row["payment_id"])
            add(Key.ORDER_REFERENCE, row["reference"], case_id)
            add(Key.PROVIDER_REFERENCE, row["provider_reference"], case_id)
        for row in lines:
            add(Key.PROVIDER_REFERENCE, row["provider_reference"], self._case_of(row))

    # ------------------------------------------------------------ open items

    def _add_document_items(self):
        rows = self._query(
            """
            SELECT line.id, line.move_id, move.name, move.move_type, line.account_id, line.partner_id,
                   (SELECT name FROM res_currency WHERE id = line.currency_id) AS currency,
                   line.amount_residual_currency::text AS residual, line.date_maturity,
                   move.invoice_date AS date
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
             WHERE line.move_id = ANY(%(move_ids)s)
               AND account.account_type = 'asset_receivable'
               AND (line.amount_residual_currency != 0 OR line.id = ANY(%(freed_ids)s))
            """,
            move_ids=list(self.case_of_move),
            freed_ids=list(self.freed),
        )
        for row in rows:
            item_type = ItemType.CREDIT_NOTE if self._get_residual(row) < 0 else ItemType.INVOICE
            self._add_item(row, item_type, self.case_of_move[row["move_id"]], invoice_id=row["move_id"])
        open_moves = {row["move_id"] for row in rows}
        self._add_paid_by([move_id for move_id in self.case_of_move if move_id not in open_moves])

    def _get_residual(self, row):
        return Decimal(row["residual"]) + self.freed.get(row["id"], 0)

    def _add_item(self, row, item_type, case_id, invoice_id=None):
        self.ledger.items.append(
            OpenItem(
                id=row["id"],
                type=item_type,
                case_id=case_id,
                name=row["name"],
                account_id=row["account_id"],
                partner_id=row["partner_id"],
                currency=row["currency"],
                residual=self._get_residual(row),
                date_due=row["date_maturity"],
                invoice_id=invoice_id,
                date=row.get("date"),
            )
        )

    def _add_paid_by(self, move_ids):
        """Name what paid the documents that have nothing open."""
        for row in self._query(
            """
            SELECT DISTINCT line.move_id, other.move_name
              FROM account_move_line line
              JOIN account_partial_reconcile partial
                ON line.id IN (partial.debit_move_id, partial.credit_move_id)
              JOIN account_move_line other
                ON other.id IN (partial.debit_move_id, partial.credit_move_id) AND other.id != line.id
             WHERE line.move_id = ANY(%(move_ids)s)
          ORDER BY other.move_name
            """,
            move_ids=move_ids,
        ):
            case = self.ledger.cases[self.case_of_move[row["move_id"]]]
            case.paid_by = (*case.paid_by, row["move_name"])

    def _add_payment_items(self, transactions):
        """The open outstanding lines of payments that are registered in Odoo already."""
        cases = {
            row["payment_id"]: self._case_of(row) or self.case_of_payment.get(row["payment_id"])
            for row in transactions
            if row["payment_id"]
        }
        for row in self._query(
            """
            SELECT line.id, payment.id AS payment_id, line.move_name AS name, line.account_id, line.partner_id,
                   currency.name AS currency, line.amount_residual_currency::text AS residual, line.date_maturity,
                   line.date
              FROM account_payment payment
              JOIN account_move_line line
                ON line.move_id = payment.move_id AND line.account_id = payment.outstanding_account_id
              JOIN res_currency currency ON currency.id = line.currency_id
             WHERE payment.id = ANY(%(payment_ids)s)
               AND line.parent_state = 'posted'
               AND (line.amount_residual_currency != 0 OR line.id = ANY(%(freed_ids)s))
            """,
            payment_ids=list(cases),
            freed_ids=list(self.freed),
        ):
            self._add_item(row, ItemType.PAYMENT, cases[row["payment_id"]])

    def _add_dispute_items(self, lines):
        """Open disputed amounts, by the case of the disputed payment."""
        cases = {row["id"]: self._case_of(row) for row in lines if row["is_dispute"]}
        for row in self._query(
            """
            SELECT line.id, rel.settlement_line_id, line.name, line.account_id, line.partner_id,
                   currency.name AS currency, line.amount_residual_currency::text AS residual, line.date_maturity,
                   line.date
              FROM account_settlement_line_move_line_rel rel
              JOIN account_move_line line ON line.id = rel.move_line_id
              JOIN account_account account ON account.id = line.account_id
              JOIN res_currency currency ON currency.id = line.currency_id
             WHERE rel.settlement_line_id = ANY(%(line_ids)s)
               AND account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted'
               AND line.balance > 0
               AND (line.amount_residual_currency > 0 OR line.id = ANY(%(freed_ids)s))
            """,
            line_ids=[line_id for line_id, case_id in cases.items() if case_id],
            freed_ids=list(self.freed),
        ):
            self._add_item(row, ItemType.DISPUTE, cases[row["settlement_line_id"]])
