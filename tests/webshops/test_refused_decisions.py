"""What nobody decides on a web order, whatever the view shows: tried by the methods themselves."""

from dataclasses import replace

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import RETURNED, new_order, sent_order

from .web_order_case import NOON, WebOrderCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestRefusedDecisions(WebOrderCase):
    """A web order stays what the shop reported, and its documents with it."""

    def test_an_order_that_the_shop_has_is_not_called_off(self):
        """Sent and paid: nobody credits it by a button that is for deleted orders."""
        user = self.settlement_user()
        order = self.told(sent_order())
        with self.assertRaisesRegex(UserError, "is not deleted in the shop"):
            order.with_user(user).action_webshop_call_off()
        self.assertEqual([kind for kind, *_rest in self.documents(order)], ["out_invoice"])
        order = self.told(replace(sent_order(), is_deleted=True, changed_at=RETURNED))
        self.assertEqual(order.webshop_state, "waiting")
        order.with_user(user).action_webshop_call_off()
        self.assertEqual([kind for kind, *_rest in self.documents(order)], ["out_invoice", "out_refund"])

    def test_ordinary_orders_have_nothing_to_decide(self):
        ordinary = self.order("100.00", "ORD-1").with_user(self.settlement_user())
        for name in ("retry", "leave_out", "call_off", "adopt", "draft_invoice"):
            with self.assertRaisesRegex(UserError, "is no web order"):
                getattr(ordinary, f"action_webshop_{name}")()
        self.assertFalse(ordinary.webshop_state)

    def test_a_web_order_is_not_deleted(self):
        """Not even one that was cancelled here: its payment would meet nothing, and nobody would know."""
        order = self.told(new_order())
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "is not deleted"):
            order.sudo().unlink()
        self.assertTrue(order.exists())
