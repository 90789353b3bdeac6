from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import as_portal_csv, capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestRoles(SettlementCase):
    """A user books and places; a manager sets up; companies never see each other's records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.settlement_user()
        cls.invoice(100, "WEB-1")
        cls.settlement = cls.settle(
            [capture("1", day(2), "WEB-1", "100.00", "2.00"), capture("2", day(2), "X", "50.00"), payout("1", day(2))],
            process=False,
        )

    def test_user_books_and_places(self):
        settlement = self.settlement.with_user(self.user)
        settlement.action_process()
        self.assertEqual(settlement.state, "booked")
        line = settlement.line_ids.filtered(lambda line: line.status == "unknown")
        line._assign(self.customer.with_user(self.user), "Kari")
        self.assertEqual(line.status, "resolved")
        self.bank_line(148, "Utb. 1 Vippsnr 123455")
        settlement.action_match_bank()
        self.assertEqual(settlement.state, "paid")

    def test_user_uploads(self):
        _name, content = as_portal_csv([capture("9", day(9), "Y", "10.00"), payout("77", day(9))])
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.user)
            .create({"name": "vipps.csv", "raw": content, "res_model": "settlement.upload", "res_id": 0})
        )
        wizard = self.env["settlement.upload"].with_user(self.user).create({"attachment_ids": attachment.ids})
        action = wizard.action_upload()
        settlement = self.env["account.settlement"].browse(action["res_id"])
        self.assertEqual(settlement.external_id, "77")

    def test_user_does_not_set_up(self):
        with self.assertRaises(AccessError):
            self.provider.with_user(self.user).name = "Annet"
        with self.assertRaises(AccessError):
            self.env["settlement.reverse"].with_user(self.user).create(
                {"settlement_ids": self.settlement.ids, "reason": "Nei"}
            )

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].sudo().create({"name": "En annen AS"})
        stranger = new_test_user(
            self.env(su=True),
            "stranger",
            "settlement_bridge.group_settlement_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for records in (
            self.provider,
            self.settlement,
            self.settlement.line_ids,
            self.settlement.document_ids,
        ):
            seen = records.with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(seen.search([]))
            with self.assertRaises(AccessError):
                seen.read(["display_name"])
