from odoo import fields, models
from odoo.tools import SQL

from .times import get_report_day


class SettlementGiftCard(models.Model):
    """What shops owe the holders of gift cards: each journal item on their accounts, by card where the shop tells.

    The rows are the ledger's, so they come to its balance. What several cards sold together or paid together come to is
    divided by what the shop tells of each. The day is the context's ``settlement_date``, today by
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

    @property
    def _table_query(self):
        for model in ("account.move.line", "account.move", "sale.webshop.gift.card", "sale.webshop", "sale.order.line"):
            self.env[model].flush_model()
        return SQL(
            """
            WITH entry AS (
                SELECT item.id, item.date, item.move_id, item.account_id, item.company_id, item.partner_id,
                       item.company_currency_id, -item.balance AS amount,
                       move.webshop_order_id AS order_id, move.webshop_id, move.webshop_reference, sold.line_id,
                       COALESCE(move.webshop_document_key, '') != 'tender:store_credit' AS is_of_card,
                       CASE WHEN move.webshop_order_id IS NULL THEN 'other'
                            WHEN move.move_type = 'entry' THEN 'used'
                            ELSE 'sold' END AS kind
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
             LEFT JOIN LATERAL (
                    SELECT min(order_line.webshop_line_id) AS line_id
                      FROM sale_order_line_invoice_rel rel
                      JOIN sale_order_line order_line ON order_line.id = rel.order_line_id
                     WHERE rel.invoice_line_id = item.id
                  ) AS sold ON TRUE
                 WHERE item.account_id IN (
                           SELECT gift_card_account_id FROM sale_webshop WHERE gift_card_account_id IS NOT NULL
                       )
                   AND item.parent_state = 'posted'
                   AND item.balance != 0
                   AND item.date <= %(day)s
            ),
            told AS (
                SELECT order_id, is_sold, webshop_line_id AS line_id, card,
                       sum(GREATEST(amount, 0)) AS paid, sum(GREATEST(-amount, 0)) AS back
                  FROM sale_webshop_gift_card
              GROUP BY order_id, is_sold, webshop_line_id, card
            ),
            -- the cards of an item: those of its own line; of what was paid and given back those of the order
            candidate AS (
                SELECT entry.id, entry.amount, entry.kind, told.card, sum(told.paid) AS paid, sum(told.back) AS back,
                       sum(sum(told.back)) OVER (PARTITION BY entry.id) > 0 AS is_back_told
                  FROM entry
                  JOIN told ON told.order_id = entry.order_id
                           AND told.is_sold = (entry.kind = 'sold')
                           AND COALESCE(told.line_id = entry.line_id, TRUE)
                 WHERE entry.is_of_card
              GROUP BY entry.id, entry.amount, entry.kind, told.card
            ),
            weighed AS (
                SELECT id, amount, card,
                       CASE WHEN kind = 'used' AND amount > 0 AND is_back_told THEN back ELSE paid END AS weight
                  FROM candidate
            ),
            divided AS (
                SELECT id, amount, card,
                       round(amount * weight / sum(weight) OVER (PARTITION BY id), 2) AS part,
                       row_number() OVER (PARTITION BY id ORDER BY card DESC) = 1 AS is_last
                  FROM weighed
                 WHERE weight > 0
            ),
            -- the last takes the rest, so that the rows of an item come to it
            shared AS (
                SELECT id, card,
                       CASE WHEN is_last THEN amount - sum(part) OVER (PARTITION BY id) + part ELSE part END AS part
                  FROM divided
            )
            SELECT row_number() OVER (ORDER BY entry.date, entry.id, shared.card) AS id,
                   entry.kind, entry.date, shared.card, entry.order_id, entry.webshop_reference AS reference,
                   entry.partner_id, entry.webshop_id, entry.account_id, entry.move_id, entry.company_id,
                   entry.company_currency_id AS currency_id, COALESCE(shared.part, entry.amount) AS amount
              FROM entry
         LEFT JOIN shared ON shared.id = entry.id
            """,
            day=get_report_day(self),
        )

    def action_open_record(self):
        """Open the voucher."""
        self.ensure_one()
        return self.move_id.get_formview_action()
