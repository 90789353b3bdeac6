from odoo import api, fields, models
from odoo.tools import SQL, format_date


class AccountSettlementFeeMonth(models.Model):
    """A provider's fees of a month: by its documents, beside the ledger.

    By the provider's ledger date on the documents' side, by accounting date in the ledger; what a lock moved from one
    month to another stands by itself. What the documents say is in the provider's currency, the ledger in the
    company's.
    """

    _name = "account.settlement.fee.month"
    _description = "Fees by Month"
    _auto = False
    _order = "month desc, provider_id"
    _rec_name = "provider_id"

    month = fields.Date(string="First of the Month", readonly=True)
    month_name = fields.Char(string="Month", compute="_compute_month_name")
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Provider's Currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    deducted = fields.Monetary(string="From Payments", readonly=True, help="Deducted on the payment's own row.")
    own_rows = fields.Monetary(readonly=True, help="Fees that are deducted as a row of their own.")
    owed = fields.Monetary(readonly=True, help="Invoiced by the provider later.")
    total = fields.Monetary(string="In All", readonly=True)
    reported = fields.Monetary(readonly=True, help="On payments, of fees that are deducted as rows, or invoiced.")
    unreported = fields.Monetary(
        string="Not Reported",
        readonly=True,
        help="Fees that are rows or owed, less what is reported on payments. Fees that are not of payments, such as a "
        "monthly price, and fees of another month's payments stand here.",
    )
    waiting = fields.Monetary(string="Not Booked Yet", readonly=True)
    moved = fields.Monetary(
        string="Moved by Locks",
        readonly=True,
        help="Booked in another month than the provider's, as that was locked, or undone in another month than it was "
        "booked in: positive where it came, negative where it left.",
    )
    booked = fields.Monetary(currency_field="company_currency_id", readonly=True, help="As fees, with their VAT.")
    booked_elsewhere = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="Fee rows that a rule or a person put on another account, or that are unknown.",
    )
    difference = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What is booked here and elsewhere, less what the documents have for the month, as far as it is booked, "
        "and less what was moved. Only where the provider settles in company currency.",
    )

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for row in self:
            row.month_name = format_date(self.env, row.month, date_format="LLLL y")

    def action_open_transactions(self):
        """Open the transactions that charge the fees."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_fee_report")
        action["domain"] = [
            ("provider_id", "=", self.provider_id.id),
            *self._get_month_domain(),
            "|",
            ("fee", "!=", 0),
            ("fee_reported", "!=", 0),
        ]
        action["views"] = [(False, "list"), (False, "kanban"), (False, "pivot"), (False, "graph")]
        action["context"] = {}
        return action

    def action_open_items(self):
        """Open the journal items."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        action["domain"] = [
            ("move_id.settlement_id.provider_id", "=", self.provider_id.id),
            ("parent_state", "=", "posted"),
            *self._get_month_domain(),
            "|",
            ("settlement_role", "in", ["fee", "fee_tax"]),
            "&",
            ("settlement_role", "not in", ["clearing", "fee_payable"]),
            ("settlement_line_ids.kind", "in", ["fee", "fee_refund"]),
        ]
        action["context"] = {}
        return action

    def _get_month_domain(self):
        last = fields.Date.end_of(self.month, "month")
        return [("date", ">=", self.month), ("date", "<=", last)]

    # ---------------------------------------------------------------- where it is read

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT (EXTRACT(YEAR FROM sums.month) * 12 + EXTRACT(MONTH FROM sums.month))::bigint * 1000000
                       + sums.provider_id AS id,
                   sums.month::date AS month,
                   sums.provider_id,
                   provider.company_id,
                   provider.currency_id,
                   company.currency_id AS company_currency_id,
                   sums.deducted, sums.own_rows, sums.owed,
                   sums.deducted + sums.own_rows + sums.owed AS total,
                   sums.reported,
                   CASE WHEN sums.reported <> 0 THEN sums.own_rows + sums.owed - sums.reported ELSE 0 END
                       AS unreported,
                   sums.waiting, sums.moved, sums.booked, sums.booked_elsewhere,
                   CASE WHEN provider.currency_id = company.currency_id
                        THEN sums.booked + sums.booked_elsewhere + sums.waiting - sums.moved
                             - sums.deducted - sums.own_rows - sums.owed
                        ELSE 0 END AS difference
              FROM (
                  SELECT month, provider_id,
                         SUM(deducted) AS deducted, SUM(own_rows) AS own_rows, SUM(owed) AS owed,
                         SUM(reported) AS reported, SUM(waiting) AS waiting, SUM(moved) AS moved,
                         SUM(booked) AS booked, SUM(booked_elsewhere) AS booked_elsewhere
                    FROM (%(documents)s UNION ALL %(moved_here)s UNION ALL %(undone)s UNION ALL %(ledger)s
                          UNION ALL %(elsewhere)s) part
                   GROUP BY month, provider_id
              ) sums
              JOIN account_settlement_provider provider ON provider.id = sums.provider_id
              JOIN res_company company ON company.id = provider.company_id
            """,
            documents=self._select_documents(),
            moved_here=self._select_moved_here(),
            undone=self._select_undone(),
            ledger=self._select_ledger(),
            elsewhere=self._select_elsewhere(),
        )

    @staticmethod
    def _select_documents():
        return SQL(
            """
            SELECT DATE_TRUNC('month', line.date::timestamp) AS month, line.provider_id,
                   SUM(COALESCE(line.fee, 0)) AS deducted,
                   SUM(CASE WHEN line.kind IN ('fee', 'fee_refund') AND line.fee_owed IS NOT TRUE
                            THEN -line.amount ELSE 0 END) AS own_rows,
                   SUM(CASE WHEN line.fee_owed THEN -line.amount ELSE 0 END) AS owed,
                   SUM(COALESCE(line.fee_reported, 0)) AS reported,
                   SUM(CASE WHEN line.status <> 'new' THEN 0
                            WHEN line.kind IN ('fee', 'fee_refund') THEN COALESCE(line.fee, 0) - line.amount
                            ELSE COALESCE(line.fee, 0) END) AS waiting,
                   SUM(CASE WHEN line.is_late IS NOT TRUE OR line.status = 'new'
                              OR DATE_TRUNC('month', line.booking_date::timestamp)
                                 = DATE_TRUNC('month', line.date::timestamp) THEN 0
                            WHEN line.kind IN ('fee', 'fee_refund') THEN line.amount - COALESCE(line.fee, 0)
                            ELSE -COALESCE(line.fee, 0) END) AS moved,
                   0.0 AS booked, 0.0 AS booked_elsewhere
              FROM account_settlement_line line
             WHERE line.status <> 'excluded'
               AND (line.kind IN ('fee', 'fee_refund') OR line.fee <> 0 OR line.fee_reported <> 0)
             GROUP BY 1, 2
            """
        )

    @staticmethod
    def _select_moved_here():
        return SQL(
            """
            SELECT DATE_TRUNC('month', line.booking_date::timestamp), line.provider_id,
                   0.0, 0.0, 0.0, 0.0, 0.0,
                   SUM(CASE WHEN line.kind IN ('fee', 'fee_refund') THEN COALESCE(line.fee, 0) - line.amount
                            ELSE COALESCE(line.fee, 0) END),
                   0.0, 0.0
              FROM account_settlement_line line
             WHERE line.is_late AND line.status NOT IN ('new', 'excluded')
               AND (line.kind IN ('fee', 'fee_refund') OR line.fee <> 0)
               AND DATE_TRUNC('month', line.booking_date::timestamp) <> DATE_TRUNC('month', line.date::timestamp)
             GROUP BY 1, 2
            """
        )

    @staticmethod
    def _select_undone():
        """What was undone in another month than it was booked in: it left the one for the other.

        Booked again behind a lock it comes back to the other month, so that nothing is left there.
        """
        return SQL(
            """
            SELECT DATE_TRUNC('month', months.date::timestamp), item.provider_id,
                   0.0, 0.0, 0.0, 0.0, 0.0, SUM(months.sign * item.amount), 0.0, 0.0
              FROM (
                  SELECT DISTINCT item.id, item.date, booked.date AS date_booked, item.amount_currency AS amount,
                         settlement.provider_id
                    FROM account_move move
                    JOIN account_move booked ON booked.id = move.reversed_entry_id
                    JOIN account_settlement settlement ON settlement.id = move.settlement_id
                    JOIN account_move_line item ON item.move_id = move.id
               LEFT JOIN account_settlement_line_move_line_rel rel ON rel.move_line_id = item.id
               LEFT JOIN account_settlement_line line
                         ON line.id = rel.settlement_line_id AND line.kind IN ('fee', 'fee_refund')
                   WHERE item.parent_state = 'posted'
                     AND item.currency_id = settlement.currency_id
                     AND (item.settlement_role IN ('fee', 'fee_tax')
                          OR line.id IS NOT NULL AND item.settlement_role NOT IN ('clearing', 'fee_payable'))
              ) item
              JOIN LATERAL (VALUES (item.date, 1), (item.date_booked, -1)) AS months(date, sign) ON TRUE
             WHERE DATE_TRUNC('month', item.date::timestamp) <> DATE_TRUNC('month', item.date_booked::timestamp)
             GROUP BY 1, 2
            """
        )

    @staticmethod
    def _select_ledger():
        return SQL(
            """
            SELECT DATE_TRUNC('month', item.date::timestamp), settlement.provider_id,
                   0.0, 0.0, 0.0, 0.0, 0.0, 0.0, SUM(item.balance), 0.0
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN account_settlement settlement ON settlement.id = move.settlement_id
             WHERE item.settlement_role IN ('fee', 'fee_tax') AND item.parent_state = 'posted'
             GROUP BY 1, 2
            """
        )

    @staticmethod
    def _select_elsewhere():
        """Fee rows whose other side is no fee: each journal item once, however many transactions it has."""
        return SQL(
            """
            SELECT DATE_TRUNC('month', item.date::timestamp), item.provider_id,
                   0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, SUM(item.balance)
              FROM (
                  SELECT DISTINCT item.id, item.date, item.balance, line.provider_id
                    FROM account_settlement_line line
                    JOIN account_settlement_line_move_line_rel rel ON rel.settlement_line_id = line.id
                    JOIN account_move_line item ON item.id = rel.move_line_id
                   WHERE line.kind IN ('fee', 'fee_refund') AND item.parent_state = 'posted'
                     AND item.settlement_role NOT IN ('clearing', 'fee', 'fee_tax', 'fee_payable')
              ) item
             GROUP BY 1, 2
            """
        )
