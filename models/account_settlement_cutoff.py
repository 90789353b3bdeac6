from odoo import fields, models
from odoo.tools import SQL

from . import cutoff_queries
from .times import get_norwegian_today


class AccountSettlementCutoff(models.Model):
    """What crossed the end of a month: it happened in one month, and stands in the books of another.

    Read from the ledger; nothing is stored.
    """

    _name = "account.settlement.cutoff"
    _description = "Cut-Off"
    _auto = False
    _order = "month_end desc, date, id"
    _rec_name = "reference"
    _depends = {
        "account.move": ["invoice_date", "reversed_entry_id", "state"],
        "account.move.line": ["balance", "date", "parent_state", "settlement_clearing_id"],
        "account.partial.reconcile": ["credit_move_id", "debit_move_id"],
        "account.settlement": ["carried_to_id", "date", "payout_amount", "payout_date", "state"],
        "account.settlement.line": ["booking_date", "date", "invoice_id", "is_late", "move_line_ids", "status", "time"],
        "sale.order": ["date_order"],
    }

    cause = fields.Selection(
        [
            ("late", "Moved by a lock"),
            ("ledger", "In the provider's ledger the month after"),
            ("placed", "Matched by hand in another month"),
            ("payout", "Payout on its way"),
            ("refund", "Refund of an earlier month's sale"),
            ("invoice", "Invoice of another month than the payment"),
        ],
        string="What Crossed",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    line_id = fields.Many2one("account.settlement.line", string="Transaction", readonly=True)
    settlement_id = fields.Many2one("account.settlement", readonly=True)
    move_id = fields.Many2one("account.move", string="Voucher", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    date = fields.Date(
        string="Ledger Date", readonly=True, help="Of the transaction or the payout, in the provider's ledger."
    )
    date_real = fields.Date(
        string="Real Date",
        readonly=True,
        help="When it happened: the capture, the payout, the sale that was refunded, or the payment of an invoice.",
    )
    date_booked = fields.Date(
        string="Booked Date",
        readonly=True,
        help="Where it stands in the books: the voucher, the bank line, the refund, or the invoice. Empty for a "
        "payout that has not come.",
    )
    month_end = fields.Date(string="Crossed", readonly=True, help="The first end of a month between the two dates.")
    days = fields.Integer(readonly=True, aggregator="max", help="From the real date to the booked one.")
    reference = fields.Char(readonly=True)
    amount = fields.Monetary(string="Amount in Currency", readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_company = fields.Monetary(
        string="Amount", readonly=True, currency_field="company_currency_id", aggregator="sum"
    )
    company_currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        today = get_norwegian_today(self)
        queries = (
            cutoff_queries.moved(),
            cutoff_queries.placed_later(),
            cutoff_queries.payouts(today),
            cutoff_queries.refunds(),
            cutoff_queries.invoices(),
        )
        return SQL(
            """
            SELECT listed.*,
                   COALESCE(listed.date_booked, %s::date) - listed.date_real AS days,
                   (date_trunc('month', LEAST(listed.date_real, listed.date_booked)) + INTERVAL '1 month - 1 day')::date
                       AS month_end,
                   company.currency_id AS company_currency_id
              FROM (%s) AS listed
              JOIN res_company company ON company.id = listed.company_id
            """,
            today,
            SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries),
        )

    def action_open_voucher(self):
        """Open the voucher, the bank line or the invoice; the settlement of a payout that has not come."""
        self.ensure_one()
        return (self.move_id or self.line_id or self.settlement_id).get_formview_action()

    def action_open_transaction(self):
        """Open the transaction, or the settlement of a payout."""
        self.ensure_one()
        return (self.line_id or self.settlement_id).get_formview_action()
