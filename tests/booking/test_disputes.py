from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestDisputes(SettlementCase):
    """A disputed payment stays a dispute, and the invoice is left alone."""

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

    def test_provider_ids_of_two_providers_are_not_mixed_up(self):
        """Both count from 1: a dispute at one is not about the payment at the other."""
        self.invoice(1250, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "1250.00"), payout("1", day(2))])
        other = self.activate(merchant_id="999999")
        self.settle([Movement("retained-disputed-capture", "1", day(5), "", Decimal("-100.00"))], other)
        self.assertEqual(self.lines_of(other).filtered("amount").status, "unknown")
