from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestSummary(SettlementCase):
    """A settlement's vouchers on one page: what an accountant files instead of the 500 lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice(100, "WEB-1")
        cls.invoice(200, "WEB-2")
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "WEB-1", "100.00", "2.00"),
                capture("2", day(2), "WEB-2", "199.40", "3.00"),
                capture("3", day(3), "X", "50.00", "1.00"),
                payout("7", day(3)),
            ]
        )

    def render(self, report, records):
        action = self.env.ref(f"settlement_bridge.action_report_settlement_{report}")
        html, _type = self.env["ir.actions.report"]._render_qweb_html(action, records.ids)
        return " ".join(html.decode().split())

    def test_sums_are_those_of_the_journal_items(self):
        summary = self.settlement._get_summary()
        self.assertAlmostEqual(summary["net"], self.settlement.amount_net)
        self.assertAlmostEqual(summary["net"], 343.40)
        self.assertEqual(len(summary["vouchers"]), 2)
        for row in summary["accounts"]:
            items = self.settlement.move_ids.line_ids.filtered(
                lambda item, row=row: (
                    item.account_id == row["account"]
                    and dict(item._fields["settlement_role"]._description_selection(self.env))[item.settlement_role]
                    == row["role"]
                )
            )
            self.assertEqual(len(items), row["count"])
            self.assertAlmostEqual(sum(items.mapped("debit")), row["debit"])
            self.assertAlmostEqual(sum(items.mapped("credit")), row["credit"])
        self.assertEqual(sum(row["count"] for row in summary["accounts"]), len(self.settlement.move_ids.line_ids))
        self.assertAlmostEqual(summary["debit"], summary["credit"])

    def test_one_page_with_vouchers_and_document(self):
        page = self.render("summary", self.settlement)
        for said in (*self.settlement.move_ids.mapped("name"), self.settlement.document_ids[0].sha256, "1522", "7772"):
            self.assertIn(said, page)
        self.assertEqual(page.count('class="page"'), 1)

    def test_one_voucher(self):
        last = self.settlement.move_ids.sorted("date")[-1]
        summary = self.settlement._get_summary(last)
        self.assertEqual([(row["count"], row["amount"]) for row in summary["transactions"]], [(1, 50.0), (1, -1.0)])
        self.assertEqual(summary["debit"], 50.0)
        self.assertIn(last.name, self.render("voucher_summary", last))
        with self.assertRaisesRegex(UserError, "not a settlement's voucher"):
            self.render("voucher_summary", self.invoice(10))
