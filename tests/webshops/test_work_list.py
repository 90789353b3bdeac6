"""Web orders that wait, and what makes them go on."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.common.messages import Message
from odoo.addons.settlement_bridge.models.sale_order_waits import BY_HAND, OF_READING, SET_UP
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    ORDERED,
    RETURNED,
    SENT,
    line,
    new_order,
    refunded_order,
    sent_order,
)
from odoo.addons.settlement_bridge.webshops.records import LineKind, Refund

from .web_order_case import NOON, WebOrderCase

GIFT_CARD = LineKind.GIFT_CARD
HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestWorkList(WebOrderCase):
    """An order that cannot be booked waits with its reason, and the rest go through."""

    def run_documents(self):
        """Let the scheduled action make what orders call for."""
        with self.enter_registry_test_mode():
            self.env.ref("settlement_bridge.ir_cron_webshop_documents").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def test_each_sentence_names_a_button_that_is_there(self):
        """What a sentence tells a person to choose is on the form while the order waits for it."""
        buttons = {
            "vat": ["Decide on VAT"],
            "taxes": ["Taxes of the Shop"],
            "products": ["Products of the Shop"],
            "accounts": ["Accounts of the Shop"],
            "currencies": ["Currencies", "Retry"],
            "locks": ["Retry"],
            "invoice": ["Draft Invoice"],
            "difference": ["Draft of the Difference"],
        }
        self.let_create_products()
        arch = self.env["sale.order"].get_view(self.env.ref("sale.view_order_form").id, "form")["arch"]
        form = etree.fromstring(arch)
        self.assertIn("New Product", Message("line_without_product").sentence)
        self.assertTrue(form.xpath("//button[@string='New Product']"))
        old = {"no_tax_for_rate", "tax_rate_differs", "no_product_for_sku", "books_locked"}
        for code, way in {**SET_UP, **BY_HAND}.items():
            sentence = Message("written_by_hand" if code in OF_READING else code).sentence
            if code in old:
                continue
            for label in buttons.get(way, ()):
                with self.subTest(code=code):
                    self.assertIn(label, sentence)
                    self.assertTrue(form.xpath(f"//button[@string='{label}']"))

    def test_one_tax_lets_all_orders_go_on_that_wait_for_it(self):
        odd = sent_order(lines=(line("71", "Fisk", "111.00", 11),), total=Decimal("111.00"))
        orders = self.told(odd, replace(odd, external_id="2", number="2"))
        self.assertEqual(orders.mapped("webshop_ways"), ["taxes", "taxes"])
        self.assertWaits(orders[0], "11 % on the line Fisk of 111.00 (in the country).")
        taxes = self.open(orders[0].action_open_webshop_taxes())
        taxes.tax_rule_ids = [Command.create({"rate": 11, "tax_id": self.make_tax(11).id})]
        self.run_documents()
        self.assertEqual(orders.mapped("webshop_state"), ["done", "done"])

    def let_create_products(self):
        """An administrator of Sales need not be one who creates products."""
        self.env.user.sudo().group_ids += self.env.ref("product.group_product_manager")
        self.env.invalidate_all()

    def open(self, action):
        """The record that a button opens."""
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_new_product_lets_all_orders_go_on(self):
        self.shop.fallback_product_id = False
        orders = self.told(
            *(
                sent_order(
                    external_id=number,
                    number=number,
                    lines=(line("71", "Lue", "200.00", 25, sku="LUE-1"),),
                    total=Decimal("200.00"),
                )
                for number in ("1", "2")
            )
        )
        self.assertWaits(orders[0], "SKU LUE-1 of the line Lue, 200.00")
        self.let_create_products()
        context = orders[0].action_open_new_product()["context"]
        product = self.env["product.product"].sudo().with_context(**context).create({})
        self.assertEqual((product.default_code, product.name), ("LUE-1", "Lue"))
        self.assertEqual((product.list_price, product.taxes_id), (160.0, self.taxes["3"]), "200.00 with 25 %")
        orders[0].action_webshop_retry()
        self.run_documents()
        self.assertEqual(orders.mapped("webshop_state"), ["done", "done"])

    def test_price_and_tax_of_a_new_product_are_the_lines(self):
        """Two books at 0 %, 249.00 each: no tax of 25 %, and no price of 1.00."""
        self.shop.fallback_product_id = False
        books = line("71", "Bok", "498.00", 0, sku="BOK-9", quantity=2)
        order = self.told(sent_order(lines=(books,), total=Decimal("498.00")))
        self.let_create_products()
        context = order.action_open_new_product()["context"]
        product = self.env["product.product"].sudo().with_context(**context).create({})
        self.assertEqual((product.list_price, product.taxes_id.filtered("amount")), (249.0, self.taxes["3"].browse()))

    def test_line_without_sku_needs_no_new_product(self):
        """A product would not be found again: the shop's default, or one by the line's name or kind, is what helps."""
        fallback, self.shop.fallback_product_id = self.shop.fallback_product_id, False
        freight = line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING)
        self.shop.product_rule_ids.unlink()
        order = self.told(sent_order(lines=(freight,), total=Decimal("79.00")))
        self.assertWaits(order, "The line Posten, 79.00, has no SKU")
        self.assertNotIn("New Product", order.webshop_problem)
        self.assertEqual(order.webshop_ways, "products")
        products = self.open(order.action_open_webshop_products())
        products.product_rule_ids = [Command.create({"kind": "shipping", "product_id": fallback.id})]
        self.run_documents()
        self.assertEqual(order.webshop_state, "done")

    def test_all_reasons_are_told_at_once(self):
        """No product, no tax of 11 % and no account for gift cards: all are seen to before it is tried again."""
        self.shop.fallback_product_id = self.shop.gift_card_account_id = False
        lines = (line("71", "Fisk", "111.00", 11, sku="FISK"), line("72", "Gavekort", "500.00", 0, kind=GIFT_CARD))
        order = self.told(sent_order(lines=lines, total=Decimal("611.00")))
        self.assertWaits(order, "No product has the SKU FISK")
        self.assertIn("11 % on the line Fisk", order.webshop_problem)
        self.assertIn("no account for gift cards", order.webshop_problem)
        self.assertEqual(order.webshop_ways, "accounts products sku taxes")

    def test_the_shops_name_of_a_tax_is_told(self):
        fish = line("71", "Fisk", "111.00", 11, tax_class="Råfisk")
        order = self.told(sent_order(lines=(fish,), total=Decimal("111.00")))
        self.assertWaits(order, "(in the country, tax name Råfisk)")

    def test_who_delivers_is_asked_where_something_delivers(self):
        self.assertEqual(self.shop.has_deliveries, "stock.picking" in self.env)

    def test_who_has_the_buttons_that_the_reader_has_not(self):
        self.shop.fallback_product_id = False
        lines = (line("71", "Fisk", "111.00", 11, sku="FISK"),)
        order = self.told(sent_order(lines=lines, total=Decimal("111.00")))
        user = self.settlement_user()
        said = order.with_user(user).webshop_set_up_by
        self.assertEqual(
            said,
            "For a manager of Settlements: Taxes of the Shop, Products of the Shop.\n"
            "For a user of Settlements who may create products: New Product.",
        )
        with self.assertRaises(AccessError):
            order.with_user(user).action_open_new_product()
        user.sudo().group_ids += self.env.ref("product.group_product_manager")
        self.env.invalidate_all()
        self.assertNotIn("New Product", order.with_user(user).webshop_set_up_by)
        self.assertEqual(order.with_user(user).action_open_new_product()["context"]["default_default_code"], "FISK")
        user.sudo().group_ids += self.env.ref("settlement_bridge.group_settlement_manager")
        self.env.invalidate_all()
        self.assertFalse(order.with_user(user).webshop_set_up_by)

    def test_account_of_the_shop_lets_all_orders_go_on(self):
        account, self.shop.gift_card_account_id = self.shop.gift_card_account_id, False
        card = line("71", "Gavekort", "500.00", 0, kind=GIFT_CARD)
        orders = self.told(
            *(
                sent_order(external_id=number, number=number, lines=(card,), total=Decimal("500.00"))
                for number in ("1", "2")
            )
        )
        self.assertEqual(orders.mapped("webshop_ways"), ["accounts", "accounts"])
        self.open(orders[0].action_open_webshop_accounts()).gift_card_account_id = account
        self.run_documents()
        self.assertEqual(orders.mapped("webshop_state"), ["done", "done"])

    def test_invoice_written_by_hand_where_the_shop_does_not_add_up(self):
        """The shop says 553.40, its lines 553.30: a person finds the bag for 0.10, and the order goes on."""
        order = self.told(sent_order(total=Decimal("553.40")))
        self.assertWaits(order, "Draft Invoice")
        self.assertEqual(order.webshop_ways, "invoice")
        draft = self.open(order.action_webshop_draft_invoice())
        self.assertEqual((draft.state, draft.amount_total, draft.amount_tax), ("draft", 553.30, 102.58))
        self.assertEqual(self.open(order.action_webshop_draft_invoice()), draft, "one draft is enough")
        values = {"name": "Pose", "quantity": 1, "price_unit": 0.08, "tax_ids": [Command.set(self.taxes["3"].ids)]}
        draft.invoice_line_ids = [Command.create(values)]
        draft.action_post()
        self.run_documents()
        self.assertEqual(self.documents(order), [("out_invoice", "553.40", "102.60", "2026-03-03")])
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))

    def test_draft_posted_without_the_correction(self):
        """553.30 was posted of 553.40: the missing 0.10 is written beside it; of 553.20 the 0.10 is credited."""
        for number, total, made in (("1", "553.40", "out_invoice"), ("2", "553.20", "out_refund")):
            with self.subTest(total=total):
                order = self.told(sent_order(external_id=number, number=number, total=Decimal(total)))
                self.open(order.action_webshop_draft_invoice()).action_post()
                self.run_documents()
                self.assertIn(f"come to 553.30, but the shop has {total}", order.webshop_problem)
                self.assertEqual((order.webshop_state, order.webshop_ways), ("waiting", "difference"))
                draft = self.open(order.action_webshop_draft_invoice())
                self.assertEqual(self.open(order.action_webshop_draft_invoice()), draft, "one draft is enough")
                draft.action_post()
                self.run_documents()
                self.assertEqual(self.documents(order)[1:], [(made, "0.10", "0.02", "2026-03-03")])
                self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))
                left = {"out_invoice": [553.30, 0.10], "out_refund": [553.20, 0.0]}[made]
                self.assertEqual(order._get_webshop_moves().sorted("id").mapped("amount_residual"), left)

    def test_total_that_stops_adding_up_after_it_was_invoiced(self):
        order = self.told(sent_order())
        self.told(sent_order(total=Decimal("563.30"), changed_at=RETURNED))
        self.assertEqual((order.webshop_state, order.webshop_ways), ("waiting", "difference"))
        self.open(order.action_webshop_draft_invoice()).action_post()
        self.run_documents()
        self.assertEqual(self.documents(order)[1], ("out_invoice", "10.00", "2.00", "2026-03-09"))
        self.assertEqual(order.webshop_state, "done")

    def test_full_refund_of_an_order_that_was_invoiced_by_hand(self):
        """What is refunded is credited as the refund's own, and waits for the provider's."""
        order = self.told(sent_order(total=Decimal("553.40")))
        draft = self.open(order.action_webshop_draft_invoice())
        draft.invoice_line_ids = [Command.create({"name": "Pose", "price_unit": 0.10, "tax_ids": [Command.clear()]})]
        draft.action_post()
        refund = Refund("RF-1", "10512", Decimal("553.40"), RETURNED)
        order = self.told(sent_order(total=Decimal("553.40"), refunds=(refund,), changed_at=RETURNED))
        self.assertEqual((order.webshop_state, order.webshop_ways), ("waiting", "difference"))
        self.assertIn("refunded 553.40 (RF-1), which cannot be credited", order.webshop_problem)
        note = self.open(order.action_webshop_draft_invoice())
        self.assertEqual((note.move_type, note.reversed_entry_id, note.amount_total), ("out_refund", draft, 553.40))
        note.action_post()
        self.run_documents()
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))
        self.assertEqual(note.amount_residual, 553.40)

    def test_refund_of_an_order_that_was_invoiced_by_hand(self):
        order = self.told(sent_order(total=Decimal("553.40")))
        draft = self.open(order.action_webshop_draft_invoice())
        draft.invoice_line_ids = [Command.create({"name": "Pose", "price_unit": 0.10, "tax_ids": [Command.clear()]})]
        draft.action_post()
        goodwill = Refund("1", "10512", Decimal("53.40"), RETURNED)
        order = self.told(sent_order(total=Decimal("553.40"), refunds=(goodwill,), changed_at=RETURNED))
        self.assertEqual(order.webshop_state, "waiting")
        self.credit_by_hand(draft, "42.72")
        order.action_webshop_adopt()
        self.assertEqual(self.documents(order)[1], ("out_refund", "53.40", "10.68", "2026-03-09"))
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))

    def credit_by_hand(self, invoice, net):
        """Write a credit note of this net amount at 25 %, with Odoo's own button on the invoice."""
        note = invoice._reverse_moves([{"invoice_date": "2026-03-09"}])
        first = note.invoice_line_ids.sorted("sequence")[0]
        first.write(
            {"quantity": 1, "price_unit": float(net), "discount": 0, "tax_ids": [Command.set(self.taxes["3"].ids)]}
        )
        (note.invoice_line_ids - first).unlink()
        note.action_post()
        return note

    def test_refund_of_more_than_is_invoiced(self):
        """The shop also paid for the buyer's trouble: a person credits it by hand, and includes it."""
        more = Refund("1", "10512", Decimal("600.00"), RETURNED)
        invoice = self.told(sent_order())._get_webshop_moves()
        order = self.told(sent_order(refunds=(more,), changed_at=RETURNED))
        self.assertEqual((order.webshop_state, order.webshop_ways), ("waiting", "documents"))
        self.assertIn("refunded 600.00, but only 553.30", order.webshop_problem)
        self.credit_by_hand(invoice, "480.00")
        order.action_webshop_adopt()
        self.assertEqual(self.documents(order)[1], ("out_refund", "600.00", "120.00", "2026-03-09"))
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))

    def test_refund_that_includes_a_gift_card(self):
        """600.00 of which a gift card of 500.00: an amount without lines says not what for."""
        lines = (
            line("71", "Ullsokker", "100.00", 25, sku="SOKK-1"),
            line("72", "Gavekort", "500.00", 0, kind=GIFT_CARD),
        )
        sold = sent_order(lines=lines, total=Decimal("600.00"))
        invoice = self.told(sold)._get_webshop_moves()
        refund = Refund("1", "10512", Decimal("300.00"), RETURNED)
        order = self.told(replace(sold, refunds=(refund,), changed_at=RETURNED))
        self.assertEqual((order.webshop_state, order.webshop_ways), ("waiting", "documents"))
        self.assertIn("refunded 300.00 without saying what for", order.webshop_problem)
        self.credit_by_hand(invoice, "240.00")
        order.action_webshop_adopt()
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))

    def test_vat_the_shop_got_wrong(self):
        """300.00 with VAT 50.00: nobody knows, so a person writes the invoice."""
        wrong = replace(line("71", "Ullsokker", "300.00", 25, sku="SOKK-1"), tax=Decimal("50.00"))
        order = self.told(sent_order(lines=(wrong,), total=Decimal("300.00"), taxes=()))
        self.assertWaits(order, "If the shop cannot be corrected, choose Draft Invoice")
        draft = self.open(order.action_webshop_draft_invoice())
        self.assertEqual((draft.amount_total, draft.amount_tax), (300.00, 60.00), "25 % is 60.00, posted as it stands")
        draft.action_post()
        self.run_documents()
        self.assertEqual(self.documents(order), [("out_invoice", "300.00", "60.00", "2026-03-03")])
        self.assertEqual((order.webshop_state, order.webshop_problem), ("done", False))

    def test_vat_whose_rate_the_shop_does_not_tell(self):
        """60.00 in 300.00 is 25 %: the draft has it, and is not without VAT if it is posted as it stands."""
        told = replace(line("71", "Ullsokker", "300.00", 25, sku="SOKK-1"), rate=None)
        order = self.told(sent_order(lines=(told,), total=Decimal("300.00"), taxes=()))
        self.assertWaits(order, "does not give the VAT rate")
        draft = self.open(order.action_webshop_draft_invoice())
        self.assertEqual((draft.amount_total, draft.amount_tax), (300.00, 60.00))
        self.assertEqual(draft.invoice_line_ids.tax_ids, self.taxes["3"])

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

    def test_restored_in_the_shop_after_it_was_called_off(self):
        """Deleted, credited, and taken back out of the bin: the goods are invoiced once more."""
        order = self.told(sent_order())
        self.told(sent_order(is_deleted=True, changed_at=SENT + HOUR))
        order.action_webshop_call_off()
        self.assertEqual([document[0] for document in self.documents(order)], ["out_invoice", "out_refund"])
        self.told(sent_order(is_deleted=True, status="trash", changed_at=SENT + 2 * HOUR))
        self.assertEqual((order.webshop_state, len(self.documents(order))), ("done", 2), "it is still deleted")
        self.told(sent_order(changed_at=SENT + 3 * HOUR))
        self.assertEqual(self.documents(order)[2][:3], ("out_invoice", "553.30", "102.58"))
        self.assertEqual((order.webshop_state, len(self.documents(order))), ("done", 3))
        self.told(sent_order(is_deleted=True, changed_at=SENT + 4 * HOUR))
        self.assertEqual(order.webshop_state, "waiting", "deleted again, it is asked again")

    def test_restored_before_anything_was_invoiced(self):
        order = self.told(new_order())
        self.told(new_order(is_deleted=True, changed_at=ORDERED + HOUR))
        order.action_webshop_call_off()
        self.assertEqual((order.state, order.webshop_state), ("cancel", "done"))
        self.told(sent_order())
        self.assertEqual(self.documents(order), [("out_invoice", "553.30", "102.58", "2026-03-03")])
        self.assertEqual((order.state, order.webshop_state), ("sale", "done"))

    def test_cancelled_by_hand_before_it_was_invoiced(self):
        """The shop has sent it all the same: it is a sale, here too."""
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        order = self.told(sent_order())
        order._action_cancel()
        self.company.sudo().fiscalyear_lock_date = False
        order.action_webshop_retry()
        self.assertEqual(self.documents(order)[0][:3], ("out_invoice", "553.30", "102.58"))
        self.assertEqual((order.state, order.webshop_state), ("sale", "done"))

    def test_draft_made_by_hand(self):
        """A down payment that somebody has begun to invoice: post and include it, or cancel it and go on."""
        order = self.told(new_order())
        wizard = (
            self.env["sale.advance.payment.inv"].sudo().with_context(active_model="sale.order", active_ids=order.ids)
        )
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 100}).create_invoices()
        self.told(sent_order())
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn("is a draft made by hand", order.webshop_problem)
        self.assertIn("cancel it and choose Retry", order.webshop_problem)
        [draft] = order._get_webshop_moves()
        draft.button_cancel()
        order.action_webshop_retry()
        self.assertEqual(self.documents(order), [("out_invoice", "553.30", "102.58", "2026-03-03")])
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
