from odoo import api, models
from odoo.fields import Domain
from odoo.tools import ormcache

from ..webshops.buyers import company_of, identity_of, normal_vat


class SaleWebshop(models.Model):
    """The customer and addresses in Odoo of an order's buyer.

    A sales document names the buyer (bokføringsforskriften § 5-1-2). What a guest types is no proof of who it is: it
    never changes a customer that was not created here, and gives nobody an address that other orders would use.
    """

    _inherit = "sale.webshop"

    def _get_partners(self, order, current=None):
        """Return the customer, whom to invoice and where to send, created where they are not known, and for a new
        customer an earlier one that may be the same.

        :param order: :class:`~..webshops.records.Order`. :param current: the customer the order has already.
        """
        Partner = self.env["res.partner"]
        if self.customer_policy == "collective":
            partner = self.collective_partner_id
            return partner, partner, partner, Partner
        identity = identity_of(order)
        partner, similar = self._get_customer(order, identity, current or Partner)
        billing = self._get_address(partner, order.billing, order.buyer.email)
        shipping = self._get_address(partner, order.shipping or order.billing)
        return partner, billing, shipping, similar

    def _get_customer(self, order, identity, current):
        Buyer = self.env["sale.webshop.buyer"].sudo()
        known = Buyer._find(self, identity)
        usable = known.filtered(lambda row: self._is_usable(row.partner_id, current))
        partner, similar = usable[:1].partner_id.with_env(self.env), self.env["res.partner"]
        if not partner:
            similar = self._find_similar(order, identity)
            partner = self._create_partner(order)
            # they stood for a customer that is archived, or another company's
            Buyer._remember(self, identity, partner, known, is_created=True).write(
                {"partner_id": partner.id, "is_created": True}
            )
            return partner, similar
        row = usable[:1]
        if identity.vat and not row.vat and row.is_created and not partner.vat:
            partner.vat = self._get_valid_vat(order.buyer.vat, order.billing.country)
        Buyer._remember(self, identity, partner, known, is_created=row.is_created)
        return partner, similar

    def _is_usable(self, partner, current):
        """Whether new orders are put on a customer: not when it is archived, or another company's."""
        is_ours = not partner.company_id or partner.company_id == self.company_id
        return is_ours and (partner.active or partner == current)

    def _find_similar(self, order, identity):
        """Return a customer that was not created from this buyer's orders, but looks like them: a person decides."""
        Partner = self.env["res.partner"]
        domain = Domain(Partner._check_company_domain(self.company_id)) & Domain("parent_id", "=", False)
        if not identity.is_company:
            if not identity.email:
                return Partner
            return Partner.search(
                domain & Domain("email_normalized", "=", identity.email) & Domain("is_company", "=", False),
                order="id",
                limit=1,
            )
        by_vat = Domain.FALSE
        if identity.vat:
            forms = {order.buyer.vat, identity.vat, f"NO{identity.vat}", f"NO{identity.vat}MVA", f"{identity.vat}MVA"}
            by_vat = Domain("vat", "in", list(forms)) & domain
        name = company_of(order).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        by_name = Domain("name", "=ilike", name) & Domain("is_company", "=", True) & domain if name else Domain.FALSE
        found = Partner.search(by_vat | by_name, order="id")
        same_vat = found.filtered(lambda partner: identity.vat and normal_vat(partner.vat) == identity.vat)
        other_vat = found.filtered(lambda partner: identity.vat and partner.vat) - same_vat
        return (same_vat or found - other_vat)[:1]

    def _create_partner(self, order):
        buyer, address = order.buyer, order.billing
        company = company_of(order)
        name = company or buyer.name or address.name or buyer.email
        # Odoo's own note of a new contact would say no more than the order.
        quiet = self.env["res.partner"].with_context(tracking_disable=True)
        partner = quiet.create(
            {
                "name": name or self.env._("Buyer of order %s", order.number),
                "is_company": bool(company or buyer.vat),
                "email": buyer.email,
                "phone": buyer.phone,
                "vat": self._get_valid_vat(buyer.vat, address.country),
                "company_id": self.company_id.id if self.env["res.company"].sudo().search_count([]) > 1 else False,
                **self._get_address_values(address),
            }
        )
        return partner.with_env(self.env)

    def _get_valid_vat(self, vat, country_code):
        """Return the number in the form Odoo accepts, or nothing: a mistyped one must not keep an order out."""
        digits = "".join(filter(str.isalnum, vat or "")).upper()
        if not digits:
            return False
        if country_code in ("", "NO") and digits.removeprefix("NO").removesuffix("MVA").isdigit():
            digits = f"NO{digits.removeprefix('NO').removesuffix('MVA')}MVA"
        country = self.env["res.country"].browse(self._get_country_id(country_code or "NO"))
        check = getattr(self.env["res.partner"], "_run_vat_checks", None)
        if check:
            try:
                return check(country, digits, validation="setnull")[0] or False
            except (ValueError, TypeError):
                return False
        return digits

    def _get_address_values(self, address):
        return {
            "street": address.street,
            "street2": address.street2,
            "zip": address.postcode,
            "city": address.city,
            "country_id": self._get_country_id(address.country),
        }

    @api.model
    @ormcache("code")
    def _get_country_id(self, code):
        """Return the id of a country, False where the code is none: looked up thrice an order, and always the same."""
        return self.env["res.country"].search([("code", "=", code)], limit=1).id if code else False

    def _get_address(self, partner, address, email=""):
        """Return the contact of ``partner`` with this name and address: itself, a known one, or a new one.

        A new one is of the type *other*: Odoo proposes those of the types *invoice* and *delivery* for every later
        order of the customer, and anybody may have typed it.
        """
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
            lambda contact: (
                contact.type != "contact"
                and contact.name == name
                and is_same(contact)
                and (not email or contact.email == email)
            )
        )
        return known[:1] or self.env["res.partner"].create(
            {"parent_id": partner.id, "type": "other", "name": name, "email": email, **values}
        )
