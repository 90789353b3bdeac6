from decimal import Decimal

from ..matching.ledger import ItemType, OpenItem
from ..matching.roles import Role
from .ledger_queries import LedgerQueries


class LedgerOpenItems(LedgerQueries):
    """What is open in the cases: documents, payments registered in Odoo, disputed amounts, earlier transactions' money.

    :param ledger: the :class:`~..matching.ledger.Ledger` the open items are added to.
    :param without_ids: ids of ``account.settlement.line`` that are taken as not booked.
    :param without_item_ids: ids of journal items that others booked, and that are taken as not booked either.
    :ivar released: what is open again then, ``{journal item id: amount in its currency}``.
    """

    def __init__(self, provider, ledger, without_ids=(), without_item_ids=()):
        super().__init__(provider)
        self.ledger = ledger
        self.without_ids = list(without_ids)
        is_without = without_ids or without_item_ids
        self.released = self._find_released(self.without_ids, list(without_item_ids)) if is_without else {}

    def _find_released(self, line_ids, item_ids):
        """Return how much of what transactions and journal items met would be open again without them."""
        rows = self._query(
            """
            WITH own AS (
                SELECT DISTINCT rel.move_line_id AS id
                  FROM account_settlement_line_move_line_rel rel
                 WHERE rel.settlement_line_id = ANY(%(line_ids)s)
                 UNION
                SELECT unnest(%(item_ids)s::int[])
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
            line_ids=line_ids,
            item_ids=item_ids,
        )
        return {row["id"]: Decimal(row["amount"]) for row in rows}

    def add_documents(self, cases):
        """Add the open items of the documents in ``cases``, a :class:`LedgerCases`."""
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
               AND (line.amount_residual_currency != 0 OR line.id = ANY(%(released_ids)s))
            """,
            move_ids=list(cases.case_of_move),
            released_ids=list(self.released),
        )
        for row in rows:
            item_type = ItemType.CREDIT_NOTE if self._get_residual(row) < 0 else ItemType.INVOICE
            self._add_item(row, item_type, cases.case_of_move[row["move_id"]], invoice_id=row["move_id"])
        open_moves = {row["move_id"] for row in rows}
        self._add_paid_by(cases, [move_id for move_id in cases.case_of_move if move_id not in open_moves])

    def _get_residual(self, row):
        return Decimal(row["residual"]) + self.released.get(row["id"], 0)

    def _add_item(self, row, item_type, case_id, invoice_id=None, **values):
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
                **values,
            )
        )

    def _add_paid_by(self, cases, move_ids):
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
            case = self.ledger.cases[cases.case_of_move[row["move_id"]]]
            case.paid_by = (*case.paid_by, row["move_name"])

    def add_payments(self, transactions, cases):
        """Add the open outstanding lines of payments that are registered in Odoo already."""
        case_of_payment = {
            row["payment_id"]: cases.case_of(row) or cases.case_of_payment.get(row["payment_id"])
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
               AND (line.amount_residual_currency != 0 OR line.id = ANY(%(released_ids)s))
            """,
            payment_ids=list(case_of_payment),
            released_ids=list(self.released),
        ):
            self._add_item(row, ItemType.PAYMENT, case_of_payment[row["payment_id"]])

    def add_disputes(self, lines, cases):
        """Add open disputed amounts, by the case of the disputed payment."""
        case_of_line = {row["id"]: cases.case_of(row) for row in lines if row["is_dispute"]}
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
               AND (line.amount_residual_currency > 0 OR line.id = ANY(%(released_ids)s))
            """,
            line_ids=[line_id for line_id, case_id in case_of_line.items() if case_id],
            released_ids=list(self.released),
        ):
            line_id = row["settlement_line_id"]
            self._add_item(row, ItemType.DISPUTE, case_of_line[line_id], dispute_id=line_id)

    def add_money(self, cases):
        """Add the payments and refunds of settlements that stand open on the customer or the prepayment account.

        By the order or invoice they were matched with. The two that went in and out of one sale meet each other there.
        """
        for row in self._query(
            """
            SELECT item.id, transaction.id AS transaction_id, transaction.sale_order_id AS order_id,
                   transaction.invoice_id AS move_id, item.name, item.account_id, item.partner_id,
                   currency.name AS currency, item.amount_residual_currency::text AS residual, item.date_maturity,
                   item.settlement_role AS role
              FROM account_settlement_line transaction
              JOIN account_settlement_line_move_line_rel rel ON rel.settlement_line_id = transaction.id
              JOIN account_move_line item ON item.id = rel.move_line_id
              JOIN account_move voucher ON voucher.id = item.move_id
              JOIN account_account account ON account.id = item.account_id
              JOIN res_currency currency ON currency.id = item.currency_id
             WHERE (transaction.sale_order_id = ANY(%(order_ids)s) OR transaction.invoice_id = ANY(%(move_ids)s))
               AND transaction.company_id = %(company_id)s
               AND transaction.id != ALL(%(without_ids)s)
               AND transaction.is_dispute IS NOT TRUE
               AND item.parent_state = 'posted' AND voucher.reversed_entry_id IS NULL
               AND (
                   item.settlement_role = 'prepayment'
                   OR (item.settlement_role IN ('customer', 'item') AND account.account_type = 'asset_receivable')
                   )
               AND (item.amount_residual_currency != 0 OR item.id = ANY(%(released_ids)s))
            """,
            order_ids=list(cases.case_of_order),
            move_ids=list(cases.case_of_move),
            without_ids=self.without_ids,
            released_ids=list(self.released),
        ):
            case_id = cases.case_of(row)
            role = Role.PREPAYMENT if row["role"] == Role.PREPAYMENT else Role.CUSTOMER
            self._add_item(row, ItemType.ON_ACCOUNT, case_id, role=role, transaction_id=row["transaction_id"])

    def add_unknown(self, provider_references):
        """Add the unknown payments and refunds under these ids of the provider that are open in full."""
        for row in self._query(
            """
            SELECT item.id, transaction.id AS transaction_id, transaction.provider_reference,
                   transaction.order_reference, item.name, item.account_id, item.partner_id,
                   currency.name AS currency, item.amount_residual_currency::text AS residual, item.date_maturity
              FROM account_settlement_line transaction
              JOIN account_settlement_line_move_line_rel rel ON rel.settlement_line_id = transaction.id
              JOIN account_move_line item ON item.id = rel.move_line_id
              JOIN account_move voucher ON voucher.id = item.move_id
              JOIN res_currency currency ON currency.id = item.currency_id
             WHERE transaction.provider_reference = ANY(%(provider_references)s)
               AND transaction.provider_id = %(provider_id)s
               AND transaction.id != ALL(%(without_ids)s)
               AND transaction.kind IN ('payment', 'refund')
               AND transaction.is_undone IS NOT TRUE
               AND item.parent_state = 'posted' AND voucher.reversed_entry_id IS NULL
               AND item.settlement_role IN ('unknown', 'item') AND item.account_id = %(unknown_account_id)s
               AND (item.amount_residual_currency = -transaction.amount OR item.id = ANY(%(released_ids)s))
            """,
            provider_references=list(provider_references),
            provider_id=self.provider.id,
            unknown_account_id=self.provider.unknown_account_id.id,
            without_ids=self.without_ids,
            released_ids=list(self.released),
        ):
            self._add_item(
                row,
                ItemType.UNKNOWN,
                "",
                role=Role.UNKNOWN,
                transaction_id=row["transaction_id"],
                provider_reference=row["provider_reference"],
                order_reference=row["order_reference"] or "",
            )
