"""Lines of web orders that somebody changes in Odoo: what is invoiced is what the shop tells."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import new_order, sent_order

from .web_order_case import NOON, WebOrderCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestLinesByHand(WebOrderCase):
    """Socks of 358.20 at 25 %, among them, are sold at 25 % whatever stood on the line in between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = new_test_user(
            cls.env(su=True),
            "selger",
            "sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def vat(self, order):
        """The sums of the invoice by standard code of its tax: net and VAT."""
        lines = order._get_webshop_moves().invoice_line_ids
        return {
            tax.l10n_no_standard_code: (
                round(sum(some.mapped("price_subtotal")), 2),
                round(sum(some.mapped("price_total")) - sum(some.mapped("price_subtotal")), 2),
            )
            for tax, some in lines.grouped("tax_ids").items()
        }

    def test_what_the_shop_told_is_not_written_by_hand(self):
        order = self.told(new_order())
        line = order.order_line[0].with_user(self.salesman)
        for values in (
            {"tax_ids": [Command.set(self.taxes["31"].ids)]},
            {"price_unit": 1.0},
            {"discount": 10.0},
            {"product_uom_qty": 7},
            {"product_id": self.coffee.id},
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "as in the shop"):
                line.write(values)
        with self.assertRaisesRegex(UserError, "as in the shop"):
            order.with_user(self.salesman).action_update_taxes()
        line.name = "Ullsokker, grå"
        order.with_user(self.salesman).order_line = [
            Command.create({"product_id": self.coffee.id, "price_unit": 50.0, "product_uom_qty": 1})
        ]
        own = order.order_line.filtered(lambda line: not line.webshop_line_id).with_user(self.salesman)
        own.price_unit = 40.0
        self.assertEqual(own.price_unit, 40.0, "what was never in the shop is not the shop's")

    def test_tax_changed_before_it_is_invoiced(self):
        """Another app has put 15 % on the socks: they are invoiced at 25 %, as the shop sold them."""
        usual = self.vat(self.told(sent_order()))
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        order = self.told(sent_order(external_id="2", number="2"))
        order.order_line[0].sudo().tax_ids = self.taxes["31"]
        self.company.sudo().fiscalyear_lock_date = False
        order.action_webshop_retry()
        self.assertEqual(order.webshop_state, "done")
        self.assertEqual(self.vat(order), usual)
        self.assertEqual(order.order_line[0].tax_ids, self.taxes["3"])

    def test_sums_that_agree_on_another_tax(self):
        """An invoice of 553.30 with VAT of 102.58 is not posted where the socks' VAT stands at 15 %."""
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        order = self.told(sent_order())
        order.order_line[0].sudo().tax_ids = self.taxes["31"]
        self.company.sudo().fiscalyear_lock_date = False
        with patch.object(type(order), "_follow_webshop_order"):
            order.action_webshop_retry()
        self.assertWaits(order, "would have 474.30 at 15 % VAT, but the shop has 116.10 at that rate")
        self.assertEqual(order.webshop_ways, "invoice")
        order.action_webshop_retry()
        self.assertEqual(order.webshop_state, "done")
