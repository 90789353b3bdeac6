"""Single web orders, from what the shop says to what is posted."""

from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    ORDERED,
    RETURNED,
    SENT,
    line,
    new_order,
    refunded_order,
    sent_order,
)
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer
from odoo.addons.settlement_bridge.webshops.records import Refund

from .web_order_case import NOON, WebOrderCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestOrders(WebOrderCase):
    def test_sent_order_is_invoiced_once(self):
        order = self.told(sent_order())
        self.assertEqual(self.documents(order), [("out_invoice", "553.30", "102.58", "2026-03-03")])
        invoice = order._get_webshop_moves()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(str(invoice.delivery_date), "2026-03-03")
        self.assertEqual((invoice.ref, invoice.webshop_reference, invoice.webshop_order_id), ("10512", "10512", order))
        self.assertEqual(order.date_order, ORDERED.replace(tzinfo=None))
        order._make_webshop_documents()
        self.told(sent_order())
        self.assertEqual(len(order._get_webshop_moves()), 1)

    def test_reserved_is_not_invoiced(self):
        order = self.told(new_order())
        self.assertEqual((order.state, order.webshop_state, order.invoice_status), ("sale", "open", "to invoice"))
        self.assertFalse(order._get_webshop_moves())

    def test_odoo_does_not_invoice_a_web_order_beside_us(self):
        order = self.told(new_order())
        with self.assertRaises(UserError):
            order._create_invoices()
        order = self.told(refunded_order())
        with self.assertRaises(UserError):
            order._create_invoices(final=True)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_refund_is_credited_and_stays_open_for_the_providers(self):
        order = self.told(refunded_order())
        note = order._get_webshop_moves().filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(self.documents(order)[1], ("out_refund", "179.10", "35.82", "2026-03-09"))
        self.assertEqual(note.reversed_entry_id, order._get_webshop_moves() - note)
        self.assertEqual(note.webshop_reference, "10512")
        self.assertEqual(note.amount_residual, 179.10)

    def test_payment_before_invoice_and_after(self):
        """In either order of arrival the payment and the refund end reconciled."""
        for number, is_payment_first in (("20001", True), ("20002", False)):
            with self.subTest(is_payment_first=is_payment_first):
                self.told(new_order(external_id=number, number=number))
                movements = [
                    capture(f"91{number}", day(3), number, "553.30"),
                    refund(f"92{number}", day(9), number, "179.10"),
                    payout("2000700", day(9)),
                ]
                provider = self.activate(merchant_id=number)
                if is_payment_first:
                    self.settle(movements, provider)
                order = self.told(refunded_order(external_id=number, number=number))
                if not is_payment_first:
                    self.settle(movements, provider)
                moves = order._get_webshop_moves()
                self.assertEqual(moves.mapped("amount_residual"), [0, 0])
                self.assertEqual(moves.mapped("payment_state"), ["paid", "paid"])
                lines = self.env["account.settlement.line"].search([("order_reference", "=", number)])
                self.assertEqual(set(lines.mapped("status")), {"matched"})

    def test_accounts_of_each_vat(self):
        """Sales stand on the chart's account for their VAT, unless the product names one."""
        own = self.account("3010")
        self.socks.sudo().property_account_income_id = own
        order = self.told(sent_order())
        lines = order._get_webshop_moves().invoice_line_ids
        found = {(line.account_id.code, line.tax_ids.l10n_no_standard_code) for line in lines}
        self.assertEqual(found, {("3010", "3"), ("3030", "31"), ("3000", "3")})

    def test_department(self):
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Avdeling"})
        department = self.env["account.analytic.account"].sudo().create({"name": "Nettbutikk", "plan_id": plan.id})
        self.shop.analytic_distribution = {str(department.id): 100}
        order = self.told(sent_order())
        lines = order._get_webshop_moves().invoice_line_ids
        self.assertEqual({tuple(line.analytic_distribution) for line in lines}, {(str(department.id),)})

    def test_order_prefix(self):
        self.shop.reference_prefix = "WEB-"
        order = self.told(sent_order())
        self.assertEqual(order._get_webshop_moves().webshop_reference, "WEB-10512")
        settlement = self.settle([capture("91", day(3), "10512", "553.30"), payout("2000701", day(3))])
        self.assertEqual(settlement.line_ids.filtered("sale_order_id").sale_order_id, order)

    def test_shop_of_another_provider_is_not_searched(self):
        other = self.activate(merchant_id="999888")
        self.shop.provider_ids = other
        order = self.told(sent_order())
        movements = [capture("91", day(3), "10512", "553.30"), payout("2000702", day(3))]
        self.settle(movements)
        self.assertEqual(self.line_of("91").status, "unknown")
        self.settle(movements, other)
        self.assertEqual(order._get_webshop_moves().amount_residual, 0)

    def test_sent_to_the_buyer_where_the_shop_does_not(self):
        self.shop.sending = "email"
        order = self.told(sent_order())
        self.assertTrue(order._get_webshop_moves().is_being_sent)

    def test_two_orders_of_one_refused_document(self):
        """What cannot be read is refused with its sentence, and the next order goes through."""
        server = InboxServer()
        server.put(sent_order())
        [(_headers, body)] = server.webhooks("10512")
        orders = self.shop._ingest_orders([b'{"type": "order"}', body])
        self.assertEqual(len(orders), 1)
        refused = self.shop.event_ids.filtered(lambda event: event.state == "error")
        self.assertEqual(len(refused), 1)
        self.assertTrue(refused.message)

    def test_shop_goes_back_on_a_status(self):
        """Set back to being packed: the goods were sent all the same, and stay invoiced."""
        order = self.told(sent_order())
        back = replace(sent_order(), shipments=(), completed_at=None, status="processing", changed_at=RETURNED)
        self.told(back)
        self.assertEqual(len(order._get_webshop_moves()), 1)
        self.shop.invoice_on = "completed"
        order._make_webshop_documents()
        self.assertEqual(len(order._get_webshop_moves()), 1)

    def test_refunded_before_it_was_sent(self):
        refunds = (Refund("1", "10512", Decimal("553.30"), SENT),)
        order = self.told(new_order(refunds=refunds, captures=sent_order().captures, changed_at=SENT))
        self.assertEqual(order.webshop_state, "done")
        self.assertFalse(order._get_webshop_moves())
        said = " ".join(order.message_ids.mapped("body"))
        self.assertIn("was refunded before anything was invoiced", said)
        self.assertNotIn("voided", said)

    def test_voided_order_says_so(self):
        order = self.told(new_order(captures=(), is_capture_final=True))
        self.assertIn("was voided", " ".join(order.message_ids.mapped("body")))

    def test_paid_and_refunded_before_it_was_sent(self):
        """The settlement's payment and refund meet, whether the shop's refund or the provider's is heard of first."""
        captures = sent_order().captures
        for number, is_shop_first in (("20001", True), ("20002", False)):
            with self.subTest(is_shop_first=is_shop_first):
                values = {"external_id": number, "number": number}
                self.told(new_order(**values))
                provider = self.activate(merchant_id=number)
                movements = [capture(f"91{number}", day(3), number, "553.30"), payout("2000700", day(3))]
                self.settle(movements, provider)
                given_back = [refund(f"92{number}", day(9), number, "553.30"), payout("2000701", day(9))]
                if not is_shop_first:
                    self.settle([*movements, *given_back], provider)
                refunds = (Refund("1", number, Decimal("553.30"), SENT),)
                order = self.told(new_order(**values, refunds=refunds, captures=captures, changed_at=SENT))
                self.assertEqual(order.state, "cancel")
                if is_shop_first:
                    self.settle([*movements, *given_back], provider)
                lines = self.env["account.settlement.line"].search([("order_reference", "=", number)])
                self.assertEqual(lines.mapped("status"), ["matched", "matched"])
                self.assertFalse(lines._get_open_move_lines())
                self.assertBalances(a1500="0.00", a1523="0.00")

    def test_refunded_in_full_before_its_documents_are_made(self):
        """Payment and refund have met; invoice and credit note, which come later, meet each other."""
        self.told(new_order())
        self.settle(
            [capture("91", day(3), "10512", "553.30"), refund("92", day(9), "10512", "553.30"), payout("1", day(9))]
        )
        self.assertBalances(a1500="0.00")
        order = self.told(sent_order(refunds=(Refund("1", "10512", Decimal("553.30"), RETURNED),), changed_at=RETURNED))
        moves = order._get_webshop_moves()
        self.assertEqual(moves.mapped("move_type"), ["out_invoice", "out_refund"])
        self.assertEqual(moves.mapped("amount_residual"), [0, 0])
        self.assertBalances(a1500="0.00")

    def test_buyer_changed_before_it_is_sent(self):
        order = self.told(new_order())
        company = replace(
            new_order().buyer, company="Luftspeil Kontor AS", vat="NO987654325MVA", email="post@example.com"
        )
        office = replace(new_order().billing, company="Luftspeil Kontor AS", street="Kontorveien 3")
        self.told(sent_order(buyer=company, billing=office, shipping=office))
        invoice = order._get_webshop_moves()
        self.assertEqual(invoice.commercial_partner_id.name, "Luftspeil Kontor AS")
        self.assertEqual(invoice.partner_id.street, "Kontorveien 3")

    def test_product_found_after_it_was_invoiced(self):
        """A line stays on the product it was invoiced on, and its refund is credited."""
        odd = sent_order(lines=(line("71", "Lue", "250.00", 25, sku="LUE-9"),), total=Decimal("250.00"))
        order = self.told(odd)
        self.make_product("LUE-9", "Lue", "3")
        refund = Refund("1", "10512", Decimal("250.00"), RETURNED, odd.lines)
        self.told(replace(odd, refunds=(refund,), changed_at=RETURNED))
        self.assertEqual(order.webshop_state, "done")
        self.assertEqual([document[0] for document in self.documents(order)], ["out_invoice", "out_refund"])

    def test_lowered_and_raised_again(self):
        """What was credited and is invoiced again leaves nothing open with the customer."""
        order = self.told(sent_order())
        first, *rest = sent_order().lines
        lower = (line(first.external_id, first.name, "300.00", 25, sku=first.sku, quantity=2), *rest)
        self.told(sent_order(lines=lower, total=Decimal("495.10"), changed_at=RETURNED, captures=sent_order().captures))
        later = RETURNED.replace(day=12)
        self.told(sent_order(changed_at=later, captures=sent_order().captures))
        moves = order._get_webshop_moves()
        self.assertEqual(len(moves), 3)
        self.assertEqual(sorted(moves.mapped("amount_residual")), [0, 0, 553.30])

    def test_shop_that_starts_earlier_after_all(self):
        self.shop.start_date = "2026-03-10"
        self.assertFalse(self.told(sent_order()))
        self.shop.start_date = "2026-03-01"
        events = self.shop.event_ids
        self.assertEqual(events.state, "new")
        events.sudo()._read()
        events.order_id._make_webshop_documents()
        self.assertEqual(events.order_id.webshop_state, "done")

    def test_what_is_left_out(self):
        self.shop.write({"start_date": "2026-03-02", "excluded_methods": "till, local_pickup"})
        early = new_order(created_at=ORDERED.replace(day=1), external_id="1", number="1")
        at_till = new_order(delivery_method="local_pickup", external_id="2", number="2")
        test = new_order(is_test=True, external_id="3", number="3")
        begun = new_order(accepted_at=None, external_id="4", number="4")
        self.assertFalse(self.told(early, at_till, test, begun))
        events = self.shop.event_ids
        self.assertEqual(set(events.mapped("state")), {"ignored"})
        self.assertTrue(all(events.mapped("message")))


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestDates(WebOrderCase):
    """The day of the event counts while its VAT term, or the one before, is open."""

    def invoiced_on(self, sent_on):
        sent = SENT.replace(month=int(sent_on[5:7]), day=int(sent_on[8:]), year=int(sent_on[:4]))
        number = sent_on.replace("-", "")
        order = self.told(
            replace(
                sent_order(external_id=number, number=number),
                created_at=sent,
                accepted_at=sent,
                changed_at=sent,
                completed_at=sent,
                shipments=(replace(sent_order().shipments[0], time=sent),),
            )
        )
        return str(order._get_webshop_moves().invoice_date)

    def test_terms(self):
        self.assertEqual(self.invoiced_on("2026-03-03"), "2026-03-03")
        self.assertEqual(self.invoiced_on("2026-01-15"), "2026-01-15", "the term before")
        self.assertEqual(self.invoiced_on("2025-12-31"), "2026-03-20", "two terms ago")

    def test_the_term_before_is_filed(self):
        self.company.sudo().tax_lock_date = "2026-02-28"
        self.assertEqual(self.invoiced_on("2026-02-20"), "2026-03-20")
        self.assertEqual(self.invoiced_on("2026-03-01"), "2026-03-01")

    def test_a_year_is_one_term(self):
        self.company.sudo().vat_term_months = "12"
        self.assertEqual(self.invoiced_on("2025-06-15"), "2025-06-15")


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestCustomers(WebOrderCase):
    def test_one_customer_per_e_mail(self):
        first = self.told(new_order(external_id="1", number="1"))
        second = self.told(new_order(external_id="2", number="2"))
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id.city, "Oslo")

    def test_companys_order_is_not_put_on_the_person_who_placed_it(self):
        self.told(new_order(external_id="1", number="1"))
        order = new_order(external_id="2", number="2")
        company = replace(order.buyer, company="Luftspeil Kontor AS", vat="NO987654325MVA")
        partner = self.told(replace(order, buyer=company)).partner_id
        self.assertEqual((partner.name, partner.is_company), ("Luftspeil Kontor AS", True))

    def test_someone_else_at_the_address(self):
        """Another name with a known e-mail is invoiced in the name given, and gets the mail."""
        self.told(new_order(external_id="1", number="1"))
        order = new_order(external_id="2", number="2")
        order = self.told(replace(order, billing=replace(order.billing, name="Ola Eksempel")))
        self.assertEqual(order.partner_id.name, "Kari Eksempel")
        self.assertEqual(order.partner_invoice_id.name, "Ola Eksempel")
        self.assertEqual(order.partner_invoice_id.email, "kari@example.com")

    def test_two_people_with_one_address_are_not_mixed_up(self):
        for name in ("Kari", "Ola"):
            self.env["res.partner"].create({"name": name, "email": "kari@example.com"})
        self.assertEqual(self.told(new_order()).partner_id.name, "Kari Eksempel")

    def test_shops_customer_number_before_e_mail(self):
        first = new_order(external_id="1", number="1")
        first = self.told(replace(first, buyer=replace(first.buyer, external_id="918")))
        second = new_order(external_id="2", number="2")
        second = self.told(replace(second, buyer=replace(second.buyer, external_id="918", email="ny@example.com")))
        self.assertEqual(first.partner_id, second.partner_id)

    def test_sent_elsewhere(self):
        order = new_order()
        gift = replace(order.shipping, name="Ola Eksempel", street="Havnegata 2", city="Bergen", postcode="5003")
        order = self.told(replace(order, shipping=gift))
        self.assertEqual(order.partner_invoice_id, order.partner_id)
        self.assertEqual(order.partner_shipping_id.parent_id, order.partner_id)
        self.assertEqual(order.partner_shipping_id.city, "Bergen")

    def test_one_customer_for_all(self):
        everybody = self.env["res.partner"].create({"name": "Nettkunder"})
        self.shop.write({"customer_policy": "collective", "collective_partner_id": everybody.id})
        order = self.told(sent_order())
        self.assertEqual((order.partner_id, order._get_webshop_moves().partner_id), (everybody, everybody))
