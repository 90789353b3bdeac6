from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..matching.roles import Role

#: The roles of a transaction's own journal items on customers, prepayments and the unknown account. The reserve is not
#: among them, nor what a rule or a person has booked to an account: that is where it is to stay.
OWN_ROLES = tuple(
    str(role) for role in (Role.UNKNOWN, Role.CUSTOMER, Role.PREPAYMENT, Role.DISPUTE, Role.ITEM, Role.SOURCE)
)

#: What the retry looks at again.
RETRIED = ("unknown", "awaits_invoice", "awaits_credit_note", "owed", "reopened")

#: The fields that the SQL below reads, by model.
_READ_FIELDS = {
    "account.settlement.line": ("status", "difference", "is_reopened", "sale_order_id", "invoice_id", "move_line_ids"),
    "account.move.line": ("amount_residual", "amount_residual_currency", "settlement_role", "parent_state"),
    "account.move": ("state", "move_type", "amount_residual", "amount_total_signed"),
    "sale.order": ("state", "invoice_status"),
    "sale.order.line": ("invoice_lines",),
}


class AccountSettlementLine(models.Model):
    """Where that which is open of a transaction stands, read from the ledger: each transaction is on one list at most.

    Finished means that its own journal items have a residual of zero, whatever its status says.
    """

    _inherit = "account.settlement.line"

    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    open_as = fields.Selection(
        [
            ("unknown", "Unknown"),
            ("awaits_invoice", "Awaits the Invoice"),
            ("awaits_credit_note", "Awaits the Credit Note"),
            ("owed", "Owed to the Customer"),
            ("dispute", "Disputed"),
            ("reopened", "Opened Again"),
            ("short", "Invoice Partly Open"),
        ],
        compute="_compute_open_as",
        search="_search_open_as",
        help="Where what is open of it stands. Owed: the customer's money that no invoice is expected to use, as the "
        "order was cancelled, credited or paid twice. Opened again: somebody has taken its reconciliation apart.",
    )
    amount_open = fields.Monetary(
        string="Open Amount",
        compute="_compute_open_as",
        currency_field="company_currency_id",
        help="What is open of it on customers, prepayments and the unknown account; signed as the transaction.",
    )
    has_difference = fields.Boolean(
        compute="_compute_has_difference", search="_search_has_difference", string="Open Difference"
    )

    _short_idx = models.Index("(invoice_id) WHERE difference = 'open'")

    @api.depends(
        "status",
        "difference",
        "is_reopened",
        "invoice_id.amount_residual",
        "sale_order_id.state",
        "sale_order_id.invoice_status",
        "move_line_ids.amount_residual",
        "move_line_ids.amount_residual_currency",
        "move_line_ids.parent_state",
    )
    def _compute_open_as(self):
        found = {}
        if self.ids:
            self._flush_for_open()
            query = SQL("SELECT id, open_as, amount FROM (%s) AS listed", self._get_open_query(self.ids))
            found = {row[0]: row[1:] for row in self.env.execute_query(query)}
        for line in self:
            line.open_as, line.amount_open = found.get(line.id, (False, 0.0))

    def _search_open_as(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._flush_for_open()
        names = tuple(name for name in value if name)
        listed = self._get_open_query()

        def to_sql(_model, alias, _query):
            own = SQL.identifier(alias, "id")
            wanted = SQL("%s IN (SELECT id FROM (%s) AS listed WHERE open_as IN %s)", own, listed, names or ("",))
            if False not in value:
                return wanted
            return SQL("(%s OR %s NOT IN (SELECT id FROM (%s) AS listed))", wanted, own, listed)

        return Domain.custom(to_sql=to_sql, predicate=lambda line: line.open_as in value)

    def _flush_for_open(self):
        for model, names in _READ_FIELDS.items():
            self.env[model].flush_model(names)

    @api.model
    def _get_open_query(self, line_ids=None):
        """Return the SQL of rows ``id, open_as, amount``: the transactions of which something is open.

        :param line_ids: of these transactions only; of all by default, found through the open journal items.
        """
        of_lines = SQL("AND line.id = ANY(%s)", list(line_ids)) if line_ids is not None else SQL()
        return SQL(
            """
            WITH opened AS (
                SELECT line.id,
                       -sum(item.amount_residual) AS amount,
                       bool_or(item.settlement_role = 'item') AS has_item,
                       bool_or(item.settlement_role = 'unknown') AS has_unknown,
                       bool_or(item.settlement_role = 'dispute') AS has_dispute,
                       bool_or(item.settlement_role IN ('customer', 'prepayment', 'item')) AS has_customer,
                       bool_or(
                           COALESCE(NULLIF(item.amount_residual, 0), item.amount_residual_currency) * line.amount > 0
                       ) AS has_opposite
                  FROM account_move_line item
                  JOIN account_settlement_line_move_line_rel rel ON rel.move_line_id = item.id
                  JOIN account_settlement_line line ON line.id = rel.settlement_line_id
                 WHERE item.settlement_role IN %(roles)s
                   AND (item.amount_residual != 0 OR item.amount_residual_currency != 0)
                   AND item.parent_state = 'posted'
                   %(of_lines)s
              GROUP BY line.id
            )
            SELECT line.id,
                   CASE WHEN opened.has_opposite OR line.status IN ('new', 'excluded')
                             OR opened.has_unknown AND line.status != 'unknown'
                             OR opened.has_dispute AND line.is_reopened
                             OR opened.has_customer AND (
                                 line.is_reopened
                                 OR line.status = 'unknown'
                                 OR line.difference IS DISTINCT FROM 'excess' AND (
                                     line.status = 'matched' OR line.status = 'resolved' AND opened.has_item
                                 )
                             ) THEN 'reopened'
                        WHEN opened.has_unknown THEN 'unknown'
                        WHEN opened.has_dispute THEN 'dispute'
                        WHEN line.amount < 0 THEN 'awaits_credit_note'
                        WHEN %(expects_invoice)s THEN 'awaits_invoice'
                        ELSE 'owed'
                   END AS open_as,
                   opened.amount
              FROM opened
              JOIN account_settlement_line line ON line.id = opened.id
         LEFT JOIN sale_order ON sale_order.id = line.sale_order_id
             UNION ALL
            SELECT line.id, 'short', 0
              FROM account_settlement_line line
              JOIN account_move invoice ON invoice.id = line.invoice_id
             WHERE line.difference = 'open'
               AND line.status IN ('matched', 'on_account')
               AND invoice.state = 'posted'
               AND invoice.amount_residual != 0
               AND line.id NOT IN (SELECT id FROM opened)
               AND NOT EXISTS (  -- what is open of an invoice is listed once, with the latest of its transactions
                    SELECT 1
                      FROM account_settlement_line later
                     WHERE later.invoice_id = line.invoice_id
                       AND later.difference = 'open'
                       AND later.status IN ('matched', 'on_account')
                       AND (later.date, later.id) > (line.date, line.id)
               )
               %(of_lines)s
            """,
            roles=OWN_ROLES,
            of_lines=of_lines,
            expects_invoice=self._get_expecting_sql(),
        )

    @api.model
    def _get_expecting_sql(self):
        """Return the SQL condition that an order is still to be invoiced: neither cancelled, invoiced nor credited.

        An order that was credited in full is counted as not invoiced by Odoo; nothing will use its payment unless
        there is a draft.
        """
        documents = SQL(
            """
              FROM sale_order_line order_line
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = order_line.id
              JOIN account_move_line invoiced ON invoiced.id = rel.invoice_line_id
              JOIN account_move document ON document.id = invoiced.move_id
             WHERE order_line.order_id = sale_order.id
            """
        )
        return SQL(
            """
            COALESCE(sale_order.state, 'cancel') != 'cancel'
            AND (
                EXISTS (SELECT 1 %(documents)s AND document.state = 'draft' AND document.move_type = 'out_invoice')
                OR COALESCE(sale_order.invoice_status, 'no') NOT IN ('invoiced', 'upselling')
                AND NOT COALESCE((
                    SELECT sum(made.amount_total_signed) = 0
                      FROM (
                        SELECT DISTINCT document.id, document.amount_total_signed
                        %(documents)s AND document.state = 'posted'
                      ) AS made
                ), FALSE)
            )
            """,
            documents=documents,
        )

    # ---------------------------------------------------------------- differences

    @api.depends("open_as", "difference")
    def _compute_has_difference(self):
        for line in self:
            is_surplus = line.difference == "excess" and line.open_as == "owed"
            line.has_difference = is_surplus or line.open_as == "short"

    def _search_has_difference(self, operator, value):
        if operator != "in":
            return NotImplemented
        surplus = Domain("difference", "=", "excess") & Domain("open_as", "=", "owed")
        domain = Domain("open_as", "=", "short") | surplus
        return domain if True in value else ~domain
