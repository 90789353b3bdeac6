from odoo import api, fields, models

from ..webshops.buyers import normal_vat


class SaleOrder(models.Model):
    """What the reader needs to say whether a buyer is the customer they look like. It is not stored."""

    _inherit = "sale.order"

    webshop_similar_shown = fields.Text(
        compute="_compute_webshop_similar_shown",
        groups="account.group_account_invoice",
        help="What is the same, what the buyer typed in the shop, and what is known of the customer.",
    )

    @api.depends("webshop_similar_partner_id", "partner_id")
    @api.depends_context("lang")
    def _compute_webshop_similar_shown(self):
        for order in self:
            buyer, customer = order.partner_id.commercial_partner_id, order.webshop_similar_partner_id
            lines = []
            if customer:
                own, known = order._get_marks(buyer), order._get_marks(customer)
                same = [label for label, mark in own.items() if mark and mark == known[label]]
                if same:
                    lines.append(self.env._("The same: %s", ", ".join(same)))
                lines.append(self.env._("In the shop: %s", order._describe_partner(buyer)))
                lines.append(self.env._("The customer: %s", order._describe_partner(customer)))
            order.webshop_similar_shown = "\n".join(lines) or False

    def _get_marks(self, partner):
        """Return what tells one from another, in a form in which the same is equal."""
        return {
            self.env._("organisation number"): normal_vat(partner.vat or ""),
            self.env._("e-mail"): partner.email_normalized,
            self.env._("name"): (partner.name or "").strip().casefold(),
            self.env._("street"): (partner.street or "").strip().casefold(),
            self.env._("phone"): "".join(filter(str.isdigit, partner.phone or ""))[-8:],
        }

    @staticmethod
    def _describe_partner(partner):
        city = " ".join(filter(None, (partner.zip, partner.city)))
        return ", ".join(filter(None, (partner.name, partner.vat, partner.email, partner.street, city, partner.phone)))
