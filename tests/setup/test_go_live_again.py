"""Before the first voucher a person begins again: with the documents, the decisions and the agreements that stay."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase
from ..settlements.test_route import CAFE, portal_of_two_units

DAYS = [
    capture("1", day(2), "WEB-1", "100.00"),
    payout("2000001", day(2)),
    capture("2", day(3), "WEB-2", "200.00"),
    payout("2000002", day(3)),
]


@tagged("post_install", "-at_install")
class TestGoLiveAgain(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider._start_shadow()

    def page(self, **values):
        page = self.env["settlement.go.live"].create({"company_id": self.company.id, "provider_id": self.provider.id})
        page.write(values)
        return page

    def by_hand(self, amount, date):
        """A voucher of before, posted: what the provider owes, and a sale. Returns its item on the clearing account."""
        values = [("1522", amount), ("3000", -amount)]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date,
                "line_ids": [
                    Command.create({"account_id": self.account(code).id, "balance": balance})
                    for code, balance in values
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda item: item.account_id == self.provider.clearing_account_id)

    def upload(self, content):
        attachment = self.env["ir.attachment"].create({"name": "portal.csv", "raw": content})
        return self.env["settlement.upload"].create({"attachment_ids": attachment.ids}).action_upload()

    def run_jobs(self, *names):
        for name in names:
            with self.enter_registry_test_mode():
                self.trigger(f"ir_cron_settlement_{name}")
        self.env.invalidate_all()

    # ------------------------------------------------------------ documents of several agreements

    def test_a_report_of_two_sales_units_is_read_again_for_the_one_started_over(self):
        cafe = self.activate(merchant_id=CAFE)
        self.upload(portal_of_two_units())
        document = self.provider.settlement_ids.document_ids
        booked = cafe.settlement_ids
        self.assertEqual((booked.state, self.provider.settlement_ids.state), ("booked", "new"))
        self.page().action_start_over()
        self.assertEqual((document.state, document.settlement_ids), ("waiting", booked))
        self.assertIn(vipps_files.MSN, document.error_message)
        self.run_jobs("ingest", "process")
        self.assertEqual(cafe.settlement_ids.move_ids, booked.move_ids)

        self.provider._start_shadow()
        self.assertEqual(self.provider.settlement_ids.payout_amount, 98)
        self.assertEqual((document.state, document.error_message), ("done", False))
        self.assertEqual((cafe.settlement_ids, booked.state), (booked, "booked"))

        self.page().action_start_over()
        self.upload(portal_of_two_units())
        self.assertFalse(self.provider.settlement_ids)
        self.provider._start_shadow()
        self.upload(portal_of_two_units())
        self.page(start_date=False).action_go_live()
        self.provider.settlement_ids._process()
        self.assertEqual(self.provider.settlement_ids.mapped("state"), ["booked"])
        self.assertEqual(len(booked.move_ids), 1)

    def test_what_waits_for_another_agreement_goes_on_waiting(self):
        self.upload(portal_of_two_units())
        document = self.provider.settlement_ids.document_ids
        self.assertEqual(document.state, "waiting")
        page = self.page()
        page.action_start_over()
        self.assertEqual(document.state, "waiting")
        cafe = self.activate(merchant_id=CAFE)
        self.assertEqual(cafe.settlement_ids.payout_amount, 900)
        self.assertEqual(document.state, "waiting", "the shop's part still waits")
        provider = self.provider
        page.action_remove_provider()
        self.assertFalse(provider.exists())
        self.assertEqual(document.settlement_ids, cafe.settlement_ids)
        again = self.activate(merchant_id=vipps_files.MSN)
        self.assertEqual(again.settlement_ids.payout_amount, 98)

    def test_documents_of_keys_that_two_agreements_share_stay(self):
        """Fetching goes on where it stopped, so what was fetched is kept, and is read again."""
        cafe = self.activate(merchant_id=CAFE)
        connection = self.provider.sudo().connection_id
        cafe.sudo().connection_id = connection
        connection.fetch_cursor = {"302321": "2026-03-20"}
        for name, content in vipps_files.as_api_bundles(DAYS):
            self.env["account.settlement.document"].sudo()._store(connection, name, content, source="fetch")
        self.run_jobs("ingest")
        documents = self.provider.settlement_ids.document_ids
        self.assertEqual(len(self.provider.settlement_ids), 2)
        self.page().action_start_over()
        self.assertEqual(connection.fetch_cursor, {"302321": "2026-03-20"})
        self.assertEqual(documents.exists(), documents)
        self.provider._start_shadow()
        self.assertEqual(len(self.provider.settlement_ids), 2)
        self.provider.start_date = "2026-03-03"
        self.assertEqual(len(self.provider.settlement_ids), 1)
        self.assertTrue(connection.fetch_cursor)
        self.provider.start_date = "2026-02-01"
        self.assertFalse(connection.fetch_cursor, "days that were never asked for are asked for")
        provider = self.provider
        self.page().action_remove_provider()
        self.assertFalse(provider.exists())

    # ------------------------------------------------------------ decisions and signatures

    def exclude_first(self):
        """Live, but nothing booked yet: a person excludes what an entry by hand has booked."""
        item = self.by_hand(100, "2026-03-02")
        self.settle(DAYS, process=False)
        self.page(start_date=False).action_go_live()
        self.line_of("1")._exclude("Bokført for hånd", item)
        return item

    def test_what_a_person_excluded_stays_excluded_with_another_start_date(self):
        item = self.exclude_first()
        self.provider.start_date = "2026-03-01"
        line = self.line_of("1")
        self.assertEqual((line.status, line.exclusion_reason), ("excluded", "Bokført for hånd"))
        self.assertEqual(item.settlement_clearing_id, line.settlement_id)
        self.provider.start_date = "2026-03-03"
        self.assertFalse(self.line_of("1") or item.settlement_clearing_id)

    def test_started_over_although_something_was_excluded(self):
        item = self.exclude_first()
        provider, page = self.provider, self.page()
        page.action_start_over()
        self.assertEqual((provider.state, item.settlement_clearing_id.ids), ("draft", []))
        page.action_remove_provider()
        self.assertFalse(provider.exists())

    def test_a_signed_month_stays(self):
        self.settle(DAYS, process=False)
        page = self.page(start_date=False)
        page.action_go_live()
        closings = self.env["account.settlement.closing"]
        closings.action_open_closings()
        month = closings.search([("provider_id", "=", self.provider.id)], order="month", limit=1)
        with self.env.cr.savepoint() as savepoint:
            provider = self.provider
            page.action_remove_provider()
            self.assertFalse(provider.exists() or month.exists(), "what nobody signed goes with it")
            savepoint.rollback()
            self.env.invalidate_all()
        month.comment = "Bokføres for hånd"
        month.action_sign()
        for refused in (
            page.action_start_over,
            page.action_remove_provider,
            lambda: self.provider.write({"start_date": "2026-03-03"}),
        ):
            with self.subTest(refused), self.assertRaisesRegex(UserError, "is signed"):
                refused()

    def test_the_first_day_stays_once_something_is_booked(self):
        self.settle(DAYS, process=False)
        self.page(start_date="2026-03-03").action_go_live()
        self.provider.settlement_ids._process()
        with self.assertRaisesRegex(UserError, "has vouchers"):
            self.provider.start_date = "2026-03-01"
        self.provider.write({"start_date": "2026-03-03", "sequence": 5})

    def test_after_starting_over_it_goes_live_by_the_page_alone(self):
        self.page().action_start_over()
        action = self.provider.action_resume()
        self.assertEqual(action["res_model"], "settlement.go.live")
        self.provider.action_pause()
        self.assertEqual(self.provider.state, "draft")

    def test_keys_of_which_one_agreement_is_in_its_shadow_month(self):
        """Pausing the keys pauses what is live; nothing of the other is booked anyway."""
        cafe = self.activate(merchant_id=CAFE)
        connection = self.provider.sudo().connection_id
        cafe.sudo().connection_id = connection
        connection.with_env(self.env).action_pause()
        self.assertEqual((cafe.state, self.provider.state), ("paused", "shadow"))
        with self.assertRaisesRegex(UserError, "shadow month"):
            self.provider.action_pause()

    def test_what_is_done_one_by_one_says_so(self):
        settlements = self.settle(DAYS, process=False)
        for refused in (settlements.action_accept, settlements.line_ids.action_accept_proposal):
            with self.subTest(refused), self.assertRaisesRegex(UserError, "Choose one"):
                refused()

    # ------------------------------------------------------------ from before

    def test_opening_items_are_from_before_the_start(self):
        first, second = self.by_hand(500, "2026-02-25"), self.by_hand(77, "2026-03-02")
        page = self.page(start_date="2026-03-03")
        page.action_set_start_date()
        page.action_accept_opening()
        completeness = self.env["account.settlement.completeness"]
        self.env.flush_all()
        listed = [("res_id", "in", (first | second).move_id.ids), ("cause", "=", "entry_without_payout")]
        self.assertFalse(completeness.search_count(listed))
        self.assertEqual((first | second).settlement_opening_id, self.provider)
        self.provider.start_date = "2026-03-01"
        self.assertEqual((first.settlement_opening_id, second.settlement_opening_id.ids), (self.provider, []))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(completeness.search(listed).res_id, second.move_id.id)

    def of_balance(self, *since):
        """500.00 from before, booked by hand, and paid out on the 2nd with what came since."""
        item = self.by_hand(500, "2026-02-25")
        rows = vipps_files.portal_table([*since, payout("2000000", day(2))], opening=Decimal(500))
        page = self.page(start_date="2026-03-01")
        page.action_set_start_date()
        self.upload(vipps_files.csv_text(rows).encode())
        return item, page

    def test_a_payout_of_the_opening_balance_awaits_the_bank(self):
        item, page = self.of_balance()
        page.action_accept_opening()
        page.action_go_live()
        settlement = self.provider.settlement_ids
        settlement._process()
        self.assertEqual((settlement.state, settlement.bank_state), ("booked", "in_transit"))
        missing = [("res_id", "=", settlement.id), ("cause", "=", "payout_without_bank")]
        self.env.flush_all()
        self.assertEqual(self.env["account.settlement.completeness"].search(missing).amount, 500)
        bank_line = self.bank_line(500, "Utb. 2000000 Vippsnr 123455", "2026-03-03")
        settlement.action_match_bank()
        self.assertEqual((settlement.state, settlement.bank_state), ("paid", "paid"))
        self.assertEqual((item.amount_residual, settlement.bank_line_ids), (0, bank_line))
        self.env.flush_all()
        self.assertFalse(self.env["account.settlement.completeness"].search_count(missing))
        settlement.action_take_back_bank_line()
        self.assertEqual((settlement.state, item.amount_residual), ("booked", 500))

    def test_opening_items_accepted_after_the_bank_line_came(self):
        item, page = self.of_balance(capture("1", day(2), "WEB-1", "100.00"))
        page.action_go_live()
        settlement = self.provider.settlement_ids
        settlement._process()
        self.bank_line(600, "Utb. 2000000 Vippsnr 123455", "2026-03-03")
        settlement._match_bank()
        self.assertEqual((settlement.bank_state, item.amount_residual), ("over", 500))
        self.assertIn("opening items", settlement.bank_message)
        page.action_accept_opening()
        self.assertEqual((settlement.state, settlement.bank_state, item.amount_residual), ("paid", "paid", 0))
