import datetime
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.providers.records import Document, Kind, Settlement, Transaction
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestCurrencies(SettlementCase):
    """Matching compares the original amount; what the rates differ by goes to the exchange accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.dollar = cls.env.ref("base.USD")
        (cls.euro | cls.dollar).sudo().active = True
        cls.env["res.currency.rate"].sudo().create(
            [
                {"currency_id": currency.id, "name": date, "inverse_company_rate": rate, "company_id": cls.company.id}
                for currency, date, rate in (
                    (cls.euro, "2026-03-01", 11.50),
                    (cls.euro, "2026-03-02", 11.60),
                    (cls.dollar, "2026-03-01", 10.00),
                    (cls.dollar, "2026-03-02", 10.10),
                )
            ]
        )

    def settle_rows(self, provider, *rows):
        """Store and book rows that no document of Vipps can have: with an original amount."""
        transactions = tuple(
            Transaction(
                external_id=f"row-{number}",
                kind=Kind.PAYMENT if amount > 0 else Kind.REFUND,
                date=datetime.date(2026, 3, 2),
                amount=Decimal(amount),
                currency=provider.currency_id.name,
                fee=Decimal(fee),
                order_reference=reference,
                amount_original=Decimal(original) if original else None,
                currency_original=currency,
                row=number,
            )
            for number, (reference, amount, fee, original, currency) in enumerate(
                ((reference, Decimal(amount), *rest) for reference, amount, *rest in rows), 1
            )
        )
        document = self.env["account.settlement.document"].sudo()._store(provider, "rows", b"rows", "upload")
        net = sum((row.net for row in transactions), Decimal(0))
        settlements = provider.sudo()._store_settlements(
            Document(
                "vipps",
                "rows",
                (
                    Settlement(
                        "1",
                        provider.currency_id.name,
                        datetime.date(2026, 3, 2),
                        transactions,
                        opening_balance=Decimal(0),
                        payout_amount=net,
                    ),
                ),
            ),
            document,
        )
        settlements.needs_confirmation = False
        settlements._process()
        return settlements

    def test_invoice_in_euro_settled_in_kroner(self):
        """EUR 100 invoiced at 11.50, charged in euro, settled as NOK 1 158.00."""
        invoice = self.invoice(100, "WEB-1", currency_id=self.euro.id)
        self.settle_rows(self.provider, ("WEB-1", "1158.00", "20.00", "100.00", "EUR"))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a8060="-8.00", a1522="1138.00", a7772="20.00", a7740="0.00")

    def test_invoice_in_kroner_settled_in_euro(self):
        """NOK 1 150 invoiced, charged in kroner, settled as EUR 100 on a day at 11.60."""
        provider = self.activate(merchant_id="EUR", currency_id=self.euro.id)
        invoice = self.invoice(1150, "WEB-1")
        settlement = self.settle_rows(provider, ("WEB-1", "100.00", "2.00", "1150.00", "NOK"))
        self.assertEqual(invoice.payment_state, "paid")
        clearing, fee = provider.clearing_account_id.code, provider.fee_account_id.code
        self.assertBalances(a1500="0.00", a8060="-10.00", **{f"a{clearing}": "1136.80", f"a{fee}": "23.20"})
        self.assertEqual(settlement.clearing_residual, 98)

    def test_three_currencies(self):
        """USD 110 invoiced at 10.00, settled as EUR 94 on a day at 11.60: NOK 1 090.40 for NOK 1 100."""
        provider = self.activate(merchant_id="EUR", currency_id=self.euro.id)
        invoice = self.invoice(110, "WEB-1", currency_id=self.dollar.id)
        self.settle_rows(provider, ("WEB-1", "94.00", "0", "110.00", "USD"))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a8160="9.60")

    def test_rounding_is_measured_in_kroner(self):
        """EUR 0.08 is 93 øre and within the limit; EUR 0.09 is more than a krone and is not."""
        provider = self.activate(merchant_id="EUR", currency_id=self.euro.id)
        small = self.invoice(100.08, "WEB-1", currency_id=self.euro.id)
        large = self.invoice(100.09, "WEB-2", currency_id=self.euro.id)
        self.settle_rows(provider, ("WEB-1", "100.00", "0", None, ""), ("WEB-2", "100.00", "0", None, ""))
        self.assertEqual(small.payment_state, "paid")
        self.assertEqual(large.amount_residual, 0.09)
        self.assertBalances(a7740="0.93")

    def test_original_amount_unknown(self):
        """The file does not say what the customer was charged in the invoice's currency: the customer is certain, the
        invoice is not closed, and it says so."""
        invoice = self.invoice(100, "WEB-1", currency_id=self.euro.id)
        settlement = self.settle_rows(self.provider, ("WEB-1", "1158.00", "0", None, ""))
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(settlement.line_ids.partner_id, self.customer)
        self.assertIn("EUR", settlement.line_ids.explanation)
        self.assertTrue(settlement.line_ids.has_difference)

    def test_undone_and_booked_again(self):
        invoice = self.invoice(100, "WEB-1", currency_id=self.euro.id)
        settlement = self.settle_rows(self.provider, ("WEB-1", "1158.00", "20.00", "100.00", "EUR"))
        settlement._reverse("Feil")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertBalances(a1500="1150.00", a8060="0.00", a1522="0.00")
        settlement._process()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", a8060="-8.00", a1522="1138.00")

    def test_unknown_in_euro_is_placed_by_hand(self):
        provider = self.activate(merchant_id="EUR", currency_id=self.euro.id)
        settlement = self.settle_rows(provider, ("UKJENT", "100.00", "0", None, ""))
        invoice = self.invoice(100, "WEB-1", currency_id=self.euro.id)
        settlement.line_ids._assign(invoice, "Samme kunde")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBalances(a1500="0.00", **{f"a{provider.unknown_account_id.code}": "0.00"})


@tagged("post_install", "-at_install")
class TestProviderInEuro(SettlementCase):
    """A provider that settles in euro, and an invoice in kroner."""

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
