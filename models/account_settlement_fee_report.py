from odoo import api, fields, models
from odoo.tools import SQL

#: How many ids a transaction may take here: it has one row for each fee that its document tells apart.
_IDS = 64

#: Sums that are no sums of the rows: each is worked out of all that are grouped.
_RATIOS = {
    "fee_percent:avg": "100 * SUM(%(fee)s) / NULLIF(SUM(%(payment)s), 0)",
    "payment_fee_percent:avg": "100 * SUM(%(payment_fee)s) / NULLIF(SUM(%(payment)s), 0)",
    "found_percent:avg": "(100 * REGR_SLOPE(%(payment_fee)s, %(paid)s))::numeric",
    "found_fixed:avg": "REGR_INTERCEPT(%(payment_fee)s, %(paid)s)::numeric",
}


class AccountSettlementFeeReport(models.Model):
    """Fees beside the payments they are charged for, and beside what was agreed.

    A row is a payment, or a row of the provider that is a fee itself; of several fees of one payment each has its row,
    and the first carries the payment. Fees are positive when charged.
    """

    _name = "account.settlement.fee.report"
    _description = "Fees"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reference"

    date = fields.Date(string="Ledger Date", readonly=True)
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    settlement_id = fields.Many2one("account.settlement", readonly=True)
    line_id = fields.Many2one("account.settlement.line", string="Transaction", readonly=True)
    reference = fields.Char(string="Order Reference", readonly=True)
    payment_method = fields.Char(readonly=True)
    fee_type_id = fields.Many2one("account.settlement.fee.type", readonly=True)
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("refund", "Refund"),
            ("fee", "Fee of its own"),
            ("other", "Other transaction"),
        ],
        string="Charged On",
        readonly=True,
    )
    booking = fields.Selection(
        [("deducted", "Deducted"), ("owed", "Owed, invoiced later"), ("reported", "Reported only"), ("none", "No fee")],
        string="How",
        readonly=True,
        help="What is reported only is deducted as a row of its own or invoiced, and is booked there.",
    )
    payment_count = fields.Integer(string="Number of Payments", readonly=True)
    payment = fields.Monetary(string="Payments", readonly=True)
    fee = fields.Monetary(string="All Fees", readonly=True, help="Deducted or owed: what is booked.")
    fee_reported = fields.Monetary(
        string="Reported", readonly=True, help="On payments, of fees that are deducted elsewhere or invoiced."
    )
    payment_fee = fields.Monetary(
        string="Payment Fees",
        readonly=True,
        help="What the provider says a payment cost, without VAT: deducted from it, or reported on it.",
    )
    expected = fields.Monetary(string="Agreed", readonly=True, help="By the agreed fees of the provider.")
    difference = fields.Monetary(
        string="More Than Agreed", readonly=True, help="The payments' fees less what was agreed, where it was."
    )
    deviation = fields.Monetary(readonly=True, help="The difference without its sign.")
    fee_percent = fields.Float(
        string="All Fees in %", digits=(16, 3), readonly=True, aggregator="avg", help="All fees of the payments."
    )
    payment_fee_percent = fields.Float(string="Payment Fees in %", digits=(16, 3), readonly=True, aggregator="avg")
    found_percent = fields.Float(
        string="Found: Percent",
        digits=(16, 3),
        readonly=True,
        aggregator="avg",
        help="The percentage that the payments' fees follow best, beside a fixed amount per payment.",
    )
    found_fixed = fields.Float(
        string="Found: Per Payment",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="The fixed amount per payment that the payments' fees follow best.",
    )

    @api.readonly
    def action_open_transaction(self):
        self.ensure_one()
        return self.line_id.get_formview_action()

    def _read_group_select(self, aggregate_spec, query):
        """Percentages and what the fees follow are worked out of all rows of a group, never averaged."""
        if aggregate_spec not in _RATIOS:
            return super()._read_group_select(aggregate_spec, query)
        names = {name: self._field_to_sql(self._table, name, query) for name in ("fee", "payment", "payment_fee")}
        paid = SQL(
            "CASE WHEN %s > 0 THEN %s END",
            self._field_to_sql(self._table, "payment_count", query),
            names["payment"],
        )
        return SQL(_RATIOS[aggregate_spec], paid=paid, **names)

    # ---------------------------------------------------------------- where it is read

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id::bigint * %(ids)s + COALESCE(part.place, 0) AS id,
                   line.date,
                   line.provider_id,
                   line.company_id,
                   line.currency_id,
                   line.settlement_id,
                   line.id AS line_id,
                   COALESCE(line.order_reference, line.provider_reference, line.fee_type) AS reference,
                   line.payment_method,
                   fee_type.id AS fee_type_id,
                   CASE WHEN line.kind IN ('payment', 'refund') THEN line.kind
                        WHEN line.kind IN ('fee', 'fee_refund') THEN 'fee' ELSE 'other' END AS kind,
                   CASE WHEN line.fee_owed THEN 'owed'
                        WHEN line.kind IN ('fee', 'fee_refund') OR line.fee <> 0 THEN 'deducted'
                        WHEN line.fee_reported <> 0 THEN 'reported' ELSE 'none' END AS booking,
                   amounts.payment_count,
                   amounts.payment,
                   amounts.fee,
                   amounts.fee_reported,
                   amounts.payment_fee,
                   expected.amount AS expected,
                   amounts.payment_fee - expected.amount AS difference,
                   ABS(amounts.payment_fee - expected.amount) AS deviation,
                   100 * amounts.fee / NULLIF(amounts.payment, 0) AS fee_percent,
                   100 * amounts.payment_fee / NULLIF(amounts.payment, 0) AS payment_fee_percent,
                   NULL::numeric AS found_percent,
                   NULL::numeric AS found_fixed
              FROM account_settlement_line line
              LEFT JOIN LATERAL jsonb_array_elements(
                       CASE WHEN jsonb_typeof(line.fees) = 'array' THEN line.fees ELSE '[]'::jsonb END
                   ) WITH ORDINALITY AS part(fee, place) ON TRUE
              CROSS JOIN LATERAL (%(amounts)s) amounts
              LEFT JOIN account_settlement_fee_type fee_type
                ON fee_type.provider_id = line.provider_id
               AND COALESCE(fee_type.code, '') = COALESCE(part.fee->>0, line.fee_type, '')
               AND amounts.fee <> 0
              LEFT JOIN (%(rates)s) of_method
                ON of_method.provider_id = line.provider_id
               AND of_method.method = LOWER(TRIM(COALESCE(line.payment_method, '')))
               AND of_method.method <> ''
               AND line.date >= of_method.date_from AND line.date < of_method.date_to
              LEFT JOIN (%(rates)s) of_all
                ON of_all.provider_id = line.provider_id
               AND of_all.method = ''
               AND line.date >= of_all.date_from AND line.date < of_all.date_to
              CROSS JOIN LATERAL (
                  SELECT CASE WHEN amounts.payment_count > 0 THEN
                      ROUND(line.amount * COALESCE(of_method.percent, of_all.percent)::numeric / 100, 2)
                      + COALESCE(of_method.fixed, of_all.fixed) END AS amount
              ) expected
             WHERE line.status <> 'excluded'
               AND (line.kind IN ('payment', 'fee', 'fee_refund') OR line.fee <> 0 OR line.fee_reported <> 0)
            """,
            ids=_IDS,
            amounts=self._select_amounts(),
            rates=self._select_rates(),
        )

    @staticmethod
    def _select_amounts():
        """The amounts of a row: the first of a transaction carries the payment and what is reported of it."""
        return SQL(
            """
            SELECT (line.kind = 'payment' AND COALESCE(part.place, 1) = 1)::int AS payment_count,
                   CASE WHEN line.kind = 'payment' AND COALESCE(part.place, 1) = 1 THEN line.amount ELSE 0 END
                       AS payment,
                   CASE WHEN line.kind IN ('fee', 'fee_refund') THEN -line.amount + COALESCE(line.fee, 0)
                        WHEN part.place IS NOT NULL THEN (part.fee->>1)::numeric
                        ELSE COALESCE(line.fee, 0) END AS fee,
                   CASE WHEN COALESCE(part.place, 1) = 1 THEN COALESCE(line.fee_reported, 0) ELSE 0 END
                       AS fee_reported,
                   CASE WHEN line.kind <> 'payment' OR COALESCE(part.place, 1) <> 1 THEN 0
                        WHEN line.fee <> 0 THEN line.fee - COALESCE(line.fee_vat, 0)
                        ELSE COALESCE(line.fee_reported, 0) END AS payment_fee
            """
        )

    @staticmethod
    def _select_rates():
        """The agreed fees, each until the next of the same method."""
        return SQL(
            """
            SELECT provider_id, percent, fixed, date_from, LOWER(TRIM(COALESCE(payment_method, ''))) AS method,
                   LEAD(date_from, 1, 'infinity'::date) OVER (
                       PARTITION BY provider_id, LOWER(TRIM(COALESCE(payment_method, ''))) ORDER BY date_from
                   ) AS date_to
              FROM account_settlement_fee_rate
            """
        )
