from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestProposals(SettlementCase):
    """The document that a person probably wants is proposed, with why. It is booked when the person says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "W-1042", "300.00"),
                capture("2", day(2), "W-7777", "120.00"),
                refund("3", day(3), "R-1", "50.00"),
                capture("4", day(3), "SEG", "999.00"),
                payout("1", day(3)),
            ]
        )
        cls.line = cls.line_of(cls, "1")

    def propose(self, lines=None):
        lines = lines if lines is not None else self.settlement.line_ids
        return self.env["settlement.line.propose"].browse(lines.action_propose()["res_id"])

    def test_confirmed(self):
        by_reference = self.invoice(300, "X-W-1042", date="2026-01-01")
        self.invoice(300, "NOE-ANNET", date="2026-03-02")
        by_date = self.invoice(120, "Y", date="2026-03-05")
        note = self.credit_note(50, "Z", date="2026-03-03")
        self.invoice(999, "GAMMEL", date="2025-06-01")
        self.assertBalances(a1523="-1369.00")
        dialog = self.propose(self.settlement.line_ids.filtered(lambda line: line.status == "unknown"))
        self.assertEqual(
            {row.line_id: (row.move_id, row.why) for row in dialog.row_ids},
            {
                self.line: (by_reference, "exactly this amount, the reference X-W-1042"),
                self.line_of("2"): (by_date, "exactly this amount, 3 days apart"),
                self.line_of("3"): (note, "exactly this amount, the same date"),
            },
        )
        self.assertEqual((dialog.without_count, self.line.status), (1, "unknown"), "nothing is booked by proposing")
        dialog.row_ids.filtered(lambda row: row.line_id == self.line_of("2")).is_chosen = False
        answer = dialog.action_confirm()
        self.assertEqual((by_reference.payment_state, by_date.payment_state, note.payment_state),
                         ("paid", "not_paid", "paid"))  # fmt: skip
        self.assertBalances(a1523="-1119.00")
        self.assertIn("Proposal confirmed: exactly this amount, the reference X-W-1042", self.line.explanation)
        self.assertIn("2 transactions", answer["params"]["message"])
        [link] = answer["params"]["links"]
        self.assertIn("active_ids=", link["url"])

    def test_date_that_a_person_chose_is_kept(self):
        """With the proposal, as with what is found and chosen in the list."""
        self.invoice(300, "X-W-1042", date="2026-03-01")
        line = self.line
        dialogs = self.env["settlement.line.assign"]
        dialog = dialogs.create({"line_ids": line.ids, "reason": "Bekreftet", "date": "2026-03-20"})
        dialog.action_match_proposal()
        self.assertEqual(line.move_line_ids.move_id.sorted("id")[-1].date, day(20))

    def test_none_where_two_fit_alike(self):
        """Two invoices of the same amount; two payments for one invoice."""
        self.invoice(300, "A", date="2026-03-02")
        self.invoice(300, "B", date="2026-03-03")
        with self.assertRaisesRegex(UserError, "no proposal"):
            self.propose()
        self.settle([capture("5", day(4), "Q", "120.00"), payout("2", day(4))])
        self.invoice(120, "C", date="2026-03-03")
        with self.assertRaisesRegex(UserError, "no proposal"):
            self.propose(self.line_of("2") | self.line_of("5"))
        self.assertTrue(self.propose(self.line_of("2")).row_ids)

    def test_the_customer_decides(self):
        """Standing on Kari, it is Kari's invoice that is proposed."""
        ola = self.env["res.partner"].create({"name": "Ola Nordmann"})
        self.line._assign(self.customer, "Kari ringte")
        self.invoice(300, "A", partner=ola, date="2026-03-02")
        hers = self.invoice(300, "B", date="2025-12-02")
        [row] = self.propose(self.line).row_ids
        self.assertEqual((row.move_id, row.why), (hers, "exactly this amount, the customer Kari Nordmann"))

    def test_matched_by_somebody_else_in_between(self):
        invoice = self.invoice(300, "A", date="2026-03-02")
        dialog = self.propose(self.line)
        self.line._assign(self.customer, "Kari")
        self.line._assign(invoice, "Jeg var først")
        with self.assertRaisesRegex(UserError, "Nothing of Payment W-1042 is open"):
            dialog.action_confirm()

    def test_number_of_queries(self):
        """As many for four transactions as for one."""
        for amount, date in ((300, 2), (120, 5), (999, 3)):
            self.invoice(amount, "A", date=f"2026-03-0{date}")
        counts = []
        for lines in (self.line, self.settlement.line_ids):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = lines._get_proposals()
            counts.append(self.cr.sql_log_count - before)
            self.assertTrue(found)
        self.assertEqual(len(found), 3)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)

    def test_in_the_dialog_of_one(self):
        other = self.invoice(40, "W-1042-B")
        invoice = self.invoice(300, "X-W-1042", date="2026-01-01")
        action = self.line.action_assign()
        form = Form(self.env["settlement.line.assign"].with_context(**action["context"]))
        self.assertEqual(form.candidate_ids.ids, [invoice.id, other.id])
        self.assertEqual((form.proposal_id, form.proposal_reason),
                         (invoice, "exactly this amount, the reference X-W-1042"))  # fmt: skip
        form.reason = "Som foreslått"
        answer = form.save().action_match_proposal()
        self.assertEqual(invoice.payment_state, "paid")
        voucher = self.line.move_line_ids.move_id.sorted("id")[-1:]
        self.assertEqual(
            answer["params"]["links"], [{"label": voucher.name, "url": f"/odoo/account.move/{voucher.id}"}]
        )
        self.assertIn(invoice.name, answer["params"]["message"])


@tagged("post_install", "-at_install")
class TestBookedTo(SettlementCase):
    """The list says where each transaction stands: document, customer or account."""

    def test_read_off_the_ledger(self):
        invoice = self.invoice(100, "WEB-1")
        settlement = self.settle(
            [
                capture("1", day(2), "WEB-1", "100.00", "2.00"),
                capture("2", day(2), "X", "50.00"),
                capture("3", day(2), "Y", "60.00"),
                capture("4", day(2), "Z", "70.00"),
                payout("1", day(2)),
            ]
        )
        self.line_of("2")._assign(self.customer, "Kari")
        self.line_of("3")._assign(self.account("3000"), "Salg", tax=self.company.account_sale_tax_id)

        def told():
            self.env.invalidate_all()
            return [self.line_of(number).booked_to for number in "1234"]

        account = self.account("3000").with_context(show_account_code=True).display_name
        self.assertEqual(told(), [invoice.name, "Kari Nordmann", account, False])
        fee = settlement.line_ids.filtered(lambda line: line.kind == "fee")
        self.assertIn("7772", fee.booked_to)
        later = self.invoice(50, "SENERE")
        self.line_of("2")._assign(later, "Fakturert siden")
        self.line_of("3")._undo("Feil")
        self.assertEqual(told(), [invoice.name, later.name, False, False])
        settlement._reverse("Prøve")
        self.assertEqual(told(), [False] * 4)
