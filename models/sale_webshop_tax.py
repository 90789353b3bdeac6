from odoo import api, fields, models

#: For the Norwegian chart: rate, where it is sent, standard VAT code, and the account of NS 4102 for such sales.
PROPOSED = ((25, "any", "3", "3000"), (15, "any", "31", "3030"), (12, "any", "33", "3050"), (0, "abroad", "52", "3105"))


class SaleWebshopTax(models.Model):
    """Which tax a shop's VAT rate stands for; the first that fits counts."""

    _name = "sale.webshop.tax"
    _description = "Webshop Tax"
    _order = "sequence, id"
    _check_company_auto = True

    webshop_id = fields.Many2one("sale.webshop", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="webshop_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    rate = fields.Float(string="Rate (%)", digits=(6, 3), help="As on the shop's line.")
    area = fields.Selection(
        [("any", "Anywhere"), ("domestic", "In the country"), ("abroad", "Outside the VAT area")],
        string="Sent To",
        required=True,
        default="any",
    )
    goods = fields.Selection(
        [("any", "Anything"), ("goods", "Goods"), ("service", "Services")],
        string="What",
        required=True,
        default="any",
    )
    tax_class = fields.Char(string="Shop's Tax Name", help="Part of what the shop calls the tax. Empty: any.")
    tax_id = fields.Many2one(
        "account.tax",
        required=True,
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        ondelete="restrict",
    )

    account_id = fields.Many2one(
        "account.account",
        string="Income Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        ondelete="restrict",
        help="For products that name no account of their own. Empty: the product category's.",
    )

    @api.model
    def _propose(self, webshop):
        """Return values for the taxes of the company's chart by rate, each with the chart's account for such sales.

        0 % outside the VAT area is export; 0 % at home may be several things, so nothing is proposed for it.
        """
        taxes = self._get_chart_taxes(webshop.company_id)
        Account = self.env["account.account"].with_company(webshop.company_id)
        accounts = {
            account.code: account
            for account in Account.search(
                [
                    *Account._check_company_domain(webshop.company_id),
                    ("code", "in", [account for *_rest, account in PROPOSED]),
                ]
            )
        }
        proposed = [
            {
                "rate": rate,
                "area": area,
                "tax_id": taxes[code].id,
                "account_id": accounts[account].id if account in accounts else False,
                "sequence": sequence,
            }
            for sequence, (rate, area, code, account) in enumerate(PROPOSED, 1)
            if code in taxes
        ]
        return [fields.Command.create(values) for values in proposed]

    @api.model
    def _get_chart_taxes(self, company):
        """The company's sale taxes by Norwegian standard code; empty where the chart has none."""
        Tax = self.env["account.tax"]
        if "l10n_no_standard_code" not in Tax._fields:
            return {}
        taxes = Tax.search([*Tax._check_company_domain(company), ("type_tax_use", "=", "sale")], order="sequence, id")
        return {tax.l10n_no_standard_code: tax for tax in reversed(taxes) if tax.l10n_no_standard_code}

    def _fits(self, rate, is_abroad, is_service, tax_class):
        self.ensure_one()
        return (
            abs(self.rate - float(rate)) < 0.0005
            and self.area in ("any", "abroad" if is_abroad else "domestic")
            and self.goods in ("any", "service" if is_service else "goods")
            and (not self.tax_class or self.tax_class.casefold() in tax_class.casefold())
        )
