from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestExclusionProposed(SettlementCase):
    """A rule proposes to leave a transaction out; it waits, visibly, until a person has decided."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.settlement_user()
        cls.rule = cls.env["account.settlement.rule"].create(
            {
                "name": "Tests in the shop",
                "sequence": 1,
                "provider_ids": [Command.set(cls.provider.ids)],
                "match_reference": "contains",
                "match_reference_param": "TEST",
                "action": "exclude",
            }
        )
        cls.rule.action_put_into_use()
        cls.invoice(100, "WEB-1")
        cls.test_invoice = cls.invoice(50, "TEST-2")
        cls.settlement = cls.settle(
            [
                capture("1", day(2), "WEB-1", "100.00", "2.00"),
                capture("2", day(2), "TEST-2", "50.00", "1.00"),
                payout("1", day(2)),
            ]
        )
        cls.line = cls.settlement.line_ids.filtered(lambda line: line.order_reference == "TEST-2")

    def keep(self, reason):
        """What the button “Book It…” does, by a user who may book and place, no more."""
        action = self.line.with_user(self.user).action_keep()
        wizard = Form(self.env[action["res_model"]].with_user(self.user).with_context(**action["context"]))
        wizard.reason = reason
        wizard.save().action_confirm()

    def count(self, field):
        self.provider.invalidate_recordset([field])
        return self.provider[field]

    def test_it_waits_where_a_person_sees_it(self):
        self.assertTrue(self.line.is_exclusion_proposed)
        self.assertEqual(self.line.status, "new")
        self.assertFalse(self.line.move_line_ids)
        self.assertEqual(self.line_of("1").status, "matched")
        self.assertEqual(self.settlement.state, "new")
        self.assertEqual(self.count("proposed_count"), 1)
        opened = self.provider.action_open_proposed()
        self.assertEqual(self.env[opened["res_model"]].search(opened["domain"]), self.line)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "settlement_bridge.action_account_settlement_line_unknown"
        )
        self.assertIn("is_exclusion_proposed", action["domain"])

    def test_booked_after_all_with_the_reason_in_the_trail(self):
        self.keep("A real order, whatever it is called")
        self.assertFalse(self.line.is_exclusion_proposed)
        self.assertEqual(self.line.status, "matched")
        self.assertEqual(self.line.invoice_id, self.test_invoice)
        self.assertEqual(self.test_invoice.amount_residual, 0)
        self.assertEqual(self.settlement.state, "booked")
        self.assertEqual(self.count("proposed_count"), 0)
        said = self.line.explanation.splitlines()
        self.assertEqual(said[0], f"To be booked, {self.user.name}: A real order, whatever it is called")
        self.assertIn("TEST-2", said[1])

    def test_the_reason_is_still_told_when_it_is_booked_again(self):
        self.keep("A real order")
        self.settlement._reverse("Wrong day")
        self.settlement._process()
        self.assertEqual(self.line.status, "matched")
        self.assertIn("A real order", self.line.explanation)
        self.assertEqual(self.line.explanation.count("A real order"), 1)

    def test_nothing_is_booked_without_a_reason(self):
        with self.assertRaisesRegex(UserError, "Enter a reason for booking it"):
            self.line._keep("  ")
        self.assertTrue(self.line.is_exclusion_proposed)
        self.assertFalse(self.line.move_line_ids)

    def test_what_no_rule_proposes_to_leave_out_is_not_touched(self):
        other = self.line_of("1")
        said = other.explanation
        other._keep("By mistake")
        self.assertFalse(other.is_kept)
        self.assertEqual(other.explanation, said)

    def test_booked_by_the_rules_there_are_then(self):
        self.settlement._reverse("To be booked by other rules")
        self.rule.active = False
        self.settlement._process()
        self.assertEqual(self.line.status, "matched")


@tagged("post_install", "-at_install")
class TestTryoutPage(SettlementCase):
    """The page on which rules are tried says truly whether there is something to put into use."""

    def open_page(self):
        action = self.provider.action_try_rules()
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def draft_of_change(self):
        rule = self.env["account.settlement.rule"]._search_used(self.provider)[1].sudo(False)
        return rule, self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])

    def test_only_this_providers_rules_are_tried(self):
        self.activate(merchant_id="777777")
        used = self.env["account.settlement.rule"]._search_used(self.provider)
        page = self.open_page().save()
        self.assertEqual(page.provider_id, self.provider)
        self.assertEqual(page._get_tried_rules().ids, used.ids)
        opened = self.provider.action_open_rules()
        self.assertEqual(self.env["account.settlement.rule"].search(opened["domain"]).ids, used.ids)

    def test_what_was_seen_says_nothing_about_another_period(self):
        page = self.open_page().save()
        page.action_try()
        self.assertTrue(page.is_tried)
        form = Form(page)
        form.date_from = self.day(1)
        self.assertFalse(form.is_tried)

    def test_what_was_seen_says_nothing_about_a_draft_changed_since(self):
        _rule, draft = self.draft_of_change()
        page = self.env["settlement.rule.tryout"].browse(draft.action_try()["res_id"])
        page.action_try()
        self.assertTrue(page.is_tried)
        draft.amount_from = 5
        self.assertFalse(page.is_tried)

    def test_a_draft_is_tried_in_the_place_of_its_rule(self):
        rule, draft = self.draft_of_change()
        page = self.env["settlement.rule.tryout"].browse(draft.action_try()["res_id"])
        self.assertEqual(page.provider_id, self.provider)
        self.assertEqual(page._get_tried_rules().ids[1], draft.id)
        self.assertNotIn(rule, page._get_tried_rules())

    def test_without_its_draft_a_rule_is_tried_as_it_is(self):
        rule, draft = self.draft_of_change()
        draft.amount_from = 1000
        page = self.env["settlement.rule.tryout"].browse(draft.action_try()["res_id"])
        page.draft_ids = False
        self.assertEqual(page._get_tried_rules().ids, page._get_used_rules().ids)
        page.action_put_into_use()
        self.assertTrue(rule.active)
        self.assertEqual(rule.amount_from, 0)
        self.assertEqual(draft.state, "draft")
