from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from . import completeness_orders, completeness_payouts
from .times import get_norwegian_today


class AccountSettlementCompleteness(models.Model):
    """What lacks its counterpart, both ways: each order, invoice, payment, payout, bank line and day at most once.

    Read from the ledger and what the sources said; nothing is stored.
    """

    _name = "account.settlement.completeness"
    _description = "Completeness"
    _auto = False
    _order = "date, id"
    _rec_name = "reference"
    _depends = {
        "account.account": ["account_type"],
        "account.bank.statement.line": ["amount", "amount_currency", "is_reconciled", "partner_id", "payment_ref"],
        "account.move": ["invoice_date", "move_type", "settlement_id", "state", "webshop_id", "webshop_reference"],
        "account.move.line": [
            "amount_residual",
            "amount_residual_currency",
            "parent_state",
            "reconciled",
            "settlement_clearing_id",
            "settlement_opening_id",
            "settlement_payout_id",
            "settlement_role",
        ],
        "account.settlement": [
            "carried_to_id",
            "closing_balance",
            "complete_to",
            "opening_balance",
            "payout_amount",
            "state",
        ],
        "account.settlement.document": ["date_from", "date_to", "missing_agreements", "state"],
        "account.settlement.line": ["difference", "invoice_id", "is_reopened", "move_line_ids", "sale_order_id"],
        "account.settlement.provider": ["active", "clearing_account_id", "merchant_id", "start_date", "state"],
        "sale.order": ["amount_total", "invoice_status", "state", "webshop_id", "webshop_state"],
        "sale.order.line": ["invoice_lines"],
        "sale.webshop.event": ["state"],
    }

    cause = fields.Selection(
        [
            ("order_not_invoiced", "Order without invoice"),
            ("order_waits", "Order with a document missing"),
            ("captured_not_invoiced", "Captured without invoice"),
            ("invoice_not_paid", "Invoice without payment"),
            ("credit_note_not_refunded", "Credit note without refund"),
            ("payment_not_invoiced", "Payment without invoice"),
            ("refund_not_credited", "Refund without credit note"),
            ("transaction_not_matched", "Transaction not matched"),
            ("payment_not_settled", "Registered payment without settlement"),
            ("payout_without_bank", "Payout without bank line"),
            ("bank_without_payout", "Bank line without payout"),
            ("entry_without_payout", "Entry on the clearing account without payout"),
            ("settlement_not_booked", "Settlement not booked"),
            ("days_missing", "Days without settlement"),
            ("balances_differ", "Opening balance differs from the closing balance before"),
            ("document_not_read", "Document not read"),
            ("message_not_read", "Shop's message not read"),
        ],
        string="What Is Missing",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    webshop_id = fields.Many2one("sale.webshop", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    date = fields.Date(readonly=True)
    date_to = fields.Date(string="To", readonly=True, help="The last of the days that are missing.")
    date_due = fields.Date(string="Due Date", readonly=True)
    age = fields.Integer(string="Days", readonly=True, aggregator="max", help="How many days ago it happened.")
    reference = fields.Char(readonly=True)
    amount = fields.Monetary(string="Amount in Currency", readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_company = fields.Monetary(
        string="Amount", readonly=True, currency_field="company_currency_id", aggregator="sum"
    )
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @property
    def _table_query(self):
        # Providers close a day in Norway, and tell of it the morning after.
        today = get_norwegian_today(self)
        opened = self.env["account.settlement.line"]._get_open_query()
        queries = (
            completeness_orders.orders(opened),
            completeness_orders.documents(),
            completeness_orders.transactions(opened),
            completeness_orders.messages(),
            completeness_payouts.payouts(),
            completeness_payouts.clearing_items(),
            completeness_payouts.bank_lines(),
            completeness_payouts.missing_days(today - timedelta(days=2)),
            completeness_payouts.balances(),
            completeness_payouts.unread_documents(),
        )
        return SQL(
            """
            SELECT listed.*, %s::date - listed.date AS age, company.currency_id AS company_currency_id
              FROM (%s) AS listed
              JOIN res_company company ON company.id = listed.company_id
            """,
            today,
            SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries),
        )

    @api.depends("reference", "cause")
    @api.depends_context("lang")
    def _compute_display_name(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{causes.get(row.cause, '')} {row.reference or ''}".strip()

    def action_open_record(self):
        """Open what the row is about."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
