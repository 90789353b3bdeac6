from odoo import models
from odoo.fields import Domain

from ..common.limits import quoted
from ..common.messages import Message, SettlementError, _
from ..webshops.records import LineKind
from .money import to_rate
from .sale_webshop import ORDERED_BEFORE
from .sale_webshop_event import NAMED_REFUSED, REFUSED

#: Norwegian standard codes that stand for another kind of zero than export.
OUTSIDE_VAT_ACT = "6"


class SaleWebshop(models.Model):
    """From an order as the shop tells it to the customer, products and taxes it means in Odoo."""

    _inherit = "sale.webshop"

    def _get_reason_to_leave_out(self, order, known):
        """Return why an order is not taken in, or None.

        :param order: :class:`~..webshops.records.Order`.
        :param known: the ``sale.order`` of it, if there is one already: that is then kept up to date.
        """
        if known:
            changed_at = known.webshop_changed_at
            if changed_at and order.changed_at.timestamp() < changed_at.timestamp():
                return Message(_("Older than what is known of the order already."))
            return None
        if order.is_test:
            return Message(_("A test order."))
        if order.accepted_at is None:
            return Message(_("Neither paid nor reserved yet."))
        if self.start_date and order.created_at.astimezone(self._get_settings().time_zone).date() < self.start_date:
            return Message(ORDERED_BEFORE, {"date": self.start_date})
        excluded = self._get_excluded_methods()
        for method in (order.payment_method, order.delivery_method):
            if method and method.casefold() in excluded:
                return Message(_("Paid or delivered by %(method)s, which is left out here."), {"method": method})
        return None

    def _get_excluded_methods(self):
        """The codes of ways to pay or deliver whose orders are left out; case does not count."""
        return {code.strip().casefold() for code in (self.excluded_methods or "").split(",") if code.strip()}

    # ---------------------------------------------------------------- the customer

    def _get_partners(self, order):
        """Return the customer, whom to invoice and where to send, created where they are not known."""
        if self.customer_policy == "collective":
            partner = self.collective_partner_id
            return partner, partner, partner
        partner = self._find_partner(order) or self._create_partner(order)
        billing = self._get_address(partner, order.billing, "invoice", order.buyer.email)
        shipping = self._get_address(partner, order.shipping or order.billing, "delivery")
        return partner, billing, shipping

    def _find_partner(self, order):
        """Find a buyer by VAT number, by the shop's customer number, or by e-mail where just one has it."""
        buyer = order.buyer
        Partner = self.env["res.partner"]
        allowed = Domain(Partner._check_company_domain(self.company_id))
        if buyer.vat:
            digits = "".join(filter(str.isalnum, buyer.vat))
            partner = Partner.search(
                allowed
                & Domain("vat", "in", [buyer.vat, digits, f"NO{digits}", f"NO{digits}MVA", f"{digits}MVA"])
                & Domain("parent_id", "=", False),
                limit=1,
            )
            if partner:
                return partner
        if buyer.external_id:
            earlier = self.env["sale.order"].search(
                [
                    ("webshop_id", "=", self.id),
                    ("webshop_buyer_id", "=", buyer.external_id),
                    ("partner_id", "!=", self.collective_partner_id.id),
                ],
                order="id desc",
                limit=1,
            )
            if earlier:
                return earlier.partner_id.commercial_partner_id
        if buyer.email:
            found = Partner.search(
                allowed & Domain("email_normalized", "=", buyer.email.strip().lower()) & Domain("parent_id", "=", False)
            )
            # a company's order is not put on the person who has the address, nor on another company
            is_company = bool(buyer.vat or buyer.company)
            found = found.filtered(lambda partner: partner.is_company == is_company and not (buyer.vat and partner.vat))
            if len(found) == 1:
                return found
        return Partner

    def _create_partner(self, order):
        buyer, address = order.buyer, order.billing
        company = buyer.company or address.company
        name = company or buyer.name or address.name or buyer.email
        return self.env["res.partner"].create(
            {
                "name": name or self.env._("Buyer of order %s", order.number),
                "is_company": bool(company),
                "email": buyer.email,
                "phone": buyer.phone,
                "vat": self._get_valid_vat(buyer.vat, address.country),
                "company_id": self.company_id.id if self.env["res.company"].sudo().search_count([]) > 1 else False,
                **self._get_address_values(address),
            }
        )

    def _get_valid_vat(self, vat, country_code):
        """Return the number in the form Odoo accepts, or nothing: a mistyped one must not keep an order out."""
        digits = "".join(filter(str.isalnum, vat or "")).upper()
        if not digits:
            return False
        if country_code in ("", "NO") and digits.removeprefix("NO").removesuffix("MVA").isdigit():
            digits = f"NO{digits.removeprefix('NO').removesuffix('MVA')}MVA"
        country = self.env["res.country"].search([("code", "=", country_code or "NO")], limit=1)
        check = getattr(self.env["res.partner"], "_run_vat_checks", None)
        if check:
            try:
                return check(country, digits, validation="setnull")[0] or False
            except (ValueError, TypeError):
                return False
        return digits

    def _get_address_values(self, address):
        country = self.env["res.country"].search([("code", "=", address.country)], limit=1) if address.country else None
        return {
            "street": address.street,
            "street2": address.street2,
            "zip": address.postcode,
            "city": address.city,
            "country_id": country.id if country else False,
        }

    def _get_address(self, partner, address, address_type, email=""):
        """Return the contact of ``partner`` with this name and address: itself, a known one, or a new one."""
        values = self._get_address_values(address)
        if not any(values.values()):
            return partner

        def is_same(contact):
            own = {name: contact[name].id if name == "country_id" else contact[name] for name in values}
            return all((own[name] or "") == (value or "") for name, value in values.items())

        name = address.name or address.company or partner.name
        if is_same(partner) and (partner.is_company or name == partner.name):
            return partner
        known = partner.child_ids.filtered(
            lambda contact: contact.type == address_type and is_same(contact) and contact.name == name
        )
        return known[:1] or self.env["res.partner"].create(
            {"parent_id": partner.id, "type": address_type, "name": name, "email": email, **values}
        )

    # ---------------------------------------------------------------- products and taxes

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
            if not product:
                problems.append(
                    Message(
                        _(
                            "No product has the SKU %(sku)s of the line %(line)s, and the shop has no product for the "
                            "rest. Create the product, or choose one on the shop."
                        ),
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
                _("The shop's %(rate)s %% stands for the tax %(tax)s, which has %(own)s %%. They must be the same."),
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
            _(
                "No tax of the company stands for %(rate)s %% on the line %(line)s (%(area)s, tax name %(tax_class)s). "
                "Add it to the taxes of the shop."
            ),
            rate=f"{line.rate.normalize():f}",
            line=line.name,
            area=Message(_("outside the VAT area")) if is_abroad else Message(_("in the country")),
            tax_class=line.tax_class or "–",
        )

    def _get_currency(self, code):
        """Return an active currency.

        :raises SettlementError: when it is not active here.
        """
        currency = self.env["res.currency"].search([("name", "=", code)], limit=1)
        if not currency:
            raise SettlementError(
                _("The currency %(currency)s is not active. Activate it, with its rates."), currency=code
            )
        company = self.company_id
        rates = currency.rate_ids.filtered(lambda rate: rate.company_id.id in (False, company.root_id.id))
        if currency != company.currency_id and not rates:
            raise SettlementError(_("The currency %(currency)s has no rate here. Enter its rates."), currency=code)
        return currency

    def _tell_of_refused(self):
        """Ask a person to look while orders could not be read: one activity for all of a shop's."""
        for webshop in self:
            domain = [("webshop_id", "=", webshop.id), ("state", "=", "error")]
            refused = self.env["sale.webshop.event"].search(domain, order="id desc", limit=NAMED_REFUSED)
            if not refused:
                webshop._close_attention(REFUSED)
                continue
            told = [f"{event.external_id or event.display_name}: {quoted(event.message or '')}" for event in refused]
            more = self.env["sale.webshop.event"].search_count(domain) - len(refused)
            if more:
                told.append(self.env._("… and %(count)s more.", count=more))
            webshop._ask_for_attention("\n".join(told), key=REFUSED)
