from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date, html2plaintext

from ..models.money import to_decimal
from ..vat.terms import Term
from ..vat.tie_out import Origin, Use, VatSum, get_amount_due, tie_by_code, tie_by_shop

#: What the sums of the ledger are told apart by.
_GROUPED_BY = ["code", "use", "origin", "webshop_id", "document", "event_date:month"]
_SUMMED = ["base:sum", "vat_owed:sum", "vat_deducted:sum", "vat_expected:sum"]


class SettlementVatTerm(models.TransientModel):
    """A VAT term before it is reported and locked: the ledger's codes, where they come from, and what is not there."""

    _name = "settlement.vat.term"
    _description = "VAT Term"
    _inherit = ["settlement.rights"]
    _rec_name = "name"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    months = fields.Selection(
        [("1", "One month"), ("2", "Two months"), ("12", "A year")], string="Length", required=True
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", compute="_compute_date_to")
    lock_date = fields.Date(string="VAT Locked to", compute="_compute_lock")
    state = fields.Selection(
        [("running", "Not ended"), ("open", "Not locked"), ("locked", "Locked")], compute="_compute_lock"
    )
    line_ids = fields.One2many(
        "settlement.vat.term.line", "term_id", string="By Code", domain=[("webshop_id", "=", False)], readonly=True
    )
    shop_line_ids = fields.One2many(
        "settlement.vat.term.line", "term_id", string="By Shop", domain=[("webshop_id", "!=", False)], readonly=True
    )
    case_ids = fields.One2many("settlement.vat.term.case", "term_id", string="Documents to Look At", readonly=True)
    amount_due = fields.Monetary(string="VAT to Pay", readonly=True, help="Negative: to be refunded.")
    amount_difference = fields.Monetary(string="Difference From the Documents", readonly=True)
    fee_vat_cost = fields.Monetary(string="VAT in Fees Booked as Cost", readonly=True)

    # ---------------------------------------------------------------- the term

    @api.depends("months", "date_from")
    @api.depends_context("lang")
    def _compute_name(self):
        for page in self:
            page.name = page._describe_term() if page.date_from and page.months else self.env._("VAT Term")

    def _describe_term(self):
        term = self._get_term()
        if term.months == 12:
            return self.env._("VAT, the year %s", term.year)
        first = format_date(self.env, term.first, date_format="LLLL")
        if term.months == 1:
            return self.env._("VAT, %(month)s %(year)s", month=first, year=term.year)
        return self.env._(
            "VAT, term %(number)s of %(year)s (%(first)s–%(last)s)",
            number=term.number,
            year=term.year,
            first=first,
            last=format_date(self.env, term.last, date_format="LLLL"),
        )

    @api.depends("months", "date_from")
    def _compute_date_to(self):
        for page in self:
            page.date_to = page._get_term().last if page.date_from and page.months else False

    @api.depends("months", "date_from", "company_id")
    def _compute_lock(self):
        for page in self:
            company = page.company_id.sudo()
            locks = [company.tax_lock_date, company.hard_lock_date]
            page.lock_date = max(filter(None, locks), default=False)
            if page.lock_date and page.date_to and page.lock_date >= page.date_to:
                page.state = "locked"
            elif page.date_to and page.date_to >= page._get_today():
                page.state = "running"
            else:
                page.state = "open"

    def _get_today(self):
        company = self.company_id or self.env.company
        return fields.Date.context_today(self.with_context(tz=company.partner_id.tz or self.env.user.tz))

    def _get_term(self):
        return Term.containing(self.date_from, int(self.months))

    # ---------------------------------------------------------------- opening and moving

    @api.model
    def action_open(self):
        """Open the last term that has ended, which is the one to report."""
        self._as_user()
        months = self.env.company.sudo().vat_term_months
        term = Term.ended_before(self._get_today(), int(months))
        return self.create({"months": months, "date_from": term.first})._get_form_action()

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("VAT Term"),
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self.id,
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Read the ledger of each term."""
        pages = super().create(vals_list)
        for page in pages:
            page._read_ledger()
        return pages

    def write(self, vals):
        """Read the ledger again for another term."""
        result = super().write(vals)
        if vals.keys() & {"months", "date_from"}:
            for page in self:
                page._read_ledger()
        return result

    def action_open_previous(self):
        """Show the term before."""
        self.ensure_one()
        self.date_from = self._get_term().previous().first
        return True

    def action_open_next(self):
        """Show the term after."""
        self.ensure_one()
        self.date_from = self._get_term().next().first
        return True

    def action_open_again(self):
        """Read the ledger again: something was booked meanwhile."""
        self.ensure_one()
        self._read_ledger()
        return True

    # ---------------------------------------------------------------- what is read

    def _read_ledger(self):  # pylint: disable=missing-return
        """Fill the page from the ledger as it stands."""
        self.ensure_one()
        self._as_user()
        # What came of it is only read.
        page = self.sudo()
        if self.date_from != self._get_term().first:
            # not the page's own write, which reads the ledger
            super(SettlementVatTerm, page).write(  # pylint: disable=super-method-mismatch
                {"date_from": self._get_term().first}
            )
        sums = self._read_sums()
        by_code = tie_by_code(sums)
        labels = self._get_labels()
        commands = [Command.create(self._prepare_code_line(line, labels)) for line in by_code]
        commands += [Command.create(self._prepare_shop_line(line, labels)) for line in tie_by_shop(sums)]
        (page.line_ids | page.shop_line_ids).unlink()
        page.case_ids.unlink()
        page.write(
            {
                "line_ids": commands,
                "case_ids": [
                    Command.create(values) for values in self.env["settlement.vat.term.case"]._prepare_cases(self)
                ],
                "amount_due": get_amount_due(by_code),
                "amount_difference": sum(line.difference for line in by_code),
                "fee_vat_cost": self._read_fee_vat_cost(),
            }
        )

    def _get_item_domain(self):
        """Return the domain of the term's items in the ledger's VAT."""
        return Domain("company_id", "=", self.company_id.id) & Domain(
            [("date", ">=", self.date_from), ("date", "<=", self.date_to)]
        )

    def _read_sums(self):
        """Return :class:`~..vat.tie_out.VatSum` of the term."""
        currency = self.currency_id
        groups = self.env["account.settlement.vat.item"]._read_group(self._get_item_domain(), _GROUPED_BY, _SUMMED)
        sums = []
        for code, use, origin, webshop, document, month, *amounts in groups:
            base, owed, deducted, expected = (to_decimal(amount or 0, currency) for amount in amounts)
            sums.append(
                VatSum(
                    code=code,
                    use=Use(use),
                    origin=Origin(origin),
                    webshop_id=webshop.id or None,
                    is_credit=document == "credit",
                    is_late=bool(month) and month < self.date_from,
                    base=base,
                    owed=owed,
                    deducted=deducted,
                    expected=expected,
                )
            )
        return sums

    def _get_labels(self):
        """Return ``{(use, code): what it is called}``."""
        Tax = self.env["account.tax"].with_context(active_test=False)
        if "l10n_no_standard_code" not in Tax._fields:
            return {}
        taxes = Tax.search(
            [*Tax._check_company_domain(self.company_id), ("l10n_no_standard_code", "!=", False)], order="sequence, id"
        )
        return {
            (tax.type_tax_use, tax.l10n_no_standard_code): html2plaintext(tax.description or "").strip() or tax.name
            for tax in reversed(taxes)
        }

    def _prepare_code_line(self, line, labels):
        values = {
            "code": line.code,
            "use": line.use.value,
            "name": labels.get((line.use.value, line.code), line.code),
            "base": line.base,
            "vat_owed": line.owed,
            "vat_deducted": line.deducted,
            "expected": line.expected,
            "difference": line.difference,
        }
        for origin, (base, vat) in line.by_origin.items():
            values[f"{origin}_base"] = base
            values[f"{origin}_vat"] = vat
        return values

    def _prepare_shop_line(self, line, labels):
        return {
            "webshop_id": line.webshop_id,
            "code": line.code,
            "use": line.use.value,
            "name": labels.get((line.use.value, line.code), line.code),
            "sale_base": line.sale_base,
            "sale_vat": line.sale_vat,
            "credit_base": line.credit_base,
            "credit_vat": line.credit_vat,
            "late_base": line.late_base,
            "late_vat": line.late_vat,
            "base": line.base,
            "vat_owed": line.vat,
            "expected": line.expected,
            "difference": line.difference,
        }

    # ---------------------------------------------------------------- VAT in fees

    def _get_fee_vat_cost_domain(self):
        """Return the domain of transactions whose document states VAT that was not deducted."""
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("date", ">=", self.date_from),
                ("date", "<=", self.date_to),
                ("fee_vat", "!=", 0),
                ("status", "not in", ("new", "excluded")),
                ("id", "not in", self._select_taxed()),
            ]
        )

    def _select_taxed(self):
        """The transactions of the term that are booked with VAT."""
        return SQL(
            """
            (SELECT rel.settlement_line_id
               FROM account_settlement_line_move_line_rel rel
               JOIN account_move_line item ON item.id = rel.move_line_id
               JOIN account_settlement_line line ON line.id = rel.settlement_line_id
              WHERE item.settlement_role IN ('tax', 'fee_tax') AND line.company_id = %s
                AND line.date BETWEEN %s AND %s AND line.fee_vat <> 0)
            """,
            self.company_id.id,
            self.date_from,
            self.date_to,
        )

    def _read_fee_vat_cost(self):
        [(amount,)] = self.env["account.settlement.line"]._read_group(
            self._get_fee_vat_cost_domain(), [], ["fee_vat:sum"]
        )
        return amount or 0

    # ---------------------------------------------------------------- what is behind it

    def _open_items(self, domain=(), **context):
        """Open the journal items behind a figure."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_vat_item")
        action["domain"] = list(self._get_item_domain() & Domain(domain))
        action["context"] = context
        return action

    def action_open_items(self):
        """Open all of the term, by code, shop and kind: to look through, or to export."""
        self.ensure_one()
        return {
            **self._open_items(search_default_group_use=1, search_default_group_code=1, search_default_group_shop=1),
            "name": self.name,
        }

    def action_open_fee_vat_cost(self):
        """Open the transactions whose VAT was booked as cost."""
        self.ensure_one()
        lines = self.env["account.settlement.line"].search(self._get_fee_vat_cost_domain())
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        action["domain"] = [("id", "in", lines.ids)]
        action["context"] = {}
        return action
