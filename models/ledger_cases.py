from decimal import Decimal

from ..common.references import normalise
from ..matching.ledger import Case
from ..matching.rules import Key
from .ledger_queries import LedgerQueries
from .money import to_decimal


class LedgerCases(LedgerQueries):
    """Sorts what was found into cases: an order with its documents, or a document or payment that has no order.

    :param ledger: the :class:`~..matching.ledger.Ledger` the cases and their keys are added to.
    """

    def __init__(self, provider, ledger):
        super().__init__(provider)
        self.ledger = ledger
        self.case_of_order = {}
        self.case_of_move = {}
        self.case_of_payment = {}
        self._cases_of_name = {}

    def add_orders(self, order_ids):
        """Make a case of each order."""
        orders = self.env["sale.order"].sudo().browse(order_ids)
        orders.fetch(
            ["name", "partner_invoice_id", "invoice_status", "state", "webshop_id", "amount_total", "currency_id"]
        )
        partners = orders.partner_invoice_id
        partners.fetch(["commercial_partner_id"])
        commercial = partners.commercial_partner_id.with_company(self.company)
        commercial.fetch(["property_account_receivable_id"])
        awaited = self._find_orders_awaiting_capture(order_ids)
        drafts = self._find_orders_with_draft(order_ids)
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
                currency=order.currency_id.name,
                ordered=to_decimal(order.amount_total, order.currency_id),
            )
            self.case_of_order[order.id] = case.id
            self.ledger.cases[case.id] = case

    def _find_orders_awaiting_capture(self, order_ids):
        rows = self._query(
            """
            SELECT DISTINCT rel.sale_order_id AS order_id
              FROM sale_order_transaction_rel rel
              JOIN payment_transaction transaction ON transaction.id = rel.transaction_id
             WHERE rel.sale_order_id = ANY(%(order_ids)s)
               AND transaction.state = 'authorized'
            """,
            order_ids=list(order_ids),
        )
        return {row["order_id"] for row in rows}

    def _find_orders_with_draft(self, order_ids):
        rows = self._query(
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
        return {row["order_id"] for row in rows}

    def add_order_names(self, order_ids):
        """Note which orders a customer's document may name, for those written by hand that are not linked to one."""
        for row in self._query(
            "SELECT order_id, value FROM sale_order_reference WHERE order_id = ANY(%(order_ids)s)",
            order_ids=list(order_ids),
        ):
            case = self.ledger.cases[self.case_of_order[row["order_id"]]]
            if not case.is_cancelled:
                self._cases_of_name.setdefault((case.partner_id, normalise(row["value"])), set()).add(case.id)

    def _get_named_case(self, row):
        """Return the one order of this customer that the document names, or None."""
        found = self._cases_of_name.get((row["partner_id"], normalise(row["webshop_reference"] or "")), ())
        return self.ledger.cases[next(iter(found))] if len(found) == 1 else None

    def add_moves(self, move_ids, order_ids):
        """Sort every document into its case: its order's, else that of its shop reference, else its own.

        With the orders come their documents, however they are linked: by the order's lines, as made for a web order, as
        reversal, or by the name of the order that stands on them. A credit note of an amount has no lines of the order.
        """
        rows = self._query(
            """
            WITH of_order AS (
                SELECT DISTINCT line.move_id, order_line.order_id
                  FROM sale_order_line order_line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = order_line.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE order_line.order_id = ANY(%(order_ids)s)
            ), name AS MATERIALIZED (
                SELECT reference.value_normalised AS form, partner.commercial_partner_id AS partner_id
                  FROM sale_order_reference reference
                  JOIN sale_order ON sale_order.id = reference.order_id
                  JOIN res_partner partner ON partner.id = sale_order.partner_invoice_id
                 WHERE reference.order_id = ANY(%(order_ids)s) AND reference.kind != 'customer_reference'
            ), known AS (
                SELECT unnest(%(move_ids)s::int[]) AS move_id
                 UNION
                SELECT move_id FROM of_order
                 UNION
                SELECT id FROM account_move WHERE webshop_order_id = ANY(%(order_ids)s)
                 UNION
                SELECT move.id
                  FROM account_move move
                 WHERE %(webshop_reference_form)s = ANY(ARRAY(SELECT form FROM name))
                   AND (%(webshop_reference_form)s, move.commercial_partner_id) IN (SELECT form, partner_id FROM name)
                   AND move.company_id = %(company_id)s
            ), found AS (
                SELECT move_id FROM known
                 UNION
                SELECT reversal.id
                  FROM account_move reversal
                 WHERE reversal.reversed_entry_id = ANY(ARRAY(SELECT move_id FROM known))
                 UNION
                SELECT reversal.reversed_entry_id
                  FROM account_move reversal
                 WHERE reversal.id = ANY(ARRAY(SELECT move_id FROM known)) AND reversal.reversed_entry_id IS NOT NULL
            )
            SELECT move.id, move.name, move.move_type, move.commercial_partner_id AS partner_id,
                   move.webshop_reference, move.webshop_id, move.reversed_entry_id,
                   CASE WHEN move.move_type = 'out_refund' THEN -move.amount_total ELSE move.amount_total END::text
                       AS amount,
                   (SELECT currency.name FROM res_currency currency WHERE currency.id = move.currency_id) AS currency,
                   COALESCE(own.order_id, move.webshop_order_id) AS order_id
              FROM account_move move
         LEFT JOIN (SELECT move_id, min(order_id) AS order_id FROM of_order GROUP BY move_id) own
                ON own.move_id = move.id
             WHERE move.id = ANY(ARRAY(SELECT move_id FROM found))
               AND move.company_id = %(company_id)s AND move.state = 'posted' AND move.move_type IN %(sale_types)s
          ORDER BY move.invoice_date, move.id
            """,
            order_ids=list(order_ids),
            move_ids=list(move_ids),
            webshop_reference_form=self._normal_form("move.webshop_reference"),
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
            case.invoiced += Decimal(row["amount"])
            if case.currency != row["currency"]:
                case.currency = ""
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
                currency=row["currency"],
            )
        return self.ledger.cases[case_id]

    def _add_receivable_accounts(self):
        """Give each case without order the receivable account of its own document."""
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

    def case_of(self, row):
        """Return the id of the case that a row with ``order_id, move_id`` belongs to, or None."""
        return self.case_of_order.get(row["order_id"]) or self.case_of_move.get(row["move_id"])

    def add_payments(self, transactions):
        """Make a case of each payment registered in Odoo for neither order nor invoice."""
        for row in transactions:
            if row["payment_id"] and not self.case_of(row):
                case_id = f"payment:{row['payment_id']}"
                self.case_of_payment[row["payment_id"]] = case_id
                self.ledger.cases[case_id] = Case(
                    id=case_id,
                    name=row["reference"],
                    partner_id=row["partner_id"],
                    receivable_account_id=row["destination_account_id"],
                )

    def add_keys(self, orders, moves, transactions, lines):
        """Add the keys the cases are known by, from what :class:`LedgerReferences` has found."""
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
            case_id = self.case_of(row) or self.case_of_payment.get(row["payment_id"])
            add(Key.ORDER_REFERENCE, row["reference"], case_id)
            add(Key.PROVIDER_REFERENCE, row["provider_reference"], case_id)
        for row in lines:
            add(Key.PROVIDER_REFERENCE, row["provider_reference"], self.case_of(row))
