from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestBoundActions(SettlementCase):
    """What can be done with several records at once stands in their gear menu, for whoever may do it."""

    def offered(self, user, model, view_type="list"):
        views = self.env[model].with_user(user).get_views([(False, view_type)], {"toolbar": True})
        return {action["name"] for action in views["views"][view_type]["toolbar"].get("action", ())}

    def run_on(self, name, records, user=None):
        action = self.env.ref(f"settlement_bridge.{name}").with_user(user or self.env.user)
        context = {"active_model": records._name, "active_ids": records.ids, "active_id": records.ids[0]}
        return action.with_context(**context).run()

    def test_offered_to_whom_they_are_for(self):
        user = self.settlement_user()
        self.assertLessEqual({"Exclude…", "Undo…"}, self.offered(user, "account.settlement.line"))
        self.assertLessEqual({"Match…", "Retry"}, self.offered(user, "account.settlement.line", "kanban"))
        self.assertIn("Check Against What Was Booked", self.offered(user, "account.settlement", "kanban"))
        self.assertNotIn("Undo…", self.offered(user, "account.settlement", "kanban"))
        self.assertIn("Undo…", self.offered(self.accountant, "account.settlement", "kanban"))
        self.assertNotIn("Put Right", self.offered(user, "account.settlement"))
        self.assertIn("Put Right", self.offered(self.accountant, "account.settlement"))

    def test_done_with_several(self):
        user = self.settlement_user()
        settlements = self.settle(
            [capture("1", day(1), "WEB-1", "10.00"), payout("1", day(1)), capture("2", day(2), "WEB-2", "20.00")]
        )
        lines = settlements.line_ids.filtered(lambda line: line.kind == "payment")
        self.assertEqual(len(lines), 2)
        dialog = self.run_on("action_line_exclude", lines, user)
        self.assertEqual(sorted(dialog["context"]["default_line_ids"]), sorted(lines.ids))
        self.assertEqual(self.run_on("action_settlement_prove", settlements, user)["params"]["type"], "success")
        with self.assertRaises(AccessError):
            self.run_on("action_settlement_undo", settlements, user)
        undo = self.run_on("action_settlement_undo", settlements)
        self.assertEqual(undo["context"]["default_settlement_ids"], settlements.ids)
        self.env.cr.execute("UPDATE account_settlement_line SET amount = 11 WHERE id = %s", [lines[0].id])
        self.env.invalidate_all()
        settlements._prove()
        self.assertTrue(any(settlements.mapped("is_altered")))
        self.run_on("action_settlement_put_right", settlements)
        self.assertFalse(any(settlements.mapped("is_altered")))

    def test_our_activity_type_is_offered_on_our_cards_alone(self):
        """The dialog of activities offers what has no model, or the record's own."""
        for name, model in (("settlement", "account.settlement.provider"), ("webshop", "sale.webshop")):
            self.assertEqual(self.env.ref(f"settlement_bridge.mail_activity_{name}").res_model, model)
        self.provider._ask_for_attention("Noe er galt", key="fetch")
        self.assertEqual(len(self.provider._get_attention("fetch")), 1)
