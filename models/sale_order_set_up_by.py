from odoo import api, fields, models

MANAGER = "settlement_bridge.group_settlement_manager"
#: Who may create products. The administrators of Sales need not be among them.
PRODUCTS = "product.group_product_manager"
CURRENCIES = "base.group_system"


class SaleOrder(models.Model):
    """Who has the buttons that a sentence names, where its reader has not."""

    _inherit = "sale.order"

    webshop_set_up_by = fields.Text(
        compute="_compute_webshop_set_up_by",
        groups="account.group_account_invoice",
        help="The buttons that the reader has no right to, and who has it.",
    )

    @api.depends("webshop_ways")
    @api.depends_context("uid", "lang")
    def _compute_webshop_set_up_by(self):
        may = self.env.user.has_group
        is_user, is_manager = may("settlement_bridge.group_settlement_user"), may(MANAGER)
        for order in self:
            ways = (order.webshop_ways or "").split()
            said = []
            if not is_user:
                said.append(self.env._("A user of Settlements decides on it."))
            if not is_manager and (buttons := order._get_buttons_of_manager(ways)):
                said.append(self.env._("For a manager of Settlements: %s.", ", ".join(buttons)))
            if "sku" in ways and not (is_user and may(PRODUCTS)):
                said.append(self.env._("For a user of Settlements who may create products: New Product."))
            if "currencies" in ways and not (is_manager or (is_user and may(CURRENCIES))):
                said.append(self.env._("For an administrator of Accounting: Currencies."))
            order.webshop_set_up_by = "\n".join(said) or False

    def _get_buttons_of_manager(self, ways):
        buttons = {
            "vat": self.env._("Decide on VAT"),
            "taxes": self.env._("Taxes of the Shop"),
            "products": self.env._("Products of the Shop"),
            "accounts": self.env._("Accounts of the Shop"),
        }
        return [label for way, label in buttons.items() if way in ways]
