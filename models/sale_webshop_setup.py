from odoo import fields, models


class SaleWebshop(models.Model):
    """What a shop still needs: its address and keys, and taxes for its rates."""

    _inherit = "sale.webshop"

    lacks_address = fields.Boolean(compute="_compute_missing", help="Its address is not entered.")
    lacks_taxes = fields.Boolean(compute="_compute_missing", help="No tax stands for the shop's rates.")

    def _find_missing(self, facts):
        found = super()._find_missing(facts)
        if self.address_example and not self.api_url:
            found["lacks_address"] = self.env._("Its address is missing, like %s.", self.address_example)
        if names := self._get_missing_keys():
            found["lacks_keys"] = self.env._(
                "Keys are missing: %s. A system administrator enters them on the page Connection.", ", ".join(names)
            )
        if self.has_documents and not self.tax_rule_ids:
            found["lacks_taxes"] = self.env._("No tax stands for the shop's VAT rates, so no order can be invoiced.")
        return found

    def _get_missing_keys(self):
        """Return the names of the required settings that are empty."""
        entered = self._get_entered_settings()
        needed = [setting for setting in self._get_declared_settings() or () if setting.is_required]
        return [self._translate(each.label) for each in needed if each.applies(entered) and not entered[each.name]]

    def action_propose_taxes(self):
        """Fill in the taxes and accounts of a Norwegian chart, where they are empty."""
        self._as_manager()._propose_set_up()
