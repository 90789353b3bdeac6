"""One customer's data is erased where bookkeeping does not need it."""

import json

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    RETURNED,
    new_order,
    refunded_order,
    sent_order,
)
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer
from odoo.addons.settlement_bridge.webshops.records import RawOrder

from .personal_data_case import NEXT_YEAR, NOON, PersonalDataCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestErasure(PersonalDataCase):
    """A customer asks to be forgotten: what bookkeeping does not need goes, and what stays is told with its reason."""

    def erase(self, partner, user=None):
        wizard = self.env["settlement.erase.customer"].with_user(user or self.env.user)
        wizard = wizard.with_context(active_id=partner.id).create({"reason": "Brev av 2. mars"})
        wizard.action_erase()
        return wizard.summary

    def test_paid_and_locked(self):
        order = self.told(sent_order())
        self.pay()
        self.close()
        partner = order.partner_id
        before = self.ledger()
        name = partner.name
        summary = self.erase(partner)
        self.env.invalidate_all()
        self.assertEqual(self.ledger(), before)
        self.assertEqual(self.contents(order), [False])
        self.assertIn("customer's data were erased", order.webshop_event_id.removed_note)
        self.assertFalse(any(self.line_of("910512").mapped("raw")))
        self.assertFalse(partner.email or partner.phone)
        self.assertEqual(partner.name, name, "the invoice names him")
        self.assertEqual(order._get_webshop_moves().amount_total, 553.30)
        self.assertIn("§ 13", summary)
        self.assertIn("12/31/2031", summary)
        note = partner.message_ids[0].body
        self.assertIn("Brev av 2. mars", note)
        self.assertIn("§ 13", note)
        settlement = self.line_of("910512").settlement_id
        self.assertTrue(settlement.document_ids.sudo().attachment_id, "documentation stays five years")

    def test_what_is_open_stays_and_is_told(self):
        order = self.told(sent_order())
        self.close()
        summary = self.erase(order.partner_id)
        self.assertEqual(self.contents(order), [True])
        self.assertIn("of order 10512 is not fully paid", summary)
        self.assertTrue(order.partner_id.email)

    def test_erased_again_when_it_is_finished(self):
        order = self.told(sent_order())
        self.erase(order.partner_id)
        self.pay()
        self.close()
        self.erase(order.partner_id)
        self.assertEqual(self.contents(order), [False])

    def test_nothing_booked(self):
        order = self.told(new_order(cancelled_at=RETURNED, changed_at=RETURNED))
        partner = order.partner_id
        self.erase(partner)
        self.env.invalidate_all()
        self.assertEqual(self.contents(order), [False])
        self.assertEqual(partner.name, f"Erased customer {partner.id}")
        self.assertFalse(partner.email or partner.phone or partner.street)
        self.assertNotIn("kari", " ".join(partner.message_ids.mapped("body")).lower())

    def test_by_what_the_buyer_was_known(self):
        """Neither the e-mail nor the shop's customer number stays: who orders again is a new customer."""
        order = self.told(new_order(cancelled_at=RETURNED, changed_at=RETURNED))
        Buyer = self.env["sale.webshop.buyer"].sudo()
        self.assertEqual(Buyer.search([("partner_id", "=", order.partner_id.id)]).value, "kari@example.com")
        self.erase(order.partner_id)
        self.assertFalse(Buyer.search([("value", "=", "kari@example.com")]))
        self.assertNotEqual(self.told(new_order(external_id="2", number="2")).partner_id, order.partner_id)

    def test_order_that_was_refused(self):
        """It has no order in Odoo, but names him: a person leaves it out, then it goes as well."""
        order = self.told(sent_order())
        server = InboxServer()
        server.put(sent_order(external_id="666", number="666"))
        [(_headers, body)] = server.webhooks("666")
        event = (
            self.env["sale.webshop.event"]
            .sudo()
            ._store_raw(self.shop, [RawOrder("666", None, body.replace(b"553.30", b"kroner"))], "poll")
        )
        event._read()
        self.assertEqual(event.state, "error")
        self.assertIn("exclude them", self.erase(order.partner_id))
        self.assertTrue(event.content)
        event.action_leave_out()
        self.assertIn("not imported", self.erase(order.partner_id))
        self.assertFalse(event.content)

    def test_other_customers_stay(self):
        other = self.env["res.partner"].create({"name": "Ola Nordmann", "email": "ola@example.com"})
        order = self.told(new_order(cancelled_at=RETURNED, changed_at=RETURNED))
        self.erase(other)
        self.assertEqual(self.contents(order), [True])
        self.assertTrue(order.partner_id.email)

    def test_who_logs_in_keeps_his_address(self):
        self.erase(self.accountant.partner_id)
        self.assertNotIn("Erased", self.accountant.partner_id.name)

    def test_erased_order_that_goes_on(self):
        order = self.told(sent_order())
        self.pay()
        self.close()
        self.erase(order.partner_id)
        before = self.ledger()
        with freeze_time(NEXT_YEAR):
            self.told(sent_order())
            self.assertEqual(self.ledger(), before)
            self.told(refunded_order())
        self.assertFalse(order.webshop_problem)
        self.assertEqual([kind for kind, *_rest in self.documents(order)], ["out_invoice", "out_refund"])

    def test_only_managers(self):
        order = self.told(sent_order())
        user = self.settlement_user()
        with self.assertRaises(AccessError):
            self.erase(order.partner_id, user)
        wizard = self.env["settlement.erase.customer"].create({"partner_id": order.partner_id.id, "reason": "Nei"})
        with self.assertRaises(AccessError):
            wizard.with_user(user).sudo().action_erase()
        self.assertEqual(self.contents(order), [True])

    def test_reason_is_asked_for(self):
        wizard = self.env["settlement.erase.customer"].create({"partner_id": self.customer.id, "reason": "  "})
        with self.assertRaisesRegex(UserError, "Enter why the data are erased"):
            wizard.action_erase()

    def test_contacts_that_are_no_customers(self):
        """Our own company, a supplier, and the customer of all orders are refused: many things hang on them."""
        supplier = self.env["res.partner"].create({"name": "Leverandør AS", "supplier_rank": 1})
        self.shop.sudo().collective_partner_id = self.env["res.partner"].create({"name": "Nettkunder"})
        for partner in (self.company.partner_id, supplier, self.shop.collective_partner_id):
            name = partner.name
            with self.subTest(name), self.assertRaises(UserError):
                self.erase(partner)
            self.assertEqual(partner.name, name)

    def test_customer_with_an_ordinary_order(self):
        """An order outside the shops that is not invoiced yet needs its customer."""
        partner = self.env["res.partner"].create({"name": "Kari Nordmann", "email": "kari@example.com"})
        self.order(500, "X-1", partner=partner)
        self.erase(partner)
        self.assertEqual((partner.name, partner.email), ("Kari Nordmann", "kari@example.com"))

    def test_an_address_is_no_part_of_another(self):
        """ri@ is not kari@, and an underscore is a letter."""
        event = (
            self.env["sale.webshop.event"]
            .sudo()
            .create(
                {
                    "webshop_id": self.shop.id,
                    "kind": "document",
                    "source": "webhook",
                    "state": "ignored",
                    "external_id": "77",
                    "content": json.dumps({"buyer": {"email": "Kari@example.com"}}),
                    "sha256": "77",
                }
            )
        )
        for email, is_erased in (("ri@example.com", False), ("kar_@example.com", False), ("kari@example.com", True)):
            self.erase(self.env["res.partner"].create({"name": "Ri", "email": email}))
            self.assertEqual(not event.content, is_erased, email)
