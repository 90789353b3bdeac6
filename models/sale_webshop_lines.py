from odoo import models

from ..common.messages import Message, SettlementError
from ..webshops.records import LineKind
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
                problems.append(
                    Message(
                        "no_product_for_sku",
                        {"sku": line.sku or "–", "line": line.name},
                    )
                )
            products[line.external_id] = product
        return products, problems

    def _get_tax(self, line, product, order, fiscal_position):
        """Return the tax of a line (none for what carries no tax at all).

        :raises SettlementError: when nothing says which tax the shop's rate stands for.
        """
        if line.kind in (LineKind.GIFT_CARD, LineKind.ROUNDING) or (line.kind is LineKind.TIP and not line.rate):
            return self.env["account.tax"]
        address = order.shipping if order.shipping.country else order.billing
        is_abroad = self.company_id._is_outside_vat_area(address.country, address.postcode)
        is_service = line.kind is LineKind.PRODUCT and product.type == "service" and product != self.fallback_product_id
        own = product.taxes_id.filtered_domain(self.env["account.tax"]._check_company_domain(self.company_id))
        own = fiscal_position.map_tax(own) if fiscal_position else own
        rule = self.tax_rule_ids.filtered(lambda rule: rule._fits(line.rate, is_abroad, is_service, line.tax_class))[:1]
        if rule and to_rate(rule.tax_id) != line.rate:
            raise SettlementError(
                "tax_rate_differs",
                rate=f"{line.rate.normalize():f}",
                tax=rule.tax_id.display_name,
                own=f"{to_rate(rule.tax_id).normalize():f}",
            )
        if rule.tax_class:
            return rule.tax_id
        is_own_right = len(own) == 1 and own.amount_type == "percent" and to_rate(own) == line.rate
        if is_own_right and product != self.fallback_product_id:
            code = own.l10n_no_standard_code if "l10n_no_standard_code" in own._fields else ""
            # what is zero at home for what it is, is export when it leaves
            if not is_abroad or line.rate or fiscal_position or code == OUTSIDE_VAT_ACT:
                return own
        if rule:
            return rule.tax_id
        raise SettlementError(
            "no_tax_for_rate",
            rate=f"{line.rate.normalize():f}",
            line=line.name,
            area=Message("area_outside") if is_abroad else Message("area_domestic"),
            tax_class=line.tax_class or "–",
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
