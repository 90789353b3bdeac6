from odoo import api, fields, models
from odoo.tools import SQL

#: The code of a tax. One that is owed to another country has the code of export, as Odoo's standard audit file asks for
#: one; what it comes to is in no code of the return.
_CODE = """
CASE WHEN tax.l10n_no_standard_code = '52' AND tax.amount != 0 THEN NULL
     ELSE NULLIF(tax.l10n_no_standard_code, '') END
"""

#: How many ids a journal item may take here: it has one row for each tax and use.
_IDS = 1024


class AccountSettlementVatItem(models.Model):
    """The ledger's VAT, item by item: the code of the VAT return it counts in, and what it comes from.

    A base is positive for a sale and for a purchase, negative for what is credited. The base of a tax that is owed to
    another country stands twice: under the code that its base is reported with (export), and under the tax itself.
    """

    _name = "account.settlement.vat.item"
    _description = "VAT in the Ledger"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_name"

    date = fields.Date(readonly=True)
    event_date = fields.Date(
        string="Happened On", readonly=True, help="In the shop, or by the provider; for other documents, their date."
    )
    is_late = fields.Boolean(string="Late", readonly=True, help="It happened in an earlier VAT term than it is in.")
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    move_name = fields.Char(string="Number", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Journal Item", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer or Supplier", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    webshop_id = fields.Many2one("sale.webshop", readonly=True)
    tax_id = fields.Many2one("account.tax", readonly=True)
    code = fields.Char(readonly=True, help="Of the VAT return; the tax's name where it has none.")
    use = fields.Selection(
        [
            ("sale", "Sales"),
            ("purchase", "Purchases"),
            ("abroad", "VAT of other countries"),
            ("other", "Outside the VAT return"),
        ],
        readonly=True,
    )
    origin = fields.Selection(
        [
            ("webshop", "Web orders"),
            ("settlement", "Settlements"),
            ("elsewhere", "Elsewhere"),
        ],
        string="Comes From",
        readonly=True,
    )
    document = fields.Selection(
        [
            ("sale", "Invoice"),
            ("credit", "Credit note"),
            ("bill", "Vendor bill"),
            ("bill_credit", "Vendor credit note"),
            ("entry", "Voucher"),
        ],
        string="Kind",
        readonly=True,
    )
    base = fields.Monetary(string="VAT Base", readonly=True)
    vat_owed = fields.Monetary(string="Output VAT", readonly=True)
    vat_deducted = fields.Monetary(string="Input VAT", readonly=True)
    vat_expected = fields.Monetary(
        string="VAT by Lines", readonly=True, help="By the document's own lines, before the journal items of VAT."
    )

    @api.readonly
    def action_open_document(self):
        self.ensure_one()
        return self.move_id.get_formview_action()

    # ---------------------------------------------------------------- where it is read

    @property
    def _table_query(self):
        return SQL(
            """
            WITH coded AS MATERIALIZED (%(coded)s), tagged AS MATERIALIZED (%(tagged)s)
            SELECT part.id,
                   part.date,
                   happened.date AS event_date,
                   %(term_of_event)s < %(term)s AS is_late,
                   part.move_id,
                   move.name AS move_name,
                   part.move_line_id,
                   part.account_id,
                   part.partner_id,
                   part.company_id,
                   company.currency_id,
                   move.webshop_id,
                   part.tax_id,
                   part.code,
                   part.use,
                   CASE
                       WHEN move.webshop_id IS NOT NULL THEN 'webshop'
                       WHEN move.settlement_id IS NOT NULL THEN 'settlement'
                       ELSE 'elsewhere'
                   END AS origin,
                   CASE move.move_type
                       WHEN 'out_invoice' THEN 'sale' WHEN 'out_receipt' THEN 'sale' WHEN 'out_refund' THEN 'credit'
                       WHEN 'in_invoice' THEN 'bill' WHEN 'in_receipt' THEN 'bill' WHEN 'in_refund' THEN 'bill_credit'
                       ELSE 'entry'
                   END AS document,
                   part.base,
                   part.vat_owed,
                   part.vat_deducted,
                   CASE WHEN move.move_type IN ('out_invoice', 'out_receipt', 'out_refund') AND part.by_line <> 0
                        THEN part.by_line ELSE 0 END AS vat_expected
              FROM (%(bases)s UNION ALL %(taxes)s UNION ALL %(by_tag)s) part
              JOIN account_move move ON move.id = part.move_id
              JOIN res_company company ON company.id = part.company_id
              CROSS JOIN LATERAL (%(happened)s) happened
            """,
            coded=self._select_codes(),
            tagged=self._select_tags(),
            happened=self._select_event_date(),
            term_of_event=self._get_term(SQL("happened.date")),
            term=self._get_term(SQL("part.date")),
            bases=self._select_bases(),
            taxes=self._select_taxes(),
            by_tag=self._select_by_tag(),
        )

    def _select_own_codes(self):
        """Every tax with its code of the Norwegian VAT return, or none; other charts have no such codes."""
        has_codes = "l10n_no_standard_code" in self.env["account.tax"]._fields
        code = SQL(_CODE) if has_codes else SQL("NULL::varchar")
        return SQL(
            """
            SELECT tax.id, tax.company_id, tax.type_tax_use, %(code)s AS code,
                   COALESCE(tax.name->>%(lang)s, tax.name->>'en_US') AS name
              FROM account_tax tax
            """,
            code=code,
            lang=self.env.lang or "en_US",
        )

    def _select_codes(self):
        """Where each tax counts. One without a code counts under its own name, and under the code whose base it shares:
        so a sale with another country's VAT is export."""
        return SQL(
            """
            WITH own AS (%(own)s),
                 shared AS (
                SELECT DISTINCT ON (bare.id) bare.id, own.code, own.type_tax_use
                  FROM own bare
                  JOIN account_tax_repartition_line line ON line.tax_id = bare.id AND line.repartition_type = 'base'
                  JOIN account_account_tag_account_tax_repartition_line_rel rel
                    ON rel.account_tax_repartition_line_id = line.id
                  JOIN account_account_tag_account_tax_repartition_line_rel other_rel
                    ON other_rel.account_account_tag_id = rel.account_account_tag_id
                  JOIN account_tax_repartition_line other
                    ON other.id = other_rel.account_tax_repartition_line_id AND other.repartition_type = 'base'
                  JOIN own ON own.id = other.tax_id AND own.company_id = bare.company_id AND own.code IS NOT NULL
                 WHERE bare.code IS NULL
                 ORDER BY bare.id, own.id
            )
            SELECT id AS tax_id, code, type_tax_use AS use, TRUE AS is_own FROM own WHERE code IS NOT NULL
            UNION ALL
            SELECT own.id, own.name,
                   CASE
                       WHEN shared.id IS NOT NULL THEN 'abroad'
                       WHEN own.type_tax_use = 'none' THEN 'other'
                       WHEN EXISTS (
                           SELECT FROM own others WHERE others.company_id = own.company_id AND others.code IS NOT NULL
                       ) THEN 'other'
                       ELSE own.type_tax_use
                   END,
                   TRUE
              FROM own LEFT JOIN shared ON shared.id = own.id
             WHERE own.code IS NULL
            UNION ALL
            SELECT id, code, type_tax_use, FALSE FROM shared
            """,
            own=self._select_own_codes(),
        )

    def _select_tags(self):
        """The tags of the VAT return, each with its code and whether it is of the base or of the VAT."""
        return SQL(
            """
            SELECT DISTINCT ON (rel.account_account_tag_id) rel.account_account_tag_id AS tag_id,
                   own.id AS tax_id, own.code, own.type_tax_use AS use, line.repartition_type
              FROM (%(own)s) own
              JOIN account_tax_repartition_line line ON line.tax_id = own.id
              JOIN account_account_tag_account_tax_repartition_line_rel rel
                ON rel.account_tax_repartition_line_id = line.id
             WHERE own.code IS NOT NULL
             ORDER BY rel.account_account_tag_id, own.id, line.id
            """,
            own=self._select_own_codes(),
        )

    @staticmethod
    def _select_bases():
        """What VAT is worked out of. By the lines of a document means: its price with VAT less that without, where that
        is what the rate gives; so it is what the customer was charged, to the øre."""
        return SQL(
            """
            SELECT item.id::bigint * %(ids)s + (coded.tax_id %% 499) * 2 + (NOT coded.is_own)::int AS id,
                   item.id AS move_line_id, item.move_id, item.date, item.company_id, item.account_id, item.partner_id,
                   coded.tax_id, coded.code, coded.use,
                   CASE WHEN tax.type_tax_use = 'purchase' THEN item.balance ELSE -item.balance END AS base,
                   0.0 AS vat_owed, 0.0 AS vat_deducted,
                   CASE
                       WHEN NOT coded.is_own OR item.display_type <> 'product' OR tax.type_tax_use <> 'sale' THEN 0.0
                       WHEN ABS(ABS(item.price_total - item.price_subtotal)
                                - ABS(item.price_subtotal) * tax.amount / 100.0) > 0.01
                       THEN ROUND(-item.balance * tax.amount / 100.0, 2)
                       ELSE -SIGN(item.balance) * ROUND(
                           ABS(item.price_total - item.price_subtotal)
                           * CASE WHEN item.amount_currency = 0 THEN 1 ELSE item.balance / item.amount_currency END, 2)
                   END AS by_line
              FROM account_move_line item
              JOIN account_move_line_account_tax_rel rel ON rel.account_move_line_id = item.id
              JOIN coded ON coded.tax_id = rel.account_tax_id
              JOIN account_tax tax ON tax.id = rel.account_tax_id
             WHERE item.parent_state = 'posted'
            """,
            ids=_IDS,
        )

    @staticmethod
    def _select_taxes():
        """The VAT itself: owed by a sale and under reverse charge, deducted of a purchase; what is cost is neither."""
        return SQL(
            """
            SELECT item.id::bigint * %(ids)s + 1000 AS id,
                   item.id AS move_line_id, item.move_id, item.date, item.company_id, item.account_id, item.partner_id,
                   coded.tax_id, coded.code, coded.use,
                   0.0 AS base,
                   CASE WHEN tax.type_tax_use <> 'purchase' OR rate.factor_percent < 0 THEN -item.balance ELSE 0.0
                        END AS vat_owed,
                   CASE WHEN tax.type_tax_use = 'purchase' AND rate.factor_percent >= 0 THEN item.balance ELSE 0.0
                        END AS vat_deducted,
                   0.0 AS by_line
              FROM account_move_line item
              JOIN account_tax tax ON tax.id = item.tax_line_id
              JOIN coded ON coded.tax_id = tax.id AND coded.is_own
              JOIN account_tax_repartition_line rate ON rate.id = item.tax_repartition_line_id
             WHERE item.parent_state = 'posted' AND rate.use_in_tax_closing
            """,
            ids=_IDS,
        )

    @staticmethod
    def _select_by_tag():
        """What somebody has put into the VAT return by tags alone, without a tax."""
        return SQL(
            """
            SELECT item.id::bigint * %(ids)s + 1001 + tagged.tag_id %% 23 AS id,
                   item.id AS move_line_id, item.move_id, item.date, item.company_id, item.account_id, item.partner_id,
                   tagged.tax_id, tagged.code, tagged.use,
                   CASE WHEN tagged.repartition_type <> 'base' THEN 0.0
                        WHEN tagged.use = 'purchase' THEN item.balance ELSE -item.balance END AS base,
                   CASE WHEN tagged.repartition_type = 'tax' AND tagged.use <> 'purchase' THEN -item.balance ELSE 0.0
                        END AS vat_owed,
                   CASE WHEN tagged.repartition_type = 'tax' AND tagged.use = 'purchase' THEN item.balance ELSE 0.0
                        END AS vat_deducted,
                   0.0 AS by_line
              FROM account_move_line item
              JOIN account_account_tag_account_move_line_rel rel ON rel.account_move_line_id = item.id
              JOIN tagged ON tagged.tag_id = rel.account_account_tag_id
             WHERE item.parent_state = 'posted' AND item.tax_line_id IS NULL
               AND NOT EXISTS (
                   SELECT FROM account_move_line_account_tax_rel taxed WHERE taxed.account_move_line_id = item.id
               )
            """,
            ids=_IDS,
        )

    @staticmethod
    def _select_event_date():
        """The day in the shop; of what a settlement books, the provider's ledger date."""
        return SQL(
            """
            SELECT COALESCE(
                move.webshop_date,
                CASE WHEN move.settlement_id IS NOT NULL THEN (
                    SELECT MIN(line.date)
                      FROM account_settlement_line_move_line_rel rel
                      JOIN account_settlement_line line ON line.id = rel.settlement_line_id
                     WHERE rel.move_line_id = part.move_line_id
                ) END,
                part.date
            ) AS date
            """
        )

    @staticmethod
    def _get_term(day):
        """Number the company's VAT terms through, so that they can be compared."""
        return SQL(
            "(EXTRACT(YEAR FROM %(day)s) * 12 + EXTRACT(MONTH FROM %(day)s) - 1)::int / company.vat_term_months::int",
            day=day,
        )
