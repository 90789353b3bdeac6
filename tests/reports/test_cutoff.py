import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestCutoff(SettlementCase):
    """What crossed the end of March: it happened in one month, and stands in the books of another."""

    def listed(self, today="2026-04-20"):
        self.env.flush_all()
        with freeze_time(f"{today} 12:00:00"):
            rows = self.env["account.settlement.cutoff"].search([("company_id", "=", self.company.id)])
            return [
                (row.cause, row.reference, str(row.date_real), str(row.date_booked), str(row.month_end), row.days)
                for row in rows.sorted(lambda row: (row.cause, row.reference))
            ]

    def test_around_the_end_of_march(self):
        self.invoice(100, "SAME", date="2026-03-10")
        self.invoice(200, "INVOICED-IN-APRIL", date="2026-04-02")
        sale = self.invoice(300, "SOLD-IN-MARCH", date="2026-03-10")
        late = "2026-03-31 22:30:00"  # in UTC: 0:30 on 1 April in Norway
        evening = self.time("2026-03-31 21:30:00")  # 23:30 on 31 March
        settlements = self.settle(
            [
                capture("1", day(10), "SAME", "100.00"),
                capture("2", day(30), "INVOICED-IN-APRIL", "200.00"),
                capture("3", day(10), "SOLD-IN-MARCH", "300.00"),
                capture("4", day(1, 4), "IN-THE-EVENING", "40.00", time=evening),
                capture("5", day(1, 4), "AFTER-MIDNIGHT", "50.00", time=self.time(late)),
                payout("2000001", day(30)),
                refund("6", day(2, 4), "SOLD-IN-MARCH", "300.00"),
                capture("7", day(2, 4), "APRIL", "500.00"),
                payout("2000002", day(2, 4)),
            ]
        ).sorted("date")
        self.refund_of(sale, 300, "2026-04-02")
        self.line_of("6")._retry()
        self.bank_line(settlements[0].payout_amount, "Utb. 2000001 Vippsnr 123455", "2026-04-01")
        settlements._match_bank()
        self.assertEqual(
            self.listed("2026-04-20"),
            [
                ("invoice", "INVOICED-IN-APRIL", "2026-03-30", "2026-04-02", "2026-03-31", 3),
                ("ledger", "IN-THE-EVENING", "2026-03-31", "2026-04-01", "2026-03-31", 1),
                ("payout", "2000001", "2026-03-30", "2026-04-01", "2026-03-31", 2),
                ("refund", "SOLD-IN-MARCH", "2026-03-10", "2026-04-02", "2026-03-31", 23),
            ],
        )
        # A month later the second payout has still not come.
        self.assertIn(
            ("payout", "2000002", "2026-04-02", "False", "2026-04-30", 36),
            self.listed("2026-05-08"),
        )

    def test_moved_by_a_lock_and_matched_later(self):
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        self.settle([capture("1", day(30), "UKJENT", "100.00"), payout("2000001", day(2, 4))])
        line = self.line_of("1")
        self.assertTrue(line.is_late)
        invoice = self.invoice(100, "HERE", date="2026-05-02")
        with freeze_time("2026-05-04 12:00:00"):
            line._assign(invoice, "Samme kunde")
        rows = [row[:5] for row in self.listed("2026-05-05")]
        self.assertIn(("late", "UKJENT", "2026-03-30", "2026-04-01", "2026-03-31"), rows)
        self.assertIn(("placed", "UKJENT", "2026-04-01", "2026-05-02", "2026-04-30"), rows)
        row = self.env["account.settlement.cutoff"].search([("line_id", "=", line.id), ("cause", "=", "late")])
        voucher = line.move_line_ids.move_id.sorted("id")[0]
        self.assertEqual(row.action_open_voucher()["res_id"], voucher.id)
        self.assertEqual(row.action_open_transaction()["res_id"], line.id)

    def test_over_one_month_end_it_is_listed_once(self):
        """Locked away from March to April, where its invoice is too."""
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        self.invoice(100, "APRIL", date="2026-04-02")
        self.settle([capture("1", day(30), "APRIL", "100.00"), payout("2000001", day(2, 4))])
        rows = [row for row in self.listed() if row[1] == "APRIL"]
        self.assertEqual(rows, [("late", "APRIL", "2026-03-30", "2026-04-01", "2026-03-31", 2)])

    def refund_of(self, invoice, amount, date):
        return self.credit_note(amount, invoice.webshop_reference, date=date, reversed_entry_id=invoice.id)

    @staticmethod
    def time(text):
        return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
