from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.foreign_vat import FOREIGN_VAT, get_foreign_vat
from ..models.written_language import company_language

#: The standard codes of Norwegian VAT by rate, and of a sale that leaves the VAT area.
DOMESTIC_CODES = {25: "3", 15: "31", 12: "33"}
EXPORT_CODE = "52"
#: Where VAT owed to other countries is proposed: after 2790, other public duties payable.
OWED_CODES = range(2791, 2800)


class SettlementForeignVat(models.TransientModel):
    """Say once for a shop whose VAT it is that it charges abroad; the orders that wait for it go on."""

    _name = "settlement.foreign.vat"
    _description = "VAT of Another Country"
    _inherit = ["settlement.dialog"]

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    webshop_id = fields.Many2one(related="order_id.webshop_id")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    country_id = fields.Many2one("res.country", compute="_compute_asked", store=True, string="Sent To")
    rate = fields.Float(string="Rate (%)", digits=(6, 3), compute="_compute_asked", store=True)
    tax_class = fields.Char(string="Shop's Tax Name", compute="_compute_asked", store=True)
    amount_tax = fields.Monetary(string="VAT Charged", compute="_compute_asked", store=True)
    amount = fields.Monetary(string="Amount With VAT", compute="_compute_asked", store=True)
    order_count = fields.Integer(string="Orders Waiting", compute="_compute_order_count")
    choice = fields.Selection(
        [
            ("owed", "Owed to that country (OSS or IOSS): a debt, no income"),
            ("domestic", "Domestic VAT that the shop charged: owed here"),
            ("export", "No VAT: the whole amount is income from export"),
        ],
        string="Whose VAT Is It?",
        required=True,
    )
    scope = fields.Selection(
        [("country", "This country"), ("everywhere", "All countries outside the VAT area")],
        string="For",
        required=True,
        default="country",
    )
    tax_id = fields.Many2one(
        "account.tax",
        compute="_compute_tax_id",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
    )
    tax_name = fields.Char(string="New Tax", compute="_compute_tax_name", store=True, readonly=False)
    owed_account_id = fields.Many2one(
        "account.account",
        string="Debt Account",
        compute="_compute_owed_account",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_payable'))]",
        help="What is owed to other countries. Empty: it is created with the number and name below.",
    )
    owed_account_code = fields.Char(
        string="Number", compute="_compute_owed_account", store=True, readonly=False, size=64
    )
    owed_account_name = fields.Char(string="Name", compute="_compute_owed_account", store=True, readonly=False)

    # ---------------------------------------------------------------- what is asked

    @api.depends("order_id")
    def _compute_asked(self):
        for dialog in self:
            asked = next(iter(get_foreign_vat(dialog.sudo().order_id.webshop_problem_data)), {})
            dialog.country_id = self.env["sale.webshop"]._get_country_id(asked.get("country_code"))
            dialog.rate = float(asked.get("rate", 0))
            told = asked.get("tax_class")
            dialog.tax_class = told if told != "–" else False
            dialog.amount_tax = float(asked.get("tax", 0))
            dialog.amount = float(asked.get("amount", 0))

    @api.depends("order_id", "scope", "country_id", "rate")
    def _compute_order_count(self):
        for dialog in self:
            dialog.order_count = len(dialog._get_orders())

    def _get_orders(self):
        """Return the shop's orders that wait for this very answer."""
        orders = self.sudo().webshop_id._get_waiting_orders([FOREIGN_VAT])
        return orders.filtered(lambda order: any(map(self._is_answered, get_foreign_vat(order.webshop_problem_data))))

    def _is_answered(self, asked):
        is_of_country = self.scope == "everywhere" or asked["country_code"] == self.country_id.code
        return is_of_country and abs(float(asked["rate"]) - self.rate) < 0.0005

    # ---------------------------------------------------------------- what is proposed

    @api.depends("choice", "rate", "scope", "country_id")
    def _compute_tax_id(self):
        for dialog in self:
            taxes = self.env["sale.webshop.tax"]._get_chart_taxes(dialog.company_id)
            code = {"domestic": DOMESTIC_CODES.get(dialog.rate), "export": EXPORT_CODE}.get(dialog.choice)
            dialog.tax_id = taxes.get(code) or dialog._find_owed_tax()

    def _find_owed_tax(self):
        """The tax that was made for the same country and rate before, for this or another shop."""
        if self.choice != "owed":
            return self.env["account.tax"]
        name = self._propose_tax_name()
        # as it was called by an earlier version too
        names = [name, name.removeprefix("OSS/")]
        domain = [("type_tax_use", "=", "sale"), ("amount", "=", self.rate), ("name", "in", names)]
        return self.env["account.tax"].search(
            [*self.env["account.tax"]._check_company_domain(self.company_id), *domain], limit=1
        )

    @api.depends("choice", "rate", "scope", "country_id")
    def _compute_tax_name(self):
        for dialog in self:
            dialog.tax_name = dialog._propose_tax_name() if dialog.choice == "owed" else False

    def _propose_tax_name(self):
        country = self.country_id.code if self.scope == "country" else ""
        return " ".join(filter(None, ("OSS/IOSS", country, f"{self.rate:g} %")))

    @api.depends("choice")
    def _compute_owed_account(self):
        for dialog in self:
            lines = dialog.webshop_id.sudo().tax_rule_ids.tax_id.repartition_line_ids.account_id
            codes = set(map(str, OWED_CODES))
            accounts = dialog._search_accounts([("code", "=like", "279%")])
            taken = set(accounts.mapped("code"))
            dialog.owed_account_id = lines.filtered(lambda account, codes=codes: account.code in codes)[:1]
            dialog.owed_account_code = min(codes - taken, default=False)
            # it is on the company's balance sheet, whoever decides
            language = company_language(dialog.company_id)
            dialog.owed_account_name = self.with_context(lang=language).env._("VAT owed to other countries")

    def _search_accounts(self, domain):
        accounts = self.env["account.account"].sudo().with_company(self.company_id)
        return accounts.search([*accounts._check_company_domain(self.company_id), *domain])

    # ---------------------------------------------------------------- carried out

    def action_confirm(self):
        """Keep the answer as a row of the shop's taxes, and let the orders that wait for it go on."""
        self.ensure_one()
        webshop = self.webshop_id._as_manager()
        dialog = self.sudo()
        if not dialog._is_asked_still():
            raise UserError(self.env._("%s does not wait for this any more.", self.order_id.display_name))
        orders = dialog._get_orders()
        tax = dialog._get_tax()
        self.env["sale.webshop.tax"].sudo().create(dialog._prepare_row(tax))
        webshop.message_post(body=dialog._describe(tax))
        orders._go_on(first=dialog.order_id)
        if get_foreign_vat(dialog.order_id.webshop_problem_data):
            return self.order_id.action_open_foreign_vat()
        return {"type": "ir.actions.act_window_close"}

    def _is_asked_still(self):
        """Whether the order waits for this answer, which another dialog may have given in the meantime."""
        order = self.order_id
        if not self.rate or order not in self._get_orders():
            return False
        problems = order._plan_webshop_lines(order._get_webshop_order())[1]
        return any(map(self._is_answered, get_foreign_vat([problem.to_json() for problem in problems])))

    def _prepare_row(self, tax):
        income = "3105" if self.choice != "domestic" else ""
        return {
            "webshop_id": self.webshop_id.id,
            "rate": self.rate,
            "area": "abroad",
            "country_id": self.country_id.id if self.scope == "country" else False,
            "tax_id": tax.id,
            "account_id": (self.webshop_id._find_account(income) if income else self.env["account.account"]).id,
        }

    def _describe(self, tax):
        where = self.country_id.name if self.scope == "country" else self.env._("all countries outside the VAT area")
        choice = dict(self._fields["choice"]._description_selection(self.env))[self.choice]
        return self.env._(
            "VAT of %(rate)s %% that the shop charges in %(where)s: %(choice)s. It is booked with %(tax)s.",
            rate=f"{self.rate:g}",
            where=where,
            choice=choice,
            tax=tax.display_name,
        )

    def _get_tax(self):
        """Return the tax that was chosen, or the new one.

        :raises UserError: when it cannot stand for what was chosen.
        """
        tax = self.tax_id
        if not tax and self.choice == "owed":
            return self._create_owed_tax()
        if not tax:
            raise UserError(self.env._("Choose the tax with which it is booked."))
        wanted = 0 if self.choice == "export" else self.rate
        if tax.amount_type != "percent" or abs(tax.amount - wanted) > 0.0005:
            raise UserError(
                self.env._(
                    "%(tax)s has %(found)s %%, but it must have %(wanted)s %%. Choose another tax.",
                    tax=tax.display_name,
                    found=f"{tax.amount:g}",
                    wanted=f"{wanted:g}",
                )
            )
        if self.choice == "owed" and self._is_domestic(tax):
            raise UserError(
                self.env._(
                    "%s is domestic VAT, so it would be owed here. Choose another tax, or none to create one.",
                    tax.display_name,
                )
            )
        return tax

    @staticmethod
    def _is_domestic(tax):
        code = tax.l10n_no_standard_code if "l10n_no_standard_code" in tax._fields else ""
        return bool(code) and code != EXPORT_CODE

    def _create_owed_tax(self):
        """Create a tax whose amount is a debt to another country.

        The sale itself is export, and is in the VAT return as such; the other country's VAT is not.
        """
        if not (self.tax_name or "").strip():
            raise UserError(self.env._("Give the new tax a name, or choose a tax."))
        account = self._get_owed_account()
        company = self.company_id
        country = company.account_fiscal_country_id or company.country_id
        export = self.env["sale.webshop.tax"]._get_chart_taxes(company).get(EXPORT_CODE)
        names = ("invoice_repartition_line_ids", "refund_repartition_line_ids")
        group = self.env["account.tax.group"].create(
            {"name": self.tax_name, "company_id": company.id, "country_id": country.id}
        )
        values = {
            "name": self.tax_name,
            "invoice_label": self.tax_name,
            "amount": self.rate,
            "amount_type": "percent",
            "type_tax_use": "sale",
            "company_id": company.id,
            "country_id": country.id,
            "tax_group_id": group.id,
        }
        if "l10n_no_standard_code" in self.env["account.tax"]._fields:
            # Odoo's standard audit file is refused as a whole where a tax has no code
            values["l10n_no_standard_code"] = EXPORT_CODE
        for name in names:
            base = export[name].filtered(lambda line: line.repartition_type == "base") if export else None
            tags = base.tag_ids.ids if base else []
            values[name] = [
                fields.Command.create({"repartition_type": "base", "tag_ids": [fields.Command.set(tags)]}),
                fields.Command.create({"repartition_type": "tax", "account_id": account.id}),
            ]
        return self.env["account.tax"].with_company(company).create(values)

    def _get_owed_account(self):
        if self.owed_account_id:
            return self.owed_account_id
        code, name = (self.owed_account_code or "").strip(), (self.owed_account_name or "").strip()
        if not code or not name:
            raise UserError(self.env._("Choose the debt account, or give a number and a name for a new one."))
        if taken := self._search_accounts([("code", "=", code)]):
            raise UserError(
                self.env._(
                    "Number %(code)s is taken by %(account)s. Use another number, or choose that account if it is the "
                    "one you mean.",
                    code=code,
                    account=taken[:1].display_name,
                )
            )
        company = self.company_id
        return (
            self.env["account.account"]
            .with_company(company)
            .create({"code": code, "name": name, "account_type": "liability_current", "company_ids": company.ids})
        )
