from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date


class AccountSettlementFeeOwed(models.Model):
    """Fees that a provider invoices later, month by month: what was booked as owed, what bills took off, what is left.

    Read from the ledger by accounting date, so that each month's rest is as of its last day, whatever came later. A
    bill belongs to the provider that is its supplier; what names none stands by itself. In company currency.
    """

    _name = "account.settlement.fee.owed"
    _description = "Fees Owed"
    _auto = False
    _inherit = ["settlement.rights"]
    _order = "month desc, account_id, provider_id"
    _rec_name = "account_id"

    month = fields.Date(string="First of the Month", readonly=True)
    month_name = fields.Char(string="Month", compute="_compute_month_name")
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    opening = fields.Monetary(string="Owed Before", readonly=True, aggregator=None)
    booked = fields.Monetary(string="Fees of the Month", readonly=True)
    billed = fields.Monetary(string="Bills", readonly=True, help="Vendor bills and credit notes against the account.")
    other = fields.Monetary(
        string="Other Entries", readonly=True, help="What is neither of settlements nor a bill; positive takes off."
    )
    closing = fields.Monetary(string="Owed at Month's End", readonly=True, aggregator=None)
    bill_of_month = fields.Monetary(
        string="Bill for the Month", readonly=True, help="Of the bills made for this month here, drafts too."
    )
    bill_difference = fields.Monetary(
        string="Bill Less Fees", readonly=True, help="Where there is a bill for the month: it less the month's fees."
    )

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for row in self:
            row.month_name = format_date(self.env, row.month, date_format="LLLL y")

    # ---------------------------------------------------------------- what is behind it

    def action_open_items(self):
        """Open the month's journal items on the account."""
        self.ensure_one()
        last = fields.Date.end_of(self.month, "month")
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        action["domain"] = [
            ("account_id", "=", self.account_id.id),
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", ">=", self.month),
            ("date", "<=", last),
        ]
        action["context"] = {}
        return action

    def action_make_bill(self):
        """Open the bill for the month; make a draft where there is none.

        It is of the fees that were booked: the accountant compares it with the provider's own, and enters its number,
        its date and its VAT.

        :raises UserError: when there is nothing to bill, or no supplier.
        """
        self.ensure_one()
        self._as_user()
        bills = self._find_bills()
        if not bills:
            bills = self._create_bill()
        action = bills[:1].get_formview_action()
        if len(bills) > 1:
            action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_in_invoice_type")
            action["domain"] = [("id", "in", bills.ids)]
            action["context"] = {}
        return action

    def _find_bills(self):
        return self.env["account.move"].search(
            [
                ("settlement_fee_provider_id", "=", self.provider_id.id),
                ("settlement_fee_month", "=", self.month),
                ("state", "!=", "cancel"),
            ]
        )

    def _create_bill(self):
        provider = self.provider_id
        if not provider or not self.currency_id.compare_amounts(self.booked, 0) > 0:
            raise UserError(self.env._("No fees were booked as owed in this month, so there is nothing to bill."))
        supplier = provider.partner_id
        if not supplier:
            raise UserError(
                self.env._(
                    "%s has no partner, so its bill has no supplier. Enter the partner on the provider.", provider.name
                )
            )
        month = format_date(self.env, self.month, date_format="LLLL y")
        label = self.env._("Fees of %(month)s, %(provider)s", month=month, provider=provider.name)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": self.company_id.id,
                "partner_id": supplier.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": label,
                            "account_id": self.account_id.id,
                            "quantity": 1,
                            "price_unit": self.booked,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        bill.sudo().write({"settlement_fee_provider_id": provider.id, "settlement_fee_month": self.month})
        bill.message_post(
            body=self.env._(
                "Made of the fees that were booked as owed in %s. Compare it with the provider's own invoice, and "
                "enter its number, date and VAT.",
                month,
            )
        )
        return bill

    # ---------------------------------------------------------------- where it is read

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT months.id,
                   months.month, months.provider_id, months.account_id, months.company_id, company.currency_id,
                   months.closing - months.booked + months.billed + months.other AS opening,
                   months.booked, months.billed, months.other, months.closing,
                   bill.amount AS bill_of_month,
                   bill.amount - months.booked AS bill_difference
              FROM (
                  SELECT MIN(part.item_id)::bigint AS id,
                         part.month, part.provider_id, part.account_id, part.company_id,
                         SUM(part.booked) AS booked, SUM(part.billed) AS billed, SUM(part.other) AS other,
                         SUM(SUM(part.booked - part.billed - part.other)) OVER (
                             PARTITION BY part.company_id, part.account_id, part.provider_id ORDER BY part.month
                         ) AS closing
                    FROM (%(items)s) part
                   GROUP BY part.month, part.provider_id, part.account_id, part.company_id
              ) months
              JOIN res_company company ON company.id = months.company_id
              LEFT JOIN LATERAL (
                  SELECT SUM(-move.amount_untaxed_signed) AS amount
                    FROM account_move move
                   WHERE move.settlement_fee_provider_id = months.provider_id
                     AND move.settlement_fee_month = months.month
                     AND move.state <> 'cancel'
              ) bill ON TRUE
            """,
            items=self._select_items(),
        )

    @staticmethod
    def _select_items():
        """The items of the accounts for fees owed, each with its provider: by its settlement, else by the supplier."""
        return SQL(
            """
            SELECT item.id AS item_id,
                   DATE_TRUNC('month', item.date::timestamp)::date AS month,
                   COALESCE(settlement.provider_id, move.settlement_fee_provider_id, supplied.id) AS provider_id,
                   item.account_id, item.company_id,
                   CASE WHEN settlement.id IS NOT NULL THEN -item.balance ELSE 0 END AS booked,
                   CASE WHEN settlement.id IS NULL AND move.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                        THEN item.balance ELSE 0 END AS billed,
                   CASE WHEN settlement.id IS NULL AND move.move_type NOT IN ('in_invoice', 'in_refund', 'in_receipt')
                        THEN item.balance ELSE 0 END AS other
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              LEFT JOIN account_settlement settlement ON settlement.id = move.settlement_id
              LEFT JOIN LATERAL (
                  SELECT MIN(provider.id) AS id
                    FROM account_settlement_provider provider
                    JOIN res_partner supplier ON supplier.id = provider.partner_id
                   WHERE provider.company_id = item.company_id
                     AND provider.fee_payable_account_id = item.account_id
                     AND supplier.commercial_partner_id = move.commercial_partner_id
                  HAVING COUNT(*) = 1
              ) supplied ON settlement.id IS NULL
             WHERE item.parent_state = 'posted'
               AND item.account_id IN (
                   SELECT fee_payable_account_id FROM account_settlement_provider
                    WHERE fee_payable_account_id IS NOT NULL
               )
               AND item.company_id IN (SELECT company_id FROM account_settlement_provider)
            """
        )
