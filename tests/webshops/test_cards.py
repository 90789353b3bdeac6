"""Which provider's card shows a shop, and its orders that wait."""

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from .webshop_case import WebshopCase


@tagged("post_install", "-at_install")
class TestCards(WebshopCase):
    """Two agreements, and a shop that names none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.make_shop()
        cls.klarna = cls.activate(code="klarna", merchant_id="K777001")

    def waiting_order(self, paid_with):
        partner = self.env["res.partner"].create({"name": "Kari"})
        values = {"webshop_id": self.shop.id, "webshop_state": "waiting", "webshop_payment": paid_with}
        return self.env["sale.order"].sudo().create({"partner_id": partner.id, "company_id": self.company.id, **values})

    def waiting(self):
        """How many orders wait on the card of Vipps, of Klarna, and of the shop."""
        self.env.invalidate_all()
        return [self.provider.waiting_order_count, self.klarna.waiting_order_count, self.shop.waiting_count]

    def test_a_waiting_order_is_on_the_card_of_the_provider_it_was_paid_with(self):
        order = self.waiting_order("Vipps MobilePay")
        self.assertEqual(self.waiting(), [1, 0, 1])
        self.assertTrue(self.provider.has_attention, "nothing to do is not said beside it")
        action = self.provider.action_open_waiting_orders()
        self.assertEqual(self.env["sale.order"].search(action["domain"]), order)
        self.assertFalse(self.env["sale.order"].search(self.klarna.action_open_waiting_orders()["domain"]))
        self.waiting_order("klarna_payments")
        self.assertEqual(self.waiting(), [1, 1, 2])

    def test_where_it_cannot_be_known_it_is_on_the_shops_card_only(self):
        """Paid by invoice; or with Vipps, of which there are two agreements."""
        self.waiting_order("Faktura")
        self.assertEqual(self.waiting(), [0, 0, 1])
        self.waiting_order("Vipps")
        other = self.activate(merchant_id="777002")
        self.assertEqual([*self.waiting(), other.waiting_order_count], [0, 0, 2, 0])

    def test_a_transaction_says_it_better_than_the_shop(self):
        order = self.waiting_order("Faktura")
        self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))])
        self.line_of("1").sudo().sale_order_id = order
        self.assertEqual(self.waiting(), [1, 0, 1])

    def test_a_shop_is_on_the_cards_of_its_providers(self):
        """A new shop is on none, until payments have come or it names its provider."""
        self.assertEqual([self.provider.shop_names, self.klarna.shop_names], ["", ""])
        self.assertTrue(self.provider.has_shop, "it may be its shop")
        order = self.waiting_order("Vipps")
        self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))])
        self.line_of("1").sudo().sale_order_id = order
        self.env.invalidate_all()
        self.assertEqual([self.provider.shop_names, self.klarna.shop_names], [self.shop.name, ""])
        self.shop.provider_ids = self.klarna
        self.env.invalidate_all()
        self.assertEqual([self.provider.shop_names, self.klarna.shop_names], ["", self.shop.name])

    def test_the_shops_words_are_the_readers(self):
        order = self.waiting_order("vipps")
        order.sudo().webshop_status = "PAID / UNFULFILLED"
        self.assertEqual((order.webshop_status_name, order.webshop_payment_name), ("Paid / Not Sent", "Vipps"))
        order.sudo().write({"webshop_status": "Klar til henting", "webshop_payment": "Faktura 14 dager"})
        self.assertEqual(
            (order.webshop_status_name, order.webshop_payment_name), ("Klar til henting", "Faktura 14 dager")
        )
