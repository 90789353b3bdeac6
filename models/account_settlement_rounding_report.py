from odoo import api, fields, models
from odoo.tools import SQL


class AccountSettlementRoundingReport(models.Model):
    """Rounding differences of settlements, one by one. A steady drift to one side is a fault in the shop's amounts.

    In company currency; a loss is positive, as cost.
    """

    _name = "account.settlement.rounding.report"
    _description = "Rounding Differences"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "name"

    date = fields.Date(readonly=True)
    name = fields.Char(string="Text", readonly=True)
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    settlement_id = fields.Many2one("account.settlement", readonly=True)
    move_id = fields.Many2one("account.move", string="Voucher", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Journal Item", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    number = fields.Integer(readonly=True)
    balance = fields.Monetary(string="Sum", readonly=True, help="Positive: less was paid than invoiced.")
    loss = fields.Monetary(string="Paid Too Little", readonly=True)
    gain = fields.Monetary(string="Paid Too Much", readonly=True)
    drift = fields.Float(
        string="One-Sided (%)",
        digits=(16, 0),
        readonly=True,
        aggregator="avg",
        help="The sum beside all differences without their signs: 100 when all go to one side, near 0 when they even "
        "out.",
    )

    @api.readonly
    def action_open_transactions(self):
        """Open the transactions that the difference is of."""
        self.ensure_one()
        return self.move_line_id.action_open_settlement_lines()

    def _read_group_select(self, aggregate_spec, query):
        """How one-sided differences are is worked out of all of them."""
        if aggregate_spec != "drift:avg":
            return super()._read_group_select(aggregate_spec, query)
        balance = self._field_to_sql(self._table, "balance", query)
        return SQL("100 * ABS(SUM(%(balance)s)) / NULLIF(SUM(ABS(%(balance)s)), 0)", balance=balance)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT item.id, item.date, item.name, settlement.provider_id, settlement.id AS settlement_id,
                   item.move_id, item.id AS move_line_id, item.account_id, item.company_id,
                   company.currency_id, 1 AS number, item.balance,
                   GREATEST(item.balance, 0) AS loss, GREATEST(-item.balance, 0) AS gain,
                   100.0 AS drift
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN account_settlement settlement ON settlement.id = move.settlement_id
              JOIN res_company company ON company.id = item.company_id
             WHERE item.settlement_role = 'rounding' AND item.parent_state = 'posted'
            """
        )
