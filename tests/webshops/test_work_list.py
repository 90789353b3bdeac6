"""Web orders that wait, and what makes them go on."""

from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    RETURNED,
    line,
    new_order,
    refunded_order,
    sent_order,
)
from odoo.addons.settlement_bridge.webshops.records import LineKind, Refund

from .web_order_case import NOON, WebOrderCase

GIFT_CARD = LineKind.GIFT_CARD


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestWorkList(WebOrderCase):
    """An order that cannot be booked waits with its reason, and the rest go through."""

    def test_rate_no_tax_stands_for(self):
        odd = sent_order(lines=(line("71", "Fisk", "111.00", 11),), total=Decimal("111.00"))
        order = self.told(odd)
        self.assertWaits(order, "11 %")
        self.shop.tax_rule_ids = [Command.create({"rate": 11, "tax_id": self.make_tax(11).id})]
        order.action_webshop_retry()
        self.assertEqual(self.documents(order), [("out_invoice", "111.00", "11.00", "2026-03-03")])
        self.assertFalse(order.webshop_problem)

    def make_tax(self, rate):
        return (
            self.env["account.tax"]
            .sudo()
            .create({"name": f"{rate}%", "amount": rate, "type_tax_use": "sale", "company_id": self.company.id})
        )

    def test_zero_rate_at_home_is_not_guessed(self):
        """0 % may be books, what lies outside the VAT Act, or a mistake: the product or the shop's taxes must say."""
        book = line("71", "Bok", "349.00", 0, sku="BOK-1", tax_class="NULL-BOK")
        order = self.told(sent_order(lines=(book,), total=Decimal("349.00")))
        self.assertWaits(order, "0 %")
        self.shop.tax_rule_ids = [
            Command.create({"rate": 0, "area": "domestic", "tax_class": "null-bok", "tax_id": self.taxes["5"].id})
        ]
        order.action_webshop_retry()
        lines = order._get_webshop_moves().invoice_line_ids
        self.assertEqual(lines.tax_ids, self.taxes["5"])

    def test_unknown_sku_without_a_product_for_the_rest(self):
        self.shop.fallback_product_id = False
        order = self.told(sent_order())
        self.assertWaits(order, "Posten")
        self.shop.product_rule_ids = [Command.create({"kind": "shipping", "product_id": self.rest.id})]
        order.action_webshop_retry()
        self.assertEqual(order.webshop_state, "done")

    def test_sums_that_differ_stand_side_by_side(self):
        order = self.told(sent_order(total=Decimal("553.31")))
        self.assertWaits(order, "553.31")
        self.assertEqual((order.webshop_total, order.webshop_lines_total), (553.31, 553.30))

    def test_negative_line(self):
        lines = (line("71", "Ullsokker", "199.00", 25), line("72", "Retur", "-50.00", 25))
        self.assertWaits(self.told(sent_order(lines=lines, total=Decimal("149.00"))), "negative")

    def test_currency_that_is_not_active(self):
        self.assertFalse(self.env.ref("base.SEK").active)
        order = self.told(sent_order(currency="SEK"))
        self.assertWaits(order, "SEK")
        krona = self.env.ref("base.SEK").sudo()
        krona.active = True
        krona.rate_ids.unlink()
        order.action_webshop_retry()
        self.assertWaits(order, "rate")
        self.env["res.currency.rate"].sudo().create(
            {"currency_id": krona.id, "name": "2026-01-01", "rate": 0.96, "company_id": self.company.id}
        )
        order.action_webshop_retry()
        self.assertEqual(order._get_webshop_moves().currency_id.name, "SEK")

    def test_today_is_locked(self):
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        order = self.told(sent_order())
        self.assertWaits(order, "locked")
        self.company.sudo().fiscalyear_lock_date = "2026-03-10"
        order.action_webshop_retry()
        # the day it was sent is still locked: the day of issue
        self.assertEqual(self.documents(order)[0][3], "2026-03-20")
        self.assertEqual(str(order._get_webshop_moves().webshop_date), "2026-03-03")

    def test_one_that_waits_does_not_stop_the_others(self):
        bad = sent_order(external_id="1", number="1", total=Decimal("1.00"))
        good = sent_order(external_id="2", number="2")
        orders = self.told(bad, good)
        self.assertEqual(orders.sorted("webshop_external_id").mapped("webshop_state"), ["waiting", "done"])

    def test_credit_note_made_by_hand(self):
        """What a person has credited is not added to; it can be counted as the shop's refund."""
        order = self.told(sent_order())
        invoice = order._get_webshop_moves()
        note = invoice._reverse_moves([{"invoice_date": "2026-03-09"}])
        note.write(
            {"invoice_line_ids": [Command.delete(line.id) for line in note.invoice_line_ids.sorted("sequence")[1:]]}
        )
        note.action_post()
        back = replace(sent_order().lines[0], discount=Decimal(0))
        refunds = refunded_order().refunds
        full = replace(refunds[0], amount=back.amount, lines=(back,))
        order = self.told(replace(refunded_order(), refunds=(full,)))
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn("by hand", order.webshop_problem)
        order.action_webshop_adopt()
        self.assertEqual(order.webshop_state, "done")
        self.assertEqual(len(order._get_webshop_moves()), 2)

    def test_deleted_in_the_shop_after_it_was_invoiced(self):
        """Shops clear out old orders too, so a person says whether it was called off."""
        order = self.told(sent_order())
        order.sudo().write({"webshop_is_deleted": True})
        order._make_webshop_documents()
        self.assertEqual(order.webshop_state, "waiting")
        self.assertEqual(len(order._get_webshop_moves()), 1)
        order.action_webshop_call_off()
        self.assertEqual(self.documents(order)[1][:3], ("out_refund", "553.30", "102.58"))
        self.assertEqual(order.webshop_state, "done")

    def test_left_out_stays_left_out(self):
        """It was invoiced elsewhere, says a person: what the shop tells afterwards changes nothing."""
        order = self.told(new_order())
        order.action_webshop_leave_out()
        self.told(sent_order())
        self.assertEqual(order.webshop_state, "left_out")
        self.assertFalse(order._get_webshop_moves())

    def test_invoice_taken_back_by_hand(self):
        order = self.told(sent_order())
        invoice = order._get_webshop_moves()
        invoice.button_draft()
        order._make_webshop_documents()
        self.assertIn("draft", order.webshop_problem)
        invoice.button_cancel()
        order._make_webshop_documents()
        self.assertIn("cancelled by hand", order.webshop_problem)
        self.assertFalse(order._get_webshop_moves())
        order.action_webshop_retry()
        self.assertEqual(order.webshop_state, "done")
        self.assertEqual(self.documents(order), [("out_invoice", "553.30", "102.58", "2026-03-03")])

    def test_tax_of_another_rate_than_the_shops(self):
        """The chart's 11 % for raw fish is not the shop's 11.11 %: they must be the same, or nothing ever agrees."""
        fish = line("71", "Torsk", "111.11", "11.11")
        self.shop.tax_rule_ids = [Command.create({"rate": 11.11, "tax_id": self.make_tax(11).id})]
        order = self.told(sent_order(lines=(fish,), total=Decimal("111.11")))
        self.assertWaits(order, "11.11 %")

    def test_goodwill_is_not_taken_from_a_gift_card_sold(self):
        lines = (line("71", "Ullsokker", "100.00", 25), line("72", "Gavekort", "500.00", 0, kind=GIFT_CARD))
        order = sent_order(lines=lines, total=Decimal("600.00"))
        goodwill = Refund("1", "10512", Decimal("40.00"), RETURNED, reason="Forsinket")
        order = self.told(replace(order, refunds=(goodwill,), changed_at=RETURNED))
        note = order._get_webshop_moves().filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(note.invoice_line_ids.mapped("account_id.code"), ["3000"])
        self.assertEqual(note.amount_tax, 8.00)

    def test_gift_card_without_an_account(self):
        self.shop.gift_card_account_id = False
        card = line("71", "Gavekort", "500.00", 0, kind=GIFT_CARD)
        order = self.told(sent_order(lines=(card,), total=Decimal("500.00")))
        self.assertWaits(order, "gift cards")
