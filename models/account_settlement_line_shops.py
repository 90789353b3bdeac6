from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountSettlementLine(models.Model):
    """Looking for a transaction's order where it may be, though it is not in Odoo: in the shop's own administration."""

    _inherit = "account.settlement.line"

    shop_links = fields.Html(
        compute="_compute_shop_links",
        sanitize=False,
        string="In the Shop",
        help="Opens the shop's own administration, searched for the reference.",
    )

    has_shop_links = fields.Boolean(compute="_compute_shop_links", help="A shop can be searched for it.")

    @api.depends("order_reference", "provider_id")
    def _compute_shop_links(self):
        shops = {provider: provider._get_shops() for provider in self.provider_id}
        for line in self:
            links = line._get_shop_links(shops.get(line.provider_id, ()))
            line.has_shop_links = bool(links)
            line.shop_links = Markup(" ").join(
                Markup('<a class="btn btn-secondary" href="%s" target="_blank" rel="noopener noreferrer">%s</a>')
                % (url, self.env._("Search in %s", shop.name))
                for shop, url in links
            )

    def _get_shop_links(self, shops):
        """Return ``(sale.webshop, address)`` of the shops whose administration can be searched for the reference."""
        found = ((shop, shop._get_admin_search_url(self.order_reference)) for shop in shops)
        return [(shop, url) for shop, url in found if url]

    def action_open_in_shop(self):
        """Open the shop's administration, searched for the reference; where there are several shops, the transaction
        with a button for each.

        :raises UserError: when there is none to search.
        """
        self.ensure_one()
        links = self._get_shop_links(self.provider_id._get_shops())
        if len(links) > 1:
            return self.get_formview_action()
        if not links:
            raise UserError(
                self.env._(
                    "There is no shop whose administration can be searched for it: the transaction has no order "
                    "reference, or the shop no address. For Magento, the path of the administration is needed too."
                )
            )
        return {"type": "ir.actions.act_url", "url": links[0][1], "target": "new"}
