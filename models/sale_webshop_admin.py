from urllib.parse import urlsplit

from odoo import models

from ..webshops.records import ShopSettings
from ..webshops.registry import PLATFORMS

#: The fields that say from which day a provider's orders are invoiced here.
STARTS = frozenset({"start_date", "provider_ids", "state"})


class SaleWebshop(models.Model):
    """The shop's own administration: where an accountant looks for an order that is not in Odoo."""

    _inherit = "sale.webshop"

    def write(self, vals):
        """Look anew why transactions are unknown, where the first day of the orders changes."""
        result = super().write(vals)
        if STARTS & vals.keys():
            self.env["account.settlement.line"]._recompute_unknown_causes(self.company_id)
        return result

    def _get_admin_search_url(self, reference):
        """Return the page of the shop's administration with the orders of a reference; empty where it is not known.

        :param str reference: as the provider sent it.
        """
        self.ensure_one()
        platform = PLATFORMS.get(self.platform)
        if not platform or not platform.admin_search_url or not self.api_url or not (reference or "").strip():
            return ""
        entered = {name: value for name, value in self.sudo()._get_entered_settings().items() if name == "admin_path"}
        # The address may end with a query or a fragment: what is appended to them would search for nothing.
        address = urlsplit(self.api_url.strip())._replace(query="", fragment="").geturl()
        settings = ShopSettings.with_entered(entered, url=address)
        url = platform.admin_search_url(settings, reference.strip())
        # Nobody is led anywhere but to the address that is stored for the shop.
        own, found = urlsplit(settings.url), urlsplit(url)
        is_own = found.scheme in ("http", "https") and (found.scheme, found.netloc) == (own.scheme, own.netloc)
        return url if is_own else ""
