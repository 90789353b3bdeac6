"""Whatever a month at a webshop looks like, each balance account is explained on each of its days, to the øre."""

from collections import defaultdict
from decimal import Decimal

from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.properties import IS_THOROUGH
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import day

from ..booking.living_case import Living, few, stories
from ..common import SettlementCase

#: What may happen after the month, each on a day of its own in April.
LATER = ("bank", "bank_in_part", "bank_taken_back", "undone", "booked_again", "by_hand", "bank_again")


@tagged("post_install", "-at_install")
class TestStatementsAddUp(Living, SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gross = cls.activate(merchant_id="654321", fee_mode="gross")

    def happen(self, events, settlements):
        """What the bank, the accountant and others do afterwards, each on a later day."""
        for number, event in enumerate(events, 1):
            with freeze_time(f"2026-04-{2 * number:02} 12:00"):
                getattr(self, f"happen_{event}")(settlements, day(2 * number, 4))

    def happen_bank(self, settlements, date):
        for settlement in settlements.filtered("payout_amount"):
            self.bank_line(settlement.payout_amount, settlement.payout_reference, date)
        settlements._match_bank()

    happen_bank_again = happen_bank

    def happen_bank_in_part(self, settlements, date):
        for settlement in settlements.filtered(lambda one: one.state == "booked" and one.payout_amount > 10)[:1]:
            line = self.bank_line(settlement.payout_amount - 10, "VIPPS", date)
            suspense = line.sudo()._seek_for_lines()[1].sudo(False)
            settlement._match_bank_items(suspense)

    def happen_bank_taken_back(self, settlements, date):
        settlements.filtered(lambda one: one.bank_line_ids)[:1].action_take_back_bank_line()

    def happen_undone(self, settlements, date):
        settlements.filtered("move_ids")[:1]._reverse("Prøve")

    def happen_booked_again(self, settlements, date):
        settlements._process()

    def happen_by_hand(self, settlements, date):
        accounts = self.provider.clearing_account_id, self.provider.unknown_account_id
        move = self.env["account.move"].create(
            {
                "date": date,
                "ref": "Fra gammelt regnskap",
                "line_ids": [
                    (0, 0, {"account_id": account.id, "balance": balance, "name": "Rettelse"})
                    for account, balance in zip(accounts, (70, -70), strict=True)
                ],
            }
        )
        move.action_post()

    # ------------------------------------------------------------ what is checked

    def check_every_day(self):
        """On each day on which something happened, and the day after the last one."""
        self.env.flush_all()
        dates = {date for (date,) in self.env["account.move"]._read_group([("state", "=", "posted")], ["date:day"])}
        for date in sorted({*dates, *map(day, range(1, 6)), day(30, 4)}):
            for statement in (self.provider | self.gross)._get_statements(date):
                self.check_statement(statement, date)

    def check_statement(self, statement, date):
        said = (date, statement.role, statement.ledger, statement.items, statement.held)
        self.assertEqual(statement.ledger, self.independent(statement.account.id, date), said)
        self.assertEqual(statement.difference, 0, said)
        for held in statement.held:
            self.assertEqual(held.difference, 0, said)
        listed = defaultdict(Decimal)
        for item in statement.items:
            self.assertTrue(item.name, said)
            if item.is_in_ledger:
                self.assertTrue(item.entry_ids, said)
            for entry_id in set(item.entry_ids):
                listed[entry_id] += 1
        self.assertEqual(set(listed), self.open_on(statement.account.id, date), said)

    def independent(self, account_id, date):
        """The sum of the account's items, one by one."""
        items = self.env["account.move.line"].search(
            [("account_id", "=", account_id), ("date", "<=", date), ("parent_state", "=", "posted")]
        )
        return sum((Decimal(f"{item.balance:.2f}") for item in items), Decimal(0))

    def open_on(self, account_id, date):
        """The items that have something open then, worked out one by one from their reconciliations."""
        found = set()
        items = self.env["account.move.line"].search(
            [("account_id", "=", account_id), ("date", "<=", date), ("parent_state", "=", "posted")]
        )
        for item in items:
            met = item.matched_credit_ids.filtered(lambda one: one.max_date <= date)
            given = item.matched_debit_ids.filtered(lambda one: one.max_date <= date)
            left = item.balance - sum(met.mapped("amount")) + sum(given.mapped("amount"))
            left_currency = item.amount_currency - sum(met.mapped("debit_amount_currency"))
            left_currency += sum(given.mapped("credit_amount_currency"))
            if round(left, 2) or round(left_currency, 2):
                found.add(item.id)
        return found

    def test_any_history(self):
        """With reversals, late rows, locked periods, bank lines undone and in part, prepayments."""

        @few(200 if IS_THOROUGH else 12)
        @given(stories(), st.lists(st.sampled_from(LATER), min_size=1, max_size=6), st.booleans())
        def holds(story, events, is_gross):
            with self.forgotten():
                settlements = self.live(story, self.gross if is_gross else self.provider)
                self.happen(events, settlements)
                self.check_every_day()

        holds()
