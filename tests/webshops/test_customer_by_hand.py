"""What a person decides of the customer of a web order: on the order itself, by its question, or by merging."""

from dataclasses import replace
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import SENT, new_order

from .test_buyers import BuyerCase

ANNE = {"email": "anne@example.com", "name": "Anne Annen"}


@tagged("post_install", "-at_install")
class ByHandCase(BuyerCase):
    """Kari Lik is a customer of before, Anne buys in the shop, and a guest types Kari's e-mail; nothing is sent yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"].sudo()
        cls.person = Partner.create({"name": "Kari Lik", "email": "kari@example.com"})
        cls.firm = Partner.create({"name": "Stor Kunde AS", "is_company": True})

    def setUp(self):
        super().setUp()
        self.guest = self.buys("3", order=new_order)
        self.own = self.guest.partner_id
        self.assertEqual(self.guest.webshop_similar_partner_id, self.person)

    def merge(self, *customers):
        """Merge customers into the last of them."""
        together = self.env["res.partner"].sudo().union(*customers)
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(together.ids, customers[-1])

    def tells_again(self, **changes):
        order = new_order(external_id="3", number="3", changed_at=SENT + timedelta(hours=1))
        buyer = replace(order.buyer, company="", vat="", external_id="", email=changes.get("email", "kari@example.com"))
        billing = replace(order.billing, street=changes.get("street", order.billing.street))
        self.told(replace(order, buyer=buyer, billing=billing, shipping=billing))


class TestSameCustomer(ByHandCase):
    """Use This Customer puts the orders of this buyer on a customer of before, and those of nobody else."""

    def test_buyer_made_a_contact_of_a_shop_customer(self):
        """The firm's invoices do not go to a private person (bokføringsforskriften § 5-1-2)."""
        firm = {"company": "Firma F AS", "email": "f@firma.example"}
        waiting = self.buys("1", order=new_order, **firm)
        customer = waiting.partner_id
        self.own.sudo().parent_id = customer
        self.guest.action_webshop_use_similar()
        self.assertEqual((waiting.partner_id, self.guest.partner_id), (customer, self.person))
        self.assertEqual(self.invoiced_to(self.buys("2", **firm)), customer)
        self.assertEqual(self.invoiced_to(self.buys("4")), self.person)

    def test_order_put_on_a_shop_customer(self):
        """Who chooses the customer on the order has answered who the buyer is; nobody else's orders move."""
        waiting = self.buys("1", order=new_order, **ANNE)
        anne = waiting.partner_id
        self.guest.sudo().partner_id = anne
        self.assertFalse(self.guest.webshop_similar_partner_id)
        with self.assertRaises(UserError):
            self.guest.action_webshop_use_similar()
        self.assertEqual((waiting.partner_id, self.guest.partner_id), (anne, anne))
        self.assertEqual(self.invoiced_to(self.buys("2", **ANNE)), anne)
        self.assertEqual(self.buys("4").partner_id, self.own, "it was chosen for that order")

    def test_question_that_is_still_open_on_an_order_put_on_a_shop_customer(self):
        """As it was before the customer closed the question: the order itself moves, and its buyer's next ones."""
        waiting = self.buys("1", order=new_order, **ANNE)
        anne = waiting.partner_id
        by_hand = self.env["res.partner"].sudo().create({"name": "Kari Ny"})
        for chosen in (anne, by_hand):
            self.guest.sudo().write({"partner_id": chosen.id})
            self.guest.sudo().webshop_similar_partner_id = self.person
            self.guest.action_webshop_use_similar()
            self.assertEqual((waiting.partner_id, self.guest.partner_id), (anne, self.person))
        self.assertTrue(by_hand.active, "no order of the shop has created it")
        self.assertEqual(self.buys("2", **ANNE).partner_id, anne)
        self.assertEqual(self.buys("4").partner_id, self.person)

    def test_new_customer_merged_into_a_shop_customer(self):
        anne = self.buys("1", order=new_order, **ANNE).partner_id
        self.merge(self.own, anne)
        self.assertEqual(self.guest.partner_id, anne)
        self.assertFalse(self.guest.webshop_similar_partner_id)
        self.assertEqual((self.buys("2", **ANNE).partner_id, self.buys("4").partner_id), (anne, anne))

    def test_new_customer_merged_into_the_similar_one(self):
        """It is answered, and the customer of before is not one that the shop created: it is never changed."""
        self.merge(self.own, self.person)
        self.assertEqual(self.guest.partner_id, self.person)
        self.assertFalse(self.guest.webshop_similar_partner_id, "a customer is not asked to be itself")
        self.assertFalse(self.env["sale.webshop.buyer"].sudo().search([("partner_id", "=", self.person.id)]).is_created)
        self.assertEqual(self.buys("4").partner_id, self.person)

    def test_similar_customer_merged_into_another(self):
        """It still looks the same, so it is asked of the one that is left."""
        kept = self.env["res.partner"].sudo().create({"name": "Kari Lik", "email": "kari@example.com"})
        self.merge(self.person, kept)
        self.assertEqual(self.guest.webshop_similar_partner_id, kept)
        self.guest.action_webshop_use_similar()
        self.assertEqual(self.guest.partner_id, kept)

    def test_similar_customer_of_another_company_meanwhile(self):
        self.person.company_id = self.env["res.company"].sudo().create({"name": "En annen AS"})
        self.assertRefused("belongs to another company")
        self.guest.action_webshop_keep_buyer()
        self.assertFalse(self.guest.webshop_similar_partner_id)

    def test_similar_customer_archived_meanwhile(self):
        self.person.active = False
        self.assertRefused("is archived")
        self.person.active = True
        self.guest.action_webshop_use_similar()
        self.assertEqual(self.guest.partner_id, self.person)

    def test_similar_customer_made_a_contact_of_a_company(self):
        """The company would be invoiced for what a private person buys."""
        self.person.parent_id = self.firm
        self.assertRefused("Stor Kunde AS")
        self.person.parent_id = False
        self.guest.action_webshop_use_similar()
        self.assertEqual(self.invoiced_to(self.buys("3")), self.person)

    def assertRefused(self, text):
        with self.assertRaisesRegex(UserError, text):
            self.guest.action_webshop_use_similar()
        self.assertEqual((self.guest.partner_id, self.guest.webshop_similar_partner_id), (self.own, self.person))
        self.assertTrue(self.own.active)


class TestChosenByHand(ByHandCase):
    """What a person chose on the order stays when the shop tells of it again."""

    def test_customer_stays(self):
        salesman = new_test_user(
            self.env(su=True),
            "salesman_by_hand",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.guest.with_user(salesman).write({"partner_id": self.firm.id})
        self.tells_again()
        self.assertEqual(self.guest.partner_id | self.guest.partner_invoice_id, self.firm)
        self.buys("3", changed_at=SENT + timedelta(hours=2))
        self.assertEqual(self.invoiced_to(self.guest), self.firm)

    def test_invoice_address_stays(self):
        address = self.env["res.partner"].sudo().create({"name": "Regnskap", "parent_id": self.own.id})
        self.guest.sudo().partner_invoice_id = address
        self.tells_again()
        self.assertEqual((self.guest.partner_id, self.guest.partner_invoice_id), (self.own, address))

    def test_another_address_in_the_shop(self):
        """The customer stays, the address is the new one."""
        self.guest.sudo().partner_id = self.firm
        self.tells_again(street="Nyveien 2")
        self.assertEqual(self.guest.partner_id, self.firm)
        self.assertEqual(self.guest.partner_shipping_id.street, "Nyveien 2")
        self.assertEqual(self.guest.partner_shipping_id.commercial_partner_id, self.firm)

    def test_another_buyer_in_the_shop(self):
        """Whoever chose the customer did not know that buyer: the order says that the choice is gone."""
        self.guest.sudo().partner_id = self.firm
        self.tells_again(email="per@example.com")
        self.assertNotIn(self.guest.partner_id, self.firm | self.own)
        self.assertIn("chosen by hand", " ".join(self.guest.message_ids.mapped("body")))

    def test_order_of_somebody_else_on_the_same_customer(self):
        """It was put there by a person, and stays when its customer's own buyer is another."""
        other = self.buys("1", order=new_order, **ANNE)
        other.sudo().partner_id = self.own
        self.guest.action_webshop_use_similar()
        self.assertEqual((self.guest.partner_id, other.partner_id), (self.person, self.own))
        self.assertTrue(self.own.active)
