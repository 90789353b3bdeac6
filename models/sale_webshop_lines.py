from odoo import models

from ..common.messages import Message, SettlementError
from ..webshops.records import LineKind
from .foreign_vat import FOREIGN_VAT
from .money import to_rate

#: Norwegian standard codes that stand for another kind of zero than export.
OUTSIDE_VAT_ACT = "6"


class SaleWebshop(models.Model):
    """The products, taxes and currency in Odoo of an order's lines."""

    _inherit = "sale.webshop"

    def _get_products(self, lines):
        """Return each line's product by the line's id, and the problems where there is none.

        By SKU, else by the shop's rules on names, else the product for the rest.
        """
        Product = self.env["product.product"]
        skus = {line.sku for line in lines if line.sku}
        by_sku = {}
        for product in Product.search(
            [*Product._check_company_domain(self.company_id), ("default_code", "in", list(skus))], order="id desc"
        ):
            by_sku[product.default_code] = product
        products, problems = {}, []
        for line in lines:
            rule = self.product_rule_ids.filtered(lambda rule, line=line: rule._fits(line))[:1]
            product = by_sku.get(line.sku) or rule.product_id or self.fallback_product_id
            if not product and line.amount:
                values = {"line": line.name, "amount": line.amount}
                problems.append(
                    Message("line_without_product", {"sku": line.sku, **values})
                    if line.sku
                    else Message("line_without_sku", values)
                )
            products[line.external_id] = product
        return products, problems

    def _get_tax(self, line, product, order, fiscal_position):
        """Return the tax of a line (none for what carries no tax at all).

        :raises SettlementError: when nothing says which tax the shop's rate stands for.
        """
        if line.kind in (LineKind.GIFT_CARD, LineKind.ROUNDING) or (line.kind is LineKind.TIP and not line.rate):
            return self.env["account.tax"]
        place = self._get_place(order)
        is_service = line.kind is LineKind.PRODUCT and product.type == "service" and product != self.fallback_product_id
        own = product.taxes_id.filtered_domain(self.env["account.tax"]._check_company_domain(self.company_id))
        own = fiscal_position.map_tax(own) if fiscal_position else own
        rule = self.tax_rule_ids._get_first(line.rate, place, is_service, line.tax_class)
        is_foreign_vat = place.is_abroad and not place.is_home and line.rate
        # a person may say that what the shop calls VAT abroad is none
        if rule and to_rate(rule.tax_id) != line.rate and not (is_foreign_vat and not to_rate(rule.tax_id)):
            raise SettlementError(
                "line_tax_rate_differs",
                line=line.name,
                amount=line.amount,
                rate=f"{line.rate.normalize():f}",
                tax=rule.tax_id.display_name,
                own=f"{to_rate(rule.tax_id).normalize():f}",
            )
        if rule.tax_class or rule.country_id or rule.country_group_id:
            return rule.tax_id
        # abroad the product's own tax is only right where a fiscal position put it there, whatever its rate
        is_own_right = not is_foreign_vat or (fiscal_position and not own <= product.taxes_id)
        is_own_right = is_own_right and len(own) == 1 and own.amount_type == "percent" and to_rate(own) == line.rate
        if is_own_right and product != self.fallback_product_id:
            code = own.l10n_no_standard_code if "l10n_no_standard_code" in own._fields else ""
            # what is zero at home for what it is, is export when it leaves
            if not place.is_abroad or line.rate or fiscal_position or code == OUTSIDE_VAT_ACT:
                return own
        if rule:
            return rule.tax_id
        if is_foreign_vat:
            raise SettlementError(FOREIGN_VAT, **self._describe_foreign_vat(line, place, order))
        area = Message("area_outside") if place.is_abroad else Message("area_domestic")
        if line.tax_class:
            area = Message("area_with_tax_name", {"area": area, "tax_class": line.tax_class})
        raise SettlementError(
            "line_tax_unknown", amount=line.amount, rate=f"{line.rate.normalize():f}", line=line.name, area=area
        )

    def _get_currency(self, code):
        """Return an active currency.

        :raises SettlementError: when it is not active here.
        """
        currency = self.env["res.currency"].search([("name", "=", code)], limit=1)
        if not currency:
            raise SettlementError("currency_inactive", currency=code)
        company = self.company_id
        rates = currency.rate_ids.filtered(lambda rate: rate.company_id.id in (False, company.root_id.id))
        if currency != company.currency_id and not rates:
            raise SettlementError("currency_without_rate", currency=code)
        return currency
