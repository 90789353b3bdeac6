"""What an accountant reads off the overview's cards, and off the provider's card on Odoo's accounting dashboard."""

import json
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout

from ..common import SettlementCase

#: The days of the test, as its provider pays out every weekday.
WEEK = [payout(f"200000{number}", day(number)) for number in (2, 3, 4, 5, 6)]


@tagged("post_install", "-at_install")
class TestOverview(SettlementCase):
    def card(self, names, user=None):
        """Read a card as the browser does."""
        self.env.invalidate_all()
        [values] = self.provider.with_user(user or self.accountant).web_read({name: {} for name in names})
        return values

    def test_the_clearing_account_in_three_lines_that_add_up(self):
        """300 is on its way, 120 is not paid out, and 50 was put there by hand: the ledger has 470."""
        self.invoice(300, "WEB-1")
        settlements = self.settle(
            [capture("1", day(2), "WEB-1", "300.00"), payout("2000007", day(2)), capture("2", day(3), "X", "120.00")]
        )
        self.entry_on(self.provider.clearing_account_id, 50)
        card = self.card(
            ["transit_amount", "transit_count", "unpaid_amount", "clearing_rest", "clearing_balance", "stray_count"]
        )
        self.assertEqual((card["transit_amount"], card["transit_count"]), (300, 1))
        self.assertEqual((card["unpaid_amount"], card["clearing_rest"], card["clearing_balance"]), (120, 50, 470))
        self.assertEqual(card["stray_count"], 1)
        self.assertEqual(self.provider.transit_since, self.day(2))
        for action, expected in (
            (self.provider.action_open_transit(), 300),
            (self.provider.action_open_not_paid_out(), 120),
        ):
            opened = self.env["account.settlement"].search(action["domain"])
            self.assertEqual(sum(opened.mapped("clearing_residual")), expected)
            self.assertEqual(action["res_id"], opened.id)
        self.bank_line(300, "Utb. 2000007 Vippsnr 123455")
        settlements._match_bank()
        self.assertEqual(self.card(["transit_amount"])["transit_amount"], 0)

    def entry_on(self, account, amount):
        """Somebody's own entry of ``amount`` in debit on an account."""
        move = self.env["account.move"].create(
            {
                "date": "2026-03-04",
                "line_ids": [
                    (0, 0, {"account_id": account.id, "debit": amount}),
                    (0, 0, {"account_id": self.account("7770").id, "credit": amount}),
                ],
            }
        )
        move.action_post()

    def test_unknown_with_one_sign_and_a_word_for_the_side(self):
        self.settle(
            [capture("1", day(2), "X", "120.00"), capture("2", day(3), "Y", "69.00"), payout("2000007", day(3))]
        )
        names = ["unknown_count", "unknown_amount", "unknown_side", "unknown_since", "unknown_rest"]
        card = self.card(names)
        self.assertEqual([card[name] for name in names], [2, 189, "credit", self.day(2), 0])
        self.entry_on(self.provider.unknown_account_id, 9)
        # It is on the account, and is no transaction.
        self.assertEqual(self.card(names)["unknown_rest"], 9)
        self.assertEqual(self.card(names)["unknown_amount"], 189)

    def test_the_next_payout_is_told_only_where_it_is_certain(self):
        movements = []
        for number, paid in zip((2, 3, 4, 5, 6), WEEK, strict=True):
            movements += [capture(f"c{number}", day(number), f"W{number}", "10.00"), paid]
        self.settle(movements)
        with freeze_time("2026-03-07 12:00:00"):
            card = self.card(["next_payout_date", "last_payout_date", "last_payout_amount"])
            self.assertEqual(card["next_payout_date"], self.day(9))
        with freeze_time("2026-03-12 12:00:00"):
            card = self.card(["next_payout_date", "last_payout_date", "last_payout_amount"])
            self.assertFalse(card["next_payout_date"], "it should have come, so nothing is promised")
            self.assertEqual((card["last_payout_date"], card["last_payout_amount"]), (self.day(6), 10))

    def test_nothing_to_do_is_said_only_where_nothing_waits(self):
        """The bank has the payout, the days are here: the card says so. A week later, neither is as it should be."""
        names = ["has_attention", "late_payout_count", "late_payout_amount", "documents_until", "unsigned_count"]
        self.invoice(300, "WEB-1")
        first = [capture("1", day(2), "WEB-1", "300.00"), payout("2000007", day(2))]
        settlements = self.settle(first)
        self.bank_line(300, "Utb. 2000007 Vippsnr 123455")
        settlements._match_bank()
        until = max(settlements.mapped("complete_to"))
        with freeze_time(f"{until} 12:00:00"):
            self.assertEqual(list(self.card(names).values())[1:], [False, 0, 0, False, 0])
        self.invoice(80, "WEB-2")
        self.settle([*first, capture("2", day(3), "WEB-2", "80.00"), payout("2000008", day(3))])
        with freeze_time("2026-03-10 12:00:00"):
            card = self.card([*names, "transit_amount"])
            self.assertEqual((card["late_payout_count"], card["transit_amount"]), (0, 80), "seven days are usual")
        with freeze_time("2026-03-11 12:00:00"):
            card = self.card(names)
            self.assertEqual((card["late_payout_count"], card["late_payout_amount"]), (1, 80))
            self.assertTrue(card["has_attention"])
            action = self.provider.action_open_late_payouts()
            found = self.env["account.settlement"].search(action["domain"])
            self.assertEqual(found.mapped("external_id"), ["2000008"])
        until = max(self.provider.settlement_ids.mapped("complete_to"))
        self.assertEqual(card["documents_until"], until)

    def test_months_nobody_has_signed_are_on_the_card(self):
        """March is the last month in April, and waits for its signature in May."""
        self.settle([capture("1", day(2), "WEB-1", "300.00"), payout("2000007", day(2))])
        with freeze_time("2026-04-10 12:00:00"):
            self.env["account.settlement.closing"]._create_missing()
            self.assertEqual(self.card(["unsigned_count"])["unsigned_count"], 0)
        with freeze_time("2026-05-10 12:00:00"):
            self.env["account.settlement.closing"]._create_missing()
            card = self.card(["unsigned_count", "unsigned_since", "has_attention"])
            self.assertEqual((card["unsigned_count"], card["unsigned_since"]), (1, self.day(1)))
            self.assertTrue(card["has_attention"])
            action = self.provider.action_open_unsigned()
            self.assertEqual(self.env["account.settlement.closing"].search_count(action["domain"]), 1)

    def test_an_undecided_chargeback_is_on_the_card(self):
        self.invoice(300, "WEB-1")
        taken_back = Movement("retained-disputed-capture", "1", day(3), "WEB-1", Decimal("-300.00"))
        self.settle([capture("1", day(2), "WEB-1", "300.00"), taken_back])
        self.assertEqual(self.card(["dispute_count", "has_attention"])["dispute_count"], 1)
        action = self.provider.action_open_disputes()
        self.assertEqual(self.env["account.settlement.dispute"].search_count(action["domain"]), 1)

    def test_chart_and_fees(self):
        self.settle(
            [
                capture("1", day(3), "W1", "200.00", fee="4.00"),
                payout("2000007", day(3)),
                capture("2", day(10), "W2", "100.00", fee="2.00"),
                payout("8", day(10)),
            ]
        )
        card = self.card(["settlement_graph", "fee_percent", "fee_month"])
        [graph] = json.loads(card["settlement_graph"])
        self.assertEqual([value["value"] for value in graph["values"]][-2:], [196, 98])
        self.assertIn("NOK", graph["key"])
        self.assertEqual((card["fee_percent"], card["fee_month"]), (2, "March"))

    def test_the_first_steps_are_ticked_one_by_one(self):
        names = ["is_starting", "step_received", "step_booked"]
        self.assertEqual([self.card(names)[name] for name in names], [True, False, False])
        self.assertIn("portal", self.card(["report_hint"])["report_hint"])
        self.invoice(300, "WEB-1")
        settlement = self.settle([capture("1", day(2), "WEB-1", "300.00"), payout("2000007", day(2))], process=False)
        self.assertEqual([self.card(names)[name] for name in names], [True, True, False])
        settlement._process()
        self.assertEqual([self.card(names)[name] for name in names], [True, True, True])
        self.bank_line(300, "Utb. 2000007 Vippsnr 123455")
        settlement._match_bank()
        self.assertFalse(self.card(names)["is_starting"])

    def test_what_failed_has_the_button_that_mends_it(self):
        """A booking that was refused is retried from the card, by whoever may book."""
        names = ["error_count", "has_booking_errors", "has_errors_to_fetch", "has_errors_to_upload"]
        settlement = self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))], process=False)
        settlement.sudo()._note_booking_failure(["text_only", {"error": "Konto mangler"}])
        self.assertEqual([self.card(names)[name] for name in names], [1, True, False, False])
        self.provider.with_user(self.settlement_user()).action_retry_errors()
        self.assertEqual([self.card(names)[name] for name in names], [0, False, False, False])
        self.assertEqual(settlement.state, "booked")
        document = settlement.document_ids[:1]
        settlement.sudo().problem_data = [{"document_id": document.id, "message": ["text_only", {"error": "Sum"}]}]
        self.assertEqual([self.card(names)[name] for name in names], [1, False, False, True])
        document.sudo().source = "fetch"
        self.assertEqual([self.card(names)[name] for name in names], [1, False, True, False])

    def test_two_agreements_are_told_apart_wherever_they_meet(self):
        self.assertEqual(self.provider.display_name, self.provider.name)
        [settlement] = self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))])
        other = self.activate(merchant_id="777001")
        other.name = self.provider.name
        self.env.invalidate_all()
        self.assertEqual(
            (self.provider | other).mapped("display_name"),
            [f"{self.provider.name} ({self.provider.merchant_id})", f"{self.provider.name} (777001)"],
        )
        self.assertIn(self.provider.merchant_id, settlement.display_name)
        found = self.env["account.settlement.provider"].name_search("777001")
        self.assertEqual([provider_id for provider_id, _name in found], other.ids)

    def test_where_a_transaction_was_matched_names_the_account(self):
        self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))])
        line = self.line_of("1")
        self.assertFalse(line.booked_to)
        line._assign(self.account("2900"), "A gift card")
        self.assertIn("2900", line.booked_to)

    def test_a_card_more_is_not_a_query_more(self):
        """One provider or five: the overview and Odoo's dashboard ask the database as often."""
        self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))])
        view = self.env.ref("settlement_bridge.view_account_settlement_provider_kanban")
        views = self.env["account.settlement.provider"].get_views([(view.id, "kanban")])
        shown = {name: {} for name in views["models"]["account.settlement.provider"]["fields"]}
        shown = {name: shown[name] for name in shown if name in view.arch_db}

        def count(read):
            read()
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            read()  # what Odoo keeps of access and rules is there again
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            read()
            return self.env.cr.sql_log_count - before

        def overview():
            self.env["account.settlement.provider"].web_search_read([], shown)

        def dashboard():
            self.env["account.journal"].search([("type", "=", "general")]).mapped("kanban_dashboard")

        with_one = count(overview), count(dashboard)
        for number in range(4):
            self.activate(merchant_id=f"77700{number}")
        self.assertEqual((count(overview), count(dashboard)), with_one)

    def test_odoos_dashboard_shows_ours_to_those_who_may_read_settlements(self):
        self.settle([capture("1", day(2), "X", "300.00"), payout("2000007", day(2))])
        journal = self.provider.journal_id
        reader = new_test_user(self.env(su=True), "biller", "account.group_account_invoice", company_id=self.company.id)
        for user in (self.accountant, reader):
            self.env.invalidate_all()
            data = json.loads(journal.with_user(user).kanban_dashboard)
            [shown] = data["settlements"]
            self.assertEqual((shown["unknown_count"], shown["unknown_side"], shown["transit_count"]), (1, "credit", 1))
        self.assertIn("300", shown["unknown"])
        miscellaneous = self.env["account.journal"].search(
            [("type", "=", "general"), ("id", "!=", journal.id), ("company_id", "=", self.company.id)], limit=1
        )
        self.assertNotIn("settlements", json.loads(miscellaneous.kanban_dashboard))
        action = journal.with_user(self.accountant).action_open_settlement_unknown()
        self.assertEqual(self.env["account.settlement.line"].search(action["domain"]), self.line_of("1"))
        # Somebody who sees journals, and no settlements.
        internal = new_test_user(self.env(su=True), "internal", "base.group_user", company_id=self.company.id)
        data = {journal.id: {}}
        journal.with_user(internal)._fill_settlement_dashboard_data(data)
        self.assertEqual(data, {journal.id: {}})
        with self.assertRaises(AccessError):
            self.provider.with_user(reader).action_retry_errors()
