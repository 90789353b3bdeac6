"""VAT that a shop charges abroad: no rate alone tells whose it is, so a person says it once."""

import runpy
from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import file_path

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import line, refunded_order, sent_order
from odoo.addons.settlement_bridge.webshops.records import Address, LineKind

from .web_order_case import NOON, WebOrderCase

STOCKHOLM = Address("Kerstin Exempel", street="Drottninggatan 1", postcode="11122", city="Stockholm", country="SE")
COPENHAGEN = Address("Karen Eksempel", street="Strøget 1", postcode="1000", city="København", country="DK")
OSLO = Address("Kari Eksempel", street="Storgata 1", postcode="0155", city="Oslo", country="NO")
LONGYEARBYEN = Address("Kari Eksempel", street="Vei 500", postcode="9170", city="Longyearbyen", country="NO")
#: 500.00, of which 100.00 VAT.
SOCKS = (
    line("71", "Ullsokker", "400.00", 25, sku="SOKK-1", tax_class="SE-MOMS 25"),
    line("73", "Posten", "100.00", 25, kind=LineKind.SHIPPING),
)


def sent_to(address, number="10512", make=sent_order, lines=SOCKS):
    return make(
        external_id=number,
        number=number,
        lines=lines,
        total=sum(each.amount for each in lines),
        billing=address,
        shipping=address,
    )


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestForeignVat(WebOrderCase):
    """Swedish and Danish 25 % is not Norwegian VAT because the rate is the same."""

    def decide(self, order, choice, **values):
        action = order.action_open_foreign_vat()
        with Form(self.env["settlement.foreign.vat"].with_context(**action["context"])) as form:
            form.choice = choice
            for name, value in values.items():
                form[name] = value
        return form.save().action_confirm()

    def items(self, order, credit=False):
        """Account, debit, credit of the invoice; without the customer's."""
        move_type = "out_refund" if credit else "out_invoice"
        moves = order._get_webshop_moves().filtered(lambda move: move.move_type == move_type)
        lines = moves.line_ids.filtered(lambda item: item.account_id.account_type != "asset_receivable")
        sums = {}
        for item in lines:
            sums[item.account_id.code] = round(sums.get(item.account_id.code, 0) + item.balance, 2)
        return sums

    def test_waits_and_says_country_rate_name_and_sum(self):
        order = self.told(sent_to(STOCKHOLM))
        self.assertWaits(order, "100.00 VAT in 500.00 to Sweden (SE): 25 %, tax name SE-MOMS 25")
        self.assertEqual(order.webshop_problem.count("\n"), 0, "one sentence for all lines of the order")
        self.env["res.lang"].sudo()._activate_lang("nb_NO")
        self.env.ref("base.se").sudo().with_context(lang="nb_NO").name = "Sverige"
        self.assertIn("Sverige (SE)", order.with_context(lang="nb_NO").webshop_problem, "as the reader calls it")
        self.assertIn("Sweden (SE)", order.webshop_problem)
        self.assertEqual(order.webshop_ways, "vat")
        self.assertTrue(self.shop.has_undecided_vat)

    def test_owed_to_sweden_is_a_debt_and_export_in_the_norwegian_return(self):
        order, other = self.told(sent_to(STOCKHOLM), sent_to(STOCKHOLM, "10513"))
        danish = self.told(sent_to(COPENHAGEN, "10514"))
        self.decide(order, "owed")
        self.run_documents()
        for each in (order, other):
            self.assertEqual(self.documents(each), [("out_invoice", "500.00", "100.00", "2026-03-03")])
            self.assertEqual(self.items(each), {"3105": -400.0, "2791": -100.0})
        self.assertEqual(danish.webshop_state, "waiting", "what is owed to Sweden is not owed to Denmark")
        rule = self.shop.tax_rule_ids.filtered("country_id")
        self.assertEqual((rule.country_id.code, rule.rate, rule.tax_id.name), ("SE", 25, "OSS/IOSS SE 25 %"))
        self.assertEqual(rule.tax_id.l10n_no_standard_code, "52", "Odoo's SAF-T is refused where a tax has no code")
        items = order._get_webshop_moves().line_ids
        export_tags = self.taxes["52"].invoice_repartition_line_ids.tag_ids
        self.assertEqual(items.filtered(lambda item: item.account_id.code == "3105").tax_tag_ids, export_tags)
        self.assertFalse(items.filtered(lambda item: item.account_id.code == "2791").tax_tag_ids)
        later = self.told(sent_to(STOCKHOLM, "10515"))
        self.assertEqual(later.webshop_state, "done", "said once a shop")

    def test_the_next_country_has_a_tax_of_its_own_on_the_same_account(self):
        swedish, danish = self.told(sent_to(STOCKHOLM), sent_to(COPENHAGEN, "10514"))
        self.decide(swedish, "owed")
        self.decide(danish, "owed")
        self.assertEqual(self.items(danish), {"3105": -400.0, "2791": -100.0})
        self.assertEqual(danish._get_webshop_moves().invoice_line_ids.tax_ids.name, "OSS/IOSS DK 25 %")

    def test_number_and_name_can_be_changed(self):
        order = self.told(sent_to(STOCKHOLM))
        with self.assertRaisesRegex(UserError, "2790"):
            self.decide(order, "owed", owed_account_code="2790")
        self.decide(order, "owed", owed_account_code="2795", owed_account_name="Skyldig svensk moms")
        self.assertEqual(self.items(order), {"3105": -400.0, "2795": -100.0})

    def test_norwegian_vat_that_the_shop_charged(self):
        order = self.told(sent_to(STOCKHOLM))
        self.decide(order, "domestic", scope="everywhere")
        self.assertEqual(self.items(order), {"3000": -400.0, "2700": -100.0})
        self.assertEqual(order._get_webshop_moves().invoice_line_ids.tax_ids, self.taxes["3"])
        danish = self.told(sent_to(COPENHAGEN, "10514"))
        self.assertEqual(danish.webshop_state, "done")

    def test_no_vat_is_the_whole_amount_from_export(self):
        order = self.told(sent_to(STOCKHOLM))
        self.decide(order, "export")
        self.assertEqual(self.documents(order), [("out_invoice", "500.00", "0.00", "2026-03-03")])
        self.assertEqual(self.items(order), {"3105": -500.0})
        back = replace(SOCKS[0], discount=Decimal(0))
        shop_order = sent_to(STOCKHOLM)
        [refund] = refunded_order().refunds
        refund = replace(refund, amount=back.amount, lines=(back,))
        order = self.told(replace(shop_order, refunds=(refund,), changed_at=refund.time))
        self.assertEqual(self.items(order, credit=True), {"3105": 400.0})
        self.assertEqual(order.webshop_state, "done")

    def test_what_is_invoiced_is_credited_with_the_tax_it_had(self):
        """Also where nobody has decided: an invoice of the time when the rate alone was enough."""
        self.shop.tax_rule_ids = [Command.create({"rate": 25, "tax_id": self.taxes["3"].id})]
        order = self.told(sent_to(STOCKHOLM))
        self.assertEqual(self.items(order), {"3000": -400.0, "2700": -100.0})
        self.shop.tax_rule_ids.filtered(lambda rule: rule.area == "any").unlink()
        shop_order = sent_to(STOCKHOLM)
        [refund] = refunded_order().refunds
        refund = replace(refund, amount=Decimal("500.00"), lines=())
        order = self.told(replace(shop_order, refunds=(refund,), changed_at=refund.time))
        self.assertEqual(order.webshop_state, "done")
        self.assertEqual(self.items(order, credit=True), {"3000": 400.0, "2700": 100.0})

    def paid_back(self, order, amount, **values):
        [refund] = refunded_order().refunds
        refund = replace(refund, amount=Decimal(amount), lines=())
        return self.told(replace(order, refunds=(refund,), changed_at=refund.time, **values))

    def test_amount_paid_back_lowers_the_tax_of_the_invoice(self):
        """Sold to Sweden with its VAT as a debt; the buyer moved to Oslo, and got 100.00 back without goods."""
        shop_order = sent_to(STOCKHOLM)
        self.decide(self.told(shop_order), "owed")
        order = self.paid_back(shop_order, "100.00", billing=OSLO, shipping=OSLO)
        self.assertEqual(order.webshop_state, "done")
        self.assertEqual(self.items(order, credit=True), {"3105": 80.0, "2791": 20.0})

    def test_amount_paid_back_after_the_row_got_another_tax(self):
        shop_order = sent_to(OSLO)
        order = self.told(shop_order)
        other = self.taxes["3"].sudo().copy({"name": "25 % fra i dag"})
        self.shop.tax_rule_ids.filtered(lambda rule: rule.rate == 25).tax_id = other
        order = self.paid_back(shop_order, "100.00")
        self.assertIn(other, order.order_line.tax_ids)
        note = order._get_webshop_moves().filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(note.invoice_line_ids.tax_ids, self.taxes["3"])

    def test_the_most_particular_row_counts(self):
        """The shop's name of the tax, the country, the countries, the area: whatever the order of the list."""
        swedish, danish = self.env.ref("base.se"), self.env.ref("base.dk")
        nordic = (
            self.env["res.country.group"]
            .sudo()
            .create({"name": "Norden", "country_ids": [Command.set((swedish | danish).ids)]})
        )
        place = self.shop._get_place
        taxes = {
            name: self.taxes["3"].sudo().copy({"name": name}) for name in ("any", "abroad", "group", "country", "name")
        }
        rows = [
            {"tax_id": taxes["any"].id},
            {"tax_id": taxes["abroad"].id, "area": "abroad"},
            {"tax_id": taxes["group"].id, "country_group_id": nordic.id},
            {"tax_id": taxes["country"].id, "country_id": swedish.id},
            {"tax_id": taxes["name"].id, "tax_class": "se-moms"},
        ]
        self.shop.tax_rule_ids.unlink()
        self.shop.tax_rule_ids = [Command.create({"rate": 25, **row}) for row in rows]
        rules = self.shop.tax_rule_ids

        def first(address, name=""):
            return rules._get_first(Decimal(25), place(sent_to(address)), False, name).tax_id.name

        self.assertEqual(first(STOCKHOLM, "SE-MOMS 25"), "name")
        self.assertEqual(first(STOCKHOLM), "country")
        self.assertEqual(first(COPENHAGEN), "group")
        self.assertEqual(first(replace(COPENHAGEN, country="FI")), "abroad")
        self.assertEqual(first(sent_order().billing), "any")

    def test_row_that_takes_any_vat_is_shown(self):
        self.assertFalse(self.shop.takes_foreign_vat)
        self.shop.tax_rule_ids = [Command.create({"rate": 25, "tax_id": self.taxes["3"].id})]
        self.assertTrue(self.shop.takes_foreign_vat)

    def test_shop_of_the_version_before(self):
        """What was proposed for anywhere counts at home; a row that a person added stays, and is shown."""
        proposed = self.shop.tax_rule_ids.filtered("rate")
        proposed.area = "any"
        self.shop.tax_rule_ids = [
            Command.create({"rate": 25, "goods": "goods", "tax_id": self.taxes["3"].id}),
            Command.create(
                {"rate": 25, "tax_class": "moms", "tax_id": self.taxes["3"].sudo().copy({"name": "Moms"}).id}
            ),
        ]
        own = self.shop.tax_rule_ids.filtered(lambda rule: rule.goods == "goods")
        script = file_path("settlement_bridge/migrations/19.0.1.6.0/post-webshop-taxes.py")
        runpy.run_path(script)["migrate"](self.env.cr, "19.0.1.5.0")
        self.env.invalidate_all()
        self.assertEqual(proposed.mapped("area"), ["domestic"] * 3)
        self.assertEqual((own.area, own.takes_foreign_vat), ("any", True))
        said = str(self.shop.message_ids.mapped("body"))
        self.assertIn("proposed for 25 %, 15 %, 12 %", said)
        self.assertIn("25 % moms Moms", said, "it did not count before, below a plain 25 %")

    def test_vat_charged_to_svalbard_is_booked_and_said(self):
        order = self.told(sent_to(LONGYEARBYEN))
        self.assertEqual(self.items(order), {"3000": -400.0, "2700": -100.0})
        invoice = order._get_webshop_moves()
        for record in (order, invoice):
            self.assertIn(
                "100.00 VAT for order 10512, sent to 9170 Longyearbyen", str(record.message_ids.mapped("body"))
            )
        home = self.told(sent_order(external_id="2", number="2"))
        self.assertNotIn("outside the VAT area", str(home._get_webshop_moves().message_ids.mapped("body")))

    def test_tax_the_shop_has_no_name_for(self):
        nameless = tuple(replace(each, tax_class="") for each in SOCKS)
        order = self.told(sent_to(STOCKHOLM, lines=nameless))
        self.assertIn("25 %, tax name –. The rate", order.webshop_problem)

    def test_said_twice(self):
        """Two have the dialog open, on orders that wait for the same: the first answer counts, the second is told."""
        first, second = self.told(sent_to(STOCKHOLM), sent_to(STOCKHOLM, "10513"))
        dialogs = [
            self.env["settlement.foreign.vat"].create({"order_id": order.id, "choice": choice})
            for order, choice in ((first, "owed"), (second, "domestic"))
        ]
        dialogs[0].action_confirm()
        for dialog in dialogs:
            with self.assertRaisesRegex(UserError, "does not wait for this any more"):
                dialog.action_confirm()
        self.run_documents()
        self.assertEqual(self.items(second), {"3105": -400.0, "2791": -100.0})

    def run_documents(self):
        with self.enter_registry_test_mode():
            self.env.ref("settlement_bridge.ir_cron_webshop_documents").sudo().method_direct_trigger()
        self.env.invalidate_all()
