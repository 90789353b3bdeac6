"""Who is invoiced: the buyer (bokføringsforskriften § 5-1-2). What a guest types is no proof of who that is."""

import runpy
from dataclasses import replace
from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import new_order, sent_order

from .web_order_case import NOON, WebOrderCase

FIRM_VAT = "NO987654325MVA"
STRANGER = "ola@fremmed.example"


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class BuyerCase(WebOrderCase):
    def buys(self, number, *, company="", vat="", buyer_id="", email="kari@example.com", name="", shop=None, **values):
        """Let somebody buy: the order is sent and invoiced, unless ``values`` say otherwise."""
        order = values.pop("order", sent_order)(external_id=number, number=number, **values)
        buyer = replace(order.buyer, company=company, vat=vat, external_id=buyer_id, email=email)
        billing = replace(order.billing, company=company)
        if name:
            buyer, billing = replace(buyer, name=name), replace(billing, name=name, street="Fremmedveien 9")
        return self.told(replace(order, buyer=buyer, billing=billing, shipping=billing), shop=shop)

    def invoiced_to(self, order):
        return order._get_webshop_moves().commercial_partner_id


class TestCompanies(BuyerCase):
    def test_two_companies_with_one_e_mail(self):
        """A purchaser buys for two firms: each has its own invoices and its own ledger."""
        first = self.buys("1", company="Firma A AS", email="innkjop@example.com")
        second = self.buys("2", company="Firma B AS", email="innkjop@example.com")
        again = self.buys("3", company="FIRMA A AS", email="Innkjop@example.com")
        self.assertEqual(self.invoiced_to(second).name, "Firma B AS")
        self.assertEqual(self.invoiced_to(first), self.invoiced_to(again))
        receivables = second._get_webshop_moves()._get_webshop_receivables()
        self.assertEqual(receivables.partner_id.name, "Firma B AS")
        self.assertFalse(second.webshop_similar_partner_id, "they do not look the same")

    def test_registered_person_buys_for_a_company(self):
        private = self.buys("1", buyer_id="77")
        firm = self.buys("2", buyer_id="77", company="Karis Firma AS")
        trader = self.buys("3", buyer_id="77", vat="999888777")
        self.assertEqual(len(private.partner_id | firm.partner_id | trader.partner_id), 3)
        self.assertEqual(self.invoiced_to(firm).name, "Karis Firma AS")
        self.assertEqual([order.partner_id.is_company for order in (private, firm, trader)], [False, True, True])
        for number, earlier, values in (
            ("4", private, {}),
            ("5", firm, {"company": "Karis firma as"}),
            ("6", trader, {"vat": "NO 999 888 777 MVA"}),
        ):
            self.assertEqual(self.buys(number, buyer_id="77", **values).partner_id, earlier.partner_id)

    def test_number_that_a_registered_company_gives_later(self):
        """The shop knows who it is by its own number; of a guest it is not believed."""
        firm = self.buys("1", buyer_id="77", company="Luftspeil Kontor AS").partner_id
        self.assertEqual(self.buys("2", buyer_id="77", company="Luftspeil Kontor AS", vat="987654325").partner_id, firm)
        self.assertEqual(firm.vat, FIRM_VAT)
        other = self.buys("3", company="Ny Butikk AS", email=STRANGER).partner_id
        order = self.buys("4", company="Ny Butikk AS", email=STRANGER, vat="999888777")
        self.assertNotEqual(order.partner_id, other)
        self.assertFalse(other.vat)
        self.assertEqual(order.webshop_similar_partner_id, other)


class TestStrangers(BuyerCase):
    """A guest types somebody else's organisation number, name or e-mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"].sudo()
        cls.firm = Partner.create(
            {"name": "Stor Kunde AS", "vat": FIRM_VAT, "is_company": True, "email": "faktura@storkunde.example"}
        )
        cls.person = Partner.create({"name": "Kari Eksempel", "email": "kari@example.com"})

    def assertUntouched(self, customer):
        self.assertFalse(customer.child_ids)
        self.assertEqual(set(customer.address_get(["invoice", "delivery"]).values()), {customer.id})
        order = self.env["sale.order"].sudo().create({"partner_id": customer.id})
        self.assertEqual((order.partner_invoice_id, order.partner_shipping_id), (customer, customer))
        order.unlink()

    def test_organisation_number_of_a_customer(self):
        before = self.firm.read()
        order = self.buys("1", company="Stor Kunde AS", vat="987654325", email=STRANGER, name="Ola Angriper")
        self.assertNotEqual(order.partner_id, self.firm)
        self.assertEqual((order.partner_id.name, order.partner_id.vat), ("Stor Kunde AS", FIRM_VAT))
        self.assertEqual(self.firm.read(), before)
        self.assertUntouched(self.firm)
        self.assertEqual(order.webshop_similar_partner_id, self.firm)
        self.assertIn("looks like a customer of before", " ".join(order.message_ids.mapped("body")))

    def test_e_mail_of_a_private_customer(self):
        order = self.buys("1", name="Ola Angriper")
        self.assertNotEqual(order.partner_id, self.person)
        self.assertUntouched(self.person)
        self.assertEqual(order.webshop_similar_partner_id, self.person)
        same, typed, known = order.webshop_similar_shown.split("\n")
        self.assertEqual(same, "The same: e-mail")
        self.assertIn("In the shop: Ola Angriper, ", typed)
        self.assertIn(f"The customer: {self.person.name}, {self.person.email}", known)
        order.action_webshop_keep_buyer()
        self.assertFalse(order.webshop_similar_shown)

    def test_e_mail_of_a_customer_the_shop_created(self):
        """It is one customer, but the address typed is used for that order alone."""
        customer = self.buys("1", email="per@example.com").partner_id
        order = self.buys("2", email="per@example.com", name="Pål P")
        self.assertEqual(order.partner_id, customer)
        self.assertEqual(order.partner_invoice_id.name, "Pål P")
        self.assertEqual(set(customer.address_get(["invoice", "delivery"]).values()), {customer.id})

    def test_registered_buyer_with_the_e_mail_of_another(self):
        """Their orders stay on their own customer, and those of whose e-mail it is too."""
        victim = self.buys("1", email="per@example.com").partner_id
        stranger = self.buys("2", email=STRANGER, buyer_id="77").partner_id
        self.assertEqual(self.buys("3", email="per@example.com", buyer_id="77").partner_id, stranger)
        self.assertEqual(self.buys("4", email="per@example.com").partner_id, victim)

    def test_same_customer_after_all(self):
        """A person says so once: what is not invoiced moves, with its payment, and the rest follows."""
        values = {"company": "Stor Kunde AS", "vat": "987654325", "email": "innkjop@storkunde.example"}
        posted = self.buys("1", **values)
        order = self.buys("2", order=new_order, **values)
        own = order.partner_id
        self.assertEqual(posted.partner_id, own)
        self.settle([capture("92", day(3), "2", "553.30"), payout("2000700", day(3))])
        posted.action_webshop_use_similar()
        self.assertEqual((posted.partner_id, order.partner_id), (own, self.firm), "posted documents stay")
        self.assertFalse(posted.webshop_similar_partner_id)
        self.assertTrue(own.active)
        self.buys("2", **values)
        self.assertEqual(self.invoiced_to(order), self.firm)
        self.assertEqual(order._get_webshop_moves().amount_residual, 0)
        self.assertFalse(self.line_of("92")._get_open_move_lines())
        later = self.buys("3", **values)
        self.assertEqual(later.partner_id, self.firm)
        self.assertEqual(set(self.firm.address_get(["invoice", "delivery"]).values()), {self.firm.id})
        stranger = self.buys("4", **{**values, "email": STRANGER})
        self.assertNotIn(stranger.partner_id, self.firm | own, "another buyer is asked about again")

    def test_customer_left_without_orders_is_archived(self):
        order = self.buys("1", order=new_order)
        own = order.partner_id
        order.action_webshop_use_similar()
        self.assertEqual(order.partner_id, self.person)
        self.assertFalse(own.active)
        with self.assertRaises(UserError):
            order.action_webshop_use_similar()

    def test_somebody_else_after_all(self):
        order = self.buys("1")
        own = order.partner_id
        order.action_webshop_keep_buyer()
        self.assertFalse(order.webshop_similar_partner_id)
        self.assertEqual(self.buys("2").partner_id, own)


class TestKnownAgain(BuyerCase):
    def test_guests_are_not_one_customer(self):
        """Shops write 0 for the number of a guest."""
        first = self.buys("1", buyer_id="0", email="a@example.com")
        second = self.buys("2", buyer_id="0", email="b@example.com")
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertFalse(first.webshop_buyer_id)

    def test_guest_without_e_mail_is_one_customer_for_an_order(self):
        order = self.buys("1", email="", order=new_order)
        own = order.partner_id
        self.buys("1", email="")
        self.assertEqual(order.partner_id, own)
        self.assertNotEqual(self.buys("2", email="").partner_id, own)

    def test_two_shops_of_a_company(self):
        """An e-mail is the same in both, a number is not."""
        other = self.make_shop(name="Den andre")
        first = self.buys("1", buyer_id="77").partner_id
        self.assertEqual(self.buys("1", shop=other).partner_id, first)
        self.assertNotEqual(self.buys("2", buyer_id="77", email="b@example.com", shop=other).partner_id, first)

    def test_archived_customer_gets_no_new_orders(self):
        order = self.buys("1", order=new_order)
        first = order.partner_id
        first.sudo().active = False
        second = self.buys("2").partner_id
        self.assertNotEqual(second, first)
        self.assertEqual(self.buys("3").partner_id, second)
        first.sudo().active = True
        self.assertEqual(self.buys("4").partner_id, second)

    def test_order_stays_on_the_customer_archived_meanwhile(self):
        order = self.buys("1", order=new_order)
        order.partner_id.sudo().active = False
        before = order.partner_id
        self.buys("1")
        self.assertEqual(self.invoiced_to(order), before)

    def test_upgrade(self):
        """Buyers of earlier orders are known as before; of customers the shop did not create, by its number alone."""
        created = self.buys("1", email="a@example.com", buyer_id="77", company="Firma A AS").partner_id
        person = self.buys("2", email="b@example.com").partner_id
        given = self.env["res.partner"].sudo().create({"name": "Cato", "email": "c@example.com"})
        order = self.buys("3", email="c@example.com", buyer_id="79")
        order.sudo().write({"partner_id": given.id, "partner_invoice_id": given.id, "partner_shipping_id": given.id})
        self.env.flush_all()
        # As if it had been there before: all of this is one transaction.
        self.env.cr.execute("UPDATE res_partner SET create_date = '2020-01-01' WHERE id = %s", [given.id])
        Buyer = self.env["sale.webshop.buyer"].sudo()
        mine = Domain("company_id", "=", self.company.id)
        Buyer.search(mine).unlink()
        self.env.invalidate_all()
        path = Path(__file__).parents[2] / "migrations" / "19.0.1.6.0" / "post-buyers.py"
        runpy.run_path(str(path))["remember"](self.env(su=True))
        rows = {(row.kind, row.value, row.company_name, row.partner_id) for row in Buyer.search(mine)}
        self.assertEqual(
            rows,
            {
                ("number", "77", "firmaaas", created),
                ("email", "a@example.com", "firmaaas", created),
                ("email", "b@example.com", "", person),
                ("number", "79", "", given),
            },
        )

    def test_merged_customer(self):
        first = self.buys("1").partner_id
        kept = self.env["res.partner"].sudo().create({"name": "Kari Eksempel"})
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge((first | kept).ids, kept)
        self.assertEqual(self.buys("2").partner_id, kept)
