import json
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.matching.roles import Role
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestReferencePostings(SettlementCase):
    """The worked examples of the accounting reference that concern settlements, with balances written by hand."""

    def test_payment_fee_and_payout(self):
        """Numbers 1 to 4: an invoice, its payment with a fee deducted, and the payout on the bank."""
        invoice = self.invoice(1250, "WEB-1")
        self.assertBalances(a1500="1250.00", a3000="-1250.00")
        settlement = self.settle([capture("1", day(2), "WEB-1", "1250.00", "21.88"), payout("2000001", day(2))])
        self.assertBalances(a1500="0.00", a1522="1228.12", a7772="21.88", a1523="0.00", a7740="0.00")
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(settlement.state, "booked")
        self.assertEqual(settlement.payout_amount, 1228.12)
        self.bank_line(1228.12, "Utb. 2000001 Vippsnr 123455")
        settlement._match_bank()
        self.assertBalances(a1522="0.00", a1921="1228.12")
        self.assertEqual(settlement.state, "paid")

    def test_partial_refund(self):
        """Numbers 5 and 6: a credit note of 500 and its refund."""
        self.invoice(1250, "WEB-1")
        note = self.credit_note(500, "WEB-1")
        self.settle(
            [
                capture("1", day(2), "WEB-1", "1250.00"),
                refund("2", day(2), "WEB-1", "500.00"),
                payout("2000001", day(2)),
            ]
        )
        self.assertBalances(a1500="0.00", a1522="750.00")
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(note.payment_state, "paid")

    def test_unknown_payment_is_identified_later(self):
        """Numbers 7 and 8: a payment nobody knows, placed on its invoice afterwards."""
        self.settle([capture("1", day(2), "W-1042", "300.00"), payout("2000001", day(2))])
        self.assertBalances(a1522="300.00", a1523="-300.00")
        line = self.line_of("1")
        self.assertEqual(line.status, "unknown")
        self.assertIn("W-1042", line.move_line_ids.filtered(lambda item: item.account_id.code == "1523").name)
        invoice = self.invoice(300, "OTHER")
        line._assign(invoice, "Kunden bekreftet per e-post")
        self.assertBalances(a1522="300.00", a1523="0.00", a1500="0.00")
        self.assertEqual(line.status, "resolved")
        self.assertEqual(invoice.payment_state, "paid")

    def test_paid_a_little_too_much(self):
        """Number 9: invoice 1 249.60, paid 1 250.00."""
        self.invoice(1249.60, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "1250.00"), payout("2000001", day(2))])
        self.assertBalances(a1500="0.00", a1522="1250.00", a7740="-0.40")

    def test_paid_a_little_too_little(self):
        """Number 10: invoice 1 249.60, paid 1 249.00."""
        self.invoice(1249.60, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "1249.00"), payout("2000001", day(2))])
        self.assertBalances(a1500="0.00", a1522="1249.00", a7740="0.60")

    def test_difference_above_the_limit_stays_open(self):
        """Number 11: 1.01 is never written off."""
        invoice = self.invoice(1250, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "1248.99"), payout("2000001", day(2))])
        self.assertBalances(a1500="1.01", a1522="1248.99", a7740="0.00")
        self.assertEqual(invoice.payment_state, "partial")
        self.assertTrue(self.line_of("1").has_difference)

    def test_unknown_refund(self):
        """Number 12: a refund nobody knows."""
        self.settle([refund("1", day(2), "W-1", "300.00"), payout("2000001", day(2))])
        self.assertBalances(a1522="-300.00", a1523="300.00")

    def test_captured_before_delivery(self):
        """Number 13: a prepayment, moved against the invoice when it is issued."""
        self.provider.prepayment_account_id = self.account("2900")
        self.account("2900").reconcile = True
        order = self.order(1250, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "1250.00"), payout("2000001", day(2))])
        self.assertBalances(a1522="1250.00", a2900="-1250.00", a1500="0.00")
        self.assertEqual(self.line_of("1").status, "on_account")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertBalances(a1522="1250.00", a2900="0.00", a1500="0.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.line_of("1").status, "matched")

    def test_dispute_with_fee_and_won(self):
        """Numbers 16 and 17: a disputed capture is held back, the dispute is won; the fee is not returned."""
        invoice = self.invoice(1250, "WEB-1")
        movements = [
            capture("1", day(2), "WEB-1", "1250.00"),
            payout("2000001", day(2)),
            Movement("retained-disputed-capture", "1", day(5), "WEB-1", Decimal("-1250.00"), fee=Decimal("200.00")),
        ]
        self.settle(movements)
        self.assertBalances(a1500="1250.00", a7772="200.00", a1522="-200.00")
        self.assertEqual(invoice.amount_residual, 0, "the payment of the invoice is left alone")
        disputed = self.line_of("1").filtered(lambda line: line.kind == "chargeback")
        self.assertTrue(disputed.is_dispute)
        self.assertEqual(disputed.partner_id, self.customer)
        self.assertIn(disputed, invoice._get_settlement_lines())
        self.settle([*movements, Movement("returned-disputed-capture", "1", day(9), "WEB-1", Decimal("1250.00"))])
        self.assertBalances(a1500="0.00", a7772="200.00", a1522="1050.00")
        self.assertFalse(disputed._get_open_move_lines())

    def test_aborted_payout_comes_with_the_next(self):
        """Number 19, before the bank: the payout is aborted, and the money comes with the next one."""
        self.invoice(1250, "WEB-1")
        self.invoice(100, "WEB-2")
        first = self.settle([capture("1", day(2), "WEB-1", "1250.00"), payout("2000001", day(2))])
        settlements = self.settle(
            [
                capture("1", day(2), "WEB-1", "1250.00"),
                payout("2000001", day(2)),
                Movement("payout-aborted", "302321-2000001", day(3), "", Decimal("1250.00")),
                capture("2", day(4), "WEB-2", "100.00"),
                payout("2000002", day(4)),
            ]
        )
        second = settlements - first
        self.assertEqual(first.carried_to_id, second)
        self.assertEqual(second.payout_amount, 1350)
        self.bank_line(1350, "Utb. 2000002 Vippsnr 123455", "2026-03-05")
        settlements._match_bank()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        self.assertBalances(a1522="0.00", a1921="1350.00")

    def test_payout_returned_by_the_bank(self):
        """Number 19: the payout had reached the bank, and went back; the next one brings it again."""
        self.invoice(1250, "WEB-1")
        self.invoice(100, "WEB-2")
        movements = [capture("1", day(2), "WEB-1", "1250.00"), payout("2000001", day(2))]
        first = self.settle(movements)
        self.bank_line(1250, "Utb. 2000001 Vippsnr 123455", "2026-03-03")
        first._match_bank()
        self.assertEqual(first.state, "paid")
        self.bank_line(-1250, "Retur utb. 2000001 Vippsnr 123455", "2026-03-03")
        settlements = self.settle(
            [
                *movements,
                Movement("payout-aborted", "302321-2000001", day(3), "", Decimal("1250.00")),
                capture("2", day(4), "WEB-2", "100.00"),
                payout("2000002", day(4)),
            ]
        )
        self.bank_line(1350, "Utb. 2000002 Vippsnr 123455", "2026-03-05")
        settlements._match_bank()
        self.assertEqual(settlements.mapped("state"), ["paid", "paid"])
        self.assertBalances(a1522="0.00", a1921="1350.00")
        self.assertEqual(settlements.clearing_line_ids.filtered("amount_residual"), self.env["account.move.line"])

    def test_two_currencies(self):
        """Number 18: EUR 100 invoiced at 11.50, settled at 11.60."""
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            [
                {
                    "currency_id": euro.id,
                    "name": "2026-03-01",
                    "inverse_company_rate": 11.50,
                    "company_id": self.company.id,
                },
                {
                    "currency_id": euro.id,
                    "name": "2026-03-02",
                    "inverse_company_rate": 11.60,
                    "company_id": self.company.id,
                },
            ]
        )
        provider = self.activate(merchant_id="EUR-1", currency_id=euro.id)
        invoice = self.invoice(100, "WEB-1", currency_id=euro.id)
        self.assertBalances(a1500="1150.00")
        settlement = self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("2000001", day(2))], provider)
        clearing = provider.clearing_account_id.code
        self.assertBalances(a1500="0.00", a8060="-10.00", **{f"a{clearing}": "1160.00"})
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(settlement.clearing_residual, 100)

    def test_correction_is_a_reversal_and_a_new_voucher(self):
        """Number 20: a settlement is undone and booked again, all linked to the same rows."""
        invoice = self.invoice(1250, "WEB-1")
        settlement = self.settle([capture("1", day(2), "WEB-1", "1250.00", "21.88"), payout("2000001", day(2))])
        voucher = settlement.move_ids
        settlement._reverse("Feil gebyrkonto")
        self.assertBalances(a1500="1250.00", a1522="0.00", a7772="0.00")
        self.assertEqual(settlement.state, "new")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(voucher.state, "posted", "a posted voucher is never edited or deleted")
        self.provider.fee_account_id = self.account("7770")
        settlement._process()
        self.assertBalances(a1500="0.00", a1522="1228.12", a7772="0.00", a7770="21.88")
        self.assertEqual(len(settlement.move_ids), 3)
        self.assertLessEqual(settlement.move_ids, self.line_of("1").filtered("amount").move_line_ids.move_id)


@tagged("post_install", "-at_install")
class TestRoles(SettlementCase):
    def test_journal_items_know_the_roles_that_are_booked(self):
        found = [key for key, _label in self.env["account.move.line"]._fields["settlement_role"].selection]
        self.assertEqual(sorted(found), sorted(str(role) for role in Role if role is not Role.FEE_OWED))


@tagged("post_install", "-at_install")
class TestPlacing(SettlementCase):
    """Every row of the table of what is booked, in an accountant's words."""

    def settle_one(self, *movements):
        return self.settle([*movements, payout("2000001", day(2))])

    def test_order_not_yet_invoiced_stands_on_the_customer(self):
        order = self.order(500, "WEB-1")
        self.settle_one(capture("1", day(2), "WEB-1", "500.00"))
        line = self.line_of("1")
        self.assertEqual((line.status, line.partner_id, line.sale_order_id), ("on_account", self.customer, order))
        self.assertBalances(a1500="-500.00", a1523="0.00")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00")
        self.assertEqual(len(self.line_of("1").settlement_id.move_ids), 1, "reconciled, without another voucher")

    def test_invoice_still_in_draft_is_awaited(self):
        order = self.order(500, "WEB-1")
        invoice = order._create_invoices()
        self.settle_one(capture("1", day(2), "WEB-1", "500.00"))
        self.assertEqual((self.line_of("1").status, self.line_of("1").difference), ("on_account", False))
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")

    def test_surplus_meets_the_next_invoice_of_the_order(self):
        order = self.order(100, "WEB-1")
        order.order_line.product_uom_qty = 2
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.action_post()
        self.settle_one(capture("1", day(2), "WEB-1", "200.00"))
        second = order._create_invoices()
        second.action_post()
        self.assertEqual((first | second).mapped("payment_state"), ["paid", "paid"])
        self.assertEqual(self.line_of("1").status, "matched")

    def test_order_cancelled_after_capture_is_unknown(self):
        order = self.order(500, "WEB-1")
        order._action_cancel()
        self.settle_one(capture("1", day(2), "WEB-1", "500.00"))
        self.assertEqual(self.line_of("1").status, "unknown")
        self.assertIn(order.name, self.line_of("1").explanation)

    def test_invoice_of_a_prepaid_order_differs_by_some_oere(self):
        order = self.order(499.60, "WEB-1")
        self.settle_one(capture("1", day(2), "WEB-1", "500.00"))
        order._create_invoices().action_post()
        self.assertBalances(a1500="0.00", a7740="-0.40")

    def test_several_payments_of_one_invoice(self):
        invoice = self.invoice(1000, "WEB-1")
        self.settle_one(capture("1", day(2), "WEB-1", "600.00"), capture("2", day(2), "WEB-1", "400.00"))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a7740="0.00")

    def test_rounding_waits_for_the_last_capture(self):
        """1 249.60 captured in three parts: the small rest is a capture to come, not a rounding difference."""
        self.invoice(1249.60, "WEB-1")
        self.settle_one(
            capture("1", day(2), "WEB-1", "600.00"),
            capture("2", day(2), "WEB-1", "649.00"),
            capture("3", day(2), "WEB-1", "0.60"),
        )
        self.assertBalances(a1500="0.00", a7740="0.00")

    def test_partial_delivery_is_no_rounding(self):
        """Half of an order is invoiced at 500.50 and captured at 500.00: the rest of the order is still to come."""
        order = self.order(1000, "WEB-1")
        order.order_line.product_uom_qty = 2
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 1
        invoice.invoice_line_ids.price_unit = 500.50
        invoice.action_post()
        self.assertNotEqual(order.invoice_status, "invoiced")
        self.settle_one(capture("1", day(2), "WEB-1", "500.00"))
        self.assertBalances(a1500="0.50", a7740="0.00")
        self.assertFalse(self.line_of("1").has_difference)

    def test_one_payment_of_several_invoices_of_an_order(self):
        order = self.order(100, "WEB-1")
        order.order_line.product_uom_qty = 3
        invoices = self.env["account.move"]
        for quantity in (1, 2):
            invoice = order._create_invoices()
            invoice.invoice_line_ids.quantity = quantity
            invoice.action_post()
            invoices |= invoice
        self.settle_one(capture("1", day(2), "WEB-1", "300.00"))
        self.assertEqual(invoices.mapped("payment_state"), ["paid", "paid"])

    def test_surplus_above_the_limit_stays_on_the_customer(self):
        self.invoice(100, "WEB-1")
        self.settle_one(capture("1", day(2), "WEB-1", "150.00"))
        line = self.line_of("1")
        self.assertBalances(a1500="-50.00", a7740="0.00", a1523="0.00")
        self.assertEqual((line.status, line.difference), ("matched", "excess"))
        self.assertTrue(line.has_difference)

    def test_exactly_one_krone_is_rounding_and_one_oere_more_is_not(self):
        self.invoice(101, "WEB-1")
        self.invoice(101.01, "WEB-2")
        self.settle_one(capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "WEB-2", "100.00"))
        self.assertBalances(a1500="1.01", a7740="1.00")

    def test_lowered_limit_is_respected(self):
        self.provider.rounding_limit = 0.10
        self.invoice(100.40, "WEB-1")
        self.settle_one(capture("1", day(2), "WEB-1", "100.00"))
        self.assertBalances(a1500="0.40", a7740="0.00")
        with self.assertRaises(UserError):
            self.provider.rounding_limit = 1.01

    def test_already_paid_invoice(self):
        """A second payment of the same invoice stands on the customer, and says what paid it the first time."""
        self.invoice(100, "WEB-1")
        settlement = self.settle_one(capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "WEB-1", "100.00"))
        second = self.line_of("2")
        self.assertEqual(second.status, "on_account")
        self.assertBalances(a1500="-100.00")
        movements = [
            capture("1", day(2), "WEB-1", "100.00"),
            capture("2", day(2), "WEB-1", "100.00"),
            payout("2000001", day(2)),
            capture("3", day(3), "WEB-1", "100.00"),
            payout("2000002", day(3)),
        ]
        self.settle(movements)
        self.assertIn(settlement.move_ids.name, self.line_of("3").explanation)

    def test_refund_without_credit_note_awaits_one(self):
        self.invoice(500, "WEB-1")
        self.settle_one(capture("1", day(2), "WEB-1", "500.00"), refund("2", day(2), "WEB-1", "200.00"))
        self.assertEqual(self.line_of("2").status, "on_account")
        self.assertBalances(a1500="200.00")
        note = self.credit_note(200, "WEB-1")
        self.assertEqual(note.payment_state, "paid")
        self.assertEqual(self.line_of("2").status, "matched")
        self.assertBalances(a1500="0.00")

    def test_refund_differs_from_its_credit_note_by_some_oere(self):
        self.credit_note(199.60, "WEB-1")
        self.settle_one(refund("2", day(2), "WEB-1", "200.00"))
        self.assertBalances(a1500="0.00", a7740="0.40", a1522="-200.00")

    def test_credit_note_larger_than_the_refund(self):
        self.credit_note(300, "WEB-1")
        self.settle_one(refund("2", day(2), "WEB-1", "200.00"))
        self.assertBalances(a1500="-100.00", a7740="0.00")
        self.assertTrue(self.line_of("2").has_difference)

    def test_credit_note_made_from_the_invoice_carries_the_reference(self):
        invoice = self.invoice(500, "WEB-1")
        note = invoice._reverse_moves([{"invoice_date": "2026-03-02"}])
        note.action_post()
        self.assertEqual(note.webshop_reference, "WEB-1")

    def test_sale_paid_partly_by_credit_note_reads_paid(self):
        invoice = self.invoice(500, "WEB-1")
        note = self.credit_note(100, "WEB-1")
        (invoice | note).line_ids.filtered(lambda line: line.account_id.code == "1500").reconcile()
        self.settle_one(capture("1", day(2), "WEB-1", "400.00"))
        self.assertEqual(invoice.payment_state, "paid")

    def test_ambiguous_reference_is_never_guessed(self):
        """Two customers' invoices carry the same reference and the same amount: unknown, and both are named."""
        other = self.env["res.partner"].create({"name": "Ola Nordmann"})
        invoices = self.invoice(100, "1042") | self.invoice(100, "1042", partner=other)
        self.settle_one(capture("1", day(2), "1042", "100.00"))
        line = self.line_of("1")
        self.assertEqual(line.status, "unknown")
        for invoice in invoices:
            self.assertIn(invoice.name, line.explanation)

    def test_reference_inside_another_is_not_found(self):
        self.invoice(100, "10011")
        self.settle_one(capture("1", day(2), "1001", "100.00"))
        self.assertEqual(self.line_of("1").status, "unknown")

    def test_reference_written_otherwise(self):
        self.invoice(100, "#web-1001")
        self.settle_one(capture("1", day(2), " WEB-1001", "100.00"))
        self.assertEqual(self.line_of("1").status, "matched")

    def test_attempt_number_counts_only_with_the_exact_amount(self):
        self.invoice(100, "WEB-1001")
        self.invoice(100, "WEB-1002")
        self.settle_one(capture("1", day(2), "WEB-1001-2", "100.00"), capture("2", day(2), "WEB-1002-2", "90.00"))
        self.assertEqual(self.line_of("1").status, "matched")
        self.assertEqual(self.line_of("2").status, "unknown")

    def test_shop_prefix(self):
        self.provider.reference_prefixes = "WEB-, NO-"
        self.invoice(100, "1001")
        self.settle_one(capture("1", day(2), "WEB-1001", "100.00"))
        self.assertEqual(self.line_of("1").status, "matched")

    def test_by_invoice_number_and_kid(self):
        first, second = self.invoice(100), self.invoice(200)
        second.payment_reference = "000123456789012"
        self.settle_one(capture("1", day(2), first.name, "100.00"), capture("2", day(2), "000123456789012", "200.00"))
        self.assertEqual((first | second).mapped("payment_state"), ["paid", "paid"])
        self.assertEqual(
            (self.line_of("1") | self.line_of("2")).rule_id.mapped("key"), ["invoice_number", "payment_reference"]
        )

    def test_child_contact_books_on_the_commercial_partner(self):
        company = self.env["res.partner"].create({"name": "Kunde AS", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Innkjøper", "parent_id": company.id})
        self.order(100, "WEB-1", partner=contact)
        self.settle_one(capture("1", day(2), "WEB-1", "100.00"))
        self.assertEqual(self.line_of("1").partner_id, company)

    def test_correction_and_unknown_type_go_to_the_unknown_account(self):
        self.settle_one(
            Movement("correction", "K1", day(2), "", Decimal("12.00")),
            Movement("brand-new-type", "N1", day(2), "", Decimal("-5.00")),
        )
        self.assertBalances(a1523="-7.00", a1522="7.00")
        self.assertIn("brand-new-type", self.line_of("N1").explanation)

    def test_top_up_gets_no_voucher(self):
        """The merchant pays in: the bank's own line meets the clearing account."""
        self.settle(
            [
                refund("1", day(2), "UKJENT", "100.00"),
                Movement("top-up", "T1", day(3), "", Decimal("100.00")),
            ]
        )
        self.assertBalances(a1522="-100.00", a1523="100.00")
        self.assertFalse(self.line_of("T1").move_line_ids)
        self.assertEqual(self.line_of("T1").status, "matched")

    def gross_day(self):
        """A day under a gross contract: the payment, paid out in full, and its fee, which is told about."""
        self.provider.fee_payable_account_id = self.account("2960")
        self.provider.fee_mode = "gross"
        self.invoice(1000, "WEB-1")
        [(name, content)] = vipps_files.as_api_bundles(
            [capture("1", day(2), "WEB-1", "1000.00", "17.50"), payout("2000001", day(2))]
        )
        bundle = json.loads(content)
        for item in bundle["funds"][0]["items"]:
            if item["entryType"] == "payout-scheduled":
                item.update(amount=-100000, balanceBefore=100000)
        bundle["funds"][0]["items"] = [
            item for item in bundle["funds"][0]["items"] if item["entryType"] != "fees-retained"
        ]
        bundle["fees"][0]["items"] = [item for item in bundle["fees"][0]["items"] if item["entryType"] == "capture-fee"]
        return name, bundle

    def test_gross_contract_books_fees_as_owed(self):
        name, bundle = self.gross_day()
        settlement = self.provider._ingest_file(name, json.dumps(bundle).encode())
        settlement._process()
        self.assertBalances(a1522="1000.00", a7772="17.50", a2960="-17.50", a1500="0.00")
        self.assertEqual(settlement.amount_net, 1000)

    def test_fee_told_before_its_payment_is_owed_once(self):
        name, bundle = self.gross_day()
        early = {**bundle, "funds": [{**bundle["funds"][0], "items": []}]}
        self.provider._ingest_file(f"early {name}", json.dumps(early).encode())._process()
        settlement = self.provider._ingest_file(name, json.dumps(bundle).encode())
        settlement._process()
        self.assertBalances(a1522="1000.00", a7772="17.50", a2960="-17.50", a1500="0.00")


@tagged("post_install", "-at_install")
class TestScheduledBooking(SettlementCase):
    """What the scheduled action does with many settlements, and what runs around a booking."""

    def run_process(self):
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_process")

    def test_settlement_that_fails_never_stops_the_others(self):
        """One provider's fee account was archived: its settlement says so, the other provider's is booked."""
        other = self.activate(merchant_id="654321")
        movements = [capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))]
        failing = self.settle(movements, process=False)
        fine = self.settle(movements, provider=other, process=False)
        self.archive_by_force(self.provider.fee_account_id)
        self.run_process()
        self.assertEqual((failing.state, fine.state), ("error", "booked"))
        self.assertTrue(failing.error_message)
        self.assertFalse(failing.move_ids)
        self.assertTrue(self.provider.activity_ids)
        self.archive_by_force(self.provider.fee_account_id, active=True)
        failing.action_process()
        self.assertEqual(failing.state, "booked")

    def test_settlement_that_somebody_books_right_now(self):
        """Another process holds the settlement: nothing is booked a second time."""
        settlement = self.settle([capture("1", day(2), "X", "100.00"), payout("1", day(2))], process=False)
        with (
            patch.object(type(settlement), "try_lock_for_update", lambda self, **_options: self.browse()),
            self.assertRaises(UserError),
        ):
            settlement.action_process()
        self.assertFalse(settlement.move_ids)

    def test_what_addons_do_with_a_paid_invoice_runs_as_ever(self):
        """The shortcuts that make booking quick do not reach what other addons do when an invoice is paid."""
        self.invoice(100, "WEB-1")
        contexts = []
        AccountMove = type(self.env["account.move"])
        original = AccountMove._invoice_paid_hook

        def hook(moves):
            if moves:
                contexts.append(dict(moves.env.context))
            return original(moves)

        with patch.object(AccountMove, "_invoice_paid_hook", hook):
            self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])
        self.assertTrue(contexts)
        for context in contexts:
            self.assertFalse({"skip_invoice_sync", "tracking_disable"} & context.keys())

    def test_payout_in_a_locked_period_is_not_late(self):
        """It gets no voucher, so there is nothing that could be late; the payment is."""
        self.company.sudo().fiscalyear_lock_date = "2026-03-15"
        settlement = self.settle([capture("1", day(2), "X", "100.00"), payout("1", day(2))])
        late = settlement.line_ids.filtered("is_late")
        self.assertEqual(late.mapped("kind"), ["payment"])
