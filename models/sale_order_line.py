from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: What is invoiced of a line. Where a shop has told of it, only the shop changes it.
OF_SHOP = frozenset(
    {
        "order_id",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "tax_ids",
        "extra_tax_data",
    }
)


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "settlement.rights"]

    _written_by_program = frozenset({"webshop_line_id", "webshop_kind"})

    webshop_line_id = fields.Char(
        string="Line in the Shop", readonly=True, copy=False, groups="account.group_account_invoice"
    )
    webshop_kind = fields.Char(readonly=True, copy=False, groups="account.group_account_invoice")

    @api.model_create_multi
    def create(self, vals_list):
        """Which line of the shop's this is, only our methods write."""
        self._check_not_written_by_hand(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Which line of the shop's this is, and what the shop says of it, only our methods write."""
        self._check_not_written_by_hand([vals])
        self._check_lines_of_shop(vals)
        return super().write(vals)

    def _check_lines_of_shop(self, vals):
        """Refuse product, quantity, price and VAT of lines that a shop has told of: they are invoiced as it told them.

        :raises UserError: naming the order.
        """
        if self.env.su or not OF_SHOP & vals.keys():
            return
        of_shop = self.sudo().filtered(lambda line: line.webshop_line_id and line.order_id.webshop_is_reported)
        if of_shop:
            raise UserError(
                self.env._(
                    "Product, quantity, price and taxes of %(order)s are as in the shop %(shop)s. Change them there: "
                    "then they change here too.",
                    order=", ".join(of_shop.order_id.mapped("display_name")),
                    shop=", ".join(of_shop.order_id.webshop_id.mapped("display_name")),
                )
            )

    @api.depends("order_id.webshop_id", "order_id.webshop_state")
    def _compute_qty_to_invoice(self):
        """A web order is invoiced by what happens in the shop, and never a second time because it was credited."""
        result = super()._compute_qty_to_invoice()
        self.filtered(lambda line: line.order_id._is_invoiced_by_webshop()).qty_to_invoice = 0
        return result

    def _prepare_exact_amounts(self, name, taxes, quantity, amount, tax_amount, currency):
        """Return the values of an order or invoice line with exactly the shop's amounts, and its quantity.

        Odoo keeps the amounts while currency, price, discount and quantity stay as they are; set at creation they were
        exact in every case measured. Where there is no tax to hold them, the price alone must do: for one piece, if the
        price of each cannot be written exactly.

        :param float quantity: as the shop has it; returned as Odoo keeps it, and 1 where nothing would be left of it.
        :param Decimal amount: of the line with VAT. :param Decimal tax_amount: the VAT in it.
        """
        net = amount - tax_amount
        shown = amount if taxes and all(taxes.mapped("price_include")) else net
        precision = self.env["decimal.precision"]
        quantity = round(quantity, precision.precision_get("Product Unit")) or 1.0
        digits = precision.precision_get("Product Price")
        price = round(float(shown) / quantity, digits)
        if not taxes and (currency.compare_amounts(price * quantity, float(amount)) or round(price, 2) != price):
            name, quantity, price = f"{quantity:g} × {name}", 1.0, float(amount)
        values = {
            "name": name,
            "tax_ids": [Command.set(taxes.ids)],
            "discount": 0.0,
            "price_unit": price,
            "extra_tax_data": False,
        }
        if taxes:
            values["extra_tax_data"] = {
                "manual_total_excluded_currency": float(net),
                "manual_tax_amounts": {
                    str(taxes.id): {"tax_amount_currency": float(tax_amount), "base_amount_currency": float(net)}
                },
                "currency_id": currency.id,
                "price_unit": price,
                "discount": 0.0,
                "quantity": quantity,
            }
        return values, quantity
