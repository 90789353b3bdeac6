from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from .webshop_case import WebshopCase


@tagged("post_install", "-at_install")
class TestOwnShop(WebshopCase):
    """Odoo's own shop, paid through Odoo's own payment providers: what Odoo leaves undone is done, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.payment.method"].sudo().create([{"name": "Vipps", "code": "none", "payment_type": "inbound"}])
        cls.payment_provider = (
            cls.env["payment.provider"]
            .sudo()
            .create(
                {
                    "name": "Vipps i nettbutikken",
                    "code": "none",
                    "state": "enabled",
                    "company_id": cls.company.id,
                    "journal_id": cls.bank_journal.id,
                }
            )
        )
        cls.method_line = cls.bank_journal.inbound_payment_method_line_ids.sudo().filtered(
            lambda line: line.payment_provider_id == cls.payment_provider
        )
        cls.method_line.payment_account_id = cls.provider.clearing_account_id
        cls.provider.sudo().payment_provider_ids = cls.payment_provider
        cls.shop = cls.make_shop("odoo")

    def setUp(self):
        super().setUp()

        def can_do_everything(providers):
            providers.support_manual_capture = "partial"
            providers.support_refund = "partial"
            providers.support_express_checkout = providers.support_tokenization = False

        self.patch(self.registry["payment.provider"], "_compute_feature_support_fields", can_do_everything)
        self.let_odoo_invoice(False)

    # ------------------------------------------------------------ what happens in the shop

    def let_odoo_invoice(self, is_automatic):
        self.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", str(is_automatic))

    def place(self, *prices, product=None, **values):
        """A basket of these prices with VAT of 25 %, not confirmed yet."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.socks).id,
                            "product_uom_qty": 1,
                            "price_unit": price * 0.8,
                            "tax_ids": [Command.set(self.taxes["3"].ids)],
                        }
                    )
                    for price in prices or (1000,)
                ],
                **values,
            }
        )

    def start_payment(self, order, amount=None, **values):
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.payment_provider.id,
                    "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                    "amount": order.amount_total if amount is None else amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "operation": "online_direct",
                    "sale_order_ids": [Command.set(order.ids)],
                    "provider_reference": f"psp-{order.id}-{len(order.transaction_ids)}",
                    **values,
                }
            )
        )

    def pay(self, order, amount=None, **values):
        """Paid at once."""
        transaction = self.start_payment(order, amount, **values)
        transaction._set_done()
        transaction._post_process()
        return transaction

    def reserve(self, order, amount=None, **values):
        transaction = self.start_payment(order, amount, **values)
        transaction._set_authorized()
        transaction._post_process()
        return transaction

    def capture(self, transaction, amount, post_process=True):
        """Odoo makes a child of the authorisation. Its own order of post-processing is newest first."""
        child = transaction._create_child_transaction(amount)
        child.provider_reference = f"psp-{child.reference}"
        child._set_done()
        if post_process:
            self.post_process(child, transaction)
        return child

    def void(self, transaction, amount):
        child = transaction._create_child_transaction(amount)
        child._set_canceled()
        self.post_process(child, transaction)
        return child

    def refund(self, transaction, amount):
        child = transaction._create_child_transaction(amount, is_refund=True)
        child.provider_reference = f"psp-{child.reference}"
        child._set_done()
        self.post_process(child)
        return child

    @staticmethod
    def post_process(*transactions):
        for transaction in transactions:
            if not transaction.is_post_processed:
                transaction._post_process()

    def run_actions(self, *shops):
        (self.shop, *shops)[-1].fetch_next_at = False
        with self.enter_registry_test_mode():
            for name in ("fetch", "documents"):
                self.trigger(f"ir_cron_webshop_{name}")
        self.env.invalidate_all()

    # ------------------------------------------------------------ what an accountant reads off

    def documents(self, order):
        """Each posted document with its sum and what is open on it."""
        moves = order._get_webshop_moves().sorted("id")
        self.assertEqual(set(moves.mapped("state")) - {"posted"}, set())
        return [(move.move_type, move.amount_total, move.amount_residual) for move in moves]

    def assertDocuments(self, order, *expected):
        """Compare the documents, and again after everything was run twice more: nothing is made of it."""
        self.assertEqual(order.webshop_problem or "", "")
        self.assertEqual(self.documents(order), list(expected))
        for transaction in order.sudo().transaction_ids:
            self.post_process(transaction)
        for _time in range(2):
            order.sudo().webshop_check = True
            self.run_actions()
            self.assertEqual(self.documents(order), list(expected), "run once more")

    # ------------------------------------------------------------ paid at once

    def test_paid_at_once(self):
        """Odoo does not invoice: we let it make its invoice, and its payment meets it."""
        order = self.place(600, 400)
        self.pay(order)
        self.assertEqual(order.state, "sale")
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        self.assertEqual((order.webshop_state, order.invoice_status), ("done", "invoiced"))
        self.assertBalances(a1500="0.00", a1522="1000.00")

    def test_paid_at_once_and_invoiced_by_odoo(self):
        self.let_odoo_invoice(True)
        order = self.place(600, 400)
        self.pay(order)
        self.assertEqual(self.documents(order), [("out_invoice", 1000, 0)], "Odoo's own")
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        self.assertEqual((order.webshop_state, order.invoice_status), ("done", "invoiced"))

    def test_invoiced_by_odoo_before_it_is_sent(self):
        """Odoo invoices at payment even what is invoiced as delivered: that is not credited because it is not sent."""
        self.let_odoo_invoice(True)
        self.socks.sudo().invoice_policy = "delivery"
        order = self.place(1000)
        self.pay(order)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        order.order_line.qty_delivered = 1
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))

    def test_invoiced_as_delivered(self):
        """Paid at once, sent in two parts: each part is invoiced, and the payment meets both."""
        self.socks.sudo().invoice_policy = "delivery"
        order = self.place(600, 400)
        self.pay(order)
        self.run_actions()
        self.assertDocuments(order)
        order.order_line[0].qty_delivered = 1
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 600, 0))
        self.assertEqual((order.webshop_state, order.invoice_status), ("open", "to invoice"))
        order.order_line[1].qty_delivered = 1
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 600, 0), ("out_invoice", 400, 0))
        self.assertEqual(order.webshop_state, "done")

    def test_completed(self):
        """Invoiced when all of it is sent."""
        self.shop.invoice_on = "completed"
        self.socks.sudo().invoice_policy = "delivery"
        order = self.place(600, 400)
        self.pay(order)
        order.order_line[0].qty_delivered = 1
        self.run_actions()
        self.assertDocuments(order)
        order.order_line[1].qty_delivered = 1
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))

    def test_rounding_over_the_whole_order(self):
        """Odoo rounds VAT once over the order, which no line shows: the øre is not invoiced beside it."""
        self.assertEqual(self.company.tax_calculation_rounding_method, "round_globally")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.socks.id, "price_unit": 10.02, "tax_ids": self.taxes["3"].ids})
                    for _line in range(3)
                ],
            }
        )
        lines = sum(order.order_line.mapped("price_total"))
        self.assertNotEqual(round(lines, 2), order.amount_total, "else this test proves nothing")
        self.pay(order)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", order.amount_total, 0))

    # ------------------------------------------------------------ reserved, then captured

    def test_reserved_only(self):
        order = self.place(1000)
        self.reserve(order)
        self.assertEqual(order.state, "sale")
        self.run_actions()
        self.assertDocuments(order)
        self.assertEqual((order.webshop_state, order.invoice_status), ("open", "to invoice"))

    def test_capture_looked_at_before_its_authorisation(self):
        """Odoo registers the payment while there is no invoice, and invoices after: the two are brought together."""
        self.let_odoo_invoice(True)
        order = self.place(1000)
        transaction = self.reserve(order)
        self.capture(transaction, 1000)
        self.assertEqual(self.documents(order), [("out_invoice", 1000, 1000)], "Odoo leaves it open")
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        self.assertBalances(a1500="0.00", a1522="1000.00")

    def test_capture_that_odoo_looks_at_after_us(self):
        """We are first: the invoice is there when Odoo comes, and it makes no other."""
        self.let_odoo_invoice(True)
        order = self.place(1000)
        transaction = self.reserve(order)
        child = self.capture(transaction, 1000, post_process=False)
        self.run_actions()
        self.assertEqual(self.documents(order), [("out_invoice", 1000, 1000)], "nothing is registered yet")
        self.post_process(child, transaction)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        self.assertBalances(a1500="0.00", a1522="1000.00")

    def test_captured_in_parts(self):
        for is_automatic in (False, True):
            with self.subTest(is_automatic=is_automatic):
                self.let_odoo_invoice(is_automatic)
                order = self.place(333, 333, 334)
                transaction = self.reserve(order)
                self.capture(transaction, 400)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 400, 0))
                self.assertEqual((order.webshop_state, order.invoice_status), ("open", "to invoice"))
                self.capture(transaction, 600)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 400, 0), ("out_invoice", 600, 0))
                self.assertEqual((order.webshop_state, order.invoice_status), ("done", "invoiced"))

    def test_captured_in_part_and_the_rest_voided(self):
        order = self.place(1000)
        transaction = self.reserve(order)
        self.capture(transaction, 400)
        self.run_actions()
        self.void(transaction, 600)
        self.assertEqual(transaction.state, "done")
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 400, 0))
        self.assertEqual((order.webshop_state, order.invoice_status), ("done", "invoiced"))

    def test_captured_in_part_and_all_of_it_invoiced_by_odoo(self):
        """Odoo invoices 1000 of which 600 will never be paid: it is credited down to what was captured."""
        self.let_odoo_invoice(True)
        order = self.place(700, 300)
        transaction = self.reserve(order)
        self.capture(transaction, 400)
        self.void(transaction, 600)
        self.assertEqual(self.documents(order), [("out_invoice", 1000, 1000)], "Odoo's own")
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 600, 0))
        self.assertEqual(order.webshop_state, "done")
        self.assertBalances(a1500="0.00", a1522="400.00")

    def test_rest_that_expired_at_the_provider(self):
        """The provider tells that the reservation is gone, without a capture or void in Odoo."""
        order = self.place(1000)
        transaction = self.reserve(order)
        self.capture(transaction, 400)
        transaction._set_canceled()
        self.post_process(transaction)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 400, 0))
        self.assertEqual(order.webshop_state, "done")

    def test_voided(self):
        order = self.place(1000)
        transaction = self.reserve(order)
        self.run_actions()
        self.void(transaction, 1000)
        self.assertEqual((transaction.state, order.state), ("cancel", "sale"), "Odoo leaves it to be invoiced")
        self.run_actions()
        self.assertDocuments(order)
        self.assertEqual((order.state, order.webshop_state), ("cancel", "done"))
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_voided_before_it_was_seen(self):
        order = self.place(1000)
        self.void(self.reserve(order), 1000)
        self.run_actions()
        self.assertEqual((order.state, order.webshop_state), ("cancel", "done"))

    def test_voided_and_paid_again(self):
        """The first card was given up for another: the order stands."""
        order = self.place(1000)
        self.void(self.reserve(order), 1000)
        self.pay(order, 1000)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        self.assertEqual(order.state, "sale")

    def test_capture_that_failed_first(self):
        order = self.place(1000)
        transaction = self.reserve(order)
        transaction._create_child_transaction(1000)._set_error("Avvist")
        transaction._set_done()
        self.post_process(transaction)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))

    # ------------------------------------------------------------ refunds

    def test_refund(self):
        """The credit note Odoo does not make, met by the payment it does make."""
        for is_automatic in (False, True):
            with self.subTest(is_automatic=is_automatic):
                self.let_odoo_invoice(is_automatic)
                order = self.place(700, 300)
                transaction = self.pay(order)
                self.run_actions()
                self.refund(transaction, 200)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 200, 0))
                self.assertEqual((order.webshop_state, order.invoice_status), ("done", "invoiced"))
                self.refund(transaction, 800)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 200, 0), ("out_refund", 800, 0))
                self.assertNeverInvoicedAgain(order)

    def assertNeverInvoicedAgain(self, order):
        """Neither by a person, nor by Odoo's automatic invoice, nor by us."""
        before = self.documents(order)
        self.assertEqual(set(order.order_line.mapped("qty_to_invoice")), {0})
        with self.assertRaises(UserError):
            order._create_invoices(final=True)
        self.let_odoo_invoice(True)
        for transaction in order.sudo().transaction_ids:
            transaction._post_process()
        order.sudo().webshop_check = True
        self.run_actions()
        self.assertEqual(self.documents(order), before)

    def test_refund_of_a_capture(self):
        """Odoo refunds the payment of the capture: the refund is a child of a child."""
        order = self.place(1000)
        child = self.capture(self.reserve(order), 1000)
        self.run_actions()
        self.refund(child, 200)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 200, 0))
        self.assertBalances(a1500="0.00", a1522="800.00")

    def test_refund_seen_before_odoo_has_registered_it(self):
        order = self.place(1000)
        transaction = self.pay(order)
        self.run_actions()
        child = transaction._create_child_transaction(200, is_refund=True)
        child._set_done()
        self.run_actions()
        self.assertEqual(self.documents(order), [("out_invoice", 1000, 0), ("out_refund", 200, 200)])
        self.post_process(child)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 200, 0))

    def test_refund_that_is_not_done_yet(self):
        order = self.place(1000)
        transaction = self.pay(order)
        transaction._create_child_transaction(200, is_refund=True)._set_pending()
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))

    def test_credited_by_hand(self):
        """A credit note made in Odoo: nothing is invoiced again before a person has said what it stands for."""
        self.let_odoo_invoice(True)
        order = self.place(1000)
        transaction = self.pay(order)
        self.run_actions()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=order.invoice_ids.ids)
            .create({"journal_id": order.invoice_ids.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.action_post()
        order.sudo().webshop_check = True
        self.run_actions()
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn(note.name, order.webshop_problem)
        self.assertNeverInvoicedAgain(order)
        self.refund(transaction, 1000)
        order.action_webshop_adopt()
        self.assertEqual(order.webshop_problem or "", "")
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 1000, 0))

    # ------------------------------------------------------------ changed afterwards

    def test_lowered_after_it_was_paid(self):
        order = self.place(700, 300)
        transaction = self.pay(order)
        self.run_actions()
        order.order_line[1].product_uom_qty = 0
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 300, 300))
        self.refund(transaction, 300)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 300, 0))
        self.assertBalances(a1500="0.00", a1522="700.00")

    def test_lowered_before_it_was_invoiced(self):
        """1000 was paid, 700 is invoiced: what was paid too much meets what was given back."""
        order = self.place(700, 300)
        transaction = self.pay(order)
        order.order_line[1].product_uom_qty = 0
        self.refund(transaction, 300)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 700, 0))
        self.assertBalances(a1500="0.00", a1522="700.00")

    def test_raised_after_it_was_paid(self):
        """What came to it is invoiced when it is paid; what was invoiced is left as it is."""
        for is_automatic in (False, True):
            with self.subTest(is_automatic=is_automatic):
                self.let_odoo_invoice(is_automatic)
                order = self.place(1000)
                self.pay(order)
                self.run_actions()
                order.write({"order_line": [Command.create({"product_id": self.coffee.id, "price_unit": 200})]})
                more = order.amount_total - 1000
                self.assertGreater(more, 200)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 1000, 0))
                attempt = self.start_payment(order, more)
                attempt._set_canceled()
                self.post_process(attempt)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 1000, 0))
                self.assertEqual(order.webshop_state, "open")
                self.pay(order, more)
                self.run_actions()
                self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_invoice", more, 0))
                self.assertEqual(order.webshop_state, "done")

    def test_called_off_after_it_was_paid(self):
        order = self.place(1000)
        transaction = self.pay(order)
        self.run_actions()
        order._action_cancel()
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 1000, 1000))
        self.refund(transaction, 1000)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 1000, 0))
        self.assertBalances(a1500="0.00", a1522="0.00")

    # ------------------------------------------------------------ left to Odoo

    def test_test_payments_are_left_alone(self):
        self.payment_provider.state = "test"
        order = self.place(1000)
        self.pay(order)
        self.run_actions()
        self.assertFalse(order.webshop_id)
        self.assertEqual((order.state, order.invoice_ids.ids), ("sale", []))

    def test_attempt_that_was_called_off(self):
        """Confirmed by a salesperson after the buyer gave up paying online: an order like any other."""
        order = self.place(1000)
        attempt = self.start_payment(order)
        attempt._set_canceled()
        self.post_process(attempt)
        order.action_confirm()
        self.run_actions()
        self.assertFalse(order.webshop_id)
        self.assertEqual((order.state, order.invoice_status), ("sale", "to invoice"))

    def test_orders_before_the_start(self):
        old, new = self.place(1000), self.place(1000)
        self.pay(old)
        self.pay(new)
        self.shop.start_date = "2026-03-02"
        # in Norway the day begins at 23 o'clock in UTC
        old.date_order, new.date_order = "2026-03-01 22:59:59", "2026-03-01 23:00:00"
        self.run_actions()
        self.assertFalse(old.webshop_id)
        self.assertEqual(new.webshop_id, self.shop)

    def test_down_payment(self):
        """An order that is paid in instalments is invoiced in Odoo."""
        self.let_odoo_invoice(True)
        order = self.place(1000, require_payment=True, prepayment_percent=0.3)
        self.pay(order, 300)
        self.assertEqual(order.state, "sale")
        self.run_actions()
        self.assertFalse(order.webshop_id)
        self.assertEqual(order.invoice_ids.mapped("amount_total"), [300])

    def test_down_payment_that_is_not_invoiced(self):
        order = self.place(1000, require_payment=True, prepayment_percent=0.3)
        self.pay(order, 300)
        self.run_actions()
        self.assertFalse(order.webshop_id)

    def test_down_payment_of_an_order_we_have(self):
        self.socks.sudo().invoice_policy = "delivery"
        order = self.place(1000)
        self.reserve(order)
        self.run_actions()
        self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": [Command.set(order.ids)], "advance_payment_method": "percentage", "amount": 30}
        ).create_invoices()
        order.invoice_ids.action_post()
        order.sudo().webshop_check = True
        self.run_actions()
        self.assertEqual(order.webshop_state, "waiting")
        self.assertIn("down payment", order.webshop_problem)
        self.assertEqual(self.documents(order), [("out_invoice", 300, 300)])
        order.order_line.filtered(lambda line: not line.is_downpayment).qty_delivered = 1
        self.assertEqual(order._create_invoices(final=True).amount_total, 700, "Odoo goes on")

    def test_methods_left_out(self):
        self.shop.excluded_methods = f"local_pickup, {self.env.ref('payment.payment_method_unknown').code.upper()}"
        order = self.place(1000)
        self.pay(order)
        self.run_actions()
        self.assertFalse(order.webshop_id)

    def test_several_orders_paid_at_once(self):
        """Nothing tells how much of the payment is whose."""
        orders = self.place(1000) | self.place(500)
        orders.action_confirm()
        self.pay(orders[0], 1500, sale_order_ids=[Command.set(orders.ids)])
        self.run_actions()
        self.assertFalse(orders.webshop_id)

    def test_other_orders(self):
        """Orders that were never paid online, and those of another company, are none of this shop's."""
        order = self.place(1000)
        order.action_confirm()
        self.run_actions()
        self.assertFalse(order.webshop_id)
        self.assertTrue(order._create_invoices())

    def test_left_out_by_a_person(self):
        order = self.place(1000)
        self.reserve(order)
        self.run_actions()
        order.action_webshop_leave_out()
        self.capture(order.transaction_ids.sudo(), 1000)
        self.run_actions()
        self.assertFalse(order._get_webshop_moves())
        self.assertEqual(order.webshop_state, "left_out")

    # ------------------------------------------------------------ the settlement

    def test_settled_by_the_order_and_by_the_provider(self):
        """A settlement row with the transaction's reference, or the provider's, meets the payment Odoo registered."""
        orders = [self.place(1000), self.place(500)]
        transactions = [self.pay(order) for order in orders]
        self.run_actions()
        self.assertBalances(a1500="0.00", a1522="1500.00")
        self.settle(
            [
                capture("4410", day(2), transactions[0].reference, "1000.00", "17.50"),
                capture(transactions[1].provider_reference, day(2), "ANNET", "500.00", "8.75"),
                payout("2000001", day(2)),
            ]
        )
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="1473.75", a7772="26.25")
        for transaction in transactions:
            self.assertEqual(transaction.payment_id.state, "paid")
        self.assertEqual([order.invoice_ids.payment_state for order in orders], ["paid", "paid"])

    def test_references(self):
        """Every key a provider may send is known, also those of captures and refunds; the record's number is none."""
        order = self.place(1000)
        transaction = self.reserve(order)
        child = self.capture(transaction, 1000)
        back = self.refund(child, 200)
        self.run_actions()
        values = set(order.settlement_reference_ids.mapped("value"))
        for known in transaction | child | back:
            self.assertIn(known.reference, values)
            self.assertIn(known.provider_reference, values)
        self.assertIn(order.name, values)
        self.assertNotIn(str(order.id), values, "another shop's order may have this number")

    def test_settled_by_the_capture_and_the_refund(self):
        """The provider sends the references of the capture and the refund, which are transactions of their own."""
        order = self.place(1000)
        child = self.capture(self.reserve(order), 1000)
        self.run_actions()
        back = self.refund(child, 200)
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0), ("out_refund", 200, 0))
        self.settle(
            [
                capture("4420", day(2), child.reference, "1000.00", "17.50"),
                refund("4421", day(3), back.reference, "200.00"),
                payout("2000001", day(3)),
            ]
        )
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="782.50", a7772="17.50")
        self.assertEqual([child.payment_id.state, back.payment_id.state], ["paid", "paid"])

    def test_settled_by_the_authorisation(self):
        """Vipps sends the reference the order was reserved under, with its own id of each movement."""
        order = self.place(1000)
        transaction = self.reserve(order)
        child = self.capture(transaction, 1000)
        self.run_actions()
        back = self.refund(child, 200)
        self.run_actions()
        self.settle(
            [
                capture("4430", day(2), transaction.reference, "1000.00", "17.50"),
                refund("4431", day(3), transaction.reference, "200.00"),
                payout("2000001", day(3)),
            ]
        )
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="782.50", a7772="17.50")
        self.assertEqual([child.payment_id.state, back.payment_id.state], ["paid", "paid"])

    def test_settled_after_it_was_called_off(self):
        order = self.place(1000)
        transaction = self.pay(order)
        self.run_actions()
        order._action_cancel()
        back = self.refund(transaction, 1000)
        self.run_actions()
        self.settle(
            [
                capture("4440", day(2), transaction.reference, "1000.00", "17.50"),
                refund("4441", day(3), transaction.reference, "1000.00"),
            ]
        )
        self.assertBalances(a1500="0.00", a1523="0.00", a1522="-17.50", a7772="17.50")
        self.assertEqual([transaction.payment_id.state, back.payment_id.state], ["paid", "paid"])

    # ------------------------------------------------------------ the shop itself

    def test_one_shop_of_odoo_per_company(self):
        with self.assertRaises(UserError):
            self.make_shop("odoo")

    def test_paused(self):
        order = self.place(1000)
        self.pay(order)
        self.shop.action_pause()
        self.run_actions()
        self.assertFalse(order.webshop_id)
        self.shop.action_activate()
        self.run_actions()
        self.assertDocuments(order, ("out_invoice", 1000, 0))

    def test_by_hand(self):
        """The button takes the orders up at once; the scheduled action it wakes does the rest."""
        order = self.place(1000)
        self.pay(order)
        with self.enter_registry_test_mode():
            self.shop.action_fetch()
            self.assertTrue(order.webshop_check)
            self.trigger("ir_cron_webshop_documents")
        self.env.invalidate_all()
        self.assertDocuments(order, ("out_invoice", 1000, 0))
        today = fields.Date.context_today(order.with_context(tz=order._get_time_zone()))
        self.assertEqual(order.invoice_ids.webshop_date, today, "the day in Norway, also around midnight")
