from odoo import api, fields, models

from .foreign_vat import FOREIGN_VAT
from .sale_webshop_tax import Place
from .written_language import company_language


class SaleWebshop(models.Model):
    """Where an order is sent, and VAT charged abroad: no rate alone tells which country it is owed to."""

    _inherit = "sale.webshop"

    has_undecided_vat = fields.Boolean(
        compute="_compute_has_undecided_vat", compute_sudo=True, help="Orders wait for somebody to say whose VAT it is."
    )
    takes_foreign_vat = fields.Boolean(
        compute="_compute_takes_foreign_vat", help="A tax of the shop takes another country's VAT as the company's own."
    )

    def _compute_has_undecided_vat(self):
        for webshop in self:
            webshop.has_undecided_vat = bool(webshop._get_waiting_orders([FOREIGN_VAT]))

    @api.depends("tax_rule_ids.takes_foreign_vat")
    def _compute_takes_foreign_vat(self):
        for webshop in self:
            webshop.takes_foreign_vat = any(webshop.tax_rule_ids.mapped("takes_foreign_vat"))

    def action_open_foreign_vat(self):
        """Open the dialog that says whose VAT it is, on the first order that waits for it."""
        self.ensure_one()
        orders = self._as_manager()._get_waiting_orders([FOREIGN_VAT])
        return orders[:1].with_env(self.env).action_open_foreign_vat() if orders else False

    def _get_place(self, order):
        """Return the :class:`~.sale_webshop_tax.Place` an order is sent to: the buyer's, where no other is named."""
        address = order.shipping if order.shipping.country else order.billing
        company = self.company_id
        home = company.account_fiscal_country_id.code or company.country_id.code or ""
        country = address.country or home
        return Place(
            country=country,
            is_abroad=company._is_outside_vat_area(address.country, address.postcode),
            is_home=country == home,
        )

    def _describe_foreign_vat(self, line, place, order):
        """Return the values of the sentence that asks whose VAT a line's is."""
        country = self._get_country(place.country)
        return {
            "order": order.number,
            "country": f"{country.name} ({place.country})" if country else place.country,
            "country_code": place.country,
            "rate": f"{line.rate.normalize():f}",
            "tax": line.tax,
            "amount": line.amount,
            "tax_class": line.tax_class or "–",
        }

    def _get_country(self, code):
        language = company_language(self.company_id)
        return self.env["res.country"].with_context(lang=language).browse(self._get_country_id(code))
