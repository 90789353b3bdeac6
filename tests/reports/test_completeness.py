from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import new_order, sent_order

from ..webshops.web_order_case import WebOrderCase

#: The provider tells of a day the morning after, so nothing is missing before that.
TODAY = "2026-03-20 12:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCompleteness(WebOrderCase):
    """What lacks its counterpart, both ways: all of it once, and nothing where nothing is missing."""

    def listed(self, **domain):
        self.env.flush_all()
        rows = self.env["account.settlement.completeness"].search(
            [("company_id", "=", self.company.id), *((name, "=", value) for name, value in domain.items())]
        )
        return rows.sorted(lambda row: (row.cause, row.date, row.id))

    def shipped(self, number):
        """An order that was captured and sent: it has its invoice."""
        return self.told(sent_order(external_id=number, number=number, references=()))

    def reserved(self, number, **values):
        """An order that is neither captured nor sent."""
        return self.told(new_order(external_id=number, number=number, references=(), **values))

    def receive(self, settlement):
        """The bank's line of a payout."""
        text = f"Utb. {settlement.payout_reference} Vippsnr {self.provider.merchant_id}"
        self.bank_line(settlement.payout_amount, text, settlement.payout_date or settlement.date)
        settlement._match_bank()
        self.assertEqual(settlement.state, "paid")

    def test_undisturbed_month(self):
        """Sold, invoiced, paid, paid out, and in the bank: nothing to list."""
        self.shipped("20001")
        settlement = self.settle([capture("1", day(4), "20001", "553.30"), payout("2000001", day(18))])
        self.receive(settlement)
        self.assertFalse(self.listed().mapped("display_name"))

    def test_rich_month(self):
        self.shipped("20001")  # complete: on no list
        self.reserved("20002")
        captured = self.reserved("20003")
        self.invoice(100, "W-UNPAID", invoice_date_due="2026-03-15")
        self.credit_note(40, "W-CREDIT")
        first, second, last = self.settle(
            [
                capture("1", day(4), "20001", "553.30"),
                payout("2000001", day(4)),
                capture("2", day(5), "20003", "553.30"),
                capture("3", day(5), "UKJENT-1", "75.00"),
                refund("4", day(5), "UKJENT-2", "25.00"),
                payout("2000002", day(5)),
                capture("5", day(10), "UKJENT-3", "10.00"),
                payout("2000003", day(10)),
            ]
        ).sorted("date")
        self.receive(first)
        self.bank_line(77, "Vipps: en utbetaling ingen venter", "2026-03-11")
        self.bank_line(12, "Kari Nordmann", "2026-03-11")  # a customer's: not the provider's
        clearing = self.provider.clearing_account_id
        self.bank_line(33, "Innbetaling", "2026-03-12", counterpart_account_id=clearing.id)
        self.book_by_hand(clearing, 5)
        other = self.activate(merchant_id="654321")
        self.settle([capture("9", day(18), "X", "60.00"), payout("2000009", day(18))], other, process=False)
        # What others do past the program: a settlement between these two is gone.
        self.env.cr.execute("UPDATE account_settlement SET opening_balance = 8 WHERE id = %s", [last.id])
        last.invalidate_recordset()

        rows = self.listed()
        self.assertEqual(
            [(row.cause, str(row.date), f"{row.amount:.2f}") for row in rows],
            [
                ("balances_differ", "2026-03-10", "8.00"),
                ("bank_without_payout", "2026-03-11", "77.00"),
                ("bank_without_payout", "2026-03-12", "-33.00"),
                ("captured_not_invoiced", "2026-03-05", "553.30"),
                ("credit_note_not_refunded", "2026-03-01", "-40.00"),
                ("days_missing", "2026-03-11", "0.00"),
                ("entry_without_payout", "2026-03-13", "5.00"),
                ("invoice_not_paid", "2026-03-01", "100.00"),
                ("order_not_invoiced", "2026-03-02", "553.30"),
                ("payment_not_invoiced", "2026-03-05", "75.00"),
                ("payment_not_invoiced", "2026-03-10", "10.00"),
                ("payout_without_bank", "2026-03-05", "603.30"),
                ("payout_without_bank", "2026-03-10", "10.00"),
                ("refund_not_credited", "2026-03-05", "-25.00"),
                ("settlement_not_booked", "2026-03-18", "60.00"),
            ],
        )
        by_cause = rows.grouped("cause")
        missing = by_cause["days_missing"]
        self.assertEqual((missing.provider_id, str(missing.date_to)), (self.provider, "2026-03-18"))
        self.assertEqual(by_cause["order_not_invoiced"].webshop_id, self.shop)
        self.assertEqual(by_cause["payout_without_bank"][0].age, 15)
        self.assertEqual(by_cause["payout_without_bank"].provider_id, self.provider)
        for cause, record in (
            ("captured_not_invoiced", self.line_of("2")),
            ("payout_without_bank", second),
            ("balances_differ", last),
            ("days_missing", self.provider),
        ):
            action = by_cause[cause][0].action_open_record()
            self.assertEqual((action["res_model"], action["res_id"]), (record._name, record.id))
        self.assertEqual(captured, self.line_of("2").sale_order_id)

        stranger = self.of_another_company()
        self.assertFalse(self.env(user=stranger, context={})["account.settlement.completeness"].search([]))

    def book_by_hand(self, account, amount):
        """A journal entry on an account, as a person makes it."""
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-13",
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": amount, "name": "Hånd"}),
                    Command.create({"account_id": self.account("7770").id, "credit": amount}),
                ],
            }
        )
        move.action_post()
        return move

    def of_another_company(self):
        company = self.env(su=True)["res.company"].create({"name": "En annen butikk"})
        return new_test_user(
            self.env(su=True),
            "stranger",
            "settlement_bridge.group_settlement_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
