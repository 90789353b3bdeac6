"""Cases that were booked wrongly once."""

from decimal import Decimal

from odoo.tests import tagged

from .common import SettlementCase
from .vipps_files import Movement, capture, day, payout, refund


@tagged("post_install", "-at_install")
class TestRegressions(SettlementCase):
    def make_euro_provider(self):
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            [
                {
                    "currency_id": euro.id,
                    "name": f"2026-{date}",
                    "inverse_company_rate": rate,
                    "company_id": self.company.id,
                }
                for date, rate in (("03-01", 11.50), ("03-02", 11.60), ("04-01", 12.00))
            ]
        )
        return self.activate(merchant_id="EUR-1", currency_id=euro.id)

    def lines_of(self, provider):
        return self.env["account.settlement.line"].search([("provider_id", "=", provider.id)])

    def test_credit_note_written_by_hand_belongs_to_the_order_it_names(self):
        """It is not linked to the order's lines: order and credit note were two places, and the refund unknown."""
        order = self.order(1000, "WEB-1")
        order._create_invoices().action_post()
        note = self.credit_note(199.60, "web-1")
        self.settle(
            [capture("1", day(2), "WEB-1", "1000.00"), refund("2", day(2), "WEB-1", "200.00"), payout("1", day(2))]
        )
        self.assertEqual(self.line_of("2").sale_order_id, order)
        self.assertEqual(note.amount_residual, 0)
        self.assertBalances(a1500="0.00", a7740="0.40", a1523="0.00", a1522="800.00")

    def test_invoice_written_by_hand_belongs_to_the_order_it_names(self):
        self.order(1000, "WEB-1")
        invoice = self.invoice(1000, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "600.00"), payout("1", day(2))])
        self.assertEqual(invoice.amount_residual, 400)

    def test_other_customers_document_does_not_belong_to_the_order(self):
        """The same reference, but another customer: never guessed."""
        self.order(1000, "WEB-1")
        self.invoice(900, "WEB-1", partner=self.env["res.partner"].create({"name": "Ola Nordmann"}))
        self.settle([capture("1", day(2), "WEB-1", "1000.00"), payout("1", day(2))])
        self.assertEqual(self.line_of("1").status, "unknown")

    def test_unknown_dispute_finds_its_customer_later(self):
        """The order was registered after the dispute: it moves to the customer as a dispute, and is won there."""
        disputed = Movement("retained-disputed-capture", "1", day(5), "WEB-1", Decimal("-1250.00"))
        self.settle([disputed])
        line = self.line_of("1")
        self.assertEqual((line.status, line.is_dispute), ("unknown", False))
        invoice = self.invoice(1250, "WEB-1")
        line._retry()
        self.assertEqual((line.status, line.is_dispute, line.partner_id), ("matched", True, self.customer))
        self.assertEqual(invoice.amount_residual, 1250, "the invoice itself is left alone")
        self.assertBalances(a1523="0.00", a1500="2500.00")
        self.settle([disputed, Movement("returned-disputed-capture", "1", day(9), "WEB-1", Decimal("1250.00"))])
        self.assertFalse(line._get_open_move_lines())
        self.assertBalances(a1522="0.00", a1523="0.00", a1500="1250.00")

    def test_disputed_amount_is_placed_on_the_credit_note(self):
        """The sale is rescinded: a person places the disputed amount, and the credit note is closed by it."""
        self.invoice(1250, "WEB-1")
        self.settle(
            [
                capture("1", day(2), "WEB-1", "1250.00"),
                Movement("retained-disputed-capture", "2", day(5), "WEB-1", Decimal("-1250.00")),
            ]
        )
        note = self.credit_note(1250, "WEB-1")
        self.assertEqual(note.amount_residual, 1250, "no credit note closes a dispute by itself")
        self.line_of("2")._assign(note, "Salget er hevet")
        self.assertEqual(note.amount_residual, 0)
        self.assertTrue(self.line_of("2").is_dispute)
        self.assertBalances(a1500="0.00", a1522="0.00")

    def test_correction_is_placed_by_hand_on_an_invoice(self):
        """A correction of +12 on an invoice of 12: the sign decides, not that it is called a correction."""
        invoice = self.invoice(12, "X")
        self.settle([Movement("correction", "K1", day(2), "", Decimal("12.00"))])
        self.line_of("K1")._assign(invoice, "Manglende frakt")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a1523="0.00")

    def test_undo_of_an_unknown_transaction_writes_no_voucher(self):
        settlement = self.settle([capture("1", day(2), "W-1", "300.00"), payout("1", day(2))])
        self.line_of("1")._undo("Prøver igjen")
        self.assertEqual(len(settlement.move_ids), 1)
        self.assertEqual(self.line_of("1").status, "unknown")

    def test_undo_twice_turns_only_what_stands(self):
        """Placed with rounding, undone, placed again, undone again: the second undo turns one voucher, not two."""
        self.invoice(99.60, "WEB-1")
        settlement = self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])
        line = self.line_of("1")
        line._undo("Feil")
        line._retry()
        self.assertBalances(a1500="0.00", a7740="-0.40", a1523="0.00")
        line._undo("Feil igjen")
        self.assertBalances(a1500="99.60", a7740="0.00", a1523="-100.00")
        last = settlement.move_ids.sorted("id")[-1]
        self.assertEqual(sorted(last.line_ids.mapped("balance")), [-100.0, 0.40, 99.60])

    def test_undo_in_another_currency_than_the_invoice(self):
        """EUR 100 settled for an invoice of 1 150 kroner: the unknown amount is EUR 100, and finds it again."""
        provider = self.make_euro_provider()
        invoice = self.invoice(1150, "WEB-1")
        settlement = self.settle(
            [capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))], provider, process=False
        )
        line = self.lines_of(provider).filtered(lambda line: line.kind == "payment")
        line.sudo().write({"amount_original": 1150, "currency_original_id": self.company.currency_id.id})
        settlement._process()
        self.assertBalances(a1500="0.00", a8060="-10.00")
        line._undo("Feil")
        self.assertBalances(a1500="1150.00", a8060="0.00")
        [unknown] = line._get_open_move_lines()
        self.assertEqual(
            (unknown.amount_currency, unknown.currency_id, unknown.balance), (-100, provider.currency_id, -1160)
        )
        line._retry()
        self.assertEqual((line.status, invoice.amount_residual), ("matched", 0))
        self.assertBalances(a1500="0.00", a8060="-10.00", **{f"a{provider.unknown_account_id.code}": "0.00"})

    def test_unknown_payment_in_euro_finds_an_invoice_in_kroner(self):
        provider = self.make_euro_provider()
        settlement = self.settle(
            [capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))], provider, process=False
        )
        line = self.lines_of(provider).filtered(lambda line: line.kind == "payment")
        line.sudo().write({"amount_original": 1150, "currency_original_id": self.company.currency_id.id})
        settlement._process()
        self.assertEqual(line.status, "unknown")
        invoice = self.invoice(1150, "WEB-1")
        self.assertEqual((line.status, invoice.amount_residual), ("matched", 0))
        self.assertBalances(a1500="0.00", a8060="-10.00", **{f"a{provider.unknown_account_id.code}": "0.00"})

    def test_provider_ids_of_two_providers_are_not_mixed_up(self):
        """Both count from 1: a dispute at one is not about the payment at the other."""
        self.invoice(1250, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "1250.00"), payout("1", day(2))])
        other = self.activate(merchant_id="999999")
        self.settle([Movement("retained-disputed-capture", "1", day(5), "", Decimal("-100.00"))], other)
        self.assertEqual(self.lines_of(other).filtered("amount").status, "unknown")
