from typing import NamedTuple

from odoo import api, fields, models

#: For the Norwegian chart: rate, where it is sent, standard VAT code, and the account of NS 4102 for such sales. What
#: is charged abroad is not proposed: 25 % is Norwegian, Swedish and Danish VAT alike; a person has to say whose it is.
PROPOSED = (
    (25, "domestic", "3", "3000"),
    (15, "domestic", "31", "3030"),
    (12, "domestic", "33", "3050"),
    (0, "abroad", "52", "3105"),
)


class Place(NamedTuple):
    """Where goods are sent.

    :ivar country: code of two letters, the company's own where the shop names none. :ivar is_abroad: whether they leave
        the VAT area. :ivar is_home: whether it is the company's country all the same, as Svalbard is Norway.
    """

    country: str
    is_abroad: bool
    is_home: bool


class SaleWebshopTax(models.Model):
    """Which tax a shop's VAT rate stands for; of those that fit, the most particular counts."""

    _name = "sale.webshop.tax"
    _description = "Webshop Tax"
    _inherit = ["sale.webshop.choice"]

    rate = fields.Float(string="Rate (%)", digits=(6, 3), help="As on the shop's line.")
    area = fields.Selection(
        [("any", "Anywhere"), ("domestic", "In the country"), ("abroad", "Outside the VAT area")],
        string="Sent To",
        required=True,
        default="any",
        help="VAT charged for goods to Svalbard or Jan Mayen counts as charged in the country.",
    )
    country_id = fields.Many2one("res.country", ondelete="restrict", help="Empty: any.")
    country_group_id = fields.Many2one(
        "res.country.group", string="Countries", ondelete="restrict", help="Empty: any country."
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
    takes_foreign_vat = fields.Boolean(
        compute="_compute_takes_foreign_vat",
        help="VAT of this rate is booked as Norwegian VAT in whichever country it was charged.",
    )

    @api.depends("rate", "area", "country_id", "country_group_id", "tax_class", "tax_id")
    def _compute_takes_foreign_vat(self):
        has_codes = "l10n_no_standard_code" in self.env["account.tax"]._fields
        for rule in self:
            rule.takes_foreign_vat = bool(
                rule.rate
                and rule.area == "any"
                and not (rule.country_id or rule.country_group_id or rule.tax_class)
                and has_codes
                and rule.tax_id.l10n_no_standard_code
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

    def _say_at_home(self):
        """Say on the shop that these taxes count in the country alone from now on."""
        rates = ", ".join(f"{rule.rate:g} %" for rule in self)
        self.webshop_id.message_post(
            body=self.env._(
                "The taxes proposed for %s count in the country alone from now on. Orders to other countries with VAT "
                "wait until somebody has said whose VAT it is, once for the shop.",
                rates,
            )
        )

    def _say_particular(self):
        """Say on the shop that these taxes count from now on, which others before them in the list kept from it."""
        taxes = [" ".join(filter(None, (f"{rule.rate:g} %", rule.tax_class, rule.tax_id.name))) for rule in self]
        self.webshop_id.message_post(
            body=self.env._(
                "Of the taxes that fit the most particular one counts from now on, not the first in the list. These "
                "did not count before: %s.",
                "; ".join(taxes),
            )
        )

    def _get_first(self, rate, place, is_service, tax_class):
        """Return the row that counts for a line, or none. The more particular one does: one that names the shop's tax,
        then one of a country, of a group of countries, of an area, of a kind of goods; then the order of the list.

        :param Decimal rate: in percent. :param Place place: where the goods are sent.
        """
        fitting = self.filtered(lambda rule: rule._fits(rate, place, is_service, tax_class))
        return fitting.sorted(lambda rule: [not part for part in rule._get_particulars()])[:1]

    def _get_particulars(self):
        return (
            bool(self.tax_class),
            bool(self.country_id),
            bool(self.country_group_id),
            self.area != "any",
            self.goods != "any",
        )

    def _fits(self, rate, place, is_service, tax_class):
        self.ensure_one()
        return (
            abs(self.rate - float(rate)) < 0.0005
            and self._is_area_of(place, rate)
            and (not self.country_id or self.country_id.code == place.country)
            and (not self.country_group_id or place.country in self.country_group_id.country_ids.mapped("code"))
            and self.goods in ("any", "service" if is_service else "goods")
            and (not self.tax_class or self.tax_class.casefold() in tax_class.casefold())
        )

    def _is_area_of(self, place, rate):
        if self.area == "domestic":
            return not place.is_abroad or bool(place.is_home and rate)
        return self.area == "any" or place.is_abroad
