"""Whatever a person does in Odoo beside the settlements: each amount that is open is on exactly one list."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common import SettlementCase
from . import person
from .living_case import Living, few, stories


@tagged("post_install", "-at_install")
class TestOneList(Living, SettlementCase):
    def test_everything_open_is_on_one_list(self):
        @few(24)
        @given(stories(), person.deeds(), person.deeds(), st.booleans())
        def holds(story, first, later, is_retried):
            with self.forgotten():
                self.live_with_a_person(story, first, later, is_retried)

        holds()

    def live_with_a_person(self, story, first, later, is_retried):
        done = []
        if story.has_prepayment:
            self.account("2900").reconcile = True
            self.provider.prepayment_account_id = self.account("2900")
        self.write_documents(story.documents, self.provider.currency_id)
        self.settle(list(story.movements[: story.told_first]))
        self.do_all(first, done)
        self.write_documents(story.late_documents, self.provider.currency_id)
        self.check_lists(done)
        settlements = self.settle(list(story.movements))
        self.check_lists(done)
        self.do_all(later, done)
        if is_retried:
            lines = settlements.line_ids
            lines.filtered_domain(lines._get_awaiting_domain())._retry(by_itself=True)
            self.check_lists(done)
            before = self.traces(self.provider)
            lines.filtered_domain(lines._get_awaiting_domain())._retry(by_itself=True)
            self.assertEqual(self.traces(self.provider), before, done)
        self.check(self.provider, replace(story, is_locked=False))

    def do_all(self, deeds, done):
        for name, number in deeds:
            if person.do(self, name, number):
                done.append((name, number))
                self.check_lists(done)

    def check_lists(self, done):
        """What is open of our vouchers on customers, prepayments and the unknown account, and the lists of it."""
        self.env.flush_all()
        self.env.invalidate_all()
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
