import io
import random
import re
from unittest.mock import patch

from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestAccountProof(SettlementCase, HttpCase):
    """The page on which the accountant proves the accounts, prints them and signs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice(100, "W-1")
        cls.settle(
            [
                capture("1", day(2), "W-1", "100.00", "2.00"),
                capture("2", day(2), "UKJENT-2", "75.00"),
                payout("2000001", day(3)),
                capture("3", day(4), "UKJENT-3", "50.00", "1.00"),
                refund("4", day(5), "UKJENT-4", "10.00"),
            ]
        )
        cls.by_hand = cls.env["account.move"].create(
            {
                "date": day(5),
                "line_ids": [
                    (0, 0, {"account_id": account.id, "balance": balance, "name": "Fra Tripletex"})
                    for account, balance in (
                        (cls.provider.clearing_account_id, 20),
                        (cls.provider.unknown_account_id, -20),
                    )
                ],
            }
        )
        cls.by_hand.action_post()

    def open_page(self, date):
        action = self.provider.action_open_proof_of_accounts(date)
        return self.env[action["res_model"]].browse(action["res_id"])

    def rows(self, page, level="item"):
        return page.line_ids.filtered(lambda row: row.level == level)

    def test_every_part_is_one_click_from_where_it_comes_from(self):
        page = self.open_page(day(5))
        self.assertTrue(page.is_proven)
        self.assertEqual(
            [(row.name, row.amount) for row in self.rows(page, "account")],
            [("1522 Vipps oppgjør", 232.0), ("1523 Vipps ukjente transaksjoner", -135.0)],
        )
        self.assertEqual(
            [(row.kind, row.reference, row.amount) for row in self.rows(page)],
            [
                ("in_transit", "2000001", 173.0),
                ("not_paid_out", "", 39.0),
                ("by_others", self.by_hand.name, 20.0),
                ("unknown", "UKJENT-2", -75.0),
                ("unknown", "UKJENT-3", -50.0),
                ("unknown", "UKJENT-4", 10.0),
                ("by_others", self.by_hand.name, -20.0),
            ],
        )
        payout_row, _run, by_hand, unknown = self.rows(page)[:4]
        settlement = self.provider.settlement_ids.filtered(lambda one: one.external_id == "2000001")
        self.assertEqual((payout_row.action_open()["res_model"], payout_row.action_open()["res_id"]),
                         ("account.settlement", settlement.id))  # fmt: skip
        self.assertEqual(payout_row.document_ids, settlement.document_ids)
        self.assertEqual(payout_row.sha256, ", ".join(settlement.document_ids.sorted("id").mapped("sha256")))
        self.assertEqual(unknown.action_open()["res_id"], self.line_of("2").id)
        self.assertIn("No order or invoice has the reference UKJENT-2", unknown.name)
        self.assertEqual(by_hand.action_open()["res_model"], "account.move.line")
        self.assertEqual((unknown.date, unknown.age), (day(2), 3))
        [held] = self.rows(page, "held")
        self.assertEqual((held.amount, held.is_wrong), (39.0, False))

    def test_from_month_end_to_month_end(self):
        page = self.open_page(day(5))
        page.action_previous_month_end()
        self.assertEqual((page.date, self.rows(page).ids), (day(28, 2), []))
        page.action_next_month_end()
        self.assertEqual((page.date, len(self.rows(page)) > 6), (day(31), True))
        page.date = day(3)
        self.assertFalse(page.is_shown, "the rows are those of another day")
        page.action_show()
        self.assertEqual(self.rows(page).filtered(lambda row: row.kind == "in_transit").amount, 173)

    def test_whoever_sees_only_the_page_can_say_why_each_journal_item_is_there(self):
        """Of 50 journal items of the accounts, drawn at random over a month: each that is open has its row."""
        self.settle(
            [
                capture("1", day(2), "W-1", "100.00", "2.00"),
                capture("2", day(2), "UKJENT-2", "75.00"),
                payout("2000001", day(3)),
                capture("3", day(4), "UKJENT-3", "50.00", "1.00"),
                refund("4", day(5), "UKJENT-4", "10.00"),
                *(capture(str(place), day(6 + place % 9), f"U-{place}", f"{place}.00") for place in range(10, 70)),
            ]
        )
        page = self.open_page(day(20))
        accounts = self.provider.clearing_account_id | self.provider.unknown_account_id
        items = self.env["account.move.line"].search(
            [("account_id", "in", accounts.ids), ("parent_state", "=", "posted"), ("amount_residual", "!=", 0)]
        )
        drawn = random.Random(14).sample(items.ids, 50)
        for item in self.env["account.move.line"].browse(drawn):
            rows = self.rows(page).filtered(lambda row, item=item: item in row.item_ids)
            self.assertEqual(len(rows), 1, item.name)
            named = [item.move_id.settlement_id.external_id, item.move_id.name, item.settlement_line_ids.order_reference
                     if item.settlement_role == "unknown" else None]  # fmt: skip
            self.assertTrue(
                any(name and name in f"{rows.reference} {rows.name}" for name in named) or rows.kind == "not_paid_out",
                (item.name, rows.name),
            )
            if item.settlement_role == "unknown":
                self.assertIn(item.settlement_line_ids.provider_reference, rows.name)
                self.assertEqual(rows.action_open()["res_id"], item.settlement_line_ids.id)

    def test_what_somebody_changed_by_sql_is_not_explained(self):
        self.env.flush_all()
        item = self.provider.settlement_ids.clearing_line_ids.filtered(lambda one: one.date == day(4))
        changed = "UPDATE account_move_line SET balance = balance + 5, amount_currency = balance + 5 WHERE id = %s"
        self.env.cr.execute(changed, [item.id])
        self.env.invalidate_all()
        page = self.open_page(day(5))
        self.assertFalse(page.is_proven)
        wrong = page.line_ids.filtered("is_wrong")
        self.assertEqual([(row.level, row.amount) for row in wrong][:2], [("item", 39.0), ("difference", 5.0)])

    def test_what_cannot_be_proven_is_refused_in_words(self):
        page = self.open_page(day(5))
        for date, said in (("2999-01-31", "has not come yet"), ("0001-01-01", "too long ago")):
            page.date = date
            with self.assertRaisesRegex(UserError, said):
                page.action_show()
            with self.assertRaisesRegex(UserError, said):
                page.action_previous_month_end()
        with self.assertRaisesRegex(UserError, "is not a date"):
            self.provider.action_open_proof_of_accounts("31.3.")
        page.write({"date": day(5), "account_id": self.account("7770").id})
        page.action_show()
        self.assertEqual((page.is_proven, page.is_empty, len(page.line_ids)), (False, True, 0))

    def test_text_with_control_characters(self):
        """From a shop or a bank, in references and texts: files are written all the same, without them."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_settlement_line SET order_reference = E'UK\x0bJENT', provider_text = E'Hva\x01 er dette' "
            "WHERE order_reference = 'UKJENT-2'"
        )
        self.env.cr.execute("UPDATE account_move_line SET name = E'Fra\x0b Trip\x1fletex' WHERE move_id = %s",
                            [self.by_hand.id])  # fmt: skip
        self.env.invalidate_all()
        page = self.open_page(day(5))
        self.assertIn("UK JENT", self.rows(page).mapped("reference"))
        values = [cell.value for sheet in load_workbook(io.BytesIO(page._get_xlsx())) for row in sheet for cell in row]
        self.assertIn("UK JENT", values)
        html = str(self.env["ir.qweb"]._render("settlement_bridge.settlement_account_proof_page", {"doc": page}))
        self.assertNotRegex(html, "[\x0b\x01\x1f]")

    def test_workbook_says_which_part_is_wrong(self):
        self.env.flush_all()
        item = self.line_of("2").move_line_ids.filtered(lambda one: one.settlement_role == "unknown")
        self.env.cr.execute("UPDATE account_move_line SET balance = -80 WHERE id = %s", [item.id])
        self.env.invalidate_all()
        page = self.open_page(day(5))
        [wrong] = self.rows(page).filtered("is_wrong")
        self.assertEqual((wrong.reference, wrong.amount), ("UKJENT-2", -75.0))
        self.assertIn("The ledger has", wrong.name)
        sheet = load_workbook(io.BytesIO(page._get_xlsx())).worksheets[1]
        [row] = [row for row in sheet.iter_rows() if row[2].value == "UKJENT-2"]
        self.assertEqual((row[3].value, row[4].font.color.rgb), (wrong.name, "00B00020"))

    def test_workbook_has_numbers_and_days(self):
        book = load_workbook(io.BytesIO(self.open_page(day(5))._get_xlsx()))
        sheet = book.worksheets[0]
        self.assertEqual(sheet.title, "1522 Vipps oppgjør")
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        facts = {row[0]: row[1] for row in rows if row[0] and row[1]}
        self.assertEqual(facts["Company"], self.company.name)
        self.assertEqual(facts["At the end of"].date(), day(5))
        [row] = [row for row in rows if row[2] == "2000001"]
        self.assertEqual((row[1].date(), row[4]), (day(3), 173))
        self.assertRegex(row[9], r"^[0-9a-f]{64}")
        self.assertEqual({row[0]: row[4] for row in rows if row[0] in ("Explained", "Not explained")},
                         {"Explained": 232, "Not explained": 0})  # fmt: skip

    def test_downloads(self):
        """By who opened the page; where nothing writes PDF, it is said what to install."""
        page = self.open_page(day(5))
        pdf = type(self.env["settlement.account.proof.pdf"])
        self.authenticate(self.accountant.login, self.accountant.login)
        with patch.object(pdf, "_find_engine", lambda _self: None):
            with self.assertRaisesRegex(UserError, "apt install wkhtmltopdf"):
                page.action_print()
            answer = self.url_open(f"/settlement/proof/{page.id}.pdf")
            self.assertEqual((answer.status_code, "wkhtmltopdf" in answer.text), (409, True))
        answer = self.url_open(page.action_export()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("spreadsheetml", answer.headers["Content-Type"])
        self.settlement_user("somebody_else")
        self.authenticate("somebody_else", "somebody_else")
        self.assertEqual(self.url_open(f"/settlement/proof/{page.id}.xlsx").status_code, 404)

    def test_printed(self):
        """By the library that is always there in development; what the report engine gets is the same page."""
        page = self.open_page(day(5))
        html = self.env["ir.actions.report"]._render_qweb_html(
            "settlement_bridge.report_settlement_account_proof", page.ids
        )[0].decode()  # fmt: skip
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
        for part in (self.company.name, "1522 Vipps oppgjør", "03/05/2026", "232.00", "2000001", self.accountant.name,
                     "Date and signature:"):  # fmt: skip
            self.assertIn(part, text)
        try:
            content = self.env["settlement.account.proof.pdf"]._write_with_weasyprint(page)
        except ImportError:
            self.skipTest("WeasyPrint is not installed")
        self.assertEqual(content[:5], b"%PDF-")
