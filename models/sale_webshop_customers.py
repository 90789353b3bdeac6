from odoo import models
from odoo.fields import Domain


class SaleWebshop(models.Model):
    """The customer and addresses in Odoo of an order's buyer."""

    _inherit = "sale.webshop"

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
