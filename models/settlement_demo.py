import json

from odoo import api, fields, models
from odoo.fields import Command

from ..demo import month
from ..demo.vipps_report import MERCHANT


class SettlementDemo(models.AbstractModel):
    """The month of Odoo's demo data: a company of its own sells, is settled by Vipps, and is paid by the bank."""

    _name = "settlement.demo"
    _description = "Demo Data of Settlements"

    @api.model
    def _tell(self, company):
        """Tell the month in a company that has no entries yet, with whichever chart of accounts it can have.

        :param company: the company; told once, not again.
        """
        self = self.with_company(company).with_context(allowed_company_ids=company.ids, tz="Europe/Oslo")
        if self.env["account.settlement.provider"].search_count([("company_id", "=", company.id)], limit=1):
            return
        if not company.chart_template:
            self._load_chart(company)
        first = month.first_monday(fields.Date.context_today(self))
        wizard = self.env["settlement.activate"].create({"code": "vipps", "merchant_id": MERCHANT})
        provider = self.env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])
        shop = self._open_shop(provider, first)
        payloads = [json.dumps(order).encode() for order in month.orders(first)]
        shop._ingest_orders(payloads)._make_webshop_documents()
        provider._ingest_file(*month.report(first))._process()
        self._receive(provider, first)
        # What is wrong is to be seen here, where Odoo goes on without demo data, and not later, where it ends.
        self.env.flush_all()

    @api.model
    def _load_chart(self, company):
        """Norway's chart of accounts if its module is there, else Odoo's general one."""
        Chart = self.env["account.chart.template"]
        code = "no" if Chart._get_chart_template_mapping().get("no", {}).get("installed") else "generic_coa"
        # Not try_loading(): while modules are installed it asks for Odoo's own demo entries too.
        Chart._load(code, company, False)
        # The general chart brings the currency and the taxes of another country.
        company.write({"currency_id": self.env.ref("base.NOK").id, "account_fiscal_country_id": company.country_id.id})

    @api.model
    def _open_shop(self, provider, first):
        """Connect a shop that sends its orders, with its products and the tax of their rate."""
        company = provider.company_id
        tax = self._get_tax(company)
        Product = self.env["product.product"]
        rest = Product.create({"name": "Frakt og annet", "type": "service", "company_id": company.id})
        Product.create(
            [
                {
                    "name": name,
                    "default_code": sku,
                    "type": "consu",
                    "list_price": float(price),
                    "taxes_id": [Command.set(tax.ids)],
                    "company_id": company.id,
                }
                for sku, (name, price, _rate) in month.PRODUCTS.items()
            ]
        )
        shop = self.env["sale.webshop"].create(
            {
                "name": "eksempelbutikken.no",
                "platform": "inbox",
                "company_id": company.id,
                "reference_prefix": "NORD-",
                "start_date": first,
                "provider_ids": [Command.set(provider.ids)],
                "fallback_product_id": rest.id,
            }
        )
        shop.action_activate()
        if not shop.tax_rule_ids.filtered(lambda rule: rule.tax_id == tax):
            shop.tax_rule_ids = [Command.create({"rate": tax.amount, "area": "domestic", "tax_id": tax.id})]
        return shop

    @api.model
    def _get_tax(self, company):
        """The chart's VAT of 25 % on sales; Odoo's general chart has none, so it is made."""
        rates = {rate for _name, _price, rate in month.PRODUCTS.values()}
        Tax = self.env["account.tax"]
        values = {"type_tax_use": "sale", "amount_type": "percent", "amount": rates.pop(), "company_id": company.id}
        domain = [(name, "=", value) for name, value in values.items()]
        if found := Tax.search(domain, limit=1):
            return found
        country = {"country_id": company.account_fiscal_country_id.id}
        group = self.env["account.tax.group"].create({"name": "MVA", "company_id": company.id, **country})
        return Tax.create({"name": "MVA 25 %", "tax_group_id": group.id, **country, **values})

    @api.model
    def _receive(self, provider, first):
        """Let the payouts come to the bank, and find their settlements."""
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", provider.company_id.id)], limit=1
        )
        self.env["account.bank.statement.line"].create(
            [
                {"journal_id": bank.id, "date": date, "payment_ref": text, "amount": float(amount)}
                for date, text, amount in month.bank_lines(first)
            ]
        )
        self.env["account.settlement"].search([("provider_id", "=", provider.id)])._match_bank()
