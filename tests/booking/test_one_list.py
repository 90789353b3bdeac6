"""Whatever a person does in Odoo beside the settlements: each amount that is open is on exactly one list."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, note
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common import SettlementCase
from .living_case import Living, few, stories
from .person import Person


@tagged("post_install", "-at_install")
class TestOneList(Living, SettlementCase):
    def test_everything_open_is_on_one_list(self):
        @few(24)
        @given(stories(), st.integers(0, 10**9))
        def holds(story, seed):
            with self.forgotten():
                person = Person(self, seed)
                try:
                    self.live_with_a_person(story, person)
                finally:
                    note(f"The person did: {person.done}")

        holds()

    def live_with_a_person(self, story, person):
        if story.has_prepayment:
            self.account("2900").reconcile = True
            self.provider.prepayment_account_id = self.account("2900")
        self.write_documents(story.documents, self.provider.currency_id)
        self.settle(list(story.movements[: story.told_first]))
        self.let_act(person)
        self.write_documents(story.late_documents, self.provider.currency_id)
        self.check_lists(person)
        lines = self.settle(list(story.movements)).line_ids
        self.check_lists(person)
        self.let_act(person)
        self.retry_by_itself(lines)
        self.check_lists(person)
        before = self.traces(self.provider)
        self.retry_by_itself(lines)
        self.assertEqual(self.traces(self.provider), before, person.done)
        self.check(self.provider, replace(story, is_locked=False))

    def let_act(self, person):
        for _time in range(9):
            if person.act():
                self.check_lists(person)

    @staticmethod
    def retry_by_itself(lines):
        lines.filtered_domain(lines._get_awaiting_domain())._retry(by_itself=True)

    def check_lists(self, person):
        """What is open of our vouchers on customers, prepayments and the unknown account, and the lists of it."""
        done = person.done
        self.env.flush_all()
        self.env.invalidate_all()
        self.check_clearing(done)
        lines = self.lines_of(self.provider)
        of_line = Counter()
        for item in self.open_items():
            self.assertEqual(len(item.settlement_line_ids), 1, (item.name, done))
            of_line[item.settlement_line_ids] -= item.amount_residual
        listed = Counter()
        for name, _label in lines._fields["open_as"].selection:
            for line in lines.search([("id", "in", lines.ids), ("open_as", "=", name)]):
                self.assertEqual(line.open_as, name, done)
                listed[line] += 1
        self.assertFalse([line for line, count in listed.items() if count > 1], done)
        self.assertLessEqual(set(of_line), set(listed), done)
        for line in lines:
            self.assertAlmostEqual(line.amount_open, of_line[line], 2, (line.name, line.status, line.open_as, done))
            if not line.amount_open and line not in of_line:
                self.assertIn(line.open_as, (False, "short"), done)

    def check_clearing(self, done):
        """Each item that is open on the clearing account is of a payout that is on its way or says what is wrong, of
        days that are not paid out yet, or on the list of what belongs to no payout."""
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.provider.clearing_account_id.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ]
        )
        strays = items.filtered_domain(self.provider._get_stray_domain())
        self.assertEqual(self.provider.stray_count, len(strays), done)
        for item in items - strays:
            settlement = item.settlement_clearing_id | item.settlement_payout_id
            self.assertEqual(len(settlement), 1, (item.name, done))
            self.assertNotEqual(settlement.state, "paid", (item.name, done))
            if settlement.state == "booked" and settlement.payout_amount:
                self.assertIn(settlement.bank_state, ("in_transit", "short", "over"), (settlement.name, done))
                self.assertTrue(settlement.bank_message, (settlement.name, done))
        for settlement in self.provider.settlement_ids.filtered(lambda one: one.state == "paid"):
            self.assertFalse(settlement.bank_item_ids.filtered("amount_residual"), (settlement.name, done))

    def open_items(self):
        """The open journal items; not those a rule or a person has booked to an account."""
        accounts = self.env["account.account"].search([("account_type", "=", "asset_receivable")])
        accounts |= self.provider.unknown_account_id | self.account("2900")
        return self.env["account.move.line"].search(
            [
                ("move_id.settlement_id.provider_id", "=", self.provider.id),
                ("account_id", "in", accounts.ids),
                ("parent_state", "=", "posted"),
                ("settlement_role", "!=", "account"),
                ("amount_residual", "!=", 0),
            ]
        )
