from odoo import api, fields, models
from odoo.tools import SQL


class SettlementGiftCard(models.Model):
    """What shops owe the holders of gift cards: each journal item on their accounts, by card where the shop tells.

    The rows are the ledger's, so they come to its balance. The day is the context's ``settlement_date``, today by
    default.
    """

    _name = "settlement.gift.card"
    _description = "Gift Card Sold or Used"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "card"

    kind = fields.Selection(
        [("sold", "Sold"), ("used", "Used"), ("other", "By Hand")],
        readonly=True,
        help="By hand: an entry that no web order made.",
    )
    date = fields.Date(readonly=True)
    card = fields.Char(
        string="Gift Card",
        readonly=True,
        help="The last characters of its code; empty where the shop does not tell which card it was.",
    )
    order_id = fields.Many2one("sale.order", string="Web Order", readonly=True)
    reference = fields.Char(string="Order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    webshop_id = fields.Many2one("sale.webshop", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    move_id = fields.Many2one("account.move", string="Voucher", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Company Currency", readonly=True)
    amount = fields.Monetary(
        string="Owed", readonly=True, help="Sold is positive, used negative: their sum is owed. In company currency."
    )

    @api.model
    def _get_day(self):
        return fields.Date.to_date(self.env.context.get("settlement_date")) or fields.Date.context_today(self)

    @property
    def _table_query(self):
        for model in ("account.move.line", "account.move", "sale.webshop.gift.card", "sale.webshop"):
            self.env[model].flush_model()
        return SQL(
            """
            WITH entry AS (
                SELECT item.id, item.date, item.move_id, item.account_id, item.company_id, item.partner_id,
                       item.company_currency_id, -item.balance AS amount,
                       abs(item.amount_currency) AS amount_currency,
                       move.webshop_order_id AS order_id, move.webshop_id, move.webshop_reference,
                       CASE WHEN move.webshop_order_id IS NULL THEN 'other'
                            WHEN move.move_type = 'entry' THEN 'used'
                            ELSE 'sold' END AS kind
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                 WHERE item.account_id IN (
                           SELECT gift_card_account_id FROM sale_webshop WHERE gift_card_account_id IS NOT NULL
                       )
                   AND item.parent_state = 'posted'
                   AND item.balance != 0
                   AND item.date <= %(day)s
            ),
            told AS (
                SELECT order_id, is_sold, card, sum(amount) AS amount,
                       count(*) OVER (PARTITION BY order_id, is_sold) AS cards,
                       sum(sum(amount)) OVER (PARTITION BY order_id, is_sold) AS total
                  FROM sale_webshop_gift_card
              GROUP BY order_id, is_sold, card
            )
            SELECT row_number() OVER (ORDER BY entry.date, entry.id, told.card) AS id,
                   entry.kind, entry.date, told.card, entry.order_id, entry.webshop_reference AS reference,
                   entry.partner_id, entry.webshop_id, entry.account_id, entry.move_id, entry.company_id,
                   entry.company_currency_id AS currency_id,
                   CASE WHEN told.cards > 1 THEN round(entry.amount * told.amount / told.total, 2)
                        ELSE entry.amount END AS amount
              FROM entry
         -- of several cards only what they come to together can be divided
         LEFT JOIN told ON told.order_id = entry.order_id
                       AND told.is_sold = (entry.kind = 'sold')
                       AND (told.cards = 1 OR abs(told.total) = entry.amount_currency)
            """,
            day=self._get_day(),
        )

    def action_open_record(self):
        """Open the voucher."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.move_id.id,
        }
