from odoo import api, fields, models
from odoo.tools import SQL

from .times import get_report_day

#: The roles of a transaction's journal items on customers and prepayments.
CUSTOMER_ROLES = ("customer", "prepayment", "item", "source")


class SettlementCustomerDebt(models.Model):
    """What is owed to customers at the end of a day: paid in advance, paid too much, credited and not paid back.

    Read from the ledger as it stood that day: what was reconciled later was open then. What was undone since and
    booked again counts as it stood: the later item is read in the place of the earlier one, with its date. The day is
    the context's ``settlement_date``, today by default.
    """

    _name = "settlement.customer.debt"
    _description = "Prepayment or Debt to a Customer"
    _auto = False
    _order = "date, id"
    _rec_name = "reference"

    kind = fields.Selection(
        [
            ("prepaid", "Paid in Advance"),
            ("owed", "Owed to the Customer"),
            ("credit_note", "Credit Note Not Paid Back"),
            ("refund", "Paid Back, Not Credited"),
            ("hand", "By Hand"),
        ],
        readonly=True,
        help="Paid in advance: the sale was not invoiced that day. Paid back, not credited: the customer has the "
        "money, and the credit note is missing; it counts against what is owed. By hand: an entry on the prepayment "
        "account that no settlement made. An order that is cancelled today counts as cancelled, whatever the day.",
    )
    date = fields.Date(readonly=True)
    days = fields.Integer(string="Age", readonly=True, aggregator="avg", help="In days.")
    reference = fields.Char(string="Order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    webshop_id = fields.Many2one("sale.webshop", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Journal Item", readonly=True)
    move_id = fields.Many2one("account.move", string="Voucher", readonly=True)
    settlement_line_id = fields.Many2one("account.settlement.line", string="Transaction", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Company Currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="What is owed to the customer; in company currency.")

    @property
    def _table_query(self):
        # rows are written elsewhere: what is pending there is written before it is read
        for model in ("account.move.line", "account.move", "account.partial.reconcile", "account.settlement.line"):
            self.env[model].flush_model()
        return SQL(
            """
            WITH prepayment_account AS (
                SELECT DISTINCT provider.prepayment_account_id AS id
                  FROM account_settlement_provider provider
                  JOIN account_account account ON account.id = provider.prepayment_account_id
                 WHERE account.account_type != 'asset_receivable'
            ),
            %(undone)s,
            candidate AS (
                SELECT id FROM account_move_line
                 WHERE settlement_role IN %(roles)s AND (amount_residual != 0 OR amount_residual_currency != 0)
                 UNION
                SELECT item.id
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                 WHERE (move.webshop_id IS NOT NULL OR move.webshop_reference != '')
                   AND move.move_type = 'out_refund'
                   AND item.amount_residual != 0
                 UNION
                SELECT item.id
                  FROM account_move_line item
                  JOIN prepayment_account ON prepayment_account.id = item.account_id
                 WHERE item.reconciled IS NOT TRUE
                 UNION
                SELECT id FROM again
                 UNION
                SELECT partial.credit_move_id FROM account_partial_reconcile partial WHERE partial.max_date > %(day)s
                 UNION
                SELECT partial.debit_move_id FROM account_partial_reconcile partial WHERE partial.max_date > %(day)s
            ),
            opened AS (
                SELECT item.id, COALESCE(again.date, item.date) AS date, item.balance - COALESCE(met.amount, 0) AS open
                  FROM candidate
                  JOIN account_move_line item ON item.id = candidate.id
                  JOIN account_move move ON move.id = item.move_id
             LEFT JOIN again ON again.id = item.id
             LEFT JOIN LATERAL (
                    SELECT sum(partial.amount) AS amount
                      FROM (
                        SELECT amount, credit_move_id AS other_id
                          FROM account_partial_reconcile WHERE debit_move_id = item.id
                         UNION ALL
                        SELECT -amount, debit_move_id
                          FROM account_partial_reconcile WHERE credit_move_id = item.id
                      ) AS partial
                      JOIN account_move_line other ON other.id = partial.other_id
                 LEFT JOIN again AS other_again ON other_again.id = other.id
                     WHERE COALESCE(other_again.date, other.date) <= %(day)s
                  ) AS met ON TRUE
                 WHERE COALESCE(again.date, item.date) <= %(day)s
                   AND item.parent_state = 'posted'
                   AND item.id NOT IN (SELECT id FROM before)
                   AND (item.settlement_role IN %(roles)s
                        OR (move.webshop_id IS NOT NULL OR move.webshop_reference != '')
                           AND move.move_type = 'out_refund'
                        OR item.account_id IN (SELECT id FROM prepayment_account))
            )
            SELECT item.id,
                   item.id AS move_line_id,
                   item.move_id,
                   item.account_id,
                   item.company_id,
                   item.company_currency_id AS currency_id,
                   opened.date,
                   %(day)s - opened.date AS days,
                   COALESCE(item.partner_id, line.partner_id) AS partner_id,
                   line.id AS settlement_line_id,
                   line.provider_id,
                   COALESCE(move.webshop_id, sale_order.webshop_id) AS webshop_id,
                   COALESCE(line.order_reference, move.webshop_reference, line.provider_reference) AS reference,
                   -opened.open AS amount,
                   CASE WHEN item.settlement_role IS NULL AND move.move_type != 'out_refund' THEN 'hand'
                        WHEN opened.open > 0 THEN 'refund'
                        WHEN move.move_type = 'out_refund' THEN 'credit_note'
                        WHEN item.settlement_role = 'prepayment' AND sale_order.state IS DISTINCT FROM 'cancel'
                        THEN 'prepaid'
                        WHEN COALESCE(sale_order.state, 'cancel') != 'cancel' AND NOT EXISTS (
                            SELECT 1
                              FROM sale_order_line order_line
                              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = order_line.id
                              JOIN account_move_line invoiced ON invoiced.id = rel.invoice_line_id
                             WHERE order_line.order_id = sale_order.id
                               AND invoiced.parent_state = 'posted'
                               AND invoiced.date <= %(day)s
                        ) THEN 'prepaid'
                        ELSE 'owed'
                   END AS kind
              FROM opened
              JOIN account_move_line item ON item.id = opened.id
              JOIN account_move move ON move.id = item.move_id
              JOIN account_account account ON account.id = item.account_id
                   AND (account.account_type IN ('asset_receivable', 'liability_current')
                        OR account.id IN (SELECT id FROM prepayment_account))
         LEFT JOIN LATERAL (
                SELECT line.id, line.provider_id, line.order_reference, line.provider_reference, line.sale_order_id,
                       line.partner_id
                  FROM account_settlement_line_move_line_rel rel
                  JOIN account_settlement_line line ON line.id = rel.settlement_line_id
                 WHERE rel.move_line_id = item.id
              ORDER BY line.id
                 LIMIT 1
              ) line ON TRUE
         LEFT JOIN sale_order ON sale_order.id = COALESCE(line.sale_order_id, move.webshop_order_id)
             WHERE opened.open != 0
            """,
            roles=CUSTOMER_ROLES,
            day=get_report_day(self),
            undone=self._select_undone(),
        )

    @api.model
    def _select_undone(self):
        """Return the SQL of two tables on what was undone after the day and booked again.

        ``before``: the items that stand in the ledger of the day, and are read no more. ``again``: the items that are
        read in their place, with the day since when the transaction stood there.
        """
        return SQL(
            """
            turned AS (
                SELECT own.move_line_id AS id, own.settlement_line_id AS line_id, item.date
                  FROM account_partial_reconcile partial
                  JOIN account_move_line item ON item.id IN (partial.debit_move_id, partial.credit_move_id)
                  JOIN account_move_line other
                       ON other.id IN (partial.debit_move_id, partial.credit_move_id) AND other.id != item.id
                  JOIN account_settlement_line_move_line_rel own ON own.move_line_id = item.id
                  JOIN account_settlement_line_move_line_rel met
                       ON met.move_line_id = other.id AND met.settlement_line_id = own.settlement_line_id
                 WHERE partial.max_date > %(day)s
                   AND item.settlement_role IN %(roles)s
                   AND NOT EXISTS (  -- moved on to its document, which undid nothing
                        SELECT 1
                          FROM account_move_line source
                         WHERE source.id IN (item.id, other.id)
                           AND source.settlement_role = 'source'
                           AND NOT EXISTS (
                                SELECT 1
                                  FROM account_move_line back
                                 WHERE back.move_id = source.move_id AND back.settlement_role = 'unknown'
                           )
                   )
            ),
            replaced AS (
                SELECT turned.id, turned.date, later.id AS later_id
                  FROM turned
                  JOIN account_settlement_line_move_line_rel rel ON rel.settlement_line_id = turned.line_id
                  JOIN account_move_line later ON later.id = rel.move_line_id AND later.id > turned.id
                 WHERE turned.date <= %(day)s
                   AND later.settlement_role IN ('customer', 'prepayment', 'item')
                   AND later.parent_state = 'posted'
                   AND later.id NOT IN (SELECT id FROM turned)
            ),
            before AS (SELECT DISTINCT id FROM replaced),
            again AS (SELECT later_id AS id, min(date) AS date FROM replaced GROUP BY later_id)
            """,
            day=get_report_day(self),
            roles=CUSTOMER_ROLES,
        )

    def action_open_record(self):
        """Open the transaction, or the credit note."""
        self.ensure_one()
        return (self.settlement_line_id or self.move_id).get_formview_action()
